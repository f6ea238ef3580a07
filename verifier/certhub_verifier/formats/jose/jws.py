"""Signed tokens: compact JWS behind a strict front (RFC 7515; DESIGN D4).

    eyJhbGciOi… . eyJpc3MiOi… . MEUCIQDx…
    └─ header ─┘ └─ payload ─┘ └ signature, raw r‖s or RFC 8032 ┘

`parse` does everything that needs no key, in this order: size, three canonical segments, header of
exactly `alg`, `typ`, `kid`, expected type, length and range of the signature, strict payload, types and
life of registered claims. `verify` then takes the key and its algorithm from the trust set's value; the token
only gets to agree. The curve arithmetic is reached by the suite's value (`suites.py`), so that neither a
key nor a name of an algorithm can come out of a token. What others send goes through the same front with
a wider header, by `parse_foreign` and `verify_foreign`; nothing of ours is read by these.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from certhub_schemas.algorithms import REGISTRY, Algorithm

from certhub_verifier.errors import BadSignature, Malformed
from certhub_verifier.formats.jose import base64url, fields, strict_json, suites
from certhub_verifier.formats.jose.jwk import public_key, thumbprint
from certhub_verifier.formats.jose.tokens import FOREIGN_TYPES, TOKEN_TYPES, TokenType
from certhub_verifier.frozen import quick

__all__ = [
    "Header",
    "Parsed",
    "SigningKey",
    "VerifyingKey",
    "assemble",
    "parse",
    "parse_foreign",
    "sign",
    "sign_read",
    "signing_input",
    "signing_input_of_read",
    "thumbprint",
    "verify",
    "verify_foreign",
]

MAX_TIME = 253_402_300_799  # seconds: the end of the year 9999, the last that a datetime can hold
MAX_KEPT_HEADERS = 4_096  # one for each key and type: the seal keys of a province
MAX_KEPT_HEADER = 512  # characters; a header of ours with the longest kid has 245
MAX_CERTIFICATES = 4  # in x5c: a leaf and three above it, the anchor not among them (HAIP §5)
_FOREIGN_KID = re.compile(r"[\x21-\x7e]{1,256}")
_KID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
# No token was made before 1970 and none of ours ended by then, but a licence of 1965 may be in force.
_TIMES = {"iat": 0, "nbf": fields.EARLIEST, "exp": 0}
_TEXTS = frozenset({"iss", "sub", "aud", "jti"})


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


_taken_apart = quick(Parsed)


def parse(token: str | bytes, typ: str) -> Parsed:
    """Read `token`, expected to be of type `typ`, as far as that goes without a key.

    Raises:
        Malformed: anything out of form, another type, another algorithm than the registry's.
        KeyError: `typ` is no type of ours; a fault of the caller.
    """
    kind = TOKEN_TYPES[typ]
    first, second, third = _segments(token, kind)
    header = _known_header(first, typ) if len(first) <= MAX_KEPT_HEADER else _header(first, kind)
    return _parsed(first, second, third, header, kind)


def parse_foreign(token: str | bytes, typ: str) -> tuple[Parsed, tuple[bytes, ...]]:
    """Read a token of somebody who is not on our trust list: the interop profile, and it alone.

    As `parse`, except that the header may leave `kid` out or spell it otherwise, and may carry `x5c`
    (RFC 7515 §4.1.6), whose certificates come back in DER, the leaf first, believed by nobody yet: see
    `x5c.certified_key`. Their life has no cap of ours.

    Raises:
        Malformed: as `parse`, or an `x5c` that is not 1 to MAX_CERTIFICATES certificates in base64.
        KeyError: nobody sends us that type; a fault of the caller.
    """
    kind = FOREIGN_TYPES[typ]
    first, second, third = _segments(token, kind)
    header, chain = _foreign_header(base64url.decode(first), kind)
    return _parsed(first, second, third, header, kind), chain


def _parsed(first: bytes, second: bytes, third: bytes, header: Header, kind: TokenType) -> Parsed:
    signature = base64url.decode(third)
    if fault := _fault_of(signature, REGISTRY[header.alg], low_s=False):
        raise Malformed(fault)
    payload = _payload(base64url.decode(second), kind)
    return _taken_apart(header, payload, first + b"." + second, signature)


def verify(parsed: Parsed, key: VerifyingKey) -> dict[str, Any]:
    """Return the payload of `parsed`, whose signature is `key`'s.

    The caller owes: that `key` is trusted for this type, at this time, for this issuer; and the times.

    Raises:
        BadSignature: another algorithm or another id than the key's, r or s out of range, the twin of a
            signature that a hub makes, or bytes that this key never signed.
        SuiteNotAvailable: the key's suite cannot be computed here; nothing is known of the signature.
        Malformed: the key is not a public key of its suite.
    """
    kid = parsed.header.kid
    if kid is not None and kid != key.kid:
        raise BadSignature("the token names another key")
    return _verified(parsed, key, low_s=TOKEN_TYPES[parsed.header.typ].low_s)


def verify_foreign(parsed: Parsed, key: VerifyingKey) -> dict[str, Any]:
    """Return the payload of what `parse_foreign` read, whose signature is `key`'s; either s of a pair is taken.

    The caller owes more than with `verify`: it found the key, by the issuer and `kid` or by `x5c`.

    Raises:
        BadSignature, SuiteNotAvailable, Malformed: as `verify`; what `kid` says is not compared.
    """
    return _verified(parsed, key, low_s=False)


def _verified(parsed: Parsed, key: VerifyingKey, *, low_s: bool) -> dict[str, Any]:
    if parsed.header.alg != key.algorithm.name:
        raise BadSignature(
            f"the token says another algorithm than its key, which is for {key.algorithm.name}"
        )
    if fault := _fault_of(parsed.signature, key.algorithm, low_s=low_s):  # of what no `parse` has seen
        raise BadSignature(fault)
    known = public_key(key.jwk, key.algorithm)
    suites.check(key.algorithm, known, parsed.signing_input, parsed.signature)
    return parsed.payload


def signing_input(payload: Mapping[str, Any], *, typ: str, key: SigningKey) -> bytes:
    """Return the ASCII bytes header.payload for `key` to sign: what `parse` would refuse is not made.

    Raises:
        Malformed: the payload is not one that a token of type `typ` may carry.
    """
    kind = TOKEN_TYPES[typ]
    body = strict_json.dumps(dict(payload))
    _payload(body, kind)
    return _message(body, kind, key)


def signing_input_of_read(payload: Mapping[str, Any], *, typ: str, key: SigningKey) -> bytes:
    """Return the same for a payload that its format has just read, member by member: its JSON is not read again.

    The caller owes: that a reader of exact members and types (`object_schema`) took `payload` as it stands, so that
    every text in it can be printed, every number is a whole one in its range, and nothing is nested deeper than that.

    Raises:
        Malformed: the registered claims are not those of a token of type `typ`, or there is too much.
    """
    kind = TOKEN_TYPES[typ]
    body = strict_json.dumps_read(payload)
    _refuse_parts(body, kind)
    _require_registered_claims(payload, kind)
    return _message(body, kind, key)


def _message(body: bytes, kind: TokenType, key: SigningKey) -> bytes:
    head = _encoded_header(key.algorithm.name, kind.typ, key.kid if kind.has_kid else None)
    message = head + base64url.encode(body).encode("ascii")
    if len(message) + 1 + _text_length(key.algorithm.signature_bytes) > kind.max_bytes:
        raise Malformed(f"a {kind.typ} of more than {kind.max_bytes} bytes")
    return message


@lru_cache(maxsize=MAX_KEPT_HEADERS)
def _encoded_header(alg: str, typ: str, kid: str | None) -> bytes:
    """Return the first segment with its dot, which every reader takes; made once for a key and a type."""
    head = strict_json.dumps({"alg": alg, "typ": typ} | ({} if kid is None else {"kid": kid}))
    encoded = base64url.encode(head).encode("ascii")
    _header(encoded, TOKEN_TYPES[typ])
    return encoded + b"."


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


def sign_read(payload: Mapping[str, Any], *, typ: str, key: SigningKey) -> str:
    """Return as `sign` does a payload that its format has just read; see `signing_input_of_read`.

    Raises:
        Malformed: as `signing_input_of_read`.
    """
    message = signing_input_of_read(payload, typ=typ, key=key)
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


@lru_cache(maxsize=MAX_KEPT_HEADERS)
def _known_header(encoded: bytes, typ: str) -> Header:
    """Return what a header says: one key signs all its tokens of a type under the same one. Refusals are not kept."""
    return _header(encoded, TOKEN_TYPES[typ])


def _header(encoded: bytes, kind: TokenType) -> Header:
    members = strict_json.loads(base64url.decode(encoded), max_depth=3)
    names = {"alg", "typ", "kid"} if kind.has_kid else {"alg", "typ"}
    if not isinstance(members, dict) or members.keys() != names:
        raise Malformed(f"header is not exactly {', '.join(sorted(names))}")
    kid = members.get("kid")
    if kind.has_kid and not (isinstance(kid, str) and _KID.fullmatch(kid)):
        raise Malformed("kid is not 1 to 128 letters, digits, _ . : -")
    return _known(members, kid, kind)


def _foreign_header(raw: bytes, kind: TokenType) -> tuple[Header, tuple[bytes, ...]]:
    members = strict_json.loads(raw, max_depth=3)
    if not isinstance(members, dict) or not {"alg", "typ"} <= members.keys() <= {"alg", "typ", "kid", "x5c"}:
        raise Malformed("header is not alg and typ, with kid and x5c at most")
    kid = members.get("kid")
    if "kid" in members and not (isinstance(kid, str) and _FOREIGN_KID.fullmatch(kid)):
        raise Malformed("kid is not 1 to 256 printable characters")
    chain = members.get("x5c", [])
    if not isinstance(chain, list) or not ("x5c" not in members or 0 < len(chain) <= MAX_CERTIFICATES):
        raise Malformed(f"x5c is not 1 to {MAX_CERTIFICATES} certificates")
    return _known(members, kid, kind), tuple(_certificate(one) for one in chain)


def _known(members: Mapping[str, Any], kid: str | None, kind: TokenType) -> Header:
    """Return the header, whose type is the one expected and whose algorithm is in the registry."""
    alg, typ = members["alg"], members["typ"]
    if typ != kind.typ:
        raise Malformed(f"token is not a {kind.typ}")
    if not isinstance(alg, str) or alg not in REGISTRY:
        raise Malformed("algorithm is not in the registry")
    return Header(alg, typ, kid)


def _certificate(text: Any) -> bytes:
    """Return a certificate's DER out of `x5c`: base64 with padding, in its one spelling (RFC 7515 §4.1.6)."""
    try:
        data = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError) as broken:
        raise Malformed("x5c is not base64") from broken
    if not data or base64.b64encode(data).decode() != text:
        raise Malformed("x5c is not base64 in its one spelling")
    return data


def _payload(raw: bytes, kind: TokenType) -> dict[str, Any]:
    _refuse_parts(raw, kind)
    claims = strict_json.loads(raw, max_depth=kind.max_depth)
    if not isinstance(claims, dict):
        raise Malformed("payload is not an object")
    _require_registered_claims(claims, kind)
    return claims


def _refuse_parts(raw: bytes, kind: TokenType) -> None:
    if raw.count(b",") > kind.max_parts:
        raise Malformed(f"a {kind.typ} of more than {kind.max_parts} parts")


def _require_registered_claims(claims: Mapping[str, Any], kind: TokenType) -> None:
    """Hold the claims of RFC 7519 §4.1 to one type each; `aud` is one string, never a list."""
    for name in kind.required:
        if name not in claims:
            raise Malformed(f"{kind.typ} without {name}")
    for name in _TEXTS & claims.keys():
        if not (isinstance(claims[name], str) and claims[name]):
            raise Malformed(f"{name} is not a string, or empty")
    for name in _TIMES.keys() & claims.keys():
        if not (type(claims[name]) is int and _TIMES[name] <= claims[name] <= MAX_TIME):
            raise Malformed(f"{name} is not a whole number of seconds in its range")
    cap = kind.life_seconds
    if cap is not None and "iat" in claims and not 0 < claims["exp"] - claims["iat"] <= cap:
        raise Malformed(f"{kind.typ} does not live for 1 to {cap} s")


def _fault_of(signature: bytes, algorithm: Algorithm, *, low_s: bool) -> str | None:
    """Tell what no key needs to be known for: the length, r and s in 1..n-1, the smaller s where prescribed (M2)."""
    if len(signature) != algorithm.signature_bytes:
        return f"signature is not {algorithm.signature_bytes} bytes"
    if algorithm.order is None:
        return None
    half = len(signature) // 2
    r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
    if not (0 < r < algorithm.order and 0 < s < algorithm.order):
        return "r or s of the signature is out of range"
    if low_s and s > algorithm.order // 2:
        return "the signature is the twin of the one that a hub makes"
    return None


def _text_length(size: int) -> int:
    """Return how many base64url characters `size` bytes take."""
    return (size * 8 + 5) // 6
