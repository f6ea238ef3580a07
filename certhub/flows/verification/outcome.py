"""A clerk says how a verification ended.

    1 receipts            the verification: answered, and this clerk's own; to anybody else it is not there
    2 outcomes, events    one transaction: one more entry of its history, told
      looks, notices      the holder sees it in /me; another region is told, without the note

The history is only added to, and the newest entry counts: who pressed "confirmed" and then sees that it is another
person says so, and both stay on record. The same result again (the retry of a counter that got no answer) adds
nothing, unless it brings another note.
"""

from collections.abc import Mapping
from typing import Any

from certhub_verifier.formats.exchange.notice import NoticeKind

from certhub.db.engine import Unit
from certhub.db.ids import row_after
from certhub.errors import NotFound, Unavailable
from certhub.flows.verification.masked import covered_holder
from certhub.history.events.bodies import Concluded
from certhub.history.events.catalogue import VERIFICATION_CONCLUDED, Event
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.people.looks import store as looks
from certhub.people.parties.people import Actor
from certhub.readable import require_readable
from certhub.records.certificates.rules import CHINA
from certhub.regions.notices import store as notices
from certhub.verification.receipts import outcomes
from certhub.verification.receipts import store as receipts
from certhub.verification.receipts.outcomes import Outcome
from certhub.verification.receipts.result import Result
from certhub.verification.receipts.store import Verification

TRIES = 5  # times that others may be quicker with the same verification before we ask the clerk to try again


def conclude(
    verification_id: str, result: Result, note: str | None, *, by: Actor, hub: Hub
) -> Mapping[str, Any]:
    """Put on record how a verification ended.

    Returns:
        {"verification_id", "result", "note", "at"}: the entry that counts now.

    Raises:
        NotFound: no such verification, not answered yet, or another clerk's.
        TextRefused: the note cannot be read as it stands.
    """
    require_readable(note=note)
    hub.step("outcome:1")
    with hub.writing() as unit:
        filed = own(receipts.get(unit, verification_id), by=by)
        hub.step("outcome:2")
        return _outcome_out(_conclude(unit, filed, result, note, by=by, region=hub.region))


def latest(*, limit: int, by: Actor, hub: Hub) -> list[dict[str, Any]]:
    """Return what a counter lists of its clerk's latest verifications, newest first; names are covered."""
    with hub.reading() as unit:
        filed = receipts.latest(unit, clerk=by.key, limit=limit)
        ended = outcomes.results(unit, [one.id for one in filed])
    return [_line(one, ended.get(one.id)) for one in filed]


def reported(*, limit: int, before: str | None, hub: Hub) -> tuple[list[dict[str, Any]], str | None]:
    """Return what clerks reported, newest first, and the cursor of what follows.

    Raises:
        BadRequest: CURSOR_UNKNOWN.
    """
    with hub.reading() as unit:
        entries = outcomes.reported(unit, limit=limit + 1, before=row_after(before))
        shown = entries[:limit]
        ended = outcomes.results(unit, [one.verification_id for one in shown])
        items = [
            _incident(one, receipts.get(unit, one.verification_id), ended[one.verification_id])
            for one in shown
        ]
    return items, shown[-1].id.hex if len(entries) > limit else None


def own(filed: Verification | None, *, by: Actor) -> Verification:
    """Return a verification that was answered and that this clerk made; raises NotFound."""
    if filed is None or filed.clerk != by.key or filed.report is None:
        raise NotFound("no such verification, or not one of yours")
    return filed


def _conclude(
    unit: Unit, filed: Verification, result: Result, note: str | None, *, by: Actor, region: str
) -> Outcome:
    for _ in range(TRIES):
        last = outcomes.latest(unit, filed.id)
        if last is not None and last.result is result and note in (None, last.note):
            return last
        made = outcomes.add(unit, filed.id, outcomes.next_number(unit, filed.id), result, note)
        if made is not None:
            body = Concluded(result=made.result.value, number=made.number, has_note=note is not None)
            append(unit, Event(VERIFICATION_CONCLUDED, by.key, filed.id, body))
            _tell_holders(unit, filed, result, region=region)
            return made
    raise Unavailable("this verification is being concluded elsewhere at the same moment")


def _tell_holders(unit: Unit, filed: Verification, result: Result, *, region: str) -> None:
    """Say it in the looks of our own holders, and to the region whose certificates were shown; a note stays here."""
    looks.end(unit, looks.of_verification(unit, region, filed.id), result.value)
    if filed.peer is not None and filed.certificates_told:
        notices.leave(unit, filed.peer, NoticeKind.OUTCOME, filed.id, {"result": result.value})


def _outcome_out(entry: Outcome) -> dict[str, Any]:
    return {
        "verification_id": entry.verification_id,
        "result": entry.result.value,
        "note": entry.note,
        "at": entry.at.astimezone(CHINA).isoformat(timespec="seconds"),
    }


def _line(filed: Verification, result: Result | None) -> dict[str, Any]:
    report, receipt = filed.report or {}, filed.receipt_payload or {}
    return {
        "verification_id": filed.id,
        "at": report["as_of"],
        "verdict": report["verdict"],
        "code": report["code"],
        "kinds": [
            {name: item[name] for name in ("kind", "kind_name", "kind_name_en")}
            for item in report["items"]
            if "kind" in item
        ],
        "holder": covered_holder(report),
        "matter": receipt["matter"],
        "window": receipt["window"],
        "case_number": receipt.get("case"),
        "outcome": None if result is None else result.value,
    }


def _incident(entry: Outcome, filed: Verification | None, counts: Result) -> dict[str, Any]:
    report, receipt = (filed and filed.report) or {}, (filed and filed.receipt_payload) or {}
    return {
        "verification_id": entry.verification_id,
        "at": entry.at.astimezone(CHINA).isoformat(timespec="seconds"),
        "note": entry.note,
        "outcome": counts.value,
        "verified_at": report.get("as_of"),
        "verdict": report.get("verdict"),
        "code": report.get("code"),
        "matter": receipt.get("matter"),
        "office": receipt.get("office"),
        "window": receipt.get("window"),
    }
