"""The MAC of a row: over every column but those that its class leaves out, unambiguous, from the key store alone."""

import os
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certhub.db.grants import message
from certhub.db.sealing import Vault
from certhub.people.parties import store as parties
from certhub.people.parties.people import Role
from certhub.people.parties.tables import AccountRow, TokenRow
from certhub.records.certificates.tables import CertificateRow
from certhub.verification.receipts.tables import VerificationRow

VALUES = (
    st.none()
    | st.integers()
    | st.binary(max_size=8)
    | st.text(max_size=8)
    | st.dates()
    | st.uuids()
    | st.datetimes(timezones=st.just(UTC))
)
ROWS = st.dictionaries(st.sampled_from(["a", "b", "ab", "mac", "role"]), VALUES, min_size=5, max_size=5)
VAULT = Vault(b"d" * 32, b"i" * 32, b"b" * 32, b"e" * 32, os.urandom)


def typed(row):
    """A row as something that can be compared: 1 and True and "1" apart."""
    return {name: (type(value).__name__, value) for name, value in row.items() if value is not None}


@given(ROWS, ROWS)
def test_two_rows_have_one_message_only_when_they_are_equal(first, second):
    """Nothing slides from one column into the next, and no value looks like one of another type."""
    names = sorted(first)
    same = message("t", names, first) == message("t", names, second)

    assert same == (typed(first) == typed(second))


def test_the_table_is_part_of_it():
    """A row of one table is no row of another with the same columns."""
    assert message("a", ["x"], {"x": 1}) != message("b", ["x"], {"x": 1})
    assert message("ab", ["x"], {"x": 1}) != message("a", ["bx"], {"bx": 1})


def test_a_moment_is_the_same_in_every_zone():
    """What the database gives back in UTC was perhaps written in China."""
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    china = noon.astimezone(timezone(timedelta(hours=8)))
    assert message("t", ["at"], {"at": noon}) == message("t", ["at"], {"at": china})
    assert message("t", ["at"], {"at": noon}) != message("t", ["at"], {"at": date(2026, 11, 24)})


def test_a_column_that_comes_later_breaks_no_mac_while_it_is_null():
    """And setting it does."""
    before = message("t", ["a"], {"a": 1})
    assert before == message("t", ["a", "later"], {"a": 1, "later": None})
    assert before != message("t", ["a", "later"], {"a": 1, "later": ""})


def test_a_value_that_nobody_can_write_is_an_error():
    """Never a MAC over something that was left out."""
    with pytest.raises(TypeError):
        message("t", ["a"], {"a": 1.5})
    with pytest.raises(KeyError):
        message("t", ["a"], {})


def test_the_key_comes_from_the_key_store_and_is_no_other_key():
    """A key store of before has it; the data key gives it, and it is not the data key."""
    other = Vault(b"x" * 32, b"i" * 32, b"b" * 32, b"e" * 32, os.urandom)
    same = Vault(b"d" * 32, b"x" * 32, b"x" * 32, b"x" * 32, os.urandom)
    assert VAULT.mac(b"m") == same.mac(b"m")
    assert VAULT.mac(b"m") != other.mac(b"m")
    assert VAULT.mac(b"m") != VAULT.digest("m")
    assert 32 == len(VAULT.mac(b"m"))


def test_a_vault_does_not_print_its_keys():
    """Whatever prints one: a traceback, a log."""
    assert "dddd" not in repr(VAULT)


def test_what_is_left_out_is_named():
    """Everything else is covered, also what a later migration adds."""
    assert {"lease_until"} == CertificateRow.not_bound
    assert {"agencies", "disabled_at", "holder", "id", "role", "sealed"} == set(AccountRow.bound())
    assert ("account", "expires_at", "token_hash") == TokenRow.bound()
    assert {"id", "clerk", "code_hash", "asked_at"} == set(VerificationRow.bound())


def test_a_row_comes_back_believed_from_either_database(database):
    """Times to the microsecond, ids, bytes and NULL are the same when they come back."""
    with database.writing() as unit:
        clerk = parties.open_account(unit, Role.CLERK, "员", office="厅", window="1", holder=b"h" * 16)
        parties.give_token(unit, clerk.account, "t", expires_at=unit.now + timedelta(microseconds=1))
        plain = parties.open_account(unit, Role.OPERATOR, "员")
    with database.reading() as unit:
        assert clerk == parties.actor_of(unit, "t")
        assert [clerk, plain] == sorted(parties.accounts(unit), key=lambda one: one.role)
        assert {} == parties.not_ours(unit)
    assert {} == dict(database.refused)
    assert UUID(int=0) != clerk.account
