"""Credentials of strangers: any SD-JWT VC, by a key that the caller vouches for (the interop profile).

    credential = parse(text)                                       shape alone
    key = x5c.certified_key(credential.chain, anchors=…, …)        or one found by iss and kid
    shown = verify(credential, key, now=…, expect=Binding(…))      its processed payload

The same strict front reads it as reads ours: one JSON, one base64url, an algorithm of the registry, `typ`
dc+sd-jwt, whole numbers, every refusal of RFC 9901, and no `iss nbf exp cnf vct vct#integrity aka_vcts
status` out of a disclosure. Of the rules of `vc.py` these do not apply, since they are our profile's:

    a header of exactly alg, typ, kid           kid may be absent or any text; x5c may be there
    exactly our clear members                   any claims in clear, nested and array disclosures
    iss urn:certhub:agency, vct urn:certhub:kind    any text; iss may be absent beside x5c
    nbf and status present                      either may be absent: then nothing is known of it
    a status URI of a region                    any text; the caller fetches, by its own rules
    core names and their shapes                 none
    a lower half of s                           either half

It makes no report and no verdict: whether this issuer may issue this `vct` is for the caller to know.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from certhub_schemas.text import unfit_within

from certhub_verifier.errors import Malformed, VerifierError
from certhub_verifier.formats.credential import keybinding, sdjwt
from certhub_verifier.formats.credential.keybinding import Binding
from certhub_verifier.formats.jose import jwk, jws
from certhub_verifier.formats.jose.object_schema import integer, text

TYP = "dc+sd-jwt"
SKEW_SECONDS = 60
# SD-JWT VC, "Registered JWT Claims": with all that is inside them.
NEVER_DISCLOSED = frozenset({"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status"})
_JWK_MEMBERS = ("kty", "crv", "x", "y")
_NAME = text(2048)
_INDEX = integer(0, (1 << 40) - 1)


class OutOfTime(VerifierError):
    """The credential is not in force: `nbf` lies ahead, or `exp` has passed."""


@dataclass(frozen=True, slots=True)
class StatusSlot:
    """Where its status stands: an index in the list that goes by `uri`."""

    uri: str
    index: int


@dataclass(frozen=True, slots=True)
class ForeignCredential:
    """A credential as read; nothing in it is believed yet.

    `chain` are the certificates of x5c in DER, the leaf first; `holder_jwk` the public key in `cnf`.
    """

    parsed: jws.Parsed
    chain: tuple[bytes, ...]
    presentation: sdjwt.Presentation
    processed: Mapping[str, Any]
    vct: str
    issuer: str | None
    holder_jwk: Mapping[str, str] | None
    status: StatusSlot | None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a stranger's credential says, verified; `bound` is the binding that its holder signed, or None."""

    payload: Mapping[str, Any]
    bound: Binding | None


def parse(presented: str) -> ForeignCredential:
    """Read somebody else's SD-JWT VC, with or without a key binding.

    Raises:
        Malformed: it is none, one of the claims that this reads has another shape, or a text in it cannot be
            read as it stands (bidirectional and other controls).
    """
    presentation = sdjwt.split(presented)
    parsed, chain = jws.parse_foreign(presentation.issuer_jwt, TYP)
    clear = parsed.payload
    for name in NEVER_DISCLOSED & clear.keys():
        _require_plain(clear[name])
    processed = sdjwt.process(clear, presentation.disclosures)
    if hidden := (processed.keys() - clear.keys()) & NEVER_DISCLOSED:
        raise Malformed(f"{', '.join(sorted(hidden))} may not be disclosed selectively")
    if unfit_within(processed, lines=True):
        raise Malformed("a claim holds characters that cannot be seen, or that only one font can show")
    issuer = clear.get("iss")
    if issuer is None and not chain:
        raise Malformed("a credential without iss and without x5c has no issuer")
    return ForeignCredential(
        parsed=parsed,
        chain=chain,
        presentation=presentation,
        processed=processed,
        vct=_NAME(clear.get("vct"), "vct"),
        issuer=issuer,
        holder_jwk=_holder_jwk(clear.get("cnf")),
        status=_status(clear.get("status")),
    )


def verify(
    credential: ForeignCredential,
    key: jws.VerifyingKey,
    *,
    now: int,
    expect: Binding | None = None,
) -> Shown:
    """Return what the credential says, at `now` (seconds since 1970), by `key`.

    A key binding is checked whenever there is one; with `expect` there has to be one, for that.

    The caller owes: that `key` is the issuer's and may sign this `vct`; the status; using the nonce up.

    Raises:
        BadSignature, SuiteNotAvailable, Malformed: as `jose.verify`.
        OutOfTime: not yet in force, or no longer.
        BadBinding: the key binding does not hold, or is missing though one was asked for.
    """
    jws.verify_foreign(credential.parsed, key)
    clear = credential.parsed.payload
    if clear.get("nbf", now) > now + SKEW_SECONDS or clear.get("exp", now + 1) <= now:
        raise OutOfTime("the credential is not in force at this time")
    if credential.presentation.kb_jwt is None and expect is None:
        return Shown(credential.processed, None)
    cnf = {"jwk": credential.holder_jwk} if credential.holder_jwk else None
    keybinding.check(credential.presentation, cnf, expect=expect, now=now)
    return Shown(credential.processed, expect)


def _require_plain(value: Any) -> None:
    """Refuse digests at any depth of a claim that may not be disclosed selectively."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if not sdjwt.RESERVED.isdisjoint(one):
                raise Malformed("a claim that a verdict rests on hides something")
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _holder_jwk(cnf: Any) -> Mapping[str, str] | None:
    """Return the four members that make the holder's key; what else is said of it is not ours to follow."""
    if cnf is None:
        return None
    members = cnf.get("jwk") if isinstance(cnf, dict) else None
    if not isinstance(members, dict) or "d" in members:
        raise Malformed("cnf: a public key in jwk expected")
    found = {name: members[name] for name in _JWK_MEMBERS if name in members}
    jwk.require_public(found, jwk.suite_of(found))
    return found


def _status(status: Any) -> StatusSlot | None:
    slot = status.get("status_list") if isinstance(status, dict) else None
    if status is None:
        return None
    if not isinstance(slot, dict):
        raise Malformed("status: another method than status_list")
    return StatusSlot(_NAME(slot.get("uri"), "status.uri"), _INDEX(slot.get("idx"), "status.idx"))
