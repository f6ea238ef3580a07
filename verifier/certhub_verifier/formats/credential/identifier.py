"""Certificate identifiers, as GB/T 36904-2018 lays them out.

    1.2.156.3005.2 . 11100000000013338W011 . 11430000006122244L . 20230000403 . 001 . U
    └── root ────┘   └── kind ───────────┘   └── agency ──────┘   └─ serial ┘  ver  check

The check character covers kind, agency, serial and version run together, without the root and without
the dots (ISO 7064 MOD 37,36; GB/T 17710). We issue and `parse` this one spelling. What other systems
have printed is `read` with a note on its check character: a wrong variant of it is in circulation, and
one product writes a six-digit region where the agency belongs.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from certhub_schemas.codes.mod37_36 import check_character, continued, legacy_check_character, state_after
from certhub_schemas.codes.text import normalise

from certhub_verifier.errors import Malformed

ROOT = "1.2.156.3005.2"  # GB/T 36904: the arc of electronic certificates
MAX_SERIAL = 64  # characters; the standard sets no bound, 32 is the longest seen
MAX_VERSION = 999  # three digits, from 001
MAX_TEXT = 160  # characters: the longest identifier is 129, and a reader may meet spaces around it

_KIND = re.compile(r"[0-9A-Z]{18}[0-9]{3}")
_AGENCY = re.compile(r"[0-9A-Z]{18}")
_AGENCY_OR_REGION = re.compile(r"[0-9A-Z]{18}|[0-9]{6}")
_SERIAL = re.compile(rf"[0-9A-Z]{{1,{MAX_SERIAL}}}")
_VERSION = re.compile(r"[0-9]{3}")
_CHECK = re.compile(r"[0-9A-Z]")
_BEHIND_AGENCY = re.compile(rf"([0-9A-Z]{{1,{MAX_SERIAL}}})\.((?!000)[0-9]{{3}})\.([0-9A-Z])")


class CheckStatus(StrEnum):
    """What the check character of somebody else's identifier is."""

    OK = "ok"
    LEGACY_VARIANT = "legacy_variant"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Identifier:
    """One version of one certificate; prints with its check character.

    kind     21 characters: who defined it (USCC) and three digits
    issuer   USCC of the agency, 18 characters (six digits where `read` met a region in its place)
    serial   1 to 64 digits and upper-case letters; never a person's number, others get to see it
    version  1 to 999
    """

    kind: str
    issuer: str
    serial: str
    version: int

    def __post_init__(self) -> None:
        forms = ((self.kind, _KIND), (self.issuer, _AGENCY_OR_REGION), (self.serial, _SERIAL))
        if not all(form.fullmatch(part) for part, form in forms):
            raise Malformed("a part of the identifier has another length or alphabet")
        if not 1 <= self.version <= MAX_VERSION:
            raise Malformed(f"an identifier's version is 1 to {MAX_VERSION}")

    def __str__(self) -> str:
        """Return the full text, root and check character included."""
        check = continued(_known_state(self.kind + self.issuer), f"{self.serial}{self.version:03d}")
        return f"{ROOT}.{self.kind}.{self.issuer}.{self.serial}.{self.version:03d}.{check}"

    @property
    def checked(self) -> str:
        """What the check character covers."""
        return f"{self.kind}{self.issuer}{self.serial}{self.version:03d}"

    @classmethod
    def parse(cls, text: str) -> "Identifier":
        """Read an identifier as we print it, check character included.

        Raises:
            Malformed: the root, the number or form of the parts, or the check character is wrong.
        """
        found, _ = _taken_apart(text)
        if not _AGENCY.fullmatch(found.issuer):
            raise Malformed("the identifier names no agency")
        if str(found) != text:
            raise Malformed("the identifier's check character does not match")
        return found


def is_printed_of(text: str, kind: str, agency: str) -> bool:
    """Tell whether `Identifier.parse` takes `text`, and it names that kind and that agency."""
    begins, state = _beginning(kind, agency)
    found = _BEHIND_AGENCY.fullmatch(text, len(begins)) if text.startswith(begins) else None
    return found is not None and continued(state, found[1] + found[2]) == found[3]


@lru_cache(maxsize=4_096)
def _beginning(kind: str, agency: str) -> tuple[str, int]:
    """Return how the identifiers of a kind and an agency begin, and how far their check is reckoned by then.

    Raises:
        Malformed: one of the two is of another form.
    """
    if not _KIND.fullmatch(kind) or not _AGENCY.fullmatch(agency):
        raise Malformed("a part of the identifier has another length or alphabet")
    return f"{ROOT}.{kind}.{agency}.", state_after(kind + agency)


# Of what is well formed alone; kinds and agencies begin many identifiers.
_known_state = lru_cache(maxsize=4_096)(state_after)


def read(text: str) -> tuple[Identifier, CheckStatus]:
    """Read an identifier that another system printed: any case and width, spaces around it, any check.

    Returns the identifier, which prints with the right check character, and what the printed one was.

    Raises:
        Malformed: the root, or the number or form of the parts, is wrong.
    """
    if len(text) > MAX_TEXT:
        raise Malformed(f"an identifier of more than {MAX_TEXT} characters")
    found, printed = _taken_apart(normalise(text))
    if printed == check_character(found.checked):
        return found, CheckStatus.OK
    if printed == legacy_check_character(found.checked):
        return found, CheckStatus.LEGACY_VARIANT
    return found, CheckStatus.BAD


def _taken_apart(text: str) -> tuple[Identifier, str]:
    """Return the identifier and the check character printed with it, which nobody has looked at."""
    root, parts = text[: len(ROOT) + 1], text[len(ROOT) + 1 :].split(".")
    if root != f"{ROOT}.":
        raise Malformed(f"an identifier starts with {ROOT}.")
    if len(parts) != 5:
        raise Malformed("an identifier has five parts after its root")
    kind, issuer, serial, version, check = parts
    if not _VERSION.fullmatch(version) or not _CHECK.fullmatch(check):
        raise Malformed("an identifier ends with three digits of version and one check character")
    return Identifier(kind, issuer, serial, int(version)), check
