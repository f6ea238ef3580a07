"""Every event that a hub writes: its name, what its subject names, and the shape of its body. Nothing else is appended.

    append(unit, Event(CERTIFICATE_ISSUED, by.key, certificate.ref.hex(), Issued(kind, agency, version)))

A leaf of the history covers the name and the body of an event, so a row is never rewritten. A name or a shape that
changes gets a new row here, and the old name stays as a former one: readers see the new name, the leaf keeps the old.
A body holds what counts need later (kind, matter, purpose, fields) and no personal value; free texts that somebody
wrote, such as a reason, are sealed with it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from certhub.history.events.bodies import (
    Bundled,
    CaseAsked,
    Changed,
    Concluded,
    DemoReset,
    Disputed,
    IdentityChecked,
    Imported,
    Issued,
    Jumped,
    Look,
    NoticeTaken,
    PeerSwitched,
    Refused,
    RequestMoved,
    RequestOpened,
    Revealed,
    Settled,
    Shown,
    Superseded,
    Voided,
)
from certhub.history.events.body import Body
from certhub.history.events.message_bodies import MessageGivenUp, MessageSent, MessageTested
from certhub.history.events.organisation import (
    AgencyListed,
    NodeAdded,
    NodeEnded,
    NodeRenamed,
    OrganisationImported,
)
from certhub.history.events.staff import (
    SessionBegun,
    SessionEnded,
    SessionProven,
    SignInRefused,
    StaffAdded,
    StaffEnded,
    StaffEnrolled,
    StaffImported,
    StaffInvited,
)


class Subject(StrEnum):
    """What the subject of an event names, and the shape of such a name."""

    CREDENTIAL = "credential"
    """The hash of the credential's signed header.payload, in hex."""
    VERIFICATION = "verification"
    """The id of a verification."""
    CASE = "case"
    """The id of a case."""
    REGION = "region"
    """Six digits."""
    FILE = "file"
    """The SHA-256 of an imported file."""
    BUNDLE = "bundle"
    """The version of an offline bundle."""
    DIVISION = "division"
    """The code of a division."""
    AGENCY = "agency"
    """The USCC of an agency."""
    OFFICE = "office"
    """The code of an office."""
    LOGIN = "login"
    """The id of a member of staff's login."""
    WINDOW = "window"
    """The codes of an office and of a window of it, with a slash between."""
    MESSAGE = "message"
    """The id of a message to somebody."""

    def names(self, text: str) -> bool:
        """Whether a text has the shape of such a subject."""
        return _SHAPES[self].fullmatch(text) is not None


_SHAPES: Mapping[Subject, re.Pattern[str]] = {
    Subject.CREDENTIAL: re.compile(r"[0-9a-f]{64}"),
    Subject.VERIFICATION: re.compile(r"[0-9A-Za-z_-]{1,64}"),
    Subject.CASE: re.compile(r"[0-9A-Z]{26}"),
    Subject.REGION: re.compile(r"[1-9][0-9]{5}"),
    Subject.FILE: re.compile(r"[0-9a-f]{64}"),
    Subject.BUNDLE: re.compile(r"[0-9]{1,20}"),
    Subject.DIVISION: re.compile(r"[1-9][0-9]{5}(-[A-Z0-9]{2,6})?"),
    Subject.AGENCY: re.compile(r"[0-9A-Z]{18}"),
    Subject.OFFICE: re.compile(r"[A-Z0-9][A-Z0-9_.-]{0,31}"),
    Subject.LOGIN: re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    Subject.WINDOW: re.compile(r"[A-Z0-9][A-Z0-9_.-]{0,31}/[A-Z0-9][A-Z0-9_.-]{0,31}"),
    Subject.MESSAGE: re.compile(r"[0-9A-Z]{26}"),
}


B = TypeVar("B", bound=Body)


@dataclass(frozen=True)
class EventType(Generic[B]):
    """One row of the catalogue; `former` are names under which older rows and leaves were written.

    Two rows may have one former name: the subject tells which of them was meant. The body of an older row holds what
    was known then, and may lack members of today's.
    """

    name: str
    subject: Subject
    body: type[B]
    former: tuple[str, ...] = ()


CERTIFICATE_ISSUED = EventType("certificate.issued", Subject.CREDENTIAL, Issued)
CERTIFICATE_SUSPENDED = EventType("certificate.suspended", Subject.CREDENTIAL, Changed)
CERTIFICATE_REINSTATED = EventType(
    "certificate.reinstated", Subject.CREDENTIAL, Changed, former=("certificate.active",)
)
CERTIFICATE_REVOKED = EventType("certificate.revoked", Subject.CREDENTIAL, Changed)
CERTIFICATE_WITHDRAWN = EventType("certificate.withdrawn", Subject.CREDENTIAL, Changed)
CERTIFICATE_CANCELLED = EventType("certificate.cancelled", Subject.CREDENTIAL, Changed)
CERTIFICATE_TRANSFERRED_OUT = EventType("certificate.transferred_out", Subject.CREDENTIAL, Changed)
CERTIFICATE_SUPERSEDED = EventType("certificate.superseded", Subject.CREDENTIAL, Superseded)
CERTIFICATE_VOIDED = EventType("certificate.voided", Subject.CREDENTIAL, Voided)
CERTIFICATE_SHOWN = EventType("certificate.shown", Subject.CREDENTIAL, Shown)
CERTIFICATE_LOOKED_AT = EventType(
    "certificate.looked_at", Subject.CREDENTIAL, Look, former=("certificate.looked",)
)
PEER_CERTIFICATE_LOOKED_AT = EventType(
    "peer_certificate.looked_at", Subject.VERIFICATION, Look, former=("certificate.looked",)
)
CODE_REFUSED = EventType("code.refused", Subject.VERIFICATION, Refused)
VERIFICATION_CONCLUDED = EventType("verification.concluded", Subject.VERIFICATION, Concluded)
VERIFICATION_REVEALED = EventType("verification.revealed", Subject.VERIFICATION, Revealed)
REQUEST_OPENED = EventType("request.opened", Subject.VERIFICATION, RequestOpened)
REQUEST_SEEN = EventType("request.seen", Subject.VERIFICATION, RequestMoved)
REQUEST_ANSWERED = EventType("request.answered", Subject.VERIFICATION, RequestMoved)
REQUEST_REFUSED = EventType("request.refused", Subject.VERIFICATION, RequestMoved)
REQUEST_VOIDED = EventType("request.voided", Subject.VERIFICATION, RequestMoved)
IDENTITY_CHECKED = EventType("identity.checked", Subject.VERIFICATION, IdentityChecked)
CASE_ASKED = EventType("case.asked", Subject.CASE, CaseAsked)
LOOK_DISPUTED = EventType("look.disputed", Subject.VERIFICATION, Disputed)
DISPUTE_SETTLED = EventType("dispute.settled", Subject.VERIFICATION, Settled)
NOTICE_TAKEN = EventType("notice.taken", Subject.VERIFICATION, NoticeTaken)
IMPORT_FINISHED = EventType("import.finished", Subject.FILE, Imported)
ORGANISATION_IMPORTED = EventType("organisation.imported", Subject.FILE, OrganisationImported)
DIVISION_ADDED = EventType("division.added", Subject.DIVISION, NodeAdded)
AGENCY_ADDED = EventType("agency.added", Subject.AGENCY, NodeAdded)
OFFICE_ADDED = EventType("office.added", Subject.OFFICE, NodeAdded)
WINDOW_ADDED = EventType("window.added", Subject.WINDOW, NodeAdded)
DIVISION_ENDED = EventType("division.ended", Subject.DIVISION, NodeEnded)
AGENCY_ENDED = EventType("agency.ended", Subject.AGENCY, NodeEnded)
OFFICE_ENDED = EventType("office.ended", Subject.OFFICE, NodeEnded)
WINDOW_ENDED = EventType("window.ended", Subject.WINDOW, NodeEnded)
AGENCY_RENAMED = EventType("agency.renamed", Subject.AGENCY, NodeRenamed)
AGENCY_LISTED = EventType("agency.listed", Subject.AGENCY, AgencyListed)
STAFF_IMPORTED = EventType("staff.imported", Subject.FILE, StaffImported)
STAFF_ADDED = EventType("staff.added", Subject.LOGIN, StaffAdded)
STAFF_INVITED = EventType("staff.invited", Subject.LOGIN, StaffInvited)
STAFF_ENROLLED = EventType("staff.enrolled", Subject.LOGIN, StaffEnrolled)
STAFF_ENDED = EventType("staff.ended", Subject.LOGIN, StaffEnded)
SESSION_BEGUN = EventType("session.begun", Subject.LOGIN, SessionBegun)
SESSION_PROVEN = EventType("session.proven", Subject.LOGIN, SessionProven)
SESSION_ENDED = EventType("session.ended", Subject.LOGIN, SessionEnded)
SIGN_IN_REFUSED = EventType("sign_in.refused", Subject.LOGIN, SignInRefused)
BUNDLE_ISSUED = EventType("bundle.issued", Subject.BUNDLE, Bundled)
PEER_STOPPED = EventType("peer.stopped", Subject.REGION, PeerSwitched)
PEER_RESUMED = EventType("peer.resumed", Subject.REGION, PeerSwitched)
CLOCK_JUMPED = EventType("clock.jumped", Subject.REGION, Jumped)
DEMO_RESET = EventType("demo.reset", Subject.REGION, DemoReset)
MESSAGE_TESTED = EventType("message.tested", Subject.MESSAGE, MessageTested)
MESSAGE_SENT = EventType("message.sent", Subject.MESSAGE, MessageSent)
MESSAGE_GIVEN_UP = EventType("message.given_up", Subject.MESSAGE, MessageGivenUp)

CATALOGUE: Mapping[str, EventType[Any]] = MappingProxyType(
    {
        row.name: row
        for row in (
            CERTIFICATE_ISSUED,
            CERTIFICATE_SUSPENDED,
            CERTIFICATE_REINSTATED,
            CERTIFICATE_REVOKED,
            CERTIFICATE_WITHDRAWN,
            CERTIFICATE_CANCELLED,
            CERTIFICATE_TRANSFERRED_OUT,
            CERTIFICATE_SUPERSEDED,
            CERTIFICATE_VOIDED,
            CERTIFICATE_SHOWN,
            CERTIFICATE_LOOKED_AT,
            PEER_CERTIFICATE_LOOKED_AT,
            CODE_REFUSED,
            VERIFICATION_CONCLUDED,
            VERIFICATION_REVEALED,
            REQUEST_OPENED,
            REQUEST_SEEN,
            REQUEST_ANSWERED,
            REQUEST_REFUSED,
            REQUEST_VOIDED,
            IDENTITY_CHECKED,
            CASE_ASKED,
            LOOK_DISPUTED,
            DISPUTE_SETTLED,
            NOTICE_TAKEN,
            IMPORT_FINISHED,
            ORGANISATION_IMPORTED,
            DIVISION_ADDED,
            AGENCY_ADDED,
            OFFICE_ADDED,
            WINDOW_ADDED,
            DIVISION_ENDED,
            AGENCY_ENDED,
            OFFICE_ENDED,
            WINDOW_ENDED,
            AGENCY_RENAMED,
            AGENCY_LISTED,
            STAFF_IMPORTED,
            STAFF_ADDED,
            STAFF_INVITED,
            STAFF_ENROLLED,
            STAFF_ENDED,
            SESSION_BEGUN,
            SESSION_PROVEN,
            SESSION_ENDED,
            SIGN_IN_REFUSED,
            BUNDLE_ISSUED,
            PEER_STOPPED,
            PEER_RESUMED,
            CLOCK_JUMPED,
            DEMO_RESET,
            MESSAGE_TESTED,
            MESSAGE_SENT,
            MESSAGE_GIVEN_UP,
        )
    }
)
"""The closed table, by name."""
_FORMER: Mapping[str, tuple[EventType[Any], ...]] = {
    old: tuple(row for row in CATALOGUE.values() if old in row.former)
    for old in {old for row in CATALOGUE.values() for old in row.former}
}


@dataclass(frozen=True)
class Event(Generic[B]):
    """An event to append: `actor` is the key of an account, or a name of ours where no account acts.

    Raises:
        TypeError: the catalogue has no such row, or the row has another body or names another kind of subject.
    """

    type: EventType[B]
    actor: str
    subject: str
    body: B

    def __post_init__(self) -> None:
        if CATALOGUE.get(self.type.name) is not self.type:
            raise TypeError(f"the catalogue has no event {self.type.name}")
        if type(self.body) is not self.type.body:
            raise TypeError(f"{self.type.name} has a body of {self.type.body.__name__}")
        if not self.type.subject.names(self.subject):
            raise TypeError(f"the subject of {self.type.name} names no {self.type.subject.value}")


def name_of(written: str, subject: str) -> str:
    """Return today's name for the name that a row was written under; one that nobody knows stays as it is."""
    return next((row.name for row in _FORMER.get(written, ()) if row.subject.names(subject)), written)


def names_of(name: str) -> tuple[str, ...]:
    """Return every name under which rows of today's `name` were written."""
    row = CATALOGUE.get(name)
    return (name,) if row is None else (name, *row.former)
