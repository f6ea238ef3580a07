"""Which version of its kind a certificate is: looked up by whoever judges, however it was shown and wherever."""

from dataclasses import replace

import pytest
from certhub_schemas import kind
from certhub_verifier.formats.jose import jws

from certhub.adapters.network import PeerDown
from certhub.demo import people as p
from certhub.flows.records import issue
from tests.support.peers import BrokenWire
from tests.support.region import Region
from tests.support.story import BUSINESS, issued, licence, scan, sealed, ticket, told

MADE = {"a ticket": ticket, "a sealed code": sealed}


def issued_of_version(region: Region, version: int) -> str:
    """Let the agency issue a licence of another version of its kind than the catalogue's; return its public id."""
    draft = issue.read(licence("营-999"), by=region.agency, hub=region.hub)
    strange = replace(draft, kind=replace(draft.kind, version=version))
    [result] = issue.issue_many([strange], by=region.agency, hub=region.hub)
    assert result.certificate is not None
    return result.certificate.certificate_id


def test_a_version_that_the_catalogue_does_not_know_is_at_most_check(home, other):
    """At home by the credential, in the other region by the answer that states it."""
    strange = issued_of_version(home, 999)

    for region in (home, other):
        report = scan(region, ticket(home, strange, matter=BUSINESS))
        assert ("check", "VERSION_UNKNOWN") == told(report)
        assert {"名称", "法定代表人", "成立日期"} == set(report["items"][0]["disclosed"])


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_a_version_that_the_catalogue_does_not_know_has_no_face(home, other, made):
    """A glance and a sealed code show no field of it, since nobody knows which are its face; it is at most check."""
    strange = issued_of_version(home, 999)

    for region in (home, other):
        report = scan(region, made(home, strange))
        [item] = report["items"]
        [catalogued] = [one for one in item["facts"] if one["fact"] == "catalogued"]
        assert ("check", "FIELDS_WITHHELD") == told(report)
        assert {} == item["disclosed"]
        assert ("undetermined", "VERSION_UNKNOWN") == (catalogued["outcome"], catalogued["cause"])


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_a_version_that_is_known_is_valid_and_stated_to_another_region(home, other, made):
    """The same without the change; the answer's item names the version that was judged."""
    licensed = issued(home, licence("营-1"))

    assert ("valid", "OK") == told(scan(home, made(home, licensed)))
    assert ("valid", "OK") == told(scan(other, made(home, licensed)))
    [item] = jws.parse(home.wire.sent[-1][2], "xr-res+jwt").payload["results"][0]["items"]
    assert kind(p.LICENCE).version == item["kind_version"]


def test_a_sealed_code_whose_region_cannot_be_asked_is_of_no_stated_version(home, other):
    """Nobody at hand has its row: the fact says that the catalogue could not be asked, and nothing is green."""
    code = sealed(home, issued(home, licence("营-1")))

    def lost(answer: bytes) -> bytes:
        raise PeerDown("nobody is there")

    report = scan(replace(other, hub=replace(other.hub, network=BrokenWire(home.wire, lost))), code)

    catalogued = next(one for one in report["items"][0]["facts"] if one["fact"] == "catalogued")
    assert ("undetermined", "VERSION_UNSTATED") == (catalogued["outcome"], catalogued["cause"])
    assert "valid" != report["verdict"]
