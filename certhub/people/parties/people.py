"""Who can ask the hub for something, as plain values.

Agency     issues and changes certificates, for the agencies it may act for
Clerk      verifies what is shown, at a window of an office
Holder     sees and shows what they, or those they act for, hold
Operator   keeps the hub running; sees no personal data
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from uuid import UUID

PAGE_PREFIX = "page-"
"""How a token begins that only a page's session has; stored is the hash of the whole, so nobody can strip it."""


class Role(StrEnum):
    """What kind of account this is."""

    AGENCY = "agency"
    CLERK = "clerk"
    HOLDER = "holder"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Actor:
    """One signed-in account; `is_page` when a page's session speaks for it, which gets values masked.

    `office` is the office's name as receipts have it, `office_code` its code where it is a registered one.
    """

    account: UUID
    role: Role
    name: str
    office: str = ""
    window: str = ""
    agencies: tuple[str, ...] = ()
    holder: bytes | None = None
    is_page: bool = False
    office_code: str = ""

    @cached_property
    def key(self) -> str:
        """How rows name this account."""
        return str(self.account)


@dataclass(frozen=True)
class Party:
    """A person or organisation: name, holder-ID type and number."""

    name: str
    id_type: str
    id_number: str


@dataclass(frozen=True)
class Principal:
    """Somebody that a holder acts for, and as what."""

    holder: bytes
    name: str
    role: str
