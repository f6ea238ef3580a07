"""Sign in by staff number, password and a code of thirty seconds; and prove it once more for a dangerous deed.

    1 count   the attempt is counted before anything is looked at, unless attempts before it ask for a delay
    2 prove   password and code are checked; for a number that nobody has it takes as long
    3 write   one transaction: the code is used, the attempts are forgotten, a session begins

Whatever was wrong, the answer is the same: who guesses learns neither whether a number is known nor which half was
wrong.
"""

from datetime import timedelta

from certhub.errors import TooOften, Unauthenticated
from certhub.flows.people.enrolment import cost_of
from certhub.flows.people.sessions import Begun, begin, renewed
from certhub.history.events.catalogue import SIGN_IN_REFUSED, Event
from certhub.history.events.staff import SignInRefused
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.people.logins import proofs
from certhub.people.logins import store as logins
from certhub.people.logins.logins import Login, Proof, Session
from certhub.spelling.text import Unfit, read_code


def sign_in(number: str, password: str, code: str, *, device: str, hub: Hub) -> Begun:
    """Sign in, and return the session that begins.

    Raises:
        Unauthenticated: SIGN_IN_REFUSED, whatever was wrong.
        TooOften: TOO_MANY_ATTEMPTS, since attempts failed before; nothing was looked at.
    """
    trip, spelled = hub.at(None), _spelled(number)
    hub.step("sign_in:1")
    with hub.reading() as unit:
        index, found = logins.staff_index(unit, spelled), logins.find(unit, spelled)
        proof = None if found is None else logins.proof_of(unit, found[0].id)
    login = None if found is None or found[0].ended_at is not None else found[0]
    _count(index, hub=hub)
    hub.step("sign_in:2")
    step = _proven(proof, password, code, trip=trip)
    hub.step("sign_in:3")
    with hub.writing() as unit:
        if login is not None and step is not None and logins.use_code(unit, login.id, step):
            logins.succeed(unit, index)
            return begin(unit, login, method="password+totp", device=device, trip=trip)
    raise _refused(login, hub=hub)


def prove(password: str, code: str, *, session: Session, hub: Hub) -> Begun:
    """Prove once more who acts in a session, which goes on under a new token; raises as `sign_in`, and NotFound."""
    trip = hub.at(None)
    hub.step("sign_in:1")
    with hub.reading() as unit:
        found, proof = logins.login(unit, session.login), logins.proof_of(unit, session.login)
    if found is None:
        raise _refused(None, hub=hub)
    login, _ = found
    _count(login.staff_index, hub=hub)
    hub.step("sign_in:2")
    step = _proven(proof, password, code, trip=trip)
    hub.step("sign_in:3")
    with hub.writing() as unit:
        if step is not None and logins.use_code(unit, login.id, step):
            logins.succeed(unit, login.staff_index)
            return renewed(unit, session, is_proven=True, trip=trip)
    raise _refused(login, hub=hub)


def _spelled(number: str) -> str:
    try:
        return read_code(number)
    except Unfit:
        return ""


def _count(index: bytes, *, hub: Hub) -> None:
    """Count an attempt; raises TooOften (TOO_MANY_ATTEMPTS)."""
    with hub.writing() as unit:
        free_at, now = logins.attempt(unit, index), unit.now
    if free_at is not None:
        seconds = max(1, -(-(free_at - now) // timedelta(seconds=1)))
        raise TooOften(seconds, code="TOO_MANY_ATTEMPTS")


def _proven(proof: Proof | None, password: str, code: str, *, trip: Trip) -> int | None:
    """Return the step of the code where both are right, else None; it takes as long for nobody's number."""
    if proof is None:
        proofs.hashed(password, salt=bytes(proofs.SALT_BYTES), cost=cost_of(trip.settings))
        return None
    is_right = proofs.is_password(password, proof.password)
    step = proofs.step_of(code, proof.secret, trip.now)
    return step if is_right else None


def _refused(login: Login | None, *, hub: Hub) -> Unauthenticated:
    """Put on record that a login that is known was not proven; return what is raised."""
    if login is not None:
        with hub.writing() as unit:
            append(unit, Event(SIGN_IN_REFUSED, login.key, login.key, SignInRefused(cause="SIGN_IN_REFUSED")))
    return Unauthenticated("staff number, password or code is wrong", code="SIGN_IN_REFUSED")
