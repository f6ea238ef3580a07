"""The trust list's files: which regions there are, and who may sign what there, since when.

    members.json                               the member regions                       Members
    regions/<code>/keys.json                   the region's own keys, one purpose each  RegionKeys
    regions/<code>/issuers.json                its agencies, their kinds and seal keys  RegionIssuers
    regions/<code>/endpoints.json              where its hub answers                    RegionEndpoint
    regions/<code>/agreements/<peer>.<n>.json  see agreement.py                         Agreement

A region signs only what lies under its own folder, so a file that speaks of another region is refused, and
so is a key whose id does not begin with its owner: `<region>-<purpose>-<n>`, for seals `<USCC>-<n>`. Times
are RFC 3339 in UTC. Whether the files go together is for trust.py to say.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from certhub_verifier.errors import Malformed
from certhub_verifier.formats import shapes, strict_json
from certhub_verifier.formats.agreement import Agreement, AgreementItem
from certhub_verifier.formats.listedkey import KeyState, ListedKey, region_key, seal_key
from certhub_verifier.formats.members import integer, listing, members, one_of, pattern, text

__all__ = [
    "Agreement",
    "AgreementItem",
    "Issuer",
    "KeyState",
    "ListedKey",
    "Member",
    "MemberState",
    "Members",
    "RegionEndpoint",
    "RegionIssuers",
    "RegionKeys",
    "TrustFile",
    "agreement_path",
    "endpoints_path",
    "issuers_path",
    "keys_path",
    "parse_file",
]

MEMBERS_PATH = "members.json"
MAX_FILE_BYTES = 4 << 20  # an issuers file of 4,000 agencies with two keys each is 3.4 MB
_MAX_MEMBERS = 4096
_MAX_KEYS = 1024
_MAX_ISSUERS = 8192


class MemberState(StrEnum):
    """Where a region stands: it joins on probation, and once it left what it signed can still be checked."""

    PROBATION = "probation"
    FULL = "full"
    SUSPENDED = "suspended"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One region of the trust list."""

    code: str
    name: str
    name_en: str
    state: MemberState
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """One agency: the kinds that it may issue, and the keys that are its seal."""

    agency: str
    name: str
    name_en: str
    kinds: tuple[str, ...]
    keys: tuple[ListedKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """members.json: `version` only grows."""

    version: int
    issued_at: datetime
    members: tuple[Member, ...]

    def to_bytes(self) -> bytes:
        """Return the file. Raises: Malformed, where `from_bytes` would refuse it."""
        listed = [
            {
                "code": member.code,
                "name": member.name,
                "name_en": member.name_en,
                "state": str(member.state),
                "since": shapes.instant(member.since),
            }
            for member in self.members
        ]
        return _printed(
            {"ver": self.version, "issued_at": shapes.instant(self.issued_at), "members": listed}, Members
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "Members":
        """Read the file. Raises: Malformed, also where a region is listed twice."""
        found = _MEMBERS(_loads(data), "members")
        codes = [member.code for member in found["members"]]
        if len(set(codes)) != len(codes):
            raise Malformed("members.members: a region is listed twice")
        return cls(version=found["ver"], issued_at=found["issued_at"], members=found["members"])


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionKeys:
    """regions/<code>/keys.json: every key of the region except its agencies' seals."""

    region: str
    keys: tuple[ListedKey, ...]

    def to_bytes(self) -> bytes:
        """Return the file. Raises: Malformed, where `from_bytes` would refuse it."""
        return _printed({"region": self.region, "keys": [key.to_payload() for key in self.keys]}, RegionKeys)

    @classmethod
    def from_bytes(cls, data: bytes) -> "RegionKeys":
        """Read the file. Raises: Malformed, also where a key id is not <region>-<purpose>-<n>."""
        found = _KEYS(_loads(data), "keys")
        for i, key in enumerate(found["keys"]):
            key.require_owner(f"{found['region']}-{key.purpose}", f"keys.keys[{i}]")
        return cls(region=found["region"], keys=found["keys"])


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionIssuers:
    """regions/<code>/issuers.json: the agencies that may issue there."""

    region: str
    issuers: tuple[Issuer, ...]

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
        return _printed({"region": self.region, "issuers": listed}, RegionIssuers)

    @classmethod
    def from_bytes(cls, data: bytes) -> "RegionIssuers":
        """Read the file. Raises: Malformed, also for a key id other than <USCC>-<n>, or an agency twice."""
        found = _ISSUERS(_loads(data), "issuers")
        agencies = [issuer.agency for issuer in found["issuers"]]
        if len(set(agencies)) != len(agencies):
            raise Malformed("issuers.issuers: an agency is listed twice")
        return cls(region=found["region"], issuers=found["issuers"])


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionEndpoint:
    """regions/<code>/endpoints.json: the origin at which the region's hub answers, without a path."""

    region: str
    url: str

    def to_bytes(self) -> bytes:
        """Return the file. Raises: Malformed, where `from_bytes` would refuse it."""
        return _printed({"region": self.region, "url": self.url}, RegionEndpoint)

    @classmethod
    def from_bytes(cls, data: bytes) -> "RegionEndpoint":
        """Read the file. Raises: Malformed."""
        return cls(**_ENDPOINTS(_loads(data), "endpoints"))


TrustFile = Members | RegionKeys | RegionIssuers | RegionEndpoint | Agreement


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


def parse_file(path: str, data: bytes) -> TrustFile:
    """Read the file that stands at `path`, relative to the trust list's folder.

    Raises:
        Malformed: there is no such file in a trust list, its content is out of form, or it speaks of
            another region or version than its path.
    """
    if path == MEMBERS_PATH:
        return Members.from_bytes(data)
    if plain := _REGION_FILE.fullmatch(path):
        found = _REGION_FILES[plain[2]].from_bytes(data)
        if found.region != plain[1]:
            raise Malformed("region: another than the folder's")
        return found
    if agreed := _AGREEMENT_FILE.fullmatch(path):
        agreement = Agreement.from_bytes(data)
        if {agreed[1], agreed[2]} != set(agreement.parties) or agreement.n != int(agreed[3]):
            raise Malformed("agreement: other parties or another n than the path's")
        return agreement
    raise Malformed("no such file in a trust list")


_REGION_FILE = re.compile(r"regions/([1-9][0-9]{5})/(keys|issuers|endpoints)\.json")
_AGREEMENT_FILE = re.compile(r"regions/([1-9][0-9]{5})/agreements/([1-9][0-9]{5})\.([1-9][0-9]{0,5})\.json")
_REGION_FILES: Mapping[str, type[RegionKeys] | type[RegionIssuers] | type[RegionEndpoint]] = {
    "keys": RegionKeys,
    "issuers": RegionIssuers,
    "endpoints": RegionEndpoint,
}


def _loads(data: bytes) -> Any:
    if len(data) > MAX_FILE_BYTES:
        raise Malformed(f"a trust file of more than {MAX_FILE_BYTES} bytes")
    return strict_json.loads(data)


def _printed(payload: Mapping[str, Any], reader: Any) -> bytes:
    printed = strict_json.dumps(payload)
    reader.from_bytes(printed)
    return printed


def _member(value: Any, where: str) -> Member:
    found = _MEMBER(value, where)
    return Member(**{**found, "state": MemberState(found["state"])})


def _issuer(value: Any, where: str) -> Issuer:
    found = _ISSUER(value, where)
    if len(set(found["kinds"])) != len(found["kinds"]):
        raise Malformed(f"{where}.kinds: a kind stands twice")
    for i, key in enumerate(found["keys"]):
        key.require_owner(found["agency"], f"{where}.keys[{i}]")
    return Issuer(**found)


_MEMBER = members(
    {
        "code": shapes.region,
        "name": text(64),
        "name_en": text(128),
        "state": one_of(*MemberState),
        "since": shapes.moment,
    }
)
_MEMBERS = members(
    {
        "ver": integer(1, (1 << 53) - 1),
        "issued_at": shapes.moment,
        "members": listing(_member, at_most=_MAX_MEMBERS),
    }
)
_KEYS = members({"region": shapes.region, "keys": listing(region_key, at_most=_MAX_KEYS)})
_ISSUER = members(
    {
        "agency": shapes.agency,
        "name": text(128),
        "name_en": text(256),
        "kinds": listing(shapes.kind, at_most=1024),
        "keys": listing(seal_key, at_most=_MAX_KEYS),
    }
)
_ISSUERS = members({"region": shapes.region, "issuers": listing(_issuer, at_most=_MAX_ISSUERS)})
_URL = pattern(
    r"https?://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[1-9][0-9]{0,4})?",
    "an origin without a path",
)
_ENDPOINTS = members({"region": shapes.region, "url": _URL})
