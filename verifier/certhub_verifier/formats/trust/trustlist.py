"""The trust list's files: which regions there are, and who may sign what there, since when.

    members.json                               the member regions                       Members
    regions/<code>/keys.json                   the region's own keys, one purpose each  RegionKeys
    regions/<code>/issuers.json                its agencies, their kinds and seal keys  RegionIssuers
    regions/<code>/endpoints.json              where its hub answers                    RegionEndpoint
    regions/<code>/agreements/<peer>.<n>.json  see agreement.py                         Agreement

A region signs only what lies under its own folder, so a file that speaks of another region is refused, and
so is a key whose id does not begin with its owner: `<region>-<purpose>-<n>`, for seals `<USCC>-<n>`. Times
are RFC 3339 in UTC. Whether the files go together is for trust.py to say.

Every file may state its `format` (absent = 1). Of a later release's file what can be read is read: an entry that
is not known is set aside (setaside.py), a member of the whole file that is not known is passed over and named.
So what takes a right away stands in the entry that it takes it from. A file that is later and cannot be read at
all is set aside whole; `members.json` then is no trust.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from certhub_verifier.errors import Malformed
from certhub_verifier.formats.jose import fields
from certhub_verifier.formats.jose.object_schema import (
    Check,
    integer,
    listing,
    object_of,
    pattern,
    table,
    text,
)
from certhub_verifier.formats.trust.agreement import NEWEST, Agreement, AgreementItem
from certhub_verifier.formats.trust.listedkey import KeyState, ListedKey, region_key, seal_key
from certhub_verifier.formats.trust.memberlist import Member, Members, MemberState
from certhub_verifier.formats.trust.setaside import (
    SetAside,
    entries,
    names_of_agency,
    sorted_out,
    strange_member,
)
from certhub_verifier.formats.trust.trustfile import (
    FORMAT,
    MAX_FILE_BYTES,
    MAX_FORMAT,
    format_member,
    loads,
    named,
    printed,
    reader,
    require_once,
)

__all__ = [
    "MAX_FILE_BYTES",
    "Agreement",
    "AgreementItem",
    "Issuer",
    "KeyState",
    "LaterFile",
    "ListedKey",
    "Member",
    "MemberState",
    "Members",
    "RegionEndpoint",
    "RegionIssuers",
    "RegionKeys",
    "SetAside",
    "TrustFile",
    "agreement_path",
    "endpoints_path",
    "issuers_path",
    "keys_path",
    "parse_file",
]

MEMBERS_PATH = "members.json"
_MAX_KEYS = 1024
_MAX_ISSUERS = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """One agency: the kinds that it may issue, and the keys that are its seal."""

    agency: str
    name: str
    name_en: str
    kinds: tuple[str, ...]
    keys: tuple[ListedKey, ...]
    set_aside: tuple[SetAside, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionKeys:
    """regions/<code>/keys.json: every key of the region except its agencies' seals."""

    region: str
    keys: tuple[ListedKey, ...]
    format: int = FORMAT
    set_aside: tuple[SetAside, ...] = field(default=(), compare=False)

    def to_bytes(self) -> bytes:
        """Return the file. Raises: Malformed, where `from_bytes` would refuse it."""
        keys = [key.to_payload() for key in self.keys]
        return printed({**format_member(self.format), "region": self.region, "keys": keys}, RegionKeys)

    @classmethod
    def from_bytes(cls, data: bytes) -> "RegionKeys":
        """Read the file. Raises: Malformed, also where a key id is not <region>-<purpose>-<n>."""
        found, aside = _KEYS(data)
        keys, strange = sorted_out(found["keys"])
        for key in keys:
            key.require_owner(f"{found['region']}-{key.purpose}", "keys.keys")
        return cls(region=found["region"], keys=keys, format=found["format"], set_aside=aside + strange)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionIssuers:
    """regions/<code>/issuers.json: the agencies that may issue there."""

    region: str
    issuers: tuple[Issuer, ...]
    format: int = FORMAT
    set_aside: tuple[SetAside, ...] = field(default=(), compare=False)

    def to_bytes(self) -> bytes:
        """Return the file. Raises: Malformed, where `from_bytes` would refuse it."""
        listed = [
            {
                "agency": issuer.agency,
                "name": issuer.name,
                "name_en": issuer.name_en,
                "kinds": list(issuer.kinds),
                "keys": [key.to_payload() for key in issuer.keys],
            }
            for issuer in self.issuers
        ]
        return printed(
            {**format_member(self.format), "region": self.region, "issuers": listed}, RegionIssuers
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "RegionIssuers":
        """Read the file. Raises: Malformed, also for a key id other than <USCC>-<n>, or an agency twice."""
        found, aside = _ISSUERS(data)
        issuers, strange = sorted_out(found["issuers"])
        require_once(
            [issuer.agency for issuer in issuers] + named(strange, "agency"),
            "issuers.issuers: an agency is listed twice",
        )
        keys = tuple(one for issuer in issuers for one in issuer.set_aside)
        return cls(
            region=found["region"],
            issuers=issuers,
            format=found["format"],
            set_aside=aside + strange + keys,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionEndpoint:
    """regions/<code>/endpoints.json: the origin at which the region's hub answers, without a path.

    `formats` are the formats that it reads and writes, by the message: `{"xr": (1, 2), "bundle": (1, 2)}`; a
    message that is not named is in format 1.
    """

    region: str
    url: str
    formats: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    format: int = FORMAT
    set_aside: tuple[SetAside, ...] = field(default=(), compare=False)

    def to_bytes(self) -> bytes:
        """Return the file. Raises: Malformed, where `from_bytes` would refuse it."""
        payload: dict[str, Any] = {**format_member(self.format), "region": self.region, "url": self.url}
        if self.formats:
            payload["formats"] = {name: list(numbers) for name, numbers in self.formats.items()}
        return printed(payload, RegionEndpoint)

    @classmethod
    def from_bytes(cls, data: bytes) -> "RegionEndpoint":
        """Read the file. Raises: Malformed."""
        found, aside = _ENDPOINTS(data)
        return cls(**found | {"formats": found["formats"] or {}}, set_aside=aside)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterFile:
    """A file of a later release of which nothing can be read: set aside whole."""

    set_aside: tuple[SetAside, ...]


TrustFile = Members | RegionKeys | RegionIssuers | RegionEndpoint | Agreement | LaterFile


def keys_path(region: str) -> str:
    """Return where the region's keys stand."""
    return f"regions/{region}/keys.json"


def issuers_path(region: str) -> str:
    """Return where the region's agencies stand."""
    return f"regions/{region}/issuers.json"


def endpoints_path(region: str) -> str:
    """Return where the region's address stands."""
    return f"regions/{region}/endpoints.json"


def agreement_path(region: str, peer: str, n: int) -> str:
    """Return where `region` publishes version `n` of its agreement with `peer`."""
    return f"regions/{region}/agreements/{peer}.{n}.json"


def is_trust_file(path: str) -> bool:
    """Tell whether a trust list has such a file; another one is left alone, whatever is in it."""
    return path == MEMBERS_PATH or any(shape.fullmatch(path) for shape in (_REGION_FILE, _AGREEMENT_FILE))


def parse_file(path: str, data: bytes) -> TrustFile:
    """Read the file that stands at `path`, relative to the trust list's folder.

    Raises:
        Malformed: there is no such file in a trust list, its content is out of form, or it speaks of
            another region or version than its path.
    """
    try:
        return _parsed(path, data)
    except Malformed as broken:
        later = path != MEMBERS_PATH and is_trust_file(path) and _why_later(path, data)
        if not later:
            raise
        aside = (SetAside("", "file", f"{later}; not readable: {broken.reason}"),)
        agreed = _AGREEMENT_FILE.fullmatch(path)
        if agreed is None:
            return LaterFile(set_aside=aside)
        # What it replaced stays replaced, from whenever it may have begun.
        return Agreement(
            id="-",
            n=int(agreed[3]),
            parties=(agreed[1], agreed[2]),
            from_=_BEGINNING,
            until=_END,
            basis="-",
            digest=sha256(data).hexdigest(),
            set_aside=aside,
            known=False,
        )


def _parsed(path: str, data: bytes) -> TrustFile:
    if path == MEMBERS_PATH:
        return Members.from_bytes(data)
    if plain := _REGION_FILE.fullmatch(path):
        found = _REGION_FILES[plain[2]].from_bytes(data)
        if found.region != plain[1]:
            raise Malformed("region: another than the folder's")
        return found
    if agreed := _AGREEMENT_FILE.fullmatch(path):
        if len(data) > MAX_FILE_BYTES:
            raise Malformed(f"a trust file of more than {MAX_FILE_BYTES} bytes")
        agreement = Agreement.from_bytes(data)
        if {agreed[1], agreed[2]} != set(agreement.parties) or agreement.n != int(agreed[3]):
            raise Malformed("agreement: other parties or another n than the path's")
        return agreement
    raise Malformed("no such file in a trust list")


def _why_later(path: str, data: bytes) -> str | None:
    """Return what tells that a file which does not read is of a later release; None where it is only wrong.

    A file that names another region, version or parties than its path is wrong, however late it is.
    """
    value = loads(data)
    if type(value) is not dict:
        return None
    plain = _REGION_FILE.fullmatch(path)
    agreed = _AGREEMENT_FILE.fullmatch(path)
    if plain and value.get("region", plain[1]) != plain[1]:
        return None
    if agreed and str(value.get("n", agreed[3])) != agreed[3]:
        return None
    format_member, newest = value.get("format"), NEWEST if agreed else FORMAT
    if type(format_member) is int and newest < format_member <= MAX_FORMAT:
        return f"format {format_member}; this release knows up to {newest}"
    return None


_REGION_FILE = re.compile(r"regions/([1-9][0-9]{5})/(keys|issuers|endpoints)\.json")
_AGREEMENT_FILE = re.compile(r"regions/([1-9][0-9]{5})/agreements/([1-9][0-9]{5})\.([1-9][0-9]{0,5})\.json")
_BEGINNING, _END = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
_REGION_FILES: Mapping[str, type[RegionKeys] | type[RegionIssuers] | type[RegionEndpoint]] = {
    "keys": RegionKeys,
    "issuers": RegionIssuers,
    "endpoints": RegionEndpoint,
}


def _issuer(value: Any, where: str) -> Issuer:
    found = _ISSUER(value, where)
    if len(set(found["kinds"])) != len(found["kinds"]):
        raise Malformed(f"{where}.kinds: a kind stands twice")
    keys, aside = sorted_out(found["keys"])
    for key in keys:
        key.require_owner(found["agency"], f"{where}.keys")
    return Issuer(**{**found, "keys": keys, "set_aside": aside})


_KEYS = reader("keys", {"region": fields.region, "keys": listing(region_key, at_most=_MAX_KEYS)})
_ISSUER_MEMBERS: Mapping[str, Check] = {
    "agency": fields.agency,
    "name": text(128),
    "name_en": text(256),
    "kinds": listing(fields.kind, at_most=1024),
    "keys": listing(seal_key, at_most=_MAX_KEYS),
}
_ISSUER = object_of(_ISSUER_MEMBERS)
_ISSUERS = reader(
    "issuers",
    {
        "region": fields.region,
        "issuers": listing(
            entries(_issuer, lambda value: strange_member(value, _ISSUER_MEMBERS), names_of_agency),
            at_most=_MAX_ISSUERS,
        ),
    },
)
_URL = pattern(
    r"https?://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[1-9][0-9]{0,4})?",
    "an origin without a path",
)
_FORMATS = table(fields.word, listing(integer(1, MAX_FORMAT), at_least=1, at_most=64), at_most=64)
_ENDPOINTS = reader("endpoints", {"region": fields.region, "url": _URL}, {"formats": _FORMATS})
