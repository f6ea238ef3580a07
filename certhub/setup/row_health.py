"""Whether rows that let somebody in, or that were read, carry this hub's MAC."""

from certhub.errors import HubError
from certhub.hub import Hub
from certhub.people.logins import store as logins
from certhub.people.organisation import store as organisation
from certhub.people.parties import store as parties


def says(hub: Hub) -> str:
    """What lets people in is looked at whole, every other table where it was read since the start."""
    with hub.reading() as unit:
        found = dict(hub.database.refused) | parties.not_ours(unit)
        found |= organisation.not_ours(unit) | logins.not_ours(unit)
    if any(found.values()):
        told = ", ".join(f"{table} {count}" for table, count in sorted(found.items()) if count)
        raise HubError(
            f"rows that do not carry this hub's MAC, or were altered, and grant nothing: {told}; somebody wrote"
            " the database beside the hub, or rows of an earlier version were put in",
            code="ROWS_REFUSED",
        )
    return "every row that was read carries this hub's MAC"
