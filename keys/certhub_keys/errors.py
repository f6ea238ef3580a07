"""Everything that can go wrong with keys.

    KeysError
    ├── NoSuchKey        the store holds no key or secret of that name
    ├── KeyExists        the name is taken; nothing was written
    ├── BadKeyName       the name is outside the charset that keeps it from ever being a path
    ├── WrongPassphrase  the passphrase does not open the store
    ├── BadKeyFile       a file of the store is damaged, altered, or not where it was made
    ├── BadKeyUri        the key URI cannot be read
    ├── BadProof         a signature does not verify under the public key given with it
    ├── BadKeyEntry      a key's published entry contradicts itself
    ├── KeyNotUsable     the key may not be used for that at that time; `reason` says why
    ├── NoCurrentKey     no key of that purpose may sign at that time
    ├── NoNextKey        no key of that purpose is prepared to take over
    └── NotAvailable     this kind of key, or its store, cannot be had here

Messages are sentences for an operator. They name keys and files, never secrets.
"""

from datetime import datetime
from enum import StrEnum
from pathlib import Path


class KeysError(Exception):
    """The root of the tree: catch this and nothing of keys escapes."""


class NoSuchKey(KeysError):
    """The store holds no key or secret of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the key store holds nothing called {name!r}")
        self.name = name


class KeyExists(KeysError):
    """The name is taken, and what stands there was left alone."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} exists already; nothing was written over it")
        self.name = name


class BadKeyName(KeysError):
    """The name is outside the charset of key names."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name[:80]!r} cannot name a key: 1 to 64 of A-Z a-z 0-9 - _, beginning with a letter or digit"
        )
        self.name = name


class WrongPassphrase(KeysError):
    """The passphrase does not open the store (or the wrapped key in store.json was altered)."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"the passphrase does not open the key store {folder}")
        self.folder = folder


class BadKeyFile(KeysError):
    """A file of the store is damaged, altered, or not where it was made."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where, self.why = where, why


class BadKeyUri(KeysError):
    """The key URI cannot be read."""

    def __init__(self, uri: str, why: str) -> None:
        super().__init__(f"key URI {uri[:200]!r}: {why}")
        self.uri, self.why = uri, why


class BadProof(KeysError):
    """A signature does not verify under the public key that was given with it."""


class BadKeyEntry(KeysError):
    """A key's published entry contradicts itself."""

    def __init__(self, kid: str, why: str) -> None:
        super().__init__(f"entry of key {kid!r}: {why}")
        self.kid, self.why = kid, why


class Reason(StrEnum):
    """Why a key may not be used at a time."""

    NOT_YET = "not-yet"
    SIGNING_OVER = "signing-over"
    VERIFYING_OVER = "verifying-over"
    RETIRED = "retired"
    COMPROMISED = "compromised"


class KeyNotUsable(KeysError):
    """The key may not be used for that at that time."""

    def __init__(self, kid: str, reason: Reason, at: datetime) -> None:
        super().__init__(f"key {kid!r} may not be used at {at.isoformat()}: {reason}")
        self.kid, self.reason, self.at = kid, reason, at


class NoCurrentKey(KeysError):
    """No key of that purpose may sign at that time."""

    def __init__(self, purpose: str, at: datetime) -> None:
        super().__init__(f"no key for {purpose!r} may sign at {at.isoformat()}")
        self.purpose, self.at = purpose, at


class NoNextKey(KeysError):
    """No key of that purpose is prepared to take over."""

    def __init__(self, purpose: str, at: datetime) -> None:
        super().__init__(f"no key for {purpose!r} begins after {at.isoformat()}")
        self.purpose, self.at = purpose, at


class NotAvailable(KeysError):
    """This kind of key, or its store, cannot be had here; the message says what is missing."""
