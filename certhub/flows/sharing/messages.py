"""Send messages to people: mail, SMS and app.

send   1 messages    those that are due, by medium: not of one that is not set up or was silent a moment ago; and those
                     that are of no use any more, which are given up
       2 messages    one attempt begins: for two minutes nobody else begins one, also where this process dies in it
       3 messenger   outside any transaction: the server or the gateway takes it, or says why not
       4 messages, events   one transaction: sent or given up, and told; or it waits for the next attempt

try    1 messages, events   a test message is queued, and told

Killed between 3 and 4 it is sent again after two minutes, under the same Message-ID: once too often, never not at all.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from certhub.adapters.messenger import NotSent, Trouble
from certhub.db.ids import public_id
from certhub.db.leases import WORKER
from certhub.db.timekeeping import store as timekeeping
from certhub.history.events.catalogue import (
    MESSAGE_GIVEN_UP,
    MESSAGE_SENT,
    MESSAGE_TESTED,
    Event,
)
from certhub.history.events.message_bodies import MessageGivenUp, MessageSent, MessageTested
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.sharing.messages import store as messages
from certhub.sharing.messages.record import MessageFile
from certhub.sharing.messages.rules import Medium, Message, MessageState, Template

AT_ONCE = 100
"""How many messages of a medium are sent in one step."""
TEST_LIFE = timedelta(hours=1)
log = logging.getLogger("certhub.messages")


@dataclass(frozen=True)
class Listed:
    """What is told of messages: the newest, and which media are set up."""

    files: list[MessageFile]
    set_up: frozenset[Medium]


def send(hub: Hub, *, silent: Collection[Medium] = ()) -> tuple[int, frozenset[Medium]]:
    """Send what is due, but by the media `silent`.

    Returns:
        How many messages ended, and the media by which nothing can be sent now.
    """
    trip = hub.at(None)
    trip.step("messages:1")
    open_media = [medium for medium in trip.messengers if medium not in silent]
    with trip.reading() as unit:
        record = timekeeping.read(unit)
        past = unit.now if record is None else record.surely_past(unit.now)
        useless = messages.expired(unit, past, limit=AT_ONCE)
        due = [file for medium in open_media for file in messages.due(unit, medium, limit=AT_ONCE)]
    ended, failed = 0, set[Medium]()
    for file in useless:
        ended += _given_up(file, Trouble.EXPIRED, file.reply, trip=trip)
    for file in due:
        if file.medium in failed:
            continue
        try:
            ended += _attempted(file, trip=trip)
        except NotSent as silent_now:
            log.warning("messages: %s: %s", file.medium.value, silent_now)
            failed.add(file.medium)
    return ended, frozenset(failed)


def post_test(medium: Medium, address: str, language: str, *, by: str, hub: Hub) -> str:
    """Queue a test message; `by` is the key of an account, or a name of ours.

    Returns:
        The message's id.

    Raises:
        BadRequest: ADDRESS_UNFIT.
    """
    names = {"zh": hub.settings.name, "en": hub.settings.name_en or hub.settings.name}
    hub.step("try:1")
    with hub.writing() as unit:
        about = public_id(unit.random)
        message = Message(
            template=Template.TEST,
            about=about,
            medium=medium,
            language=language,
            expires_at=unit.now + TEST_LIFE,
            address=address,
            values={"region": names[language]},
        )
        messages.post(unit, message)
        message_id = messages.id_of(unit, Template.TEST, about)
        body = MessageTested(medium=medium.value, language=language)
        append(unit, Event(MESSAGE_TESTED, by, message_id, body))
    return message_id


def newest(*, limit: int, hub: Hub) -> Listed:
    """Return the newest messages, without address and text, and the media that are set up."""
    with hub.reading() as unit:
        files = messages.newest(unit, limit=limit)
    return Listed(files, frozenset(hub.messengers))


def _attempted(file: MessageFile, *, trip: Trip) -> bool:
    """Make one attempt; tell whether it ended the message. Raises NotSent where the whole medium is silent."""
    trip.step("messages:2")
    with trip.writing() as unit:
        begun = messages.claim(unit, file)
        letter = None if begun is None else messages.letter(unit, begun)
        now = unit.now
    if begun is None:
        return False
    if letter is None:
        return _given_up(begun, Trouble.UNREADABLE, None, trip=trip)
    trip.step("messages:3")
    try:
        trip.messengers[begun.medium].send(letter, at=now)
    except NotSent as refused:
        if refused.is_final:
            return _given_up(begun, refused.trouble, refused.reply, trip=trip)
        trip.step("messages:4")
        with trip.writing() as unit:
            messages.defer(unit, begun, refused.trouble, refused.reply)
        if refused.is_general:
            raise
        return False
    trip.step("messages:4")
    with trip.writing() as unit:
        if messages.end(unit, begun, MessageState.SENT):
            body = MessageSent(
                medium=begun.medium.value, template=begun.template.value, attempts=begun.attempts
            )
            append(unit, Event(MESSAGE_SENT, WORKER, begun.id, body))
    return True


def _given_up(file: MessageFile, trouble: Trouble, reply: int | None, *, trip: Trip) -> bool:
    """Give a message up, and tell; False where somebody else is sending it."""
    trip.step("messages:4")
    with trip.writing() as unit:
        if not messages.end(unit, file, MessageState.GIVEN_UP, trouble, reply):
            return False
        body = MessageGivenUp(
            medium=file.medium.value,
            template=file.template.value,
            attempts=file.attempts,
            trouble=trouble.value,
        )
        append(unit, Event(MESSAGE_GIVEN_UP, WORKER, file.id, body))
    log.warning("messages: %s was given up: %s", file.id, trouble.value)
    return True
