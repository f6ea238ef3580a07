"""What is asked of a presentation: sixteen facts, three outcomes, and how old each answer is.

    well_formed      it has the one shape that the format allows
    signature        the signature is by the key it names
    stands_behind    who vouches: the agency's seal, or a region's signed answer
    issuer_known     that key is in the trust set
    issuer_entitled  its owner may issue this kind, and could when this was signed
    catalogued       our catalogue describes the kind, this version of it and every claim
    dates            inside its own term
    status           neither suspended nor withdrawn
    holder_binding   who shows it is who holds it
    audience         it was shown to this counter, for this matter
    one_time         this code had not been used before
    trust_fresh      the trust set is young enough to rely on
    agreement        the two regions have agreed on this kind, matter and purpose
    logged           the ledger holds it
    needed           the matter uses this certificate, and what is seen of it suffices
    mode             it was shown in the mode that the matter demands

A fact that does not apply is left out: the last two where no matter asks. They are never denied: what a matter does not
use, or was shown too lightly, is genuine all the same. "Undetermined" is an answer of its own; nothing turns it into
yes (DESIGN §5 "Verdict"). Which causes a fact may give is closed, so that another region's words cannot say
more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class Fact(StrEnum):
    """One question."""

    WELL_FORMED = "well_formed"
    SIGNATURE = "signature"
    STANDS_BEHIND = "stands_behind"
    ISSUER_KNOWN = "issuer_known"
    ISSUER_ENTITLED = "issuer_entitled"
    CATALOGUED = "catalogued"
    DATES = "dates"
    STATUS = "status"
    HOLDER_BINDING = "holder_binding"
    AUDIENCE = "audience"
    ONE_TIME = "one_time"
    TRUST_FRESH = "trust_fresh"
    AGREEMENT = "agreement"
    LOGGED = "logged"
    NEEDED = "needed"
    MODE = "mode"


class Outcome(StrEnum):
    """One answer."""

    YES = "yes"
    NO = "no"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Checked:
    """One fact with its answer.

    `as_of` (aware) is the moment for which the answer holds; `evidence` the hex SHA-256 of what was looked
    at; `detail` what a sentence about it can say (dates, a decision number, a name of an agency; never a
    holder's data).
    """

    fact: Fact
    outcome: Outcome
    cause: str | None
    as_of: datetime
    evidence: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict)


NO_CAUSES: Mapping[Fact, tuple[str, ...]] = MappingProxyType(
    {
        Fact.WELL_FORMED: ("TAMPERED",),
        Fact.SIGNATURE: ("TAMPERED",),
        Fact.STANDS_BEHIND: (),
        Fact.ISSUER_KNOWN: (),
        Fact.ISSUER_ENTITLED: ("ISSUER_NOT_ENTITLED",),
        Fact.CATALOGUED: (),
        Fact.DATES: ("EXPIRED", "NOT_YET_VALID"),
        Fact.STATUS: ("CANCELLED", "REVOKED", "SUSPENDED", "SUPERSEDED"),
        Fact.HOLDER_BINDING: ("BINDING_FAILED", "WRONG_COUNTER", "IDENTITY_OTHER"),
        Fact.AUDIENCE: ("WRONG_COUNTER", "NOT_FOR_MATTER"),
        Fact.ONE_TIME: ("CODE_USED",),
        Fact.TRUST_FRESH: (),
        Fact.AGREEMENT: (),
        Fact.LOGGED: (),
        Fact.NEEDED: (),
        Fact.MODE: (),
    }
)
"""The causes that a "no" of each fact may have; none where a fact is never denied, only undetermined."""

_OPEN: Mapping[Fact, tuple[str, ...]] = {
    Fact.WELL_FORMED: ("STATUS_UNKNOWN", "CODE_PARTIAL", "NOT_OUR_CODE", "TEXT_UNFIT"),
    Fact.SIGNATURE: ("ISSUER_UNKNOWN", "SUITE_MISSING"),
    Fact.STANDS_BEHIND: ("ISSUER_UNKNOWN", "REGION_ONLY"),
    Fact.ISSUER_KNOWN: ("ISSUER_UNKNOWN",),
    Fact.ISSUER_ENTITLED: ("ISSUER_UNKNOWN", "NOT_LOGGED"),
    Fact.CATALOGUED: ("NO_CATALOGUE", "KIND_UNKNOWN", "VERSION_UNKNOWN", "CLAIM_UNKNOWN", "VERSION_UNSTATED"),
    Fact.DATES: ("CLOCK_WRONG", "CODE_EXPIRED"),
    Fact.STATUS: (
        "STATUS_UNKNOWN",
        "STATUS_AGED",
        "LIST_TOO_OLD",
        "CLOCK_WRONG",
        "PEER_DOWN",
        "SUITE_MISSING",
    ),
    Fact.HOLDER_BINDING: ("NOT_BOUND", "NAME_VARIANT", "CLOCK_WRONG", "SUITE_MISSING"),
    Fact.AUDIENCE: ("NOT_BOUND",),
    Fact.ONE_TIME: ("USE_UNKNOWN", "PEER_DOWN"),
    Fact.TRUST_FRESH: ("LIST_TOO_OLD", "CLOCK_WRONG", "ISSUER_UNKNOWN"),
    Fact.AGREEMENT: ("NO_AGREEMENT",),
    Fact.LOGGED: ("NOT_LOGGED",),
    Fact.NEEDED: (
        *("NOT_NEEDED", "FIELDS_WITHHELD"),
        *("CLAIM_ABSENT", "CLOCK_WRONG", "FACT_TOO_OLD", "SUBJECT_UNLINKED"),  # of a predicate
    ),
    Fact.MODE: ("MODE_L3", "MODE_L2"),
}

OURS_TO_SAY = frozenset(
    {Fact.STANDS_BEHIND, Fact.CATALOGUED, Fact.TRUST_FRESH, Fact.AGREEMENT, Fact.NEEDED, Fact.MODE}
)
"""The facts that whoever judges finds by its own means: nobody's statement of them is taken over."""

_OF_AGE = ("CLOCK_WRONG", "FACT_TOO_OLD")  # whatever somebody states can be dated ahead, or too long ago

OPEN_CAUSES: Mapping[Fact, tuple[str, ...]] = MappingProxyType(
    {
        fact: causes if fact in OURS_TO_SAY else tuple(dict.fromkeys((*causes, *_OF_AGE)))
        for fact, causes in _OPEN.items()
    }
)
"""The causes that an undetermined fact may have; the first is what a missing answer is called."""

CAUTIONS: Mapping[Fact, tuple[str, ...]] = MappingProxyType(
    {
        Fact.DATES: ("EXPIRES_SOON",),
        Fact.STATUS: ("STATUS_AGED",),
        Fact.HOLDER_BINDING: ("NAME_VARIANT",),
        Fact.MODE: ("IDENTITY_SEEN",),
    }
)
"""The causes that a "yes" may still carry: good, and somebody should look (verdict check)."""
