"""A clerk asks for a value that a page keeps covered.

    1 receipts     the verification: answered, and this clerk's own
    2 events       who, which item, which field, when: on record, never the value; committed
    3              the value

Nobody reads a covered value without an entry: a page's session has every report masked (flows/verification/masked.py).
"""

from collections.abc import Sequence
from typing import Any

from certhub.db.engine import Unit
from certhub.errors import NotFound
from certhub.flows.verification.outcome import own
from certhub.history.events.bodies import Revealed
from certhub.history.events.catalogue import VERIFICATION_REVEALED, Event
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.people.parties.people import Actor
from certhub.verification.receipts import store as receipts

IDENTIFIER = "证照标识"


def reveal(verification_id: str, item: int, field: str, *, by: Actor, hub: Hub) -> Any:
    """Return one disclosed value, once it is on record that it was asked for.

    Raises:
        NotFound: no such verification of this clerk, no such item, or a field that was not disclosed.
    """
    hub.step("reveal:1")
    with hub.writing() as unit:
        filed = own(receipts.get(unit, verification_id), by=by)
        items = (filed.report or {})["items"]
        disclosed = items[item].get("disclosed", {}) if 0 <= item < len(items) else {}
        if field not in disclosed:
            raise NotFound("this was not disclosed")
        hub.step("reveal:2")
        record(unit, verification_id, [item], field, by=by)
    hub.step("reveal:3")
    return disclosed[field]


def record(unit: Unit, verification_id: str, items: Sequence[int], field: str, *, by: Actor) -> None:
    """Put on record that a clerk was given a field of these items."""
    bodies = (Revealed(item=item, field=field) for item in items)
    append(unit, *(Event(VERIFICATION_REVEALED, by.key, verification_id, body) for body in bodies))
