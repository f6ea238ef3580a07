"""Who there is, who acts for whom, and whom a bearer token speaks for."""

from dataclasses import replace
from datetime import timedelta

from certhub.db.columns import table_of
from certhub.demo import people as p
from certhub.people.parties import store as parties
from certhub.people.parties.people import Party, Role
from certhub.people.parties.tables import AccountRow, MandateRow, TokenRow
from tests.support import named
from tests.support.rows import rewrite


def test_a_party_is_registered_once(home):
    """Found again by the blind index of type and number; the name is what was first put on record."""
    with home.hub.writing() as unit:
        first = parties.register(unit, Party("新来者", "111", "420799190009090091"))
        again = parties.register(unit, Party("改了名", "111", "420799190009090091"))
        found = parties.party(unit, first)

    assert first == again
    assert "新来者" == found.name


def test_an_unknown_index_is_nobody(home):
    """No row, no party."""
    with home.hub.reading() as unit:
        assert None is parties.party(unit, b"\x00" * 16)


def test_a_mandate_ends(home, clock):
    """Who acts for whom is asked as of now."""
    mandate = table_of(MandateRow)
    with home.hub.writing() as unit:
        zhang = unit.vault.index(p.ZHANG.id_type, p.ZHANG.id_number)
        assert [p.NOODLES.name] == [one.name for one in parties.principals(unit, zhang)]
        rewrite(unit, MandateRow, mandate.c.holder == zhang, until=clock.now() + timedelta(hours=1))
    with home.hub.reading() as unit:
        assert 1 == len(parties.principals(unit, zhang)) == len(parties.acts_for(unit, zhang))
    clock.pass_(hours=1)
    with home.hub.reading() as unit:
        assert [] == parties.principals(unit, zhang) == parties.acts_for(unit, zhang)


def test_a_mandate_may_be_given_twice(home):
    """The second time changes nothing."""
    with home.hub.writing() as unit:
        zhang, shop = (unit.vault.index(one.id_type, one.id_number) for one in (p.ZHANG, p.NOODLES))
        parties.let_act(unit, zhang, shop, role="经营者")
        assert 1 == len(parties.principals(unit, zhang)) == len(parties.acts_for(unit, zhang))


def test_a_token_speaks_for_its_account_until_it_ends(home, clock):
    """Unknown, expired and disabled look alike: nobody."""
    accounts = table_of(AccountRow)
    with home.hub.writing() as unit:
        clerk = parties.open_account(unit, Role.CLERK, "某窗口员", office="大厅", window="9号")
        parties.give_token(unit, clerk.account, "t-1", expires_at=clock.now() + timedelta(minutes=5))
    with home.hub.reading() as unit:
        assert clerk == parties.actor_of(unit, "t-1")
        assert None is parties.actor_of(unit, "t-2")
        assert None is parties.actor_of(unit, "")
        assert None is parties.actor_of(unit, "\ud800")
    with home.hub.writing() as unit:
        rewrite(unit, AccountRow, accounts.c.id == clerk.account, disabled_at=clock.now())
        assert None is parties.actor_of(unit, "t-1")
        rewrite(unit, AccountRow, accounts.c.id == clerk.account, disabled_at=None)
        assert clerk == parties.actor_of(unit, "t-1")
    clock.pass_(minutes=5)
    with home.hub.reading() as unit:
        assert None is parties.actor_of(unit, "t-1")


def test_a_token_is_stored_as_a_hash(home):
    """Whoever reads the table signs in as nobody."""
    with home.hub.writing() as unit:
        clerk = parties.open_account(unit, Role.CLERK, "某窗口员")
        parties.give_token(unit, clerk.account, "very secret", expires_at=unit.now)
        stored = unit.sql.execute(table_of(TokenRow).select()).all()

    assert not any(b"very secret" in bytes(row.token_hash) for row in stored)
    assert {32} == {len(row.token_hash) for row in stored}


def test_an_account_comes_back_as_it_was_opened(home):
    """Agencies, office, window and holder."""
    with home.hub.writing() as unit:
        opened = parties.open_account(unit, Role.AGENCY, "经办员", agencies=(named.MARKET, named.CIVIL))
        assert opened in parties.accounts(unit)
        assert replace(opened, agencies=()) not in parties.accounts(unit)
