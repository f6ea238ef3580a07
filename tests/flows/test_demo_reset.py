"""重置演示: the demo's certificates are there again, codes are forgotten, stops lifted; history stays."""

import secrets

import pytest

from certhub.db.idempotency.key import Key
from certhub.demo.certificates import seeds
from certhub.demo.region_file import chosen
from certhub.demo.resetting import How, put_back
from certhub.demo.seed import issued, put_cards
from certhub.flows.records import change as revoke
from certhub.flows.records import renew
from certhub.flows.records.change import Order
from certhub.flows.verification import show, verify
from certhub.flows.verification.filing import VerificationRequest
from certhub.flows.verification.show import Choice, Mode
from certhub.history.events import store as history
from certhub.records.certificates import store as certificates
from certhub.records.certificates.record import Certificate
from certhub.records.certificates.rules import CHINA, State, Transition
from certhub.regions.peers import store as peers
from certhub.verification.tickets.item import TicketItem
from tests.support.region import Region, with_step


class Pulled(BaseException):
    """The plug: nothing catches it."""


ORDER = Order("玩坏了（演示）", "鄂演决字〔2026〕第9号")


def one_key() -> Key:
    """Return a key that nobody used before."""
    return Key(secrets.token_bytes(32), secrets.token_bytes(32))


def change(region: Region, name: str, event: Transition) -> None:
    """Do something to one of the demo's certificates."""
    certificate_id = issued(region.hub)[name]
    revoke.change(certificate_id, event, ORDER, by=region.agency, hub=region.hub, key=one_key())


def found(region: Region, name: str) -> Certificate:
    """Return one of the demo's certificates as it now stands."""
    with region.hub.reading() as unit:
        certificate = certificates.find(unit, issued(region.hub)[name])
    assert certificate is not None
    return certificate


def standing(region: Region) -> dict[str, State]:
    """Return the state of every certificate of the demo."""
    return {name: found(region, name).state for name in issued(region.hub)}


def shown(region: Region, name: str, mode: Mode = Mode.TICKET) -> str:
    """Return a code for one of the story's certificates."""
    choice = Choice((TicketItem(issued(region.hub)[name]),), mode)
    return show.show(choice, by=region.holder, hub=region.hub).code


def ask(region: Region, code: str, vid: str) -> tuple[str, str]:
    """Verify a code; return verdict and cause."""
    question = VerificationRequest(code, "PLACEHOLDER-901", "1号窗口", verification_id=vid)
    report = verify.verify(question, by=region.clerk, hub=region.hub)
    return report["verdict"], report["code"]


def test_what_is_as_it_was_made_is_left_alone(home: Region) -> None:
    """Pressed for nothing, it issues nothing, changes nothing, and is on record all the same."""
    before, made = standing(home), issued(home.hub)
    result = put_back(home.hub, by=home.operator)

    assert {How.KEPT: len(made) - 1} == dict(result.certificates)  # the stranger's is nobody's to alter
    assert (before, made) == (standing(home), issued(home.hub))
    with home.hub.reading() as unit:
        told = [one for one in history.events(unit, limit=100_000) if one.type == "demo.reset"]
    assert [(home.operator.key, result.to_dict())] == [(one.actor, one.body) for one in told]


def test_every_seed_stands_as_it_says(home: Region, other: Region) -> None:
    """What the demo was filled with is in the state that a reset puts it back into."""
    today = home.hub.now().astimezone(CHINA).date()
    wanted = {(region.code, one.name): one.standing for region in chosen() for one in seeds(region, today)}
    told = {
        (region.hub.region, name): state
        for region in (home, other)
        for name, state in standing(region).items()
    }

    assert wanted == {name: state for name, state in told.items() if name[1] != "stranger"}


def test_a_suspended_licence_is_lifted_and_a_lifted_one_suspended(home: Region) -> None:
    """Where the rules know a way back, the certificate is the same one, under its number."""
    before, made = standing(home), issued(home.hub)
    change(home, "valid", Transition.SUSPEND)
    change(home, "suspended", Transition.REINSTATE)
    result = put_back(home.hub, by=home.operator)

    assert 2 == result.certificates[How.LED_BACK]
    assert (before, made) == (standing(home), issued(home.hub))


def test_what_was_ended_is_issued_anew_under_a_new_number(home: Region) -> None:
    """Revoked is for ever: the old one stays revoked, and another takes its place, twice over."""
    before, numbers, old = standing(home), [], issued(home.hub)["valid"]
    for _ in range(2):
        change(home, "valid", Transition.REVOKE)
        put_back(home.hub, by=home.operator)
        numbers.append(found(home, "valid").record.number)

    assert before == standing(home)
    assert ["演示-营-0001-2", "演示-营-0001-3"] == numbers
    with home.hub.reading() as unit:
        first = certificates.find(unit, old)
    assert first is not None
    assert State.REVOKED is first.state
    assert ("valid", "OK") == ask(home, shown(home, "valid"), "1" * 26)


def test_of_a_renewed_licence_nothing_stays_in_force(home: Region) -> None:
    """The newer version is cancelled, so that the holder does not hold two licences."""
    certificate_id = issued(home.hub)["valid"]
    renew.renew(certificate_id, ORDER, None, by=home.agency, hub=home.hub, key=one_key())
    put_back(home.hub, by=home.operator)
    licences = {
        (one.certificate.record.number, one.certificate.version, one.certificate.state)
        for one in show.held_by(home.holder, hub=home.hub)
        if one.certificate.kind == found(home, "valid").kind
    }

    assert {
        ("演示-营-0001", 1, State.SUPERSEDED),
        ("演示-营-0001", 2, State.CANCELLED),
        ("演示-营-0001-2", 1, State.ACTIVE),
    } == licences


def test_what_ends_soon_ends_soon_again(home: Region) -> None:
    """A demo that stands for a week: the card about 6 days gets a certificate that ends in 6 days."""
    home.clock.pass_(days=8)
    put_back(home.hub, by=home.operator)
    last = found(home, "expires-soon").valid_to

    assert last is not None
    assert 6 == (last - home.hub.now().astimezone(CHINA).date()).days


def test_a_reset_that_was_cut_off_goes_on(home: Region) -> None:
    """It died between the issue and the file: pressed again, it finds what it had issued, and issues no second."""
    change(home, "valid", Transition.REVOKE)
    before = issued(home.hub)
    put_back(home.hub, by=home.operator)
    after = issued(home.hub)
    put_cards(home.hub, before)
    put_back(home.hub, by=home.operator)

    assert after == issued(home.hub)
    assert before["valid"] != after["valid"]


@pytest.mark.parametrize("where", [f"revoke:{n}" for n in (1, 2, 3)] + [f"issue:{n}" for n in range(1, 8)])
def test_a_reset_that_dies_at_any_step_is_pressed_again(home: Region, where: str) -> None:
    """The plug is pulled at a step of a flow; a minute later the same press ends as if nothing had been."""
    before = standing(home)
    renew.renew(issued(home.hub)["valid"], ORDER, None, by=home.agency, hub=home.hub, key=one_key())

    def pull(step: str) -> None:
        if step == where:
            raise Pulled

    with pytest.raises(Pulled):
        put_back(with_step(home, pull), by=home.operator)
    home.clock.pass_(seconds=61)
    put_back(home.hub, by=home.operator)
    licences = [
        one.certificate.record.number
        for one in show.held_by(home.holder, hub=home.hub)
        if one.certificate.kind == found(home, "valid").kind and one.certificate.state is State.ACTIVE
    ]

    assert before == standing(home)
    assert ["演示-营-0001-2"] == licences


def test_codes_are_forgotten_and_good_for_nothing(home: Region) -> None:
    """An open code and a used one are unknown afterwards; a sealed code that was used stays used."""
    spent, open_, sealed = shown(home, "valid"), shown(home, "food"), shown(home, "valid", Mode.SEALED)
    ask(home, spent, "1" * 26)
    ask(home, sealed, "2" * 26)
    result = put_back(home.hub, by=home.operator)
    told = [ask(home, code, vid * 26)[1] for code, vid in ((spent, "3"), (open_, "4"), (sealed, "5"))]

    assert 2 == result.codes
    assert ["NOT_FOUND", "NOT_FOUND", "CODE_USED"] == told


def test_a_local_stop_is_lifted(home: Region) -> None:
    """The other region is asked again, and the lifting has its event."""
    with home.hub.writing() as unit:
        peers.stop(unit, "420100", by=home.operator.key)
    result = put_back(home.hub, by=home.operator)

    with home.hub.reading() as unit:
        assert frozenset() == peers.stopped(unit)
        told = [one for one in history.events(unit, limit=100_000) if one.type == "peer.resumed"]
    assert ("420100",) == result.resumed
    assert ["420100"] == [one.subject for one in told]
