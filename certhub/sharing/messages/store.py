"""The queries of the messages noun.

message   sealed {address, subject, text, values}: made when it is queued, so that a release in between changes nothing;
          it goes when the message has ended
          state waiting → sent, or given_up; forgotten thirty days later

    post(unit, Message(...))   queue a message in the transaction of what causes it; the same again queues nothing
    claim → end, or defer      one attempt: who claims is alone with it for a while, and says how it ended
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from certhub_verifier.formats.codes import crockford
from sqlalchemy import delete, func, select, update

from certhub import plain_json
from certhub.adapters.messenger import Letter, Trouble
from certhub.db.columns import table_of
from certhub.db.engine import Pen, Unit
from certhub.db.grants import believed, signed
from certhub.db.ids import PUBLIC_ID_BYTES
from certhub.db.rows import row_of, value_of
from certhub.db.sealing import BlobRefused
from certhub.db.statements import insert_new
from certhub.sharing.messages.record import MessageFile
from certhub.sharing.messages.rules import (
    LEASE,
    REMEMBERED,
    Medium,
    Message,
    MessageState,
    Template,
    is_due,
    require_address,
    wait_after,
)
from certhub.sharing.messages.tables import MessageRow
from certhub.sharing.messages.wording import worded

_MESSAGE = table_of(MessageRow)
_FAR_AHEAD = datetime(9999, 1, 1, tzinfo=UTC)
"""Later than any message, whatever clock dated it; so that a page is read off the index."""


@dataclass(frozen=True)
class Waiting:
    """What waits for one medium: how many, how many of them were tried in vain, and since when the oldest."""

    messages: int
    tried: int
    since: datetime


@dataclass(frozen=True)
class _Content:
    address: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    values: Mapping[str, str] = field(repr=False)


def post(unit: Unit, *messages: Message) -> int:
    """Queue messages, in the caller's transaction: a message is sent if and only if what causes it is on record.

    Returns:
        How many are new; what was told of a thing before is not told again.

    Raises:
        BadRequest: ADDRESS_UNFIT.
        TypeError, ValueError, TextRefused: see `wording.worded`.
    """
    return len(insert_new(unit, _MESSAGE, [_row(unit, message) for message in messages]))


def id_of(pen: Pen, template: Template, about: str) -> str:
    """Return the id of the one message of a template about a thing."""
    return crockford.encode(pen.vault.digest("message", template.value, about)[:PUBLIC_ID_BYTES])


def _row(pen: Pen, message: Message) -> Mapping[str, Any]:
    require_address(message.medium, message.address)
    subject, text = worded(message)
    file = MessageFile(
        id_of(pen, message.template, message.about),
        message.medium,
        message.template,
        message.language,
        pen.now,
        message.expires_at,
        pen.now,
        0,
        MessageState.WAITING,
    )
    content = _Content(message.address, subject, text, dict(message.values))
    sealed = pen.vault.seal(_MESSAGE.name, file.id, plain_json.printed(asdict(content)))
    return signed(pen, MessageRow, row_of(MessageRow, file, sealed=sealed))


def due(unit: Unit, medium: Medium, *, limit: int) -> list[MessageFile]:
    """Return messages of a medium that may be sent now, those that waited longest first."""
    query = (
        select(_MESSAGE)
        .where(_MESSAGE.c.state == MessageState.WAITING.value, _MESSAGE.c.medium == medium.value)
        .order_by(_MESSAGE.c.not_before, _MESSAGE.c.id)
        .limit(limit)
    )
    files = [value_of(MessageFile, row) for row in believed(unit, MessageRow, query)]
    return [file for file in files if is_due(file.not_before, unit.now) and unit.now < file.expires_at]


def expired(unit: Unit, past: datetime, *, limit: int) -> list[MessageFile]:
    """Return messages that wait, were of use until `past`, and which nobody is sending."""
    query = (
        select(_MESSAGE)
        .where(_MESSAGE.c.state == MessageState.WAITING.value, _MESSAGE.c.expires_at <= past)
        .order_by(_MESSAGE.c.expires_at)
        .limit(limit)
    )
    return [value_of(MessageFile, row) for row in believed(unit, MessageRow, query)]


def claim(unit: Unit, file: MessageFile) -> MessageFile | None:
    """Begin an attempt: for a while nobody else begins one. None where somebody has, since this file was read."""
    later = unit.now + LEASE
    claimed = unit.sql.execute(
        update(_MESSAGE).where(*_as_read(file)).values(attempts=file.attempts + 1, not_before=later)
    )
    if claimed.rowcount != 1:
        return None
    return MessageFile(**{**vars(file), "attempts": file.attempts + 1, "not_before": later})


def letter(unit: Unit, file: MessageFile) -> Letter | None:
    """Open a message that is waiting; None where what is sealed does not open for it."""
    for row in believed(unit, MessageRow, select(_MESSAGE).where(_MESSAGE.c.id == file.id)):
        try:
            content = plain_json.read(unit.vault.open(_MESSAGE.name, file.id, row.sealed or b""))
        except BlobRefused:
            unit.refused[_MESSAGE.name] += 1
        else:
            return Letter(file.id, file.template.value, file.language, file.made_at, **content)
    return None


def end(
    unit: Unit, file: MessageFile, to: MessageState, trouble: Trouble | None = None, reply: int | None = None
) -> bool:
    """Say how a message ended, and forget address and text; False where the attempt is no longer the last."""
    ended = {"state": to.value, "ended_at": unit.now, "sealed": None}
    return _move(unit, file, ended | {"trouble": None if trouble is None else trouble.value, "reply": reply})


def defer(unit: Unit, file: MessageFile, trouble: Trouble, reply: int | None) -> bool:
    """Have a message wait after an attempt; False where the attempt is no longer the last."""
    later = unit.now + wait_after(file.attempts)
    return _move(unit, file, {"not_before": later, "trouble": trouble.value, "reply": reply})


def _move(unit: Unit, file: MessageFile, values: Mapping[str, Any]) -> bool:
    return unit.sql.execute(update(_MESSAGE).where(*_as_read(file)).values(**values)).rowcount == 1


def _as_read(file: MessageFile) -> tuple[Any, ...]:
    """Return what holds while no other attempt began since a file was read."""
    return (
        _MESSAGE.c.id == file.id,
        _MESSAGE.c.state == MessageState.WAITING.value,
        _MESSAGE.c.attempts == file.attempts,
    )


def waiting(unit: Unit) -> dict[Medium, Waiting]:
    """Return what waits, by medium."""
    query = (
        select(
            _MESSAGE.c.medium,
            func.count().label("messages"),
            func.count(_MESSAGE.c.trouble).label("tried"),
            func.min(_MESSAGE.c.made_at).label("since"),
        )
        .where(_MESSAGE.c.state == MessageState.WAITING.value)
        .group_by(_MESSAGE.c.medium)
    )
    return {Medium(row.medium): value_of(Waiting, row) for row in unit.sql.execute(query)}


def newest(unit: Unit, *, limit: int) -> list[MessageFile]:
    """Return messages, newest first: whatever became of them, without address and text."""
    query = select(_MESSAGE).where(_MESSAGE.c.made_at < _FAR_AHEAD)
    query = query.order_by(_MESSAGE.c.made_at.desc(), _MESSAGE.c.id.desc()).limit(limit)
    return [value_of(MessageFile, row) for row in believed(unit, MessageRow, query)]


def forget(unit: Unit, past: datetime) -> int:
    """Delete the messages that ended long before `past`; return how many."""
    return int(unit.sql.execute(delete(_MESSAGE).where(_MESSAGE.c.ended_at < past - REMEMBERED)).rowcount)
