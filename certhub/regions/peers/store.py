"""The queries of the peers noun."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from certhub.adapters.clock import LARGEST_JUMP
from certhub.db.columns import table_of
from certhub.db.engine import Unit
from certhub.db.statements import insert_new
from certhub.errors import Conflict, Unavailable
from certhub.regions.peers.tables import ExchangeRow, PeerStopRow

_EXCHANGE, _STOP = table_of(ExchangeRow), table_of(PeerStopRow)
REPLAY_WINDOW = timedelta(seconds=180)  # a request lives 60 s, clocks differ by up to 60 s on either side


@dataclass(frozen=True)
class Received:
    """A request as the replay table knows it."""

    asker: str
    jti: str
    request_hash: bytes

    @property
    def row(self) -> str:
        """Its row, as the vault names it."""
        return f"{self.asker}:{self.jti}"


def receive(unit: Unit, request: Received) -> bytes | None:
    """Put a request on record; for one that was answered before, return that answer.

    Raises:
        Conflict: another request came under the same id (REPLAY_MISMATCH).
        Unavailable: the first copy is still being answered (IN_FLIGHT).
    """
    row = {
        "asker": request.asker,
        "jti": request.jti,
        "request_hash": request.request_hash,
        "answer": None,
        "keep_until": unit.now + REPLAY_WINDOW,
    }
    if insert_new(unit, _EXCHANGE, [row]):
        return None
    found = unit.sql.execute(
        select(_EXCHANGE).where(_EXCHANGE.c.asker == request.asker, _EXCHANGE.c.jti == request.jti)
    ).one()
    if found.request_hash != request.request_hash:
        raise Conflict("another request was sent under this id", code="REPLAY_MISMATCH")
    if found.answer is None:
        raise Unavailable("this request is being answered", code="IN_FLIGHT")
    return unit.vault.open("exchange", request.row, found.answer)


def keep_answer(unit: Unit, request: Received, answer: bytes) -> None:
    """Keep the signed answer to a request."""
    unit.sql.execute(
        update(_EXCHANGE)
        .where(_EXCHANGE.c.asker == request.asker, _EXCHANGE.c.jti == request.jti)
        .values(answer=unit.vault.seal("exchange", request.row, answer))
    )


def release(unit: Unit, request: Received) -> None:
    """Forget a request that could not be answered, so that its retry is tried afresh."""
    unit.sql.execute(
        delete(_EXCHANGE).where(
            _EXCHANGE.c.asker == request.asker, _EXCHANGE.c.jti == request.jti, _EXCHANGE.c.answer.is_(None)
        )
    )


def stop(unit: Unit, region: str, *, by: str) -> None:
    """Stop asking and answering a region, at once."""
    insert_new(unit, _STOP, [{"region": region, "since": unit.now, "by": by}])


def resume(unit: Unit, region: str) -> None:
    """Take a local stop away."""
    unit.sql.execute(delete(_STOP).where(_STOP.c.region == region))


def stopped(unit: Unit) -> frozenset[str]:
    """Return the regions that are stopped here."""
    return frozenset(unit.sql.scalars(select(_STOP.c.region)))


def forget(unit: Unit, past: datetime) -> int:
    """Delete requests that can no longer be replayed, whatever the clock does; their answers go before them."""
    old = (_EXCHANGE.c.keep_until < past, _EXCHANGE.c.answer.is_not(None))
    unit.sql.execute(update(_EXCHANGE).where(*old).values(answer=None))
    return unit.sql.execute(delete(_EXCHANGE).where(_EXCHANGE.c.keep_until < past - LARGEST_JUMP)).rowcount
