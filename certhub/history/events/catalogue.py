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

from certhub.history.events.body import Body
from certhub.history.events.message_bodies import MessageGivenUp, MessageSent, MessageTested


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
    Subject.MESSAGE: re.compile(r"[0-9A-Z]{26}"),
}


@dataclass(frozen=True, kw_only=True)
class Issued(Body):
    """A certificate, or a new version of one, is signed and in force."""

    kind: str
    agency: str
    version: int


@dataclass(frozen=True, kw_only=True)
class Changed(Body):
    """An agency changed the state of a certificate by a decision; `effective_from` is a date, None for now."""

    kind: str
    agency: str
    reason: str
    decision: str
    effective_from: str | None


@dataclass(frozen=True, kw_only=True)
class Superseded(Body):
    """A new version took a certificate's place; `next` is its credential's hash in hex."""

    kind: str
    agency: str
    reason: str
    decision: str
    next: str


@dataclass(frozen=True, kw_only=True)
class Voided(Body):
    """A certificate was intended and never signed."""

    kind: str
    agency: str


@dataclass(frozen=True, kw_only=True)
class Shown(Body):
    """A holder made a code; `jti` and `exp` (seconds since 1970) are those of a sealed one, else None."""

    kind: str
    mode: str
    matter: str | None
    jti: str | None = None
    exp: int | None = None


@dataclass(frozen=True, kw_only=True)
class Look(Body):
    """A clerk of `region` was told of a certificate.

    `asked` are the fields that the matter needs, `told` those that were given. The hub that answers another region
    does not know the verdict that is reached there: None.
    """

    verification: str
    kind: str
    purpose: str
    matter: str
    region: str
    office: str
    window: str
    asked: tuple[str, ...]
    told: tuple[str, ...]
    verdict: str | None
    code: str | None


@dataclass(frozen=True, kw_only=True)
class Refused(Body):
    """A code led to no certificate; `code` is the cause."""

    matter: str
    code: str


@dataclass(frozen=True, kw_only=True)
class Concluded(Body):
    """A clerk said how a verification ended, for the `number`th time."""

    result: str
    number: int
    has_note: bool


@dataclass(frozen=True, kw_only=True)
class Revealed(Body):
    """A clerk was given a covered field of an item."""

    item: int
    field: str


@dataclass(frozen=True, kw_only=True)
class RequestOpened(Body):
    """A clerk requested certificates for a matter; `declares` tells that a value was declared, to be compared."""

    matter: str
    mode: str
    office: str
    window: str
    declares: bool


@dataclass(frozen=True, kw_only=True)
class RequestMoved(Body):
    """A holder, or the hub of the region `home` for its holder, opened, answered, refused or voided a request."""

    matter: str
    region: str
    home: str


@dataclass(frozen=True, kw_only=True)
class IdentityChecked(Body):
    """A clerk checked the identity of who stands there; `has_number` tells that a number was read."""

    method: str
    has_number: bool


@dataclass(frozen=True, kw_only=True)
class CaseAsked(Body):
    """A clerk asked whether a holder has what a case still needs; whom and what they hold is not told."""

    matter: str
    office: str


@dataclass(frozen=True, kw_only=True)
class Disputed(Body):
    """A holder says of a look, made by a clerk of `region`, that it was not them."""

    region: str
    matter: str
    kind: str | None
    has_note: bool


@dataclass(frozen=True, kw_only=True)
class Settled(Body):
    """A dispute of a holder of the region `home` was settled here."""

    home: str
    finding: str


@dataclass(frozen=True, kw_only=True)
class NoticeTaken(Body):
    """Another region told something of a verification."""

    region: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Imported(Body):
    """A department's file was taken in; counts of its rows."""

    rows: int
    issued: int
    existing: int
    refused: int


@dataclass(frozen=True, kw_only=True)
class Bundled(Body):
    """An offline bundle was made, with so many status lists."""

    lists: int


@dataclass(frozen=True, kw_only=True)
class PeerSwitched(Body):
    """An operator stopped or resumed the exchange with a region."""

    reason: str | None


@dataclass(frozen=True, kw_only=True)
class Jumped(Body):
    """The wall clock moved against the monotonic one, by so many seconds."""

    seconds: int


@dataclass(frozen=True, kw_only=True)
class DemoReset(Body):
    """A demo was put back: certificates by what was done to them, codes forgotten, regions resumed."""

    kept: int
    led_back: int
    reissued: int
    codes: int
    resumed: tuple[str, ...]


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
