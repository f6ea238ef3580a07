"""What every trust file has in common: a size, a format, and members that a later release may add.

`format` is absent where it is 1: the first release refuses a file that has it. A member of the whole file that is
not known is passed over and named.
"""

from collections.abc import Callable, Mapping
from typing import Any

from certhub_verifier.errors import Malformed
from certhub_verifier.formats.jose import strict_json
from certhub_verifier.formats.jose.object_schema import Check, integer, object_of
from certhub_verifier.formats.trust.setaside import SetAside, strange_member

FORMAT = 1  # of every trust file that this release writes but an agreement, which has a second one
MAX_FORMAT = 9999
MAX_FILE_BYTES = 4 << 20  # an issuers file of 4,000 agencies with two keys each is 3.4 MB

Aside = tuple[SetAside, ...]


def newer(number: int | None, newest: int) -> tuple[SetAside, ...]:
    """Return the note that a file is in a later format than this release knows; none where it is not."""
    later = number is not None and number > newest
    return (SetAside("", "format", f"format {number}; this release knows up to {newest}"),) if later else ()


def loads(data: bytes) -> Any:
    """Return the JSON of a trust file. Raises: Malformed, also for more bytes than any has."""
    if len(data) > MAX_FILE_BYTES:
        raise Malformed(f"a trust file of more than {MAX_FILE_BYTES} bytes")
    return strict_json.loads(data)


def format_member(number: int) -> dict[str, int]:
    """Return the member `format`: absent where it is 1, which readers of the first release know nothing of."""
    return {} if number == FORMAT else {"format": number}


def printed(payload: Mapping[str, Any], reads: Any) -> bytes:
    """Return a trust file's bytes. Raises: Malformed, where its own reader would refuse it or set something aside."""
    text = strict_json.dumps(payload)
    if reads.from_bytes(text).set_aside:
        raise Malformed("something that its own reader would set aside")
    return text


def reader(
    name: str, required: Mapping[str, Check], may_have: Mapping[str, Check] | None = None
) -> Callable[[bytes], tuple[dict[str, Any], Aside]]:
    """Return a reader of a whole file: its members, and what of the whole file is not known."""
    optional: Mapping[str, Check] = {"format": integer(1, MAX_FORMAT), **(may_have or {})}
    known = {*required, *optional}
    check = object_of(required, optional)

    def read(data: bytes) -> tuple[dict[str, Any], Aside]:
        aside: Aside = ()
        value = loads(data)
        if type(value) is dict and (why := strange_member(value, known)):
            value = {member: content for member, content in value.items() if member in known}
            aside = (SetAside("", name, why),)
        found = check(value, name)
        aside = newer(found["format"], FORMAT) + aside
        return found | {"format": found["format"] or FORMAT}, aside

    return read


def require_once(names: list[str], otherwise: str) -> None:
    """Refuse names of which one stands twice. Raises: Malformed."""
    if len(set(names)) != len(names):
        raise Malformed(otherwise)


def named(aside: tuple[SetAside, ...], kind: str) -> list[str]:
    """Return the names of a kind that are in what was set aside."""
    return [name for one in aside for found, name in one.names if found == kind]
