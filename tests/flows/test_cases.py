"""A case: what was verified for one office, matter and number counts together, each judged again when it counts."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from certhub.demo import people as p
from certhub.demo.region_file import chosen
from certhub.errors import BadRequest, Conflict, NotFound
from certhub.flows.verification import case
from certhub.flows.verification.counter_request import CheckOrder
from certhub.history.events import store as events
from certhub.jobs.peer_lists import fetch_peer_lists
from certhub.jobs.status_lists import publish
from certhub.jobs.sweeping import sweep
from certhub.people.parties.people import Party
from certhub.records.catalog.draft import RawDraft
from certhub.records.certificates.rules import Transition
from tests.support import named
from tests.support.drafts import draft_of, marriage_of, title_of
from tests.support.looks import seen_looks
from tests.support.region import Region, make_regions
from tests.support.requests import another_holder, consented, opened
from tests.support.story import change, food, issued, licence, marriage, scan, ticket, told

FOOD, FUND, LAND = "PLACEHOLDER-902", "PLACEHOLDER-906", "PLACEHOLDER-904"
NUMBER = "鄂受-2026-1"


def states(report: Mapping[str, Any]) -> dict[str, str]:
    """Each requirement's state, by id."""
    return {one["id"]: one["state"] for one in report["requirements"]}


def stands(region: Region, case_id: str) -> dict[str, object]:
    """The case as its office sees it now."""
    return case.case_of(case_id, by=region.clerk, hub=region.hub)


def of_matter(region: Region, *certificates: str, fields: tuple[str, ...] | None = None) -> str:
    """A ticket for the food permit."""
    return ticket(region, *certificates, matter=FOOD, fields=fields)


def test_two_scans_of_one_case_meet_the_matter_together(home):
    """The licence today, the old permit later: complete after the second, each requirement says where it was met."""
    shop, kitchen = issued(home, licence("营-1")), issued(home, food("食-1"))

    first = scan(home, of_matter(home, shop), FOOD, case_number=NUMBER)
    second = scan(home, of_matter(home, kitchen), FOOD, case_number=NUMBER)

    assert ("valid", "OK") == told(first) == told(second)
    assert first["case_id"] == second["case_id"]
    assert ("incomplete", "complete") == (first["materials"], second["materials"])
    assert {"entity": "met", "former-permit": "met"} == states(second)
    entity, permit = second["requirements"]
    assert (first["verification_id"], False) == (entity["verification_id"], "verification_id" in permit)


def test_without_a_number_a_scan_stands_alone(home):
    """What was shown before does not count, and there is no case."""
    scan(home, of_matter(home, issued(home, licence("营-1"))), FOOD)
    report = scan(home, of_matter(home, issued(home, food("食-1"))), FOOD)

    assert "case_id" not in report
    assert ("incomplete", "missing") == (report["materials"], states(report)["entity"])


@pytest.mark.parametrize("differs", ["number", "matter", "office"])
def test_another_case_is_another_one(home, other, differs):
    """Office, matter and number make a case; one of them differs, and nothing of it counts."""
    first = scan(home, of_matter(home, issued(home, licence("营-1"))), FOOD, case_number=NUMBER)
    permit = of_matter(home, issued(home, food("食-1")))
    match differs:
        case "number":
            report = scan(home, permit, FOOD, case_number="鄂受-2026-2")
        case "matter":
            report = scan(home, ticket(home, issued(home, licence("营-2"))), case_number=NUMBER)
        case _:
            report = scan(other, permit, FOOD, case_number=NUMBER)

    assert first["case_id"] != report["case_id"]
    assert all(one.get("verification_id") is None for one in report["requirements"])


@pytest.mark.parametrize("event", [Transition.REVOKE, Transition.SUSPEND, Transition.SUPERSEDE])
def test_what_is_no_longer_good_stops_satisfying(home, event):
    """An earlier licence that was revoked, suspended or replaced since then: missing again, with the reason."""
    shop = issued(home, licence("营-1"))
    report = scan(home, of_matter(home, shop), FOOD, case_number=NUMBER)
    before = states(stands(home, report["case_id"]))
    change(home, shop, event)

    after = stands(home, report["case_id"])

    assert "met" == before["entity"]
    assert ("missing", "incomplete") == (states(after)["entity"], after["materials"])
    assert after["requirements"][0]["cause"] in {"REVOKED", "SUSPENDED", "SUPERSEDED"}


def test_a_certificate_that_runs_out_stops_satisfying(home, clock):
    """Judged by the day on which it counts."""
    permit = food("食-1", valid_to="2026-12-01")
    scan(home, of_matter(home, issued(home, licence("营-1"))), FOOD, case_number=NUMBER)
    report = scan(home, of_matter(home, issued(home, permit)), FOOD, case_number=NUMBER)
    clock.pass_(days=10)

    assert "complete" == report["materials"]
    assert "missing" == states(stands(home, report["case_id"]))["former-permit"]


def test_what_another_region_answered_is_judged_by_its_published_list(home, other, clock):
    """Revoked at home, and the list says so: it stops satisfying in the other region's case too."""
    shop = issued(home, licence("营-1"))
    report = scan(other, of_matter(home, shop), FOOD, case_number=NUMBER)
    before = states(stands(other, report["case_id"]))
    clock.pass_(seconds=30)
    change(home, shop, Transition.REVOKE)
    publish(home.hub)
    fetch_peer_lists(other.hub)

    after = states(stands(other, report["case_id"]))

    assert ("met", "missing") == (before["entity"], after["entity"])


def test_what_another_region_answered_is_undetermined_once_it_is_too_old(home, other, clock):
    """Four hours is what this matter takes; after five nobody knows, and the case is not complete."""
    report = scan(other, of_matter(home, issued(home, licence("营-1"))), FOOD, case_number=NUMBER)
    clock.pass_(hours=5)

    after = stands(other, report["case_id"])

    assert "met" == states(report)["entity"]
    assert states(after)["entity"] in {"undetermined", "deferred"}
    assert "complete" != after["materials"]


BUILDING, RESIDING = "PLACEHOLDER-910", "PLACEHOLDER-905"
"""Of a licence the one asks whether it is in force today; of a permit the other whether it lasts thirty days more."""


@pytest.mark.parametrize("valid_to", ["2026-11-24", None], ids=["ends today", "has no end"])
def test_a_term_that_was_not_told_is_known_for_its_day_alone(home, other, clock, valid_to):
    """In force at half past eleven at night; an hour later nobody knows, which this matter lets wait (容缺)."""
    clock.time = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
    shop = issued(home, replace(licence("营-1"), valid_to=valid_to))
    request = opened(other, BUILDING, case_number=NUMBER)
    report = consented(home, other, request, shop)["report"]
    before = stands(other, report["case_id"])
    clock.pass_(minutes=29)
    late = stands(other, report["case_id"])
    clock.pass_(minutes=31)

    after = stands(other, report["case_id"])

    assert (None, None) == (report["items"][0]["valid_from"], report["items"][0]["valid_to"])
    assert ("met", "met", "deferred") == tuple(states(one)["builder"] for one in (before, late, after))
    assert "FACT_TOO_OLD" == after["requirements"][0]["cause"]


def test_a_term_that_lasts_thirty_days_more_lasts_the_night(home, other, clock):
    """The answer reaches beyond midnight, and so does what rests on it."""
    clock.time = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
    permit = issued(home, permit_to_reside("居-1", valid_to="2026-12-24"))
    report = consented(home, other, opened(other, RESIDING, case_number=NUMBER), permit)["report"]
    before = stands(other, report["case_id"])["requirements"][1]
    clock.pass_(hours=1)

    after = stands(other, report["case_id"])["requirements"][1]

    assert ("residence", None) == (before["id"], report["items"][0]["valid_to"])
    assert (before["state"], before["cause"]) == (after["state"], after["cause"])
    assert "FACT_TOO_OLD" != after["cause"]


def permit_to_reside(number: str, *, valid_to: str) -> RawDraft:
    """A residence permit of 张演示."""
    return draft_of(
        named.RESIDENCE,
        named.POLICE,
        number,
        p.ZHANG,
        valid_to=valid_to,
        姓名=p.ZHANG.name,
        性别="男",
        居住地址="演示路8号",
        签发机关="演示",
    )


def test_a_requirement_with_a_condition_can_be_declared_away(home):
    """Who declared it is in the receipt and in the case; the case is complete without it."""
    report = scan(
        home,
        of_matter(home, issued(home, licence("营-1"))),
        FOOD,
        case_number=NUMBER,
        not_applicable=("former-permit",),
    )
    again = stands(home, report["case_id"])

    assert ("complete", "not_applicable") == (report["materials"], states(report)["former-permit"])
    assert report["requirements"][1]["declared_by"] == again["requirements"][1]["declared_by"]
    assert "complete" == again["materials"]


def test_what_states_no_condition_cannot_be_declared_away(home):
    """Not the licence, and not what does not exist."""
    code = of_matter(home, issued(home, licence("营-1")))
    for requirement in ("entity", "nothing"):
        with pytest.raises(BadRequest) as refused:
            scan(home, code, FOOD, not_applicable=(requirement,))
        assert "NOT_DECLARABLE" == refused.value.code


def test_what_is_computed_cannot_be_declared_away(home):
    """Whether the applicant is sixty is computed from their card: no clerk says it, by scan or by request."""
    code = ticket(home, issued(home, licence("营-1")))
    orders: tuple[Callable[[], object], ...] = (
        lambda: scan(home, code, FUND, not_applicable=("retired",)),
        lambda: opened(home, FUND, not_applicable=("retired",)),
        lambda: opened(home, FUND, not_applicable=("marriage", "retired")),
    )
    for order in orders:
        with pytest.raises(BadRequest) as refused:
            order()
        assert "NOT_DECLARABLE" == refused.value.code
    with home.hub.reading() as unit:
        rows = "SELECT (SELECT count(*) FROM counter_request) + (SELECT count(*) FROM verification)"
        assert 0 == unit.sql.exec_driver_sql(rows).scalar_one()
    assert opened(home, FUND, not_applicable=("marriage",)).code


def test_another_declaration_is_another_request(home):
    """The same id with another declaration is a conflict, as with another matter."""
    code = of_matter(home, issued(home, licence("营-1")))
    report = scan(home, code, FOOD, not_applicable=("former-permit",))

    with pytest.raises(Conflict):
        scan(home, code, FOOD, verification_id=report["verification_id"])


def test_the_permit_of_another_shop_does_not_count(home):
    """The permit must be the licence holder's: another organisation's is missing, and says why."""
    foreign = replace(food("食-2"), holders=[(p.CARD_SHOP.name, "001", p.CARD_SHOP.id_number)])
    scan(home, of_matter(home, issued(home, licence("营-1"))), FOOD, case_number=NUMBER)
    with home.hub.writing() as unit:
        from certhub.people.parties import store as parties

        parties.let_act(unit, home.holder.holder, unit.vault.index("001", p.CARD_SHOP.id_number), role="店员")
    report = scan(home, of_matter(home, issued(home, foreign)), FOOD, case_number=NUMBER)

    assert ("missing", "SUBJECT_OTHER") == (
        states(report)["former-permit"],
        report["requirements"][1]["cause"],
    )
    assert "incomplete" == report["materials"]


def test_certificates_of_two_hubs_cannot_be_compared(home, other):
    """The licence is kept in Ezhou, the permit in Wuhan: whether one shop holds both nobody knows."""
    scan(home, of_matter(home, issued(home, licence("营-1"))), FOOD, case_number=NUMBER)
    far = replace(food("食-9"), agency=named.WUHAN)

    report = scan(home, of_matter(other, issued(other, far)), FOOD, case_number=NUMBER)

    assert ("undetermined", "SUBJECT_UNLINKED") == (
        states(report)["former-permit"],
        report["requirements"][1]["cause"],
    )


def test_a_name_in_a_case_means_nothing_in_another(home, other):
    """The subject that another hub is told differs from case to case, and is no blind index."""
    shop = issued(home, licence("营-1"))
    for number in ("甲", "乙"):
        scan(other, of_matter(home, shop), FOOD, case_number=number)

    from certhub_verifier.formats.exchange import envelope
    from certhub_verifier.formats.jose import jws

    answers = [reply for region, _, reply in home.wire.sent if region == home.hub.region]
    read = [envelope.Response.from_payload(jws.parse(one, "xr-res+jwt").payload) for one in answers]
    subjects = [name for one in read for name in one.results[0].items[0].subjects]
    with home.hub.reading() as unit:
        index = unit.vault.index(p.NOODLES.id_type, p.NOODLES.id_number).hex()

    assert 2 == len(set(subjects))
    assert index not in subjects
    assert all(len(bytes.fromhex(one)) == 16 for one in subjects)


def test_a_case_is_its_offices_alone(home, other):
    """Another region's clerk, and a clerk of another office, find nothing."""
    report = scan(home, of_matter(home, issued(home, licence("营-1"))), FOOD, case_number=NUMBER)

    with pytest.raises(NotFound):
        case.case_of(report["case_id"], by=other.clerk, hub=home.hub)


def test_what_is_known_of_a_case_is_told_before_anything_more_is_shown(home):
    """Which requirement an earlier receipt satisfies, and what remains."""
    report = scan(home, of_matter(home, issued(home, licence("营-1"))), FOOD, case_number=NUMBER)

    known = case.known(report["case_id"], by=home.clerk, hub=home.hub)["items"]

    assert [("entity", "met"), ("former-permit", "missing")] == [(one["id"], one["state"]) for one in known]
    assert report["verification_id"] == known[0]["verification_id"]


def in_person(holders: Region, asker: Region, certificate: str) -> Mapping[str, Any]:
    """Let a holder consent at a counter that read their card, for the one case; return the report."""
    with holders.hub.reading() as unit:
        held = holders.holder
        person = next(one for one in p.PEOPLE if unit.vault.index(one.id_type, one.id_number) == held.holder)
    check = CheckOrder("id_card_reader", person.id_type, person.id_number)
    request = opened(asker, LAND, case_number=NUMBER, check=check)
    return dict(consented(holders, asker, request, certificate)["report"])


SPOUSES = {"张 then 李": (p.ZHANG, p.LI), "李 then 张": (p.LI, p.ZHANG)}


@pytest.fixture(params=["at home", "in another region"])
def asker(request: pytest.FixtureRequest, home: Region, other: Region) -> Region:
    """The region whose counter asks; both spouses' hub is Ezhou's."""
    return home if request.param == "at home" else other


@pytest.mark.parametrize("order", SPOUSES)
@pytest.mark.parametrize("owner", ["张", "李"])
def test_two_persons_are_two_requests_of_one_case(home, asker, owner, order):
    """Spouses: the title of one, the marriage certificate from the other; each consents for themselves, in person."""
    li = another_holder(home)
    mine, theirs, party = (home, li, p.ZHANG) if owner == "张" else (li, home, p.LI)
    wed = issued(home, marriage_of("婚-1", *SPOUSES[order]))

    first = in_person(mine, asker, issued(home, title_of("不-1", party)))
    second = in_person(theirs, asker, wed)
    after = stands(asker, first["case_id"])

    assert ("valid", "OK") == told(first) == told(second)
    assert first["case_id"] == second["case_id"]
    assert ({"title": "met", "marriage": "missing"}, "incomplete") == (states(first), first["materials"])
    assert ({"title": "met", "marriage": "met"}, "complete") == (states(second), second["materials"])
    assert [first["verification_id"], None] == [one.get("verification_id") for one in second["requirements"]]
    assert (states(second), "complete") == (states(after), after["materials"])


@pytest.mark.parametrize("order", SPOUSES)
def test_one_holder_in_common_is_enough(home, order):
    """A title of both, in the other order than the marriage names them; and the marriage is shown first."""
    wed = issued(home, marriage_of("婚-1", p.ZHANG, p.LI))

    first = in_person(home, home, wed)
    second = in_person(another_holder(home), home, issued(home, title_of("不-1", *SPOUSES[order])))

    assert "missing" == states(first)["title"]
    assert {"title": "met", "marriage": "met"} == states(second)


def test_no_holder_in_common_is_another_person(home):
    """The title of somebody who is neither of the two: the marriage is missing, and says why."""
    wang = another_holder(home, p.WANG)
    in_person(wang, home, issued(home, title_of("不-1", p.WANG)))

    report = in_person(home, home, issued(home, marriage_of("婚-1", p.ZHANG, p.LI)))

    assert {"title": "met", "marriage": "missing"} == states(report)
    assert ("SUBJECT_OTHER", "incomplete") == (report["requirements"][1]["cause"], report["materials"])


class Lasting:
    """Two regions, and what was issued in them, by kind and whether it is the other's."""

    def __init__(self, home: Region, other: Region) -> None:
        self.home, self.other = home, other
        self.issued: dict[tuple[str, bool], str] = {}

    def __repr__(self) -> str:
        """Return what a failing example says: two whole hubs would be a quarter of a megabyte."""
        return "two regions"

    def issuing(self, deed: "Deed") -> Region:
        """The region that issued what a deed shows."""
        return self.other if deed.is_foreign else self.home


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lasting]:
    """Two regions for many cases: each order of an example is a case of its own."""
    with make_regions(tmp_path_factory.mktemp("cases"), chosen()) as (home, other):
        yield Lasting(home, other)


@dataclass(frozen=True)
class Deed:
    """One thing that is done in a case: what is shown, by whom, and what becomes of it.

    `is_aged` tells that it was shown five hours before the rest, which is longer than the matter takes what another
    region said. `revoked` tells when it is revoked: before it is shown, or after everything was.
    """

    kind: str
    is_foreign: bool = False
    by_request: bool = False
    fields: tuple[str, ...] | None = None
    declares: tuple[str, ...] = ()
    revoked: str = ""
    is_aged: bool = False


PARTLY, AWAY = ("名称", "住所"), ("former-permit",)
DEEDS = {
    "a licence": Deed(p.LICENCE),
    "a licence, five hours ago": Deed(p.LICENCE, is_aged=True),
    "a licence by request": Deed(p.LICENCE, by_request=True),
    "a licence without 经营范围": Deed(p.LICENCE, fields=PARTLY),
    "a licence without 经营范围 by request": Deed(p.LICENCE, by_request=True, fields=PARTLY),
    "a revoked licence": Deed(p.LICENCE, revoked="before"),
    "a licence that is revoked later": Deed(p.LICENCE, revoked="after"),
    "the other region's licence": Deed(p.LICENCE, is_foreign=True),
    "the other region's licence by request": Deed(p.LICENCE, is_foreign=True, by_request=True),
    "the other region's licence, five hours ago": Deed(p.LICENCE, is_foreign=True, is_aged=True),
    "the other region's licence that is revoked later": Deed(p.LICENCE, is_foreign=True, revoked="after"),
    "a permit": Deed(p.FOOD),
    "a permit by request": Deed(p.FOOD, by_request=True),
    "the other region's permit": Deed(p.FOOD, is_foreign=True),
    "the other region's permit, five hours ago": Deed(p.FOOD, is_foreign=True, is_aged=True),
    "a marriage certificate, and no permit is needed": Deed(named.MARRIAGE, declares=AWAY),
    "a marriage certificate by request, and no permit is needed": Deed(
        named.MARRIAGE, by_request=True, declares=AWAY
    ),
}


def entity_by(deeds: Iterable[Deed]) -> set[str]:
    """How the licence's requirement stands, by what was done: the states that it may have."""
    whole = [one for one in deeds if one.kind == p.LICENCE and one.fields is None and not one.revoked]
    if any(not one.is_foreign or not one.is_aged for one in whole):
        return {"met"}
    return {"undetermined", "deferred"} if whole else {"missing"}


_number = itertools.count(1)


@st.composite
def two_orders(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """One to five deeds, in two orders."""
    names = draw(st.lists(st.sampled_from(sorted(DEEDS)), min_size=1, max_size=5, unique=True))
    return draw(st.permutations(names)), draw(st.permutations(names))


def shown_certificate(deed: Deed, regions: Lasting) -> str:
    """The certificate of a deed; what is revoked is issued for it alone."""
    region, known = regions.issuing(deed), regions.issued.get((deed.kind, deed.is_foreign))
    if known is not None and not deed.revoked:
        return known
    made = {p.LICENCE: licence, p.FOOD: food, named.MARRIAGE: marriage}[deed.kind](f"序-{next(_number)}")
    found = issued(region, replace(made, agency=named.WUHAN) if deed.is_foreign else made)
    if deed.revoked == "before":
        change(region, found, Transition.REVOKE)
    if not deed.revoked:
        regions.issued[deed.kind, deed.is_foreign] = found
    return found


def do(deed: Deed, certificate: str, number: str, regions: Lasting) -> str:
    """Do a deed in the case of a number at the home counter; return the case's id."""
    home, holders = regions.home, regions.issuing(deed)
    order: dict[str, Any] = {"case_number": number, "not_applicable": deed.declares}
    if deed.by_request:
        request = opened(home, FOOD, **order)
        return str(consented(holders, home, request, certificate, fields=deed.fields)["report"]["case_id"])
    code = ticket(holders, certificate, matter=FOOD, fields=deed.fields)
    return str(scan(home, code, FOOD, **order)["case_id"])


def revoke_later(certificates: Mapping[str, str], regions: Lasting) -> None:
    """Revoke what was shown while it was good; the other region publishes it, and home fetches the list."""
    for name, certificate in certificates.items():
        if DEEDS[name].revoked == "after":
            change(regions.issuing(DEEDS[name]), certificate, Transition.REVOKE)
    regions.home.clock.pass_(seconds=30)
    publish(regions.other.hub)
    fetch_peer_lists(regions.home.hub)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # five names at most: nothing to make smaller
)
@given(orders=two_orders())
def test_states_never_depend_on_the_order_of_scans(lasting, orders):
    """Scans, requests, items of another region, declarations, what was revoked or has aged: one end in every order."""
    deeds = {name: DEEDS[name] for name in orders[0]}
    certificates = {name: shown_certificate(deed, lasting) for name, deed in deeds.items()}
    cases: list[set[str]] = [set(), set()]
    numbers = [f"例-{next(_number)}" for _ in orders]
    for is_aged in (True, False):
        for order, number, found in zip(orders, numbers, cases, strict=True):
            found |= {
                do(deeds[name], certificates[name], number, lasting)
                for name in order
                if deeds[name].is_aged == is_aged
            }
        if is_aged and any(one.is_aged for one in deeds.values()):
            lasting.home.clock.pass_(hours=5)
    if any(one.revoked == "after" for one in deeds.values()):
        revoke_later(certificates, lasting)

    ends = [stands(lasting.home, *found) for found in cases]

    assert told_of_case(ends[0]) == told_of_case(ends[1])
    assert states(ends[0])["entity"] in entity_by(deeds.values())
    if any(one.declares for one in deeds.values()):
        assert states(ends[0])["former-permit"] in {"met", "not_applicable"}


def told_of_case(found: Mapping[str, Any]) -> list[Any]:
    """What a case says, without the ids of the verifications that say it."""
    rows = [
        (one["id"], one["state"], one.get("cause"), one.get("missing_fields"))
        for one in found["requirements"]
    ]
    return [*rows, found["materials"]]


def known_of(region: Region, case_id: str) -> dict[str, dict[str, object]]:
    """What is known of a case, by requirement."""
    return {one["id"]: one for one in case.known(case_id, by=region.clerk, hub=region.hub)["items"]}


def asked(region: Region, case_id: str, holder: Party) -> dict[str, object]:
    """Whether a holder could show what a case still needs, by requirement; what is met says nothing."""
    found = case.ask_holder(case_id, (holder.id_type, holder.id_number), by=region.clerk, hub=region.hub)
    return {one["id"]: one.get("can_fetch") for one in found["items"]}


def food_case(region: Region) -> str:
    """A case of the food permit that still needs the permit of before."""
    report = scan(region, of_matter(region, issued(region, licence("营-1"))), FOOD, case_number=NUMBER)
    return str(report["case_id"])


def test_what_is_open_can_be_had_at_an_agency_of_this_region(home):
    """The office that issues it is named for what is missing, and for nothing that is met."""
    known = known_of(home, food_case(home))

    assert ("met", "missing") == (known["entity"]["state"], known["former-permit"]["state"])
    assert [named.MARKET] == [one["agency"] for one in known["former-permit"]["where"]]
    assert [] == known["entity"]["where"]


def permit_of_technology(number: str) -> RawDraft:
    """A food permit of 演示科技, which holds nothing else; 欧阳样本 acts for it."""
    shop = p.TECHNOLOGY
    return replace(food(number), holders=[(shop.name, shop.id_type, shop.id_number)])


def looks_of_technology(region: Region) -> list[dict[str, object]]:
    """The looks that 欧阳样本 sees."""
    index = p.OUYANG.id_type, p.OUYANG.id_number
    with region.hub.reading() as unit:
        holder = replace(region.holder, holder=unit.vault.index(*index))
    return seen_looks(region, holder)


def test_a_case_asks_whether_a_holder_could_show_what_is_missing(home):
    """Yes once the company has a permit; the holder sees that it was asked, and that nothing was seen."""
    case_id = food_case(home)
    no = asked(home, case_id, p.TECHNOLOGY)
    issued(home, permit_of_technology("食-1"))
    yes = asked(home, case_id, p.TECHNOLOGY)

    assert ({"entity": None, "former-permit": False}, {"entity": None, "former-permit": True}) == (no, yes)
    newest = looks_of_technology(home)[0]
    assert (None, [], FOOD, None) == tuple(newest[name] for name in ("kind", "fields", "matter", "verdict"))
    with home.hub.reading() as unit:
        assert 2 == len(events.events(unit, subject=case_id, type_="case.asked"))


def test_nothing_that_has_ended_could_be_shown(home):
    """A revoked permit is no yes, and the question is seen all the same."""
    case_id, kitchen = food_case(home), issued(home, permit_of_technology("食-1"))
    change(home, kitchen, Transition.REVOKE)

    assert False is asked(home, case_id, p.TECHNOLOGY)["former-permit"]
    assert 1 == len(looks_of_technology(home))


def test_a_case_is_asked_three_times_a_day(home, clock):
    """Whoever may ask often can guess; the next day it may be asked again."""
    case_id = food_case(home)
    for _ in range(case.HOLDERS_A_DAY):
        asked(home, case_id, p.NOODLES)
    looks_before = len(seen_looks(home))

    with pytest.raises(Conflict) as often:
        asked(home, case_id, p.NOODLES)

    assert ("ASKED_TOO_OFTEN", looks_before) == (often.value.code, len(seen_looks(home)))
    clock.pass_(days=1)
    asked(home, case_id, p.NOODLES)


def test_how_often_a_case_was_asked_is_forgotten_when_its_day_is_over(home, clock):
    """Not before the largest jump of a clock has passed after it: one that comes back finds the count of its day."""
    case_id = food_case(home)
    asked(home, case_id, p.NOODLES)
    rows = []
    for days in (0, 1, 1):
        clock.pass_(days=days)
        sweep(home.hub)
        with home.hub.reading() as unit:
            rows.append(unit.sql.exec_driver_sql("SELECT count(*) FROM case_quota").scalar_one())

    assert [2, 2, 0] == rows


def test_who_holds_nothing_here_is_asked_about_without_a_trace_of_them(home, other):
    """No for everything, and no row of somebody whom this hub does not know; another office asks nothing."""
    case_id = food_case(home)
    stranger = Party("无名", "111", "420799190001019991")
    found = asked(home, case_id, stranger)

    assert False is found["former-permit"]
    with home.hub.reading() as unit:
        assert 1 == unit.sql.exec_driver_sql("SELECT count(*) FROM look").scalar_one()
    with pytest.raises(NotFound):
        case.ask_holder(
            case_id, ("111", p.ZHANG.id_number), by=replace(home.clerk, office="别处"), hub=home.hub
        )
