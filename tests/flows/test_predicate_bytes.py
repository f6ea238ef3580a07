"""A predicate stands in the place of a value: no byte that reaches the region that asks tells the value."""

import json
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from hashlib import sha256
from itertools import count
from types import MappingProxyType
from typing import Any

import pytest
from certhub_schemas import Catalogue, Kind, Matter, kinds
from certhub_schemas.certificate_kind import HolderCategory
from certhub_schemas.kinds import shipped_kinds
from certhub_schemas.matters import shipped_matters
from certhub_schemas.predicates import PREDICATES, Predicate, serves
from certhub_schemas.requirements import Alternative, NeededField, Requirement
from certhub_verifier.formats.jose import jws

from certhub.demo import people as p
from certhub.demo.agreed import agreed_rows
from certhub.flows.verification import results
from certhub.records.catalog.draft import RawDraft
from certhub.records.certificates.rules import ends, starts
from tests.decision.by_api import a_region, number_of
from tests.support import named
from tests.support.agreements import live, publish_agreement
from tests.support.catalogues import knowing
from tests.support.leaks import Decoded
from tests.support.region import Region, make_regions
from tests.support.requests import consented, opened
from tests.support.story import issued, scan, ticket, told

FROM, TO = date(2023, 9, 14), date(2139, 5, 23)
"""A term whose days, and days that are left, are in nothing else."""
SOON = date(2026, 12, 17)
"""The end of a term that is near enough to be said in a sentence."""
OVER = date(2026, 9, 9)
"""The end of a term that is over."""
DIVISION, BORN_CLAIM = "420704", "1961-03-07"
KINDS = {kind.code: kind for kind in kinds()}
COMPARED_WITH = {"same_person_as": named.SENIOR, "same_organisation_as": p.LICENCE}
ANCHOR, OLDEST = "anchor", 86400
_numbers = count(1)
Regions = tuple[Region, Region]


def seen_of(kind: Kind) -> str:
    """The one claim of a kind that is disclosed: a plain text, which shows that the bytes are read at all."""
    return next(one.title for one in kind.fields if one.format == "text" and one.title != "社会保障号码")


def compared_of(kind: Kind) -> str:
    """The claim of a kind whose value is declared: another one than what is disclosed, the most secret first."""
    found = [one for one in kind.fields if one.title != seen_of(kind)]
    return sorted(found, key=lambda one: one.sensitivity.value, reverse=True)[0].title


def asked_of(name: str, kind: Kind) -> Predicate:
    """The predicate as it is asked of a kind."""
    arguments: Mapping[str, Mapping[str, str | int]] = {
        "in_force_on": {"date": "today"},
        "age_at_least": {"n": 18},
        "in_region": {"prefix": "42"},
        "same_person_as": {"requirement": ANCHOR},
        "same_organisation_as": {"requirement": ANCHOR},
        "equals": {"field": compared_of(kind)},
        "not_ended_within": {"days": 30},
    }
    return Predicate(name, MappingProxyType(dict(arguments[name])))


CASES = [
    (name, kind.code)
    for name in PREDICATES
    for kind in KINDS.values()
    if serves([kind], asked_of(name, kind))
]
"""Every predicate with every kind that can answer it."""


def matter_of(name: str) -> str:
    """The code of the matter that asks a predicate of every kind that can answer it."""
    return f"TEST-{name.upper().replace('_', '-')}"


def id_of(kind: Kind) -> str:
    """The requirement that a kind meets."""
    return f"of-{kind.code.lower()}"


def requirement(id_: str, kind: Kind, *asks: Predicate) -> Requirement:
    """A requirement that one kind meets, by one field and what is asked."""
    way = Alternative(kind.code, (NeededField(seen_of(kind), "为何", "why"),), asks, "L1", OLDEST)
    return Requirement(id_, id_, id_, "holder", True, (way,))


def asking(name: str) -> Matter:
    """A matter that asks one predicate, of every kind that can answer it."""
    first = [requirement(ANCHOR, KINDS[COMPARED_WITH[name]])] if name in COMPARED_WITH else []
    own = [KINDS[code] for asked, code in CASES if asked == name]
    return replace(
        shipped_matters()[0],
        code=matter_of(name),
        requirements=(*first, *(requirement(id_of(kind), kind, asked_of(name, kind)) for kind in own)),
        mode="L1",
        version=1,
        in_force_from=None,
    )


@cache
def catalogue() -> Catalogue:
    """What ships, and a matter for each predicate."""
    return Catalogue.of(shipped_kinds(), (*shipped_matters(), *map(asking, PREDICATES)))


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Regions]:
    """A region that issues every kind, and one that asks; they agreed on every matter whole."""
    with make_regions(tmp_path_factory.mktemp("bytes"), (a_region(), named.WUHAN_CITY)) as (holds, asks):
        regions = knowing(holds, catalogue()), knowing(asks, catalogue())
        standing = live(holds)
        publish_agreement(replace(standing, n=standing.n + 1, rows=agreed_rows(catalogue())), *regions)
        holds.clock.pass_(seconds=2)
        yield regions


def claims_of(kind: Kind) -> dict[str, str]:
    """Claims of a kind, each with a value that is in nothing else."""
    made = {
        "division_code": DIVISION,
        "date": BORN_CLAIM,
        "resident_id": number_of("19610307"),
        "uscc": p.TECHNOLOGY.id_number,
    }
    return {one.title: made.get(one.format, f"{8640013 + place}") for place, one in enumerate(kind.fields)}


def draft(kind: Kind, *, valid_to: date = TO, of_shop: bool = False) -> RawDraft:
    """A certificate of a kind that 张演示 holds; or his shop, where only an organisation can, or it is said."""
    is_legal = kind.holder_category is HolderCategory.LEGAL
    party = p.NOODLES if is_legal or of_shop else p.ZHANG
    holders = [party, p.LI][: max(kind.min_holders, 1)]
    return RawDraft(
        kind=kind.code,
        agency=named.MARKET,
        holders=[(one.name, one.id_type, one.id_number) for one in holders],
        number=f"字节-{next(_numbers)}",
        issued_on="2022-02-02",
        valid_from=FROM.isoformat(),
        valid_to=valid_to.isoformat(),
        claims=claims_of(kind),
    )


def of_the_term(today: date, last: date) -> list[str]:
    """The first and the last day as dates, numeric dates and days that are left; each as it may be written."""
    begins, after = int(starts(FROM).timestamp()), ends(last)
    assert after is not None
    end = int(after.timestamp())
    left = (last - today).days
    moments = [str(one) for one in (begins, end, end - 1, left, left + 1)]
    return moments + [text for day in (FROM, last) for text in (day.isoformat(), f"{day:%Y%m%d}")]


def replaced(name: str, kind: Kind, today: date, last: date = TO) -> list[str]:
    """What a predicate stands in the place of, and what tells it as well."""
    holders = [one for party in (p.ZHANG, p.LI, p.NOODLES) for one in (party.id_number, party.name)]
    match name:
        case "in_force_on" | "not_ended_within":
            return of_the_term(today, last)
        case "age_at_least":
            born = "1900-01-01", "19000101", "1900-02-02", "19000202", "126", BORN_CLAIM
            return [*born, p.ZHANG.id_number, p.LI.id_number]
        case "in_region":
            return [DIVISION]
        case "equals":
            title = compared_of(kind)
            return [claims_of(kind)[title], f"{title}={claims_of(kind)[title]}"]
        case _:
            return holders


def reached(home: Region, other: Region) -> Decoded:
    """Everything that has reached the region that asks since the last time, taken apart."""
    came = [reply if at == home.hub.region else body for at, body, reply in home.wire.sent]
    home.wire.sent.clear()
    return Decoded(*came)


def filed(region: Region, report: Mapping[str, Any]) -> Decoded:
    """What the region that asked keeps of it: the report, and the receipt that it signed."""
    receipt = results.receipt(str(report["verification_id"]), by=region.clerk, hub=region.hub)["receipt"]
    return Decoded(json.dumps(report).encode(), receipt.encode())


def told_of(kind: Kind, report: Mapping[str, Any]) -> tuple[list[tuple[str, str]], str]:
    """What was answered of a certificate of a kind in the place of values, and how its requirement stands."""
    item = next(one for one in report["items"] if one["kind"] == kind.code)
    state = next(one["state"] for one in report["requirements"] if one["id"] == id_of(kind))
    return [(one["name"], one["outcome"]) for one in item["predicates"]], state


@pytest.mark.parametrize(("name", "code"), CASES, ids=lambda one: KINDS[one].slug if one in KINDS else one)
def test_no_byte_tells_what_a_predicate_stands_for(joined, name, code):
    """Requested and consented to across two regions: answer, report and receipt hold the yes, and not the value."""
    home, other = joined
    kind, today = KINDS[code], home.clock.now().date()
    with home.hub.writing() as unit:
        unit.sql.exec_driver_sql("DELETE FROM case_quota")  # one holder, and more values than three a day
    claims = claims_of(kind)
    declared = {compared_of(kind): claims[compared_of(kind)]} if name == "equals" else {}
    request = opened(other, matter_of(name), case_number=f"例-{next(_numbers)}", declared=declared)
    of_shop = name == "same_organisation_as"
    anchor = COMPARED_WITH.get(name, code)
    beside = [] if anchor == code else [issued(home, draft(KINDS[anchor]))]

    report = consented(home, other, request, *beside, issued(home, draft(kind, of_shop=of_shop)))["report"]
    came, kept = reached(home, other), filed(other, report)

    assert ([(name, "yes")], "met") == told_of(kind, report)
    assert came.tells(claims[seen_of(kind)])
    assert [] == [value for value in replaced(name, kind, today) if came.tells(value)]
    assert [] == [value for value in replaced(name, kind, today) if kept.tells(value)]


@pytest.mark.parametrize(
    ("name", "last", "verdict", "cause"),
    [
        ("in_force_on", SOON, ("check", "EXPIRES_SOON"), "EXPIRES_SOON"),
        ("not_ended_within", SOON, ("check", "NOT_NEEDED"), "EXPIRES_SOON"),
        ("in_force_on", OVER, ("invalid", "EXPIRED"), "EXPIRED"),
        ("not_ended_within", OVER, ("invalid", "EXPIRED"), "EXPIRED"),
    ],
)
def test_no_sentence_tells_how_many_days_are_left(joined, name, last, verdict, cause):
    """Near its end, and past it: the verdict says so, at home and elsewhere, and no day of the term is told."""
    home, other = joined
    kind, today = KINDS[named.SENIOR], home.clock.now().date()
    secret = of_the_term(today, last)
    for region in (home, other):
        code = ticket(home, issued(home, draft(kind, valid_to=last)), matter=matter_of(name))
        report = scan(region, code, matter_of(name))
        dates = next(one for one in report["items"][0]["facts"] if one["fact"] == "dates")

        assert verdict == told(report)
        assert (cause, None) == (dates["cause"], dates.get("detail"))
        assert [] == [value for value in secret if filed(region, report).tells(value)]
    assert [] == [value for value in secret if reached(home, other).tells(value)]


def test_a_glance_tells_the_term(joined):
    """Without a matter nothing is asked in its place: first and last day are told, at home and elsewhere."""
    home, other = joined
    for region in (home, other):
        code = ticket(home, issued(home, draft(KINDS[p.LICENCE])))
        report = scan(region, code, matter_of("not_ended_within"))

        [item] = report["items"]
        assert (str(FROM), str(TO)) == (item["valid_from"], item["valid_to"])


def test_a_matter_that_asks_nothing_of_the_term_is_told_it(joined):
    """Where a date of birth is replaced, the term is not."""
    home, other = joined
    code = ticket(home, issued(home, draft(KINDS[named.SENIOR])), matter=matter_of("age_at_least"))

    [item] = scan(other, code, matter_of("age_at_least"))["items"]

    assert (str(FROM), str(TO)) == (item["valid_from"], item["valid_to"])


HIDING: dict[str, Callable[[str], bytes]] = {
    "as it is": lambda value: json.dumps({"a": [{"b": value}]}).encode(),
    "as a name": lambda value: json.dumps({value: 1}).encode(),
    "in base64url": lambda value: json.dumps({"a": b64(value.encode())}).encode(),
    "in a token": lambda value: f"e30.{b64(json.dumps({'a': value}).encode())}.c2ln".encode(),
    "in a disclosure": lambda value: f"e30.e30.c2ln~{b64(json.dumps(['s', 'n', value]).encode())}~".encode(),
    "packed": lambda value: json.dumps({"a": b64(zlib.compress(value.encode()))}).encode(),
    "as its digest": lambda value: json.dumps({"a": sha256(value.encode()).hexdigest()}).encode(),
    "as another digest": lambda value: json.dumps({"a": b64(sha256(value.encode()).digest())}).encode(),
}


def b64(data: bytes) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(data).decode().rstrip("=")


@pytest.mark.parametrize("way", HIDING)
@pytest.mark.parametrize("value", ["420704", "2139-05-23", "41088"])
def test_what_is_hidden_in_the_bytes_is_found(way, value):
    """Else the tests above would prove nothing."""
    assert Decoded(HIDING[way](value)).tells(value)
    assert not Decoded(HIDING[way]("演示")).tells(value)


def test_five_digits_in_a_digest_are_no_days_that_are_left():
    """Some digest in a hundred runs holds them by chance; in a sentence, or alone, they are found."""
    digest = f"c0ffee41088{'a' * 53}"

    assert not Decoded(json.dumps({"digest": digest}).encode()).tells("41088")
    assert Decoded(json.dumps({"digest": digest, "said": "还有41088天"}).encode()).tells("41088")
    assert Decoded(json.dumps({"digest": digest, "days": 41088}).encode()).tells("41088")


PLANTED: dict[str, Callable[[dict[str, Any], str], object]] = {
    "a claim that nobody asked for": lambda item, value: item["disclosed"].update(
        {"居住地行政区划代码": value}
    ),
    "the last day": lambda item, value: item.update(valid_to=value),
    "a detail of a fact": lambda item, value: item["facts"][0].update(detail={"date": value}),
    "an argument": lambda item, value: item["predicates"][0]["arguments"].update(value=value),
}


@pytest.mark.parametrize("where", PLANTED)
def test_a_value_that_an_answer_lets_slip_is_found(joined, where):
    """A real answer with a value planted in it, and the same one without."""
    home, other = joined
    code = ticket(home, issued(home, draft(KINDS[named.RESIDENCE])), matter=matter_of("in_region"))
    scan(other, code, matter_of("in_region"))
    [reply] = [reply for at, _, reply in home.wire.sent if at == home.hub.region][-1:]
    home.wire.sent.clear()
    payload = dict(jws.parse(reply, "xr-res+jwt").payload)
    clean = Decoded(json.dumps(payload).encode())
    PLANTED[where](payload["results"][0]["items"][0], "2099-12-31")

    assert (False, True) == (
        clean.tells("2099-12-31"),
        Decoded(f"e30.{b64(json.dumps(payload).encode())}.c2ln".encode()).tells("2099-12-31"),
    )
