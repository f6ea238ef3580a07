"""The credential: one certificate in portable form, an SD-JWT VC (draft-ietf-oauth-sd-jwt-vc, typ dc+sd-jwt).

    in clear    iss  urn:certhub:agency:<USCC>          the agency, whose seal key signs
                vct  urn:certhub:kind:<code>:<version>  the kind, and the version of its fields
                iat, nbf, exp                           sealed, valid from, valid to; no exp when without end
                status.status_list {idx, uri}           its slot (Token Status List)
                cnf.jwk                                 the holder's device key, when bound
    disclosed   证照标识 证照编号 持证主体 持证主体代码, then each claim by its title

Nothing of a person is in clear, and nothing that a verdict rests on comes from a disclosure: SD-JWT VC
names iss, nbf, exp, cnf, vct, vct#integrity, aka_vcts and status, with all that is inside them; ours adds
iat, sub, aud and jti. An identifier that is disclosed names the kind of vct and the agency of iss: a
certificate cannot borrow another one's. `build` is
pure, so that its bytes are on record before the key is touched; `seal` joins the signature to them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from certhub_schemas import CORE_NAMES
from certhub_schemas.text import all_fit, unfit, unfit_within

from certhub_verifier.errors import Malformed
from certhub_verifier.formats.credential import sdjwt
from certhub_verifier.formats.credential.identifier import Identifier, is_printed_of
from certhub_verifier.formats.jose import fields, jwk, jws
from certhub_verifier.formats.jose.object_schema import Check, integer, kept_text, listing, object_of, pattern
from certhub_verifier.formats.status.statuslist import parse_status_uri
from certhub_verifier.frozen import quick

TYP = "dc+sd-jwt"
IDENTIFIER, NUMBER, HOLDERS, HOLDER_CODES = CORE_NAMES

# Those that SD-JWT VC names, and those that this profile adds.
CLEAR = frozenset(
    {"iss", "vct", "iat", "nbf", "exp", "status", "cnf", "sub", "aud", "jti", "vct#integrity", "aka_vcts"}
)
_VCT = re.compile(r"urn:certhub:kind:([0-9A-Z]{21}):([1-9][0-9]{0,3})")
_AGENCY = "urn:certhub:agency:"
_MAX_HOLDERS = 64
_DIGESTS = frozenset({"_sd", "_sd_alg"})
_NEVER_DISCLOSED = CLEAR | {"_sd_alg"}
MAX_KEPT = 4_096  # agencies, types, status lists and sets of names that are remembered, each apart
_MAX_KEPT_NAME = 128  # characters; ours have at most 64
_MAX_KEPT_NAMES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialClaims:
    """What stands in clear; times are whole seconds since 1970, `cnf` is {"jwk": …} or None."""

    agency: str
    kind_code: str
    kind_version: int
    issued_at: int
    not_before: int
    expires: int | None
    status_uri: str
    status_index: int
    cnf: Mapping[str, Any] | None = None

    def to_payload(self) -> dict[str, Any]:
        """Return the clear members, in the order in which they are signed."""
        payload: dict[str, Any] = {
            "iss": _AGENCY + self.agency,
            "vct": f"urn:certhub:kind:{self.kind_code}:{self.kind_version}",
            "iat": self.issued_at,
            "nbf": self.not_before,
        }
        if self.expires is not None:
            payload["exp"] = self.expires
        payload["status"] = {"status_list": {"idx": self.status_index, "uri": self.status_uri}}
        if self.cnf is not None:
            payload["cnf"] = dict(self.cnf)
        return payload

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> "CredentialClaims":
        """Read the clear members of a signed payload; its digests are left to `sdjwt`.

        Raises:
            Malformed: an unknown or missing member, a wrong type, a name that is not one of ours, or an
                end that does not lie after the beginning.
        """
        found = _CLEAR({name: value for name, value in payload.items() if name != "_sd"}, "credential")
        kind_code, kind_version = found["vct"]
        if found["exp"] is not None and found["exp"] <= found["nbf"]:
            raise Malformed("credential.exp: not after nbf")
        slot = found["status"]["status_list"]
        return _claims(
            agency=found["iss"],
            kind_code=kind_code,
            kind_version=kind_version,
            issued_at=found["iat"],
            not_before=found["nbf"],
            expires=found["exp"],
            status_uri=slot["uri"],
            status_index=slot["idx"],
            cnf=found["cnf"],
        )


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A credential before its seal: the exact bytes to sign, and the disclosures that go with them."""

    signing_input: bytes
    disclosures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IssuerJwt:
    """What the issuer signed, as read: the part that every showing of one credential shares."""

    parsed: jws.Parsed
    claims: CredentialClaims


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential as read; its signature is not checked yet: `jose.verify(parsed, key)` does that."""

    issuer_jwt: IssuerJwt
    disclosed: Mapping[str, Any]
    presentation: sdjwt.Presentation

    @property
    def parsed(self) -> jws.Parsed:
        """The issuer's JWT, taken apart."""
        return self.issuer_jwt.parsed

    @property
    def header(self) -> jws.Header:
        """The header of the issuer's JWT."""
        return self.issuer_jwt.parsed.header

    @property
    def claims(self) -> CredentialClaims:
        """What stands in clear."""
        return self.issuer_jwt.claims

    @property
    def processed(self) -> Mapping[str, Any]:
        """What stands in clear and what is disclosed, in one object (RFC 9901 §7.1)."""
        clear = self.issuer_jwt.parsed.payload.items()
        return {**{name: value for name, value in clear if name not in _DIGESTS}, **self.disclosed}


_claims, _issuer_jwt, _credential = quick(CredentialClaims), quick(IssuerJwt), quick(Credential)


def build(
    claims: CredentialClaims,
    disclosed: Mapping[str, Any],
    *,
    key: jws.SigningKey,
    random: Callable[[int], bytes],
    decoys: int = 0,
) -> Unsigned:
    """Make the bytes to sign. Pure: the key lends its name and its algorithm, and signs nothing.

    Raises:
        Malformed: the claims or the disclosed values are such that `parse` would refuse them.
    """
    payload = claims.to_payload()
    CredentialClaims.from_payload(payload)
    _check_disclosed(disclosed, claims)
    _refuse_unfit(disclosed)
    disclosures, digests = sdjwt.conceal(disclosed, random=random, decoys=decoys)
    if digests:  # SD-JWT VC: without anything to disclose there is no _sd
        payload |= {"_sd": digests, "_sd_alg": sdjwt.ALGORITHM}
    unsigned = Unsigned(
        jws.signing_input_of_read(payload, typ=TYP, key=key),
        tuple([disclosure.encoded for disclosure in disclosures]),
    )
    segments = len(jws.assemble(unsigned.signing_input, bytes(key.algorithm.signature_bytes)))
    if segments + sum(map(len, unsigned.disclosures)) + len(unsigned.disclosures) + 1 > sdjwt.MAX_BYTES:
        raise Malformed(f"a credential of more than {sdjwt.MAX_BYTES} characters")
    return unsigned


def seal(unsigned: Unsigned, signature: bytes) -> str:
    """Join the signature to what it signs; returns the SD-JWT with every disclosure."""
    return sdjwt.join(jws.assemble(unsigned.signing_input, signature), unsigned.disclosures)


def read_issuer_jwt(text: str) -> IssuerJwt:
    """Read what the issuer signed, without any disclosure.

    Raises:
        Malformed: it is not the issuer's part of a credential of ours. The signature is not checked.
    """
    parsed = jws.parse(text, TYP)
    return _issuer_jwt(parsed, CredentialClaims.from_payload(parsed.payload))


def parse(text: str, issuer_jwt: IssuerJwt | None = None) -> Credential:
    """Read a credential, whole or with fewer disclosures, with or without a key binding.

    `issuer_jwt` is what its issuer's JWT says, from somebody who has read these very bytes before.

    Raises:
        Malformed: it is not an SD-JWT of ours, down to its last member. The signature is not checked.
    """
    presentation = sdjwt.split(text)
    issuer_jwt = issuer_jwt or read_issuer_jwt(presentation.issuer_jwt)
    # The clear members have exact shapes, so that no digest stands in them.
    disclosed = sdjwt.reveal(issuer_jwt.parsed.payload, presentation.disclosures)
    _check_disclosed(disclosed, issuer_jwt.claims)
    return _credential(issuer_jwt, disclosed, presentation)


def credential_ref(credential: str) -> bytes:
    """Return SHA-256 of the signed `header.payload`, 32 bytes: the credential's name in events and codes.

    Takes the issuer's JWT, or an SD-JWT with any disclosures: the reference is the same. Neither the
    signature, which has a twin (r, n-s), nor the disclosures, which come and go, are part of it.

    Raises:
        Malformed: it does not begin with three segments of ASCII.
    """
    header_and_payload, dot, _ = credential.partition("~")[0].rpartition(".")
    if not dot or header_and_payload.count(".") != 1 or not credential.isascii():
        raise Malformed("a credential begins with a JWS of three segments")
    return signed_ref(header_and_payload.encode("ascii"))


def signed_ref(signing_input: bytes) -> bytes:
    """Return the same reference from the bytes that are (to be) signed: known before the signature is."""
    return sha256(signing_input).digest()


def _check_disclosed(disclosed: Mapping[str, Any], claims: CredentialClaims) -> None:
    names = frozenset(disclosed)
    (_known_names if len(names) <= _MAX_KEPT_NAMES else _require_names)(names)
    for name in _CORE.keys() & names:
        _CORE[name](disclosed[name], name)
    if IDENTIFIER in disclosed:
        require_named(disclosed[IDENTIFIER], claims.kind_code, claims.agency)


def require_named(identifier: str, kind: str, agency: str) -> None:
    """Refuse an identifier that is none, or of another kind or agency than these.

    Raises:
        Malformed: it is.
    """
    if is_printed_of(identifier, kind, agency):
        return
    Identifier.parse(identifier)
    raise Malformed(f"{IDENTIFIER}: of another kind or agency than the credential")


def _require_names(names: frozenset[str]) -> None:
    """Refuse names of which one is no title, or that of a member in clear."""
    for name in names:
        if name in _NEVER_DISCLOSED:
            raise Malformed(f"{name} may not be disclosed selectively")
        _title(name, "the name of a disclosure")


# The claims of a kind are called the same in credential after credential; what is refused is not kept.
_known_names = lru_cache(maxsize=MAX_KEPT)(_require_names)


def _refuse_unfit(disclosed: Mapping[str, Any]) -> None:
    """Refuse to seal what a reader cannot see; what others sealed is read, and not shown (checks.shown)."""
    if all_fit(disclosed):
        return
    for name, value in disclosed.items():
        if unfit(name) or unfit_within(value, lines=name not in CORE_NAMES):
            raise Malformed("a claim holds characters that cannot be seen, or that only one font can show")


def _remembered(check: Check) -> Check:
    """Return a check of texts that stand in credential after credential; what it refuses is not kept."""
    known = lru_cache(maxsize=MAX_KEPT)(check)

    def checked(value: Any, where: str) -> Any:
        return (known if type(value) is str and len(value) <= _MAX_KEPT_NAME else check)(value, where)

    return checked


def _iss(value: Any, where: str) -> str:
    if type(value) is not str or not value.startswith(_AGENCY):
        raise Malformed(f"{where}: {_AGENCY}<USCC> expected")
    return fields.agency(value.removeprefix(_AGENCY), where)


def _vct(value: Any, where: str) -> tuple[str, int]:
    if type(value) is not str or not (found := _VCT.fullmatch(value)):
        raise Malformed(f"{where}: urn:certhub:kind:<code>:<version> expected")
    return found[1], int(found[2])


def _status_uri(value: Any, where: str) -> str:
    if type(value) is not str:
        raise Malformed(f"{where}: the name of a status list expected")
    parse_status_uri(value)
    return value


def _hash_name(value: Any, where: str) -> None:
    if value != sdjwt.ALGORITHM:
        raise Malformed(f"{where}: only sha-256 is read")


_COORDINATE = pattern(r"[A-Za-z0-9_-]{43}", "32 bytes in base64url")
_WORD = pattern(r"[A-Za-z0-9-]{1,16}", "a JWK name")
_CNF = object_of({"jwk": object_of({"kty": _WORD, "crv": _WORD, "x": _COORDINATE}, {"y": _COORDINATE})})


def _cnf(value: Any, where: str) -> Any:
    _CNF(value, where)
    jwk.require_public(value["jwk"], jwk.suite_of(value["jwk"]))
    return value


_CLEAR = object_of(
    {
        "iss": _remembered(_iss),
        "vct": _remembered(_vct),
        "iat": fields.numeric_date,
        "nbf": fields.numeric_date,
        "status": object_of(
            {"status_list": object_of({"idx": integer(0, (1 << 32) - 1), "uri": _remembered(_status_uri)})}
        ),
    },
    {"exp": fields.numeric_date, "cnf": _cnf, "_sd_alg": _hash_name},
)
# What an agency sealed is read as it stands, and a hidden character in it is a fact (checks.shown), no forgery.
_title = kept_text(64)
_CODES = object_of({"type": kept_text(16), "number": kept_text(64)})
_CORE: Mapping[str, Check] = {
    IDENTIFIER: kept_text(128),
    NUMBER: kept_text(64),
    HOLDERS: listing(kept_text(256), at_least=1, at_most=_MAX_HOLDERS),
    HOLDER_CODES: listing(_CODES, at_least=1, at_most=_MAX_HOLDERS),
}
