"""Public keys as JWK: the members that make a key, and nothing else (RFC 7517, RFC 7518 §6.2, RFC 8037 §2).

A key is `kty`, `crv`, `x` and, on curves of points, `y`. Members that would let a key say what it is for
(`alg`, `use`, `kid`, `x5u`) are refused: that is the trust set's to say. So is `d`.
"""

import hashlib
from collections.abc import Mapping
from functools import lru_cache

from certhub_schemas.algorithms import REGISTRY, Algorithm

from certhub_verifier.errors import Malformed, SuiteNotAvailable
from certhub_verifier.formats.jose import base64url, strict_json, suites
from certhub_verifier.formats.jose.suites import PublicKey

__all__ = ["PublicKey", "from_public_key", "public_key", "require_public", "suite_of", "thumbprint"]

_NAMES = ("kty", "crv", "x", "y")
MAX_CACHED_KEYS = 4_096  # a province's seal keys; a key object is about 2 KB


def thumbprint(jwk: Mapping[str, str]) -> str:
    """Return the key's name made of the key: base64url SHA-256 of its canonical members (RFC 7638).

    Raises:
        Malformed: not a public key of a suite in the registry; the point itself is not looked at.
    """
    _coordinates(jwk, suite_of(jwk))
    return base64url.encode(hashlib.sha256(strict_json.canonical(dict(jwk))).digest())


def suite_of(jwk: Mapping[str, str]) -> Algorithm:
    """Return the suite whose keys look like `jwk`: each curve of the registry belongs to one.

    For keys that nobody listed with a suite: a holder's in `cnf`, one out of a certificate.

    Raises:
        Malformed: no suite of the registry has that `kty` and `crv`.
    """
    for suite in REGISTRY.values():
        if (jwk.get("kty"), jwk.get("crv")) == (suite.key_type, suite.curve):
            return suite
    raise Malformed("JWK of a key type or curve that is not in the registry")


def from_public_key(key: object) -> tuple[Algorithm, dict[str, str]]:
    """Return the suite and the JWK of a key object, as a certificate holds one.

    Raises:
        Malformed: no suite of the registry has keys like it.
    """
    suite, coordinates = suites.coordinates(key)
    members = {"kty": suite.key_type, "crv": suite.curve}
    named = zip(("x", "y"), coordinates, strict=False)
    return suite, members | {name: base64url.encode(value) for name, value in named}


def require_public(jwk: Mapping[str, str], algorithm: Algorithm) -> None:
    """Refuse `jwk` unless it is one public key for `algorithm`, and on the curve where that can be computed.

    Raises:
        Malformed: other members, another curve, coordinates of another length, or a point off the curve.
    """
    try:
        public_key(jwk, algorithm)
    except SuiteNotAvailable:
        _coordinates(jwk, algorithm)


def public_key(jwk: Mapping[str, str], algorithm: Algorithm) -> PublicKey:
    """Return the key object of `jwk`, which has to be a key for `algorithm`.

    Key objects are kept, found again by every value that went into them.

    Raises:
        Malformed: as `require_public`.
        SuiteNotAvailable: the suite is in the registry and cannot be computed here.
    """
    kty, crv, x, y = map(jwk.get, _NAMES)
    try:
        return _loaded(algorithm, len(jwk), kty, crv, x, y)
    except TypeError as broken:  # of a member that is no text, and that nothing is found by
        raise Malformed("JWK is not exactly kty, crv, x and y") from broken


@lru_cache(maxsize=MAX_CACHED_KEYS)
def _loaded(algorithm: Algorithm, size: int, *members: str | None) -> PublicKey:
    """Return the key object of the `size` members that are there: texts in the order of `_NAMES`, None for none."""
    named = {name: value for name, value in zip(_NAMES, members, strict=True) if value is not None}
    return suites.load(algorithm, *_coordinates(named if len(named) == size else {}, algorithm))


def _members(jwk: Mapping[str, str]) -> dict[str, str]:
    """Return `jwk` as a dictionary of a few short strings."""
    members = dict(jwk) if len(jwk) <= len(_NAMES) else {}
    if not members or not all(isinstance(value, str) and len(value) <= 64 for value in members.values()):
        raise Malformed("JWK is not exactly kty, crv, x and y")
    return members


def _coordinates(jwk: Mapping[str, str], algorithm: Algorithm) -> tuple[bytes, ...]:
    """Return x, or x and y, of a key that says it is for `algorithm` and nothing else."""
    members = _members(jwk)
    names = ("x",) if algorithm.key_type == "OKP" else ("x", "y")
    if members.keys() != {"kty", "crv", *names}:
        raise Malformed(f"JWK is not exactly kty, crv, {', '.join(names)}")
    if (members["kty"], members["crv"]) != (algorithm.key_type, algorithm.curve):
        raise Malformed(f"JWK is not a key for {algorithm.name}")
    coordinates = tuple(base64url.decode(members[name]) for name in names)
    if any(len(one) != algorithm.coordinate_bytes for one in coordinates):
        raise Malformed(f"JWK coordinate is not {algorithm.coordinate_bytes} bytes")
    return coordinates
