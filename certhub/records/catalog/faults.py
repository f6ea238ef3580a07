"""Collecting what is wrong: every place once, none of them because of another."""

from certhub.errors import Fault


class Faults:
    """The faults found so far, in the order found. A place keeps the first fault told of it."""

    def __init__(self) -> None:
        self._by_pointer: dict[str, Fault] = {}

    def add(self, pointer: str, code: str, **detail: str) -> None:
        """Note that the value at `pointer` (RFC 6901) is wrong; `detail` never carries the value."""
        self._by_pointer.setdefault(pointer, Fault(pointer, code, detail))

    def __bool__(self) -> bool:
        return bool(self._by_pointer)

    def in_order(self) -> tuple[Fault, ...]:
        """Return the faults, in the order found."""
        return tuple(self._by_pointer.values())


def claim_pointer(title: str) -> str:
    """Return the pointer to the claim `title`, escaped as RFC 6901 section 3 has it."""
    return "/claims/" + title.replace("~", "~0").replace("/", "~1")
