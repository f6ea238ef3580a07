"""What takes a message to a person, whatever the medium: a letter goes in, and it was taken or NotSent says why.

    mail             certhub/adapters/mail.py
    SMS and app      certhub/adapters/message_webhook.py

What the other end says in words is never kept: mail servers repeat the address in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Trouble(StrEnum):
    """Why a message was not sent. The last two are found by the hub itself; nobody was asked to send."""

    NO_CONNECTION = "no_connection"
    """Nobody answers there, or not in time."""
    NO_TLS = "no_tls"
    """The other end offers no TLS, or a certificate that is not believed."""
    SECRET_UNREADABLE = "secret_unreadable"  # noqa: S105  a word, no secret
    """The file with the password or the key cannot be read."""
    LOGIN_REFUSED = "login_refused"
    """The account of the hub is refused."""
    SENDER_REFUSED = "sender_refused"
    """The hub's own address is refused."""
    BUSY = "busy"
    """Refused for now: a later attempt may be taken."""
    REFUSED = "refused"
    """Refused for good, as an address that nobody has."""
    EXPIRED = "expired"
    """Nobody took it while it was of any use."""
    UNREADABLE = "unreadable"
    """What is stored does not open: somebody altered it."""


class NotSent(Exception):
    """A letter was not taken.

    `reply` is the code of the answer, None where there was none; `is_final`: another attempt would be refused as well;
    `is_general`: not about this letter, so that no other would be taken now either.
    """

    def __init__(
        self,
        trouble: Trouble,
        reply: int | None = None,
        *,
        is_final: bool = False,
        is_general: bool = False,
    ) -> None:
        super().__init__(trouble.value if reply is None else f"{trouble.value} ({reply})")
        self.trouble, self.reply = trouble, reply
        self.is_final, self.is_general = is_final, is_general


@dataclass(frozen=True)
class Letter:
    """What is sent: `id` and `made_at` are the same in every attempt, so that who gets it twice can tell."""

    id: str
    template: str
    language: str
    made_at: datetime
    address: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    values: Mapping[str, str] = field(repr=False)


class Messenger(Protocol):
    """Who takes the letters of one medium."""

    def send(self, letter: Letter, *, at: datetime) -> None:
        """Have a letter taken, once; `at` is the time of this attempt; raises NotSent."""
