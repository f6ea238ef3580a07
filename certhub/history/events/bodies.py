"""The bodies of the events about certificates, verifications, requests, disputes, regions and the hub itself."""

from dataclasses import dataclass

from certhub.history.events.body import Body


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
