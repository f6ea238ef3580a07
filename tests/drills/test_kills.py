"""Kill -9 at every step: no signature without a row, nothing acknowledged is lost, no ticket is spent twice."""

import json
from collections.abc import Sequence

import pytest
from certhub_verifier.formats.codes.code import ticket_hash
from certhub_verifier.formats.jose import base64url

from certhub.errors import Unavailable
from certhub.flows.records import issue
from certhub.flows.verification import results, show, verify
from certhub.flows.verification.filing import VerificationRequest
from certhub.flows.verification.show import Choice, Mode
from certhub.history.events import store as history
from certhub.hub import Hub
from certhub.people.parties.people import Role
from certhub.records.certificates import store as certificates
from certhub.records.certificates.record import Certificate
from certhub.records.certificates.rules import State
from certhub.verification.receipts import store as receipts
from certhub.verification.tickets import store as tickets
from certhub.verification.tickets.item import TicketItem
from tests.drills.child import account
from tests.drills.orders import KILLED, Scene
from tests.support.story import BUSINESS, key, licence

ISSUE = [f"issue:{n}" for n in range(1, 8)]
VERIFY = [f"verify:{n}" for n in (1, 3, 4, 5, 6)]  # 2 asks another region: test_kills_between.py
TIMES = pytest.mark.parametrize("times", [4, pytest.param(20, marks=pytest.mark.long)])


def all_certificates(hub: Hub) -> list[Certificate]:
    """Every certificate of the drill, by its number."""
    by = account(hub, Role.AGENCY)
    with hub.reading() as unit:
        found = certificates.issued_by(unit, by.agencies, limit=5000)
    return [one for one in found if one.record.number.startswith("杀-")]


def retried(hub: Hub, scene: Scene, number: str) -> str:
    """Ask for the same certificate again, as its client would: now, and if it is in flight after the lease."""
    by = account(hub, Role.AGENCY)
    try:
        return str(issue.issue(licence(number), by=by, hub=hub, key=key(number))[0]["id"])
    except Unavailable:
        scene.clock.pass_(seconds=11)
        return str(issue.issue(licence(number), by=by, hub=hub, key=key(number))[0]["id"])


@pytest.mark.drill
@TIMES
@pytest.mark.parametrize("step", ISSUE)
def test_issue_survives_deaths_at_a_step(scene: Scene, step: str, times: int) -> None:
    """Killed before a step of issue: what was signed is on record, and a retry ends it, once."""
    issue_killed(scene, [step], times)


def test_issue_survives_a_death_at_each_step(scene: Scene) -> None:
    """The drill above in small."""
    issue_killed(scene, ISSUE, 1)


@pytest.mark.postgres
def test_issue_survives_a_death_at_each_step_on_postgresql(postgres_scene: Scene) -> None:
    """The same where the dead client's transaction is the server's to roll back."""
    issue_killed(postgres_scene, ISSUE, 3)


def issue_killed(scene: Scene, steps: Sequence[str], times: int) -> None:
    """Kill issue so many times before each of these steps, then look, then ask again."""
    numbers = {f"杀-{step}-{n}": step for step in steps for n in range(times)}

    for number, step in numbers.items():
        assert [KILLED] == scene.order("issue", number=number, kill={"step": step})

    with scene.hub() as hub:
        assert [] == scene.told()
        assert len(scene.signed()) == sum(step > "issue:4" for step in numbers.values())
        no_signature_without_a_row(scene, hub)
        ends = {number: retried(hub, scene, number) for number in numbers}
        issued_once(hub, ends)


@pytest.mark.drill
def test_issue_survives_death_at_every_statement_and_commit(scene: Scene) -> None:
    """Not only between the steps: before each single SQL statement, and before each commit."""
    ends: dict[str, str] = {}
    for what in ("statement", "commit"):
        for n in range(1, 100):
            number = f"杀-{what}-{n}"
            ended = scene.order("issue", number=number, kill={what: n})
            with scene.hub() as hub:
                no_signature_without_a_row(scene, hub)
                ends[number] = retried(hub, scene, number)
            if ended == [0]:
                assert n > 3, "no statement was ever waited for"
                break
            assert [KILLED] == ended
    with scene.hub() as hub:
        issued_once(hub, ends)
        nothing_told_is_lost(scene, hub)


def no_signature_without_a_row(scene: Scene, hub: Hub) -> None:
    """Every byte string that was ever signed with a seal is the signing input of a certificate on record."""
    on_record = {one.record.signing_input for one in all_certificates(hub)}
    assert set(scene.signed()) <= on_record


def issued_once(hub: Hub, ends: dict[str, str]) -> None:
    """One certificate for each number, active, under the id that the retry was given, told of once."""
    made = all_certificates(hub)
    assert sorted(ends) == sorted(one.record.number for one in made)
    assert ends == {one.record.number: one.certificate_id for one in made}
    assert {State.ACTIVE} == {one.state for one in made}
    assert len(made) == len({(one.list_no, one.list_index) for one in made})
    with hub.reading() as unit:
        for one in made:
            deeds = history.events(unit, subject=one.ref.hex(), type_="certificate.issued")
            assert 1 == len(deeds)


def nothing_told_is_lost(scene: Scene, hub: Hub) -> None:
    """Every certificate whose id was acknowledged is there, and active."""
    made = {one.certificate_id: one for one in all_certificates(hub)}
    for certificate_id in scene.told():
        assert State.ACTIVE is made[certificate_id].state


def minted(scene: Scene, count: int) -> list[str]:
    """Issue a licence and let its holder show it, so many times."""
    with scene.hub() as hub:
        by, holder = account(hub, Role.AGENCY), account(hub, Role.HOLDER)
        certificate_id = issue.issue(licence("杀-shown"), by=by, hub=hub, key=key("杀-shown"))[0]["id"]
        choice = Choice((TicketItem(str(certificate_id), None),), Mode.TICKET)
        return [show.show(choice, by=holder, hub=hub).code for _ in range(count)]


@pytest.mark.drill
@TIMES
@pytest.mark.parametrize("step", VERIFY)
def test_verify_survives_deaths_at_a_step(scene: Scene, step: str, times: int) -> None:
    """Killed before a step of verify: the same question ends valid, any other finds the ticket used: once each."""
    verify_killed(scene, [step], times)


def test_verify_survives_a_death_at_each_step(scene: Scene) -> None:
    """The drill above in small."""
    verify_killed(scene, VERIFY, 1)


@pytest.mark.postgres
def test_verify_survives_a_death_at_each_step_on_postgresql(postgres_scene: Scene) -> None:
    """The same where the dead client's transaction is the server's to roll back."""
    verify_killed(postgres_scene, VERIFY, 3)


def verify_killed(scene: Scene, steps: Sequence[str], times: int) -> None:
    """Kill verify so many times before each of these steps, then look, then ask again."""
    plan = [(step, f"{step.replace(':', '-')}-{n}") for step in steps for n in range(times)]
    codes = minted(scene, len(plan))

    for code, (step, name) in zip(codes, plan, strict=True):
        order = {"code": code, "verification_id": name, "kill": {"step": step}}
        assert [KILLED] == scene.order("verify", **order)

    with scene.hub() as hub:
        assert [] == scene.told()
        assert len(scene.signed()) == sum(step == "verify:6" for step, _ in plan)
        receipts_are_on_record(scene, hub)
        for n, (code, (_, name)) in enumerate(zip(codes, plan, strict=True)):
            spent_once(hub, code, name, first=n % 2 == 0)


@pytest.mark.drill
@pytest.mark.parametrize("what", ["statement", "commit"])
def test_verify_survives_death_at_every_statement_and_commit(scene: Scene, what: str) -> None:
    """Before each single SQL statement and each commit: nothing is spent without a report, nothing twice."""
    codes = minted(scene, 60)
    for n, code in enumerate(codes, start=1):
        order = {"code": code, "verification_id": f"{what}-{n}", "kill": {what: n}}
        ended = scene.order("verify", **order)
        with scene.hub() as hub:
            receipts_are_on_record(scene, hub)
            spent_once(hub, code, f"{what}-{n}", first=n % 2 == 0)
        if ended == [0]:
            assert n > 3
            return
        assert [KILLED] == ended
    pytest.fail("sixty statements, and it still was not over")


def receipts_are_on_record(scene: Scene, hub: Hub) -> None:
    """Every receipt that was ever signed says what the store says was answered."""
    for signing_input in scene.signed():
        payload = json.loads(base64url.decode(signing_input.split(".")[1]))
        with hub.reading() as unit:
            filed = receipts.get(unit, payload["vid"])
        assert filed is not None
        assert filed.receipt_payload == payload


def spent_once(hub: Hub, code: str, verification_id: str, *, first: bool) -> None:
    """Ask again, the dead clerk's question before or after another one's: exactly one of the two is valid."""
    clerk = account(hub, Role.CLERK)
    same = VerificationRequest(code, BUSINESS, "1号窗口", verification_id=verification_id)
    another = VerificationRequest(code, BUSINESS, "2号窗口", verification_id=f"{verification_id}-another")
    with hub.reading() as unit:
        was_spent = tickets.redemption_of(unit, ticket_hash(code)) is not None
        answered = receipts.get(unit, verification_id)
    # Spent and answered are one transaction: neither is ever there without the other.
    assert was_spent == (answered is not None and answered.report is not None)

    reports = [verify.verify(q, by=clerk, hub=hub) for q in ((same, another) if first else (another, same))]

    winner = 0 if first or not was_spent else 1
    assert ["OK", "CODE_USED"] == [reports[winner]["code"], reports[1 - winner]["code"]]
    assert ["valid", "invalid"] == [reports[winner]["verdict"], reports[1 - winner]["verdict"]]
    for question in (same, another):
        assert results.receipt(str(question.verification_id), by=clerk, hub=hub)["receipt"]
