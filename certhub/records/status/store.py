"""The queries of the status noun.

A slot is drawn at random and kept by inserting it: two workers that draw the same one find out, and draw
again. When more than half of the draws are taken the list is called full and the next one is opened.
Lists are never grouped by certificate type: a list named after a disability would tell on its holders.
Decoys are kept by inserting them too, so that no certificate is ever given theirs.

What a slot says is published only when its row carries our MAC, or says what was published before.
Nor is a list's row asked how big the list is: every list of ours has MIN_SLOTS. A row that says otherwise, or is gone,
was written by somebody else; it is counted, told and put right when the list is next published.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from certhub_verifier.formats.status.statuslist import INVALID, MIN_SLOTS, SUSPENDED
from sqlalchemy import bindparam, func, literal_column, select, update

from certhub.db.columns import table_of
from certhub.db.engine import FarPen, Pen, Unit
from certhub.db.grants import believed, is_ours, signed
from certhub.db.prepared import Filled, Prepared, inserting_new
from certhub.db.rows import value_of
from certhub.db.statements import insert_new
from certhub.records.status.tables import SlotRow, StatusListRow

log = logging.getLogger("certhub.store")

_LIST, _SLOT = table_of(StatusListRow), table_of(SlotRow)
_NAMED = select(_LIST).where(_LIST.c.list_no.between(1, 999_999_999))
"""The lists that can have a name: nine digits at the most. A row of another number is nobody's."""
_BARE = Prepared(
    select(_LIST.c.list_no).where(
        ~select(_SLOT.c.list_no)
        .where(_SLOT.c.list_no == _LIST.c.list_no, _SLOT.c.certificate.is_(None))
        .exists()
    )
)
_SUSPENDED_DECOYS = Prepared(
    select(_SLOT)
    .where(_SLOT.c.list_no == bindparam("list_no"), _SLOT.c.certificate.is_(None), _SLOT.c.value == SUSPENDED)
    .order_by(_SLOT.c.list_index)
)
# A database takes the index of the slots that are set where it reads the number 0, and not a value that is bound.
_SET = Prepared(
    select(_SLOT.c.list_index, _SLOT.c.value).where(
        _SLOT.c.list_no == bindparam("list_no"), _SLOT.c.value != literal_column("0")
    )
)
_AT = Prepared(
    select(_SLOT).where(
        _SLOT.c.list_no == bindparam("list_no"), _SLOT.c.list_index == bindparam("list_index")
    )
)
_ALL_LISTS = Prepared(_NAMED.order_by(_LIST.c.list_no))
_PUBLISHED = Prepared(
    update(_LIST)
    .where(_LIST.c.list_no == bindparam("of_list"))
    .values(published_at=bindparam("at"), size=bindparam("slots"))
)
_KEEP = inserting_new(_SLOT, ("list_no", "list_index", "value", "bucket", "certificate", "mac"))
DRAWS = 40  # all taken by chance at half full: 2^-40
CROWDED = 3  # so many draws in vain, and the list is counted


@dataclass(frozen=True)
class Slot:
    """A credential's place in a status list."""

    list_no: int
    index: int


Owner = tuple[int, UUID]
"""Whose a slot is: bucket and id of its certificate."""


def allocate(unit: Unit, owners: Sequence[Owner]) -> list[Slot]:
    """Give each owner (bucket, certificate id) a fresh random slot, in order.

    All owners draw at once; those who drew what was taken draw again.
    """
    newest = unit.sql.execute(_NAMED.order_by(_LIST.c.list_no.desc()).limit(1)).first()
    list_no, size = (newest.list_no, _room(newest.size)) if newest else _open_list(unit, 1)
    given: dict[UUID, Slot] = {}
    waiting = list(owners)
    for draw in range(DRAWS):
        if not waiting:
            return [given[certificate] for _, certificate in owners]
        if draw == CROWDED and _is_half_full(unit, list_no, size):
            list_no, size = _open_list(unit, list_no + 1)
        given |= _draw(unit, list_no, size, waiting)
        waiting = [owner for owner in waiting if owner[1] not in given]
    raise RuntimeError(f"no free slot in status list {list_no} after {DRAWS} draws")


def free_slots(unit: Unit, number: int, *, but: Collection[Slot]) -> list[Slot]:
    """Draw slots that are nobody's yet, and none of `but`; another may take one before it is kept.

    For a writer whose certificates are built before their slots can be kept (`keep`).
    """
    newest = unit.sql.execute(_NAMED.order_by(_LIST.c.list_no.desc()).limit(1)).first()
    list_no, size = (newest.list_no, _room(newest.size)) if newest else _open_list(unit, 1)
    found: dict[Slot, None] = {}
    for draw in range(DRAWS):
        if len(found) == number:
            return list(found)
        if draw == CROWDED and _is_half_full(unit, list_no, size):
            list_no, size = _open_list(unit, list_no + 1)
        drawn = {int.from_bytes(unit.random(4), "big") % size for _ in range(number - len(found))}
        taken = unit.sql.execute(
            select(_SLOT.c.list_index).where(_SLOT.c.list_no == list_no, _SLOT.c.list_index.in_(drawn))
        )
        free = (Slot(list_no, index) for index in drawn.difference(taken.scalars()))
        found |= dict.fromkeys(slot for slot in free if slot not in but)
    raise RuntimeError(f"no free slot in status list {list_no} after {DRAWS} draws")


def filled(pen: FarPen, owned: Sequence[tuple[Slot, Owner]]) -> Filled:
    """Return the rows of slots and their owners, ready for the driver."""
    return pen.filled(_KEEP, [_row(pen, slot, 0, owner) for slot, owner in owned])


def keep(unit: Unit, rows: Filled) -> list[bool]:
    """Keep slots for their owners; return, for each, whether it was free."""
    return [bool(found) for found in unit.returned(_KEEP, rows)]


def _room(size: object) -> int:
    """Return from how many slots to draw: never from more than a list has, whatever its row says."""
    return size if isinstance(size, int) and 0 < size <= MIN_SLOTS else MIN_SLOTS


def _draw(unit: Unit, list_no: int, size: int, owners: Sequence[Owner]) -> dict[UUID, Slot]:
    """Let every owner draw once; return what those got who drew a free slot."""
    drawn: dict[int, Owner] = {}
    for owner in owners:
        drawn.setdefault(int.from_bytes(unit.random(4), "big") % size, owner)
    kept = insert_new(
        unit, _SLOT, [_row(unit, Slot(list_no, index), 0, owner) for index, owner in drawn.items()]
    )
    return {drawn[index][1]: Slot(list_no, index) for _, index in kept}


def _open_list(unit: Unit, list_no: int) -> tuple[int, int]:
    insert_new(unit, _LIST, [_list_row(unit, list_no)])
    return list_no, MIN_SLOTS


def _is_half_full(unit: Unit, list_no: int, size: int) -> bool:
    taken = unit.sql.scalar(select(func.count()).select_from(_SLOT).where(_SLOT.c.list_no == list_no)) or 0
    return taken * 2 >= size


def bare_lists(unit: Unit) -> set[int]:
    """Return the numbers of the lists of which no slot is nobody's: they have no decoys yet."""
    return {list_no for (list_no,) in unit.rows(_BARE)}


def add_decoys(unit: Unit, status_list: "ListState", values: Sequence[int]) -> int:
    """Have free slots, drawn at random, say `values` without being anybody's; return how many there were.

    A slot that is drawn twice, or is somebody's, is left as it is.
    """
    drawn = {int.from_bytes(unit.random(4), "big") % status_list.size: value for value in values}
    rows = [_row(unit, Slot(status_list.list_no, at), value, None) for at, value in drawn.items()]
    return len(insert_new(unit, _SLOT, rows))


def reinstate_decoy(unit: Unit, status_list: "ListState") -> bool:
    """Have one suspended decoy, any, say 0 again; False where there is none."""
    found = believed(unit, SlotRow, _SUSPENDED_DECOYS, list_no=status_list.list_no)
    if not found:
        return False
    drawn = found[int.from_bytes(unit.random(4), "big") % len(found)]
    set_value(unit, Slot(status_list.list_no, drawn.list_index), 0, owner=None)
    return True


def set_value(unit: Unit, slot: Slot, value: int, *, owner: Owner | None) -> None:
    """Write what a slot says and whose it is, and mark its list as changed, in the caller's transaction.

    The owner comes from who knows it, never from the row: a slot that was given to somebody else, or taken away,
    is its owner's again.
    """
    row = _row(unit, slot, value, owner)
    if not insert_new(unit, _SLOT, [row]):
        unit.sql.execute(
            update(_SLOT)
            .where(_SLOT.c.list_no == slot.list_no, _SLOT.c.list_index == slot.index)
            .values(**row)
        )
    unit.sql.execute(update(_LIST).where(_LIST.c.list_no == slot.list_no).values(changed_at=unit.now))


def _row(pen: Pen, slot: Slot, value: int, owner: Owner | None) -> dict[str, Any]:
    bucket, certificate = owner or (None, None)
    row = {
        "list_no": slot.list_no,
        "list_index": slot.index,
        "value": value,
        "bucket": bucket,
        "certificate": certificate,
    }
    return signed(pen, SlotRow, row)


@dataclass(frozen=True)
class ListState:
    """One list as the store knows it; `is_altered` where its row says another size than every list of ours has."""

    list_no: int
    changed_at: datetime
    published_at: datetime | None
    is_altered: bool = False
    size: int = MIN_SLOTS


def lists(unit: Unit) -> list[ListState]:
    """Return every list, in order."""
    rows = unit.rows(_ALL_LISTS)
    return [value_of(ListState, row, is_altered=row.size != MIN_SLOTS, size=MIN_SLOTS) for row in rows]


def bring_back(unit: Unit, list_no: int) -> None:
    """Have a list again whose row somebody took away although it was published."""
    insert_new(unit, _LIST, [_list_row(unit, list_no)])
    _tell(unit, list_no, "its row was taken away")


def _list_row(unit: Unit, list_no: int) -> dict[str, Any]:
    return {"list_no": list_no, "size": MIN_SLOTS, "changed_at": unit.now, "published_at": None}


def _tell(unit: Unit, list_no: int, what: str) -> None:
    unit.refused[_LIST.name] += 1
    log.warning("store: status list %d: %s by somebody who wrote the database; put right", list_no, what)


def values_of(unit: Unit, list_no: int, *, below: int = MIN_SLOTS) -> dict[int, int]:
    """Return the slots of a list of `below` that say invalid or suspended, as their rows have it: {index: value}."""
    rows = unit.rows(_SET, list_no=list_no)
    # SQLite keeps a text where a number belongs.
    return {
        at: value
        for at, value in rows
        if value in {SUSPENDED, INVALID} and isinstance(at, int) and 0 <= at < below
    }


def held_back(unit: Unit, status_list: "ListState", before: Mapping[int, int]) -> dict[int, int]:
    """Return which of these slots must go on saying what they said in public before.

    `before` holds, of the slots whose row now says something else, what they said. A change is believed when its
    row carries our MAC and the life of a certificate allows it: what was invalid stays so.
    """
    here = status_list.list_no
    found = (believed(unit, SlotRow, _AT, list_no=here, list_index=index) for index in before)
    rows = {row.list_index: row.value for rows in found for row in rows}
    ended = [index for index, said in before.items() if said == INVALID and rows.get(index) != INVALID]
    unit.refused[_SLOT.name] += len(ended)
    return {index: said for index, said in before.items() if index not in rows or index in ended}


def believable(unit: Unit, status_list: "ListState") -> dict[int, int]:
    """Return what every slot of a list says that does not say 0, where nothing was said in public before.

    A slot whose row is not to be believed is suspended: nobody knows what it said.
    """
    here = _SLOT.c.list_index.between(0, status_list.size - 1)
    rows = unit.sql.execute(select(_SLOT).where(_SLOT.c.list_no == status_list.list_no, here))
    said = {row.list_index: row.value if is_ours(unit, SlotRow, row) else SUSPENDED for row in rows}
    return {index: value for index, value in said.items() if value}


def published(unit: Unit, status_list: "ListState", at: datetime) -> None:
    """Note that what the store knew at a moment is published now; a size that was altered is put right."""
    unit.rows(_PUBLISHED, of_list=status_list.list_no, at=at, slots=MIN_SLOTS)
    if status_list.is_altered:
        _tell(unit, status_list.list_no, "its size was altered")
