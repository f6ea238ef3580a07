"""Sessions of members of staff: who acts in one, which there are, and their end.

speaker   1 read    session, login and account are on record, and none of them is over
          2 write   once a minute: that the session is used
others    1 read    the sessions of a login
end       1 write   one or all of them in one transaction with its event

A session's token changes when it gets another account or another proof: who learned the one before has nothing.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from certhub.db.engine import Unit
from certhub.db.ids import public_id
from certhub.errors import NotAllowed, NotFound
from certhub.history.events.catalogue import SESSION_BEGUN, SESSION_ENDED, SESSION_PROVEN, Event
from certhub.history.events.staff import SessionBegun, SessionEnded, SessionProven
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.people.logins import store as logins
from certhub.people.logins.logins import SEEN_EVERY, WHOLE, Login, Session
from certhub.people.parties import store as parties
from certhub.people.parties.people import Actor

DEVICE = 120  # characters of what a browser calls itself


@dataclass(frozen=True)
class Begun:
    """A session that began, or goes on under a new token; the token is known here alone."""

    token: str
    session: Session
    actor: Actor
    accounts: tuple[Actor, ...]


@dataclass(frozen=True)
class Speaker:
    """Who acts in a session."""

    session: Session
    actor: Actor


def begin(unit: Unit, login: Login, *, method: str, device: str, trip: Trip) -> Begun:
    """Begin a session in the first account of a login, in the caller's transaction.

    Raises:
        NotAllowed: the login has no account left (NO_ACCOUNT).
    """
    accounts = _accounts(unit, login.id)
    if not accounts:
        raise NotAllowed("nothing is left to do for this login", code="NO_ACCOUNT")
    token = _token(trip)
    session = Session(
        token_hash=logins.token_hash(token),
        id=public_id(trip.random),
        login=login.id,
        account=accounts[0].account,
        begun_at=unit.now,
        ends_at=unit.now + WHOLE,
        proven_at=unit.now,
        seen_at=unit.now,
        device=device[:DEVICE],
    )
    logins.begin(unit, session)
    body = SessionBegun(session=session.id, account=accounts[0].key, method=method)
    append(unit, Event(SESSION_BEGUN, login.key, login.key, body))
    return Begun(token, session, accounts[0], accounts)


def speaker(
    token: str, *, hub: Hub, leave: Callable[[Callable[[Unit], object]], object] | None = None
) -> Speaker | None:
    """Return who acts in the session of a token; None where there is none, or it is over.

    `leave` has something written that nobody waits for: the hub's own way, unless another is given.
    """
    with hub.reading() as unit:
        session = logins.session(unit, token)
        if session is None or session.is_over(unit.now):
            return None
        found = logins.login(unit, session.login)
        actor = parties.account(unit, str(session.account))
        if found is None or found[0].ended_at is not None or actor is None:
            return None
        now = unit.now
    is_seen_long_ago = now - session.seen_at >= SEEN_EVERY
    if is_seen_long_ago:
        (leave or hub.leave)(partial(logins.see, seen=session, at=now))
    return Speaker(session, actor)


def others(session: Session, *, hub: Hub) -> list[Session]:
    """Return the sessions of a login that are not over, this one among them, the latest first."""
    with hub.reading() as unit:
        return [one for one in logins.sessions_of(unit, session.login) if not one.is_over(unit.now)]


def end(session_id: str, *, session: Session, hub: Hub) -> None:
    """End one session of a login; raises NotFound where it has none of that id."""
    with hub.writing() as unit:
        found = next((one for one in logins.sessions_of(unit, session.login) if one.id == session_id), None)
        if found is None or not logins.end_session(unit, found):
            raise NotFound("there is no such session")
        append(unit, _ended(session, session_id))


def end_all(session: Session, *, hub: Hub) -> int:
    """End every session of a login, this one too; return how many there were."""
    with hub.writing() as unit:
        ended = logins.end_sessions(unit, session.login)
        append(unit, _ended(session, *ended))
    return len(ended)


def renewed(
    unit: Unit, session: Session, *, account: UUID | None = None, is_proven: bool, trip: Trip
) -> Begun:
    """Go on in a session under a new token, in another account of the login where one is named.

    Raises:
        NotFound: the session is over, or the login has no such account.
    """
    own = _accounts(unit, session.login)
    actor = next((one for one in own if one.account == (account or session.account)), None)
    if actor is None or not logins.end_session(unit, session):
        raise NotFound("there is no such account, or the session is over")
    token = _token(trip)
    goes_on = replace(
        session,
        token_hash=logins.token_hash(token),
        account=actor.account,
        proven_at=unit.now if is_proven else session.proven_at,
        seen_at=unit.now,
    )
    logins.begin(unit, goes_on)
    body = SessionProven(session=session.id, account=actor.key)
    append(unit, Event(SESSION_PROVEN, str(session.login), str(session.login), body))
    return Begun(token, goes_on, actor, own)


def act_as(account: str, *, session: Session, hub: Hub) -> Begun:
    """Take another account of one's own, under a new token; raises NotFound."""
    trip = hub.at(None)
    with hub.writing() as unit:
        return renewed(unit, session, account=_uuid(account), is_proven=False, trip=trip)


def _uuid(account: str) -> UUID:
    try:
        return UUID(account)
    except ValueError as no_id:
        raise NotFound("there is no such account") from no_id


def _ended(session: Session, *ids: str) -> Event[SessionEnded]:
    return Event(SESSION_ENDED, str(session.login), str(session.login), SessionEnded(sessions=ids))


def _accounts(unit: Unit, login: UUID) -> tuple[Actor, ...]:
    found = (parties.account(unit, str(account)) for account in logins.accounts_of(unit, login))
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.role))


def _token(trip: Trip) -> str:
    return base64.urlsafe_b64encode(trip.random(32)).decode().rstrip("=")
