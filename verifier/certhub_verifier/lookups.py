"""What the engine asks for while it judges, and what it may be told: it fetches nothing itself.

    StatusAt(uri, index)    →  StatusToken   a signed list, which the engine verifies
                               StatusRecord  the issuing hub's own row, which nobody has to sign to itself
    UseOf(region, jti)      →  UseRecord     whether the region that minted a sealed code has seen it before

None in place of news means that it could not be had: the fact is undetermined, never good.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StatusAt:
    """How stands the credential at `index` of the list called `uri`?"""

    uri: str
    index: int


@dataclass(frozen=True, slots=True)
class RedemptionOf:
    """Was the sealed code `jti` of `region` used before?"""

    region: str
    jti: str


@dataclass(frozen=True, slots=True)
class StatusToken:
    """A status list token as it was fetched or stored; nothing in it is believed yet."""

    token: bytes


@dataclass(frozen=True, slots=True)
class StatusRecord:
    """The home hub's own word: a state of DESIGN §5 "Status", as of when, since when, and what to say of it.

    `detail` may hold `decision` (number of the decision) and `until` (a date), never a holder's data.
    """

    state: str
    as_of: datetime
    since: datetime | None = None
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RedemptionRecord:
    """Whether a code was redeemed before `as_of`, and then when and at which window."""

    redeemed: bool
    redeemed_at: datetime | None = None
    redeemed_where: str | None = None
    as_of: datetime = field(kw_only=True)


Lookup = StatusAt | RedemptionOf
LookupResult = StatusToken | StatusRecord | RedemptionRecord
