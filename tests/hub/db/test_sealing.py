"""Personal data at rest: one blob a row, which opens nowhere else, and one index that nobody can guess."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certhub.db.columns import BUCKETS
from certhub.db.sealing import BlobRefused, Vault

VAULT = Vault(b"d" * 32, b"i" * 32, b"b" * 32, b"e" * 32, os.urandom)
NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)


@given(NAMES, NAMES, st.binary(max_size=200))
def test_what_is_sealed_for_a_row_opens_for_that_row(table, row, plain):
    """And its length is all that it tells: a header of 4, a nonce of 12, a tag of 16."""
    blob = VAULT.seal(table, row, plain)

    assert plain == VAULT.open(table, row, blob)
    assert 4 + 12 + 16 + len(plain) == len(blob)
    assert len(plain) < 4 or plain not in blob


@pytest.mark.parametrize(
    ("table", "row"), [("party", "1"), ("account", "2"), ("account", "11"), ("accoun", "t1")]
)
def test_a_blob_moved_to_another_row_does_not_open(table, row):
    """Somebody who can write the database cannot give one person's data to another."""
    blob = VAULT.seal("account", "1", "张演示".encode())

    with pytest.raises(BlobRefused):
        VAULT.open(table, row, blob)


def test_every_flipped_bit_is_refused():
    """Header, nonce, ciphertext, tag: no bit may change."""
    blob = VAULT.seal("party", "1", "张演示".encode())

    for place in range(len(blob) * 8):
        flipped = bytearray(blob)
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises(BlobRefused):
            VAULT.open("party", "1", bytes(flipped))


@pytest.mark.parametrize("length", [0, 3, 4, 15, 16, 31])
def test_what_is_too_short_is_refused(length):
    """A blob that was cut lets out nothing but the refusal."""
    with pytest.raises(BlobRefused):
        VAULT.open("party", "1", VAULT.seal("party", "1", b"")[:length])


def test_another_key_does_not_open_it():
    """A dump without the key store is noise."""
    stranger = Vault(b"x" * 32, b"i" * 32, b"b" * 32, b"e" * 32, os.urandom)

    with pytest.raises(BlobRefused):
        stranger.open("party", "1", VAULT.seal("party", "1", b"x"))


def test_the_same_value_is_sealed_differently_every_time():
    """Two rows of one person do not look alike."""
    assert 50 == len({VAULT.seal("party", "1", b"same") for _ in range(50)})


def test_an_error_names_the_table_and_no_value():
    """Error texts carry no personal data."""
    with pytest.raises(BlobRefused) as refused:
        VAULT.open("party", "420799190001010015", b"\x01\x01\x00\x01" + b"0" * 40)
    assert "420799190001010015" not in str(refused.value)


@given(NAMES, NAMES)
def test_a_blind_index_is_stable_and_keyed(id_type, number):
    """Sixteen bytes; the same for the same holder; another under another key."""
    other = Vault(b"d" * 32, b"j" * 32, b"b" * 32, b"e" * 32, os.urandom)

    assert VAULT.index(id_type, number) == VAULT.index(id_type, number)
    assert 16 == len(VAULT.index(id_type, number))
    assert VAULT.index(id_type, number) != other.index(id_type, number)


def test_type_and_number_do_not_run_together():
    """(11, 1420…) is another holder than (111, 420…)."""
    assert VAULT.index("11", "1420799190001010015") != VAULT.index("111", "420799190001010015")


@given(st.binary(min_size=16, max_size=16))
def test_a_bucket_is_one_of_4096_by_its_own_key(index):
    """The bucket key is never rotated, so it is a key of its own."""
    rotated = Vault(b"x" * 32, b"y" * 32, b"b" * 32, b"z" * 32, os.urandom)

    assert 0 <= VAULT.bucket(index) < BUCKETS
    assert VAULT.bucket(index) == rotated.bucket(index)


def test_buckets_are_used_evenly():
    """Ten thousand holders fall into more than nine tenths of all buckets."""
    used = {VAULT.bucket(VAULT.index("111", str(n))) for n in range(10_000)}

    assert BUCKETS * 0.9 * (1 - 2.718 ** (-10_000 / BUCKETS)) < len(used)


def test_a_pairwise_name_is_one_persons_in_one_place():
    """Stable to one audience, unlinkable to the next."""
    assert VAULT.pairwise("a", "420100") == VAULT.pairwise("a", "420100")
    assert 4 == len({VAULT.pairwise(person, place) for person in "ab" for place in ("420100", "receipt")})
