"""Members of staff: entered, invited, enrolled, signed in; and every way in that must not be one."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from certhub.db.columns import table_of
from certhub.errors import (
    BadRequest,
    ClaimsInvalid,
    Conflict,
    NotAllowed,
    NotFound,
    TooOften,
    Unauthenticated,
)
from certhub.flows.people import enrolment, places, sessions, sign_in, staff
from certhub.history.events import store as history
from certhub.jobs.sweeping import sweep
from certhub.people.logins import proofs, store
from certhub.people.logins.logins import IDLE, INVITED_FOR, STEP_UP, WHOLE
from certhub.people.logins.tables import AttemptRow, CodeUseRow, LoginRow, SessionRow
from certhub.people.organisation.nodes import NodeKind
from certhub.people.parties.people import Role
from tests.support.organisation import BRANCH, DIGEST, TRANSPORT, founded, numbered
from tests.support.region import with_step

PASSWORD = "correct horse battery staple"
DEVICE = "Firefox on a window"


def member(number="W001", **more):
    """A clerk of the hall."""
    return {
        "number": number,
        "name": "王窗口",
        "mail": "wang@example.org",
        "roles": "窗口人员",
        "office": "EZ-01",
        **more,
    }


@pytest.fixture
def city(home):
    """A region with an office."""
    founded(home)
    return home


def invited(region, **more):
    """Enter a member of staff; return the token of the link."""
    return staff.add_staff(member(**more), by=region.operator, hub=region.hub).link.partition("#")[2]


def code(region, token, *, steps=0):
    """The code that the application of whoever opened an invitation shows now."""
    with region.hub.reading() as unit:
        secret = enrolment._secret(unit, token)
    return proofs.code_at(secret, proofs.step_at(region.clock.now()) + steps)


def enrolled(region, **more):
    """Enter a member of staff who uses their invitation; return the token of the link, and the session."""
    token = invited(region, **more)
    return token, enrolment.accept(token, PASSWORD, code(region, token), device=DEVICE, hub=region.hub)


def signed_in(region, token, number="W001", password=PASSWORD, **given):
    """Sign in with the code of now, or another."""
    typed = given.get("code", code(region, token))
    return sign_in.sign_in(number, password, typed, device=DEVICE, hub=region.hub)


def events(region, type_):
    """The bodies of the events of a type."""
    with region.hub.reading() as unit:
        return [entry.body for entry in history.events(unit, type_=type_)]


def test_a_clerk_is_entered_invited_and_acts(city):
    """The session acts in the account of their role, at their office."""
    token, begun = enrolled(city)

    speaker = sessions.speaker(begun.token, hub=city.hub)

    assert speaker is not None
    acting = speaker.actor
    assert (Role.CLERK, "王窗口", "鄂州市政务服务中心", "EZ-01") == (
        acting.role,
        acting.name,
        acting.office,
        acting.office_code,
    )
    assert [begun.session.id] == [body["session"] for body in events(city, "session.begun")]
    assert [["password", "totp"]] == [body["methods"] for body in events(city, "staff.enrolled")]
    with city.hub.reading() as unit:
        assert store.invitation(unit, token) is None


def test_a_file_of_staff_says_what_is_wrong(city):
    """Line, column and cause; who is in order is entered, with a link each."""
    rows = [
        member("W1"),
        member("W2", roles="发证人员^窗口人员", agency=TRANSPORT),
        member("W3", roles="保安"),
        member("W4", mail=""),
        member("W5", mail="wang"),
        member("W6", office=""),
        member("W7", office="EZ-77"),
        member("W8", roles="agency"),
        member("W9", agency=BRANCH),
        member("W1", name="另一人"),
        None,
    ]

    def taken_in():
        return staff.import_staff(numbered(rows), digest=DIGEST, by=city.operator, hub=city.hub)

    tally = taken_in()

    assert [
        (4, "角色", "WORD_UNKNOWN"),
        (5, "电子邮箱", "NO_WAY_TO_REACH"),
        (6, "电子邮箱", "MAIL_FORM"),
        (7, "办事点代码", "OFFICE_MISSING"),
        (8, "办事点代码", "OFFICE_UNKNOWN"),
        (9, "所属机构代码", "AGENCY_MISSING"),
        (10, "所属机构代码", "AGENCY_UNKNOWN"),
        (11, "工号", "DUPLICATE_IN_FILE"),
        (12, "", "ROW_SHAPE"),
    ] == sorted((fault.row, fault.column, fault.code) for fault in tally.refused)
    assert (11, 2, 0, 2) == (tally.rows, tally.added, tally.existing, len(tally.invited))
    assert {("clerk",), ("agency", "clerk")} == {tuple(body["roles"]) for body in events(city, "staff.added")}
    again = taken_in()
    assert (0, 2, 0) == (again.added, again.existing, len(again.invited))
    assert 2 == len(events(city, "staff.added"))


def test_a_check_of_a_file_enters_nobody(city):
    """It says what an import would do."""
    rows = numbered([member("W1"), member("W2", office="EZ-77")])
    tally = staff.import_staff(rows, digest=DIGEST, by=city.operator, hub=city.hub, check_only=True)

    assert (1, 0, ["OFFICE_UNKNOWN"]) == (tally.would_add, tally.added, [one.code for one in tally.refused])
    assert [] == events(city, "staff.added")
    assert [] == events(city, "staff.imported")


def test_a_number_stands_once(city):
    """However it is written."""
    invited(city)
    with pytest.raises(Conflict):
        staff.add_staff(member("ｗ００１"), by=city.operator, hub=city.hub)


def test_an_office_that_ended_takes_nobody(city):
    """Nor does an agency."""
    places.end(NodeKind.OFFICE, ("EZ-01",), date(2026, 11, 1), by=city.operator, hub=city.hub)
    with pytest.raises(ClaimsInvalid) as refused:
        invited(city)

    assert [("/office", "OFFICE_UNKNOWN")] == [(one.pointer, one.code) for one in refused.value.faults]


def test_an_invitation_is_used_once(city):
    """The second use finds nothing, and changes nothing."""
    token, _ = enrolled(city)
    typed = code(city, token)
    for deed in (
        lambda: enrolment.view(token, hub=city.hub),
        lambda: enrolment.accept(token, "another password here", typed, device=DEVICE, hub=city.hub),
    ):
        with pytest.raises(NotFound) as refused:
            deed()
        assert "INVITATION_UNKNOWN" == refused.value.code
    city.clock.pass_(seconds=31)
    assert signed_in(city, token).actor.role is Role.CLERK


def test_of_two_who_use_an_invitation_at_once_one_does(city):
    """The second was let through by its reading, and is refused by the writing."""
    token = invited(city)
    typed = code(city, token)

    def first(step):
        if step == "enrolment:2":
            enrolment.accept(token, PASSWORD, typed, device=DEVICE, hub=city.hub)

    slow = with_step(city, first)
    with pytest.raises(NotFound):
        enrolment.accept(token, "of the one who was late", typed, device=DEVICE, hub=slow)

    assert 1 == len(events(city, "staff.enrolled"))
    city.clock.pass_(seconds=31)
    assert signed_in(city, token)


def test_an_invitation_ends_and_a_new_one_makes_it_void(city):
    """After three days, and when another is made."""
    first = invited(city)
    second = staff.invite("W001", by=city.operator, hub=city.hub).link.partition("#")[2]
    with pytest.raises(NotFound):
        enrolment.view(first, hub=city.hub)
    assert "王窗口" == enrolment.view(second, hub=city.hub).name

    city.clock.pass_(seconds=INVITED_FOR.total_seconds())

    with pytest.raises(NotFound):
        enrolment.view(second, hub=city.hub)


def test_an_invitation_asks_for_a_password_and_a_code(city):
    """What cannot be taken does not use it."""
    token = invited(city, number="W00123456789")
    good = code(city, token)
    for password, typed, cause in (
        ("short", good, "PASSWORD_UNFIT"),
        ("a" * 20, good, "PASSWORD_UNFIT"),
        ("it is W00123456789!", good, "PASSWORD_UNFIT"),
        (PASSWORD, "000000" if good != "000000" else "000001", "CODE_WRONG"),
        (PASSWORD, code(city, token, steps=-3), "CODE_WRONG"),
    ):
        with pytest.raises(BadRequest) as refused:
            enrolment.accept(token, password, typed, device=DEVICE, hub=city.hub)
        assert cause == refused.value.code
    assert enrolment.accept(token, PASSWORD, good, device=DEVICE, hub=city.hub)


def test_a_code_signs_in_once(city):
    """Nor does one of before it: a code that somebody saw is worth nothing."""
    token, _ = enrolled(city)
    with pytest.raises(Unauthenticated):
        signed_in(city, token)
    city.clock.pass_(seconds=60)
    assert signed_in(city, token, code=code(city, token, steps=1))

    for typed in (code(city, token, steps=1), code(city, token), code(city, token, steps=-1)):
        city.clock.pass_(seconds=0)
        with pytest.raises(Unauthenticated):
            signed_in(city, token, code=typed)


@pytest.mark.parametrize("wrong", ["number", "password", "code", "nobody"])
def test_what_was_wrong_is_not_told(city, wrong):
    """Four refusals that look alike; of a known login each is on record."""
    token, _ = enrolled(city)
    city.clock.pass_(seconds=60)
    given = {
        "number": {"number": "W002"},
        "password": {"password": PASSWORD + "x"},
        "code": {"code": code(city, token, steps=5)},
        "nobody": {"number": "\u200b"},
    }[wrong]

    with pytest.raises(Unauthenticated) as refused:
        signed_in(city, token, **given)

    assert ("SIGN_IN_REFUSED", "staff number, password or code is wrong") == (
        refused.value.code,
        str(refused.value),
    )
    assert (1 if wrong in ("password", "code") else 0) == len(events(city, "sign_in.refused"))


@pytest.mark.parametrize("number", ["W001", "W999"])
def test_attempts_are_slowed_down_and_nobody_is_locked_out(city, number):
    """Each waits twice as long as the one before; for a number of nobody as well; then the owner signs in."""
    token, _ = enrolled(city)
    city.clock.pass_(seconds=60)
    waits = []
    while len(waits) < 5:
        try:
            signed_in(city, token, number=number, password="wrong")
        except Unauthenticated:
            continue
        except TooOften as slow:
            waits.append(slow.seconds)
            city.clock.pass_(seconds=slow.seconds)

    assert [1, 2, 4, 8, 16] == waits
    city.clock.pass_(minutes=15)
    assert signed_in(city, token)
    city.clock.pass_(seconds=60)
    assert signed_in(city, token)


def test_guesses_at_once_are_all_counted(city):
    """Somebody who asks many times before the first answer is slowed down as if they had waited."""
    enrolled(city)
    city.clock.pass_(seconds=60)
    seen = []

    def meanwhile(step):
        if step == "sign_in:2" and len(seen) < 10:
            seen.append(step)
            with pytest.raises((Unauthenticated, TooOften)):
                sign_in.sign_in("W001", "wrong", "000000", device=DEVICE, hub=with_step(city, meanwhile))

    with pytest.raises(Unauthenticated):
        sign_in.sign_in("W001", "wrong", "000000", device=DEVICE, hub=with_step(city, meanwhile))

    assert 3 == len(seen)


def test_a_session_ends_by_itself(city):
    """After a quarter of an hour without a deed, and after eight hours with them."""
    _, begun = enrolled(city)
    city.clock.pass_(seconds=IDLE.total_seconds() - 1)
    assert sessions.speaker(begun.token, hub=city.hub)
    city.clock.pass_(seconds=IDLE.total_seconds())
    assert sessions.speaker(begun.token, hub=city.hub) is None

    token = invited(city, number="W002")
    begun = enrolment.accept(token, PASSWORD, code(city, token), device=DEVICE, hub=city.hub)
    for _ in range(int(WHOLE / timedelta(minutes=10)) - 1):
        city.clock.pass_(minutes=10)
        assert sessions.speaker(begun.token, hub=city.hub)
    city.clock.pass_(minutes=10)
    assert sessions.speaker(begun.token, hub=city.hub) is None


def test_one_session_or_all_are_ended_by_hand(city):
    """From another device too; what was ended speaks for nobody at once."""
    token, first = enrolled(city)
    city.clock.pass_(seconds=60)
    second = signed_in(city, token)
    assert {first.session.id, second.session.id} == {
        one.id for one in sessions.others(second.session, hub=city.hub)
    }

    sessions.end(first.session.id, session=second.session, hub=city.hub)
    assert sessions.speaker(first.token, hub=city.hub) is None
    assert sessions.speaker(second.token, hub=city.hub)
    with pytest.raises(NotFound):
        sessions.end(first.session.id, session=second.session, hub=city.hub)

    city.clock.pass_(seconds=60)
    third = signed_in(city, token)
    assert 2 == sessions.end_all(third.session, hub=city.hub)
    assert [None, None] == [sessions.speaker(one.token, hub=city.hub) for one in (second, third)]


def test_a_session_of_somebody_else_is_not_there(city):
    """Neither seen nor ended."""
    _, own = enrolled(city)
    token = invited(city, number="W002")
    theirs = enrolment.accept(token, PASSWORD, code(city, token), device=DEVICE, hub=city.hub)

    assert [own.session.id] == [one.id for one in sessions.others(own.session, hub=city.hub)]
    with pytest.raises(NotFound):
        sessions.end(theirs.session.id, session=own.session, hub=city.hub)
    assert sessions.speaker(theirs.token, hub=city.hub)


def test_the_token_changes_with_another_proof_and_another_account(city):
    """Who learned the one before has nothing; an account of somebody else is none of session."""
    token, begun = enrolled(city, roles="发证人员^窗口人员", agency=TRANSPORT)
    issuing, clerk = begun.accounts
    city.clock.pass_(seconds=STEP_UP.total_seconds())
    assert not begun.session.is_proven(city.clock.now())

    proven = sign_in.prove(PASSWORD, code(city, token), session=begun.session, hub=city.hub)
    other = sessions.act_as(clerk.key, session=proven.session, hub=city.hub)

    assert proven.session.is_proven(city.clock.now())
    assert [None, None] == [sessions.speaker(one.token, hub=city.hub) for one in (begun, proven)]
    now = sessions.speaker(other.token, hub=city.hub)
    assert now is not None
    assert (Role.AGENCY, Role.CLERK) == (issuing.role, now.actor.role)
    with pytest.raises(NotFound):
        sessions.act_as(city.operator.key, session=other.session, hub=city.hub)
    assert sessions.speaker(other.token, hub=city.hub)


def test_who_left_signs_in_no_more(city):
    """Their sessions are over at once, and another invitation is refused."""
    token, begun = enrolled(city)
    staff.end("W001", by=city.operator, hub=city.hub)

    assert sessions.speaker(begun.token, hub=city.hub) is None
    city.clock.pass_(seconds=60)
    with pytest.raises(Unauthenticated):
        signed_in(city, token)
    with pytest.raises(NotFound):
        staff.invite("W001", by=city.operator, hub=city.hub)
    assert [{"sessions": 1}] == events(city, "staff.ended")


@pytest.mark.parametrize(("model", "column"), [(SessionRow, "ends_at"), (LoginRow, "ended_at")])
def test_a_row_that_somebody_else_wrote_lets_nobody_in(city, model, column):
    """A session that was made longer speaks for nobody."""
    _, begun = enrolled(city)
    later = city.clock.now() + timedelta(days=365)
    with city.hub.writing() as unit:
        unit.sql.execute(update(table_of(model)).values(**{column: later}))

    assert sessions.speaker(begun.token, hub=city.hub) is None


@pytest.mark.parametrize("role", ["agency", "clerk", "holder"])
def test_nobody_else_enters_staff(city, role):
    """Every way in asks first."""
    by = getattr(city, role)
    for deed in (
        lambda: staff.import_staff(numbered([member()]), digest=DIGEST, by=by, hub=city.hub),
        lambda: staff.add_staff(member(), by=by, hub=city.hub),
        lambda: staff.invite("W001", by=by, hub=city.hub),
        lambda: staff.end("W001", by=by, hub=city.hub),
    ):
        with pytest.raises(NotAllowed):
            deed()


def test_a_password_and_a_secret_are_not_kept_as_they_are(city):
    """Nor is the token of a link or of a session."""
    token, begun = enrolled(city)
    path = city.hub.settings.data / "certhub.db"
    if not city.hub.is_embedded:
        pytest.skip("this is about SQLite")
    kept = b"".join(one.read_bytes() for one in path.parent.glob("certhub.db*"))

    for secret in (PASSWORD, token, begun.token, "王窗口", "wang@example.org", DEVICE, "$argon2id"):
        assert secret.encode() not in kept
    assert replace(begun.session, device="") != begun.session


def test_who_begins_anew_leaves_no_session_of_before(city):
    """Somebody lost the phone: from the new proof on the sessions and the password of before are nothing."""
    _, lost = enrolled(city)
    token = staff.invite("W001", by=city.operator, hub=city.hub).link.partition("#")[2]
    new = "another password altogether"
    city.clock.pass_(seconds=60)

    begun = enrolment.accept(token, new, code(city, token), device=DEVICE, hub=city.hub)

    assert sessions.speaker(lost.token, hub=city.hub) is None
    assert sessions.speaker(begun.token, hub=city.hub)
    assert [{"sessions": [lost.session.id]}] == events(city, "session.ended")
    city.clock.pass_(seconds=60)
    with pytest.raises(Unauthenticated):
        signed_in(city, token)
    assert signed_in(city, token, password=new)


def test_what_was_tried_is_forgotten_after_a_day(city):
    """Anybody can try under any number: the table does not grow for ever. An invitation that waits stays."""
    token, _ = enrolled(city)
    waiting = invited(city, number="W002")
    city.clock.pass_(seconds=60)
    with pytest.raises(Unauthenticated):
        signed_in(city, token, number="NOBODY")

    def kept():
        with city.hub.reading() as unit:
            tables = (AttemptRow, CodeUseRow, SessionRow)
            return [len(unit.sql.execute(table_of(model).select()).all()) for model in tables]

    sweep(city.hub)
    assert [1, 1, 1] == kept()
    city.clock.pass_(days=2)
    sweep(city.hub)

    assert [0, 0, 0] == kept()
    assert enrolment.view(waiting, hub=city.hub)
