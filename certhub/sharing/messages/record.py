"""A message on record, without whom it goes to and what it says."""

from dataclasses import dataclass
from datetime import datetime

from certhub.adapters.messenger import Trouble
from certhub.sharing.messages.rules import Medium, MessageState, Template


@dataclass(frozen=True)
class MessageFile:
    """A message on record.

    `attempts` counts those that were begun; `trouble` and `reply` are those of the last, also of one that is waiting.
    """

    id: str
    medium: Medium
    template: Template
    language: str
    made_at: datetime
    expires_at: datetime
    not_before: datetime
    attempts: int
    state: MessageState
    ended_at: datetime | None = None
    trouble: Trouble | None = None
    reply: int | None = None
