"""Keys and tokens of the suite that is known and cannot be computed here: nobody really signed them."""

from collections.abc import Mapping
from typing import Any

from certhub_schemas.algorithms import SM2SM3
from certhub_verifier.formats.jose import base64url, strict_json

from tests.support.signing import NumberedKey


def sm2_entry(kid: str) -> Mapping[str, Any]:
    """Return what a trust list says of an SM2 key of that name, for `World(entries={kid: …})`."""
    return {"algorithm": SM2SM3, "jwk": sm2_jwk(kid)}


def sm2_jwk(kid: str) -> dict[str, str]:
    """Return an SM2 key's JWK; whether it is a point of the curve cannot be said here."""
    some = NumberedKey(kid, number=sum(kid.encode())).jwk
    return {"kty": "EC", "crv": SM2SM3.curve, "x": some["x"], "y": some["y"]}


def signed_with_sm2(token: bytes | str) -> bytes:
    """Return the token as if an SM2 key had signed it: another header, and any 64 bytes."""
    raw = token if isinstance(token, bytes) else token.encode()
    header, payload, _ = raw.split(b".")
    changed = strict_json.loads(base64url.decode(header)) | {"alg": SM2SM3.name}
    parts = (strict_json.dumps(changed), base64url.decode(payload), b"\x01" * 64)
    return ".".join(base64url.encode(part) for part in parts).encode()
