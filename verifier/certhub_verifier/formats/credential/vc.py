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
from hashlib import sha256
from typing import Any

from certhub_schemas import CORE_NAMES
from certhub_schemas.text import unfit, unfit_within

from certhub_verifier.errors import Malformed
from certhub_verifier.formats.credential import sdjwt
from certhub_verifier.formats.credential.identifier import Identifier
from certhub_verifier.formats.jose import fields, jwk, jws
from certhub_verifier.formats.jose.object_schema import Check, integer, kept_text, listing, object_of, pattern
from certhub_verifier.formats.status.statuslist import parse_status_uri

TYP = "dc+sd-jwt"
IDENTIFIER, NUMBER, HOLDERS, HOLDER_CODES = CORE_NAMES

# Those that SD-JWT VC names, and those that this profile adds.
CLEAR = frozenset(
    {"iss", "vct", "iat", "nbf", "exp", "status", "cnf", "sub", "aud", "jti", "vct#integrity", "aka_vcts"}
)
_VCT = re.compile(r"urn:certhub:kind:([0-9A-Z]{21}):([1-9][0-9]{0,3})")
_AGENCY = "urn:certhub:agency:"
_MAX_HOLDERS = 64


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
        return cls(
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
class Credential:
    """A credential as read; its signature is not checked yet: `jose.verify(parsed, key)` does that."""

    header: jws.Header
    claims: CredentialClaims
    parsed: jws.Parsed
    processed: Mapping[str, Any]
    disclosed: Mapping[str, Any]
    presentation: sdjwt.Presentation


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
        jws.signing_input(payload, typ=TYP, key=key), tuple(disclosure.encoded for disclosure in disclosures)
    )
    if len(seal(unsigned, bytes(key.algorithm.signature_bytes))) > sdjwt.MAX_BYTES:
        raise Malformed(f"a credential of more than {sdjwt.MAX_BYTES} characters")
    return unsigned


def seal(unsigned: Unsigned, signature: bytes) -> str:
    """Join the signature to what it signs; returns the SD-JWT with every disclosure."""
    return sdjwt.join(jws.assemble(unsigned.signing_input, signature), unsigned.disclosures)


def parse(text: str) -> Credential:
    """Read a credential, whole or with fewer disclosures, with or without a key binding.

    Raises:
        Malformed: it is not an SD-JWT of ours, down to its last member. The signature is not checked.
    """
    presentation = sdjwt.split(text)
    parsed = jws.parse(presentation.issuer_jwt, TYP)
    claims = CredentialClaims.from_payload(parsed.payload)
    processed = sdjwt.process(parsed.payload, presentation.disclosures)
    disclosed = {name: value for name, value in processed.items() if name not in parsed.payload}
    _check_disclosed(disclosed, claims)
    return Credential(parsed.header, claims, parsed, processed, disclosed, presentation)


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
    for name, value in disclosed.items():
        if name in CLEAR or name == "_sd_alg":
            raise Malformed(f"{name} may not be disclosed selectively")
        _title(name, "the name of a disclosure")
        if core := _CORE.get(name):
            core(value, name)
    if IDENTIFIER in disclosed:
        found = Identifier.parse(disclosed[IDENTIFIER])
        if (found.kind, found.issuer) != (claims.kind_code, claims.agency):
            raise Malformed(f"{IDENTIFIER}: of another kind or agency than the credential")


def _refuse_unfit(disclosed: Mapping[str, Any]) -> None:
    """Refuse to seal what a reader cannot see; what others sealed is read, and not shown (checks.py)."""
    for name, value in disclosed.items():
        if unfit(name) or unfit_within(value, lines=name not in CORE_NAMES):
            raise Malformed("a claim holds characters that cannot be seen, or that only one font can show")


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
        "iss": _iss,
        "vct": _vct,
        "iat": fields.numeric_date,
        "nbf": fields.numeric_date,
        "status": object_of(
            {"status_list": object_of({"idx": integer(0, (1 << 32) - 1), "uri": _status_uri})}
        ),
    },
    {"exp": fields.numeric_date, "cnf": _cnf, "_sd_alg": _hash_name},
)
# What an agency sealed is read as it stands, and a hidden character in it is a fact (checks.fit_to_show), no forgery.
_title = kept_text(64)
_CODES = object_of({"type": kept_text(16), "number": kept_text(64)})
_CORE: Mapping[str, Check] = {
    IDENTIFIER: kept_text(128),
    NUMBER: kept_text(64),
    HOLDERS: listing(kept_text(256), at_least=1, at_most=_MAX_HOLDERS),
    HOLDER_CODES: listing(_CODES, at_least=1, at_most=_MAX_HOLDERS),
}
