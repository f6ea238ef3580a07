"""Changes of a certificate's state, in their order, and the state that they give for a moment. Nothing here does I/O.

    was, was_since → state, decided_at        one change; `was_since` is the `decided_at` of the change before

    created_at     decided_at           decided_at     state_since of the certificate's own row
        │   intended   │      active        │   suspended   │   its own state
        └──────────────┴────────────────────┴───────────────┴────────────────→
    not on record before

A change holds from `effective_from` on, which may lie before its decision. A later decision goes before an earlier one,
so a change that is missing makes unknown what was before it too: it may have held from any day.
The certificate's own row is trusted from its `state_since` on, whatever the changes say: older code writes none.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from certhub.records.certificates.record import Certificate
from certhub.records.certificates.rules import State

Since = tuple[State | None, datetime | None]


class NoState(StrEnum):
    """Why a certificate has no state that can be told for a moment."""

    NOT_YET = "not_yet"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Change:
    """One change of a certificate's state, opened.

    `was` and `was_since` are None where nothing is known of what was before. `by` is the account or the job that
    decided it. `written_at` is later than `decided_at` where the change was filled in from the history.
    """

    id: UUID
    was: State | None
    was_since: datetime | None
    state: State
    decided_at: datetime
    effective_from: datetime
    by: str
    written_at: datetime
    reason: str | None = None
    decision: str | None = None
    reason_code: str | None = None

    @property
    def before(self) -> Since:
        """What it left, and since when that was."""
        return self.was, self.was_since

    @property
    def after(self) -> Since:
        """What it came into, and since when."""
        return self.state, self.decided_at


def ordered(changes: Iterable[Change]) -> list[Change]:
    """Return a certificate's changes in the order in which they happened.

    Each follows the one that it names, whatever the clock said; where one is missing the next known one follows.
    """
    left = dict.fromkeys(sorted(changes, key=_by_time))
    following: dict[Since, list[Change]] = defaultdict(list)
    for change in left:
        following[change.before].append(change)
    led_to = {change.after for change in left}
    line: list[Change] = []
    while left:
        candidates = following[line[-1].after] if line else []
        found = next((change for change in candidates if change in left), None)
        if found is None:
            found = next((change for change in left if change.before not in led_to), next(iter(left)))
        line.append(found)
        del left[found]
    return line


def _by_time(change: Change) -> tuple[datetime, bool, UUID]:
    """Order by time; of one moment, what can still be left comes before an end."""
    return change.decided_at, change.state not in (State.ACTIVE, State.SUSPENDED), change.id


def state_on(certificate: Certificate, changes: Iterable[Change], when: datetime) -> State | NoState:
    """Return the state that a certificate was in at a moment, by what is known now."""
    if when < certificate.created_at:
        return NoState.NOT_YET
    if when >= certificate.state_since:
        return certificate.state
    line = ordered(changes)
    in_effect = [place for place, change in enumerate(line) if change.effective_from <= when]
    last = in_effect[-1] if in_effect else -1
    following = line[last + 1 :]
    if not _is_whole(following, certificate):
        return NoState.UNKNOWN
    after = following[0].before if following else (certificate.state, certificate.state_since)
    if in_effect and line[last].after == after:
        return line[last].state
    was, since = after
    return was if following and was is not None and since is not None and when >= since else NoState.UNKNOWN


def _is_whole(line: Sequence[Change], certificate: Certificate) -> bool:
    """Say whether changes lead to what the certificate's own row says, none being missing between them."""
    befores = [*(change.before for change in line[1:]), (certificate.state, certificate.state_since)]
    return all(change.after == before for change, before in zip(line, befores, strict=False))
