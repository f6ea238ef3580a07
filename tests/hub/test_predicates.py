"""What a hub answers in the place of a value: yes, no or not known, and never the value itself."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from certhub_schemas import kinds
from certhub_schemas.predicates import PREDICATES, Predicate, serves
from certhub_verifier.facts import Outcome

from certhub.records.certificates.record import Certificate, Holder, Record
from certhub.records.certificates.rules import State
from certhub.records.credentials.predicates import PredicateContext, answer

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
TODAY = date(2026, 11, 24)
RESIDENCE = "11420700MB99990011902"
YES, NO, OPEN = Outcome.YES, Outcome.NO, Outcome.UNDETERMINED


def certificate(**changes: Any) -> Certificate:
    """A residence permit of somebody who was born on 1960-11-25."""
    record = Record(
        identifier="1.2.156.3005.2.x",
        number="居-1",
        holders=(Holder("李样例", "111", "420799196011250024"),),
        issued_on=date(2024, 1, 5),
        claims={"姓名": "李样例", "居住地址": "演示路8号", "居住地行政区划代码": "420704"},
        signing_input="",
        disclosures=(),
    )
    usual = Certificate(
        id=UUID(int=1),
        bucket=0,
        certificate_id="A" * 26,
        kind=RESIDENCE,
        kind_version=2,
        agency="11420799MB99990172",
        version=1,
        state=State.ACTIVE,
        state_since=datetime(2024, 1, 5, tzinfo=UTC),
        valid_from=date(2024, 1, 5),
        valid_to=date(2026, 12, 24),
        list_no=1,
        list_index=1,
        ref=b"r" * 32,
        created_at=datetime(2024, 1, 5, tzinfo=UTC),
        lease_until=None,
        previous=None,
        record=record,
    )
    in_record = {name: changes.pop(name) for name in ("holders", "claims") if name in changes}
    return replace(usual, record=replace(record, **in_record), **changes)


def asked(
    name: str, arguments: dict[str, str | int], of: Certificate | None = None, **declared: str
) -> Outcome | None:
    """The outcome of one predicate, of the residence permit unless another certificate is given."""
    held = of or certificate()
    kind = next(one for one in kinds() if one.code == held.kind)
    context = PredicateContext(held, kind, TODAY, declared)
    found = answer(Predicate(name, arguments), context, now=NOW, by="420700")
    return None if found is None else found.outcome


@pytest.mark.parametrize(
    ("name", "arguments", "outcome"),
    [
        ("in_force_on", {"date": "today"}, YES),
        ("in_force_on", {"date": "2024-01-04"}, NO),
        ("in_force_on", {"date": "2024-01-05"}, YES),
        ("in_force_on", {"date": "2026-12-24"}, YES),
        ("in_force_on", {"date": "2026-12-25"}, NO),
        ("age_at_least", {"n": 65}, YES),
        ("age_at_least", {"n": 66}, NO),
        ("in_region", {"prefix": "42"}, YES),
        ("in_region", {"prefix": "420704"}, YES),
        ("in_region", {"prefix": "4201"}, NO),
        ("not_ended_within", {"days": 30}, YES),
        ("not_ended_within", {"days": 31}, NO),
    ],
)
def test_an_answer_is_yes_or_no(name, arguments, outcome):
    """The day before a birthday, the last day of a term, a neighbouring region."""
    assert outcome is asked(name, arguments)


def test_the_birthday_itself_counts():
    """Sixty-six from the day on which somebody turns sixty-six."""
    born_today = certificate(holders=(Holder("李样例", "111", "420799196011240024"),))

    assert YES is asked("age_at_least", {"n": 66}, born_today)


def test_of_several_holders_the_youngest_counts():
    """A certificate of two is of people who are both so old."""
    both = certificate(
        holders=(Holder("甲", "111", "420799196011250024"), Holder("乙", "111", "420799200001010024"))
    )

    assert NO is asked("age_at_least", {"n": 60}, both)


@pytest.mark.parametrize(
    ("beside", "outcome"),
    [
        (Holder("LI", "414", "P1234567"), OPEN),
        (Holder("乙", "111", "not a number"), OPEN),
        (Holder("乙", "111", "420799200001010024"), NO),
    ],
    ids=["a passport", "a number that holds no day", "somebody too young"],
)
def test_a_holder_whose_birth_is_not_known_makes_no_yes(beside, outcome):
    """Beside one who is old enough: another whose age nobody knows leaves it open, and one too young settles it."""
    old_enough = Holder("甲", "111", "420799196011250024")

    for holders in ((old_enough, beside), (beside, old_enough)):
        assert outcome is asked("age_at_least", {"n": 60}, certificate(holders=holders))


def test_one_who_is_too_young_settles_it_whoever_stands_beside():
    """All have to be so old: of a passport's holder nothing needs to be known any more."""
    young, unknown = Holder("乙", "111", "420799200001010024"), Holder("LI", "414", "P1234567")

    assert NO is asked("age_at_least", {"n": 60}, certificate(holders=(unknown, young)))


@pytest.mark.parametrize(
    ("name", "arguments", "changes"),
    [
        ("in_region", {"prefix": "42"}, {"claims": {"姓名": "李样例"}}),
        ("age_at_least", {"n": 60}, {"holders": (Holder("LI", "414", "P1234567"),)}),
        ("equals", {"field": "婚姻状况"}, {}),
    ],
)
def test_what_a_certificate_does_not_state_is_not_known(name, arguments, changes):
    """No division code, a passport in the place of an identity number, a claim that was left out."""
    assert OPEN is asked(name, arguments, certificate(**changes), 婚姻状况="已婚")


def test_a_term_without_end_ends_in_no_time():
    """长期 is in force on every later day, and does not end within any."""
    lasting = certificate(valid_to=None)

    assert (YES, YES) == (
        asked("not_ended_within", {"days": 3660}, lasting),
        asked("in_force_on", {"date": "2099-01-01"}, lasting),
    )


@pytest.mark.parametrize("state", [State.ACTIVE, State.SUSPENDED, State.REVOKED])
def test_a_day_before_the_last_change_is_not_known(state):
    """Reinstated on the first of March: whether it was suspended the day before, the row alone does not say."""
    changed = certificate(state=state, state_since=datetime(2026, 3, 1, tzinfo=UTC))
    stands = YES if state is State.ACTIVE else NO

    assert (OPEN, stands, stands) == tuple(
        asked("in_force_on", {"date": day}, changed) for day in ("2026-02-28", "2026-03-01", "today")
    )


def test_a_day_outside_the_term_is_no_whatever_changed():
    """Before its first day and after its last one nothing was in force, suspended or not."""
    changed = certificate(state_since=datetime(2026, 3, 1, tzinfo=UTC))

    assert (NO, NO) == tuple(
        asked("in_force_on", {"date": day}, changed) for day in ("2024-01-04", "2026-12-25")
    )


def test_today_is_known_of_a_change_that_a_clock_ahead_dated():
    """The row says how it stands now, also where the clock that wrote it was a day ahead."""
    for state, outcome in ((State.ACTIVE, YES), (State.SUSPENDED, NO)):
        ahead = certificate(state=state, state_since=datetime(2026, 11, 25, 4, tzinfo=UTC))

        assert outcome is asked("in_force_on", {"date": "today"}, ahead)


def test_a_declared_value_is_compared_as_people_write_it():
    """Width, case and blanks make no difference; another character does, and without a value nothing is compared."""
    for typed, outcome in (("演示路８号", YES), (" 演示路 8号 ", YES), ("演示路9号", NO)):
        assert outcome is asked("equals", {"field": "居住地址"}, 居住地址=typed)
    assert asked("equals", {"field": "居住地址"}) is None


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.slug)
def test_no_answer_holds_a_value_that_it_replaces(kind):
    """Every predicate that a kind can answer: neither a claim nor a holder's number is in what is told."""
    holders = (Holder("张演示", "111", "420799190001010015"),)
    claims = {one.title: f"值{place}甲乙丙" for place, one in enumerate(kind.fields)}
    held = certificate(kind=kind.code, kind_version=kind.version, claims=claims, holders=holders)
    arguments = {
        "in_force_on": {"date": "today"},
        "age_at_least": {"n": 18},
        "in_region": {"prefix": "42"},
        "equals": {"field": kind.fields[0].title},
        "not_ended_within": {"days": 30},
    }
    context = PredicateContext(held, kind, TODAY, {kind.fields[0].title: "别的"})
    found = [
        answer(predicate, context, now=NOW, by="420700")
        for predicate in (Predicate(name, arguments[name]) for name in PREDICATES if name in arguments)
        if serves([kind], predicate)
    ]
    told = json.dumps([one.to_dict("-") for one in found if one is not None], ensure_ascii=False)

    assert len(found) >= 3
    assert [] == [
        value for value in (*claims.values(), holders[0].id_number, holders[0].name) if value in told
    ]
    assert held.valid_to is not None
    assert held.valid_to.isoformat() not in told
