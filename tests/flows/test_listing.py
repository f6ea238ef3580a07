"""What the organisation says of an agency, the trust list says a moment later; and the agency issues."""

from dataclasses import replace
from datetime import date

import pytest
from certhub_verifier.formats.trust import trustlist
from certhub_verifier.formats.trust.trustlist import RegionIssuers

from certhub.adapters.public_files import PublicFiles
from certhub.db import outbox
from certhub.demo import people as p
from certhub.errors import ClaimsInvalid, Unavailable
from certhub.flows.people import places
from certhub.flows.people.listing import list_agencies
from certhub.flows.records import issue
from certhub.history.events import store as history
from certhub.jobs.runner import run_once
from certhub.people.organisation.nodes import NodeKind
from tests.support.organisation import BRANCH, agency, imported
from tests.support.plug import PulledPlug, cut
from tests.support.story import key, licence, scan, ticket, told

AGENCY = NodeKind.AGENCY


def issuers(region):
    """The agencies that the region's trust list has, by USCC."""
    found = PublicFiles(region.hub.trust_folder.folder).get(trustlist.issuers_path(region.hub.region))
    return {issuer.agency: issuer for issuer in RegionIssuers.from_bytes(found).issuers}


def waiting(region):
    """The agencies of which word waits."""
    with region.hub.reading() as unit:
        return [ref for _, ref in outbox.posted(unit, outbox.ISSUERS)]


def events(region):
    """The subjects of what was listed."""
    with region.hub.reading() as unit:
        return [entry.subject for entry in history.events(unit, type_="agency.listed")]


def staff(region):
    """Somebody of the new agency."""
    return replace(region.agency, agencies=(BRANCH,))


def branch_issues(region, number):
    """Let the new agency issue a licence; return its id."""
    draft = replace(licence(number), agency=BRANCH)
    made, _ = issue.issue(draft, by=staff(region), hub=region.hub, key=key())
    return str(made["id"])


def test_an_agency_that_came_by_a_file_issues(home):
    """Its seal is made, the other agencies stay as they were, and a counter finds its certificate good."""
    before = issuers(home)
    imported(home, AGENCY, agency(BRANCH, kinds=p.LICENCE, name="鄂州市行政审批局"))
    assert [BRANCH] == waiting(home)
    with pytest.raises(ClaimsInvalid):
        branch_issues(home, "设-1")

    assert 1 == run_once(home.hub, "list").how_many
    home.clock.pass_(seconds=2)

    assert before == {code: issuer for code, issuer in issuers(home).items() if code != BRANCH}
    assert [f"{BRANCH}-1"] == [seal.kid for seal in issuers(home)[BRANCH].keys]
    assert ([], [BRANCH]) == (waiting(home), events(home))
    assert ("valid", "OK") == told(scan(home, ticket(home, branch_issues(home, "设-1"))))


def test_an_agency_that_issues_nothing_is_not_listed(home):
    """It has no seal to lose."""
    imported(home, AGENCY, agency(BRANCH))

    assert 0 == list_agencies(home.hub)
    assert BRANCH not in issuers(home)


@pytest.mark.parametrize("step", ["listing:2", "listing:3", "listing:4"])
def test_a_listing_that_was_cut_short_is_ended_by_the_next(home, step):
    """One seal, one event, no word left."""
    imported(home, AGENCY, agency(BRANCH, kinds=p.LICENCE))
    with pytest.raises(PulledPlug):
        list_agencies(cut(home, step))
    assert [BRANCH] == waiting(home)

    assert 1 == list_agencies(home.hub)
    assert 0 == list_agencies(home.hub)

    assert ([], [BRANCH]) == (waiting(home), events(home))
    assert [f"{BRANCH}-1"] == [seal.kid for seal in issuers(home)[BRANCH].keys]


def test_an_agency_that_ended_issues_nothing_more_and_what_it_issued_stays_good(home):
    """From the day of its end on its seal signs nothing; what it signed verifies as before."""
    imported(home, AGENCY, agency(BRANCH, kinds=p.LICENCE))
    list_agencies(home.hub)
    home.clock.pass_(seconds=2)
    certificate = branch_issues(home, "设-1")
    end = date(2026, 11, 25)
    places.end(AGENCY, (BRANCH,), end, by=home.operator, hub=home.hub)
    list_agencies(home.hub)
    home.clock.pass_(seconds=2)
    assert branch_issues(home, "设-2")  # it is still the day before

    home.clock.pass_(days=1)

    with pytest.raises(Unavailable) as refused:
        branch_issues(home, "设-3")
    assert "NO_KEY" == refused.value.code
    assert ("valid", "OK") == told(scan(home, ticket(home, certificate)))
    assert [BRANCH, BRANCH] == events(home)


def test_an_agency_of_another_region_is_not_taken_in(home):
    """A trust list in which an agency stands twice is refused whole: nobody's file may bring that about."""
    elsewhere = next(code for code, one in home.hub.trust.agencies.items() if one.region != home.hub.region)

    tally = imported(home, AGENCY, agency(elsewhere, kinds=p.LICENCE), agency(BRANCH, kinds=p.LICENCE))

    assert [(2, "AGENCY_ELSEWHERE")] == [(fault.row, fault.code) for fault in tally.refused]
    assert [BRANCH] == waiting(home)


def test_a_new_name_stands_in_the_trust_list(home):
    """And the seal is the one it was."""
    imported(home, AGENCY, agency(BRANCH, kinds=p.LICENCE))
    list_agencies(home.hub)
    [seal] = issuers(home)[BRANCH].keys
    places.rename(BRANCH, "鄂州市数据局", by=home.operator, hub=home.hub)

    list_agencies(home.hub)

    assert ("鄂州市数据局", (seal,)) == (issuers(home)[BRANCH].name, issuers(home)[BRANCH].keys)


def test_an_agency_of_another_hand_is_not_listed(home):
    """A row that somebody wrote into the database gets no seal."""
    imported(home, AGENCY, agency(BRANCH))
    with home.hub.writing() as unit:
        unit.sql.exec_driver_sql(f"UPDATE agency SET kinds = '{p.LICENCE}'")
        outbox.post(unit, outbox.ISSUERS, BRANCH)

    assert 0 == list_agencies(home.hub)
    assert BRANCH not in issuers(home)
