"""What no policy can lower: a floor of facts for each kind of evidence.

A matter's policy may demand more than this table and never less: the verdict weighs each fact by whichever of
the two holds it higher (verdict.py). It is the sentence "nothing unchecked is ever green" as data; the same
table stands in docs/trust.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from certhub_verifier.facts import Fact


class FloorRow(StrEnum):
    """What was shown, and how; derived from the evidence itself, never from a policy."""

    TICKET = "ticket"  # a credential that the hub presented for a redeemed ticket
    FILE = "file"  # a credential that anybody could hold
    CODE = "code"  # a sealed or paper code
    ANSWER = "answer"  # another region's signed answer
    RECORDED = "recorded"  # a region's signed record of a certificate that bears no agency's seal


class Hold(StrEnum):
    """How firmly the floor holds a fact. None of them lets it be off."""

    REQUIRED = "required"  # neither missing nor softened
    EXPECTED = "expected"  # not missing; softened only for a cause of class check (请核对)
    WHERE_TOLD = "where_told"  # not softened; absent where the question does not arise
    WHERE_ASKED = "where_asked"  # softened only for a cause of class check; absent where no matter asks


@dataclass(frozen=True, slots=True)
class Floor:
    """The floor of one kind of evidence; `always` is a cause that stands whatever the facts say."""

    holds: Mapping[Fact, Hold]
    always: str | None = None


_ALL = {
    Fact.WELL_FORMED: Hold.REQUIRED,
    Fact.SIGNATURE: Hold.REQUIRED,
    Fact.ISSUER_KNOWN: Hold.REQUIRED,
    Fact.ISSUER_ENTITLED: Hold.REQUIRED,
    Fact.CATALOGUED: Hold.EXPECTED,
    Fact.DATES: Hold.REQUIRED,
    Fact.STATUS: Hold.EXPECTED,
    Fact.TRUST_FRESH: Hold.REQUIRED,
    Fact.AGREEMENT: Hold.WHERE_TOLD,
    Fact.NEEDED: Hold.WHERE_ASKED,
    Fact.MODE: Hold.WHERE_ASKED,
}


def _floor(changes: Mapping[Fact, Hold], always: str | None = None) -> Floor:
    return Floor(MappingProxyType({**_ALL, **changes}), always)


FLOORS: Mapping[FloorRow, Floor] = MappingProxyType(
    {
        # Its ticket was redeemed: that is how it is known who shows it, and that nobody showed it before.
        FloorRow.TICKET: _floor({Fact.ONE_TIME: Hold.REQUIRED}),
        # It proves what the agency sealed, not who shows it (DESIGN §5 "Credential").
        FloorRow.FILE: _floor({Fact.HOLDER_BINDING: Hold.EXPECTED}),
        # Without a network its first use cannot be known, which is check at the best.
        FloorRow.CODE: _floor({Fact.ONE_TIME: Hold.EXPECTED}),
        # Two regions always meet in an answer, so that the agreement is never absent; and the region that redeems
        # a code says for whom.
        FloorRow.ANSWER: _floor({Fact.AGREEMENT: Hold.REQUIRED, Fact.AUDIENCE: Hold.REQUIRED}),
        # The agency's seal was not seen, so that a person looks at it, however good the rest is.
        FloorRow.RECORDED: _floor({Fact.STANDS_BEHIND: Hold.EXPECTED}, always="REGION_ONLY"),
    }
)
"""Every kind of evidence has a row."""
