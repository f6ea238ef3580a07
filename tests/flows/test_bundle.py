"""The offline bundle: what a counter needs to go on without a network, signed, and read by a stranger."""

from certhub_verifier.formats.exchange import bundle
from certhub_verifier.formats.jose import jws
from certhub_verifier.trust import TrustSet

from certhub.flows.verification.offline_bundle import offline_bundle
from certhub.jobs.peer_lists import fetch_peer_lists
from certhub.jobs.status_lists import publish


def opened(home):
    """The bundle of the region, its signature checked against the trust set in force."""
    parsed = jws.parse(offline_bundle(by=home.clerk, hub=home.hub), bundle.TYP)
    return bundle.BundleContents.from_payload(jws.verify(parsed, home.hub.trust.key(parsed.header.kid)))


def test_it_holds_keys_matters_and_the_lists_of_both_regions(home, other):
    """Everything that a counter checks with, and the lists as they were signed."""
    for region in (home, other):
        publish(region.hub)
    fetch_peer_lists(home.hub)
    contents = opened(home)

    assert home.hub.trust_folder.files() == dict(contents.trust)
    assert {
        f"https://{region.hub.region}.certhub.example/status/{list_no}"
        for region in (home, other)
        for list_no in (1, 2)
    } == set(contents.status)
    assert contents.matters


def test_its_trust_files_make_the_same_trust_set(home):
    """A stranger who builds a set from the bundle has the digest of ours."""
    contents = opened(home)

    assert home.hub.trust.digest == TrustSet.from_files(contents.trust, as_of=home.clock.now()).digest


def test_it_is_good_for_twelve_hours(home):
    """Longer than a shift, shorter than a day."""
    contents = opened(home)

    assert 12 * 3600 == contents.expires - contents.issued_at
