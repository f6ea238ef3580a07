"""What the deeds about members of staff write into the history: rows of the table in tests/flows/test_history.py."""

from collections.abc import Callable
from contextlib import suppress

from certhub.errors import Unauthenticated
from certhub.flows.people import enrolment, sessions, sign_in, staff
from certhub.flows.people.sessions import Begun
from certhub.people.logins import proofs
from tests.support.organisation import DIGEST, founded, numbered
from tests.support.organisation_deeds import Prepared, Told, at_home
from tests.support.region import Region

PASSWORD, DEVICE = "correct horse battery staple", "a browser"

ADDED = ("staff.added", frozenset({"roles", "agency", "office", "accounts"}))
INVITED = ("staff.invited", frozenset({"until"}))
ENROLLED = ("staff.enrolled", frozenset({"methods"}))
BEGUN = ("session.begun", frozenset({"session", "account", "method"}))
PROVEN = ("session.proven", frozenset({"session", "account"}))
ENDED = ("session.ended", frozenset({"sessions"}))
MEMBER = {"number": "W001", "name": "王窗口", "mail": "w@example.org", "roles": "clerk", "office": "EZ-01"}


def code_of(region: Region, token: str) -> str:
    """Return the code that the application of whoever opened an invitation shows now."""
    with region.hub.reading() as unit:
        secret = enrolment._secret(unit, token)
    return proofs.code_at(secret, proofs.step_at(region.clock.now()))


def invited(region: Region) -> str:
    """Enter a member of staff; return the token of their invitation."""
    founded(region)
    return staff.add_staff(MEMBER, by=region.operator, hub=region.hub).link.partition("#")[2]


def enrolled(region: Region) -> tuple[str, Begun]:
    """Enter a member of staff who uses their invitation, a minute ago."""
    token = invited(region)
    begun = enrolment.accept(token, PASSWORD, code_of(region, token), device=DEVICE, hub=region.hub)
    region.clock.pass_(seconds=60)
    return token, begun


def importing(home: Region, _: Region) -> Callable[[], object]:
    """Prepare an office: a file of two, one of whom is refused."""
    founded(home)
    rows = numbered([MEMBER, {**MEMBER, "number": "W002", "office": "EZ-99"}])
    return lambda: staff.import_staff(rows, digest=DIGEST, by=home.operator, hub=home.hub)


def inviting(home: Region, _: Region) -> Callable[[], object]:
    """Prepare a member of staff who is invited once more."""
    invited(home)
    return lambda: staff.invite("W001", by=home.operator, hub=home.hub)


def enrolling(home: Region, _: Region) -> Callable[[], object]:
    """Prepare an invitation that is used."""
    token = invited(home)
    return lambda: enrolment.accept(token, PASSWORD, code_of(home, token), device=DEVICE, hub=home.hub)


def opening(home: Region, _: Region) -> Callable[[], object]:
    """Prepare an invitation that is looked at."""
    token = invited(home)
    return lambda: enrolment.view(token, hub=home.hub)


def signing_in(home: Region, _: Region) -> Callable[[], object]:
    """Prepare a member of staff who signs in."""
    token, _begun = enrolled(home)
    return lambda: sign_in.sign_in("W001", PASSWORD, code_of(home, token), device=DEVICE, hub=home.hub)


def guessing(home: Region, _: Region) -> Callable[[], object]:
    """Prepare a member of staff whose password somebody guesses."""
    token, _begun = enrolled(home)

    def guess() -> None:
        with suppress(Unauthenticated):
            sign_in.sign_in("W001", "wrong", code_of(home, token), device=DEVICE, hub=home.hub)

    return guess


def proving(home: Region, _: Region) -> Callable[[], object]:
    """Prepare a session in which somebody proves once more who they are."""
    token, begun = enrolled(home)
    return lambda: sign_in.prove(PASSWORD, code_of(home, token), session=begun.session, hub=home.hub)


def changing_account(home: Region, _: Region) -> Callable[[], object]:
    """Prepare a session that goes on in an account."""
    _token, begun = enrolled(home)
    return lambda: sessions.act_as(begun.actor.key, session=begun.session, hub=home.hub)


def ending_session(home: Region, _: Region) -> Callable[[], object]:
    """Prepare a session that is ended."""
    _token, begun = enrolled(home)
    return lambda: sessions.end(begun.session.id, session=begun.session, hub=home.hub)


def ending_all(home: Region, _: Region) -> Callable[[], object]:
    """Prepare a session that is ended with all others."""
    _token, begun = enrolled(home)
    return lambda: sessions.end_all(begun.session, hub=home.hub)


def leaving(home: Region, _: Region) -> Callable[[], object]:
    """Prepare a member of staff who leaves."""
    enrolled(home)
    return lambda: staff.end("W001", by=home.operator, hub=home.hub)


STAFF_DEEDS: dict[str, tuple[Prepared, list[Told]]] = {
    "import staff": (
        importing,
        at_home(ADDED, INVITED, ("staff.imported", frozenset({"rows", "added", "existing", "refused"}))),
    ),
    "invite once more": (inviting, at_home(INVITED)),
    "look at an invitation": (opening, []),
    "use an invitation": (enrolling, at_home(ENROLLED, BEGUN)),
    "sign in": (signing_in, at_home(BEGUN)),
    "guess a password": (guessing, at_home(("sign_in.refused", frozenset({"cause"})))),
    "prove once more": (proving, at_home(PROVEN)),
    "act in another account": (changing_account, at_home(PROVEN)),
    "end a session": (ending_session, at_home(ENDED)),
    "end every session": (ending_all, at_home(ENDED)),
    "end a member of staff": (leaving, at_home(("staff.ended", frozenset({"sessions"})))),
}
