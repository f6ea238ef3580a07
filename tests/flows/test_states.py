"""What was its state on that day: every deed leaves a change, and what older code left out is filled in once."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update

from certhub.db.columns import table_of
from certhub.db.engine import Database, Unit
from certhub.db.sealing import BlobRefused
from certhub.flows.records import change as changing
from certhub.flows.records import issue, renew
from certhub.flows.records.change import Order
from certhub.history.events.store import leaf_of
from certhub.history.events.tables import EventRow, EventSaltRow
from certhub.jobs.runner import run
from certhub.jobs.sweeping import VOID_AFTER, sweep
from certhub.records.certificates import states
from certhub.records.certificates import store as certificates
from certhub.records.certificates.changes import Change, NoState
from certhub.records.certificates.record import Certificate
from certhub.records.certificates.rules import State, Transition, starts
from certhub.records.certificates.tables import CertificateRow, StateRow
from certhub.setup.state_history import fill_all, fill_next
from tests.support.plug import PulledPlug, cut
from tests.support.region import Region
from tests.support.story import change, food, issued, key, licence

STATE, EVENT, SALT = table_of(StateRow), table_of(EventRow), table_of(EventSaltRow)


def found(home: Region, certificate_id: str) -> Certificate:
    """A certificate by its public id."""
    with home.hub.reading() as unit:
        certificate = certificates.find(unit, certificate_id)
    assert certificate is not None
    return certificate


def changes(home: Region, certificate_id: str) -> list[Change]:
    """Its changes, in order."""
    with home.hub.reading() as unit:
        return states.changes_of(unit, found(home, certificate_id).place)


def state_at(home: Region, certificate_id: str, when: datetime) -> State | NoState:
    """Its state at a moment."""
    with home.hub.reading() as unit:
        certificate = certificates.find(unit, certificate_id)
        assert certificate is not None
        return states.state_at(unit, certificate, when)


def story(home: Region, number: str = "态-1") -> tuple[str, list[datetime]]:
    """A licence that is issued, suspended, reinstated and revoked, a day apart; and the times of these deeds."""
    home.clock.pass_(days=1)
    times = [home.clock.now()]
    certificate_id = issued(home, licence(number))
    for deed in (Transition.SUSPEND, Transition.REINSTATE, Transition.REVOKE):
        home.clock.pass_(days=1)
        times.append(home.clock.now())
        change(home, certificate_id, deed)
    home.clock.pass_(days=1)
    return certificate_id, times


def forget(home: Region, *where: Any) -> None:
    """Take changes away, as if the code that made them knew of no such table."""
    with home.hub.writing() as unit:
        unit.sql.execute(delete(STATE).where(*where))


def everything(home: Region) -> dict[str, list[Change]]:
    """Every change of every certificate, without what tells one that is filled in from one that was written."""
    table = table_of(CertificateRow)
    with home.hub.reading() as unit:
        cids = unit.sql.execute(select(table.c.cid).order_by(table.c.cid)).scalars().all()
    return {
        certificate_id: [
            replace(one, id=UUID(int=0), written_at=one.decided_at) for one in changes(home, certificate_id)
        ]
        for certificate_id in cids
    }


def test_what_was_its_state_on_that_day(home):
    """From a deed on until the next, to the microsecond; and before it was on record there was none."""
    certificate_id, (made, suspended, reinstated, revoked) = story(home)
    tick = timedelta(microseconds=1)

    told = {when: state_at(home, certificate_id, when) for when in (made, suspended, reinstated, revoked)}
    before = {when: state_at(home, certificate_id, when - tick) for when in told}
    assert [State.ACTIVE, State.SUSPENDED, State.ACTIVE, State.REVOKED] == list(told.values())
    assert [NoState.NOT_YET, State.ACTIVE, State.SUSPENDED, State.ACTIVE] == list(before.values())


def test_a_change_says_who_why_and_by_which_decision(home):
    """And since when; an order without a day holds from the moment on."""
    home.clock.pass_(days=3)
    certificate_id = issued(home, licence("态-1"))
    made = found(home, certificate_id).state_since
    home.clock.pass_(days=9)
    order = Order("来电核实", "鄂演决字9号", effective_from=date(2026, 11, 30))
    changing.change(certificate_id, Transition.SUSPEND, order, by=home.agency, hub=home.hub, key=key())

    first, second = changes(home, certificate_id)
    assert (State.INTENDED, State.ACTIVE, made, made, home.agency.key) == (
        first.was,
        first.state,
        first.decided_at,
        first.effective_from,
        first.by,
    )
    assert (State.ACTIVE, made, State.SUSPENDED, home.clock.now(), starts(date(2026, 11, 30))) == (
        second.was,
        second.was_since,
        second.state,
        second.decided_at,
        second.effective_from,
    )
    assert ("来电核实", "鄂演决字9号", home.agency.key, None) == (
        second.reason,
        second.decision,
        second.by,
        second.reason_code,
    )


def test_what_holds_from_before_its_decision_was_so_on_that_day(home):
    """A revocation of today that holds from last week: on the days between it was revoked."""
    certificate_id = issued(home, licence("态-1"))
    home.clock.pass_(days=9)
    order = Order("撤销", "鄂演决字9号", effective_from=date(2026, 11, 28))
    changing.change(certificate_id, Transition.REVOKE, order, by=home.agency, hub=home.hub, key=key())

    from_ = starts(date(2026, 11, 28))
    assert State.ACTIVE is state_at(home, certificate_id, from_ - timedelta(seconds=1))
    assert State.REVOKED is state_at(home, certificate_id, from_)


def test_a_renewal_and_a_void_leave_changes_too(home):
    """Superseded by the agency; voided by the sweeper, which has a name."""
    old = issued(home, food("态-1"))
    order = Order("到期", "决1")
    new = renew.renew(old, order, None, by=home.agency, hub=home.hub, key=key())["id"]
    with pytest.raises(PulledPlug):
        issue.issue(licence("态-2"), by=home.agency, hub=cut(home, "issue:4"), key=key())
    home.clock.pass_(seconds=VOID_AFTER.total_seconds() + 11)
    sweep(home.hub)

    assert [State.ACTIVE, State.SUPERSEDED] == [one.state for one in changes(home, old)]
    assert [State.ACTIVE] == [one.state for one in changes(home, str(new))]
    with home.hub.reading() as unit:
        voided = unit.sql.execute(select(STATE).where(STATE.c.state == State.VOIDED, STATE.c.by == "worker"))
        assert 1 == len(voided.all())


def test_whoever_was_too_late_leaves_no_change(home):
    """Somebody suspended and reinstated it since it was read: what was read is not what is."""
    certificate_id = issued(home, licence("态-1"))
    seen = found(home, certificate_id)
    for deed in (Transition.SUSPEND, Transition.REINSTATE):
        home.clock.pass_(seconds=1)
        change(home, certificate_id, deed)
    with home.hub.writing() as unit:
        assert None is certificates.set_state(unit, seen, State.REVOKED, by="x")

    assert [State.ACTIVE, State.SUSPENDED, State.ACTIVE] == [
        one.state for one in changes(home, certificate_id)
    ]


def test_reason_and_decision_are_in_no_clear_column(home):
    """The row is sealed for itself: put on another row it does not open."""
    certificate_id, _ = story(home)
    reason = changes(home, certificate_id)[1].reason
    with home.hub.reading() as unit:
        rows = unit.sql.execute(select(STATE)).all()

    assert reason
    assert [] == [row for row in rows if reason in map(str, row)]
    with home.hub.writing() as unit, pytest.raises(BlobRefused):
        unit.vault.open("certificate_state", str(rows[0].id), rows[1].sealed)


@pytest.mark.disagrees("somebody wrote the database")
@pytest.mark.parametrize("how", ["deleted", "altered"])
def test_who_writes_the_database_makes_a_change_unknown_and_never_another(home, how):
    """A row that is gone, or says something else without our MAC, leaves a gap; the state of today stands."""
    certificate_id, (made, suspended, reinstated, revoked) = story(home)
    here = STATE.c.id == changes(home, certificate_id)[1].id
    with home.hub.writing() as unit:
        unit.sql.execute(
            delete(STATE).where(here)
            if how == "deleted"
            else update(STATE).where(here).values(state=State.ACTIVE)
        )

    assert [NoState.UNKNOWN, State.SUSPENDED, State.ACTIVE, State.REVOKED] == [
        state_at(home, certificate_id, when) for when in (made, suspended, reinstated, revoked)
    ]
    assert (how == "altered") == bool(home.hub.database.refused["certificate_state"])


def test_what_older_code_left_out_is_filled_in_as_it_was(home):
    """Every change of every certificate: who, why, from when, in the same order; and nothing twice."""
    certificate_id, late = story(home)[0], issued(home, licence("态-2"))
    order = Order("补录", "决2", effective_from=date(2026, 11, 20))
    changing.change(late, Transition.WITHDRAW, order, by=home.agency, hub=home.hub, key=key())
    before = everything(home)
    forget(home)
    assert {certificate_id: []} == {certificate_id: changes(home, certificate_id)}

    home.clock.pass_(days=1)
    filled = fill_all(home.hub.database.engine, lambda: home.hub.database)

    assert (before, sum(map(len, before.values()))) == (everything(home), filled)
    assert {home.clock.now()} == {one.written_at for one in changes(home, certificate_id)}
    assert 0 == fill_all(home.hub.database.engine, lambda: home.hub.database)


def test_one_change_in_the_middle_is_filled_in(home):
    """Older code suspended it, newer code went on: the reinstatement names a change that is not there."""
    certificate_id, (_, suspended, *_) = story(home)
    before = everything(home)
    forget(home, STATE.c.id == changes(home, certificate_id)[1].id)

    assert 1 == fill_next(home.hub.database, None)[0]

    assert before == everything(home)
    assert State.SUSPENDED is state_at(home, certificate_id, suspended)


def test_a_certificate_that_older_code_changes_is_right_at_once(home):
    """Before anything is filled in its own row counts; the worker fills in the rest, a round later."""
    certificate_id, (made, *_) = story(home)
    forget(home)

    assert State.REVOKED is state_at(home, certificate_id, home.clock.now())
    assert NoState.UNKNOWN is state_at(home, certificate_id, made)
    run(home.hub, Once())  # type: ignore[arg-type]
    assert State.ACTIVE is state_at(home, certificate_id, made)


class Once:
    """Told to stop after the first round."""

    def wait(self, seconds: float) -> bool:
        """Say that it is time."""
        return True


class Interrupted(Database):
    """A database before whose first writing transaction somebody else does something."""

    def writing(self) -> AbstractContextManager[Unit]:
        """Let the other go first, once."""
        if not THEIRS:
            THEIRS.append(0)
            THEIRS[0] = fill_all(self.engine, lambda: self)
        return super().writing()


THEIRS: list[int] = []


def test_two_who_fill_in_at_once_write_each_change_once(home):
    """Both saw that it is missing; the second finds the first one's row."""
    certificate_id, _ = story(home)
    before, hub = everything(home), home.hub.database
    forget(home, STATE.c.certificate == found(home, certificate_id).place.id)
    THEIRS.clear()

    ours = fill_all(hub.engine, lambda: Interrupted(hub.engine, hub.vault, hub.clock, hub.random))

    assert ([4], 0, before) == (THEIRS, ours, everything(home))


def test_the_worker_goes_round_and_round(home):
    """What older code does behind it is found the next time round."""
    total, after = 0, None
    for _ in range(2):
        forget(home)
        for _ in range(3):
            filled, after = fill_next(home.hub.database, after)
            total += filled

    assert 2 * sum(map(len, everything(home).values())) == total


def test_every_certificate_is_looked_at_some_at_a_time(home):
    """None is passed over between two windows, and the last one ends it."""
    everyone = {certificate_id for certificate_id, made in everything(home).items() if made}
    forget(home)
    seen, after = [], None
    with home.hub.reading() as unit:
        while True:
            window = states.incomplete(unit.sql, after, size=3)
            seen += [one.certificate_id for one in certificates.get_many(unit, window.incomplete)]
            after = window.last
            if after is None:
                break

    assert (len(everyone), everyone) == (len(seen), set(seen))
    fill_all(home.hub.database.engine, lambda: home.hub.database)


def test_at_most_so_many_are_filled_in_with_one_transaction(home):
    """A step that dies loses one transaction's work; the next run does it."""
    forget(home)
    plain, commits = home.hub.database, list[int]()
    counting = Counting(plain.engine, plain.vault, plain.clock, plain.random, plain.refused, commits)

    filled = fill_all(plain.engine, lambda: counting, chunk=7)
    counting.close()

    steps = [after - before for before, after in zip([0, *commits], commits, strict=False) if after > before]
    assert (7, filled) == (max(steps), sum(steps))


@dataclass(frozen=True)
class Counting(Database):
    """The real database, which notes how many changes are on record as each writing unit ends."""

    commits: list[int] = field(default_factory=list)

    @contextmanager
    def writing(self) -> Iterator[Unit]:
        """Note what is on record when the unit is about to be committed."""
        with super().writing() as unit:
            yield unit
            self.commits.append(len(unit.sql.execute(select(STATE.c.id)).all()))


SUSPENDED = EVENT.c.type == "certificate.suspended"
A_BODY = select(EVENT.c.sealed).where(EVENT.c.type == "certificate.issued").limit(1).scalar_subquery()
LATER = datetime(2026, 11, 26, 12, tzinfo=UTC)


def dated_back(unit: Unit, here: Any) -> None:
    """Give an event another time, and the leaf that goes with it: who knows every word of it can."""
    row = unit.sql.execute(
        select(EVENT, SALT.c.salt).join(SALT, SALT.c.event == EVENT.c.id).where(here)
    ).one()
    body = json.loads(unit.vault.open("event", str(row.id), row.sealed))
    leaf = leaf_of({**row._mapping, "at": LATER}, body, row.salt)
    unit.sql.execute(update(EVENT).where(here).values(at=LATER, leaf=leaf))


ALTERED: dict[str, Callable[[Unit, Any], object]] = {
    "another time": dated_back,
    "another deed": lambda unit, here: unit.sql.execute(
        update(EVENT).where(here).values(type="certificate.withdrawn")
    ),
    "another body": lambda unit, here: unit.sql.execute(update(EVENT).where(here).values(sealed=A_BODY)),
    "no salt": lambda unit, here: unit.sql.execute(
        delete(SALT).where(SALT.c.event.in_(select(EVENT.c.id).where(here)))
    ),
    "gone": lambda unit, here: unit.sql.execute(delete(EVENT).where(here)),
}


@pytest.mark.disagrees("somebody wrote the database")
@pytest.mark.parametrize("how", ALTERED)
def test_an_event_that_is_not_as_it_was_written_fills_in_nothing(home, how):
    """The suspension stays unknown; what the others tell is filled in."""
    certificate_id, (made, suspended, reinstated, revoked) = story(home)
    forget(home)
    with home.hub.writing() as unit:
        ALTERED[how](unit, (EVENT.c.subject == found(home, certificate_id).ref.hex()) & SUSPENDED)

    fill_next(home.hub.database, None)

    assert [State.ACTIVE, State.ACTIVE, State.REVOKED] == [one.state for one in changes(home, certificate_id)]
    assert [NoState.UNKNOWN, NoState.UNKNOWN, State.ACTIVE, State.REVOKED] == [
        state_at(home, certificate_id, when) for when in (made, suspended, reinstated, revoked)
    ]
    assert (how != "gone") == bool(home.hub.database.refused["event"])


@pytest.mark.disagrees("somebody wrote the database")
def test_another_certificates_event_fills_in_nothing(home):
    """Its leaf was made of the other certificate's name."""
    certificate_id, other = issued(home, licence("态-2")), story(home)[0]
    forget(home)
    with home.hub.writing() as unit:
        here = (EVENT.c.subject == found(home, other).ref.hex(), SUSPENDED)
        unit.sql.execute(update(EVENT).where(*here).values(subject=found(home, certificate_id).ref.hex()))

    fill_next(home.hub.database, None)

    assert [State.ACTIVE] == [one.state for one in changes(home, certificate_id)]
