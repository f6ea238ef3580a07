"""GET /api/v1/matters: what a matter requires, what the kinds are called, and where it cannot be met."""

from certhub_schemas import Matter, shipped_catalogue

from tests.support.agreements import live


def test_a_matter_says_what_it_requires_and_where_that_cannot_be_met(api):
    """The matter as the catalogue has it, a name beside each kind, and the two that are outside the agreement."""
    items = api.get("/api/v1/matters", "holder").json()["items"]
    cannot = {}
    for one in items:
        told = one.pop("elsewhere")
        assert ["420100"] == list(told)
        cannot |= {one["code"]: told["420100"]} if told["420100"] else {}
        for way in (way for requirement in one["requirements"] for way in requirement["accepts"]):
            kind = shipped_catalogue().kind(way["kind"], on=api.region.clock.now().date())
            assert (kind.name, kind.name_en) == (way.pop("kind_name"), way.pop("kind_name_en"))
        assert shipped_catalogue().matter(one["code"], on=api.region.clock.now().date()) == Matter.from_json(
            one
        )

    assert 11 == len(items)
    assert {
        "PLACEHOLDER-906": ["applicant", "title", "retired", "marriage"],
        "PLACEHOLDER-911": ["insurance", "hardship"],
    } == cannot


def test_a_clerk_is_told_the_same_as_a_holder(api, other):
    """One list for both, and for each region its own."""
    assert (
        api.get("/api/v1/matters", "clerk").json()
        == api.get("/api/v1/matters", "holder").json()
        != other.get("/api/v1/matters", "clerk").json()
    )
    assert live(api.region).format == 2
