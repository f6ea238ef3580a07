"""Where a key is, in one line of configuration.

file:/var/lib/certhub/keys?kid=420700-show-1     a KeyStore and a key in it (RFC 8089 paths)
pkcs11:…   remote:…                              refused by name until they are built
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlsplit

from certhub_keys.errors import BadKeyName, BadKeyUri, NotAvailable
from certhub_keys.names import checked
from certhub_keys.signer import Signer
from certhub_keys.software import KeyStore

NOT_BUILT = {
    "pkcs11": "keys in a PKCS#11 token will need certhub-keys[pkcs11] and the token's own library",
    "remote": "keys behind a signing service will need certhub-keys[remote] and the service's address",
}


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
        try:
            parts = urlsplit(uri)
            asked = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True)
            path = unquote_to_bytes(parts.path).decode()
        except ValueError as broken:
            raise BadKeyUri(uri, "it cannot be read as a URI with ?kid=") from broken
        if parts.scheme != "file" or parts.netloc or parts.fragment:
            raise BadKeyUri(uri, "it is not file:/path?kid=… on this machine")
        if not path.startswith("/") or "\0" in path:
            raise BadKeyUri(uri, "the path must be absolute")
        if [name for name, _ in asked] != ["kid"]:
            raise BadKeyUri(uri, "after the path comes exactly one ?kid=")
        try:
            return cls(Path(path), checked(asked[0][1]))
        except BadKeyName as broken:
            raise BadKeyUri(uri, str(broken)) from broken

    def __str__(self) -> str:
        return f"file:{quote(str(self.folder))}?kid={self.kid}"


def open_signer(uri: str, *, passphrase: Callable[[str], bytes]) -> Signer:
    """Return the signer that `uri` names; `passphrase` is asked with the folder that it opens.

    Each call opens its store, one Argon2id: who needs several keys of one store opens a `KeyStore`.

    Raises:
        BadKeyUri: the URI cannot be read, or its scheme is unknown.
        NotAvailable: that kind of key is not built in this release, or there is no such store.
        NoSuchKey, WrongPassphrase, BadKeyFile: the store does not give it.
    """
    scheme = uri.partition(":")[0].lower()
    if scheme in NOT_BUILT:
        raise NotAvailable(f"{scheme}: {NOT_BUILT[scheme]}; this release does not have them yet")
    if scheme != "file":
        raise BadKeyUri(uri, "its scheme is none of file:, pkcs11:, remote:")
    key = FileKey.parse(uri)
    return KeyStore.open(key.folder, passphrase(str(key.folder))).signer(key.kid)
