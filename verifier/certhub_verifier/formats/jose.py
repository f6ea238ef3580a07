"""Signed tokens: compact JWS behind a strict front (RFC 7515; DESIGN D4).

    eyJhbGciOi… . eyJpc3MiOi… . MEUCIQDx…
    └─ header ─┘ └─ payload ─┘ └ signature, raw r‖s or RFC 8032 ┘

`parse` does everything that needs no key, in this order: size, three canonical segments, header of
exactly `alg`, `typ`, `kid`, expected type, strict payload, types and life of registered claims, length
of the signature. `verify` then takes the key and its algorithm from the trust set's value; the token
only gets to agree. The curve arithmetic is reached by the suite's value (`suites.py`), so that neither a key
nor a name of an algorithm can come out of a token.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from certhub_schemas.algorithms import REGISTRY, Algorithm

from certhub_verifier.errors import BadSignature, Malformed
from certhub_verifier.formats import base64url, shapes, strict_json, suites
from certhub_verifier.formats.jwk import public_key, thumbprint
from certhub_verifier.formats.tokens import TOKEN_TYPES, TokenType

__all__ = [
    "Header",
    "Parsed",
    "SigningKey",
    "VerifyingKey",
    "assemble",
    "parse",
    "sign",
    "signing_input",
    "thumbprint",
    "verify",
]

MAX_TIME = 253_402_300_799  # seconds: the end of the year 9999, the last that a datetime can hold
_KID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
# No token was made before 1970 and none of ours ended by then, but a licence of 1965 may be in force.
_TIMES = {"iat": 0, "nbf": shapes.EARLIEST, "exp": 0}
_TEXTS = ("iss", "sub", "aud", "jti")


class VerifyingKey(Protocol):
    """A public key that somebody else vouches for."""

    @property
    def kid(self) -> str:
        """The id that the trust set gives it."""

    @property
    def algorithm(self) -> Algorithm:
        """The one suite that it may be used with."""

    @property
    def jwk(self) -> Mapping[str, str]:
        """Its public members, as `formats.jwk` takes them."""


class SigningKey(Protocol):
    """Something that signs; it may be far away."""

    @property
    def kid(self) -> str:
        """The id that goes into the header."""

    @property
    def algorithm(self) -> Algorithm:
        """The suite that it signs with."""

    def sign(self, message: bytes) -> bytes:
        """Return the raw signature over `message`, low-S where the suite has an order."""


@dataclass(frozen=True, slots=True)
class Header:
    """All that a header says; `kid` is None in kb+jwt alone."""

    alg: str
    typ: str
    kid: str | None


@dataclass(frozen=True, slots=True)
class Parsed:
    """A token in good form, whose signature nobody has looked at: believe nothing in it yet.

    signing_input  the ASCII bytes header.payload that the signature is over
    signature      raw bytes, of the length that the algorithm prescribes
    """

    header: Header
    payload: dict[str, Any]
    signing_input: bytes
    signature: bytes


def parse(token: str | bytes, typ: str) -> Parsed:
    """Read `token`, expected to be of type `typ`, as far as that goes without a key.

    Raises:
        Malformed: anything out of form, another type, another algorithm than the registry's.
        KeyError: `typ` is no type of ours; a fault of the caller.
    """
    kind = TOKEN_TYPES[typ]
    first, second, third = _segments(token, kind)
    header = _header(base64url.decode(first), kind)
    payload = _payload(base64url.decode(second), kind)
    signature = base64url.decode(third)
    if len(signature) != REGISTRY[header.alg].signature_bytes:
        raise Malformed(f"signature is not {REGISTRY[header.alg].signature_bytes} bytes")
    return Parsed(header, payload, first + b"." + second, signature)


def verify(parsed: Parsed, key: VerifyingKey) -> dict[str, Any]:
    """Return the payload of `parsed`, whose signature is `key`'s.

    The caller owes: that `key` is trusted for this type, at this time, for this issuer; and the times.

    Raises:
        BadSignature: another algorithm or another id than the key's, r or s out of range, the twin of a
            signature that a hub makes, or bytes that this key never signed.
        SuiteNotAvailable: the key's suite cannot be computed here; nothing is known of the signature.
        Malformed: the key is not a public key of its suite.
    """
    if parsed.header.alg != key.algorithm.name:
        raise BadSignature(
            f"the token says another algorithm than its key, which is for {key.algorithm.name}"
        )
    if parsed.header.kid is not None and parsed.header.kid != key.kid:
        raise BadSignature("the token names another key")
    _require_in_range(parsed.signature, key.algorithm, low_s=TOKEN_TYPES[parsed.header.typ].low_s)
    known = public_key(key.jwk, key.algorithm)
    suites.check(key.algorithm, known, parsed.signing_input, parsed.signature)
    return parsed.payload


def signing_input(payload: Mapping[str, Any], *, typ: str, key: SigningKey) -> bytes:
    """Return the ASCII bytes header.payload for `key` to sign: what `parse` would refuse is not made.

    Raises:
        Malformed: the payload is not one that a token of type `typ` may carry.
    """
    kind = TOKEN_TYPES[typ]
    header = {"alg": key.algorithm.name, "typ": typ} | ({"kid": key.kid} if kind.has_kid else {})
    head, body = strict_json.dumps(header), strict_json.dumps(dict(payload))
    _header(head, kind)
    _payload(body, kind)
    message = f"{base64url.encode(head)}.{base64url.encode(body)}".encode("ascii")
    if len(message) + 1 + _text_length(key.algorithm.signature_bytes) > kind.max_bytes:
        raise Malformed(f"a {typ} of more than {kind.max_bytes} bytes")
    return message


def assemble(signing_input: bytes, signature: bytes) -> str:
    """Return the compact form of signed bytes and their raw signature."""
    return f"{signing_input.decode('ascii')}.{base64url.encode(signature)}"


def sign(payload: Mapping[str, Any], *, typ: str, key: SigningKey) -> str:
    """Return `payload` as a token of type `typ`, signed by `key`; the one line of the three that uses it.

    Raises:
        Malformed: as `signing_input`.
    """
    message = signing_input(payload, typ=typ, key=key)
    return assemble(message, key.sign(message))


def _segments(token: str | bytes, kind: TokenType) -> tuple[bytes, bytes, bytes]:
    if len(token) > kind.max_bytes:
        raise Malformed(f"a {kind.typ} of more than {kind.max_bytes} bytes")
    try:
        raw = token.encode("ascii") if isinstance(token, str) else token
    except UnicodeError as broken:
        raise Malformed("token is not ASCII") from broken
    if raw.count(b".") != 2:
        raise Malformed("token is not three segments")
    first, second, third = raw.split(b".")
    return first, second, third


def _header(raw: bytes, kind: TokenType) -> Header:
    members = strict_json.loads(raw, max_depth=3)
    names = {"alg", "typ", "kid"} if kind.has_kid else {"alg", "typ"}
    if not isinstance(members, dict) or members.keys() != names:
        raise Malformed(f"header is not exactly {', '.join(sorted(names))}")
    alg, typ, kid = members["alg"], members["typ"], members.get("kid")
    if typ != kind.typ:
        raise Malformed(f"token is not a {kind.typ}")
    if not isinstance(alg, str) or alg not in REGISTRY:
        raise Malformed("algorithm is not in the registry")
    if kind.has_kid and not (isinstance(kid, str) and _KID.fullmatch(kid)):
        raise Malformed("kid is not 1 to 128 letters, digits, _ . : -")
    return Header(alg, typ, kid)


def _payload(raw: bytes, kind: TokenType) -> dict[str, Any]:
    claims = strict_json.loads(raw, max_depth=kind.max_depth)
    if not isinstance(claims, dict):
        raise Malformed("payload is not an object")
    _require_registered_claims(claims, kind)
    return claims


def _require_registered_claims(claims: Mapping[str, Any], kind: TokenType) -> None:
    """Hold the claims of RFC 7519 §4.1 to one type each; `aud` is one string, never a list."""
    for name in kind.required:
        if name not in claims:
            raise Malformed(f"{kind.typ} without {name}")
    for name in _TEXTS:
        if name in claims and not (isinstance(claims[name], str) and claims[name]):
            raise Malformed(f"{name} is not a string, or empty")
    for name, earliest in _TIMES.items():
        if name in claims and not (type(claims[name]) is int and earliest <= claims[name] <= MAX_TIME):
            raise Malformed(f"{name} is not a whole number of seconds in its range")
    cap = kind.life_seconds
    if cap is not None and "iat" in claims and not 0 < claims["exp"] - claims["iat"] <= cap:
        raise Malformed(f"{kind.typ} does not live for 1 to {cap} s")


def _require_in_range(signature: bytes, algorithm: Algorithm, *, low_s: bool) -> None:
    """Refuse r or s outside 1..n-1, and the larger s of the pair where one is prescribed (M2)."""
    if len(signature) != algorithm.signature_bytes:
        raise BadSignature(f"signature is not {algorithm.signature_bytes} bytes")
    if algorithm.order is None:
        return
    half = len(signature) // 2
    r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
    if not (0 < r < algorithm.order and 0 < s < algorithm.order):
        raise BadSignature("r or s of the signature is out of range")
    if low_s and s > algorithm.order // 2:
        raise BadSignature("the signature is the twin of the one that a hub makes")


def _text_length(size: int) -> int:
    """Return how many base64url characters `size` bytes take."""
    return (size * 8 + 5) // 6
