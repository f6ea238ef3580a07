"""The device bundle: all that a counter needs to judge without a network (typ bundle+jwt).

    format               3; without it the bundle is in format 1
    iss, ver, iat, exp   the region that signs, a number that only grows, at most 24 h of life
    trust                {path: base64url of a trust file's bytes}, the files that its hub verified
    matters              the matters in force, as certhub_schemas spells them; what is in a bundle counts while it lives
    status               {status URI: status list token}, for every region named

A device keeps the highest `ver` it has seen and refuses a lower one. Each status list and each trust file
is judged by itself afterwards: the bundle says what its region held at `iat`, not that it is right.

All formats have these members. Format 3 carries matters whole, so that a matter out of it has the digest by which
receipts name it. Formats 1 and 2 carry what their readers know of a matter: the kinds that it needs with their least
fields, and neither requirements nor version nor first day; a matter that needs no field of any kind is left out of
them. Format 2 says besides that the trust files may be in a form that readers of format 1 refuse. A region writes a
format once its own entry of the trust list says so (`endpoints.json`, `formats`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from certhub_schemas import BadEntry, Matter
from certhub_schemas.matters import FIRST_VERSION

from certhub_verifier.errors import Malformed
from certhub_verifier.formats.exchange import versions
from certhub_verifier.formats.jose import base64url, fields, jws
from certhub_verifier.formats.jose.object_schema import Check, integer, listing, object_of, pattern, table
from certhub_verifier.formats.status.statuslist import parse_status_uri

NEWER_OF_A_MATTER = ("requirements", "version", "in_force_from")
"""Members that came with format 3."""
TYP = "bundle+jwt"
THIRD = versions.BUNDLE[2]
MAX_VERSION = (1 << 53) - 1  # what every JSON reader keeps whole (RFC 7493 §2.2)
_MAX_FILES = 4096
_MAX_MATTERS = 4096
_MAX_LISTS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleContents:
    """What a bundle holds; times are whole seconds since 1970, trust files are bytes by relative path."""

    region: str
    version: int
    issued_at: int
    expires: int
    trust: Mapping[str, bytes]
    matters: tuple[Matter, ...]
    status: Mapping[str, str]
    format: int = versions.FIRST

    def to_payload(self) -> dict[str, Any]:
        """Return the payload to sign.

        Raises:
            Malformed: a value is such that `from_payload` would refuse it.
        """
        payload = {
            **versions.format_member(self.format),
            "iss": self.region,
            "ver": self.version,
            "iat": self.issued_at,
            "exp": self.expires,
            "trust": {path: base64url.encode(data) for path, data in self.trust.items()},
            "matters": _printed(self.matters, self.format),
            "status": dict(self.status),
        }
        BundleContents.from_payload(payload)
        return payload

    @classmethod
    def from_payload(cls, payload: Any) -> "BundleContents":
        """Read the payload of a bundle.

        Raises:
            Malformed: an unknown or missing member, a wrong type, a path that leaves its folder, or a
                status list under a name that is not one of ours.
            UpgradeNeeded: it is in a newer format.
        """
        number = versions.format_of(payload, versions.BUNDLE, "bundle")
        found = _BUNDLES[number](payload, "bundle")
        if found["exp"] <= found["iat"]:
            raise Malformed("bundle.exp: not after iat")
        return cls(
            region=found["iss"],
            version=found["ver"],
            issued_at=found["iat"],
            expires=found["exp"],
            trust=found["trust"],
            matters=found["matters"],
            status=found["status"],
            format=number,
        )


@dataclass(frozen=True, slots=True)
class SignedBundle:
    """A bundle as read; its signature is not checked yet: `trust.open_bundle` does that."""

    parsed: jws.Parsed
    contents: BundleContents


def read_bundle(token: str | bytes) -> SignedBundle:
    """Read a bundle's text. Raises: Malformed, UpgradeNeeded. The signature is not checked."""
    parsed = jws.parse(token, TYP)
    return SignedBundle(parsed, BundleContents.from_payload(parsed.payload))


def _file(value: Any, where: str) -> bytes:
    if type(value) is not str:
        raise Malformed(f"{where}: a file in base64url expected")
    return base64url.decode(value)


def _status_uri(value: Any, where: str) -> str:
    if type(value) is not str:
        raise Malformed(f"{where}: the name of a status list expected")
    parse_status_uri(value)
    return value


def _printed(matters: Iterable[Matter], number: int) -> list[dict[str, Any]]:
    """Return the matters as readers of format `number` know them, without those that they could not read."""
    if number >= THIRD:
        return [matter.to_json() for matter in matters]
    first = (replace(one, version=FIRST_VERSION, in_force_from=None).to_first_json() for one in matters)
    return [form for form in first if form["needs"]]


def _matter(value: Any, where: str) -> Matter:
    try:
        return Matter.from_json(value, entry=where)
    except BadEntry as bad:
        raise Malformed(str(bad)) from bad


def _first_matter(value: Any, where: str) -> Matter:
    """Read a matter as formats 1 and 2 have it: what came with format 3 is no part of them."""
    newer = [name for name in NEWER_OF_A_MATTER if type(value) is dict and name in value]
    if newer:
        raise Malformed(f"{where}: {newer[0]} is not in this format")
    return _matter(value, where)


_PATH = pattern(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*){0,7}", "a relative path")
_TOKEN = pattern(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", "a compact token")
_BUNDLE_MEMBERS: Mapping[str, Check] = {
    "iss": fields.region,
    "ver": integer(1, MAX_VERSION),
    "iat": fields.numeric_date,
    "exp": fields.numeric_date,
    "trust": table(_PATH, _file, at_most=_MAX_FILES),
    "matters": listing(_first_matter, at_most=_MAX_MATTERS),
    "status": table(_status_uri, _TOKEN, at_most=_MAX_LISTS),
}
_MATTERS = {True: {"matters": listing(_matter, at_most=_MAX_MATTERS)}, False: {}}
_BUNDLES = {
    number: object_of({**versions.member(number), **_BUNDLE_MEMBERS, **_MATTERS[number >= THIRD]})
    for number in versions.BUNDLE
}
