"""The hub's own decision, asked for a combination of the table: the pure functions that a scan goes through.

    refused()   what is said before anything is redeemed: resolve.py
    item()      the facts of a certificate as its hub finds them, judged by the matter's policy on the evidence's floor
    sealed()    a real sealed code with the row of its certificate, through resolve.py as a whole
    decide()    the report, and how the requirements stand after it

Nothing of the rules is written down here: a rule that somebody changes in the hub changes what this module says. What
does not hang on the kind or on the answers is asked once: it is a function of its arguments.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import UUID

from certhub_schemas import Kind, Matter, kinds, matters, shipped_catalogue
from certhub_schemas.predicates import Predicate
from certhub_schemas.requirements import Mode
from certhub_verifier.causes import Verdict
from certhub_verifier.checks import core, need
from certhub_verifier.checks.status import status
from certhub_verifier.facts import Checked, Fact, Outcome
from certhub_verifier.floor import FloorRow
from certhub_verifier.formats import codes
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.status.statuslist import status_uri
from certhub_verifier.lookups import StatusAt, StatusRecord
from certhub_verifier.materials import Candidate, Case, materials_of
from certhub_verifier.policy import Channel, Policy, policy_for
from certhub_verifier.predicates import GLANCE, Manner, PredicateAnswer
from certhub_verifier.report import ItemReport, failed, kind_names, overall
from certhub_verifier.verdict import judge

from certhub.flows.verification.code_record import Redeemable, SealedRecord, TicketRecord
from certhub.flows.verification.resolve import Resolved, resolve
from certhub.flows.verification.shown_item import meant_for_us
from certhub.flows.verification.world import World
from certhub.records.certificates.record import Certificate, Record
from certhub.records.certificates.rules import State
from certhub.records.credentials.present import fields_shown
from certhub.verification.tickets.store import OpenTicket
from tests.decision import expander
from tests.decision.expander import NOT_COMPUTED, Expected, Row
from tests.support import credentials
from tests.support.fixed_keys import fixed_random

NOW = datetime(2026, 11, 24, 1, 41, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
MATTERS: Mapping[str, Matter] = {one.code: one for one in matters()}
KINDS: Mapping[str, Kind] = {one.code: one for one in kinds()}
SHOP = credentials.World(kinds=tuple(KINDS))
TRUST, HOME = SHOP.trust(NOW), credentials.HOME
REACHED: Mapping[str, Mode] = {"L2": "L2", "L3": "L3"}
LATER = NOW + 400 * DAY
ENDS = {"soon": NOW + expander.SOON_DAYS * DAY, "expired": NOW - DAY}
SLOT = StatusAt(status_uri(HOME, 3), 7)
SUBJECT = "s" * 22  # the one who shows it, under a name of this case
ROW = UUID(int=1)


def decide(case: expander.Case) -> Expected:
    """Return what the hub says of a combination."""
    matter = MATTERS[case.matter]
    resolved = found_of(replace(case, declared_away=()))
    channel = Channel.SEALED if case.mode == "sealed" else Channel.TICKET
    if isinstance(resolved, str):
        report, shown = failed(resolved, channel=channel, as_of=NOW), []
    else:
        report = overall([resolved], channel=channel, as_of=NOW)
        shown = [Candidate(resolved, 0, HOME)] if report.items else []
    found = materials_of(
        Case(
            requirements=matter.requirements,
            candidates=shown,
            now=NOW,
            names=lambda kind: kind_names(kind, shipped_catalogue()),
            deficiency_allowed=matter.deficiency_allowed,
            declared=dict.fromkeys(case.declared_away, "a clerk"),
        )
    )
    rows = {
        one.requirement.id: Row(one.state.value, one.cause, one.missing_fields) for one in found.requirements
    }
    return Expected(report.verdict.value, report.code, bool(report.items), rows, found.materials.value)


@cache
def found_of(case: expander.Case) -> ItemReport | str:
    """Return the certificate as it is judged, or the cause for which nothing of it is told."""
    if case.mode == "sealed":
        resolved = sealed(case)
        return resolved.cause or resolved.examined[0].item
    return refused(case.mode, case.matter) or item(case)


@cache
def world(matter_code: str) -> World:
    """Return what judges a code at its own hub."""
    random = fixed_random("a decision")
    return World(NOW, TRUST, shipped_catalogue(), HOME, MATTERS[matter_code], random)


@cache
def refused(mode: str, matter_code: str) -> str | None:
    """Return the cause for which a code is refused before it is redeemed; to a request the holder consented."""
    if mode in REACHED:
        return None
    another = next(code for code in MATTERS if code != matter_code)
    of = {"ticket": matter_code, "other": another}.get(mode)
    ticket = OpenTicket(bytes(32), (), of, NOW - MINUTE, NOW + MINUTE)
    record = TicketRecord(codes.Ticket(HOME, 1), bytes(32), NOW, ticket)
    return resolve(record, world=world(matter_code)).cause


def sealed(case: expander.Case) -> Resolved:
    """Return what stands behind a sealed code of the certificate, scanned at its own hub for the first time."""
    text = sealed_code(case.kind)
    code = codes.read_code(text)
    assert isinstance(code, codes.Sealed)
    record = SealedRecord(
        code,
        text,
        NOW,
        codes.SealedPayload.parse(jws.parse(code.jws, code.typ).payload),
        Redeemable(bytes(32), NOW + MINUTE),
        certificate=row(case.kind, ENDS.get(case.state)),
    )
    return resolve(record, world=world(case.matter))


@cache
def sealed_code(kind_code: str) -> str:
    """Return a code that shows the face of a kind."""
    face = {one.title: "甲" for one in KINDS[kind_code].face_fields}
    return SHOP.sealed_code(now=NOW, kind=kind_code, claims=face)


@cache
def row(kind_code: str, ends: datetime | None) -> Certificate:
    """Return the row of the certificate that a sealed code is of; the hub reads nothing else of it."""
    kind = KINDS[kind_code]
    began = (NOW - 400 * DAY).date()
    return Certificate(
        id=ROW,
        bucket=0,
        certificate_id="c" * 22,
        kind=kind.code,
        kind_version=kind.version,
        agency=credentials.AGENCY,
        version=1,
        state=State.ACTIVE,
        state_since=NOW - 400 * DAY,
        valid_from=began,
        valid_to=None if ends is None else ends.date(),
        list_no=3,
        list_index=credentials.INDEX,
        ref=bytes(32),
        created_at=NOW - 400 * DAY,
        lease_until=None,
        previous=None,
        record=Record(SHOP.identifier(), "n-1", (), began, {}, "", ()),
    )


def item(case: expander.Case) -> ItemReport:
    """Return the certificate as it is judged where a ticket was redeemed, or a request consented to."""
    matter, kind = MATTERS[case.matter], KINDS[case.kind]
    fields, manner = fields_of(case, matter), manner_of(case)
    seen = need.Seen(kind.code, fields, manner)
    facts = [
        *facts_of(case.state, case.matter),
        core.catalogued(shipped_catalogue(), kind=kind.code, version=kind.version, claims=fields, now=NOW),
        need.needed(matter.requirements, seen, NOW),
        need.mode(matter.requirements, matter.mode, seen, NOW),
    ]
    found = judge(facts, policy_of(case.matter), FloorRow.TICKET)
    is_invalid = found.verdict is Verdict.INVALID
    return ItemReport(
        kind=kind.code,
        kind_name=kind.name,
        kind_name_en=kind.name_en,
        kind_version=kind.version,
        verdict=found.verdict,
        code=found.code,
        facts=tuple(facts),
        disclosed={} if is_invalid else dict.fromkeys(fields, "a value"),
        detail=found.detail,
        manner=GLANCE if is_invalid else manner,
    )


@cache
def policy_of(matter_code: str) -> Policy:
    """Return the matter's rules for what comes by a ticket; a request of the own hub is judged as one."""
    return policy_for(MATTERS[matter_code], Channel.TICKET)


def fields_of(case: expander.Case, matter: Matter) -> tuple[str, ...]:
    """Return what is shown of the certificate: its face, or what the matter needs less what was withheld."""
    if case.mode == "glance":
        return fields_shown(tuple(one.title for one in KINDS[case.kind].face_fields), None)
    needed = matter.fields_for(case.kind)
    chosen = tuple(title for title in needed or () if title not in case.withheld)
    return fields_shown(needed, chosen if case.withheld else None)


def manner_of(case: expander.Case) -> Manner:
    """Return in which mode it was shown, and what was answered in the place of values."""
    if case.mode == "glance":
        return GLANCE
    return Manner(REACHED.get(case.mode, "L1"), False, tuple(answers_of(case)), (SUBJECT,))


def answers_of(case: expander.Case) -> Iterator[PredicateAnswer]:
    """Yield the combination's answers as a hub gives them."""
    for asked, outcome in case.answers:
        if outcome != NOT_COMPUTED:
            predicate = Predicate(asked.name, {asked.argument: asked.value})
            cause = "CLAIM_ABSENT" if outcome == expander.UNDETERMINED else None
            yield PredicateAnswer(predicate, Outcome(outcome), cause, NOW, HOME)


@cache
def facts_of(state: str, matter_code: str) -> tuple[Checked, ...]:
    """Return what is found of a credential in a state that its own hub presents, whatever its kind."""
    vouched = (Fact.WELL_FORMED, Fact.SIGNATURE, Fact.STANDS_BEHIND, Fact.ISSUER_KNOWN, Fact.ISSUER_ENTITLED)
    policy = policy_of(matter_code)
    has_state = state not in ("active", *ENDS)  # a term that ends is no state of a row
    return (
        *(core.yes(fact, NOW) for fact in (*vouched, Fact.ONE_TIME)),
        core.dates(
            issued_at=NOW - 400 * DAY,
            not_before=NOW - 400 * DAY,
            expires=ENDS.get(state, LATER),
            trust_as_of=TRUST.as_of,
            now=NOW,
            soon_days=policy.expires_soon_days,
        ),
        status(
            StatusRecord(state if has_state else "active", NOW), SLOT, trust=TRUST, policy=policy, now=NOW
        ),
        core.trust_fresh(TRUST, policy=policy, now=NOW),
        meant_for_us(NOW),
    )
