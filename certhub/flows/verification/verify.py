"""A clerk verifies what is shown.

    1 receipts       the question is on record under its id; an id that was answered gives the same answer, and an
                     id stands for one question: code, matter, purpose, window and case
    2 formats.codes  text → whose code it is
    3 local          our own: tickets, certificates, engine        (flows/verification/local.py)
      ask            another region's: asked, its answer examined  (flows/verification/ask.py)
    4 tickets, receipts, events  one transaction: used once, report, receipt to be signed, told
    5 signer         the receipt is signed
    6                the report

Whatever the outcome, there is a report and a receipt: "could not check" is filed like everything else.
"""

import base64
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from certhub_schemas import Matter, MatterUnknown
from certhub_schemas import matter as find_matter
from certhub_schemas.purposes import Purpose
from certhub_verifier.formats import codes
from certhub_verifier.formats.exchange.receipt import Receipt, ReceiptItem, UntoldReceiptItem
from certhub_verifier.formats.exchange.reported_fact import StatedFact
from certhub_verifier.formats.jose import jws
from certhub_verifier.policy import Channel, Policy, policy_for
from certhub_verifier.report import Report, UntoldItem, failed, overall
from certhub_verifier.sentences import look_detail

from certhub.db.engine import Unit
from certhub.db.ids import public_id
from certhub.errors import BadRequest, Conflict, NotFound
from certhub.flows.verification import ask
from certhub.flows.verification.local import (
    Examined,
    Redeemable,
    Resolved,
    look,
    redemption_now,
    region_of,
    used,
)
from certhub.flows.verification.masked import as_seen
from certhub.flows.verification.reveal import IDENTIFIER
from certhub.flows.verification.reveal import record as record_revealed
from certhub.history.events import catalogue
from certhub.history.events.catalogue import (
    CERTIFICATE_LOOKED_AT,
    CODE_REFUSED,
    PEER_CERTIFICATE_LOOKED_AT,
    Event,
    Refused,
)
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.people.parties.people import Actor
from certhub.readable import require_readable
from certhub.verification.receipts import store as receipts
from certhub.verification.receipts.store import Verification
from certhub.verification.tickets import store as tickets
from certhub.verification.tickets.store import Redemption

DEFAULT_PURPOSE = "verify"
log = logging.getLogger("certhub.verify")
NOTHING_YET = Resolved(Channel.TICKET)
VERIFICATION_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")  # what a receipt can carry; the API asks for 8 or more


@dataclass(frozen=True)
class Question:
    """What a clerk asks: the code as it came in, for which matter, at which window, for which case."""

    code: str
    matter: str
    window: str
    case_number: str | None = None
    verification_id: str | None = None


@dataclass(frozen=True)
class VerificationInProgress:
    """A verification on its way: its id, what is asked, by whom, in which world; then what was found behind the code.

    `policy` is the digest of the rules that judge, kept where everybody can fetch them before a receipt names them.
    """

    id: str
    question: Question
    matter: Matter
    by: Actor
    trip: Trip
    resolved: Resolved = NOTHING_YET
    policy: str = ""


def verify(question: Question, *, by: Actor, hub: Hub) -> Mapping[str, Any]:
    """Verify a code.

    Returns:
        The report (DESIGN §4): verdict, facts with their ages, and where the receipt is. A page's session gets it
        masked.

    Raises:
        BadRequest: no such matter, a verification id that is none, or a window or case number that nobody can read.
        Conflict: the verification id belongs to another clerk, another code or another question about it.
    """
    trip = hub.at(by)
    require_readable(window=question.window, case_number=question.case_number)
    matter = _matter(question.matter)
    text = codes.normalise(question.code)
    verification_id = question.verification_id or public_id(hub.random)
    if not VERIFICATION_ID.fullmatch(verification_id):
        raise BadRequest(
            "a verification id has at most 64 letters, digits, - and _", code="VERIFICATION_ID_SHAPE"
        )
    code_hash = codes.ticket_hash(text)
    hub.step("verify:1")
    with hub.writing() as unit:
        before = receipts.ask(
            unit, verification_id, clerk=by.key, code_hash=code_hash, question=_asked(question)
        )
    if before is not None:
        _must_be_the_same(before, question, by=by, code_hash=code_hash)
        if before.report is not None:
            return as_seen(before.report, by=by)
    hub.step("verify:2")
    asked = VerificationInProgress(verification_id, question, matter, by, trip)
    resolved = _look(text, asked)
    policy = _named(policy_for(matter, resolved.channel), trip=trip)
    hub.step("verify:4")
    with hub.writing() as unit:
        report = _settle(unit, replace(asked, resolved=resolved, policy=policy))
    hub.step("verify:5")
    _signed_receipt(verification_id, trip=trip)
    hub.step("verify:6")
    return as_seen(report, by=by)


def stored(verification_id: str, *, by: Actor, hub: Hub) -> Mapping[str, Any]:
    """Return the report of a verification that this clerk made, masked for a page; raises NotFound."""
    trip = hub.at(by)
    return as_seen(_answered(verification_id, by=by, trip=trip)[0], by=by)


def receipt(verification_id: str, *, by: Actor, hub: Hub) -> dict[str, Any]:
    """Return the receipt that the clerk files, and what opens its salted digests; raises NotFound.

    What opens a digest is the certificate's identifier, which a page keeps covered: a page gets none here, and each
    by `opened_receipt`.
    """
    trip = hub.at(by)
    _, opening = _answered(verification_id, by=by, trip=trip)
    return {
        "receipt": _signed_receipt(verification_id, trip=trip),
        "opening": [] if by.is_page else opening,
    }


def opened_receipt(verification_id: str, *, by: Actor, hub: Hub) -> dict[str, Any]:
    """Return the receipt with what opens its digests; that it was asked for is on record first; raises NotFound."""
    trip = hub.at(by)
    _, opening = _answered(verification_id, by=by, trip=trip)
    if opening:
        with hub.writing() as unit:
            record_revealed(unit, verification_id, range(len(opening)), IDENTIFIER, by=by)
    return {"receipt": _signed_receipt(verification_id, trip=trip), "opening": opening}


def _look(text: str, asked: VerificationInProgress) -> Resolved:
    try:
        code = codes.read_code(text)
    except codes.CodePartial as partial:
        detail = {"received": str(partial.received), "expected": str(partial.expected)}
        return Resolved(Channel.TICKET, cause=partial.code, detail=detail)
    except codes.NotOurCode as refused:
        return Resolved(Channel.TICKET, cause=refused.code, detail=look_detail(asked.question.code))
    except codes.CodeAltered as refused:
        return Resolved(Channel.TICKET, cause=refused.code)
    asked.trip.step("verify:3")
    region = region_of(code)
    if region is None:
        return Resolved(Channel.SEALED, cause="TAMPERED")
    if region == asked.trip.region:
        return look(code, text, asked.matter, trip=asked.trip)
    question = ask.PeerQuestion(
        text, code, region, asked.matter, DEFAULT_PURPOSE, asked.id, asked.question.window
    )
    return ask.ask(question, by=asked.by, trip=asked.trip)


def _named(policy: Policy, *, trip: Trip) -> str:
    """Keep the rules, and return the digest that the receipt names; a full disk keeps no clerk waiting."""
    try:
        return trip.public_files.keep(policy.document())
    except OSError as broken:
        log.warning("verify: the rules cannot be kept: %s", broken)
        return policy.digest()


def _settle(unit: Unit, asked: VerificationInProgress) -> Mapping[str, Any]:
    """Use the code and file the answer, in one transaction; somebody may have been quicker at either."""
    resolved = asked.resolved
    if resolved.cause is None and resolved.redeemable is not None:
        mine = redemption_now(
            unit,
            region=asked.trip.region,
            clerk=asked.by.key,
            window=asked.question.window,
            verification_id=asked.id,
        )
        asked = replace(asked, resolved=_redeem(unit, resolved, resolved.redeemable, mine))
    report = _report(unit, asked)
    in_english = report.sentence("en")
    told = report.to_dict() | {"headline_en": in_english.headline, "next_step_en": in_english.next_step}
    new = receipts.answer(
        unit,
        asked.id,
        question=_asked(asked.question),
        report=told,
        receipt_payload=_receipt(unit, asked, report).to_payload(),
        opening=[
            {"salt": base64.urlsafe_b64encode(f.salt).rstrip(b"=").decode(), "identifier": f.identifier}
            for f in asked.resolved.told
            if f.salt is not None and f.identifier is not None
        ],
    )
    if not new:
        filed = receipts.get(unit, asked.id)
        if filed is None or filed.report is None:
            raise NotFound("the verification vanished while it was being answered")
        return filed.report
    looks = _looks(asked)
    if looks:
        append(unit, *looks)
    else:
        refused = Refused(matter=asked.matter.code, code=report.code)
        append(unit, Event(CODE_REFUSED, asked.by.key, asked.id, refused))
    return told


def _looks(asked: VerificationInProgress) -> list[Event[catalogue.Look]]:
    """Say for each certificate that is told that a clerk looked at it; of another region's we have no hash."""
    return [
        Event(
            CERTIFICATE_LOOKED_AT if found.ref else PEER_CERTIFICATE_LOOKED_AT,
            asked.by.key,
            found.ref or asked.id,
            catalogue.Look(
                verification=asked.id,
                kind=found.item.kind,
                purpose=DEFAULT_PURPOSE,
                matter=asked.matter.code,
                region=asked.trip.region,
                office=asked.by.office,
                window=asked.question.window,
                asked=tuple(asked.matter.fields_for(found.item.kind) or ()),
                told=tuple(sorted(found.item.disclosed)),
                verdict=found.item.verdict.value,
                code=found.item.code,
            ),
        )
        for found in asked.resolved.told
    ]


def _redeem(unit: Unit, resolved: Resolved, redeemable: Redeemable, mine: Redemption) -> Resolved:
    """Use the code now; whoever comes second learns when and where the first one was."""
    if unit.now >= redeemable.keep_until:
        return Resolved(resolved.channel, cause="CODE_EXPIRED")
    if tickets.redeem(unit, redeemable.token_hash, mine, keep_until=redeemable.keep_until):
        return resolved
    first = tickets.redemption_of(unit, redeemable.token_hash)
    if first is None:  # what is known of its use was forgotten, or is being forgotten now
        return Resolved(resolved.channel, cause="CODE_EXPIRED")
    if first.is_same(mine):
        return resolved
    return used(resolved.channel, first, redeemable, where=lambda use: use.window)


def _report(unit: Unit, asked: VerificationInProgress) -> Report:
    resolved = asked.resolved
    about = {
        "channel": resolved.channel,
        "as_of": unit.now,
        "verification_id": asked.id,
        "deficiency_allowed": asked.matter.deficiency_allowed,
        "receipt_url": f"/api/v1/verifications/{asked.id}/receipt",
    }
    if resolved.cause is not None:
        return failed(resolved.cause, resolved.detail, **about)  # type: ignore[arg-type]
    return overall(resolved.shown, is_count_known=resolved.is_count_known, about=resolved.detail, **about)  # type: ignore[arg-type]


def _receipt(unit: Unit, asked: VerificationInProgress, report: Report) -> Receipt:
    items = tuple(_recorded(found) for found in (asked.resolved.items if report.items else ()))
    return Receipt(
        region=asked.trip.region,
        issued_at=int(unit.now.timestamp()),
        vid=asked.id,
        at=unit.now,
        office=asked.by.office or asked.trip.settings.name,
        window=asked.question.window,
        operator=unit.vault.pairwise(asked.by.key, "receipt"),
        case=asked.question.case_number,
        matter=asked.matter.code,
        purpose=DEFAULT_PURPOSE,
        channel=asked.resolved.channel.value,
        items=items,
        policy=asked.policy,
        trust=asked.trip.trust.digest,
        verdict=report.verdict.value,
        code=report.code,
    )


def _recorded(found: Examined | UntoldItem) -> ReceiptItem | UntoldReceiptItem:
    if isinstance(found, UntoldItem):
        return UntoldReceiptItem(found.verdict.value, found.code)
    return ReceiptItem(
        kind=found.item.kind,
        cert=found.cert_digest,
        fields=tuple(sorted(found.item.disclosed)),
        facts=tuple(
            StatedFact(f.fact.value, f.outcome.value, f.cause, f.as_of, f.evidence) for f in found.item.facts
        ),
        verdict=found.item.verdict.value,
        code=found.item.code,
    )


def _signed_receipt(verification_id: str, *, trip: Trip) -> str:
    """Return the signed receipt, signing it now if nobody has; its payload was on record before."""
    with trip.reading() as unit:
        filed = receipts.get(unit, verification_id)
    if filed is None or filed.receipt_payload is None:
        raise NotFound("no such verification")
    if filed.receipt is not None:
        return filed.receipt
    token = jws.sign(filed.receipt_payload, typ="receipt+jwt", key=trip.signer(Purpose.RECEIPT))
    with trip.writing() as unit:
        return receipts.keep_receipt(unit, verification_id, token)


def _answered(
    verification_id: str, *, by: Actor, trip: Trip
) -> tuple[Mapping[str, Any], list[Mapping[str, str]]]:
    with trip.reading() as unit:
        filed = receipts.get(unit, verification_id)
    if filed is None or filed.clerk != by.key or filed.report is None:
        raise NotFound("no such verification, or not one of yours")
    return filed.report, list(filed.opening or ())


def _asked(question: Question) -> dict[str, str | None]:
    """Return what makes a question another one under the same id and code: all that its receipt says of it."""
    return {
        "matter": question.matter,
        "purpose": DEFAULT_PURPOSE,
        "window": question.window,
        "case": question.case_number,
    }


def _must_be_the_same(before: Verification, question: Question, *, by: Actor, code_hash: bytes) -> None:
    is_same = before.question in (None, _asked(question))  # the release before kept no question
    if before.clerk != by.key or before.code_hash != code_hash or not is_same:
        raise Conflict("this verification id belongs to another check", code="VERIFICATION_ID_TAKEN")


def _matter(code: str) -> Matter:
    try:
        return find_matter(code)
    except MatterUnknown as unknown:
        raise BadRequest("no such matter", code="MATTER_UNKNOWN") from unknown
