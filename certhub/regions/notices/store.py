"""The queries of the notices noun.

notice        sealed {…}: the body of its kind (formats/exchange/notice.py)
              state waiting → taken, refused (the other hub does not know what it is about) or lapsed (seven days);
              forgotten thirty days after it would have lapsed
taken_notice  what another region told us, by its id
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from certhub_verifier.formats.exchange.notice import NoticeKind
from sqlalchemy import delete, func, select, update

from certhub import plain_json
from certhub.adapters.clock import LARGEST_JUMP
from certhub.db.columns import table_of
from certhub.db.engine import Pen, Unit
from certhub.db.grants import believed, signed
from certhub.db.ids import public_id
from certhub.db.rows import row_of, value_of
from certhub.db.sealing import BlobRefused
from certhub.db.statements import insert, insert_new
from certhub.regions.notices.tables import NoticeRow, TakenNoticeRow

_NOTICE, _TAKEN = table_of(NoticeRow), table_of(TakenNoticeRow)
LIFE = timedelta(days=7)
REMEMBERED = timedelta(days=30)
"""How long after its life a notice that ended is kept, for whoever asks what was told; nothing is decided by it."""


class NoticeState(StrEnum):
    """How a notice of ours stands."""

    WAITING = "waiting"
    TAKEN = "taken"
    REFUSED = "refused"
    LAPSED = "lapsed"


@dataclass(frozen=True)
class NoticeFile:
    """A notice of ours, to be sent to `region`."""

    id: str
    region: str
    kind: NoticeKind
    verification: str
    made_at: datetime
    expires_at: datetime
    state: NoticeState
    body: Mapping[str, Any]


def leave(unit: Unit, region: str, kind: NoticeKind, verification: str, body: Mapping[str, Any]) -> None:
    """Leave a notice to be sent, in the caller's transaction."""
    put(unit, [row(unit, region, kind, verification, body)])


def row(
    pen: Pen, region: str, kind: NoticeKind, verification: str, body: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Make the row of a notice to be sent."""
    notice_id = public_id(pen.random)
    made = NoticeFile(
        notice_id, region, kind, verification, pen.now, pen.now + LIFE, NoticeState.WAITING, body
    )
    sealed = pen.vault.seal("notice", notice_id, plain_json.printed(dict(body)))
    return signed(pen, NoticeRow, row_of(NoticeRow, made, sealed=sealed))


def put(unit: Unit, made: Sequence[Mapping[str, Any]]) -> None:
    """Put the rows of notices on record."""
    insert(unit, _NOTICE, made)


def waiting(unit: Unit, *, limit: int, without: Collection[str] = ()) -> list[NoticeFile]:
    """Return the notices that wait, oldest first, but those to the regions `without`."""
    query = (
        select(_NOTICE)
        .where(_NOTICE.c.state == NoticeState.WAITING.value, _NOTICE.c.region.not_in(sorted(without)))
        .order_by(_NOTICE.c.expires_at, _NOTICE.c.id)  # all live as long, and this has an index
        .limit(limit)
    )
    found = []
    for kept in believed(unit, NoticeRow, query):
        try:
            body = plain_json.read(unit.vault.open("notice", kept.id, kept.sealed))
        except BlobRefused:
            unit.refused[_NOTICE.name] += 1
            continue
        found.append(value_of(NoticeFile, kept, body=body))
    return found


def count_waiting(unit: Unit) -> dict[str, int]:
    """Return how many notices wait, by region."""
    numbers = select(_NOTICE.c.region, func.count().label("waiting")).group_by(_NOTICE.c.region)
    counted = unit.sql.execute(numbers.where(_NOTICE.c.state == NoticeState.WAITING.value))
    return {each.region: each.waiting for each in counted}


def move(unit: Unit, notice_id: str, to: NoticeState) -> None:
    """Say how a notice that waited ended."""
    unit.sql.execute(
        update(_NOTICE)
        .where(_NOTICE.c.id == notice_id, _NOTICE.c.state == NoticeState.WAITING.value)
        .values(state=to.value)
    )


def take(unit: Unit, region: str, jti: str, *, expires: datetime) -> bool:
    """Take a notice of another region; False where it was taken before."""
    return bool(insert_new(unit, _TAKEN, [{"region": region, "jti": jti, "keep_until": expires}]))


def forget(unit: Unit, past: datetime) -> int:
    """Delete the ids of notices that nobody can send again, whatever the clock does, and our own that ended long ago.

    Returns:
        How many.
    """
    ended = [state.value for state in NoticeState if state is not NoticeState.WAITING]
    taken = unit.sql.execute(delete(_TAKEN).where(_TAKEN.c.keep_until < past - LARGEST_JUMP))
    ours = unit.sql.execute(
        delete(_NOTICE).where(_NOTICE.c.state.in_(ended), _NOTICE.c.expires_at < past - REMEMBERED)
    )
    return int(taken.rowcount + ours.rowcount)
