"""Kill -9 at every step, statement and commit of what a clerk does after a verdict: outcome and reveal."""

from collections.abc import Iterator

import pytest

from certhub.flows.records import issue
from certhub.flows.verification import outcome, reveal, show, verify
from certhub.flows.verification.filing import VerificationRequest
from certhub.flows.verification.show import Choice, Mode
from certhub.history.events import store as history
from certhub.hub import Hub
from certhub.people.parties.people import Role
from certhub.verification.receipts import outcomes
from certhub.verification.receipts.result import Result
from certhub.verification.tickets.item import TicketItem
from tests.drills.child import account
from tests.drills.orders import KILLED, Scene
from tests.support.story import BUSINESS, key, licence

STEPS = {"outcome": ("outcome:1", "outcome:2"), "reveal": ("reveal:1", "reveal:2", "reveal:3")}
NOTE, FIELD = "印章可疑", "法定代表人"
MOST = 60


def verified(scene: Scene, name: str) -> str:
    """Let a licence be shown and scanned; return the verification's id."""
    with scene.hub() as hub:
        by, holder, clerk = (account(hub, role) for role in (Role.AGENCY, Role.HOLDER, Role.CLERK))
        certificate_id = str(issue.issue(licence(f"杀-{name}"), by=by, hub=hub, key=key(name))[0]["id"])
        code = show.show(Choice((TicketItem(certificate_id),), Mode.TICKET), by=holder, hub=hub).code
        return str(
            verify.verify(VerificationRequest(code, BUSINESS, "1号窗口"), by=clerk, hub=hub)[
                "verification_id"
            ]
        )


def deaths(scene: Scene, do: str, **more: str) -> Iterator[tuple[str, bool]]:
    """Yield the verification of each death: at each step, then before each statement and commit until none is left."""
    for step in STEPS[do]:
        vid = verified(scene, step)
        assert [KILLED] == scene.order(do, vid=vid, kill={"step": step}, **more)
        yield vid, False
    for what in ("statement", "commit"):
        for n in range(1, MOST):
            vid = verified(scene, f"{do}-{what}-{n}")
            ended = scene.order(do, vid=vid, kill={what: n}, **more)
            assert ended in ([KILLED], [0])
            yield vid, ended == [0]
            if ended == [0]:
                assert n > 1
                break
        else:
            pytest.fail(f"{do} did not end within {MOST} of its {what}s")


def events(hub: Hub, vid: str, type_: str) -> int:
    """How often the history tells of it."""
    with hub.reading() as unit:
        return len(history.events(unit, subject=vid, type_=type_))


def outcome_killed(scene: Scene) -> None:
    """Row and event agree after every death, what was acknowledged is there, and a retry ends it once."""
    for vid, ended in deaths(scene, "outcome", result="reported", note=NOTE):
        with scene.hub() as hub:
            with hub.reading() as unit:
                entries = outcomes.history(unit, vid)
            assert len(entries) == events(hub, vid, "verification.concluded")
            assert len(entries) == 1 or not ended
            assert ended == (f"{vid} reported" in scene.told())
            by = account(hub, Role.CLERK)
            outcome.conclude(vid, Result.REPORTED, NOTE, by=by, hub=hub)
            with hub.reading() as unit:
                entries = outcomes.history(unit, vid)
            assert [(Result.REPORTED, NOTE)] == [(one.result, one.note) for one in entries]
            assert 1 == events(hub, vid, "verification.concluded")


def reveal_killed(scene: Scene) -> None:
    """No value leaves without its event; a death between the two leaves the event, never the value alone."""
    for vid, ended in deaths(scene, "reveal", field=FIELD):
        with scene.hub() as hub:
            told = events(hub, vid, "verification.revealed")
            assert ended == (vid in scene.told())
            assert told <= 1
            assert told == 1 or not ended
            reveal.reveal(vid, 0, FIELD, by=account(hub, Role.CLERK), hub=hub)
            assert told + 1 == events(hub, vid, "verification.revealed")


@pytest.mark.drill
def test_an_outcome_is_whole_or_not_at_all(scene: Scene) -> None:
    """Killed at every place, on SQLite."""
    outcome_killed(scene)


@pytest.mark.drill
def test_a_value_is_on_record_before_it_is_shown(scene: Scene) -> None:
    """Killed at every place, on SQLite."""
    reveal_killed(scene)


@pytest.mark.postgres
def test_outcome_and_reveal_survive_their_deaths_on_postgresql(postgres_scene: Scene) -> None:
    """The same where the dead client's transaction is the server's to roll back."""
    outcome_killed(postgres_scene)
    reveal_killed(postgres_scene)
