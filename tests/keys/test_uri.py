"""Key URIs: one line of configuration becomes a signer, or is refused by name."""

from pathlib import Path

import pytest
from certhub_keys import BadKeyUri, NoSuchKey, NotAvailable, WrongPassphrase
from certhub_keys.software import KeyStore
from certhub_keys.testing import check_signer, seeded
from certhub_keys.uri import FileKey, FileKeys, open_keys, open_signer
from certhub_schemas.algorithms import ES256
from certhub_schemas.purposes import Purpose
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture
def uri(store: KeyStore, folder: Path) -> str:
    """The URI of a key that exists."""
    store.make("420700-show-1", ES256, Purpose.SHOW, random=seeded(b"key"))
    return f"file:{folder}?kid=420700-show-1"


def test_a_file_uri_opens_a_signer(uri: str, folder: Path, passphrase: bytes) -> None:
    """The passphrase is asked for with the folder that it opens, and the signer keeps the contract."""
    asked: list[str] = []

    def ask(where: str) -> bytes:
        asked.append(where)
        return passphrase

    signer = open_signer(uri, passphrase=ask)

    assert [str(folder)] == asked
    assert signer.kid == "420700-show-1"
    check_signer(signer)


def test_a_key_that_is_not_there_and_a_wrong_passphrase_say_so(uri: str, passphrase: bytes) -> None:
    """The store's own errors come through."""
    with pytest.raises(NoSuchKey):
        open_signer(uri + "1", passphrase=lambda _: passphrase)
    with pytest.raises(WrongPassphrase):
        open_signer(uri, passphrase=lambda _: b"wrong")
    with pytest.raises(NotAvailable):
        open_signer("file:/nowhere/at/all?kid=a", passphrase=lambda _: passphrase)


@pytest.mark.parametrize("text", ["file:/a/b?kid=k-1", "file:///a/b?kid=k-1", "FILE:/a/b?kid=k-1"])
def test_both_spellings_of_rfc_8089_are_one_key(text: str) -> None:
    """With or without the empty authority, it is the same path."""
    assert FileKey(Path("/a/b"), "k-1") == FileKey.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "file:",
        "file:/a",
        "file:/a?",
        "file:/a?kid=",
        "file:/a?kid=../b",
        "file:/a?kid=a&kid=b",
        "file:/a?kid=a&pin=1234",
        "file:/a?pin=1234",
        "file:/a?kid=a#b",
        "file:a?kid=a",
        "file://elsewhere/a?kid=a",
        "file:/a%00b?kid=a",
        "file:/%ff?kid=a",
        "file://[?kid=a",
        "/a?kid=a",
        "http://a?kid=a",
    ],
)
def test_what_is_not_a_key_uri_is_refused_before_anything_is_asked(text: str) -> None:
    """A URI that could be misread is not read at all."""

    def never(where: str) -> bytes:
        raise AssertionError(where)

    with pytest.raises(BadKeyUri):
        open_signer(text, passphrase=never)


@pytest.mark.parametrize("scheme", ["pkcs11", "remote"])
def test_kinds_that_are_not_built_are_refused_by_name(scheme: str) -> None:
    """The error says what will have to be installed."""
    with pytest.raises(NotAvailable, match=rf"certhub-keys\[{scheme}\]"):
        open_signer(f"{scheme}:token=x", passphrase=lambda _: b"")


@given(
    parts=st.lists(
        st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1), max_size=4
    )
)
def test_a_printed_uri_reads_back(parts: list[str]) -> None:
    """Whatever the folder is called, the URI that we print names it."""
    key = FileKey(Path("/", "store", *parts), "k-1")

    assert key == FileKey.parse(str(key))


@given(text=st.text(max_size=60))
def test_nothing_but_our_own_error_escapes(text: str) -> None:
    """Whatever stands after the scheme."""
    with pytest.raises((BadKeyUri, NotAvailable)):
        open_signer(f"file:{text}", passphrase=lambda _: b"p")


def test_a_store_uri_opens_signers_and_secrets(
    store: KeyStore, uri: str, folder: Path, passphrase: bytes
) -> None:
    """One opening for all keys; a relative path lies where the caller says."""
    store.make_secret("bucket", random=seeded(b"secret"))
    for text, beside in ((f"file:{folder}", None), (f"file:{folder.name}", folder.parent)):
        keys = open_keys(text, passphrase=lambda _: passphrase, beside=beside)

        assert store.secret("bucket") == keys.secret("bucket")
        assert "420700-show-1" == keys.signer("420700-show-1").kid
        with pytest.raises(NoSuchKey):
            keys.signer("420700-show-2")


@pytest.mark.parametrize(
    "text", ["file:keys", "file:", "file:/a?kid=k-1", "file:/a#b", "file:/a%00b", "keys", "ftp:/a"]
)
def test_what_is_not_a_store_uri_is_refused(text: str) -> None:
    """Without a folder to lie in, a relative path is none."""
    with pytest.raises(BadKeyUri):
        open_keys(text, passphrase=lambda _: b"p")


@pytest.mark.parametrize(
    "text", ["file:", "file:../keys", "file:a/../../b", "file:a%00b", "file:%2e%2e/keys"]
)
def test_a_relative_path_stays_beside(text: str, tmp_path: Path) -> None:
    """A setting that is copied from elsewhere leads nowhere else."""
    with pytest.raises(BadKeyUri):
        open_keys(text, passphrase=lambda _: b"p", beside=tmp_path)


@given(
    parts=st.lists(
        st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1), max_size=4
    )
)
def test_a_printed_store_uri_reads_back(parts: list[str]) -> None:
    """Whatever the folder is called."""
    store = FileKeys(Path("/", "store", *parts))

    assert store == FileKeys.parse(str(store))
