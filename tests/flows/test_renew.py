"""A certificate is renewed: a new version under a new identifier, the old one superseded, both linked."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from certhub_verifier.formats.credential.identifier import Identifier

from certhub.errors import ClaimsInvalid, Conflict, NotFound, WrongState
from certhub.flows.records import issue, renew
from certhub.flows.records.change import Order
from certhub.history.events import store as history
from certhub.jobs.sweeping import VOID_AFTER, sweep
from certhub.records.certificates import store as certificates
from certhub.records.certificates.record import Certificate
from certhub.records.certificates.rules import State, Transition
from tests.support.plug import PulledPlug, cut
from tests.support.region import Region, with_step
from tests.support.story import FOOD, change, food, issued, key, licence, scan, ticket, told

ORDER = Order("到期换证（演示）", "鄂演决字〔2026〕第9号")
TODAY = date(2026, 11, 24)


def renewed(region: Region, certificate_id: str, valid_to: date | None = None) -> str:
    """Renew; return the new certificate's id."""
    made = renew.renew(certificate_id, ORDER, valid_to, by=region.agency, hub=region.hub, key=key())
    return str(made["id"])


def found(region: Region, certificate_id: str) -> Certificate:
    """The certificate as stored."""
    with region.hub.reading() as unit:
        certificate = certificates.find(unit, certificate_id)
    assert certificate is not None
    return certificate


def test_the_new_version_is_valid_and_the_old_one_superseded(home):
    """Scanned, the new one is good, and the old one says that there is a newer."""
    old = issued(home, food("食-1"))
    new = renewed(home, old)

    assert ("valid", "OK") == told(scan(home, ticket(home, new, matter=FOOD), FOOD))
    assert ("invalid", "SUPERSEDED") == told(scan(home, ticket(home, old, matter=FOOD), FOOD))


def test_the_versions_are_linked_and_numbered(home):
    """001 and 002 of one number; the new one knows which it follows; the identifiers differ."""
    old_id = issued(home, food("食-1"))
    new, old = found(home, renewed(home, old_id)), found(home, old_id)
    identifiers = [Identifier.parse(c.record.identifier) for c in (old, new)]

    assert [1, 2] == [one.version for one in identifiers]
    assert identifiers[0].serial != identifiers[1].serial
    assert old.id == new.previous
    assert old.record.number == new.record.number
    assert (old.list_no, old.list_index) != (new.list_no, new.list_index)


@pytest.mark.parametrize(
    ("valid_to", "asked", "expected"),
    [
        ("2029-01-04", None, date(2034, 1, 4)),
        ("2029-01-04", date(2027, 1, 1), date(2027, 1, 1)),
        ("2025-01-04", None, TODAY + (date(2025, 1, 4) - date(2024, 1, 5))),
    ],
)
def test_it_is_valid_as_long_again_or_until_the_day_that_was_asked(home, valid_to, asked, expected):
    """From the old end or from today, whichever is later; an expired one has a gap, not an overlap."""
    new = found(home, renewed(home, issued(home, food("食-1", valid_to=valid_to)), asked))

    assert (TODAY, expected) == (new.valid_from, new.valid_to)


def test_without_an_end_it_stays_without_one(home):
    """长期 is renewed as 长期."""
    assert None is found(home, renewed(home, issued(home, licence("营-1")))).valid_to


def test_an_end_before_the_start_is_refused(home):
    """A renewal that would be over before it begins."""
    certificate_id = issued(home, food("食-1"))

    with pytest.raises(ClaimsInvalid):
        renewed(home, certificate_id, TODAY - timedelta(days=1))
    assert State.ACTIVE is found(home, certificate_id).state


@pytest.mark.parametrize("event", [Transition.SUSPEND, Transition.REVOKE, Transition.SUPERSEDE])
def test_only_what_is_active_is_renewed(home, event):
    """A renewal does not heal what was taken back."""
    certificate_id = issued(home, food("食-1"))
    change(home, certificate_id, event)

    with pytest.raises(WrongState):
        renewed(home, certificate_id)


def test_a_superseded_version_is_not_renewed_again(home):
    """There is one line of versions, not a tree."""
    old = issued(home, food("食-1"))
    new = renewed(home, old)

    with pytest.raises(WrongState):
        renewed(home, old)
    assert 3 == found(home, renewed(home, new)).version


def test_another_agencys_is_not_there(home):
    """As with every change."""
    certificate_id = issued(home, food("食-1"))
    stranger = replace(home.agency, agencies=("11420799MB9999041J",))

    with pytest.raises(NotFound):
        renew.renew(certificate_id, ORDER, None, by=stranger, hub=home.hub, key=key())


def test_the_same_key_renews_once(home):
    """Asked twice, renewed once."""
    certificate_id = issued(home, food("食-1"))
    once = key("renew")

    first = renew.renew(certificate_id, ORDER, None, by=home.agency, hub=home.hub, key=once)
    again = renew.renew(certificate_id, ORDER, None, by=home.agency, hub=home.hub, key=once)

    assert dict(first) == dict(again)
    with pytest.raises(Conflict):
        renew.renew(certificate_id, ORDER, None, by=home.agency, hub=home.hub, key=key("renew", "another"))


@pytest.mark.parametrize("step", ["renew:1", "renew:2", "renew:3", "issue:4", "issue:5", "renew:4"])
def test_a_renewal_cut_short_leaves_the_old_one_in_force(home, clock, step):
    """Until the new one is active the old one is; the retry makes one successor, the sweeper voids the rest."""
    certificate_id = issued(home, food("食-1"))
    with pytest.raises(PulledPlug):
        renew.renew(certificate_id, ORDER, None, by=home.agency, hub=cut(home, step), key=key("cut"))
    assert ("valid", "OK") == told(scan(home, ticket(home, certificate_id, matter=FOOD), FOOD))
    clock.pass_(seconds=11)

    new = renew.renew(certificate_id, ORDER, None, by=home.agency, hub=home.hub, key=key("cut"))
    clock.pass_(seconds=VOID_AFTER.total_seconds() + 11)
    sweep(home.hub)

    assert ("valid", "OK") == told(scan(home, ticket(home, str(new["id"]), matter=FOOD), FOOD))
    with home.hub.reading() as unit:
        versions = [
            c
            for c in certificates.issued_by(unit, home.agency.agencies, limit=50)
            if c.record.number == "食-1"
        ]
    assert {State.ACTIVE, State.SUPERSEDED} <= {c.state for c in versions}
    assert 1 == sum(c.state is State.ACTIVE for c in versions)
    assert State.INTENDED not in {c.state for c in versions}


def test_a_certificate_that_was_revoked_meanwhile_is_not_renewed(home):
    """Revoked while its successor was being signed: the revocation stands, the successor never becomes active."""
    certificate_id = issued(home, food("食-1"))
    slow = with_step(
        home, lambda name: change(home, certificate_id, Transition.REVOKE) if name == "renew:4" else None
    )

    with pytest.raises(Conflict) as refused:
        renew.renew(certificate_id, ORDER, None, by=home.agency, hub=slow, key=key())

    assert "CHANGED_MEANWHILE" == refused.value.code
    assert ("invalid", "REVOKED") == told(scan(home, ticket(home, certificate_id)))
    with home.hub.reading() as unit:
        active = [
            c for c in certificates.issued_by(unit, home.agency.agencies, limit=50)
            if c.record.number == "食-1" and c.state is State.ACTIVE
        ]  # fmt: skip
    assert [] == active


def test_the_number_now_stands_for_the_new_version(home):
    """What the old one was issued from is a conflict now: the number's contents are the newest version's."""
    old = issued(home, food("食-1"))
    new = found(home, renewed(home, old))
    same_again = replace(
        food("食-1"),
        issued_on=new.record.issued_on.isoformat(),
        valid_from=new.valid_from.isoformat(),
        valid_to=new.valid_to.isoformat(),
    )

    answer, is_new = issue.issue(same_again, by=home.agency, hub=home.hub, key=key())
    assert (new.certificate_id, False) == (answer["id"], is_new)
    with pytest.raises(Conflict):
        issue.issue(food("食-1"), by=home.agency, hub=home.hub, key=key())


def test_both_deeds_are_told(home):
    """The old one's history ends with its successor; the new one's begins with its issue."""
    old_id = issued(home, food("食-1"))
    new, old = found(home, renewed(home, old_id)), found(home, old_id)

    with home.hub.reading() as unit:
        [superseded] = history.events(unit, subject=old.ref.hex(), type_="certificate.superseded")
        [made] = history.events(unit, subject=new.ref.hex(), type_="certificate.issued")
    assert new.ref.hex() == superseded.body["next"]
    assert 2 == made.body["version"]
