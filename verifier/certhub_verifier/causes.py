"""Every reason a verdict can have, in the order in which they are told: the closed catalogue.

    valid         OK
    check         genuine as far as seen, and something that a person must look at
    invalid       a known bad
    undetermined  could not be checked; never good, and never ahead of a known bad

The order of `CODES` is the order of headlines: tampered, issuer not entitled, revoked, already used, not
shown by its holder, suspended, expired, superseded, not yet valid, wrong counter or purpose, then whatever
is undetermined, then check, then valid (screens §2, DESIGN §5 "Verdict"). A code is public and permanent;
its sentences are in `sentences.json`.

`result_number` is the answer of GB/T 36906's information check where one fits: 0 correct and valid, 1 not
yet active, 2 suspended, 3 no longer valid, 4 insufficient information, 5 not found, 6 mismatch, 7 partly
wrong. The numbers are those that two provinces print (facts: china-standards §7.4); None where the
standard has no word for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Verdict(StrEnum):
    """The four answers a clerk can get; `exit_code` is that of `certhub-verify` (DESIGN §4)."""

    VALID = "valid"
    CHECK = "check"
    INVALID = "invalid"
    UNDETERMINED = "undetermined"

    @property
    def exit_code(self) -> int:
        """0 valid, 10 check, 20 invalid, 30 undetermined."""
        return _WORDS[self][0]

    @property
    def zh(self) -> str:
        """The word on a Chinese screen."""
        return _WORDS[self][1]

    @property
    def en(self) -> str:
        """The word on an English screen."""
        return _WORDS[self][2]

    @property
    def badness(self) -> int:
        """How bad it is among several: valid 0 < check 1 < undetermined 2 < invalid 3."""
        return _BADNESS.index(self)


_WORDS = {
    Verdict.VALID: (0, "有效", "valid"),
    Verdict.CHECK: (10, "有效·请核对", "valid, please check"),
    Verdict.INVALID: (20, "无效", "invalid"),
    Verdict.UNDETERMINED: (30, "无法判定", "undetermined"),
}
_BADNESS = (Verdict.VALID, Verdict.CHECK, Verdict.UNDETERMINED, Verdict.INVALID)


@dataclass(frozen=True, slots=True)
class Cause:
    """One entry of the catalogue.

    `rank` grows downwards from the headline; `of_code` marks the causes that are about the code that was
    shown, so that no certificate was looked at and a report carries the cause at its top, without items
    (DESIGN §4).
    """

    code: str
    verdict: Verdict
    rank: int
    result_number: int | None
    of_code: bool


_CATALOGUE: tuple[tuple[str, Verdict, int | None, bool], ...] = (
    ("TAMPERED", Verdict.INVALID, 7, False),
    ("ISSUER_NOT_ENTITLED", Verdict.INVALID, None, False),
    ("REVOKED", Verdict.INVALID, 3, False),
    ("CANCELLED", Verdict.INVALID, 3, False),
    ("CODE_USED", Verdict.INVALID, None, True),
    ("BINDING_FAILED", Verdict.INVALID, None, True),
    ("IDENTITY_OTHER", Verdict.INVALID, None, False),
    ("SUSPENDED", Verdict.INVALID, 2, False),
    ("EXPIRED", Verdict.INVALID, 3, False),
    ("SUPERSEDED", Verdict.INVALID, 3, False),
    ("NOT_YET_VALID", Verdict.INVALID, 1, False),
    ("WRONG_COUNTER", Verdict.INVALID, None, True),
    ("NOT_FOR_MATTER", Verdict.INVALID, None, True),
    ("NOT_OUR_CODE", Verdict.UNDETERMINED, None, True),
    ("CODE_PARTIAL", Verdict.UNDETERMINED, 4, True),
    ("CODE_EXPIRED", Verdict.UNDETERMINED, None, True),
    ("NEEDS_HUB", Verdict.UNDETERMINED, None, True),
    ("NOT_FOUND", Verdict.UNDETERMINED, 5, True),
    ("CLOCK_WRONG", Verdict.UNDETERMINED, None, False),
    ("ISSUER_UNKNOWN", Verdict.UNDETERMINED, None, False),
    ("SUITE_MISSING", Verdict.UNDETERMINED, None, False),
    ("TEXT_UNFIT", Verdict.UNDETERMINED, None, False),
    ("NO_AGREEMENT", Verdict.UNDETERMINED, None, False),
    ("RECORD_GONE", Verdict.UNDETERMINED, 5, False),
    ("UPGRADE_NEEDED", Verdict.UNDETERMINED, None, False),
    ("NOT_BELIEVED", Verdict.UNDETERMINED, None, False),
    ("PEER_DOWN", Verdict.UNDETERMINED, None, False),
    ("LIST_TOO_OLD", Verdict.UNDETERMINED, None, False),
    ("FACT_TOO_OLD", Verdict.UNDETERMINED, None, False),
    ("STATUS_UNKNOWN", Verdict.UNDETERMINED, 4, False),
    ("SUBJECT_UNLINKED", Verdict.UNDETERMINED, 4, False),
    ("MODE_L3", Verdict.UNDETERMINED, 4, False),
    ("SUBJECT_OTHER", Verdict.CHECK, None, False),
    ("NOT_NEEDED", Verdict.CHECK, None, False),
    ("FIELDS_WITHHELD", Verdict.CHECK, 4, False),
    ("CLAIM_ABSENT", Verdict.CHECK, 4, False),
    ("MODE_L2", Verdict.CHECK, 4, False),
    ("STATUS_AGED", Verdict.CHECK, 4, False),
    ("SHOWN_UNKNOWN", Verdict.CHECK, 4, False),
    ("NAME_VARIANT", Verdict.CHECK, 6, False),
    ("USE_UNKNOWN", Verdict.CHECK, 4, False),
    ("KIND_UNKNOWN", Verdict.CHECK, 4, False),
    ("VERSION_UNKNOWN", Verdict.CHECK, 4, False),
    ("CLAIM_UNKNOWN", Verdict.CHECK, 4, False),
    ("VERSION_UNSTATED", Verdict.CHECK, 4, False),
    ("NO_CATALOGUE", Verdict.CHECK, 4, False),
    ("NOT_BOUND", Verdict.CHECK, 4, False),
    ("REGION_ONLY", Verdict.CHECK, 4, False),
    ("NOT_LOGGED", Verdict.CHECK, 4, False),
    ("IDENTITY_SEEN", Verdict.CHECK, 4, False),
    ("EXPIRES_SOON", Verdict.CHECK, 0, False),
    ("OK", Verdict.VALID, 0, False),
)

CODES: Mapping[str, Cause] = MappingProxyType(
    {
        code: Cause(code=code, verdict=verdict, rank=rank, result_number=number, of_code=of_code)
        for rank, (code, verdict, number, of_code) in enumerate(_CATALOGUE)
    }
)
"""The catalogue by code."""


def failure(named: str) -> str:
    """Return the cause that somebody else told us for a code that failed, if it is one of ours and says so.

    Another word, or one that would make something good, is read as STATUS_UNKNOWN: nothing is known.
    """
    cause = CODES.get(named)
    failed = cause is not None and (
        cause.verdict in (Verdict.INVALID, Verdict.UNDETERMINED) or named == "MODE_L2"
    )
    return named if failed else "STATUS_UNKNOWN"
