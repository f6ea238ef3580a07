"""What our store holds of a code that this hub minted: read in one unit of work, judged elsewhere (resolve.py).

ticket   the row, its redemption, and each certificate that it names
sealed   its redemption, and the certificate that stands at its slot
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from certhub_verifier.errors import VerifierError
from certhub_verifier.formats import codes
from certhub_verifier.formats.jose import jws
from certhub_verifier.policy import Channel

from certhub.db.engine import Unit
from certhub.records.certificates import store as certificates
from certhub.records.certificates.record import Certificate
from certhub.verification.tickets import store as tickets
from certhub.verification.tickets.item import TicketItem
from certhub.verification.tickets.store import OpenTicket, Redemption

LAST_SECOND = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())


@dataclass(frozen=True)
class Redeemable:
    """What redeeming a code takes: the token's hash, for as long as the token lives."""

    token_hash: bytes
    keep_until: datetime


@dataclass(frozen=True)
class TicketRecord:
    """A ticket as the store holds it at `as_of`; `ticket` is None where it holds none.

    `named` are the certificates that it names, each None where it is no longer on record. `is_forgotten` tells that
    its redemption may have been forgotten: nobody knows that it was not redeemed.
    """

    code: codes.Ticket
    token_hash: bytes
    as_of: datetime
    ticket: OpenTicket | None = None
    redemption: Redemption | None = None
    is_forgotten: bool = False
    named: tuple[tuple[TicketItem, Certificate | None], ...] = ()


@dataclass(frozen=True)
class SealedRecord:
    """A sealed or paper code as the store holds it at `as_of`; `certificate` is None where its slot is another's.

    `payload` is the code's own word, which nobody has checked yet; None where it does not read as one.
    """

    code: codes.Sealed
    text: str
    as_of: datetime
    payload: codes.SealedPayload | None = None
    redeemable: Redeemable | None = None
    redemption: Redemption | None = None
    is_forgotten: bool = False
    certificate: Certificate | None = None

    @property
    def channel(self) -> Channel:
        """How it came, by its prefix."""
        return Channel.PAPER if self.code.prefix == "EC3" else Channel.SEALED


CodeRecord = TicketRecord | SealedRecord


def read_record(unit: Unit, code: codes.Ticket | codes.Sealed, text: str) -> CodeRecord:
    """Read what the store holds of a code of our own region; nothing is judged, and nothing is redeemed."""
    if isinstance(code, codes.Sealed):
        return _sealed(unit, code, text)
    token_hash = codes.ticket_hash(text)
    ticket = tickets.find(unit, token_hash)
    if ticket is None:
        return TicketRecord(code, token_hash, unit.now)
    return TicketRecord(
        code,
        token_hash,
        unit.now,
        ticket,
        tickets.redemption_of(unit, token_hash),
        tickets.is_forgotten(unit, ticket.expires_at),
        tuple((item, certificates.find(unit, item.certificate_id)) for item in ticket.items),
    )


def region_of(code: codes.Ticket | codes.Sealed) -> str | None:
    """Return the region that minted a code, by its own (not yet verified) word: it says only whom to ask."""
    if isinstance(code, codes.Ticket):
        return code.region
    payload = payload_of(code)
    return None if payload is None else payload.iss


def payload_of(code: codes.Sealed) -> codes.SealedPayload | None:
    """Return what a sealed code says, whose signature nobody has checked; None where it does not read as one."""
    try:
        return codes.SealedPayload.parse(jws.parse(code.jws, code.typ).payload)
    except VerifierError:
        return None


def _sealed(unit: Unit, code: codes.Sealed, text: str) -> SealedRecord:
    payload = payload_of(code)
    if payload is None:
        return SealedRecord(code, text, unit.now)
    token_hash = codes.ticket_hash(f"{payload.iss}:{payload.jti}")
    ends = max(_moment(payload.exp), unit.now)
    certificate = certificates.by_slot(unit, payload.list_no, payload.index)
    if certificate is not None and certificate.ref[: len(payload.ref)] != payload.ref:
        certificate = None  # the slot is of another credential than the code speaks of
    return SealedRecord(
        code,
        text,
        unit.now,
        payload,
        Redeemable(token_hash, ends),
        tickets.redemption_of(unit, token_hash),
        tickets.is_forgotten(unit, ends),
        certificate,
    )


def _moment(seconds: int) -> datetime:
    """Return the end that a code states; nobody has checked it, and it may lie beyond every calendar."""
    return datetime.fromtimestamp(min(seconds, LAST_SECOND), UTC)
