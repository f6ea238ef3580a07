"""An agency changes its mind: at once, with a reason, in one transaction, and for everybody to see."""

from dataclasses import replace
from datetime import date

import pytest
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.status.statuslist import parse_statement

from certhub.db import outbox
from certhub.errors import BadRequest, Conflict, NotFound, WrongState
from certhub.flows.records import change as revoke
from certhub.flows.records.change import Order
from certhub.history.events import store as history
from certhub.jobs.status_lists import publish
from certhub.records.certificates import store as certificates
from certhub.records.certificates.rules import STEPS, State, Transition
from tests.support.plug import PulledPlug, cut
from tests.support.region import Region, with_step
from tests.support.story import change, issued, key, licence, scan, ticket, told

ORDER = Order("违章待处理（演示）", "鄂演决字〔2026〕第9号")


def state(region: Region, certificate_id: str) -> State:
    """The state of a certificate."""
    with region.hub.reading() as unit:
        found = certificates.find(unit, certificate_id)
    assert found is not None
    return found.state


def published(region: Region, certificate_id: str) -> int:
    """What the list among the public files says of a certificate: 0, 1 or 2."""
    with region.hub.reading() as unit:
        found = certificates.find(unit, certificate_id)
    token = region.hub.public_files.get(f"status/{found.list_no}")
    parsed = jws.parse(token, "statuslist+jwt")
    said = parse_statement(jws.verify(parsed, region.hub.trust.key(parsed.header.kid)))
    return said.statuses.get(found.list_index)


def test_suspend_reinstate_revoke_is_what_the_next_scan_says(home):
    """The story of the demo: each change is the verdict of the very next scan."""
    certificate_id = issued(home, licence("营-1"))
    seen = []
    for event in (Transition.SUSPEND, Transition.REINSTATE, Transition.REVOKE):
        change(home, certificate_id, event)
        seen.append(told(scan(home, ticket(home, certificate_id))))

    assert [("invalid", "SUSPENDED"), ("valid", "OK"), ("invalid", "REVOKED")] == seen


def test_the_scan_names_the_decision(home):
    """A clerk can tell the holder which paper it is about."""
    certificate_id = issued(home, licence("营-1"))
    revoke.change(certificate_id, Transition.REVOKE, ORDER, by=home.agency, hub=home.hub, key=key())

    report = scan(home, ticket(home, certificate_id))

    assert ORDER.decision in report["headline"] + report["next_step"] + str(report["items"])


@pytest.mark.parametrize(
    ("event", "value"),
    [(Transition.SUSPEND, 2), (Transition.REVOKE, 1), (Transition.CANCEL, 1), (Transition.WITHDRAW, 1)],
)
def test_the_published_list_says_it_after_the_worker_ran(home, clock, event, value):
    """0 before, 1 or 2 after; which end it was is told only in an authenticated answer."""
    certificate_id = issued(home, licence("营-1"))
    publish(home.hub)
    assert 0 == published(home, certificate_id)

    change(home, certificate_id, event)
    clock.pass_(seconds=1)
    publish(home.hub)

    assert value == published(home, certificate_id)


def test_reinstated_is_published_as_good_again(home, clock):
    """A suspension leaves no trace on the list."""
    certificate_id = issued(home, licence("营-1"))
    for event in (Transition.SUSPEND, Transition.REINSTATE):
        change(home, certificate_id, event)
        clock.pass_(seconds=1)
        publish(home.hub)

    assert 0 == published(home, certificate_id)


def test_a_change_leaves_word_for_the_worker_in_its_transaction(home, clock):
    """The outbox row is there when the change is, and gone when the list is out."""
    certificate_id = issued(home, licence("营-1"))
    publish(home.hub)
    change(home, certificate_id, Transition.SUSPEND)

    with home.hub.reading() as unit:
        assert 1 == len(outbox.posted(unit, "status"))
    clock.pass_(seconds=1)
    publish(home.hub)
    with home.hub.reading() as unit:
        assert [] == outbox.posted(unit, "status")


ENDS = [state for state in State if not any(start is state for start, _ in STEPS)]


def test_nothing_happens_after_the_end(home):
    """Revoked is the end, and so is every other end."""
    for event in (
        Transition.REVOKE,
        Transition.CANCEL,
        Transition.WITHDRAW,
        Transition.TRANSFER,
        Transition.SUPERSEDE,
    ):
        certificate_id = issued(home, licence(f"营-{event}"))
        change(home, certificate_id, event)
        assert state(home, certificate_id) in ENDS
        for another in Transition:
            with pytest.raises(WrongState):
                change(home, certificate_id, another)


@pytest.mark.parametrize("event", [Transition.REINSTATE, Transition.ACTIVATE, Transition.VOID])
def test_what_cannot_be_is_refused_and_leaves_nothing_behind(home, event):
    """An active certificate is not reinstated; the key of the refused request can be used again."""
    certificate_id = issued(home, licence("营-1"))

    for _ in range(2):
        with pytest.raises(WrongState):
            change(home, certificate_id, event, at=key("again"))
    assert State.ACTIVE is state(home, certificate_id)


def test_another_agencys_certificate_is_not_there(home):
    """Whoever may not change it does not learn that it exists."""
    certificate_id = issued(home, licence("营-1"))
    stranger = replace(home.agency, agencies=("11420799MB9999041J",))

    for unknown, by in ((certificate_id, stranger), ("0" * 26, home.agency)):
        with pytest.raises(NotFound) as refused:
            revoke.change(unknown, Transition.REVOKE, ORDER, by=by, hub=home.hub, key=key())
        assert "NOT_FOUND" == refused.value.code
    assert State.ACTIVE is state(home, certificate_id)


def test_a_change_takes_effect_at_once_or_not_yet(home):
    """A date in the future is refused: nobody would remember it. Today, in China's time, is not the future."""
    certificate_id = issued(home, licence("营-1"))
    tomorrow = Order("理由", "号", effective_from=date(2026, 11, 25))
    today = Order("理由", "号", effective_from=date(2026, 11, 24))

    with pytest.raises(BadRequest) as refused:
        revoke.change(certificate_id, Transition.REVOKE, tomorrow, by=home.agency, hub=home.hub, key=key())
    assert "EFFECTIVE_IN_FUTURE" == refused.value.code
    revoke.change(certificate_id, Transition.REVOKE, today, by=home.agency, hub=home.hub, key=key())


def test_the_same_key_changes_once(home):
    """Asked twice, done once, answered alike, although the second could not be done any more."""
    certificate_id = issued(home, licence("营-1"))
    once = key("suspend")

    first = change(home, certificate_id, Transition.SUSPEND, at=once)
    again = change(home, certificate_id, Transition.SUSPEND, at=once)

    assert dict(first) == dict(again)
    assert "suspended" == again["state"]


def test_the_same_key_with_another_order_is_refused(home):
    """A key stands for one request."""
    certificate_id = issued(home, licence("营-1"))
    change(home, certificate_id, Transition.SUSPEND, at=key("one", "suspend"))

    with pytest.raises(Conflict):
        change(home, certificate_id, Transition.REVOKE, at=key("one", "revoke"))


@pytest.mark.parametrize("step", ["revoke:1", "revoke:2", "revoke:3"])
def test_a_change_cut_short_is_whole_or_not_there(home, step):
    """State, slot, event, outbox and answer are one transaction; the retry under the same key ends well."""
    certificate_id = issued(home, licence("营-1"))
    publish(home.hub)
    with pytest.raises(PulledPlug):
        revoke.change(
            certificate_id, Transition.REVOKE, ORDER, by=home.agency, hub=cut(home, step), key=key("cut")
        )

    done = state(home, certificate_id) is State.REVOKED
    with home.hub.reading() as unit:
        subject = certificates.find(unit, certificate_id).ref.hex()
        told_of = history.events(unit, subject=subject, type_="certificate.revoked")
        waiting = outbox.posted(unit, "status")
    assert (step == "revoke:3") is done
    assert (int(done), done) == (len(told_of), bool(waiting))
    answer = revoke.change(
        certificate_id, Transition.REVOKE, ORDER, by=home.agency, hub=home.hub, key=key("cut")
    )

    assert "revoked" == answer["state"]
    assert State.REVOKED is state(home, certificate_id)


def test_a_change_that_lost_the_race_says_so(home):
    """Two officials at once: the second sees a certificate that somebody changed, and looks again."""
    certificate_id = issued(home, licence("营-1"))
    with home.hub.reading() as unit:
        seen = certificates.find(unit, certificate_id)
    change(home, certificate_id, Transition.SUSPEND)

    with home.hub.writing() as unit:
        assert certificates.set_state(unit, seen, State.REVOKED, by="t") is None
    assert State.SUSPENDED is state(home, certificate_id)


def test_the_event_says_who_why_and_by_which_paper(home):
    """One deed, one event, in the history of the certificate."""
    certificate_id = issued(home, licence("营-1"))
    revoke.change(certificate_id, Transition.SUSPEND, ORDER, by=home.agency, hub=home.hub, key=key())

    with home.hub.reading() as unit:
        found = certificates.find(unit, certificate_id)
        [event] = history.events(unit, subject=found.ref.hex(), type_="certificate.suspended")
    assert home.agency.key == event.actor
    assert (ORDER.reason, ORDER.decision) == (event.body["reason"], event.body["decision"])


def test_a_scan_during_a_change_sees_one_or_the_other(home):
    """The row speaks: a change that is not committed has not happened."""
    certificate_id = issued(home, licence("营-1"))
    code = ticket(home, certificate_id)
    slow = with_step(
        home, lambda name: change(home, certificate_id, Transition.SUSPEND) if name == "verify:4" else None
    )

    report = scan(replace(home, hub=slow), code)

    assert told(report) in {("valid", "OK"), ("invalid", "SUSPENDED")}
