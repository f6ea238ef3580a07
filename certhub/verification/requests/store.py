"""The queries of the requests noun.

counter_request   the asking hub's: sealed {matter, window, office, case_number, not_applicable, declared, match}
                  checked {method, at, id_type, id_number}   an identity check, once a clerk recorded one
                  progress {token}                what the home hub was given, once it fetched the request
opened_request    the home hub's: sealed {region, request, choices}   what the holder saw

A state moves forward only, by an UPDATE that names the states it may come from: of two that come at once one wins.

    open ── seen ── answered        the holder opened it, and consented
        └───────── refused, void    the holder refused, or picked the wrong digits
    expired is computed
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select, update

from certhub import plain_json
from certhub.db.columns import table_of
from certhub.db.engine import Unit
from certhub.db.grants import believed, signed
from certhub.db.rows import row_of, value_of
from certhub.db.sealing import BlobRefused
from certhub.db.statements import insert_new
from certhub.verification.requests.tables import OpenedRequestRow, RequestRow

_REQUEST, _OPENED = table_of(RequestRow), table_of(OpenedRequestRow)
_CHECKED, _PROGRESS = "counter_request.checked", "counter_request.progress"


class Binding(StrEnum):
    """What binding a request to a hub came to; `refused` where it is another's, or waits no longer."""

    FIRST = "first"
    AGAIN = "again"
    REFUSED = "refused"


class RequestState(StrEnum):
    """How a request stands; `expired` is computed.

    `consented` is a holder's consent to another region's request, until the asking hub took the answer.
    """

    OPEN = "open"
    SEEN = "seen"
    CONSENTED = "consented"
    REFUSED = "refused"
    VOID = "void"
    EXPIRED = "expired"
    ANSWERED = "answered"


REMEMBERED = timedelta(hours=72)
"""How long a request is kept after its end, so that used, void and expired differ; its verification stays."""

WAITING = (RequestState.OPEN, RequestState.SEEN)
"""The states in which a request can still be answered."""


@dataclass(frozen=True)
class Order:
    """What a counter requests: for which matter, where, for which case, and what was declared.

    `office` is the account's, never the page's. `match` are the two digits that the counter shows.
    """

    matter: str
    office: str
    window: str
    match: str
    case_number: str | None = None
    not_applicable: tuple[str, ...] = ()
    declared: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """An identity check: how and when (aware); the number that was read, None where none was."""

    method: str
    at: datetime
    id_type: str | None = None
    id_number: str | None = None


@dataclass(frozen=True)
class CounterRequestFile:
    """A request as the asking hub holds it; `given` is the signed request that the home hub fetched."""

    request_id: str
    code_hash: bytes
    clerk: str
    state: RequestState
    home: str | None
    opened_at: datetime
    expires_at: datetime
    order: Order
    check: Check | None = None
    given: str | None = None

    def state_at(self, now: datetime) -> RequestState:
        """Return how it stands at a time: what waits too long has expired."""
        return RequestState.EXPIRED if self.state in WAITING and now >= self.expires_at else self.state


@dataclass(frozen=True)
class OpenedRequest:
    """A request as its holder's home hub holds it: whose it is, what was fetched, and the three pairs of digits."""

    code_hash: bytes
    holder: bytes
    state: RequestState
    opened_at: datetime
    expires_at: datetime
    region: str
    request: Mapping[str, Any]
    token: str
    choices: tuple[str, ...]

    def state_at(self, now: datetime) -> RequestState:
        """Return how it stands at a time: what waits too long has expired."""
        return RequestState.EXPIRED if self.state in WAITING and now >= self.expires_at else self.state


def open_request(unit: Unit, made: CounterRequestFile) -> bool:
    """Put a request on record; False where its id is taken."""
    order = {**made.order.__dict__, "not_applicable": list(made.order.not_applicable)}
    row = row_of(
        RequestRow,
        made,
        sealed=unit.vault.seal("counter_request", made.request_id, _bytes(order)),
        checked=None if made.check is None else _seal_check(unit, made.request_id, made.check),
        progress=None,
    )
    return bool(insert_new(unit, _REQUEST, [signed(unit, RequestRow, row)]))


def get(unit: Unit, request_id: str) -> CounterRequestFile | None:
    """Return a request by its id, None where none is on record."""
    return _request(unit, _REQUEST.c.request_id == request_id)


def by_code(unit: Unit, code_hash: bytes) -> CounterRequestFile | None:
    """Return a request by the hash of its code, None where none is on record."""
    return _request(unit, _REQUEST.c.code_hash == code_hash)


def bind(unit: Unit, request_id: str, home: str) -> Binding:
    """Bind a request to the home hub that opened it, once: of two that come at once one is the first."""
    first = unit.sql.execute(
        update(_REQUEST)
        .where(_REQUEST.c.request_id == request_id, _REQUEST.c.state == RequestState.OPEN.value)
        .values(state=RequestState.SEEN.value, home=home)
    )
    if first.rowcount == 1:
        return Binding.FIRST
    bound = get(unit, request_id)
    is_theirs = bound is not None and bound.state is RequestState.SEEN and bound.home == home
    return Binding.AGAIN if is_theirs else Binding.REFUSED


def keep_given(unit: Unit, request_id: str, token: str) -> str:
    """Keep what the home hub is given, whose digest its answer names; the first one kept is the one that it gets."""
    sealed = unit.vault.seal(_PROGRESS, request_id, _bytes({"token": token}))
    unit.sql.execute(
        update(_REQUEST)
        .where(_REQUEST.c.request_id == request_id, _REQUEST.c.progress.is_(None))
        .values(progress=sealed)
    )
    kept = get(unit, request_id)
    return token if kept is None or kept.given is None else kept.given


def move(unit: Unit, request_id: str, to: RequestState, *, of: Collection[RequestState] = WAITING) -> bool:
    """Move a request to another state; False where it is in none of those that it may come from."""
    done = unit.sql.execute(
        update(_REQUEST)
        .where(_REQUEST.c.request_id == request_id, _REQUEST.c.state.in_([one.value for one in of]))
        .values(state=to.value)
    )
    return done.rowcount == 1


def record_check(unit: Unit, request_id: str, check: Check) -> bool:
    """Put an identity check on record; False where the request waits no longer."""
    done = unit.sql.execute(
        update(_REQUEST)
        .where(_REQUEST.c.request_id == request_id, _REQUEST.c.state.in_([one.value for one in WAITING]))
        .values(checked=_seal_check(unit, request_id, check))
    )
    return done.rowcount == 1


def states(unit: Unit, request_ids: Collection[str]) -> dict[str, tuple[str, datetime]]:
    """Return state and end of requests, by id: what a page waits for."""
    columns = (_REQUEST.c.request_id, _REQUEST.c.state, _REQUEST.c.expires_at)
    rows = unit.sql.execute(select(*columns).where(_REQUEST.c.request_id.in_(list(request_ids))))
    return {row.request_id: (row.state, row.expires_at) for row in rows}


def keep_opened(unit: Unit, opened: OpenedRequest) -> bool:
    """Put on record that a holder opened a request; False where somebody did before."""
    plain = {
        "region": opened.region,
        "request": dict(opened.request),
        "token": opened.token,
        "choices": list(opened.choices),
    }
    name = opened.code_hash.hex()
    row = row_of(OpenedRequestRow, opened, sealed=unit.vault.seal("opened_request", name, _bytes(plain)))
    return bool(insert_new(unit, _OPENED, [signed(unit, OpenedRequestRow, row)]))


def opened(unit: Unit, code_hash: bytes) -> OpenedRequest | None:
    """Return what a holder of this hub opened, by the hash of its code."""
    rows = believed(unit, OpenedRequestRow, select(_OPENED).where(_OPENED.c.code_hash == code_hash))
    if not rows:
        return None
    try:
        plain = plain_json.read(unit.vault.open("opened_request", code_hash.hex(), rows[0].sealed))
    except BlobRefused:
        unit.refused[_OPENED.name] += 1
        return None
    plain["choices"] = tuple(plain["choices"])
    return value_of(OpenedRequest, rows[0], **plain)


def move_opened(
    unit: Unit, code_hash: bytes, to: RequestState, *, of: Collection[RequestState] = WAITING
) -> bool:
    """Move an opened request to another state; False where it is in none of those that it may come from."""
    done = unit.sql.execute(
        update(_OPENED)
        .where(_OPENED.c.code_hash == code_hash, _OPENED.c.state.in_([one.value for one in of]))
        .values(state=to.value)
    )
    return done.rowcount == 1


def forget(unit: Unit, past: datetime) -> int:
    """Delete the requests that ended before `past`, and what holders opened of others; return how many rows went."""
    gone = unit.sql.execute(delete(_REQUEST).where(_REQUEST.c.expires_at < past)).rowcount
    return int(gone + unit.sql.execute(delete(_OPENED).where(_OPENED.c.expires_at < past)).rowcount)


def _request(unit: Unit, where: Any) -> CounterRequestFile | None:
    rows = believed(unit, RequestRow, select(_REQUEST).where(where))
    if not rows:
        return None
    row = rows[0]
    try:
        order = plain_json.read(unit.vault.open("counter_request", row.request_id, row.sealed))
        check = None if row.checked is None else _open_check(unit, row.request_id, row.checked)
        progress = None if row.progress is None else unit.vault.open(_PROGRESS, row.request_id, row.progress)
    except BlobRefused:
        unit.refused[_REQUEST.name] += 1
        return None
    order["not_applicable"] = tuple(order["not_applicable"])
    given = None if progress is None else plain_json.read(progress)["token"]
    return value_of(CounterRequestFile, row, order=Order(**order), check=check, given=given)


def _seal_check(unit: Unit, request_id: str, check: Check) -> bytes:
    return unit.vault.seal(_CHECKED, request_id, _bytes({**check.__dict__, "at": check.at.isoformat()}))


def _open_check(unit: Unit, request_id: str, blob: bytes) -> Check:
    plain = plain_json.read(unit.vault.open(_CHECKED, request_id, blob))
    return Check(**{**plain, "at": datetime.fromisoformat(plain["at"])})


def _bytes(value: Mapping[str, Any]) -> bytes:
    return plain_json.printed(value)
