"""Begin a login by its invitation: a password, and an application that shows codes.

view     1 read     whose it is, and the secret of the codes; it follows from the invitation, so that nothing is written
accept   1 prove    the password may be taken, and the code is of that secret
         2 write    one transaction: the invitation is used, the login is proven by both from now on, a session begins
"""

from dataclasses import dataclass

from certhub_keys.cost import Cost

from certhub.db.engine import Unit
from certhub.errors import BadRequest, NotFound
from certhub.flows.people.sessions import Begun, begin
from certhub.history.events.catalogue import SESSION_ENDED, STAFF_ENROLLED, Event
from certhub.history.events.staff import SessionEnded, StaffEnrolled
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.people.logins import proofs
from certhub.people.logins import store as logins
from certhub.people.logins.logins import Invitation, Login, Proof, Staff, is_fit
from certhub.people.parties.people import Role
from certhub.settings import Profile, Settings

METHODS = ("password", "totp")


@dataclass(frozen=True)
class Enrolment:
    """What somebody sees who opens an invitation: who they are here, and what their application of codes reads."""

    name: str
    roles: tuple[Role, ...]
    secret: str
    uri: str


def view(token: str, *, hub: Hub) -> Enrolment:
    """Return what an invitation begins; raises NotFound (INVITATION_UNKNOWN): unknown, used, void or over."""
    hub.step("enrolment:1")
    with hub.reading() as unit:
        _, _, staff = _invited(unit, token)
        secret = _secret(unit, token)
    label = f"{staff.number}@{hub.region}"
    uri = proofs.secret_uri(secret, label=label, issuer=f"CertHub {hub.settings.name}")
    return Enrolment(staff.name, staff.roles, proofs.printed(secret), uri)


def accept(token: str, password: str, code: str, *, device: str, hub: Hub) -> Begun:
    """Use an invitation, and begin the first session.

    Raises:
        NotFound: INVITATION_UNKNOWN, also where somebody else used it a moment before.
        BadRequest: PASSWORD_UNFIT, or CODE_WRONG; the invitation is not used then.
    """
    trip = hub.at(None)
    hub.step("enrolment:1")
    with hub.reading() as unit:
        _, _, staff = _invited(unit, token)
        secret = _secret(unit, token)
    if not is_fit(password, staff.number):
        raise BadRequest("this password cannot be taken", code="PASSWORD_UNFIT")
    step = proofs.step_of(code, secret, trip.now)
    if step is None:
        raise BadRequest("this code is of no moment near now", code="CODE_WRONG")
    phc = proofs.hashed(password, salt=hub.random(proofs.SALT_BYTES), cost=cost_of(hub.settings))
    hub.step("enrolment:2")
    with hub.writing() as unit:
        invitation, login, _ = _invited(unit, token)
        if not logins.use_invitation(unit, invitation):
            raise _unknown()
        if ended := logins.end_sessions(unit, login.id):  # whoever has the lost phone is out
            append(unit, Event(SESSION_ENDED, login.key, login.key, SessionEnded(sessions=tuple(ended))))
        logins.prove_by(unit, login.id, Proof(phc, secret))
        logins.use_code(unit, login.id, step)
        logins.succeed(unit, login.staff_index)
        append(unit, Event(STAFF_ENROLLED, login.key, login.key, StaffEnrolled(methods=METHODS)))
        return begin(unit, login, method="+".join(METHODS), device=device, trip=trip)


def cost_of(settings: Settings) -> Cost:
    """Return what a guess at a password costs; a test's costs nothing."""
    return Cost.TEST if settings.profile is Profile.TEST else Cost.STANDARD


def _invited(unit: Unit, token: str) -> tuple[Invitation, Login, Staff]:
    invitation = logins.invitation(unit, token)
    found = None if invitation is None else logins.login(unit, invitation.login)
    if (
        invitation is None
        or found is None
        or invitation.expires_at <= unit.now
        or found[0].ended_at is not None
    ):
        raise _unknown()
    return invitation, *found


def _unknown() -> NotFound:
    return NotFound("this invitation is unknown, was used or is over", code="INVITATION_UNKNOWN")


def _secret(unit: Unit, token: str) -> bytes:
    """Return the secret of the codes that an invitation begins."""
    return unit.vault.digest("login code secret", logins.token_hash(token))[: proofs.SECRET_BYTES]
