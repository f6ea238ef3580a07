"""One file of a key store: clear members that cannot be changed, around one sealed value.

    {
      "algorithm": "ES256",         ─┐
      "format": "certhub-key-1",     │ clear; all of them, as canonical JSON, are the AAD
      "kid": "420700-show-1",       ─┘
      "nonce": "…",                    96 random bits (base64)
      "sealed": "…"                    AES-256-GCM over the secret, tag last (base64)
    }

There is one spelling: members sorted, two spaces, one newline at the end; what is read is printed
again and compared, so that no byte of a file can change unnoticed. `format` is in the AAD, and so a
file of one sort never opens as another.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from certhub_keys.errors import BadKeyFile
from certhub_keys.files import MAX_FILE
from certhub_keys.randomness import Random, draw

NONCE_BYTES = 12  # NIST SP 800-38D §5.2.1.1: 96 bits is the recommended length


@dataclass(frozen=True, slots=True)
class Envelope:
    """Clear members and one sealed value; `clear` holds strings, integers and one-level objects of them."""

    clear: Mapping[str, Any]
    nonce: bytes
    sealed: bytes

    @classmethod
    def seal(cls, clear: Mapping[str, Any], secret: bytes, *, key: bytes, random: Random) -> Self:
        """Seal `secret` under `key` (32 bytes), bound to `clear`."""
        nonce = draw(random, NONCE_BYTES)
        return cls(clear, nonce, AESGCM(key).encrypt(nonce, secret, _bound(clear)))

    @classmethod
    def parse(cls, data: bytes, *, where: str, format_: str, members: frozenset[str]) -> Self:
        """Read a file of the sort `format_` that has exactly the clear `members` (`format` besides).

        What comes back is well formed, not yet authentic: call `open` before believing any of it.

        Raises:
            BadKeyFile: it is anything else, in any byte.
        """
        found = _object(data, where)
        if found.get("format") != format_:
            raise BadKeyFile(where, f"its format is not {format_}")
        if found.keys() != members | {"format", "nonce", "sealed"}:
            raise BadKeyFile(where, "it has other members than it should")
        try:
            envelope = cls(
                {name: value for name, value in found.items() if name not in ("nonce", "sealed")},
                base64.b64decode(found["nonce"], validate=True),
                base64.b64decode(found["sealed"], validate=True),
            )
        except (binascii.Error, ValueError, TypeError) as broken:
            raise BadKeyFile(where, "its sealed value is not base64") from broken
        if envelope.to_bytes() != data:
            raise BadKeyFile(where, "it is not spelled as this program spells it")
        return envelope

    def open(self, key: bytes, *, where: str) -> bytes:
        """Return the sealed value; from here on the clear members are authentic.

        Raises:
            BadKeyFile: something was altered, or it was sealed under another key.
        """
        try:
            return AESGCM(key).decrypt(self.nonce, self.sealed, _bound(self.clear))
        except (InvalidTag, ValueError) as broken:
            raise BadKeyFile(where, "it was altered, or it belongs to another store") from broken

    def to_bytes(self) -> bytes:
        """Print the file."""
        members = {
            **self.clear,
            "nonce": base64.b64encode(self.nonce).decode(),
            "sealed": base64.b64encode(self.sealed).decode(),
        }
        return (json.dumps(members, sort_keys=True, indent=2) + "\n").encode()

    def text(self, name: str, *, where: str) -> str:
        """Return the clear member `name`, a string.

        Raises:
            BadKeyFile: it is something else.
        """
        value = self.clear[name]
        if not isinstance(value, str):
            raise BadKeyFile(where, f"its member {name!r} is not text")
        return value


def _bound(clear: Mapping[str, Any]) -> bytes:
    return json.dumps(clear, sort_keys=True, separators=(",", ":")).encode()


def _object(data: bytes, where: str) -> dict[str, Any]:
    if len(data) > MAX_FILE:
        raise BadKeyFile(where, "it is far too large")
    try:
        found = json.loads(data.decode("ascii"))
    except (ValueError, RecursionError) as broken:
        raise BadKeyFile(where, "it is not JSON") from broken
    if not isinstance(found, dict):
        raise BadKeyFile(where, "it is not a JSON object")
    return found
