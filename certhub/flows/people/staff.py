"""Put members of staff on record, invite them, and end them.

import   1 read    each row is judged by itself, and against the rows before it
         2 place   up to 100 in a transaction: a login, an account for each role, an invitation, each with its event
         3 event   one with the counts
invite   1 write   a new invitation in one transaction with its event; those before it are void
end      1 write   the login ends, its sessions with it

The link is made here, queued as a message to whom it is for in the same transaction, and kept as a hash.
"""

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from certhub.db.engine import Unit
from certhub.errors import BadRequest, ClaimsInvalid, Conflict, Fault, NotFound
from certhub.flows.people.places import require_operator
from certhub.history.events.catalogue import (
    STAFF_ADDED,
    STAFF_ENDED,
    STAFF_IMPORTED,
    STAFF_INVITED,
    Event,
)
from certhub.history.events.staff import StaffAdded, StaffEnded, StaffImported, StaffInvited
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.people.logins import store as logins
from certhub.people.logins.logins import INVITED_FOR, Invitation, Login, Staff
from certhub.people.logins.reading import faults_of, misshapen, staff_of
from certhub.people.organisation import store as organisation
from certhub.people.organisation.nodes import Key, Node, NodeKind, Office, is_there
from certhub.people.organisation.reading import World
from certhub.people.parties import store as parties
from certhub.people.parties.people import Actor, Role
from certhub.records.certificates.rules import CHINA
from certhub.sharing.messages.rules import Medium, Message, Template, require_address
from certhub.sharing.messages.store import post
from certhub.spelling.row_faults import RowFault
from certhub.spelling.text import Unfit

BATCH = 100
PATH = "/invitation#"
"""What stands behind the hub's address in a link: what follows is in no log, since a browser keeps it to itself."""
Places = Mapping[tuple[NodeKind, Key], Node]


@dataclass(frozen=True)
class Invited:
    """Whom an invitation is for, and the link."""

    login: Login
    link: str


@dataclass
class StaffTally:
    """How a file of staff was taken in; `invited` are the links of those who were added."""

    rows: int = 0
    added: int = 0
    existing: int = 0
    refused: list[RowFault] = field(default_factory=list)
    invited: list[Invited] = field(default_factory=list)
    would_add: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as commands print it; no link stands in it."""
        refused = [asdict(fault) for fault in sorted(self.refused, key=lambda fault: fault.row)]
        counts = {"rows": self.rows, "added": self.added, "existing": self.existing, "refused": refused}
        return counts if self.would_add is None else {**counts, "would_add": self.would_add}


def import_staff(
    rows: Iterable[tuple[int, Mapping[str, str] | None]],
    *,
    digest: str,
    by: Actor,
    hub: Hub,
    check_only: bool = False,
    progress: Callable[[int], None] = lambda rows: None,
) -> StaffTally:
    """Take in the rows of a file, None for one that does not fit its header; `digest` is the file's SHA-256.

    Raises:
        NotAllowed: the account may not do that.
    """
    trip = hub.at(by)
    require_operator(by)
    tally = StaffTally(would_add=0 if check_only else None)
    hub.step("staff:1")
    read = _judged(rows, tally, trip)
    for at in range(0, len(read), BATCH):
        hub.step("staff:2")
        _place(read[at : at + BATCH], tally, by=by, trip=trip)
        progress(tally.added + tally.existing + (tally.would_add or 0))
    hub.step("staff:3")
    if not check_only:
        refused = len({fault.row for fault in tally.refused})
        counts = StaffImported(rows=tally.rows, added=tally.added, existing=tally.existing, refused=refused)
        with hub.writing() as unit:
            append(unit, Event(STAFF_IMPORTED, by.key, digest, counts))
    return tally


def add_staff(cells: Mapping[str, str], *, by: Actor, hub: Hub) -> Invited:
    """Put one member of staff on record, and return the link that lets them begin.

    Raises:
        NotAllowed: the account may not do that.
        ClaimsInvalid: the values do not fit; each fault names a field.
        Conflict: somebody of this number is on record (CONFLICT_WITH_STORED).
    """
    trip = hub.at(by)
    require_operator(by)
    staff, wrong = staff_of(cells, World(trip.day, frozenset()))
    if staff is None:
        raise _invalid(wrong)
    return enter(staff, by=by.key, trip=trip)


def enter(staff: Staff, *, by: str, trip: Trip) -> Invited:
    """Put a member of staff on record for an account, or for who founds the hub; raises as `add_staff` does."""
    trip.step("staff:2")
    with trip.writing() as unit:
        places = _places(unit, [staff])
        if wrong := _misplaced(staff, places, trip.day):
            raise _invalid(wrong)
        invited = _put(unit, staff, places, by=by, trip=trip)
    if invited is None:
        raise Conflict("somebody of this number is on record", code="CONFLICT_WITH_STORED")
    return invited


def invite(number: str, *, by: Actor, hub: Hub) -> Invited:
    """Make another invitation for a member of staff; raises NotAllowed, NotFound."""
    trip = hub.at(by)
    require_operator(by)
    hub.step("staff:1")
    with hub.writing() as unit:
        login, staff = _standing(unit, number)
        return _invite(unit, login, staff, by=by.key, trip=trip)


def end(number: str, *, by: Actor, hub: Hub) -> None:
    """End a member of staff: they sign in no more, and their sessions are over; raises NotAllowed, NotFound."""
    require_operator(by)
    hub.step("staff:1")
    with hub.writing() as unit:
        login, _ = _standing(unit, number)
        sessions = len(logins.sessions_of(unit, login.id))
        logins.end(unit, login)
        for account in logins.accounts_of(unit, login.id):
            parties.disable(unit, account)
        append(unit, Event(STAFF_ENDED, by.key, login.key, StaffEnded(sessions=sessions)))


def members(*, by: Actor, hub: Hub) -> list[tuple[Staff, str]]:
    """Return every member of staff with how their login stands: invited, active or ended; raises NotAllowed."""
    require_operator(by)
    listed: list[tuple[Staff, str]] = []
    with hub.reading() as unit:
        after = None
        while batch := logins.page(unit, after=after, limit=BATCH):
            for login, member in batch:
                is_proven = logins.proof_of(unit, login.id) is not None
                state = "ended" if login.ended_at is not None else "active" if is_proven else "invited"
                listed.append((member, state))
            after = batch[-1][0].id
    return listed


def _standing(unit: Unit, number: str) -> tuple[Login, Staff]:
    found = logins.find(unit, number)
    if found is None or found[0].ended_at is not None:
        raise NotFound("nobody of this staff number is on record")
    return found


def _invalid(wrong: Iterable[tuple[str, Unfit]]) -> ClaimsInvalid:
    return ClaimsInvalid([Fault(f"/{name}", unfit.code, unfit.detail) for name, unfit in wrong])


def _judged(
    rows: Iterable[tuple[int, Mapping[str, str] | None]], tally: StaffTally, trip: Trip
) -> list[tuple[int, Staff]]:
    """Read each row, and refuse the second of two of one number."""
    world, first, read = World(trip.day, frozenset()), dict[str, int](), []
    for number, cells in rows:
        tally.rows += 1
        if cells is None:
            tally.refused.append(misshapen(number))
            continue
        staff, wrong = staff_of(cells, world)
        if staff is None:
            tally.refused.extend(faults_of(number, wrong).faults)
        elif first.setdefault(staff.number, number) != number:
            twice = Unfit("DUPLICATE_IN_FILE", first_row=str(first[staff.number]))
            tally.refused.extend(faults_of(number, [("number", twice)]).faults)
        else:
            read.append((number, staff))
    return read


def _place(rows: Sequence[tuple[int, Staff]], tally: StaffTally, *, by: Actor, trip: Trip) -> None:
    is_check = tally.would_add is not None
    with trip.reading() if is_check else trip.writing() as unit:
        places = _places(unit, [staff for _, staff in rows])
        for row, staff in rows:
            standing = logins.find(unit, staff.number)
            if wrong := _misplaced(staff, places, trip.day):
                tally.refused.extend(faults_of(row, wrong).faults)
            elif standing is not None and standing[1] != staff:
                tally.refused.extend(faults_of(row, [("number", Unfit("CONFLICT_WITH_STORED"))]).faults)
            elif standing is not None:
                tally.existing += 1
            elif tally.would_add is not None:
                tally.would_add += 1
            elif (invited := _put(unit, staff, places, by=by.key, trip=trip)) is not None:
                tally.added += 1
                tally.invited.append(invited)


def _places(unit: Unit, staff: Iterable[Staff]) -> Places:
    """Return the agencies and offices that members of staff name."""
    wanted = {
        NodeKind.AGENCY: {(each.agency,) for each in staff if each.agency},
        NodeKind.OFFICE: {(each.office,) for each in staff if each.office},
    }
    return {
        (kind, key): node
        for kind, keys in wanted.items()
        for key, node in organisation.find_all(unit, kind, keys).items()
    }


def _misplaced(staff: Staff, places: Places, today: date) -> list[tuple[str, Unfit]]:
    """Return the fields that name an agency or an office that is not there, or an address of nobody."""
    named = (
        ("agency", NodeKind.AGENCY, staff.agency, "AGENCY_UNKNOWN"),
        ("office", NodeKind.OFFICE, staff.office, "OFFICE_UNKNOWN"),
    )
    wrong = [
        (name, Unfit(code))
        for name, kind, key, code in named
        if key and not ((node := places.get((kind, (key,)))) and is_there(node, today))
    ]
    return [*_unreachable(staff), *wrong]


def _put(unit: Unit, staff: Staff, places: Places, *, by: str, trip: Trip) -> Invited | None:
    """Put a member of staff on record with an account for each role and an invitation; None where one is."""
    login = logins.add(unit, staff)
    if login is None:
        return None
    accounts = tuple(_open_account(unit, role, staff, places) for role in staff.roles)
    for account in accounts:
        logins.bind(unit, login.id, account.account)
    body = StaffAdded(
        roles=tuple(role.value for role in staff.roles),
        agency=staff.agency,
        office=staff.office,
        accounts=tuple(account.key for account in accounts),
    )
    append(unit, Event(STAFF_ADDED, by, login.key, body))
    return _invite(unit, login, staff, by=by, trip=trip)


def _open_account(unit: Unit, role: Role, staff: Staff, places: Places) -> Actor:
    office = places.get((NodeKind.OFFICE, (staff.office,))) if role is Role.CLERK else None
    return parties.open_account(
        unit,
        role,
        staff.name,
        office=office.name if isinstance(office, Office) else "",
        office_code=staff.office if role is Role.CLERK else "",
        agencies=(staff.agency,) if role is Role.AGENCY else (),
    )


def _invite(unit: Unit, login: Login, staff: Staff, *, by: str, trip: Trip) -> Invited:
    """Make an invitation, and queue the message that takes it to whom it is for."""
    token = base64.urlsafe_b64encode(trip.random(32)).decode().rstrip("=")
    hashed, until = logins.token_hash(token), unit.now + INVITED_FOR
    link = f"{trip.settings.url}{PATH}{token}"
    logins.invite(unit, Invitation(hashed, login.id, unit.now, until))
    append(unit, Event(STAFF_INVITED, by, login.key, StaffInvited(until=int(until.timestamp()))))
    medium, address = _reached(staff)
    values = {
        "region": trip.settings.name,
        "until": f"{until.astimezone(CHINA):%Y-%m-%d %H:%M}",
        "link": link,
    }
    message = Message(
        template=Template.INVITATION,
        about=hashed.hex(),
        medium=medium,
        language="zh",
        expires_at=until,
        address=address,
        values=values,
    )
    post(unit, message)
    return Invited(login, link)


def _reached(staff: Staff) -> tuple[Medium, str]:
    """Return how a member of staff is reached: by mail, else by a short message."""
    if staff.mail:
        return Medium.MAIL, staff.mail
    return Medium.SMS, staff.phone.replace(" ", "").replace("-", "")


def _unreachable(staff: Staff) -> list[tuple[str, Unfit]]:
    """Return the field of an address to which nothing could be sent."""
    medium, address = _reached(staff)
    try:
        require_address(medium, address)
    except BadRequest:
        return [("mail", Unfit("MAIL_FORM")) if medium is Medium.MAIL else ("phone", Unfit("PHONE_FORM"))]
    return []
