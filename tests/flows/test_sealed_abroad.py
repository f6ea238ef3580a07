"""A sealed code of another region: used up where it was made, and judged by our own list where nobody answers."""

from certhub.jobs.peer_lists import fetch_peer_lists
from certhub.jobs.status_lists import publish
from certhub.records.certificates.rules import Transition
from tests.support.story import (
    change,
    issued,
    licence,
    scan,
    sealed,
    told,
)


def test_a_sealed_code_of_another_region_is_used_up_at_its_region(home, other):
    """Online, abroad: once, wherever the second one scans it."""
    code = sealed(home, issued(home, licence("营-1")))

    assert ("valid", "OK") == told(scan(other, code))
    assert ("invalid", "CODE_USED") == told(scan(home, code))


def test_a_sealed_code_whose_region_is_down_is_at_most_to_be_checked(home, other):
    """Judged by the list we hold; that it was not used before nobody can say."""
    certificate_id = issued(home, licence("营-1"))
    publish(home.hub)
    fetch_peer_lists(other.hub)
    code = sealed(home, certificate_id)
    home.wire.down.add("420700")

    report = scan(other, code)
    facts = {fact["fact"]: fact for item in report["items"] for fact in item["facts"]}

    assert "check" == report["verdict"]
    assert "undetermined" == facts["one_time"]["outcome"]


def test_a_sealed_code_whose_region_is_down_and_whose_list_says_suspended_is_bad(home, other, clock):
    """A known bad needs nobody's answer."""
    certificate_id = issued(home, licence("营-1"))
    code = sealed(home, certificate_id)
    change(home, certificate_id, Transition.SUSPEND)
    publish(home.hub)
    fetch_peer_lists(other.hub)
    home.wire.down.add("420700")

    assert ("invalid", "SUSPENDED") == told(scan(other, code))


def test_without_any_list_a_sealed_code_of_a_region_that_is_down_is_undetermined(home, other):
    """No answer and no list: nothing is known of its status."""
    code = sealed(home, issued(home, licence("营-1")))
    home.wire.down.add("420700")

    assert "undetermined" == scan(other, code)["verdict"]
