"""Whether a node may stand where it says: pure decisions over the nodes that it stands under."""

from collections.abc import Iterable, Mapping
from datetime import date

from certhub.people.organisation.nodes import RANKS, Division, Key, Level, Node, NodeKind, is_there
from certhub.spelling.text import Unfit

_UNKNOWN = {
    NodeKind.DIVISION: "DIVISION_UNKNOWN",
    NodeKind.AGENCY: "AGENCY_UNKNOWN",
    NodeKind.OFFICE: "OFFICE_UNKNOWN",
}
Known = Mapping[tuple[NodeKind, Key], Node]
"""Nodes on record, and those of the file that may stand, by kind and key."""


def region_division(code: str, name: str, name_en: str) -> Division:
    """Return the division that a hub's region is: it stands without a row, and everything else stands under it.

    `code` has the form of GB/T 2260: two digits of the province, two of the city, two of the district.
    """
    level = Level.PROVINCE if code.endswith("0000") else Level.CITY if code.endswith("00") else Level.DISTRICT
    return Division(code=code, name=name, name_en=name_en, level=level, since=date.min)


def lies_in(code: str, region: str) -> bool:
    """Tell whether the code of a division is one of a region's."""
    return code.startswith(own_digits(region))


def own_digits(region: str) -> str:
    """Return the digits that the codes of a region's divisions begin with: 4207 of 420700."""
    return region.removesuffix("00").removesuffix("00") if region.endswith("00") else region


def misplaced(node: Node, known: Known) -> list[tuple[str, Unfit]]:
    """Return the fields of a node that name what it cannot stand under, each with why."""
    wrong: list[tuple[str, Unfit]] = []
    for field, (kind, key) in node.parents.items():
        parent = known.get((kind, key))
        if (kind, key) == (node.node, node.key):
            wrong.append((field, Unfit("PARENT_IS_ITSELF")))
        elif parent is None:
            wrong.append((field, Unfit(_UNKNOWN[kind])))
        elif not is_there(parent, node.since):
            wrong.append((field, Unfit("PARENT_ENDED")))
        elif _is_not_below(node, parent):
            wrong.append(("level", Unfit("LEVEL_NOT_BELOW")))
    return wrong


def _is_not_below(node: Node, parent: Node) -> bool:
    if not isinstance(node, Division) or not isinstance(parent, Division):
        return False
    return RANKS[node.level] <= RANKS[parent.level]


def in_order(nodes: Iterable[Node]) -> list[list[Node]]:
    """Return nodes of one kind in layers: what a node stands under comes in a layer before it.

    Nodes that stand under each other in a circle are in no layer.
    """
    waiting = {node.key: node for node in nodes}
    layers: list[list[Node]] = []
    while True:
        layer = [
            node
            for node in waiting.values()
            if not any(kind is node.node and key in waiting for kind, key in node.parents.values())
        ]
        if not layer:
            return layers
        layers.append(layer)
        for node in layer:
            del waiting[node.key]
