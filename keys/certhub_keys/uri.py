"""Where keys are, in one line of configuration: the one small door to every key.

file:/var/lib/certhub/keys                       a key store in files (RFC 8089 paths)
file:keys                                        the same, in a folder that the caller names
file:/var/lib/certhub/keys?kid=420700-show-1     one key in it
pkcs11:…   remote:…                              refused by name until they are built
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlsplit

from certhub_schemas.algorithms import Algorithm
from certhub_schemas.purposes import Purpose

from certhub_keys.errors import BadKeyName, BadKeyUri, NotAvailable
from certhub_keys.names import checked
from certhub_keys.randomness import Random
from certhub_keys.signer import Signer
from certhub_keys.software import KeyRecord, KeyStore

NOT_BUILT = {
    "pkcs11": "keys in a PKCS#11 token will need certhub-keys[pkcs11] and the token's own library",
    "remote": "keys behind a signing service will need certhub-keys[remote] and the service's address",
}


class Keys(Protocol):
    """What a key URI opens, wherever the keys are: it lends signers, and knows the symmetric keys by name."""

    def make(self, kid: str, algorithm: Algorithm, purpose: Purpose, *, random: Random) -> KeyRecord:
        """Make a key where the others are, and return what may be told of it.

        Raises:
            BadKeyName, KeyExists: nothing was made.
            NotAvailable: there are no keys of that algorithm, or none can be made there.
        """

    def record(self, kid: str) -> KeyRecord:
        """Return what may be told of one key; raises as `signer` does."""

    def signer(self, kid: str, *, deterministic: bool = False) -> Signer:
        """Return the signer of a key; `deterministic` asks for RFC 6979 nonces (simulation).

        Raises:
            NoSuchKey, BadKeyName: there is no such key.
        """

    def secret(self, name: str) -> bytes:
        """Return a symmetric key.

        Raises:
            NoSuchKey, BadKeyName: there is no such secret.
        """


@dataclass(frozen=True, slots=True)
class FileKeys:
    """A key store in files: its absolute folder."""

    folder: Path

    @classmethod
    def parse(cls, uri: str, *, beside: Path | None = None) -> Self:
        """Read a `file:` URI; `file:/path` and `file:///path` are the same (RFC 8089 §2).

        A relative path, `file:keys`, lies in the folder `beside`, which is absolute; without one it is refused.

        Raises:
            BadKeyUri: it is anything but one path.
        """
        path, query = _split(uri)
        if query:
            raise BadKeyUri(uri, "a key store has no ?…")
        if path.startswith("/") or beside is None:
            return cls(_absolute(uri, path))
        if not path or "\0" in path or ".." in path.split("/"):
            raise BadKeyUri(uri, "a relative path names a folder beside the hub's own files")
        return cls(beside / path)

    def __str__(self) -> str:
        return f"file:{quote(str(self.folder))}"


@dataclass(frozen=True, slots=True)
class FileKey:
    """A key in a store in files: the absolute folder, and the key's name."""

    folder: Path
    kid: str

    @classmethod
    def parse(cls, uri: str) -> Self:
        """Read a `file:` URI; `file:/path` and `file:///path` are the same (RFC 8089 §2).

        Raises:
            BadKeyUri: it is anything but an absolute path and exactly one `kid`.
        """
        path, query = _split(uri)
        folder = _absolute(uri, path)
        try:
            asked = parse_qsl(query, keep_blank_values=True, strict_parsing=True)
        except ValueError as broken:
            raise BadKeyUri(uri, "it cannot be read as a URI with ?kid=") from broken
        if [name for name, _ in asked] != ["kid"]:
            raise BadKeyUri(uri, "after the path comes exactly one ?kid=")
        try:
            return cls(folder, checked(asked[0][1]))
        except BadKeyName as broken:
            raise BadKeyUri(uri, str(broken)) from broken

    def __str__(self) -> str:
        return f"file:{quote(str(self.folder))}?kid={self.kid}"


def open_keys(uri: str, *, passphrase: Callable[[str], bytes], beside: Path | None = None) -> Keys:
    """Return the keys that `uri` names; `passphrase` is asked with the folder that it opens.

    A relative path lies in the folder `beside`. Opening a store in files costs one Argon2id.

    Raises:
        BadKeyUri: the URI cannot be read, or its scheme is unknown.
        NotAvailable: that kind of keys is not built in this release, or there is no such store.
        WrongPassphrase, BadKeyFile: the store does not open.
    """
    folder = store_folder(uri, beside=beside)
    return KeyStore.open(folder, passphrase(str(folder)))


def store_folder(uri: str, *, beside: Path | None = None) -> Path:
    """Return the folder of the key store in files that `uri` names; nothing need be there yet.

    Raises:
        BadKeyUri, NotAvailable: as `open_keys`.
    """
    _require_built(uri)
    return FileKeys.parse(uri, beside=beside).folder


def open_signer(uri: str, *, passphrase: Callable[[str], bytes]) -> Signer:
    """Return the signer that `uri` names; `passphrase` is asked with the folder that it opens.

    Each call opens its store: who needs several keys of one store opens it by `open_keys`.

    Raises:
        BadKeyUri: the URI cannot be read, or its scheme is unknown.
        NotAvailable: that kind of key is not built in this release, or there is no such store.
        NoSuchKey, WrongPassphrase, BadKeyFile: the store does not give it.
    """
    _require_built(uri)
    key = FileKey.parse(uri)
    return open_keys(str(FileKeys(key.folder)), passphrase=passphrase).signer(key.kid)


def _require_built(uri: str) -> None:
    scheme = uri.partition(":")[0].lower()
    if scheme in NOT_BUILT:
        raise NotAvailable(f"{scheme}: {NOT_BUILT[scheme]}; this release reads file: alone")
    if scheme != "file":
        raise BadKeyUri(uri, "its scheme is none of file:, pkcs11:, remote:; this release reads file: alone")


def _split(uri: str) -> tuple[str, str]:
    """Return the path of a `file:` URI, and its query."""
    try:
        parts = urlsplit(uri)
        path = unquote_to_bytes(parts.path).decode()
    except ValueError as broken:
        raise BadKeyUri(uri, "it cannot be read as a URI") from broken
    if parts.scheme != "file" or parts.netloc or parts.fragment:
        raise BadKeyUri(uri, "it is not file:/path on this machine")
    return path, parts.query


def _absolute(uri: str, path: str) -> Path:
    if not path.startswith("/") or "\0" in path:
        raise BadKeyUri(uri, "the path must be absolute")
    return Path(path)
