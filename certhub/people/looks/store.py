"""The queries of the looks noun.

look      sealed     {"office", "window", "matter", "kind", "kind_version", "fields", "predicates", "certificate",
                      "agency"}                        who looked where, for what, at what of which certificate
          concluded  {"verdict", "code", "materials"}  how the check came out, once it is known here
          ended      {"result"}                        what the clerk then said of it
dispute   sealed     {"office", "window", "matter", "kind", "certificate", "note"}   as far as this hub knows it
          settled    {"finding", "note", "by", "at"}

A certificate of two holders makes two rows of one look, under one look id. A dispute is one for each look: its id is
the look's, and the home hub names it so to the hub that looked.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, or_, select, tuple_, update

from certhub import plain_json
from certhub.db.columns import table_of
from certhub.db.engine import Pen, Unit
from certhub.db.grants import believed, is_ours, signed
from certhub.db.rows import row_of, value_of
from certhub.db.sealing import BlobRefused
from certhub.db.statements import insert, insert_new
from certhub.people.looks.tables import DisputeRow, LookRow

_LOOK, _DISPUTE = table_of(LookRow), table_of(DisputeRow)
_ORDER = (_DISPUTE.c.state, _DISPUTE.c.due_at, _DISPUTE.c.home, _DISPUTE.c.id)
_CONCLUDED, _ENDED, _SETTLED = "look.concluded", "look.ended", "dispute.settled"


ANSWER_WITHIN = timedelta(days=10)
"""How long the side that looked has to answer a dispute."""


class DisputeState(StrEnum):
    """How a dispute stands."""

    OPEN = "open"
    SETTLED = "settled"


class DisputePlace(NamedTuple):
    """Where a dispute stands in the list: those that wait first, and of those the one that is due first."""

    state: str
    due_at: datetime
    home: str
    id: str


class DisputeCounts(NamedTuple):
    """How many disputes wait, and how many of those are overdue."""

    waiting: int
    overdue: int


@dataclass(frozen=True)
class LookDetail:
    """Where somebody looked, for which matter, and at what of a certificate.

    Without a kind nothing was seen: a counter asked whether there is anything to be fetched.
    """

    office: str
    window: str
    matter: str
    kind: str | None = None
    kind_version: int = 1
    fields: tuple[str, ...] = ()
    predicates: tuple[str, ...] = ()
    certificate: str = ""
    agency: str = ""


@dataclass(frozen=True)
class LookFile:
    """A look on record; `concluded` and `ended` are empty while nothing of it is known here."""

    id: UUID
    look_id: str
    holder: bytes
    region: str
    verification: str
    at: datetime
    detail: LookDetail
    concluded: Mapping[str, Any] = field(default_factory=dict)
    ended: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NewLook:
    """A look to be put on record: whose certificate it is (blind indexes are made of the pairs), and what is known."""

    look_id: str
    holders: tuple[tuple[str, str], ...]
    region: str
    verification: str
    detail: LookDetail
    concluded: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class DisputeDetail:
    """What a dispute is about, as far as this hub knows it; a hub that looked knows no certificate and no note."""

    office: str
    window: str
    matter: str
    kind: str | None = None
    certificate: str | None = None
    looked_at: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class DisputeFile:
    """A dispute on record."""

    home: str
    id: str
    looker: str
    verification: str
    agency: str
    opened_at: datetime
    due_at: datetime
    state: DisputeState
    detail: DisputeDetail
    settled: Mapping[str, Any] = field(default_factory=dict)


def add(unit: Unit, looks: Sequence[NewLook]) -> None:
    """Put looks on record, one row for every holder."""
    put(unit, rows(unit, looks))


def rows(pen: Pen, looks: Sequence[NewLook]) -> list[Mapping[str, Any]]:
    """Make the rows of looks, one for every holder."""
    return [
        _row(pen, look, holder)
        for look in looks
        for holder in sorted({pen.vault.index(*pair) for pair in look.holders})
    ]


def put(unit: Unit, made: Sequence[Mapping[str, Any]]) -> None:
    """Put the rows of looks on record."""
    insert(unit, _LOOK, made)


def _row(pen: Pen, look: NewLook, holder: bytes) -> Mapping[str, Any]:
    row_id, told = pen.new_id(), look.concluded
    file = LookFile(row_id, look.look_id, holder, look.region, look.verification, pen.now, look.detail)
    row = row_of(
        LookRow,
        file,
        bucket=pen.vault.bucket(holder),
        sealed=pen.vault.seal("look", str(row_id), _bytes(look.detail.__dict__)),
        concluded=None if told is None else pen.vault.seal(_CONCLUDED, str(row_id), _bytes(told)),
        ended=None,
    )
    return signed(pen, LookRow, row)


def of_holders(
    unit: Unit, holders: Collection[bytes], *, limit: int, before: UUID | None = None
) -> list[LookFile]:
    """Return the looks at what these holders (blind indexes) hold, newest first, older than `before`."""
    query = select(_LOOK).where(_held_by(unit, holders)).order_by(_LOOK.c.id.desc()).limit(limit)
    return _looks(unit, query if before is None else query.where(_LOOK.c.id < before))


def find(unit: Unit, holders: Collection[bytes], look_id: str) -> LookFile | None:
    """Return the look with that id at what one of these holders holds, None where there is none."""
    query = select(_LOOK).where(_held_by(unit, holders), _LOOK.c.look_id == look_id)
    return next(iter(_looks(unit, query)), None)


def of_verification(unit: Unit, region: str, verification: str) -> list[LookFile]:
    """Return the looks of one verification of a region, every holder's."""
    query = select(_LOOK).where(_LOOK.c.region == region, _LOOK.c.verification == verification)
    return _looks(unit, query.order_by(_LOOK.c.id))


def conclude(unit: Unit, looks: Collection[LookFile], conclusion: Mapping[str, Any]) -> None:
    """Put on record how the check came out: {"verdict", "code", "materials"}."""
    _set(unit, looks, "concluded", _CONCLUDED, conclusion)


def end(unit: Unit, looks: Collection[LookFile], result: str) -> None:
    """Put on record what the clerk said in the end."""
    _set(unit, looks, "ended", _ENDED, {"result": result})


def open_dispute(unit: Unit, made: DisputeFile) -> bool:
    """Put a dispute on record; False where it is there already."""
    sealed = unit.vault.seal("dispute", _name(made.home, made.id), _bytes(made.detail.__dict__))
    row = row_of(DisputeRow, made, sealed=sealed, settled=None)
    return bool(insert_new(unit, _DISPUTE, [signed(unit, DisputeRow, row)]))


def disputes(
    unit: Unit, agencies: Collection[str] | None, *, limit: int, after: DisputePlace | None = None
) -> tuple[list[DisputeFile], DisputePlace | None]:
    """Return the disputes about certificates of these agencies (None: every dispute), and the last one's place.

    They stand in the order of their places, after `after`; without a place nothing follows. The place is carried whole:
    a dispute that is settled meanwhile moves, and those that stood after it do not.
    """
    found: list[Any] = []
    for mine in _of(agencies):
        query = select(_DISPUTE).where(*mine).order_by(*_ORDER).limit(limit + 1)
        if after is not None:
            last = tuple_(*(literal(value, one.type) for value, one in zip(after, _ORDER, strict=True)))
            query = query.where(tuple_(*_ORDER) > last)
        found += unit.sql.execute(query)
    found.sort(key=_place)
    shown = found[:limit]
    files = _opened_disputes(unit, [row for row in shown if is_ours(unit, DisputeRow, row)])
    return files, _place(shown[-1]) if len(found) > limit else None


def count_disputes(unit: Unit, agencies: Collection[str] | None) -> DisputeCounts:
    """Return how many disputes about certificates of these agencies (None: every dispute) wait, and how many are late.

    It is a number on a page, which grants nothing: no row is opened for it.
    """
    waits, is_late = _DISPUTE.c.state == DisputeState.OPEN.value, _DISPUTE.c.due_at < unit.now
    waiting, late = 0, 0
    for mine in _of(agencies):
        numbers = select(func.count(), func.count().filter(is_late)).select_from(_DISPUTE)
        row = unit.sql.execute(numbers.where(waits, *mine)).one()
        waiting, late = waiting + row[0], late + row[1]
    return DisputeCounts(waiting, late)


def disputes_of(unit: Unit, home: str, ids: Collection[str]) -> dict[str, DisputeFile]:
    """Return the disputes of a home region with these ids, by id."""
    query = select(_DISPUTE).where(_DISPUTE.c.home == home, _DISPUTE.c.id.in_(sorted(ids)))
    return {one.id: one for one in _disputes(unit, query)}


def count_of_verification(unit: Unit, home: str, verification: str) -> int:
    """Return how many disputes of a home region there are about one verification, settled ones too."""
    theirs = (_DISPUTE.c.verification == verification, _DISPUTE.c.home == home)
    return int(unit.sql.scalar(select(func.count()).select_from(_DISPUTE).where(*theirs)) or 0)


def settle(unit: Unit, file: DisputeFile, settlement: Mapping[str, Any]) -> bool:
    """Settle a dispute, once: {"finding", "note", "by", "at"}; False where it was settled before."""
    done = unit.sql.execute(
        update(_DISPUTE)
        .where(
            _DISPUTE.c.home == file.home,
            _DISPUTE.c.id == file.id,
            _DISPUTE.c.state == DisputeState.OPEN.value,
        )
        .values(
            state=DisputeState.SETTLED.value,
            settled=unit.vault.seal(_SETTLED, _name(file.home, file.id), _bytes(settlement)),
        )
    )
    return done.rowcount == 1


def _held_by(unit: Unit, holders: Collection[bytes]) -> ColumnElement[bool]:
    """Return what is true of a look at what one of these holders (blind indexes) holds."""
    return or_(
        *((_LOOK.c.bucket == unit.vault.bucket(one)) & (_LOOK.c.holder == one) for one in sorted(holders))
    )


def _set(unit: Unit, looks: Collection[LookFile], column: str, label: str, value: Mapping[str, Any]) -> None:
    for look in looks:
        unit.sql.execute(
            update(_LOOK)
            .where(
                _LOOK.c.bucket == unit.vault.bucket(look.holder),
                _LOOK.c.holder == look.holder,
                _LOOK.c.id == look.id,
            )
            .values(**{column: unit.vault.seal(label, str(look.id), _bytes(value))})
        )


def _looks(unit: Unit, query: Any) -> list[LookFile]:
    found = []
    for row in believed(unit, LookRow, query):
        try:
            detail = plain_json.read(unit.vault.open("look", str(row.id), row.sealed))
            concluded = _opened(unit, _CONCLUDED, str(row.id), row.concluded)
            ended = _opened(unit, _ENDED, str(row.id), row.ended)
        except BlobRefused:
            unit.refused[_LOOK.name] += 1
            continue
        detail = {**detail, "fields": tuple(detail["fields"]), "predicates": tuple(detail["predicates"])}
        found.append(value_of(LookFile, row, detail=LookDetail(**detail), concluded=concluded, ended=ended))
    return found


def _of(agencies: Collection[str] | None) -> list[tuple[Any, ...]]:
    """Return what picks the disputes of each agency: each is read in order, off the index of agencies."""
    return [()] if agencies is None else [(_DISPUTE.c.agency == one,) for one in sorted(set(agencies) - {""})]


def _place(row: Any) -> DisputePlace:
    return DisputePlace(row.state, row.due_at, row.home, row.id)


def _disputes(unit: Unit, query: Any) -> list[DisputeFile]:
    return _opened_disputes(unit, believed(unit, DisputeRow, query))


def _opened_disputes(unit: Unit, rows: Iterable[Any]) -> list[DisputeFile]:
    found = []
    for row in rows:
        name = _name(row.home, row.id)
        try:
            detail = DisputeDetail(**plain_json.read(unit.vault.open("dispute", name, row.sealed)))
            settled = _opened(unit, _SETTLED, name, row.settled)
        except BlobRefused:
            unit.refused[_DISPUTE.name] += 1
            continue
        found.append(value_of(DisputeFile, row, detail=detail, settled=settled))
    return found


def _opened(unit: Unit, label: str, name: str, blob: bytes | None) -> Mapping[str, Any]:
    return {} if blob is None else plain_json.read(unit.vault.open(label, name, blob))


def _name(home: str, dispute_id: str) -> str:
    return f"{home}:{dispute_id}"


def _bytes(value: Mapping[str, Any]) -> bytes:
    return plain_json.printed(dict(value))
