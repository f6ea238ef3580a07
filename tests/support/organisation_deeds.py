"""What the deeds about the organisation write into the history: rows of the table in tests/flows/test_history.py."""

from collections.abc import Callable
from datetime import date

from certhub.demo import people as p
from certhub.flows.people import organisation, places
from certhub.flows.people.listing import list_agencies
from certhub.people.organisation.nodes import NodeKind
from tests.support.organisation import (
    BRANCH,
    TRANSPORT,
    Cells,
    agency,
    division,
    founded,
    imported,
    office,
    window,
)
from tests.support.region import Region

Told = tuple[str, str, frozenset[str]]
Prepared = Callable[[Region, Region], Callable[[], object]]

ADDED = frozenset({"under", "kinds", "since", "until"})
ENDED = frozenset({"until", "successors"})
IMPORTED = frozenset({"of", "rows", "added", "existing", "refused"})
LISTED = frozenset({"kinds", "seal", "until"})
KEYS = {
    NodeKind.DIVISION: ("420700-GD",),
    NodeKind.AGENCY: (TRANSPORT,),
    NodeKind.OFFICE: ("EZ-01",),
    NodeKind.WINDOW: ("EZ-01", "1"),
}


def at_home(*told: tuple[str, frozenset[str]]) -> list[Told]:
    """Events of the first region."""
    return [("420700", name, members) for name, members in told]


def adding(kind: NodeKind, cells: Cells) -> Prepared:
    """Prepare the organisation, and one node more."""

    def prepare(home: Region, _: Region) -> Callable[[], object]:
        founded(home)
        return lambda: organisation.add(kind, cells, by=home.operator, hub=home.hub)

    return prepare


def ending(kind: NodeKind) -> Prepared:
    """Prepare the organisation, of which a node ends."""

    def prepare(home: Region, _: Region) -> Callable[[], object]:
        founded(home)
        return lambda: places.end(kind, KEYS[kind], date(2027, 1, 1), by=home.operator, hub=home.hub)

    return prepare


def renaming(home: Region, _: Region) -> Callable[[], object]:
    """Prepare an agency that gets another name."""
    founded(home)
    return lambda: places.rename(TRANSPORT, "鄂州市交通局", by=home.operator, hub=home.hub)


def listing(home: Region, _: Region) -> Callable[[], object]:
    """Prepare an agency that may issue."""
    imported(home, NodeKind.AGENCY, agency(BRANCH, kinds=p.LICENCE))
    return lambda: list_agencies(home.hub)


def importing(home: Region, _: Region) -> Callable[[], object]:
    """Prepare nothing: a file of agencies, one of which is refused."""
    return lambda: imported(home, NodeKind.AGENCY, agency(), agency("x"))


def importing_again(home: Region, _: Region) -> Callable[[], object]:
    """Prepare a file that was taken in."""
    founded(home)
    return lambda: imported(home, NodeKind.WINDOW, window("1"), window("2"), window("3"))


def checking(home: Region, _: Region) -> Callable[[], object]:
    """Prepare nothing: a file is checked only."""
    return lambda: imported(home, NodeKind.AGENCY, agency(), check_only=True)


ORGANISATION_DEEDS: dict[str, tuple[Prepared, list[Told]]] = {
    "import agencies": (importing, at_home(("agency.added", ADDED), ("organisation.imported", IMPORTED))),
    "import windows again": (importing_again, at_home(("organisation.imported", IMPORTED))),
    "check a file of agencies only": (checking, []),
    "add a division": (
        adding(NodeKind.DIVISION, division("420700-HR", name="华容")),
        at_home(("division.added", ADDED)),
    ),
    "add an agency": (adding(NodeKind.AGENCY, agency(BRANCH)), at_home(("agency.added", ADDED))),
    "add an office": (adding(NodeKind.OFFICE, office("EZ-02")), at_home(("office.added", ADDED))),
    "add a window": (adding(NodeKind.WINDOW, window("9")), at_home(("window.added", ADDED))),
    "add a window that stands": (adding(NodeKind.WINDOW, window("1")), []),
    "end a division": (ending(NodeKind.DIVISION), at_home(("division.ended", ENDED))),
    "end an agency": (ending(NodeKind.AGENCY), at_home(("agency.ended", ENDED))),
    "end an office": (ending(NodeKind.OFFICE), at_home(("office.ended", ENDED))),
    "end a window": (ending(NodeKind.WINDOW), at_home(("window.ended", ENDED))),
    "rename an agency": (renaming, at_home(("agency.renamed", frozenset({"name", "name_en"})))),
    "list an agency": (listing, at_home(("agency.listed", LISTED))),
}
