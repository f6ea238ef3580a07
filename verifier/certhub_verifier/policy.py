"""What a matter demands, for each way in which a certificate arrives: matter × channel → levels, limits.

    required   a "no" is invalid, an undetermined or missing fact is undetermined
    expected   a "no" is invalid, an undetermined fact is check; missing means that it does not apply
    off        told, and not weighed

No level softens a "no", some causes are never softened by "expected" (verdict.py), and no policy goes below
the floor of what was shown (floor.py). A receipt is no channel: it is judged without a policy. A policy is a value
with a digest, so that a receipt can say years later by which rules it was judged (DESIGN §5 "Verdict").
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from certhub_schemas.matters import MAX_STATUS_AGE, Matter
from certhub_schemas.requirements import Mode, Requirement

from certhub_verifier.facts import Fact
from certhub_verifier.formats.jose import strict_json

HOUR = 3600
MAX_KEPT_POLICIES = 1_024  # the matters of a province, by the channels that are in use
MAX_TRUST_AGE_SECONDS = (
    72 * HOUR
)  # trust-and-security §1.2 "Freshness grades": beyond it nobody relies on the list
DEFAULT_STATUS_AGE_SECONDS = 24 * HOUR  # the life of a list (DESIGN §3), for a verification without a matter


D = TypeVar("D")


class Channel(StrEnum):
    """How it came."""

    TICKET = "ticket"
    PEER = "peer"
    SEALED = "sealed"
    PAPER = "paper"
    FILE = "file"


class Level(StrEnum):
    """How much a fact weighs."""

    REQUIRED = "required"
    EXPECTED = "expected"
    OFF = "off"


class MatterLimits(Protocol):
    """The part of `certhub_schemas.Matter` that a policy is made of."""

    @property
    def code(self) -> str:
        """Code of the matter."""
        ...

    @property
    def max_status_age_seconds(self) -> int:
        """Oldest status that the matter takes, in seconds."""
        ...

    @property
    def offline_allowed(self) -> bool:
        """Whether it may be settled without a network."""
        ...

    @property
    def deficiency_allowed(self) -> bool:
        """Whether a case may be accepted now and completed later."""
        ...

    @property
    def mode(self) -> Mode:
        """The mode in which everything has to be shown."""
        ...

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """What the matter needs to know, and which certificates show it."""
        ...


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one verification; all ages in seconds.

    `requirements` and `mode` are the matter's, empty and None without one. They are no part of the policy's name: a
    receipt names the matter by its own digest.
    """

    channel: Channel
    matter_code: str | None
    levels: Mapping[Fact, Level]
    max_status_age_seconds: int
    max_trust_age_seconds: int = MAX_TRUST_AGE_SECONDS
    expires_soon_days: int = 30
    offline_allowed: bool = False
    deficiency_allowed: bool = False
    requirements: tuple[Requirement, ...] = ()
    mode: Mode | None = None
    _derived: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def derived(self, name: str, make: "Callable[[Policy], D]") -> D:
        """Return what `make` makes of the policy, made when first asked for by that name: a policy never changes."""
        if name not in self._derived:
            self._derived[name] = make(self)
        found: D = self._derived[name]
        return found

    @property
    def status_limit(self) -> int:
        """Oldest status in seconds: the policy's, and never more than any matter may take."""
        return min(self.max_status_age_seconds, MAX_STATUS_AGE)

    @property
    def trust_limit(self) -> int:
        """Oldest trust list in seconds: the policy's, and never more than anybody relies on."""
        return min(self.max_trust_age_seconds, MAX_TRUST_AGE_SECONDS)

    def limits_alone(self) -> "Policy":
        """Return the rules without what the matter asks: its limits hold, and it needs nothing."""
        off = dict.fromkeys(_ASKED_BY_A_MATTER, Level.OFF)
        return replace(self, requirements=(), mode=None, levels=MappingProxyType({**self.levels, **off}))

    def level(self, fact: Fact) -> Level:
        """Return how much `fact` weighs; a fact that the policy does not name is required."""
        return self.levels.get(fact, Level.REQUIRED)

    def document(self) -> bytes:
        """Return the canonical form (RFC 8785), whose SHA-256 a receipt carries.

        It names the facts that count; a fact that is off is left out, so that one that a later release adds and does
        not ask for changes no policy's name.
        """
        return self._form({fact for fact in Fact if self.level(fact) is not Level.OFF})

    def former_documents(self) -> tuple[bytes, ...]:
        """Return the forms that earlier releases named.

        The first named every fact that they knew, also those that were off. The last named those that count, and did
        not ask yet whether the matter needs what is shown.
        """
        known = {fact for fact in Fact if self.level(fact) is not Level.OFF} - _ASKED_BY_A_MATTER
        return tuple(self._form(facts) for facts in (*_FORMER_FACTS, known))

    def digest(self) -> str:
        """Return the hex SHA-256 of the document, as a receipt carries it."""
        return self.derived("digest", lambda policy: hashlib.sha256(policy.document()).hexdigest())

    def _form(self, facts: Collection[Fact]) -> bytes:
        form = {
            "channel": self.channel.value,
            "matter": self.matter_code,
            "levels": {fact.value: self.level(fact).value for fact in facts},
            "max_status_age_seconds": self.max_status_age_seconds,
            "max_trust_age_seconds": self.max_trust_age_seconds,
            "expires_soon_days": self.expires_soon_days,
            "offline_allowed": self.offline_allowed,
            "deficiency_allowed": self.deficiency_allowed,
        }
        return strict_json.canonical(form)


_ASKED_BY_A_MATTER = {Fact.NEEDED, Fact.MODE}
_FORMER_FACTS: tuple[frozenset[Fact], ...] = (
    frozenset(
        {
            *(Fact.WELL_FORMED, Fact.SIGNATURE, Fact.STANDS_BEHIND, Fact.ISSUER_KNOWN, Fact.ISSUER_ENTITLED),
            *(Fact.DATES, Fact.STATUS, Fact.HOLDER_BINDING, Fact.AUDIENCE, Fact.ONE_TIME),
            *(Fact.TRUST_FRESH, Fact.AGREEMENT, Fact.LOGGED),
        }
    ),
    frozenset(
        {
            *(Fact.WELL_FORMED, Fact.SIGNATURE, Fact.STANDS_BEHIND, Fact.ISSUER_KNOWN, Fact.ISSUER_ENTITLED),
            *(Fact.CATALOGUED, Fact.DATES, Fact.STATUS, Fact.HOLDER_BINDING, Fact.AUDIENCE, Fact.ONE_TIME),
            *(Fact.TRUST_FRESH, Fact.AGREEMENT, Fact.LOGGED),
        }
    ),
)
"""The facts that a policy's name covered before it covered those that count; receipts of then are read for ever."""
_COMMON = {
    Fact.WELL_FORMED: Level.REQUIRED,
    Fact.SIGNATURE: Level.REQUIRED,
    Fact.STANDS_BEHIND: Level.REQUIRED,
    Fact.ISSUER_KNOWN: Level.REQUIRED,
    Fact.ISSUER_ENTITLED: Level.REQUIRED,
    Fact.CATALOGUED: Level.EXPECTED,
    Fact.DATES: Level.REQUIRED,
    Fact.STATUS: Level.REQUIRED,
    Fact.HOLDER_BINDING: Level.OFF,
    Fact.AUDIENCE: Level.EXPECTED,
    Fact.ONE_TIME: Level.REQUIRED,
    Fact.TRUST_FRESH: Level.REQUIRED,
    Fact.AGREEMENT: Level.EXPECTED,  # applies where two regions meet; without one it is never softened
    Fact.LOGGED: Level.OFF,
    Fact.NEEDED: Level.OFF,  # where a matter asks: `_asked_by`
    Fact.MODE: Level.OFF,
}
# A file has no code that could be used up; without a binding it proves the seal, not who shows it.
_FILE = {Fact.HOLDER_BINDING: Level.EXPECTED, Fact.ONE_TIME: Level.OFF, Fact.STATUS: Level.EXPECTED}
# A region signs a sealed code; that the agency's own seal was not seen is said, and weighs nothing.
_SEALED = {Fact.STANDS_BEHIND: Level.OFF, Fact.STATUS: Level.EXPECTED, Fact.ONE_TIME: Level.EXPECTED}
_CHANGES: Mapping[Channel, Mapping[Fact, Level]] = {
    Channel.TICKET: {},
    # Both are stated of whatever is answered: an answer that leaves one out is not believed.
    Channel.PEER: {Fact.AGREEMENT: Level.REQUIRED, Fact.AUDIENCE: Level.REQUIRED},
    Channel.SEALED: _SEALED,
    Channel.PAPER: _SEALED,
    Channel.FILE: _FILE,
}


def policy_for(matter: MatterLimits | None, channel: Channel) -> Policy:
    """Return the rules of `matter` for what arrives by `channel`.

    A matter that may not be settled offline requires what an offline counter could only expect: with an
    unknown use or an aged status it is undetermined. Without a matter the default limits hold and nothing
    is offered.
    """
    # A policy is a value, so that one of a matter and a channel serves every verification by them.
    return _of_matter(matter, channel) if matter is None or type(matter) is Matter else _made(matter, channel)


@lru_cache(maxsize=MAX_KEPT_POLICIES)
def _of_matter(matter: Matter | None, channel: Channel) -> Policy:
    return _made(matter, channel)


def _made(matter: MatterLimits | None, channel: Channel) -> Policy:
    levels = {**_COMMON, **_CHANGES[channel], **({} if matter is None else _asked_by(matter))}
    offline_allowed = matter.offline_allowed if matter else True
    if channel in (Channel.SEALED, Channel.PAPER) and not offline_allowed:
        levels |= {Fact.STATUS: Level.REQUIRED, Fact.ONE_TIME: Level.REQUIRED}
    return Policy(
        channel=channel,
        matter_code=matter.code if matter else None,
        levels=MappingProxyType(levels),
        max_status_age_seconds=matter.max_status_age_seconds if matter else DEFAULT_STATUS_AGE_SECONDS,
        offline_allowed=offline_allowed,
        deficiency_allowed=matter.deficiency_allowed if matter else False,
        requirements=matter.requirements if matter else (),
        mode=matter.mode if matter else None,
    )


def _asked_by(matter: MatterLimits) -> Mapping[Fact, Level]:
    """Return how much the two facts weigh that a matter asks: an identity that was not checked is not softened."""
    return {Fact.NEEDED: Level.EXPECTED, Fact.MODE: Level.REQUIRED if matter.mode == "L3" else Level.EXPECTED}
