"""One certificate of ours as it is shown: what of it is told, and the engine's judgement over that.

1 fields       what the matter needs, the holder agreed to, and (for others) the agreement lets out; without a matter it
               is a glance: the face of the kind, and nothing is answered beside it
2 predicates   what the matter asks in the place of values, answered by us, who hold the certificate
3 engine       the certificate examined as a stranger would, its status taken from our own row
4 term         no day of it is told where the matter asks in its place: the fact of the dates alone says how it stands
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from certhub_schemas.predicates import OF_THE_TERM, Predicate
from certhub_schemas.requirements import Mode
from certhub_verifier.engine import examine, run
from certhub_verifier.evidence import PresentedCredential
from certhub_verifier.facts import Checked, Fact, Outcome
from certhub_verifier.formats.exchange import envelope
from certhub_verifier.formats.exchange.receipt import SALT_BYTES, cert_digest
from certhub_verifier.lookups import Lookup, LookupResult, StatusAt, StatusRecord
from certhub_verifier.policy import Channel, policy_for
from certhub_verifier.predicates import GLANCE, Manner, PredicateAnswer
from certhub_verifier.report import ItemReport, UntoldItem

from certhub.flows.verification.world import Grant, World
from certhub.hub.in_force import day_in_china
from certhub.records.certificates.record import Certificate
from certhub.records.certificates.rules import State
from certhub.records.credentials import predicates
from certhub.records.credentials.present import fields_shown, present
from certhub.verification.tickets.item import TicketItem

NO_AGREEMENT, RECORD_GONE, NOT_IN_PERSON = envelope.WITHHELD
_DAYS = ("date", "days")  # what the fact of the dates says of the term beside its outcome


@dataclass(frozen=True)
class Examined:
    """One certificate behind a code, examined; `salt` and `identifier` open the digest in the receipt.

    `kept_by` is the region whose hub keeps it, `slot` where its status is published. `again` is what it takes to
    judge it again later (case_items.py); `certificate` is our own, None where another region told of its.
    """

    item: ItemReport
    cert_digest: str
    kept_by: str
    salt: bytes | None = None
    identifier: str | None = None
    ref: str = ""
    slot: envelope.StatusSlot | None = None
    again: Mapping[str, Any] = field(default_factory=dict)
    certificate: Certificate | None = None


@dataclass(frozen=True)
class Shown:
    """How certificates were shown: for the matter, or as a glance; in which mode; and what was declared of them.

    `only_seen` tells that the identity was checked by eye alone. `declared` are values by title, for `equals`.
    `by_another` tells that who stands at the counter is not who consents.
    """

    is_for_matter: bool
    reached: Mode = "L1"
    only_seen: bool = False
    declared: Mapping[str, str] = field(default_factory=dict)
    by_another: bool = False


def shown_item(
    item: TicketItem, certificate: Certificate | None, as_of: datetime, how: Shown, world: World
) -> Examined | UntoldItem:
    """Examine one certificate that was shown, or say why it is not told."""
    if certificate is None:
        return UntoldItem(RECORD_GONE)
    allowed = world.allowed(certificate.kind)
    if allowed is None:
        return UntoldItem(NO_AGREEMENT)
    fields = [name for name in _wanted(item, certificate, how, world) if name in allowed.fields]
    known = (_of_another(as_of),) if how.by_another else ()
    examined = examine_home(
        certificate, fields, as_of, _manner(certificate, how, allowed, world), world, known
    )
    again = {
        "certificate": certificate.certificate_id,
        "fields": fields,
        "is_for_matter": how.is_for_matter,
        "reached": how.reached,
        "only_seen": how.only_seen,
        "declared": dict(how.declared),
    }
    hides_term = how.is_for_matter and _asks_of_the_term(certificate, world)
    return replace(examined, again=again, item=without_term(examined.item) if hides_term else examined.item)


def without_term(report: ItemReport) -> ItemReport:
    """Return a report that tells no day of the certificate's term; that it stands inside of it is told all the same."""
    is_headline = any(one.fact is Fact.DATES and one.cause == report.code for one in report.facts)
    return replace(
        report,
        facts=tuple(
            replace(one, detail=_no_days(one.detail)) if one.fact is Fact.DATES else one
            for one in report.facts
        ),
        detail=_no_days(report.detail) if is_headline else report.detail,
        valid_from=None,
        valid_to=None,
    )


def _no_days(detail: Mapping[str, str]) -> Mapping[str, str]:
    return {name: text for name, text in detail.items() if name not in _DAYS}


def _asks_of_the_term(certificate: Certificate, world: World) -> bool:
    asked = () if world.matter is None else world.matter.predicates_for(certificate.kind)
    return any(one.name in OF_THE_TERM for one in asked)


def _wanted(item: TicketItem, certificate: Certificate, how: Shown, world: World) -> Sequence[str]:
    """Return what is shown of a certificate: what the matter needs of it, or its face; and of that what was chosen."""
    if how.is_for_matter:
        wanted = None if world.matter is None else world.matter.fields_for(certificate.kind)
        return fields_shown(wanted, item.fields)
    kind = world.catalogue.version(certificate.kind, certificate.kind_version)
    face = tuple(one.title for one in kind.face_fields) if kind else ()
    return fields_shown(face, item.fields)


def _manner(certificate: Certificate, how: Shown, allowed: Grant, world: World) -> Manner:
    if not how.is_for_matter or world.matter is None:
        return GLANCE
    asked = [one for one in world.matter.predicates_for(certificate.kind) if one.name in allowed.predicates]
    return Manner(
        how.reached,
        how.only_seen,
        answered(asked, certificate, how.declared, world),
        () if world.subjects is None else world.subjects(certificate),
    )


def answered(
    asked: Sequence[Predicate], certificate: Certificate, declared: Mapping[str, str], world: World
) -> tuple[PredicateAnswer, ...]:
    """Answer what a matter asks in the place of values, of a certificate of ours."""
    kind = world.catalogue.version(certificate.kind, certificate.kind_version)
    of = predicates.PredicateContext(certificate, kind, day_in_china(world.now), declared)
    found = (predicates.answer(one, of, now=world.now, by=world.region) for one in asked)
    return tuple(one for one in found if one is not None)


def examine_home(
    certificate: Certificate,
    fields: Sequence[str],
    as_of: datetime,
    manner: Manner,
    world: World,
    known: tuple[Checked, ...] = (),
) -> Examined:
    """Examine a certificate of ours as a stranger would, with these fields disclosed; its status is that of our row.

    `known` are facts that only the caller knows, beside the use of the code.
    """

    def answer(lookup: Lookup) -> LookupResult | None:
        return record_of(certificate, as_of) if isinstance(lookup, StatusAt) else None

    report = run(
        examine(
            PresentedCredential(
                present(certificate, fields),
                how="ticket",
                redeemed=Checked(Fact.ONE_TIME, Outcome.YES, None, as_of),
                known=(meant_for_us(as_of), *known),
                asker=world.region,
                manner=manner,
            ),
            trust=world.trust,
            policy=policy_for(world.matter, Channel.TICKET),
            catalogue=world.catalogue,
            now=world.now,
            memory=world.memory,
        ),
        answer,
    )
    return as_examined(report, certificate, world)


def as_examined(report: ItemReport, certificate: Certificate, world: World) -> Examined:
    """Return a judged certificate of ours with what its receipt and the case need of it."""
    salt, identifier = world.random(SALT_BYTES), certificate.record.identifier
    digest = cert_digest(salt, identifier)
    slot = envelope.StatusSlot(certificate.list_no, certificate.list_index)
    return Examined(
        report,
        digest,
        world.region,
        salt,
        identifier,
        certificate.ref.hex(),
        slot,
        certificate=certificate,
    )


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


def _of_another(now: datetime) -> Checked:
    """Say that who stands at the counter is not the holder who consents."""
    return Checked(Fact.HOLDER_BINDING, Outcome.NO, "IDENTITY_OTHER", now)


def meant_for_us(now: datetime) -> Checked:
    """Say that whoever asks now is the one to whom it was shown: no code of ours is bound to another counter."""
    return Checked(Fact.AUDIENCE, Outcome.YES, None, now)
