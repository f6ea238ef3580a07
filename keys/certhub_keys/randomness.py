"""What is asked of a source of randomness, which is always an argument.

An edge passes `os.urandom`; a simulation passes a seeded source and gets the same keys again.
"""

from collections.abc import Callable

from certhub_keys.errors import NotAvailable

Random = Callable[[int], bytes]


def draw(random: Random, size: int) -> bytes:
    """Return `size` bytes from `random`.

    Raises:
        NotAvailable: the source gave another number of bytes; a short key is never made of it.
    """
    drawn = bytes(random(size))
    if len(drawn) != size:
        raise NotAvailable(f"the source of randomness gave {len(drawn)} bytes where {size} were asked for")
    return drawn
