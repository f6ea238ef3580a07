"""What this hub knows of a code that it minted itself: shared by `verify` (our clerk) and `answer` (another region's).

1 tickets        unknown, expired and used differ; nothing is spent here
2 certificates   as many as the ticket's row names: a placeholder for each that is gone, or may not be told
3 certificates   the fields: what the matter needs, the holder agreed to, and (for others) the agreement lets out
4 engine         each certificate examined as a stranger would, its status read from our own row
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from certhub_schemas import Matter, kind
from certhub_verifier.engine import examine, run
from certhub_verifier.errors import VerifierError
from certhub_verifier.evidence import PresentedCredential, SealedCode
from certhub_verifier.facts import Checked, Fact, Outcome
from certhub_verifier.formats import codes
from certhub_verifier.formats.exchange import envelope
from certhub_verifier.formats.exchange.receipt import cert_digest
from certhub_verifier.formats.exchange.reported_fact import StatedIssuer
from certhub_verifier.formats.jose import jws
from certhub_verifier.lookups import (
    Lookup,
    LookupResult,
    RedemptionOf,
    RedemptionRecord,
    StatusAt,
    StatusRecord,
)
from certhub_verifier.policy import Channel, policy_for
from certhub_verifier.report import ItemReport, ShownItem, UntoldItem

from certhub.adapters.clock import AHEAD
from certhub.db.engine import Unit
from certhub.hub.trip import Trip
from certhub.records.certificates import store as certificates
from certhub.records.certificates.record import Certificate
from certhub.records.certificates.rules import State
from certhub.records.credentials.present import CORE, fields_shown, present
from certhub.verification.tickets import store as tickets
from certhub.verification.tickets.item import TicketItem
from certhub.verification.tickets.store import Redemption

SALT_BYTES = 32
LAST_SECOND = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())
NO_AGREEMENT, RECORD_GONE = envelope.WITHHELD
Allowed = Callable[[str], Collection[str] | None]


@dataclass(frozen=True)
class Examined:
    """One certificate behind a code, examined; `salt` and `identifier` open the digest in the receipt."""

    item: ItemReport
    cert_digest: str
    salt: bytes | None = None
    identifier: str | None = None
    ref: str = ""


@dataclass(frozen=True)
class Redeemable:
    """What using a code spends: the token's hash, for as long as the token lives."""

    token_hash: bytes
    keep_until: datetime


@dataclass(frozen=True)
class Resolved:
    """What was found behind a code: items, or the cause why the code itself fails.

    There is an item for every certificate that the code names, a placeholder where it is not told;
    `is_count_known` is false where another region did not say how many there are. `redeemable` is None where nothing
    is spent here: nothing told, nothing spent.
    """

    channel: Channel
    items: tuple[Examined | UntoldItem, ...] = ()
    cause: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict)
    redeemable: Redeemable | None = None
    is_count_known: bool = True

    @property
    def told(self) -> tuple[Examined, ...]:
        """The certificates that are told."""
        return tuple(found for found in self.items if isinstance(found, Examined))

    @property
    def shown(self) -> tuple[ShownItem, ...]:
        """Every certificate, as a report has it."""
        return tuple(found.item if isinstance(found, Examined) else found for found in self.items)


def everything(kind_code: str) -> Collection[str] | None:
    """Let every field out: what a clerk of the own region may be shown is bounded by the matter alone."""
    return (*CORE, *(f.title for f in kind(kind_code).fields))


def look(
    code: codes.Ticket | codes.Sealed,
    text: str,
    matter: Matter,
    *,
    trip: Trip,
    allowed: Allowed = everything,
    where: Callable[[Redemption], str] = lambda use: use.window,
) -> Resolved:
    """Look behind a code of our own region; nothing is written.

    `allowed` gives the fields of a kind that the asker may be shown at all, None where that kind may not be
    told; `where` words the place of an earlier use.
    """
    if isinstance(code, codes.Sealed):
        return _behind_sealed(code, text, matter, allowed, trip=trip, where=where)
    token_hash = codes.ticket_hash(text)
    with trip.reading() as unit:
        ticket = tickets.find(unit, token_hash)
        if ticket is None:
            return Resolved(Channel.TICKET, cause="NOT_FOUND")
        use = tickets.redemption_of(unit, token_hash)
        if use is not None:
            return used(Channel.TICKET, use, Redeemable(token_hash, ticket.expires_at), where=where)
        is_over = unit.now >= ticket.expires_at or tickets.is_forgotten(unit, ticket.expires_at)
        if is_over or ticket.minted_at > unit.now + AHEAD:
            return Resolved(Channel.TICKET, cause="CODE_EXPIRED")
        if ticket.matter is not None and ticket.matter != matter.code:
            return Resolved(Channel.TICKET, cause="NOT_FOR_MATTER")
        named = [(item, certificates.find(unit, item.certificate_id)) for item in ticket.items]
        now = unit.now
    items = tuple(
        _told(item, certificate, matter, allowed, now=now, trip=trip) for item, certificate in named
    )
    return _resolved(Channel.TICKET, items, Redeemable(token_hash, ticket.expires_at))


def _resolved(channel: Channel, items: tuple[Examined | UntoldItem, ...], redeemable: Redeemable) -> Resolved:
    found = Resolved(channel, items, redeemable=redeemable)
    return found if found.told else replace(found, redeemable=None)


def used(
    channel: Channel, use: Redemption, redeemable: Redeemable, *, where: Callable[[Redemption], str]
) -> Resolved:
    """Say that a code was used: when, and where."""
    detail = {"time": use.at.isoformat(), "where": where(use)}
    return Resolved(channel, cause="CODE_USED", detail=detail, redeemable=redeemable)


def record_of(certificate: Certificate, as_of: datetime) -> StatusRecord:
    """Return what our own row says of a certificate's status, as the engine takes it."""
    detail = {}
    if certificate.record.decision:
        detail["decision"] = certificate.record.decision
    if certificate.state is not State.ACTIVE:
        detail["date"] = certificate.state_since.isoformat()
    return StatusRecord(
        state=certificate.state.value, as_of=as_of, since=certificate.state_since, detail=detail
    )


def _told(
    item: TicketItem,
    certificate: Certificate | None,
    matter: Matter,
    allowed: Allowed,
    *,
    now: datetime,
    trip: Trip,
) -> Examined | UntoldItem:
    """Examine one certificate that the ticket names, or say why it is not told."""
    if certificate is None:
        return UntoldItem(RECORD_GONE)
    fields = allowed(certificate.kind)
    if fields is None:
        return UntoldItem(NO_AGREEMENT)
    return _examined(item, certificate, matter, fields, now=now, trip=trip)


def _examined(
    item: TicketItem,
    certificate: Certificate,
    matter: Matter,
    allowed: Collection[str],
    *,
    now: datetime,
    trip: Trip,
) -> Examined:
    wanted = fields_shown(matter.fields_for(certificate.kind), item.fields)
    fields = [name for name in wanted if name in allowed]
    salt = trip.random(SALT_BYTES)
    digest, identifier = cert_digest(salt, certificate.record.identifier), certificate.record.identifier
    redeemed = Checked(Fact.ONE_TIME, Outcome.YES, None, now)

    def answer(need: Lookup) -> LookupResult | None:
        return record_of(certificate, now) if isinstance(need, StatusAt) else None

    report = run(
        examine(
            PresentedCredential(
                present(certificate, fields),
                how="ticket",
                redeemed=redeemed,
                known=(_meant_for_us(now),),
                asker=trip.region,
            ),
            trust=trip.trust,
            policy=policy_for(matter, Channel.TICKET),
            catalogue=trip.catalogue,
            now=trip.now,
        ),
        answer,
    )
    return Examined(report, digest, salt, identifier, certificate.ref.hex())


def _behind_sealed(
    code: codes.Sealed,
    text: str,
    matter: Matter,
    allowed: Allowed,
    *,
    trip: Trip,
    where: Callable[[Redemption], str],
) -> Resolved:
    """A sealed code checked online at its own region: status from the row, used once by its id.

    Its face lies open in the picture; what we say of it is cut to what the asker may be shown all the same.
    """
    channel = Channel.PAPER if code.prefix == "EC3" else Channel.SEALED
    payload = _payload(code)
    if payload is None:
        return Resolved(channel, cause="TAMPERED")
    token_hash = codes.ticket_hash(f"{payload.iss}:{payload.jti}")
    with trip.reading() as unit:
        use, ends = tickets.redemption_of(unit, token_hash), max(_moment(payload.exp), unit.now)
        is_forgotten = tickets.is_forgotten(unit, ends)
        certificate = certificates.by_slot(unit, payload.list_no, payload.index)
        if certificate is not None and certificate.ref[: len(payload.ref)] != payload.ref:
            certificate = None  # the slot is of another credential than the code speaks of
        now = unit.now
    redeemable = Redeemable(token_hash, ends)
    if use is not None:
        return used(channel, use, redeemable, where=where)
    if is_forgotten:
        return Resolved(channel, cause="CODE_EXPIRED")

    def answer(need: Lookup) -> LookupResult | None:
        if isinstance(need, StatusAt):
            return None if certificate is None else record_of(certificate, now)
        return RedemptionRecord(redeemed=False, as_of=now) if isinstance(need, RedemptionOf) else None

    report = run(
        examine(
            SealedCode(
                text,
                known=(_meant_for_us(now),),
                asker=trip.region,
                kind_version=None if certificate is None else certificate.kind_version,
            ),
            trust=trip.trust,
            policy=policy_for(matter, channel),
            catalogue=trip.catalogue,
            now=trip.now,
        ),
        answer,
    )
    if certificate is None or report.code in {"TAMPERED", "CODE_EXPIRED"}:
        return Resolved(
            channel, cause=report.code if report.code != "OK" else "NOT_FOUND", detail=report.detail
        )
    shown = allowed(report.kind)
    if shown is None:
        return _resolved(channel, (UntoldItem(NO_AGREEMENT),), redeemable)
    salt = trip.random(SALT_BYTES)
    agency = trip.trust.agency(certificate.agency)
    found = Examined(
        replace(
            report,
            disclosed={name: value for name, value in report.disclosed.items() if name in shown},
            issuer=StatedIssuer(certificate.agency, agency.name if agency else certificate.agency),
            valid_from=certificate.valid_from,
            valid_to=certificate.valid_to,
        ),
        cert_digest(salt, certificate.record.identifier),
        salt,
        certificate.record.identifier,
        certificate.ref.hex(),
    )
    return _resolved(channel, (found,), redeemable)


def _moment(seconds: int) -> datetime:
    """Return the end that a code states; nobody has checked it, and it may lie beyond every calendar."""
    return datetime.fromtimestamp(min(seconds, LAST_SECOND), UTC)


def _meant_for_us(now: datetime) -> Checked:
    """Say that whoever asks now is the one to whom it was shown: no code of ours is bound to another counter."""
    return Checked(Fact.AUDIENCE, Outcome.YES, None, now)


def _payload(code: codes.Sealed) -> codes.SealedPayload | None:
    typ = "paper+jwt" if code.prefix == "EC3" else "show+jwt"
    try:
        return codes.SealedPayload.parse(jws.parse(code.jws, typ).payload)
    except VerifierError:
        return None


def region_of(code: codes.Ticket | codes.Sealed) -> str | None:
    """Return the region that minted a code, by its own (not yet verified) word: it says only whom to ask."""
    if isinstance(code, codes.Ticket):
        return code.region
    payload = _payload(code)
    return None if payload is None else payload.iss


def redemption_now(unit: Unit, *, region: str, clerk: str, window: str, verification_id: str) -> Redemption:
    """Return the use that this very unit of work would make of a code."""
    return Redemption(unit.now, region, clerk, window, verification_id)
