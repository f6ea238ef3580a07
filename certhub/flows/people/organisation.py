"""Put divisions, agencies, offices and windows on record, row by row of a file or one alone.

    1 read     each row is judged by itself, and against the rows before it
    2 place    up to 500 nodes in a transaction: what they stand under is looked up, each new one has its event
    3 event    of a file one event with the counts

A file may be given again: what stands as the file has it is `existing`, and nothing is put on record twice.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from certhub.db import outbox
from certhub.db.engine import Unit
from certhub.errors import ClaimsInvalid, Conflict, Fault
from certhub.flows.people.listing import is_listed_elsewhere
from certhub.flows.people.places import added_event, require_operator
from certhub.history.events.catalogue import ORGANISATION_IMPORTED, Event
from certhub.history.events.organisation import OrganisationImported
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.people.organisation import store as organisation
from certhub.people.organisation.nodes import Agency, Division, Key, Node, NodeKind
from certhub.people.organisation.reading import Described, World, columns_of, described, faults_of, row_fault
from certhub.people.organisation.rules import in_order, lies_in, misplaced, own_digits, region_division
from certhub.people.parties.people import Actor
from certhub.spelling.row_faults import RowFault
from certhub.spelling.text import Unfit

BATCH = 500
Cells = Mapping[str, str]
"""The text of a row by the names of the node's fields."""


@dataclass
class Tally:
    """How a file was taken in; `row` of a refusal is the line that a spreadsheet shows, the header being 1.

    `would_add` is None after an import; after a check it counts what an import would add, and nothing was.
    """

    rows: int = 0
    added: int = 0
    existing: int = 0
    refused: list[RowFault] = field(default_factory=list)
    would_add: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as commands print it."""
        refused = [asdict(fault) for fault in sorted(self.refused, key=lambda fault: fault.row)]
        counts = {"rows": self.rows, "added": self.added, "existing": self.existing, "refused": refused}
        return counts if self.would_add is None else {**counts, "would_add": self.would_add}


class _Became(StrEnum):
    """What became of a row."""

    ADDED = "added"
    EXISTING = "existing"
    CONFLICT = "conflict"


@dataclass
class _File:
    """The rows of a file that may still stand, by key; `foreseen` is what a check found that would be added."""

    kind: NodeKind
    by: Actor
    trip: Trip
    tally: Tally
    rows: dict[Key, tuple[int, Described]] = field(default_factory=dict)
    foreseen: dict[tuple[NodeKind, Key], Node] = field(default_factory=dict)

    def refuse(self, key: Key, wrong: Iterable[tuple[str, Unfit]]) -> None:
        """Refuse a row that was in order by itself."""
        row, _ = self.rows.pop(key)
        self.tally.refused.extend(faults_of(row, columns_of(self.kind), wrong).faults)

    def settle(self, key: Key, became: _Became) -> None:
        """Count a row as what became of it."""
        if became is _Became.CONFLICT:
            self.refuse(key, [("code", Unfit("CONFLICT_WITH_STORED"))])
            return
        _, row = self.rows.pop(key)
        if became is _Became.EXISTING:
            self.tally.existing += 1
        elif self.tally.would_add is not None:
            self.tally.would_add += 1
            self.foreseen[self.kind, key] = row.node
        else:
            self.tally.added += 1


def import_rows(
    kind: NodeKind,
    rows: Iterable[tuple[int, Cells | None]],
    *,
    digest: str,
    by: Actor,
    hub: Hub,
    check_only: bool = False,
    progress: Callable[[int], None] = lambda rows: None,
) -> Tally:
    """Take in the rows of a file, None for one that does not fit its header; `digest` is the file's SHA-256.

    Raises:
        NotAllowed: the account may not do that.
    """
    trip = hub.at(by)
    require_operator(by)
    file = _File(kind, by, trip, Tally(would_add=0 if check_only else None))
    hub.step("organisation:1")
    _judge(rows, file)
    for layer in in_order(row.node for _, row in list(file.rows.values())):
        for at in range(0, len(layer), BATCH):
            hub.step("organisation:2")
            _place([file.rows[node.key][1] for node in layer[at : at + BATCH]], file)
            progress(file.tally.rows - len(file.rows))
    for key in list(file.rows):  # no layer had them: they stand under each other
        file.refuse(key, [("parent", Unfit("PARENT_IS_ITSELF"))])
    hub.step("organisation:3")
    if not check_only:
        _conclude(file.tally, kind, digest=digest, by=by, hub=hub)
    return file.tally


def add(kind: NodeKind, cells: Cells, *, by: Actor, hub: Hub) -> Node:
    """Put one node on record and return it; one that stands as it is given is left as it is.

    Raises:
        NotAllowed: the account may not do that.
        ClaimsInvalid: the values do not fit; each fault names a field.
        Conflict: another node of this code is on record (CONFLICT_WITH_STORED).
    """
    trip = hub.at(by)
    require_operator(by)
    hub.step("organisation:1")
    row, wrong = described(kind, cells, _world(trip))
    if row is None:
        raise _invalid(wrong)
    hub.step("organisation:2")
    with hub.writing() as unit:
        if wrong := _wrong_places(unit, [row], trip, {}).get(row.node.key, []):
            raise _invalid(wrong)
        [became] = _put(unit, [row], by=by)
    if became is _Became.CONFLICT:
        raise Conflict("another of this code is on record", code="CONFLICT_WITH_STORED")
    return row.node


def _invalid(wrong: Iterable[tuple[str, Unfit]]) -> ClaimsInvalid:
    return ClaimsInvalid([Fault(f"/{name}", unfit.code, unfit.detail) for name, unfit in wrong])


def _world(trip: Trip) -> World:
    return World(trip.day, frozenset(kind.code for kind in trip.kinds()))


def _judge(rows: Iterable[tuple[int, Cells | None]], file: _File) -> None:
    """Read each row, and refuse the second of two of one key."""
    world, first = _world(file.trip), dict[Key, int]()
    for number, cells in rows:
        file.tally.rows += 1
        if cells is None:
            file.tally.refused.append(row_fault(number, "", "ROW_SHAPE"))
            continue
        row, wrong = described(file.kind, cells, world)
        if row is None:
            file.tally.refused.extend(faults_of(number, columns_of(file.kind), wrong).faults)
        elif first.setdefault(row.node.key, number) != number:
            twice = Unfit("DUPLICATE_IN_FILE", first_row=str(first[row.node.key]))
            file.tally.refused.extend(faults_of(number, columns_of(file.kind), [("code", twice)]).faults)
        else:
            file.rows[row.node.key] = (number, row)


def _place(rows: Sequence[Described], file: _File) -> None:
    """Put a batch on record; whose parents are not there, or which differ from what stands, is refused."""
    trip, is_check = file.trip, file.tally.would_add is not None
    with trip.reading() if is_check else trip.writing() as unit:
        wrong = _wrong_places(unit, rows, trip, file.foreseen)
        good = [row for row in rows if row.node.key not in wrong]
        became = _foresee(unit, good) if is_check else _put(unit, good, by=file.by)
    for key, faults in wrong.items():
        file.refuse(key, faults)
    for row, each in zip(good, became, strict=True):
        file.settle(row.node.key, each)


def _wrong_places(
    unit: Unit, rows: Sequence[Described], trip: Trip, foreseen: Mapping[tuple[NodeKind, Key], Node]
) -> dict[Key, list[tuple[str, Unfit]]]:
    """Return the nodes that name what they cannot stand under, each with the fields and why."""
    nodes = [row.node for row in rows]
    region = region_division(trip.region, trip.settings.name, trip.settings.name_en)
    known = {(NodeKind.DIVISION, region.key): region, **foreseen}
    wanted = {parent for node in nodes for parent in node.parents.values()} - known.keys()
    for kind in NodeKind:
        keys = [key for of, key in wanted if of is kind]
        known |= {(kind, key): node for key, node in organisation.find_all(unit, kind, keys).items()}
    wrong = {node.key: misplaced(node, known) for node in nodes}
    for node in nodes:
        if isinstance(node, Division) and not lies_in(node.code, region.code):
            elsewhere = Unfit("DIVISION_ELSEWHERE", prefix=own_digits(region.code))
            wrong[node.key].append(("code", elsewhere))
        if isinstance(node, Agency) and is_listed_elsewhere(node.code, trip):
            wrong[node.key].append(("code", Unfit("AGENCY_ELSEWHERE")))
    return {key: faults for key, faults in wrong.items() if faults}


def _put(unit: Unit, rows: Sequence[Described], *, by: Actor) -> list[_Became]:
    """Put nodes on record, the new ones each with its event."""
    standing = organisation.add(unit, [row.node for row in rows])
    became = _compared(rows, standing)
    new = [row.node for row, each in zip(rows, became, strict=True) if each is _Became.ADDED]
    append(unit, *(added_event(node, by) for node in new))
    for node in new:
        if isinstance(node, Agency) and node.kinds:
            outbox.post(unit, outbox.ISSUERS, node.code)
    return became


def _foresee(unit: Unit, rows: Sequence[Described]) -> list[_Became]:
    """Return what would become of nodes, with nothing written."""
    kinds = {row.node.node for row in rows}
    keys = [row.node.key for row in rows]
    standing = {key: node for kind in kinds for key, node in organisation.find_all(unit, kind, keys).items()}
    return _compared(rows, standing)


def _compared(rows: Sequence[Described], standing: Mapping[Key, Node]) -> list[_Became]:
    became = []
    for row in rows:
        there = standing.get(row.node.key)
        if there is None:
            became.append(_Became.ADDED)
        else:
            became.append(_Became.EXISTING if row.agrees_with(there) else _Became.CONFLICT)
    return became


def _conclude(tally: Tally, kind: NodeKind, *, digest: str, by: Actor, hub: Hub) -> None:
    counts = OrganisationImported(
        of=kind.value,
        rows=tally.rows,
        added=tally.added,
        existing=tally.existing,
        refused=len({fault.row for fault in tally.refused}),
    )
    with hub.writing() as unit:
        append(unit, Event(ORGANISATION_IMPORTED, by.key, digest, counts))
