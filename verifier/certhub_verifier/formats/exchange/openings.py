"""What opens the digests of a receipt: a salt, and what was run together with it. It is filed beside the receipt.

    {"salt": base64url of 32 bytes, "identifier": …}      opens an item's `cert`: which certificate it was
    {"salt": base64url of 32 bytes, "argument": "field=value"}
                                                          opens a predicate's `argument`: what was declared

Openings stand in the order of the items, and that of a certificate before those of its predicates. They may be left
out: without one a digest tells nobody what it is of.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from certhub_verifier.errors import Malformed
from certhub_verifier.formats.jose import base64url
from certhub_verifier.formats.jose.object_schema import object_of, printed, text

SALT_BYTES = 32
_MAX_ARGUMENT = 64 + 1 + 512  # a title, =, and what was declared


def cert_digest(salt: bytes, identifier: str) -> str:
    """Return the hex SHA-256 of `salt` (32 bytes) and `identifier` (UTF-8) run together.

    Raises:
        Malformed: the salt has another length, so that it could swallow a part of the identifier.
    """
    if len(salt) != SALT_BYTES:
        raise Malformed(f"a salt has {SALT_BYTES} bytes")
    return sha256(salt + identifier.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens an item's `cert`: the salt of 32 bytes, and the identifier."""

    salt: bytes
    identifier: str

    def cert_digest(self) -> str:
        """Return the digest that the item of this certificate must carry."""
        return cert_digest(self.salt, self.identifier)

    def to_payload(self) -> dict[str, str]:
        """Return the members, the salt in base64url."""
        payload = {"salt": base64url.encode(self.salt), "identifier": self.identifier}
        return printed(_OPENING, payload, "opening")

    @classmethod
    def from_payload(cls, payload: Any) -> "Opening":
        """Read one opening. Raises: Malformed."""
        return cls(**_OPENING(payload, "opening"))


@dataclass(frozen=True, slots=True)
class ArgumentOpening:
    """What opens a predicate's `argument`: the salt of 32 bytes, and `field=value`, the value as it was declared."""

    salt: bytes
    argument: str

    def argument_digest(self) -> str:
        """Return the digest that the predicate must carry."""
        return cert_digest(self.salt, self.argument)

    def to_payload(self) -> dict[str, str]:
        """Return the members, the salt in base64url. Raises: Malformed: `from_payload` would refuse them."""
        payload = {"salt": base64url.encode(self.salt), "argument": self.argument}
        return printed(_ARGUMENT_OPENING, payload, "opening")

    @classmethod
    def from_payload(cls, payload: Any) -> "ArgumentOpening":
        """Read one opening. Raises: Malformed."""
        return cls(**_ARGUMENT_OPENING(payload, "opening"))


def read_opening(payload: Any) -> Opening | ArgumentOpening:
    """Read an opening of either sort. Raises: Malformed."""
    is_of_argument = type(payload) is dict and "argument" in payload
    return (ArgumentOpening if is_of_argument else Opening).from_payload(payload)


def _salt(value: Any, where: str) -> bytes:
    salt = base64url.decode(value) if type(value) is str else b""
    if len(salt) != SALT_BYTES:
        raise Malformed(f"{where}: {SALT_BYTES} bytes in base64url expected")
    return salt


def _argument(value: Any, where: str) -> str:
    field, equals, declared = str(_ARGUMENT(value, where)).partition("=")
    if not (field and equals and declared):
        raise Malformed(f"{where}: field=value expected")
    return f"{field}={declared}"


_ARGUMENT = text(_MAX_ARGUMENT)
_OPENING = object_of({"salt": _salt, "identifier": text(128)})
_ARGUMENT_OPENING = object_of({"salt": _salt, "argument": _argument})
