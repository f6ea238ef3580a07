"""The bodies of events about messages to people: neither whom they go to nor what they say."""

from dataclasses import dataclass

from certhub.history.events.body import Body


@dataclass(frozen=True, kw_only=True)
class MessageTested(Body):
    """Somebody who looks after the hub had a test message queued."""

    medium: str
    language: str


@dataclass(frozen=True, kw_only=True)
class MessageSent(Body):
    """A message was taken by whoever takes it on, at the `attempts`th attempt."""

    medium: str
    template: str
    attempts: int


@dataclass(frozen=True, kw_only=True)
class MessageGivenUp(Body):
    """A message is not sent any more: refused for good, of no use any more, or altered in the store."""

    medium: str
    template: str
    attempts: int
    trouble: str
