"""What this hub knows of a code that it minted itself: shared by `verify` (our clerk) and `query` (another region's).

1 tickets        unknown, expired and used differ; nothing is spent here
2 certificates   the fields: what the matter needs, the holder agreed to, and (for others) the agreement lets out
3 engine         each certificate examined as a stranger would, its status read from our own row
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from certhub_schemas import Matter, kind
from certhub_verifier.engine import examine, run
from certhub_verifier.errors import VerifierError
from certhub_verifier.evidence import PresentedCredential, SealedCode
from certhub_verifier.facts import Checked, Fact, Outcome
from certhub_verifier.formats import codes, jose
from certhub_verifier.formats.receipt import cert_digest
from certhub_verifier.needs import Need, News, StatusAt, StatusRecord, UseOf, UseRecord
from certhub_verifier.policy import Channel, policy_for
from certhub_verifier.report import ItemReport

from certhub.certificates import store as certificates
from certhub.certificates.record import Certificate
from certhub.certificates.rules import State
from certhub.clock import AHEAD
from certhub.credentials.present import CORE, fields_shown, present
from certhub.db.engine import Unit
from certhub.hub import Hub
from certhub.tickets import store as tickets
from certhub.tickets.store import TicketItem, Use

SALT_BYTES = 32
Allowed = Callable[[str], Collection[str] | None]


@dataclass(frozen=True)
class Found:
    """One certificate behind a code, examined; `salt` and `identifier` open the digest in the receipt."""

    item: ItemReport
    cert_digest: str
    salt: bytes | None = None
    identifier: str | None = None
    ref: str = ""


@dataclass(frozen=True)
class Spends:
    """What using a code spends: the token's hash, for as long as the token lives."""

    token_hash: bytes
    keep_until: datetime


@dataclass(frozen=True)
class Looked:
    """What was found behind a code: items, or the cause why the code itself fails.

    `spends` is None where nothing is spent here.
    """

    channel: Channel
    items: tuple[Found, ...] = ()
    cause: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict)
    spends: Spends | None = None


def everything(kind_code: str) -> Collection[str] | None:
    """Let every field out: what a clerk of the own region may be shown is bounded by the matter alone."""
    return (*CORE, *(f.title for f in kind(kind_code).fields))


def look(
    code: codes.Ticket | codes.Sealed,
    text: str,
    matter: Matter,
    *,
    hub: Hub,
    allowed: Allowed = everything,
    where: Callable[[Use], str] = lambda use: use.window,
) -> Looked:
    """Look behind a code of our own region; nothing is written.

    `allowed` gives the fields of a kind that the asker may be shown at all, None where that kind may not be
    told; `where` words the place of an earlier use.
    """
    if isinstance(code, codes.Sealed):
        return _behind_sealed(code, text, matter, allowed, hub=hub, where=where)
    token_hash = codes.ticket_hash(text)
    with hub.reading() as unit:
        ticket = tickets.find(unit, token_hash)
        if ticket is None:
            return Looked(Channel.TICKET, cause="NOT_FOUND")
        use = tickets.use_of(unit, token_hash)
        if use is not None:
            return used(Channel.TICKET, use, Spends(token_hash, ticket.expires_at), where=where)
        if unit.now >= ticket.expires_at or ticket.minted_at > unit.now + AHEAD:
            return Looked(Channel.TICKET, cause="CODE_EXPIRED")
        if ticket.matter is not None and ticket.matter != matter.code:
            return Looked(Channel.TICKET, cause="NOT_FOR_MATTER")
        found = [(item, certificates.find(unit, item.cid)) for item in ticket.items]
        now = unit.now
    pairs = [(item, certificate) for item, certificate in found if certificate is not None]
    items = tuple(
        _examined(item, certificate, matter, allowed(certificate.kind), now=now, hub=hub)
        for item, certificate in pairs
    )
    return Looked(Channel.TICKET, items, spends=Spends(token_hash, ticket.expires_at))


def used(channel: Channel, use: Use, spends: Spends, *, where: Callable[[Use], str]) -> Looked:
    """Say that a code was used: when, and where."""
    detail = {"time": use.at.isoformat(), "where": where(use)}
    return Looked(channel, cause="CODE_USED", detail=detail, spends=spends)


def record_of(certificate: Certificate, as_of: datetime) -> StatusRecord:
    """Return what our own row says of a certificate's status, as the engine takes it."""
    detail = {}
    if certificate.record.decision:
        detail["decision"] = certificate.record.decision
    if certificate.state is not State.ACTIVE:
        detail["date"] = certificate.state_since.isoformat()
    return StatusRecord(
        state=certificate.state.value, as_of=as_of, since=certificate.state_since, detail=detail
    )


def _examined(
    item: TicketItem,
    certificate: Certificate,
    matter: Matter,
    allowed: Collection[str] | None,
    *,
    now: datetime,
    hub: Hub,
) -> Found:
    wanted = fields_shown(matter.fields_for(certificate.kind), item.fields)
    fields = [name for name in wanted if name in (allowed or ())]
    salt = hub.random(SALT_BYTES)
    digest, identifier = cert_digest(salt, certificate.record.identifier), certificate.record.identifier
    redeemed = Checked(Fact.ONE_TIME, Outcome.YES, None, now)
    meant_for_us = Checked(Fact.AUDIENCE, Outcome.YES, None, now)

    def answer(need: Need) -> News | None:
        return record_of(certificate, now) if isinstance(need, StatusAt) else None

    report = run(
        examine(
            PresentedCredential(
                present(certificate, fields),
                how="ticket",
                redeemed=redeemed,
                known=(meant_for_us,),
                asker=hub.region,
            ),
            trust=hub.trust,
            policy=policy_for(matter, Channel.TICKET),
            catalogue=hub.catalogue,
            now=now,
        ),
        answer,
    )
    return Found(report, digest, salt, identifier, certificate.ref.hex())


def _behind_sealed(
    code: codes.Sealed,
    text: str,
    matter: Matter,
    allowed: Allowed,
    *,
    hub: Hub,
    where: Callable[[Use], str],
) -> Looked:
    """A sealed code checked online at its own region: status from the row, used once by its id.

    Its face lies open in the picture; what we say of it is cut to what the asker may be shown all the same.
    """
    channel = Channel.PAPER if code.prefix == "EC3" else Channel.SEALED
    payload = _payload(code)
    if payload is None:
        return Looked(channel, cause="TAMPERED")
    token_hash = codes.ticket_hash(f"{payload.iss}:{payload.jti}")
    with hub.reading() as unit:
        use = tickets.use_of(unit, token_hash)
        certificate = certificates.by_slot(unit, payload.list_no, payload.index)
        if certificate is not None and certificate.ref[: len(payload.ref)] != payload.ref:
            certificate = None  # the slot is of another credential than the code speaks of
        now = unit.now
    spends = Spends(token_hash, now + timedelta(seconds=max(payload.exp - now.timestamp(), 0)))
    if use is not None:
        return used(channel, use, spends, where=where)

    def answer(need: Need) -> News | None:
        if isinstance(need, StatusAt):
            return None if certificate is None else record_of(certificate, now)
        return UseRecord(used=False, as_of=now) if isinstance(need, UseOf) else None

    report = run(
        examine(
            SealedCode(text, asker=hub.region),
            trust=hub.trust,
            policy=policy_for(matter, channel),
            catalogue=hub.catalogue,
            now=now,
        ),
        answer,
    )
    if certificate is None or report.code in {"TAMPERED", "CODE_EXPIRED"}:
        return Looked(
            channel, cause=report.code if report.code != "OK" else "NOT_FOUND", detail=report.detail
        )
    salt, shown = hub.random(SALT_BYTES), allowed(report.kind) or ()
    found = Found(
        replace(report, disclosed={name: value for name, value in report.disclosed.items() if name in shown}),
        cert_digest(salt, certificate.record.identifier),
        salt,
        certificate.record.identifier,
        certificate.ref.hex(),
    )
    return Looked(channel, (found,), spends=spends)


def _payload(code: codes.Sealed) -> codes.SealedPayload | None:
    typ = "paper+jwt" if code.prefix == "EC3" else "show+jwt"
    try:
        return codes.SealedPayload.parse(jose.parse(code.jws, typ).payload)
    except VerifierError:
        return None


def region_of(code: codes.Ticket | codes.Sealed) -> str | None:
    """Return the region that minted a code, by its own (not yet verified) word: it says only whom to ask."""
    if isinstance(code, codes.Ticket):
        return code.region
    payload = _payload(code)
    return None if payload is None else payload.iss


def use_now(unit: Unit, *, region: str, clerk: str, window: str, verification_id: str) -> Use:
    """Return the use that this very unit of work would make of a code."""
    return Use(unit.now, region, clerk, window, verification_id)
