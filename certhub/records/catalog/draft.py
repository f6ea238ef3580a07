"""A certificate before it is one: as typed, and as accepted.

    RawDraft   text, exactly as a form, a request or a row held it
    Draft      typed and normalised values that fit their kind

Two digests are taken of a draft (by the store, with its own key): of its identity, to find the same
certificate again, and of its content, to tell an exact repetition from a contradiction.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from certhub_schemas import Kind


class RawText(Protocol):
    """What `accept` reads: every value as text, nothing checked yet.

    `holders` are (name, id type code, id number). `valid_to` is None, or the catalogue's word for "no end",
    where the certificate has no end.
    """

    @property
    def kind(self) -> str:
        """The 21-character kind code."""

    @property
    def agency(self) -> str:
        """The issuing agency's USCC."""

    @property
    def holders(self) -> Sequence[tuple[str, str, str]]:
        """Each holder as (name, id type code, id number)."""

    @property
    def number(self) -> str:
        """The number printed on the certificate."""

    @property
    def issued_on(self) -> str:
        """The day of issue."""

    @property
    def valid_from(self) -> str:
        """The first day of validity."""

    @property
    def valid_to(self) -> str | None:
        """The last day of validity."""

    @property
    def claims(self) -> Mapping[str, str]:
        """The kind's own fields, by title."""


@dataclass(frozen=True, slots=True)
class RawDraft:
    """The plain `RawText`, for forms and requests."""

    kind: str
    agency: str
    holders: Sequence[tuple[str, str, str]]
    number: str
    issued_on: str
    valid_from: str
    valid_to: str | None
    claims: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Holder:
    """One holder: `id_type` is a code of GB/T 36903 annex A, `id_number` is in its canonical spelling."""

    name: str
    id_type: str
    id_number: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft that fits its kind; only `accept` makes one from text.

    `agency` is a USCC; `valid_to` is None where there is no end; `claims` are by title, in the order of the
    kind's fields, dates among them as YYYY-MM-DD.
    """

    kind: Kind
    agency: str
    holders: tuple[Holder, ...]
    number: str
    issued_on: date
    valid_from: date
    valid_to: date | None
    claims: Mapping[str, str]


def identity_parts(draft: Draft) -> bytes:
    """Return canonical JSON bytes of what makes two drafts the same certificate: agency, kind, number.

    The number counts without regard to the case of its letters. Personal data: for an HMAC, not for a log.
    """
    return _canonical([draft.agency, draft.kind.code, draft.number.upper()])


def content_digest_parts(draft: Draft) -> bytes:
    """Return canonical JSON bytes of all normalised values, equal exactly when two drafts say the same.

    Personal data: for an HMAC, not for a log.
    """
    return _canonical(
        {
            "agency": draft.agency,
            "claims": dict(draft.claims),
            "holders": [[holder.name, holder.id_type, holder.id_number] for holder in draft.holders],
            "issued_on": draft.issued_on.isoformat(),
            "kind": draft.kind.code,
            "number": draft.number.upper(),
            "valid_from": draft.valid_from.isoformat(),
            "valid_to": None if draft.valid_to is None else draft.valid_to.isoformat(),
        }
    )


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
