"""What was shown earlier in a case, judged again now, before it counts.

1 cases, outcomes,      read: the verifications of the case, and the certificates of ours that were shown in them; what
  certificates          was shown by somebody who was not the person does not count
2 engine                ours: examined again, with the fields that were disclosed then and the status of our row now
3 engine                another region's: its signed statement, with the newest news of its status that we hold; what is
                        older than the matter takes is undetermined, and so is a term that was not told, from the day on
                        for which nobody said how it stands

What is kept of an item (`Examined.again`) is one of

    {"certificate", "fields", "is_for_matter", "reached", "only_seen", "declared"}     a certificate of ours
    {"region", "item", "answered_at", "evidence", "reached", "only_seen"}              an item of a region's answer
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from certhub_schemas.predicates import TODAY
from certhub_verifier.checks.status import status
from certhub_verifier.engine import examine, run
from certhub_verifier.evidence import PeerAnswer
from certhub_verifier.facts import Checked, Fact, Outcome
from certhub_verifier.formats.exchange import envelope
from certhub_verifier.formats.exchange.reported_fact import StatedFact
from certhub_verifier.formats.status.statuslist import status_uri
from certhub_verifier.lookups import StatusAt, StatusToken
from certhub_verifier.materials import Candidate
from certhub_verifier.policy import Channel, policy_for
from certhub_verifier.predicates import GLANCE, Manner

from certhub.db.engine import Unit
from certhub.flows.verification.peer_manner import manner_of
from certhub.flows.verification.shown_item import Shown, answered, examine_home
from certhub.flows.verification.world import World
from certhub.hub.in_force import day_in_china
from certhub.matters.cases import store as cases
from certhub.matters.cases.store import CaseFile, CaseName, CaseScan
from certhub.records.certificates import store as certificates
from certhub.records.certificates.record import Certificate
from certhub.verification.receipts import outcomes
from certhub.verification.receipts.result import Result

PEER_PURPOSE = "verify"


@dataclass(frozen=True)
class CaseRecord:
    """A case as the store holds it at `as_of`: its file (None before its first verification), and what was shown.

    `next_scan` is the place of the verification that comes next.
    """

    name: CaseName
    found_by: bytes
    as_of: datetime
    file: CaseFile | None = None
    scans: tuple[CaseScan, ...] = ()
    next_scan: int = 1
    certificates: Mapping[str, Certificate] = field(default_factory=dict)


def read_case(unit: Unit, name: CaseName, *, without: str = "") -> CaseRecord:
    """Read a case, without the verification `without`; nothing is judged."""
    return read_file(unit, name, cases.find(unit, name), without=without)


def read_file(unit: Unit, name: CaseName, file: CaseFile | None, *, without: str = "") -> CaseRecord:
    """Read what a case holds whose file was read already, None before its first verification."""
    found = () if file is None else cases.scans(unit, file.case_id)
    ended = outcomes.results(unit, [scan.verification for scan in found])
    scans = tuple(
        replace(scan, items=()) if ended.get(scan.verification) is Result.NOT_THE_PERSON else scan
        for scan in found
        if scan.verification != without
    )
    named = {item["certificate"] for scan in scans for item in scan.items if "certificate" in item}
    held = certificates.find_many(unit, named)
    next_scan = found[-1].nth + 1 if found else 1
    return CaseRecord(name, cases.found_by(unit, name), unit.now, file, scans, next_scan, held)


def judged_again(
    record: CaseRecord | None, *, world: World, held: Mapping[str, bytes]
) -> tuple[Candidate, ...]:
    """Judge now what was shown earlier in a case; `held` are the status lists of other regions, by their address.

    What our store holds no longer does not count.
    """
    if record is None:
        return ()
    found = (_candidate(item, scan, record, world, held) for scan in record.scans for item in scan.items)
    return tuple(one for one in found if one is not None)


def declared_in(record: CaseRecord | None) -> dict[str, str]:
    """Return the requirements that were declared not applicable in a case, and by whom."""
    scans = () if record is None else record.scans
    return {requirement: by for scan in scans for requirement, by in scan.declared.items()}


def lists_named(record: CaseRecord | None) -> set[tuple[str, int]]:
    """Return the status lists that other regions' items of a case point to: (region, list number)."""
    items = [item for scan in (record.scans if record else ()) for item in scan.items if "region" in item]
    read = [(item["region"], envelope.read_item(item["item"])) for item in items]
    return {(region, one.status.list_no) for region, one in read if one.status is not None}


def again_at_a_peer(
    item: envelope.AnsweredItem, region: str, answered_at: datetime, evidence: str, how: Shown
) -> dict[str, Any]:
    """Return what it takes to judge an item of another region's answer again."""
    return {
        "region": region,
        "item": item.to_payload(),
        "answered_at": answered_at.isoformat(),
        "evidence": evidence,
        "reached": how.reached,
        "only_seen": how.only_seen,
    }


def _candidate(
    item: Mapping[str, Any], scan: CaseScan, record: CaseRecord, world: World, held: Mapping[str, bytes]
) -> Candidate | None:
    if "region" in item:
        return Candidate(_peer_item(item, world, held), item["place"], item["region"], scan.verification)
    certificate = record.certificates.get(item["certificate"])
    if certificate is None:
        return None
    examined = examine_home(
        certificate, item["fields"], record.as_of, _home_manner(item, certificate, world), world
    )
    return Candidate(examined.item, item["place"], world.region, scan.verification)


def _home_manner(item: Mapping[str, Any], certificate: Certificate, world: World) -> Manner:
    if not item["is_for_matter"] or world.matter is None:
        return GLANCE
    asked = world.matter.predicates_for(certificate.kind)
    return Manner(
        item["reached"],
        item["only_seen"],
        answered(asked, certificate, item["declared"], world),
        () if world.subjects is None else world.subjects(certificate),
    )


def _peer_item(item: Mapping[str, Any], world: World, held: Mapping[str, bytes]) -> Any:
    """Examine what another region stated then, with what is known of its status and its term now."""
    stated, region = envelope.read_item(item["item"]), item["region"]
    answered_at = datetime.fromisoformat(item["answered_at"])
    policy = policy_for(world.matter, Channel.PEER)
    facts = {one.fact: one for one in stated.facts}
    if stated.status is not None:
        uri = status_uri(region, stated.status.list_no)
        if uri in held:
            lookup = StatusAt(uri, stated.status.index)
            news = status(StatusToken(held[uri]), lookup, trust=world.trust, policy=policy, now=world.now)
            facts[Fact.STATUS.value] = _newer(facts.get(Fact.STATUS.value), news)
    if stated.valid_to is not None and stated.valid_to < day_in_china(world.now):
        facts[Fact.DATES.value] = StatedFact(Fact.DATES.value, "no", "EXPIRED", world.now)
    dates = facts.get(Fact.DATES.value)
    if dates is not None and dates.outcome == Outcome.YES and _ends_unseen(stated, dates, world.now):
        facts[Fact.DATES.value] = replace(dates, outcome=Outcome.UNDETERMINED.value, cause="FACT_TOO_OLD")
    shown = PeerAnswer(
        region=region,
        asker=world.region,
        purpose=PEER_PURPOSE,
        item=replace(stated, facts=tuple(facts.values()), valid_from=None, valid_to=None),
        signature_digest=item["evidence"],
        as_of=max((one.as_of for one in facts.values()), default=answered_at),
        manner=manner_of(stated, region, item["reached"], item["only_seen"]),
    )
    steps = examine(shown, trust=world.trust, policy=policy, catalogue=world.catalogue, now=world.now)
    return run(steps, lambda lookup: None)


def _ends_unseen(item: envelope.AnsweredItem, dates: StatedFact, now: datetime) -> bool:
    """Tell whether a term whose days were not told may have ended since it was good, for all that was said of it.

    A good term lasts the day out; and as far as a predicate reaches that was answered yes.
    """
    if item.valid_from is not None or item.valid_to is not None:
        return False
    reached = [day_in_china(dates.as_of)]
    for one in item.predicates:
        if one.outcome != Outcome.YES:
            continue
        if one.predicate.name == "not_ended_within":
            days = int(one.predicate.arguments["days"])
            reached.append(day_in_china(one.as_of) + timedelta(days=days))
        if one.predicate.name == "in_force_on" and one.predicate.argument("date") != TODAY:
            reached.append(date.fromisoformat(one.predicate.argument("date")))
    return max(reached) < day_in_china(now)


def _newer(reported: StatedFact | None, news: Checked) -> StatedFact:
    """Return the newer of what was stated and what the published list says; what it says is bad counts at any age.

    A list that is past its `ttl` is news of its own time all the same: whether that is too old is the matter's to say.
    """
    is_good = news.outcome is Outcome.YES or news.cause == "STATUS_AGED"
    told = StatedFact(
        Fact.STATUS.value,
        "yes" if is_good else news.outcome.value,
        None if is_good else news.cause,
        news.as_of,
    )
    if news.outcome is Outcome.NO or reported is None:
        return told
    return told if is_good and news.as_of > reported.as_of else reported
