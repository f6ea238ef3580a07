"""What another region is told of a code of ours: decided from values, without a door to anything.

decide(question, answering)     the result as it stands, and what is redeemed before it is given
"""

from dataclasses import dataclass
from datetime import datetime

from certhub_schemas import Matter
from certhub_schemas.text import unfit
from certhub_verifier.facts import Checked, Fact
from certhub_verifier.formats import codes
from certhub_verifier.formats.exchange import envelope, versions
from certhub_verifier.formats.exchange.first_format import leaves_out
from certhub_verifier.formats.exchange.reported_fact import StatedFact
from certhub_verifier.formats.trust.agreement import Agreement
from certhub_verifier.report import UntoldItem

from certhub.flows.verification.code_record import CodeRecord, Redeemable
from certhub.flows.verification.exchange_keys import NO_AGREEMENT
from certhub.flows.verification.resolve import Resolved, resolve
from certhub.flows.verification.shown_item import Examined
from certhub.flows.verification.subjects import Names
from certhub.flows.verification.world import Grant, world_at
from certhub.hub.trip import Trip
from certhub.verification.tickets.store import Redemption

ASKERS_TO_SAY = frozenset({Fact.CATALOGUED, Fact.NEEDED, Fact.MODE})
"""What rests on the asker's own catalogue and matter: nobody is told it."""
NOT_AGREED = envelope.Result(items=(), cause=NO_AGREEMENT)


@dataclass(frozen=True)
class CodeInQuestion:
    """One question of a request: what it asks, what the code is, and (once that was read) what we hold of it.

    `cause` says why nothing can be told of it whatever we hold.
    """

    asked: envelope.Question
    code: codes.Ticket | codes.Sealed | None = None
    matter: Matter | None = None
    record: CodeRecord | None = None
    cause: str | None = None


@dataclass(frozen=True)
class Decision:
    """What a question is answered: the result as it stands, and what is redeemed before it is given."""

    asked: envelope.Question
    matter: Matter | None
    result: envelope.Result
    resolved: Resolved | None = None

    @property
    def redeemable(self) -> Redeemable | None:
        """What has to be redeemed for it, or was redeemed before."""
        return None if self.resolved is None else self.resolved.redeemable


@dataclass(frozen=True)
class AnswerInProgress:
    """A request on its way: what it asks, under which agreement (None: none), in which world."""

    request: envelope.Request
    agreement: Agreement | None
    trip: Trip
    subjects: Names | None = None

    def allowed(self, kind: str, asked: envelope.Question) -> Grant | None:
        """Return what of a kind the asker may be told; None where that kind may not be told."""
        if self.agreement is None:
            return None
        found = self.agreement.covers(
            kind=kind,
            matter=asked.matter,
            purpose=asked.purpose,
            mode=self.request.mode,
            asker=self.request.asker,
            provider=self.request.provider,
        )
        return None if found is None else Grant(found.fields, found.predicates)

    def lets_out(self, result: envelope.Result, asked: envelope.Question) -> bool:
        """Tell whether every certificate that is told is of a kind, and shows fields, that may go out."""
        items = [item for item in result.items if isinstance(item, envelope.AnsweredItem)]
        return all(_lets_out(self.allowed(item.kind, asked), item) for item in items)


def decide(question: CodeInQuestion, answering: AnswerInProgress) -> Decision:
    """Decide what one question is answered; where nothing behind the code may be told, nothing is redeemed.

    Nor is anything where a question of format 1 would be told less than was shown, and could not know it.
    """
    asked, matter, trip = question.asked, question.matter, answering.trip
    if question.record is None or matter is None:
        return Decision(asked, matter, envelope.Result(items=(), cause=question.cause))

    def allowed(kind: str) -> Grant | None:
        return answering.allowed(kind, asked)

    def place(redemption: Redemption) -> str:
        return place_of(redemption, trip=trip)

    world = world_at(trip, matter, allowed=allowed, place=place, subjects=answering.subjects)
    resolved = resolve(question.record, world=world)
    if resolved.cause is not None:
        return Decision(asked, matter, failed_result(resolved), resolved)
    result = result_of(resolved)
    if answering.request.format == versions.FIRST and leaves_out(result):
        return Decision(asked, matter, NOT_AGREED)
    return Decision(asked, matter, result, resolved)


def identity_of(asked: envelope.Question) -> dict[str, str]:
    """Return what makes a question another one under the same id and code."""
    return {"matter": asked.matter, "purpose": asked.purpose, "window": asked.window}


def _lets_out(allowed: Grant | None, item: envelope.AnsweredItem) -> bool:
    """Tell whether a told item shows nothing, and answers nothing, beyond what is allowed of its kind."""
    if allowed is None:
        return False
    answers = (one.predicate.name for one in item.predicates)
    return all(name in allowed.fields for name in item.disclosed) and all(
        name in allowed.predicates for name in answers
    )


def result_of(resolved: Resolved) -> envelope.Result:
    """Return what is told of items that were examined, placeholders included."""
    return envelope.Result(
        items=tuple(_item(item) for item in resolved.items), shown=len(resolved.items) or None
    )


def _item(item: Examined | UntoldItem) -> envelope.AnsweredItem | envelope.WithheldItem:
    if isinstance(item, UntoldItem):
        return envelope.WithheldItem(item.code)
    report = item.item
    return envelope.AnsweredItem(
        kind=report.kind,
        kind_version=report.kind_version,
        facts=tuple(_stated(fact) for fact in report.facts if fact.fact not in ASKERS_TO_SAY),
        disclosed=dict(report.disclosed),
        cert_digest=item.cert_digest,
        issuer=report.issuer,
        valid_from=report.valid_from,
        valid_to=report.valid_to,
        predicates=tuple(
            envelope.StatedPredicate(one.predicate, one.outcome.value, one.cause, one.as_of)
            for one in report.manner.predicates
        ),
        subjects=report.manner.subjects,
        status=item.slot,
    )


def _stated(fact: Checked) -> StatedFact:
    """Return a fact as it is told; a text beside it that nobody could read as it stands is left out."""
    detail = {name: text for name, text in fact.detail.items() if not unfit(text)}
    return StatedFact(fact.fact.value, fact.outcome.value, fact.cause, fact.as_of, fact.evidence, detail)


def failed_result(resolved: Resolved) -> envelope.Result:
    """Return what a code that fails by itself is answered."""
    if resolved.cause == "CODE_USED":
        return envelope.Result(
            items=(),
            cause="CODE_USED",
            used_at=datetime.fromisoformat(resolved.detail["time"]),
            used_where=resolved.detail["where"],
        )
    return envelope.Result(items=(), cause=resolved.cause or "NOT_FOUND")


def place_of(redemption: Redemption, *, trip: Trip) -> str:
    """Word the place of an earlier redemption for somebody outside: the region, and the window's label."""
    region = trip.trust.region(redemption.region)
    return f"{region.name if region else redemption.region} {redemption.window}".strip()
