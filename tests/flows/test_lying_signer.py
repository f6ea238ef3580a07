"""A signer that lies: whatever it gives back, only a credential that a stranger can verify becomes active.

Step 5 of issuing reads our own product back by four checks: its form, whose key it names, the signature, the end
that the record says. Each test here is seen by one of them alone; a check that is taken away turns its test red.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from certhub_keys.signer import Signer

from certhub.errors import Unverified
from certhub.flows.records import issue, renew
from certhub.flows.records.change import Order
from certhub.history.events import store as history
from certhub.hub import Hub
from certhub.hub.keyring import Keyring
from certhub.records.catalog.draft import RawDraft
from certhub.records.certificates import store as certificates
from certhub.records.certificates.record import Certificate
from certhub.records.certificates.rules import State
from tests.support import named
from tests.support.meddled import Meddled
from tests.support.region import Region
from tests.support.story import FOOD, food, issued, key, licence, scan, ticket, told

LIES: Mapping[str, Callable[[Signer, bytes], bytes]] = {
    "the signature of other bytes": lambda signer, message: signer.sign(message + b"."),
    "sixty-four zeros": lambda signer, message: bytes(64),
    "one bit off": lambda signer, message: bytes([*(good := signer.sign(message))[:-1], good[-1] ^ 1]),
    "half a signature": lambda signer, message: signer.sign(message)[:32],
}


def lent(region: Region, lend: Callable[[str], Signer]) -> Hub:
    """Return the region's hub with another key store behind it."""
    return replace(region.hub, keyring=Keyring(region.hub.region, lend))


def lying(region: Region, lie: Callable[[Signer, bytes], bytes]) -> Hub:
    """Return the region's hub, whose signers lie."""
    return lent(region, lambda kid: Meddled(region.hub.keyring.lend(kid), lie))


def intents(region: Region, draft: RawDraft) -> list[Certificate]:
    """Put what a draft would become on record."""
    with region.hub.writing() as unit:
        read = issue.read(draft, by=region.agency, hub=region.hub)
        made, _ = issue.intend(unit, [read], issue.IssuanceInProgress(region.hub.at(None), unit.now))
    return made


def never_was(region: Region, number: str) -> None:
    """The row is only intended, nobody was told of it, and no holder can show it."""
    with region.hub.reading() as unit:
        [row] = [
            c
            for c in certificates.issued_by(unit, region.agency.agencies, limit=500)
            if c.record.number == number
        ]
        events = history.events(unit, subject=row.ref.hex())
    assert (State.INTENDED, "", []) == (row.state, row.record.signature or "", events)


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_what_a_lying_signer_gives_is_never_active(home, clock, lie):
    """The row stays intended; when the signer is honest again the same number is issued and valid."""
    with pytest.raises(Unverified, match="does not verify"):
        issue.issue(licence("谎-1"), by=home.agency, hub=lying(home, lie), key=key("谎"))
    never_was(home, "谎-1")

    clock.pass_(seconds=11)
    made, new = issue.issue(licence("谎-1"), by=home.agency, hub=home.hub, key=key("谎"))

    assert new
    assert ("valid", "OK") == told(scan(home, ticket(home, str(made["id"]))))


def test_another_agencys_key_seals_nothing(home):
    """The store lends the key of another agency: its signature is good, and it is not whose certificate this is."""
    others = home.hub.seal(named.CIVIL)
    honest = home.hub.keyring.lend
    hub = lent(home, lambda kid: others if kid.startswith(named.MARKET) else honest(kid))

    with pytest.raises(Unverified, match="does not let this key"):
        issue.issue(licence("谎-2"), by=home.agency, hub=hub, key=key())
    never_was(home, "谎-2")


def test_a_credential_out_of_form_is_never_active(home):
    """A disclosure that nobody signed: the signature is good, a stranger refuses the whole."""
    [intent] = intents(home, licence("谎-3"))
    stuffed = replace(
        intent, record=replace(intent.record, disclosures=(*intent.record.disclosures, "WyJhIl0"))
    )

    with pytest.raises(Unverified, match="does not verify"):
        issue.sign_and_activate([stuffed], by=home.agency, trip=home.hub.at(home.agency))
    never_was(home, "谎-3")


def test_a_credential_that_ends_on_another_day_than_its_record_is_never_active(home):
    """What the agency's row says and what was sealed are one thing."""
    [intent] = intents(home, food("谎-4"))
    longer = replace(intent, valid_to=intent.valid_to.replace(year=2039))

    with pytest.raises(Unverified, match="what the record says"):
        issue.sign_and_activate([longer], by=home.agency, trip=home.hub.at(home.agency))
    never_was(home, "谎-4")


def test_one_lie_among_many_makes_none_of_them_active(home):
    """A batch is read back as a whole before any of it is told."""
    count = iter(range(10))

    def second(signer: Signer, message: bytes) -> bytes:
        return bytes(64) if next(count) == 1 else signer.sign(message)

    drafts = [issue.read(licence(f"谎-5{n}"), by=home.agency, hub=home.hub) for n in range(3)]
    with pytest.raises(Unverified, match="does not verify"):
        issue.issue_many(drafts, by=home.agency, hub=lying(home, second))
    for n in range(3):
        never_was(home, f"谎-5{n}")


def test_a_renewal_by_a_lying_signer_leaves_the_old_one_in_force(home):
    """The old version stays active in row, list and history; the new one stays an intent."""
    certificate_id = issued(home, food("谎-6"))

    with pytest.raises(Unverified, match="does not verify"):
        renew.renew(
            certificate_id,
            Order("演示", "决1"),
            None,
            by=home.agency,
            hub=lying(home, LIES["one bit off"]),
            key=key(),
        )

    assert ("valid", "OK") == told(scan(home, ticket(home, certificate_id, matter=FOOD), FOOD))
