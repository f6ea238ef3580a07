"""The queries of the organisation noun.

A row without our MAC is left out where it is read: who writes the database makes no agency and no window.
"""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, tuple_, update

from certhub.db.columns import table_of
from certhub.db.engine import Unit
from certhub.db.grants import Granting, believed, count_not_ours, signed
from certhub.db.rows import row_of, value_of
from certhub.db.statements import CHUNK, insert_new
from certhub.people.organisation.nodes import CLASSES, Agency, Key, Node, NodeKind
from certhub.people.organisation.tables import AgencyRow, DivisionRow, OfficeRow, WindowRow

_MODELS: Mapping[NodeKind, type[Granting]] = MappingProxyType(
    {
        NodeKind.DIVISION: DivisionRow,
        NodeKind.AGENCY: AgencyRow,
        NodeKind.OFFICE: OfficeRow,
        NodeKind.WINDOW: WindowRow,
    }
)


def add(unit: Unit, nodes: Sequence[Node]) -> dict[Key, Node]:
    """Put nodes of one kind on record, at most 500, unless one of their key is there; return those that were."""
    if not nodes:
        return {}
    kind = nodes[0].node
    model, rows = _MODELS[kind], [_row(unit, node) for node in nodes]
    new = set(insert_new(unit, table_of(model), rows))
    return find_all(unit, kind, [node.key for node in nodes if node.key not in new])


def replace(unit: Unit, node: Node) -> None:
    """Write a node that stands anew: its end, or its name."""
    table = table_of(_MODELS[node.node])
    unit.sql.execute(update(table).where(_is(node.node, [node.key])).values(**_row(unit, node)))


def find(unit: Unit, kind: NodeKind, key: Key) -> Node | None:
    """Return a node, None where there is none."""
    return find_all(unit, kind, [key]).get(key)


def find_all(unit: Unit, kind: NodeKind, keys: Collection[Key]) -> dict[Key, Node]:
    """Return the nodes of these keys that are on record."""
    model, wanted = _MODELS[kind], sorted(set(keys))
    nodes: dict[Key, Node] = {}
    for at in range(0, len(wanted), CHUNK):
        query = select(table_of(model)).where(_is(kind, wanted[at : at + CHUNK]))
        nodes |= {node.key: node for node in (_node(kind, row) for row in believed(unit, model, query))}
    return nodes


def page(
    unit: Unit, kind: NodeKind, *, under: Mapping[str, str], after: Key | None, limit: int
) -> list[Node]:
    """Return nodes of a kind in the order of their keys, behind `after`; `under` are values of its fields."""
    model = _MODELS[kind]
    table, columns = table_of(model), _key_columns(kind)
    query = select(table).order_by(*columns).limit(limit)
    query = query.where(*(table.c[name] == value for name, value in under.items()))
    if after is not None:
        query = query.where(_behind(columns, after))
    return [_node(kind, row) for row in believed(unit, model, query)]


def not_ours(unit: Unit) -> dict[str, int]:
    """Return how many rows do not carry our MAC, by table; tables with none are left out."""
    counts = {table_of(model).name: count_not_ours(unit, model) for model in _MODELS.values()}
    return {table: number for table, number in counts.items() if number}


def _row(unit: Unit, node: Node) -> dict[str, Any]:
    given = {"kinds": " ".join(node.kinds)} if isinstance(node, Agency) else {}
    model = _MODELS[node.node]
    return signed(unit, model, row_of(model, node, **given))


def _node(kind: NodeKind, row: Any) -> Node:
    given = {"kinds": tuple(row.kinds.split())} if kind is NodeKind.AGENCY else {}
    return value_of(CLASSES[kind], row, **given)


def _key_columns(kind: NodeKind) -> tuple[Any, ...]:
    return tuple(table_of(_MODELS[kind]).primary_key.columns)


def _is(kind: NodeKind, keys: Sequence[Key]) -> ColumnElement[bool]:
    columns = _key_columns(kind)
    if len(columns) == 1:
        return columns[0].in_([code for (code,) in keys])  # type: ignore[no-any-return]
    return tuple_(*columns).in_(keys)


def _behind(columns: Sequence[Any], after: Key) -> ColumnElement[bool]:
    """Return what holds of rows behind a key: its first part begins the index there, on both databases."""
    behind = (
        and_(*(columns[i] == after[i] for i in range(at)), columns[at] > after[at])
        for at in range(len(columns))
    )
    return and_(columns[0] >= after[0], or_(*behind))
