"""Who a member of staff is and the sessions in which they act, as plain values; and the rules of both.

idle       a session that nothing was asked in for fifteen minutes is over
whole      so is one of eight hours
step-up    a dangerous deed asks for a proof of the last five minutes
delay      after three failed attempts each waits twice as long as the one before, a quarter of an hour at the most;
           nobody is locked out, so that nobody can lock somebody out
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from certhub.people.parties.people import Role

IDLE, WHOLE, STEP_UP = timedelta(minutes=15), timedelta(hours=8), timedelta(minutes=5)
SEEN_EVERY = timedelta(minutes=1)
"""A session's last use is put on record this often at the most: a page asks every few seconds."""
INVITED_FOR = timedelta(days=3)
REMEMBERED = timedelta(days=1)
"""How long attempts in vain and codes that were used are on record: anybody can try under any number."""
FREE_ATTEMPTS, LONGEST_DELAY = 3, timedelta(minutes=15)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128  # characters


@dataclass(frozen=True)
class Staff:
    """A member of staff as whoever enters them says: the staff number and each way to reach them may be any text."""

    number: str
    name: str
    roles: tuple[Role, ...]
    phone: str = ""
    mail: str = ""
    agency: str = ""
    office: str = ""


@dataclass(frozen=True)
class Login:
    """A login on record."""

    id: UUID
    staff_index: bytes
    name: str
    phone: str
    mail: str
    ended_at: datetime | None = None

    @property
    def key(self) -> str:
        """How events name it."""
        return str(self.id)


@dataclass(frozen=True)
class Invitation:
    """A link by which a login begins."""

    token_hash: bytes
    login: UUID
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Proof:
    """What a login proves itself by: the hash of its password in PHC form, and the secret of its codes."""

    password: str
    secret: bytes


@dataclass(frozen=True)
class Session:
    """A session: `device` is what the browser called itself when it began."""

    token_hash: bytes
    id: str
    login: UUID
    account: UUID
    begun_at: datetime
    ends_at: datetime
    proven_at: datetime
    seen_at: datetime
    device: str = ""

    def is_over(self, now: datetime) -> bool:
        """Tell whether it has ended by itself."""
        return now >= self.ends_at or now - self.seen_at >= IDLE

    def is_proven(self, now: datetime) -> bool:
        """Tell whether a dangerous deed may be done in it without another proof."""
        return timedelta() <= now - self.proven_at < STEP_UP


def delay_after(attempts: int) -> timedelta:
    """Return how long nobody may try again after so many attempts without a good one."""
    if attempts < FREE_ATTEMPTS:
        return timedelta()
    return min(timedelta(seconds=2 ** min(attempts - FREE_ATTEMPTS, 20)), LONGEST_DELAY)


def is_fit(password: str, number: str) -> bool:
    """Tell whether a password may be taken: long enough, not one character again and again, not the staff number."""
    return (
        SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD
        and len(set(password)) > 4
        and number.casefold() not in password.casefold()
    )
