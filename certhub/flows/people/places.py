"""End a node of the organisation, name an agency anew, and list what is on record.

end      1 read    the node stands, and its end is not before its beginning
         2 write   one transaction: its end, and its event
rename   the same: its name
nodes    1 read    a page of a kind

What ended stays on record: old receipts name it. The seal of an agency that ended signs nothing from that day on, and
what it signed before still verifies.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from certhub.db import outbox
from certhub.errors import BadRequest, NotAllowed, NotFound
from certhub.history.events import catalogue as events
from certhub.history.events.catalogue import Event, EventType
from certhub.history.events.organisation import NodeAdded, NodeEnded, NodeRenamed
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.people.organisation import store as organisation
from certhub.people.organisation.nodes import Agency, Key, Node, NodeKind
from certhub.people.parties.people import Actor, Role
from certhub.readable import require_readable

_ADDED: Mapping[NodeKind, EventType[NodeAdded]] = {
    NodeKind.DIVISION: events.DIVISION_ADDED,
    NodeKind.AGENCY: events.AGENCY_ADDED,
    NodeKind.OFFICE: events.OFFICE_ADDED,
    NodeKind.WINDOW: events.WINDOW_ADDED,
}
_ENDED: Mapping[NodeKind, EventType[NodeEnded]] = {
    NodeKind.DIVISION: events.DIVISION_ENDED,
    NodeKind.AGENCY: events.AGENCY_ENDED,
    NodeKind.OFFICE: events.OFFICE_ENDED,
    NodeKind.WINDOW: events.WINDOW_ENDED,
}


def require_operator(by: Actor) -> None:
    """Refuse everybody but an operator; raises NotAllowed."""
    if by.role is not Role.OPERATOR:
        raise NotAllowed("the organisation is kept by an operator")


def added_event(node: Node, by: Actor) -> Event[NodeAdded]:
    """Return the event of a node that was put on record."""
    body = NodeAdded(
        under=tuple("/".join(key) for _, key in node.parents.values()),
        kinds=node.kinds if isinstance(node, Agency) else (),
        since=node.since.isoformat(),
        until=None if node.until is None else node.until.isoformat(),
    )
    return Event(_ADDED[node.node], by.key, subject_of(node), body)


def subject_of(node: Node) -> str:
    """Return how events name a node."""
    return "/".join(node.key)


def end(
    kind: NodeKind, key: Key, until: date, *, successors: tuple[str, ...] = (), by: Actor, hub: Hub
) -> Node:
    """Let a node end on a day and return it; `successors` are the agencies that take an agency's place.

    The end may be moved; a node that ended on that very day already is left as it is.

    Raises:
        NotAllowed: the account may not do that.
        NotFound: there is no such node, or a successor is not there.
        BadRequest: it would end before it began (UNTIL_BEFORE_SINCE).
    """
    require_operator(by)

    def ended(node: Node) -> tuple[Node, Event[NodeEnded]]:
        if until <= node.since:
            raise BadRequest("it would end before it began", code="UNTIL_BEFORE_SINCE")
        body = NodeEnded(until=until.isoformat(), successors=successors)
        return replace(node, until=until), Event(_ENDED[kind], by.key, subject_of(node), body)

    return _changed(kind, key, ended, needs=successors, hub=hub)


def rename(agency: str, name: str, *, name_en: str = "", by: Actor, hub: Hub) -> Node:
    """Give an agency another name and return it; raises NotAllowed, NotFound, TextRefused."""
    require_operator(by)
    require_readable(name=name, name_en=name_en)

    def renamed(node: Node) -> tuple[Node, Event[NodeRenamed]]:
        if not isinstance(node, Agency):
            raise NotFound("no such agency is on record")
        body = NodeRenamed(name=name, name_en=name_en)
        event = Event(events.AGENCY_RENAMED, by.key, subject_of(node), body)
        return replace(node, name=name, name_en=name_en), event

    return _changed(NodeKind.AGENCY, (agency,), renamed, hub=hub)


def _changed(
    kind: NodeKind,
    key: Key,
    change: Callable[[Node], tuple[Node, Event[Any]]],
    *,
    needs: tuple[str, ...] = (),
    hub: Hub,
) -> Node:
    """Write a node as `change` makes it, with the event that tells it; `needs` are agencies that have to be there."""
    hub.step("places:1")
    with hub.writing() as unit:
        node = organisation.find(unit, kind, key)
        there = organisation.find_all(unit, NodeKind.AGENCY, [(code,) for code in needs])
        if node is None or len(there) != len(set(needs)):
            raise NotFound(f"no such {kind.value} is on record")
        changed, event = change(node)
        if changed == node:
            return node
        hub.step("places:2")
        organisation.replace(unit, changed)
        append(unit, event)
        if isinstance(changed, Agency):
            outbox.post(unit, outbox.ISSUERS, changed.code)
    return changed


def nodes(kind: NodeKind, *, under: Mapping[str, str], after: Key | None, limit: int, hub: Hub) -> list[Node]:
    """Return nodes of a kind in the order of their keys, behind `after`; `under` are values of their fields."""
    with hub.reading() as unit:
        return organisation.page(unit, kind, under=under, after=after, limit=limit)
