"""The rules of messages to people: which there are, how long each waits, what an address and a link may be.

wait      10 s after the first attempt, twice as long after each, an hour at the most; until the message expires
due       its time has come, or lies further ahead than any wait: a clock stood wrong when it was written
link      scheme, host and path, and a fragment at the most: no question mark, so nothing that a person typed, and
          the address of whom it goes to is no part of it
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from certhub.errors import BadRequest

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)
LEASE = timedelta(minutes=2)
"""How long a message is left alone by others once somebody began to send it: longer than any medium takes for one."""
REMEMBERED = timedelta(days=30)
"""How long after its end a message is listed, without address and text; nothing is decided by it."""
_LINK = re.compile(
    r"https?://(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?"
    r"(?:/[A-Za-z0-9._~-]*)*(?:#[A-Za-z0-9._~-]+)?"
)


class Medium(StrEnum):
    """How a message reaches somebody."""

    MAIL = "mail"
    SMS = "sms"
    APP = "app"


class Template(StrEnum):
    """What a message is about; its words are in templates.json."""

    INVITATION = "invitation"
    LOOK = "look"
    DISPUTE = "dispute"
    EXPIRY = "expiry"
    TEST = "test"


class MessageState(StrEnum):
    """How a message stands."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message to be sent.

    about       what it is about, as an id of it: a template tells of a thing once. Who tells two people of one thing
                names the person in it as well
    values      what stands in its text, by the names of its template
    expires_at  from then on it is of no use, and is not sent
    """

    template: Template
    about: str
    medium: Medium
    language: str
    expires_at: datetime
    address: str = field(repr=False)
    values: Mapping[str, str] = field(repr=False)


_ADDRESSES: Mapping[Medium, re.Pattern[str]] = {
    Medium.MAIL: re.compile(
        r"(?=.{3,254}\Z)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
        r"@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
    ),
    Medium.SMS: re.compile(r"\+?[0-9]{5,15}"),
    Medium.APP: re.compile(r"[A-Za-z0-9._:@-]{1,128}"),
}


def require_address(medium: Medium, address: str) -> None:
    """Refuse what is no address of a medium; raises BadRequest (ADDRESS_UNFIT), in which the address does not stand.

    A mail address is in ASCII (an address in Chinese script is not sent to yet), a number is digits with or without +.
    """
    if _ADDRESSES[medium].fullmatch(address) is None:
        raise BadRequest(f"this is no address to which {medium.value} could be sent", code="ADDRESS_UNFIT")


def require_link(link: str, *, address: str) -> None:
    """Refuse a link that could carry something about somebody; raises ValueError, in which the link does not stand."""
    if _LINK.fullmatch(link) is None or address.lower() in link.lower():
        raise ValueError("a link in a message is an address and a path, and names nobody")


def wait_after(attempts: int) -> timedelta:
    """Return how long a message waits after that many attempts (1 or more)."""
    doublings: int = 1 << min(attempts - 1, 20)
    return min(FIRST_WAIT * doublings, LONGEST_WAIT)


def is_due(not_before: datetime, now: datetime) -> bool:
    """Tell whether a message may be sent now."""
    return not now < not_before <= now + LONGEST_WAIT
