"""One vector: an input, what has to come of it, and why; and how a file of them is printed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

OURS = "CertHub"
LIBRARY = "PyJWT 2.15.1 and others take it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One vector.

    name    unique in its file, plain words joined by hyphens
    why     one sentence: what it is about, or what is wrong with it
    origin  who made it: ourselves, a clause, a published example, or what others let through
    given   what it is judged by, where that is not the file's `given`
    """

    name: str
    why: str
    input: Any
    expect: Any
    origin: str = OURS
    given: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the members in the order in which they are printed."""
        given = {"given": dict(self.given)} if self.given else {}
        return {
            "name": self.name,
            "why": self.why,
            "origin": self.origin,
            **given,
            "input": self.input,
            "expect": self.expect,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorFile:
    """A file of vectors; `read` says how a vector is judged, `given` what by unless it says otherwise."""

    name: str
    about: str
    read: str
    vectors: Sequence[Vector]
    given: Mapping[str, Any] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """Return the file.

        Raises:
            ValueError: two vectors of one name, or no vector at all.
        """
        names = [vector.name for vector in self.vectors]
        if not names or len(set(names)) != len(names):
            raise ValueError(f"{self.name}: names are not unique")
        head = {"format": self.name, "about": self.about, "read": self.read}
        given = {"given": dict(self.given)} if self.given else {}
        return printed({**head, **given, "vectors": [vector.to_json() for vector in self.vectors]})


def printed(value: Any) -> bytes:
    """Return JSON as the files hold it: UTF-8, one member a line, the same bytes in every run."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "strict")
