"""The wire formats written down a second time: what the vectors are made with.

Standard library and numbered keys; no format here is the package's, whose readers the vectors hold to account,
so that a good vector says the same thing twice and a bad one can be as wrong as it likes.

    b64 jws             RFC 7515: base64url without padding, compact serialisation
    disclosure sd_jwt   RFC 9901
    crockford pack      base32 and the sealed code's lengths
"""

import json
import struct
from base64 import b32encode, urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any

from tests.support.signing import NumberedKey

_CROCKFORD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def b64(data: bytes) -> str:
    """Return base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Return the bytes of base64url, padded or not."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def compact(value: Any) -> bytes:
    """Return JSON as a token carries it: UTF-8, no blanks, members in the order given."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def digest(data: bytes | str) -> str:
    """Return the hex SHA-256."""
    return sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def jws(
    payload: Any, typ: str, key: NumberedKey, *, header: Any = None, signature: bytes | None = None
) -> str:
    """Return a compact JWS. `payload` and `header` are values or, to be out of form, raw bytes.

    Signed by `key` over exactly these segments, unless a `signature` is given.
    """
    if header is None:
        header = {"alg": key.algorithm.name, "typ": typ} | ({} if typ == "kb+jwt" else {"kid": key.kid})
    parts = [part if isinstance(part, bytes) else compact(part) for part in (header, payload)]
    signed = ".".join(map(b64, parts))
    return f"{signed}.{b64(key.sign(signed.encode()) if signature is None else signature)}"


def signature_of(token: str) -> bytes:
    """Return the raw signature of a compact JWS."""
    return unb64(token.rpartition(".")[2])


def with_signature(token: str, signature: bytes) -> str:
    """Return the token with another signature."""
    return f"{token.rpartition('.')[0]}.{b64(signature)}"


def disclosure(salt: str, *parts: Any) -> str:
    """Return a disclosure: of a claim (name, value), or of an array's element (value)."""
    return b64(compact([salt, *parts]))


def disclosure_digest(encoded: str) -> str:
    """Return what stands in `_sd` for a disclosure."""
    return b64(sha256(encoded.encode()).digest())


def sd_jwt(issuer_jwt: str, *disclosures: str, kb_jwt: str = "") -> str:
    """Return an SD-JWT."""
    return "~".join((issuer_jwt, *disclosures, kb_jwt))


def crockford(data: bytes) -> str:
    """Return base32 with Crockford's alphabet, without padding."""
    return b32encode(data).decode().rstrip("=").translate(_CROCKFORD)


def pack(token: str, prefix: str) -> str:
    """Return a compact JWS as a sealed code."""
    header, payload, signature = map(unb64, token.split("."))
    return prefix + crockford(packed(header, payload, signature))


def packed(header: bytes, payload: bytes, signature: bytes, *, total: int | None = None) -> bytes:
    """Return the bytes inside a sealed code; `total` is what they say of their own length."""
    lengths = [struct.pack(">H", len(part)) + part for part in (header, payload)]
    body = b"".join((*lengths, signature))
    return struct.pack(">H", len(body) + 2 if total is None else total) + body


def statuses(size: int, bits: int, changes: dict[int, int]) -> bytes:
    """Return the byte array of a status list: every status 0 but those in `changes`."""
    data = bytearray(size * bits // 8)
    for index, status in changes.items():
        data[index * bits // 8] |= status << index * bits % 8
    return bytes(data)
