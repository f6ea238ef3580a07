"""What stands behind a code that this hub minted: decided from what the store holds of it, without a door to anything.

Shared by `verify` (our clerk) and `answer` (another region's).

1 ticket         unknown, expired and redeemed differ; nothing is redeemed here
2 mode           a matter that takes a request is not served by a code: nothing is told, so that nothing is redeemed
3 certificates   as many as the ticket names: a placeholder for each that is gone, or may not be told
4 shown_item     what is told of each, and the engine's judgement over that
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from certhub_schemas import Matter
from certhub_schemas.requirements import Mode
from certhub_verifier.engine import examine, run
from certhub_verifier.evidence import SealedCode
from certhub_verifier.formats.exchange.reported_fact import StatedIssuer
from certhub_verifier.lookups import Lookup, LookupResult, RedemptionOf, RedemptionRecord, StatusAt
from certhub_verifier.policy import Channel, policy_for
from certhub_verifier.report import ItemReport, ShownItem, UntoldItem

from certhub.adapters.clock import AHEAD
from certhub.flows.verification.code_record import CodeRecord, Redeemable, SealedRecord, TicketRecord
from certhub.flows.verification.shown_item import (
    NO_AGREEMENT,
    Examined,
    Shown,
    as_examined,
    meant_for_us,
    record_of,
    shown_item,
)
from certhub.flows.verification.world import World
from certhub.verification.tickets.store import Redemption


@dataclass(frozen=True)
class Resolved:
    """What stands behind a code: items, or the cause why the code itself fails.

    There is an item for every certificate that the code names, a placeholder where it is not told;
    `is_count_known` is false where another region did not say how many there are. `redeemable` is None where nothing
    is redeemed here: nothing told, nothing redeemed. `reached` is the mode in which it was shown, `agreement` the one
    under which another region told it.
    """

    channel: Channel
    items: tuple[Examined | UntoldItem, ...] = ()
    cause: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict)
    redeemable: Redeemable | None = None
    is_count_known: bool = True
    reached: Mode = "L1"
    agreement: str | None = None

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
    if ticket.matter is not None and (world.matter is None or ticket.matter != world.matter.code):
        return Resolved(Channel.TICKET, cause="NOT_FOR_MATTER")
    if too_light(world.matter) is not None:
        return Resolved(Channel.TICKET, cause=too_light(world.matter))
    how = Shown(is_for_matter=ticket.matter is not None)
    items = tuple(
        shown_item(item, certificate, record.as_of, how, world) for item, certificate in record.named
    )
    return _resolved(Channel.TICKET, items, redeemable)


def too_light(matter: Matter | None) -> str | None:
    """Return why a code alone does not serve a matter, None where it does."""
    return None if matter is None or matter.mode == "L1" else f"MODE_{matter.mode}"


def _resolved(
    channel: Channel, items: tuple[Examined | UntoldItem, ...], redeemable: Redeemable | None
) -> Resolved:
    resolved = Resolved(channel, items, redeemable=redeemable)
    return resolved if resolved.examined else replace(resolved, redeemable=None)


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
    if too_light(world.matter) is not None:
        return Resolved(channel, cause=too_light(world.matter))
    allowed = world.allowed(report.kind)
    if allowed is None:
        return _resolved(channel, (UntoldItem(NO_AGREEMENT),), redeemable)
    agency = world.trust.agency(certificate.agency)
    told = replace(
        report,
        disclosed={name: value for name, value in report.disclosed.items() if name in allowed.fields},
        issuer=StatedIssuer(certificate.agency, agency.name if agency else certificate.agency),
        valid_from=certificate.valid_from,
        valid_to=certificate.valid_to,
    )
    again = {
        "certificate": certificate.certificate_id,
        "fields": list(told.disclosed),
        "is_for_matter": False,
    }
    return _resolved(channel, (replace(as_examined(told, certificate, world), again=again),), redeemable)


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
                known=(meant_for_us(as_of),),
                asker=world.region,
                kind_version=None if certificate is None else certificate.kind_version,
                valid_to=None if certificate is None else certificate.valid_to,
            ),
            trust=world.trust,
            policy=policy_for(world.matter, record.channel),
            catalogue=world.catalogue,
            now=world.now,
        ),
        answer,
    )
