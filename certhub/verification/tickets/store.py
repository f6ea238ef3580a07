"""Mint, find, redeem, forget.

Used once is an INSERT … ON CONFLICT DO NOTHING on the token's hash (DESIGN D8): a read before a write let
196 of 200 raced tickets through more than once, the insert none. A ticket without our MAC is no ticket; a use is
a use whatever became of its row, and says nothing but when when it does not open.

Used once is also for ever, whatever the clock does: with the uses that are forgotten goes, in the same transaction,
the word up to which end they were (`spent_forgotten`), and no code that ends by then is used or called good again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update

from certhub import plain_json
from certhub.adapters.clock import LARGEST_JUMP
from certhub.db.columns import table_of
from certhub.db.engine import Pen, Unit
from certhub.db.grants import believed, signed
from certhub.db.prepared import Prepared
from certhub.db.rows import row_of, value_of
from certhub.db.sealing import BlobRefused
from certhub.db.statements import insert, insert_new
from certhub.verification.tickets.item import TicketItem
from certhub.verification.tickets.tables import ForgottenRow, RedemptionRow, TicketRow

_TICKET, _REDEMPTION, _FORGOTTEN = table_of(TicketRow), table_of(RedemptionRow), table_of(ForgottenRow)
_USE = "spent.use"  # what the vault is told: a row has two blobs, which do not fit in each other's place
_BY_CODE = Prepared(select(_TICKET).where(_TICKET.c.code_hash == bindparam("code_hash")))
_USE_OF = Prepared(select(_REDEMPTION).where(_REDEMPTION.c.token_hash == bindparam("token_hash")))
_FORGOTTEN_UNTIL = Prepared(select(_FORGOTTEN.c.until))
REMEMBERED = timedelta(minutes=10)  # after expiry, so that used, expired and unknown differ


@dataclass(frozen=True)
class OpenTicket:
    """A ticket as the store knows it."""

    code_hash: bytes
    items: tuple[TicketItem, ...]
    matter: str | None
    minted_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Redemption:
    """The one use of a token: when, where, by whom, under which verification id."""

    at: datetime
    region: str
    clerk: str
    window: str
    verification_id: str

    def is_same(self, other: "Redemption") -> bool:
        """Whether this is the same question asked again: region, clerk and verification id agree."""
        mine, theirs = (
            (self.region, self.clerk, self.verification_id),
            (other.region, other.clerk, other.verification_id),
        )
        return mine == theirs


@dataclass(frozen=True)
class NewRedemption:
    """The row of a use that is to be put on record, and when the token ends."""

    row: Mapping[str, Any]
    keep_until: datetime


@dataclass(frozen=True)
class Minted:
    """A ticket that is made, and the row that puts it on record."""

    ticket: OpenTicket
    row: Mapping[str, Any]


def mint(
    pen: Pen, code_hash: bytes, items: Sequence[TicketItem], *, matter: str | None, life: timedelta
) -> Minted:
    """Make a ticket; its code exists nowhere but with the holder."""
    row_id, ticket = pen.new_id(), OpenTicket(code_hash, tuple(items), matter, pen.now, pen.now + life)
    plain = plain_json.printed(
        {"items": [{"cid": item.certificate_id, "fields": item.fields} for item in items], "matter": matter}
    )
    row = row_of(TicketRow, ticket, id=row_id, sealed=pen.vault.seal("ticket", str(row_id), plain))
    return Minted(ticket, signed(pen, TicketRow, row))


def put_ticket(unit: Unit, minted: Minted) -> None:
    """Put a ticket on record."""
    insert(unit, _TICKET, [minted.row])


def find(unit: Unit, code_hash: bytes) -> OpenTicket | None:
    """Return a ticket that is open, spent or expired less than ten minutes ago."""
    found = believed(unit, TicketRow, _BY_CODE, code_hash=code_hash)
    if not found:
        return None
    row = found[0]
    plain = plain_json.read(unit.vault.open("ticket", str(row.id), row.sealed))
    items = tuple(
        TicketItem(i["cid"], None if i["fields"] is None else tuple(i["fields"])) for i in plain["items"]
    )
    return value_of(OpenTicket, row, items=items, matter=plain["matter"])


def redemption_of(unit: Unit, token_hash: bytes) -> Redemption | None:
    """Return the one use of a token, if it has been used."""
    row = next(iter(unit.rows(_USE_OF, token_hash=token_hash)), None)
    if row is None:
        return None
    try:
        told = plain_json.read(unit.vault.open(_USE, token_hash.hex(), row.sealed))
    except BlobRefused:
        unit.refused[_REDEMPTION.name] += 1
        return Redemption(row.at, "", "", "", "")
    return Redemption(datetime.fromisoformat(told.pop("at")), **told)


def is_forgotten(unit: Unit, ends: datetime) -> bool:
    """Tell whether the use of a code that ends at `ends` may have been forgotten: nobody knows that it was not used."""
    return any(ends + REMEMBERED <= row.until for row in unit.rows(_FORGOTTEN_UNTIL))


def redeem(unit: Unit, token_hash: bytes, redemption: Redemption, *, keep_until: datetime) -> bool:
    """Use a token that ends at `keep_until`; False when it had been used before (then `redemption_of` says by whom).

    False as well, and `redemption_of` says nothing, where its use may have been forgotten.
    """
    return put_redemption(unit, redemption_row(unit, token_hash, redemption, keep_until=keep_until))


def redemption_row(
    pen: Pen, token_hash: bytes, redemption: Redemption, *, keep_until: datetime
) -> NewRedemption:
    """Make the row of the one use of a token that ends at `keep_until`."""
    told = plain_json.printed(redemption.__dict__ | {"at": redemption.at.isoformat()})
    row = row_of(
        RedemptionRow,
        redemption,
        token_hash=token_hash,
        sealed=pen.vault.seal(_USE, token_hash.hex(), told),
        keep_until=keep_until + REMEMBERED,
        answer=None,
    )
    return NewRedemption(row, keep_until)


def put_redemption(unit: Unit, redemption: NewRedemption) -> bool:
    """Put the one use of a token on record; False as `redeem`."""
    if not insert_new(unit, _REDEMPTION, [redemption.row]):
        return False
    # Looked at last: a sweep may have ended while the insert waited for it.
    if is_forgotten(unit, redemption.keep_until):
        token_hash = redemption.row["token_hash"]
        unit.sql.execute(delete(_REDEMPTION).where(_REDEMPTION.c.token_hash == token_hash))
        return False
    return True


def keep_answer(unit: Unit, token_hash: bytes, answer: bytes) -> None:
    """Keep the answer that another region was given, so that the same question gets the same answer."""
    sealed = unit.vault.seal("spent", token_hash.hex(), answer)
    unit.sql.execute(update(_REDEMPTION).where(_REDEMPTION.c.token_hash == token_hash).values(answer=sealed))


def answer_of(unit: Unit, token_hash: bytes) -> bytes | None:
    """Return the answer kept by `keep_answer`."""
    sealed = unit.sql.scalar(select(_REDEMPTION.c.answer).where(_REDEMPTION.c.token_hash == token_hash))
    return None if sealed is None else unit.vault.open("spent", token_hash.hex(), sealed)


def forget_all(unit: Unit) -> int:
    """Delete every ticket, open or spent, and its use; return how many tickets went. For a demo that is put back.

    A code without a ticket is unknown, never good. The use of a sealed code has no ticket and stays: that code would
    be good once more without it, also where somebody without keys wrote a ticket of its hash.
    """
    ours = [row.code_hash for row in believed(unit, TicketRow, select(_TICKET))]
    unit.sql.execute(delete(_REDEMPTION).where(_REDEMPTION.c.token_hash.in_(ours)))
    return int(unit.sql.execute(delete(_TICKET)).rowcount)


def forget(unit: Unit, past: datetime) -> int:
    """Delete what expired more than ten minutes before `past`, a time that has surely come; return how many rows went.

    That a code was used is kept for the largest jump of a clock longer, without the answer: a code that somebody
    has just made must not end before what is forgotten, or it is refused when the clock comes back.
    """
    gone = unit.sql.execute(delete(_TICKET).where(_TICKET.c.expires_at < past - REMEMBERED)).rowcount
    old = (_REDEMPTION.c.keep_until < past, _REDEMPTION.c.answer.is_not(None))
    unit.sql.execute(update(_REDEMPTION).where(*old).values(answer=None))
    until = unit.sql.scalar(
        select(func.max(_REDEMPTION.c.keep_until)).where(_REDEMPTION.c.keep_until < past - LARGEST_JUMP)
    )
    if until is None:
        return gone
    if not insert_new(unit, _FORGOTTEN, [{"only": 1, "until": until}]):
        unit.sql.execute(update(_FORGOTTEN).where(_FORGOTTEN.c.until < until).values(until=until))
    return gone + unit.sql.execute(delete(_REDEMPTION).where(_REDEMPTION.c.keep_until <= until)).rowcount
