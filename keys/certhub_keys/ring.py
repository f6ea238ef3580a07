"""Which key signs now, which may still be believed, which comes next. Pure: no keys, no clock, no files.

    from_              until                   verify_until
      ├── signs ─────────┤                           │
      ├── is believed ───────────────────────────────┤

Each span holds its first instant and not its last. A new key overlaps the old one and signs from its
`from_` on; it is published before that, so that everybody knows it by then. A compromised key neither
signs nor is believed, whatever the dates say: what it signed before cannot be told apart here from
what was backdated (that takes a witnessed ledger entry).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from certhub_schemas.algorithms import Algorithm
from certhub_schemas.purposes import Purpose

from certhub_keys.errors import BadKeyEntry, KeyNotUsable, NoCurrentKey, NoNextKey, Reason


class KeyState(StrEnum):
    """What has been declared of a key, beside its dates."""

    ACTIVE = "active"
    RETIRED = "retired"  # signs no more, though its dates would let it; is believed until verify_until
    COMPROMISED = "compromised"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEntry:
    """A key as the trust list publishes it (`from` is spelled `from_` here). Times are aware.

    Raises:
        BadKeyEntry: a time has no zone, the dates are out of order, or state and
            `compromised_since` contradict each other.
    """

    kid: str
    purpose: Purpose
    algorithm: Algorithm
    jwk: Mapping[str, str] = field(hash=False)
    from_: datetime
    until: datetime
    verify_until: datetime
    state: KeyState = KeyState.ACTIVE
    compromised_since: datetime | None = None

    def __post_init__(self) -> None:
        times = (self.from_, self.until, self.verify_until, self.compromised_since)
        if any(time is not None and time.utcoffset() is None for time in times):
            raise BadKeyEntry(self.kid, "a time has no zone")
        if not self.from_ < self.until <= self.verify_until:
            raise BadKeyEntry(self.kid, "its dates are out of order")
        if (self.compromised_since is None) == (self.state is KeyState.COMPROMISED):
            raise BadKeyEntry(self.kid, "its state and compromised_since contradict each other")


def usable_to_sign(entry: KeyEntry, at: datetime) -> KeyEntry:
    """Return `entry` when its key may sign at `at` (aware).

    Raises:
        KeyNotUsable: it may not; `reason` is one of not-yet, signing-over, retired, compromised.
    """
    if entry.state is KeyState.COMPROMISED:
        raise KeyNotUsable(entry.kid, Reason.COMPROMISED, at)
    if entry.state is KeyState.RETIRED:
        raise KeyNotUsable(entry.kid, Reason.RETIRED, at)
    if at < entry.from_:
        raise KeyNotUsable(entry.kid, Reason.NOT_YET, at)
    if at >= entry.until:
        raise KeyNotUsable(entry.kid, Reason.SIGNING_OVER, at)
    return entry


def usable_to_verify(entry: KeyEntry, at: datetime) -> KeyEntry:
    """Return `entry` when its signatures may be believed by somebody who looks at `at` (aware).

    Raises:
        KeyNotUsable: they may not; `reason` is one of not-yet, verifying-over, compromised.
    """
    if entry.state is KeyState.COMPROMISED:
        raise KeyNotUsable(entry.kid, Reason.COMPROMISED, at)
    if at < entry.from_:
        raise KeyNotUsable(entry.kid, Reason.NOT_YET, at)
    if at >= entry.verify_until:
        raise KeyNotUsable(entry.kid, Reason.VERIFYING_OVER, at)
    return entry


def current(entries: Iterable[KeyEntry], purpose: Purpose, at: datetime) -> KeyEntry:
    """Return the key of `purpose` that signs at `at`: of several, the one that began last.

    Two that began together are decided by kid, so that every process chooses the same.

    Raises:
        NoCurrentKey: none may sign.
    """
    able = [entry for entry in entries if entry.purpose is purpose and _may_sign(entry, at)]
    if not able:
        raise NoCurrentKey(purpose, at)
    return max(able, key=_order)


def next_key(entries: Iterable[KeyEntry], purpose: Purpose, at: datetime) -> KeyEntry:
    """Return the key of `purpose` that takes over first after `at`.

    Raises:
        NoNextKey: none is prepared; make one before the current key's `until`.
    """
    coming = [
        entry
        for entry in entries
        if entry.purpose is purpose and entry.state is KeyState.ACTIVE and entry.from_ > at
    ]
    if not coming:
        raise NoNextKey(purpose, at)
    return min(coming, key=_order)


def _may_sign(entry: KeyEntry, at: datetime) -> bool:
    try:
        usable_to_sign(entry, at)
    except KeyNotUsable:
        return False
    return True


def _order(entry: KeyEntry) -> tuple[datetime, str]:
    return entry.from_, entry.kid
