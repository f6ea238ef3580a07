"""members.json: which regions there are, and where each stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from certhub_verifier.formats.jose import fields
from certhub_verifier.formats.jose.object_schema import Check, integer, listing, object_of, one_of, text
from certhub_verifier.formats.trust.setaside import (
    SetAside,
    entries,
    names_of_member,
    sorted_out,
    strange_member,
    strange_word,
)
from certhub_verifier.formats.trust.trustfile import (
    FORMAT,
    format_member,
    named,
    printed,
    reader,
    require_once,
)

_MAX_MEMBERS = 4096


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
class Members:
    """members.json: `version` only grows."""

    version: int
    issued_at: datetime
    members: tuple[Member, ...]
    format: int = FORMAT
    set_aside: tuple[SetAside, ...] = field(default=(), compare=False)

    def to_bytes(self) -> bytes:
        """Return the file. Raises: Malformed, where `from_bytes` would refuse it."""
        listed = [
            {
                "code": member.code,
                "name": member.name,
                "name_en": member.name_en,
                "state": str(member.state),
                "since": fields.instant(member.since),
            }
            for member in self.members
        ]
        return printed(
            {
                **format_member(self.format),
                "ver": self.version,
                "issued_at": fields.instant(self.issued_at),
                "members": listed,
            },
            Members,
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "Members":
        """Read the file. Raises: Malformed, also where a region is listed twice."""
        found, aside = _MEMBERS(data)
        listed, strange = sorted_out(found["members"])
        require_once(
            [member.code for member in listed] + named(strange, "region"),
            "members.members: a region is listed twice",
        )
        return cls(
            version=found["ver"],
            issued_at=found["issued_at"],
            members=listed,
            format=found["format"],
            set_aside=aside + strange,
        )


def _member(value: Any, where: str) -> Member:
    found = _MEMBER(value, where)
    return Member(**{**found, "state": MemberState(found["state"])})


def _strange_member(value: Mapping[str, Any]) -> str | None:
    return strange_member(value, _MEMBER_MEMBERS) or strange_word(value, "state", [*MemberState])


_MEMBER_MEMBERS: Mapping[str, Check] = {
    "code": fields.region,
    "name": text(64),
    "name_en": text(128),
    "state": one_of(*MemberState),
    "since": fields.moment,
}
_MEMBER = object_of(_MEMBER_MEMBERS)
_MEMBERS = reader(
    "members",
    {
        "ver": integer(1, (1 << 53) - 1),
        "issued_at": fields.moment,
        "members": listing(entries(_member, _strange_member, names_of_member), at_most=_MAX_MEMBERS),
    },
)
