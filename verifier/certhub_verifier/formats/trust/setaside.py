"""What a reader of trust files does not know: set aside by the entry, named, and good for nothing.

Trust files outlive releases. An entry (a key, an agency, a member, a row of an agreement) with a member, a purpose,
an algorithm, a state, a mode, a predicate or a direction that this release does not know is set aside; the rest is
kept. It grants nothing: such a key verifies nothing, such an agency issues nothing. What it still says of itself
(`names`: ids and thumbprints) is kept for one purpose, to see that nobody and no key stands in the list twice.

What is known and misshapen is no word of a later release but a mistake, and is refused with its file.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from certhub_verifier.errors import Malformed
from certhub_verifier.formats.jose.jwk import thumbprint

T = TypeVar("T")
Name = tuple[str, str]  # ("kid", id), ("key", thumbprint), ("agency", USCC) or ("region", code)

_TELLABLE = re.compile(r"[0-9A-Za-z+._-]{1,32}").fullmatch
_POINT = ("kty", "crv", "x", "y")


@dataclass(frozen=True, slots=True)
class SetAside:
    """One entry that was set aside: the file's `path`, the entry in it, and `why`, a phrase for an operator."""

    path: str
    entry: str
    why: str
    names: frozenset[Name] = field(default=frozenset(), repr=False)


def strange_member(value: Mapping[str, Any], known: Collection[str]) -> str | None:
    """Return why an entry is set aside for a member that is not among `known`; None where it has none."""
    unknown = sorted(name for name in value if name not in known)
    return f"unknown member {tellable(unknown[0])}" if unknown else None


def strange_word(value: Mapping[str, Any], member: str, known: Collection[str]) -> str | None:
    """Return why an entry is set aside for the word that `member` holds; None where it is known, or no word."""
    word = value.get(member)
    return f"unknown {member} {tellable(word)}" if type(word) is str and word not in known else None


def strange_words(words: Any, what: str, known: Collection[str]) -> str | None:
    """Return why an entry is set aside for a word of a list; None where each is known, or it is no list."""
    listed = words if type(words) is list else ()
    unknown = (word for word in listed if type(word) is str and word not in known)
    return next((f"unknown {what} {tellable(word)}" for word in unknown), None)


def tellable(word: str) -> str:
    """Return a word as it may stand in a log or on a page."""
    return word if _TELLABLE(word) else "of another shape"


def entries(
    read: Callable[[Any, str], T],
    strange: Callable[[Mapping[str, Any]], str | None],
    names: Callable[[Mapping[str, Any]], Iterable[Name]],
) -> Callable[[Any, str], T | SetAside]:
    """Return a check that reads an entry with `read`, or sets it aside where `strange` says why."""

    def check(value: Any, where: str) -> T | SetAside:
        why = strange(value) if type(value) is dict else None
        return read(value, where) if why is None else SetAside("", where, why, frozenset(names(value)))

    return check


def sorted_out(entries: Iterable[T | SetAside]) -> tuple[tuple[T, ...], tuple[SetAside, ...]]:
    """Return what was read, and what was set aside."""
    read: list[T] = []
    aside: list[SetAside] = []
    for one in entries:
        if isinstance(one, SetAside):
            aside.append(one)
        else:
            read.append(one)
    return tuple(read), tuple(aside)


def names_of_key(value: Any) -> list[Name]:
    """Return what a key's entry says of itself, as far as that can be seen: its id and its thumbprint."""
    if type(value) is not dict:
        return []
    jwk, names = value.get("jwk"), _named(value, "kid", "kid")
    if type(jwk) is dict:
        try:
            names.append(("key", thumbprint({name: jwk[name] for name in _POINT if name in jwk})))
        except Malformed:
            return names  # a key of a kind that no key of ours has, so that it is nobody's twin
    return names


def names_of_agency(value: Any) -> list[Name]:
    """Return what an agency's entry says of itself: its code, and what its keys say."""
    keys = value.get("keys")
    return _named(value, "agency", "agency") + [
        name for key in (keys if type(keys) is list else []) for name in names_of_key(key)
    ]


def names_of_member(value: Any) -> list[Name]:
    """Return what a member's entry says of itself: the region's code."""
    return _named(value, "code", "region")


def _named(value: Mapping[str, Any], member: str, kind: str) -> list[Name]:
    found = value.get(member)
    return [(kind, found)] if type(found) is str else []
