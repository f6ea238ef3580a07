"""Which matters can be done across two regions: told with the matters and to the operator, before anybody travels."""

from dataclasses import replace
from datetime import timedelta

import pytest

from certhub.db.engine import Unit
from certhub.demo.agreed import OUTSIDE
from certhub.demo.region_file import chosen
from certhub.errors import NotFound
from certhub.flows.regions import elsewhere
from certhub.regions.peers import store as peers
from tests.support.agreements import live, publish_agreement
from tests.support.region import Region, make_regions
from tests.support.story import BUSINESS

ALL_BUT_OPTIONAL = {
    "PLACEHOLDER-906": ("applicant", "title", "retired", "marriage"),
    "PLACEHOLDER-911": ("insurance", "hardship"),
}


def unmet(region: Region, other: str = "420100") -> dict[str, tuple[str, ...]]:
    """Return what cannot be met of each matter at another region's counters, where there is something."""
    told = {one.matter.code: one.elsewhere[other] for one in elsewhere.matters(hub=region.hub)}
    assert 11 == len(told)
    return {code: ids for code, ids in told.items() if ids}


def stop(unit: Unit, region: Region) -> None:
    """Stop the exchange with 420100."""
    peers.stop(unit, "420100", by=region.operator.key)


def test_two_of_eleven_matters_cannot_be_done_elsewhere_and_say_what_is_missing(home, other):
    """In both regions; each by the code of the other one, and of no other region."""
    assert ALL_BUT_OPTIONAL.keys() == OUTSIDE
    assert ALL_BUT_OPTIONAL == unmet(home, "420100") == unmet(other, "420700")
    assert {("420100",)} == {tuple(one.elsewhere) for one in elsewhere.matters(hub=home.hub)}


def test_what_is_told_is_where_our_certificates_are_shown(regions, home, other):
    """Certificates of 420700 may be shown in 420100 alone: who travels the other way cannot do anything."""
    one_way = tuple(replace(row, direction="420700->420100") for row in live(home).rows)
    publish_agreement(replace(live(home), n=2, rows=one_way), *regions)
    home.clock.pass_(seconds=2)

    assert ALL_BUT_OPTIONAL == unmet(home, "420100")
    assert 11 == len(unmet(other, "420700"))
    across = {one.matter.code: one for one in elsewhere.across("420100", hub=home.hub).matters}
    assert ((), ("licence",)) == (
        across[BUSINESS].there,
        tuple(gap.requirement.id for gap in across[BUSINESS].here),
    )


def test_a_region_that_is_stopped_or_without_an_agreement_meets_nothing(regions, home, clock):
    """Stopped by this hub's own hand, or the agreement over: every matter says so, and it says which of the two."""
    with home.hub.writing() as unit:
        stop(unit, home)
    stopped = elsewhere.across("420100", hub=home.hub)
    assert 11 == len(unmet(home))
    assert all(one.there and one.here for one in stopped.matters)
    assert (True, live(home).id) == (stopped.is_stopped, stopped.agreement and stopped.agreement.id)
    with home.hub.writing() as unit:
        peers.resume(unit, "420100")
    assert ALL_BUT_OPTIONAL == unmet(home)

    until = clock.now() + timedelta(minutes=1)
    publish_agreement(replace(live(home), n=2, rows=(), until=until), *regions)
    clock.pass_(seconds=2)
    assert 11 == len(unmet(home))
    clock.pass_(minutes=1)
    over = elsewhere.across("420100", hub=home.hub)
    assert (False, None) == (over.is_stopped, over.agreement)
    assert 11 == len(unmet(home))


@pytest.mark.parametrize("region", ["", "420700", "999999"])
def test_a_region_that_is_no_other_one_is_not_there(home, region):
    """Nobody, ourselves, somebody outside the trust list."""
    with pytest.raises(NotFound):
        elsewhere.across(region, hub=home.hub)


def test_the_kinds_of_a_matter_have_their_names(home):
    """In both languages; every kind that the matter takes, and no other."""
    [business] = [one for one in elsewhere.matters(hub=home.hub) if one.matter.code == BUSINESS]

    assert {"11100000MB0143028R001": ("营业执照", "Business licence")} == business.kind_names


def test_every_pair_of_three_regions_is_told(tmp_path):
    """Each region tells of both others."""
    with make_regions(tmp_path, chosen(3)) as regions:
        for region in regions:
            others = {one.hub.region for one in regions} - {region.hub.region}
            assert [others] * 11 == [set(one.elsewhere) for one in elsewhere.matters(hub=region.hub)]
            for other in others:
                assert ALL_BUT_OPTIONAL == unmet(region, other)
