"""What stands behind a code that this hub minted: decided from what the store holds of it, without a door to anything.

Shared by `verify` (our clerk) and `answer` (another region's).

1 ticket         unknown, expired and redeemed differ; nothing is redeemed here
2 certificates   as many as the ticket names: a placeholder for each that is gone, or may not be told
3 fields         what the matter needs, the holder agreed to, and (for others) the agreement lets out
4 engine         each certificate examined as a stranger would, its status taken from our own row
"""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from certhub_schemas import Catalogue, Matter
from certhub_verifier.engine import examine, run
from certhub_verifier.evidence import PresentedCredential, SealedCode
from certhub_verifier.facts import Checked, Fact, Outcome
from certhub_verifier.formats.exchange import envelope
from certhub_verifier.formats.exchange.receipt import SALT_BYTES, cert_digest
from certhub_verifier.formats.exchange.reported_fact import StatedIssuer
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
from certhub_verifier.trust import TrustSet

from certhub.adapters.clock import AHEAD
from certhub.flows.verification.code_record import CodeRecord, Redeemable, SealedRecord, TicketRecord
from certhub.records.certificates.record import Certificate
from certhub.records.certificates.rules import State
from certhub.records.credentials.present import fields_shown, present
from certhub.verification.tickets.item import TicketItem
from certhub.verification.tickets.store import Redemption

NO_AGREEMENT, RECORD_GONE = envelope.WITHHELD


class _Everything(Container[str]):
    """Every field there is: what a clerk of the own region may be shown is bounded by the matter alone."""

    def __contains__(self, _: object) -> bool:
        return True


EVERYTHING = _Everything()


def no_bound(kind: str) -> Container[str] | None:
    """Let every field of every kind out."""
    return EVERYTHING


def window_of(redemption: Redemption) -> str:
    """Word the place of an earlier redemption for somebody of this region: the window."""
    return redemption.window


@dataclass(frozen=True)
class World:
    """What judges a code: when, by which trust set and catalogue, in which region, for which matter.

    `random` makes the salts of digests. `allowed` gives the fields of a kind that the asker may be shown at all, None
    where that kind may not be told; `place` words the place of an earlier redemption.
    """

    now: datetime
    trust: TrustSet
    catalogue: Catalogue
    region: str
    matter: Matter
    random: Callable[[int], bytes]
    allowed: Callable[[str], Container[str] | None] = no_bound
    place: Callable[[Redemption], str] = window_of


@dataclass(frozen=True)
class Examined:
    """One certificate behind a code, examined; `salt` and `identifier` open the digest in the receipt."""

    item: ItemReport
    cert_digest: str
    salt: bytes | None = None
    identifier: str | None = None
    ref: str = ""


@dataclass(frozen=True)
class Resolved:
    """What stands behind a code: items, or the cause why the code itself fails.

    There is an item for every certificate that the code names, a placeholder where it is not told;
    `is_count_known` is false where another region did not say how many there are. `redeemable` is None where nothing
    is redeemed here: nothing told, nothing redeemed.
    """

    channel: Channel
    items: tuple[Examined | UntoldItem, ...] = ()
    cause: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict)
    redeemable: Redeemable | None = None
    is_count_known: bool = True

    @property
    def examined(self) -> tuple[Examined, ...]:
        """The certificates that are told."""
        return tuple(item for item in self.items if isinstance(item, Examined))

    @property
    def report_items(self) -> tuple[ShownItem, ...]:
        """Every certificate, as a report has it."""
        return tuple(item.item if isinstance(item, Examined) else item for item in self.items)


def resolve(record: CodeRecord, *, world: World) -> Resolved:
    """Decide what stands behind a code of our own region; nothing is read and nothing is written."""
    if isinstance(record, SealedRecord):
        return _sealed(record, world)
    return _ticket(record, world)


def already_redeemed(
    channel: Channel, first: Redemption, redeemable: Redeemable, *, place: Callable[[Redemption], str]
) -> Resolved:
    """Say that a code was redeemed before: when, and where."""
    detail = {"time": first.at.isoformat(), "where": place(first)}
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


def _ticket(record: TicketRecord, world: World) -> Resolved:
    ticket = record.ticket
    if ticket is None:
        return Resolved(Channel.TICKET, cause="NOT_FOUND")
    redeemable = Redeemable(record.token_hash, ticket.expires_at)
    if record.redemption is not None:
        return already_redeemed(Channel.TICKET, record.redemption, redeemable, place=world.place)
    is_over = record.as_of >= ticket.expires_at or record.is_forgotten
    if is_over or ticket.minted_at > record.as_of + AHEAD:
        return Resolved(Channel.TICKET, cause="CODE_EXPIRED")
    if ticket.matter is not None and ticket.matter != world.matter.code:
        return Resolved(Channel.TICKET, cause="NOT_FOR_MATTER")
    items = tuple(_item(item, certificate, record.as_of, world) for item, certificate in record.named)
    return _resolved(Channel.TICKET, items, redeemable)


def _resolved(
    channel: Channel, items: tuple[Examined | UntoldItem, ...], redeemable: Redeemable | None
) -> Resolved:
    resolved = Resolved(channel, items, redeemable=redeemable)
    return resolved if resolved.examined else replace(resolved, redeemable=None)


def _item(
    item: TicketItem, certificate: Certificate | None, as_of: datetime, world: World
) -> Examined | UntoldItem:
    """Examine one certificate that the ticket names, or say why it is not told."""
    if certificate is None:
        return UntoldItem(RECORD_GONE)
    allowed = world.allowed(certificate.kind)
    if allowed is None:
        return UntoldItem(NO_AGREEMENT)
    wanted = fields_shown(world.matter.fields_for(certificate.kind), item.fields)
    fields = [name for name in wanted if name in allowed]

    def answer(lookup: Lookup) -> LookupResult | None:
        return record_of(certificate, as_of) if isinstance(lookup, StatusAt) else None

    report = run(
        examine(
            PresentedCredential(
                present(certificate, fields),
                how="ticket",
                redeemed=Checked(Fact.ONE_TIME, Outcome.YES, None, as_of),
                known=(_meant_for_us(as_of),),
                asker=world.region,
            ),
            trust=world.trust,
            policy=policy_for(world.matter, Channel.TICKET),
            catalogue=world.catalogue,
            now=world.now,
        ),
        answer,
    )
    return _examined(report, certificate, world)


def _examined(report: ItemReport, certificate: Certificate, world: World) -> Examined:
    salt, identifier = world.random(SALT_BYTES), certificate.record.identifier
    return Examined(report, cert_digest(salt, identifier), salt, identifier, certificate.ref.hex())


def _sealed(record: SealedRecord, world: World) -> Resolved:
    """A sealed code checked online at its own region: status from the row, redeemed once by its id.

    Its face lies open in the picture; what we say of it is cut to what the asker may be shown all the same.
    """
    channel, redeemable, certificate = record.channel, record.redeemable, record.certificate
    if redeemable is None:
        return Resolved(channel, cause="TAMPERED")
    if record.redemption is not None:
        return already_redeemed(channel, record.redemption, redeemable, place=world.place)
    if record.is_forgotten:
        return Resolved(channel, cause="CODE_EXPIRED")
    report = _report_of_sealed(record, world)
    if certificate is None or report.code in {"TAMPERED", "CODE_EXPIRED"}:
        cause = report.code if report.code != "OK" else "NOT_FOUND"
        return Resolved(channel, cause=cause, detail=report.detail)
    allowed = world.allowed(report.kind)
    if allowed is None:
        return _resolved(channel, (UntoldItem(NO_AGREEMENT),), redeemable)
    agency = world.trust.agency(certificate.agency)
    told = replace(
        report,
        disclosed={name: value for name, value in report.disclosed.items() if name in allowed},
        issuer=StatedIssuer(certificate.agency, agency.name if agency else certificate.agency),
        valid_from=certificate.valid_from,
        valid_to=certificate.valid_to,
    )
    return _resolved(channel, (_examined(told, certificate, world),), redeemable)


def _report_of_sealed(record: SealedRecord, world: World) -> ItemReport:
    certificate, as_of = record.certificate, record.as_of

    def answer(lookup: Lookup) -> LookupResult | None:
        if isinstance(lookup, StatusAt):
            return None if certificate is None else record_of(certificate, as_of)
        return RedemptionRecord(redeemed=False, as_of=as_of) if isinstance(lookup, RedemptionOf) else None

    return run(
        examine(
            SealedCode(
                record.text,
                known=(_meant_for_us(as_of),),
                asker=world.region,
                kind_version=None if certificate is None else certificate.kind_version,
            ),
            trust=world.trust,
            policy=policy_for(world.matter, record.channel),
            catalogue=world.catalogue,
            now=world.now,
        ),
        answer,
    )


def _meant_for_us(now: datetime) -> Checked:
    """Say that whoever asks now is the one to whom it was shown: no code of ours is bound to another counter."""
    return Checked(Fact.AUDIENCE, Outcome.YES, None, now)
