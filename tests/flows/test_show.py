"""A holder shows the least: their own, and what those they act for hold, in a code that says nothing."""

from datetime import timedelta

import pytest
from certhub_schemas.purposes import Purpose
from certhub_verifier.formats import codes
from certhub_verifier.formats.jose import jws
from hypothesis import given
from hypothesis import strategies as st

from certhub.db.columns import table_of
from certhub.demo import people as p
from certhub.errors import BadRequest, ClaimsInvalid, NotAllowed, NotFound, WrongState
from certhub.flows.records import issue
from certhub.flows.verification import show
from certhub.flows.verification.show import MAX_ITEMS, Choice, Mode
from certhub.history.events import store as history
from certhub.people.parties import store as parties
from certhub.people.parties.people import Actor, Role
from certhub.people.parties.tables import MandateRow, PartyRow
from certhub.records.certificates.rules import Transition
from certhub.verification.tickets import store as tickets
from certhub.verification.tickets.item import TicketItem
from tests.support import named
from tests.support.plug import PulledPlug, cut
from tests.support.region import Region
from tests.support.story import change, food, issued, key, licence, marriage, scan, sealed, ticket, told


def choice(*cids: str, mode: Mode = Mode.TICKET, matter: str | None = None) -> Choice:
    """A choice of whole certificates."""
    return Choice(tuple(TicketItem(certificate_id) for certificate_id in cids), mode, matter)


def li(region: Region) -> Actor:
    """李样例, with an account of her own."""
    with region.hub.writing() as unit:
        return parties.open_account(unit, Role.HOLDER, p.LI.name, holder=parties.register(unit, p.LI))


def test_a_holder_sees_their_own_and_what_they_act_for(home):
    """张演示 holds a marriage certificate, and as 经营者 shows what 示例小面馆 holds."""
    held = show.held_by(home.holder, hub=home.hub)
    acting = {one.certificate.kind: one.acting_for for one in held}

    assert None is acting[named.MARRIAGE]
    assert p.NOODLES.name == acting[p.LICENCE]


def test_what_is_intended_is_nobodys_yet(home):
    """A certificate that was never signed is in no list, though its row names a holder."""
    with pytest.raises(PulledPlug):
        issue.issue(marriage("婚-9"), by=home.agency, hub=cut(home, "issue:4"), key=key())

    assert "婚-9" not in {one.certificate.record.number for one in show.held_by(home.holder, hub=home.hub)}


def test_what_was_given_up_is_nobodys_either(home):
    """A voided row was never signed: there is no credential that a ticket could open."""
    with home.hub.writing() as unit:
        index = parties.register(unit, p.OUYANG)
        ouyang = parties.open_account(unit, Role.HOLDER, p.OUYANG.name, holder=index)

    numbers = {one.certificate.record.number for one in show.held_by(ouyang, hub=home.hub)}

    assert not {"CY-演示-0014", "CY-演示-0015"} & numbers


def test_a_ticket_is_twenty_characters_that_say_only_whose_it_is(home):
    """EC1, the minting region, 65 random bits: no URL, no name, no number."""
    code = ticket(home, issued(home, licence("营-1")))
    read = codes.read_code(code)

    assert 20 == len(code)
    assert code.startswith("EC1")
    assert "420700" == read.region


def test_a_ticket_is_stored_only_as_a_hash(home):
    """Whoever reads the database learns no code that is still open."""
    code = ticket(home, issued(home, licence("营-1")))

    with home.hub.reading() as unit:
        assert tickets.find(unit, codes.ticket_hash(code)) is not None
        rows = unit.sql.exec_driver_sql("SELECT * FROM ticket").all()
    assert not any(
        code in str(value) or code.encode() in bytes(str(value), "utf-8") for row in rows for value in row
    )


def test_a_ticket_lives_sixty_seconds(home, clock):
    """The holder's screen knows until when."""
    shown = show.show(choice(issued(home, licence("营-1"))), by=home.holder, hub=home.hub)

    assert clock.now() + timedelta(seconds=60) == shown.expires_at


def test_several_tickets_may_be_open_at_once(home):
    """The code on the screen renews itself; the one before it is still good in its time."""
    certificate_id = issued(home, licence("营-1"))
    first, second = ticket(home, certificate_id), ticket(home, certificate_id)

    assert first != second
    assert [("valid", "OK"), ("valid", "OK")] == [told(scan(home, first)), told(scan(home, second))]


def test_showing_is_told(home):
    """The holder can see later when a code was made."""
    certificate_id = issued(home, licence("营-1"))
    ticket(home, certificate_id)

    with home.hub.reading() as unit:
        [event] = history.events(unit, type_="certificate.shown", limit=1)
    body = {"kind": p.LICENCE, "mode": "ticket", "matter": None, "jti": None, "exp": None}
    assert (home.holder.key, body) == (event.actor, event.body)


def test_a_holder_cannot_show_what_somebody_else_holds(home):
    """Another person's certificate does not exist, as far as this holder can tell."""
    shop = issued(home, licence("营-1"))

    for mode in Mode:
        with pytest.raises(NotFound):
            show.show(choice(shop, mode=mode), by=li(home), hub=home.hub)
    with pytest.raises(NotFound):
        show.show(choice("0" * 26), by=home.holder, hub=home.hub)


@pytest.mark.disagrees("a row is altered, and the history does not tell it")
@pytest.mark.parametrize("model", [MandateRow, PartyRow])
def test_a_mandate_that_is_not_ours_lets_nobody_show(home, model):
    """Who acts for the shop is on record with our MAC, and so is the shop."""
    shop = issued(home, licence("营-1"))
    assert show.show(choice(shop), by=home.holder, hub=home.hub).code
    with home.hub.writing() as unit:
        unit.sql.execute(table_of(model).update().values(mac=bytes(32)))

    for mode in Mode:
        with pytest.raises(NotFound):
            show.show(choice(shop, mode=mode), by=home.holder, hub=home.hub)
    assert "营-1" not in {one.certificate.record.number for one in show.held_by(home.holder, hub=home.hub)}


def test_own_and_acted_for_are_shown_together(home):
    """In the order of the choice; each is in the history."""
    shop, own = issued(home, licence("营-1")), issued(home, marriage("婚-1"))
    shown = show.show(choice(shop, own), by=home.holder, hub=home.hub)

    assert [p.LICENCE, named.MARRIAGE] == [one["kind"] for one in scan(home, shown.code)["items"]]
    with home.hub.reading() as unit:
        made = history.events(unit, type_="certificate.shown", limit=2)
    assert {p.LICENCE, named.MARRIAGE} == {one.body["kind"] for one in made}


def test_both_spouses_can_show_their_certificate(home):
    """Each holder of a certificate holds it whole."""
    certificate_id = issued(home, marriage("婚-1"))

    for holder in (home.holder, li(home)):
        report = scan(home, show.show(choice(certificate_id), by=holder, hub=home.hub).code)
        assert ("check", "NOT_NEEDED") == told(report)  # genuine, and nothing that this counter asks for
        assert {"登记机关", "登记日期"} == set(report["items"][0]["disclosed"])


def test_an_account_that_holds_nothing_shows_nothing(home):
    """Clerks and agencies have no wallet."""
    with pytest.raises(NotAllowed):
        show.held_by(home.clerk, hub=home.hub)


def test_the_holder_is_warned_of_what_a_clerk_will_refuse(home):
    """A suspended certificate may be shown, and the holder knows before the clerk does."""
    certificate_id = issued(home, licence("营-1"))
    change(home, certificate_id, Transition.SUSPEND)

    shown = show.show(choice(certificate_id), by=home.holder, hub=home.hub)

    assert ((certificate_id, "suspended"),) == shown.warnings
    assert ("invalid", "SUSPENDED") == told(scan(home, shown.code))


def test_an_expired_certificate_is_called_expired(home):
    """Expired is computed from the dates, in China's time."""
    certificate_id = issued(home, food("食-1", valid_to="2026-11-23"))

    shown = show.show(choice(certificate_id), by=home.holder, hub=home.hub)

    assert ((certificate_id, "expired"),) == shown.warnings
    assert ("invalid", "EXPIRED") == told(scan(home, shown.code))


@pytest.mark.parametrize("number", [0, MAX_ITEMS + 1])
def test_a_ticket_carries_one_to_ten(home, number):
    """Nothing at all, or too much, is refused."""
    cids = [issued(home, food(f"食-{n}")) for n in range(number)]

    with pytest.raises(BadRequest) as refused:
        show.show(choice(*cids), by=home.holder, hub=home.hub)
    assert "ITEM_COUNT" == refused.value.code


def test_the_same_certificate_twice_is_a_slip(home):
    """A choice names different certificates."""
    certificate_id = issued(home, licence("营-1"))

    with pytest.raises(BadRequest):
        show.show(choice(certificate_id, certificate_id), by=home.holder, hub=home.hub)


def test_a_sealed_code_shows_one(home):
    """There is room for one certificate in a picture that a camera can read."""
    two = choice(issued(home, licence("营-1")), issued(home, food("食-1")), mode=Mode.SEALED)

    with pytest.raises(BadRequest):
        show.show(two, by=home.holder, hub=home.hub)


def test_a_field_that_the_certificate_does_not_have_is_named(home):
    """The holder's choice of fields is checked against the record."""
    item = TicketItem(issued(home, licence("营-1")), ("名称", "体重"))

    with pytest.raises(ClaimsInvalid) as refused:
        show.show(Choice((item,), Mode.TICKET), by=home.holder, hub=home.hub)
    assert ["/items/fields/体重"] == [fault.pointer for fault in refused.value.faults]


def test_an_unknown_matter_is_refused(home):
    """A ticket may be bound to a matter, but to one that exists."""
    with pytest.raises(BadRequest) as refused:
        show.show(choice(issued(home, licence("营-1")), matter="X"), by=home.holder, hub=home.hub)
    assert "MATTER_UNKNOWN" == refused.value.code


def test_a_sealed_code_is_signed_by_the_region_and_says_the_face(home):
    """Checkable with no network: the region's show key, the kind's face claims, at most a minute."""
    code = codes.read_code(sealed(home, issued(home, licence("营-1"))))
    parsed = jws.parse(code.jws, "show+jwt")
    key = home.hub.trust.key(parsed.header.kid)
    payload = codes.SealedPayload.parse(jws.verify(parsed, key))

    assert (Purpose.SHOW, "420700") == (key.purpose, key.region)
    assert {"名称", "法定代表人", "成立日期"} == set(payload.claims)
    assert p.LICENCE == payload.kind


def test_a_sealed_codes_intent_is_on_record_before_it_is_signed(home):
    """The power goes before the signature: the event that names its jti is there."""
    wish = choice(issued(home, licence("营-1")), mode=Mode.SEALED)

    with pytest.raises(PulledPlug):
        show.show(wish, by=home.holder, hub=cut(home, "show:4"))

    with home.hub.reading() as unit:
        [event] = history.events(unit, type_="certificate.shown", limit=1)
    assert "sealed" == event.body["mode"]
    assert None not in (event.body["jti"], event.body["exp"])


@pytest.mark.parametrize(
    "event",
    [Transition.SUSPEND, Transition.REVOKE, Transition.CANCEL, Transition.WITHDRAW, Transition.TRANSFER],
)
def test_only_what_is_active_gets_a_sealed_code(home, event):
    """A code that nobody can call back is not made for what a clerk must refuse."""
    certificate_id = issued(home, licence("营-1"))
    change(home, certificate_id, event)

    with pytest.raises(WrongState):
        sealed(home, certificate_id)


def test_what_has_expired_gets_no_sealed_code(home):
    """Expired counts as not active."""
    certificate_id = issued(home, food("食-1", valid_to="2026-11-23"))

    with pytest.raises(WrongState):
        sealed(home, certificate_id)


@given(st.text(max_size=30))
def test_what_is_no_code_of_ours_is_told_apart(text):
    """Reading a code lets out nothing but its own refusals."""
    with pytest.raises((codes.NotOurCode, codes.CodePartial, codes.CodeAltered)):
        codes.read_code(text)
