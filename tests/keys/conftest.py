"""Nouns for the tests of keys: an empty store, cheap to open."""

from pathlib import Path

import pytest
from certhub_keys import Cost
from certhub_keys.software import KeyStore
from certhub_keys.testing import seeded

PASSPHRASE = "口令 passphrase".encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the store of this test lies."""
    return tmp_path / "store"


@pytest.fixture
def store(folder: Path) -> KeyStore:
    """An empty store, opened by `PASSPHRASE`."""
    return KeyStore.create(folder, PASSPHRASE, random=seeded(b"store"), cost=Cost.TEST)


@pytest.fixture
def passphrase() -> bytes:
    """What opens `store`."""
    return PASSPHRASE
