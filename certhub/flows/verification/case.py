"""A case as its office sees it: what was verified in it, and how the matter's requirements stand now.

1 cases, certificates   the case, its verifications, and the certificates of ours that were shown in them
2 catalogue             the matter, as it is in force
3 case_standing         what was shown, judged again now (older than the matter takes is undetermined): how each
                        requirement stands

ask_holder   4 cases, certificates   what the case was asked today, and what the holder has here of what is still needed
             5 looks, events         one transaction: counted, seen by the holder, told
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from certhub_schemas import MatterUnknown
from certhub_schemas.codes import normalise
from certhub_verifier.requirement_report import MaterialsReport

from certhub.db.engine import Unit
from certhub.db.ids import public_id
from certhub.errors import Conflict, NotFound
from certhub.flows.verification.case_items import CaseRecord, declared_in, read_file
from certhub.flows.verification.case_standing import case_standing
from certhub.flows.verification.subjects import Names, subjects_of
from certhub.flows.verification.where_issued import where_issued
from certhub.history.events.bodies import CaseAsked
from certhub.history.events.catalogue import CASE_ASKED, Event
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.hub.in_force import day_in_china
from certhub.hub.trip import Trip
from certhub.matters.cases import store as cases
from certhub.matters.cases.store import CaseFile, Counted
from certhub.people.looks import store as looks
from certhub.people.looks.store import LookDetail, NewLook
from certhub.people.parties.people import Actor
from certhub.records.certificates import holdings
from certhub.records.certificates.rules import CHINA, State
from certhub.records.certificates.summary import shown_state
from certhub.verification.receipts import store as receipts
from certhub.verification.receipts.store import Verification

HOLDERS_A_DAY = 3
"""How often a day a case may be asked what holders have, and a holder asked about: who may ask often can guess."""
OPEN = frozenset({"missing", "undetermined", "deferred"})
"""The states of a requirement to which something can still be shown."""


@dataclass(frozen=True)
class _Opened:
    """A case as its office read it: its file, what was verified in it, and its holders' names in it."""

    file: CaseFile
    record: CaseRecord
    subjects: Names | None


def case_of(case_id: str, *, by: Actor, hub: Hub) -> dict[str, Any]:
    """Return a case of the clerk's own office.

    Returns:
        {"case_id", "case_number", "matter", "office", "opened_at", "verifications": [{"verification_id", "at",
        "verdict", "code"}], "requirements", "materials", "known": as `known` has its items}.

    Raises:
        NotFound: no such case, or another office's.
    """
    trip = hub.at(by)
    trip.step("case:1")
    with trip.reading() as unit:
        opened = _opened(unit, case_id, by=by, trip=trip)
        filed = receipts.get_many(unit, [scan.verification for scan in opened.record.scans])
    found = _standing(opened, trip=trip)
    file = opened.file
    return {
        "case_id": case_id,
        "case_number": file.name.number,
        "matter": file.name.matter,
        "office": file.name.office,
        "opened_at": file.opened_at.astimezone(CHINA).isoformat(timespec="seconds"),
        "verifications": _lines(opened.record, filed),
        "requirements": [one.to_dict() for one in found.requirements],
        "materials": found.materials.value,
        "known": _known(found, trip=trip),
    }


def _opened(unit: Unit, case_id: str, *, by: Actor, trip: Trip) -> _Opened:
    file = cases.get(unit, case_id)
    if file is None or file.name.office != (by.office or trip.settings.name):
        raise NotFound("no such case, or not one of your office")
    record = read_file(unit, file.name, file)
    return _Opened(file, record, subjects_of(unit.vault, record.found_by.hex()))


def _standing(opened: _Opened, *, trip: Trip) -> MaterialsReport:
    trip.step("case:2")
    try:
        matter = trip.matter(opened.file.name.matter)
    except MatterUnknown as unknown:
        raise NotFound("the matter of this case is no longer in force") from unknown
    trip.step("case:3")
    declared = declared_in(opened.record)
    return case_standing(opened.record, matter, subjects=opened.subjects, declared=declared, trip=trip)


def known(case_id: str, *, by: Actor, hub: Hub) -> dict[str, Any]:
    """Return, for each requirement, whether an earlier receipt of the case satisfies it.

    Returns:
        {"items": [{"id", "name", "name_en", "state", "verification_id"?, "accepts", "where"}]}: what is still open can
        be had at the agencies `where`, of this region. Raises as `case_of`.
    """
    trip = hub.at(by)
    trip.step("case:1")
    with trip.reading() as unit:
        opened = _opened(unit, case_id, by=by, trip=trip)
    return {"items": _known(_standing(opened, trip=trip), trip=trip)}


def ask_holder(case_id: str, holder: tuple[str, str], *, by: Actor, hub: Hub) -> dict[str, Any]:
    """Return what of a case's matter could be fetched from a holder, once they consent: yes or no, never what is held.

    The holder sees in /me that it was asked; a case asks, and a holder is asked about, HOLDERS_A_DAY times a day.

    Args:
        case_id: The case.
        holder: Holder-ID type and number, as they were read.

    Returns:
        As `known`, each requirement that is still open with "can_fetch".

    Raises:
        As `case_of`; Conflict: ASKED_TOO_OFTEN.
    """
    trip = hub.at(by)
    holder = (holder[0], normalise(holder[1]))
    trip.step("case:1")
    with trip.reading() as unit:
        opened = _opened(unit, case_id, by=by, trip=trip)
    found, name = _standing(opened, trip=trip), opened.file.name
    trip.step("case:4")
    with trip.writing() as unit:
        day = day_in_china(unit.now).isoformat()
        index = unit.vault.index(*holder)
        for asked in (opened.file.found_by, index):
            if not cases.count(unit, asked, Counted.HOLDER, day, at_most=HOLDERS_A_DAY):
                raise Conflict("three a day for a case, and of a holder", code="ASKED_TOO_OFTEN")
        held = [one for _, one in holdings.held_by(unit, [index])]
        trip.step("case:5")
        if held:
            detail = LookDetail(office=name.office, window="", matter=name.matter)
            looks.add(unit, [NewLook(public_id(unit.random), (holder,), trip.region, case_id, detail)])
        append(
            unit,
            Event(CASE_ASKED, by.key, case_id, CaseAsked(matter=name.matter, office=name.office)),
        )
    usable = {one.kind for one in held if shown_state(one, trip.now) == State.ACTIVE.value}
    items = _known(found, trip=trip)
    for one in items:
        if one["state"] in OPEN:
            one["can_fetch"] = any(way["kind"] in usable for way in one["accepts"])
    return {"items": items}


def _known(standing: MaterialsReport, *, trip: Trip) -> list[dict[str, Any]]:
    members = ("id", "name", "name_en", "state", "optional", "verification_id", "cause", "accepts")
    return [
        {
            **{name: one[name] for name in members if name in one},
            "where": where_issued((way["kind"] for way in one["accepts"]), trip=trip)
            if one["state"] in OPEN
            else [],
        }
        for one in (requirement.to_dict() for requirement in standing.requirements)
    ]


def _lines(record: CaseRecord, filed: Mapping[str, Verification]) -> list[dict[str, Any]]:
    lines = []
    for scan in record.scans:
        of_scan = filed.get(scan.verification)
        report = (of_scan and of_scan.report) or {}
        lines.append(
            {
                "verification_id": scan.verification,
                "at": scan.at.astimezone(CHINA).isoformat(timespec="seconds"),
                "verdict": report.get("verdict"),
                "code": report.get("code"),
            }
        )
    return lines
