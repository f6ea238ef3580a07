"""Key binding: the holder's device signs what is shown, to whom and when (RFC 9901 §4.3, §7.3; typ kb+jwt).

    header    {"alg", "typ": "kb+jwt"}             no kid: the key is the one in the credential's `cnf.jwk`
    payload   {"iat", "aud", "nonce", "sd_hash"}   others are passed over, `exp` and `nbf` are held to
    sd_hash   SHA-256 over the SD-JWT as sent, up to and including its last `~`

The nonce is what makes a showing happen once: whoever asks chooses it, at least 128 random bits, keeps it
with the transaction, and uses it up when the result is stored. That is the caller's, as is the time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from certhub_schemas.algorithms import Algorithm

from certhub_verifier.errors import BadSignature, Malformed, VerifierError
from certhub_verifier.formats.credential import sdjwt
from certhub_verifier.formats.jose import fields, jwk, jws
from certhub_verifier.formats.jose.object_schema import Check, object_of, pattern, text

TYP = "kb+jwt"
MAX_AGE_SECONDS = 300  # a showing at a counter takes minutes (RFC 9901 §7.3 step 5e leaves the window open)
MAX_AHEAD_SECONDS = 60  # how far a phone's clock may be ahead of the counter's

_REQUIRED: Mapping[str, Check] = {
    "iat": fields.numeric_date,
    "aud": text(512),
    "nonce": text(256),
    "sd_hash": pattern(r"[A-Za-z0-9_-]{43}", "a SHA-256 in base64url"),
}
_OPTIONAL: Mapping[str, Check] = {"nbf": fields.numeric_date, "exp": fields.numeric_date}
_KNOWN = _REQUIRED.keys() | _OPTIONAL.keys()
_MEMBERS = object_of(_REQUIRED, _OPTIONAL)


@dataclass(frozen=True, slots=True)
class Binding:
    """What makes one showing unlike any other: who asked for it (their whole client id), by which nonce."""

    audience: str
    nonce: str


class Fault(StrEnum):
    """What is wrong with a key binding, in the order in which it is looked for."""

    FORM = "form"
    KEY = "key"  # the credential names no key that could have signed it
    SIGNATURE = "signature"
    SD_HASH = "sd_hash"
    AUDIENCE = "audience"
    NONCE = "nonce"
    STALE = "stale"
    FUTURE = "future"


class BadBinding(VerifierError):
    """There is a key binding, and it does not bind this holder to this showing; `fault` says where."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"the key binding does not hold: {fault.value}")
        self.fault = fault


@dataclass(frozen=True, slots=True)
class HolderKey:
    """A holder's public key as the credential's issuer wrote it into `cnf.jwk`: a `jose.VerifyingKey`."""

    jwk: Mapping[str, str]
    kid: str = ""

    @property
    def algorithm(self) -> Algorithm:
        """The one suite that has keys of this form. Raises: Malformed."""
        return jwk.suite_of(self.jwk)


def bind(
    presentation: sdjwt.Presentation, binding: Binding, *, key: jws.SigningKey, issued_at: int
) -> sdjwt.Presentation:
    """Return `presentation` with a key binding by `key`, made at `issued_at` (seconds since 1970).

    The choice of disclosures is final: taking one away breaks the hash.

    Raises:
        Malformed: an audience or a nonce that its reader would refuse.
    """
    signed = jws.sign(payload(presentation, binding, issued_at=issued_at), typ=TYP, key=key)
    return replace(presentation, kb_jwt=signed)


def payload(presentation: sdjwt.Presentation, binding: Binding, *, issued_at: int) -> dict[str, Any]:
    """Return what the holder's device has to sign, for a key that is reached some other way.

    Raises:
        Malformed: as `bind`.
    """
    found = {
        "iat": issued_at,
        "aud": binding.audience,
        "nonce": binding.nonce,
        "sd_hash": sdjwt.sd_hash(presentation),
    }
    _MEMBERS(found, TYP)
    return found


def check(
    presentation: sdjwt.Presentation,
    cnf: Mapping[str, Any] | None,
    *,
    expect: Binding | None,
    now: int,
) -> None:
    """Return if the key binding of `presentation` was made by the key in `cnf`, over exactly this.

    With `expect` it has also to be for that audience and nonce, made at most MAX_AGE_SECONDS before `now`
    (seconds since 1970) and no more than MAX_AHEAD_SECONDS after. Without, it is known to be the holder's,
    and not that it was made for whoever asks: that is no binding.

    The caller owes: that `cnf` comes from a payload whose signature it has verified.

    Raises:
        BadBinding: anything of this does not hold, or there is no key binding.
        SuiteNotAvailable: the holder's key is of a suite that cannot be computed here.
    """
    parsed, found = _read(presentation.kb_jwt)
    try:
        jws.verify(parsed, HolderKey((cnf or {}).get("jwk") or {}))
    except BadSignature as bad:
        raise BadBinding(Fault.SIGNATURE) from bad
    except Malformed as bad:
        raise BadBinding(Fault.KEY) from bad
    if found["sd_hash"] != sdjwt.sd_hash(presentation):
        raise BadBinding(Fault.SD_HASH)
    if expect is not None:
        _require_expected(found, expect, now)


def _read(kb_jwt: str | None) -> tuple[jws.Parsed, dict[str, Any]]:
    try:
        parsed = jws.parse(kb_jwt or "", TYP)
        known = {name: value for name, value in parsed.payload.items() if name in _KNOWN}
        return parsed, _MEMBERS(known, TYP)
    except Malformed as broken:
        raise BadBinding(Fault.FORM) from broken


def _require_expected(payload: Mapping[str, Any], expect: Binding, now: int) -> None:
    """Hold a key binding against the showing that was asked for."""
    if payload["aud"] != expect.audience:
        raise BadBinding(Fault.AUDIENCE)
    if payload["nonce"] != expect.nonce:
        raise BadBinding(Fault.NONCE)
    if payload["iat"] < now - MAX_AGE_SECONDS or (payload["exp"] is not None and payload["exp"] <= now):
        raise BadBinding(Fault.STALE)
    if max(payload["iat"], payload["nbf"] or 0) > now + MAX_AHEAD_SECONDS:
        raise BadBinding(Fault.FUTURE)
