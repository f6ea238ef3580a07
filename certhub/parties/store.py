"""The queries of the parties noun."""

import json
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import and_, or_, select

from certhub.db.columns import table_of
from certhub.db.engine import Unit
from certhub.db.statements import insert_new
from certhub.parties.people import Actor, Party, Principal, Role
from certhub.parties.tables import AccountRow, MandateRow, PartyRow, TokenRow

_PARTY, _MANDATE = table_of(PartyRow), table_of(MandateRow)
_ACCOUNT, _TOKEN = table_of(AccountRow), table_of(TokenRow)


def register(unit: Unit, party: Party) -> bytes:
    """Put a person or organisation on record unless it is there; return its blind index."""
    index = unit.vault.index(party.id_type, party.id_number)
    bucket = unit.vault.bucket(index)
    known = unit.sql.execute(
        select(_PARTY.c.id).where(_PARTY.c.bucket == bucket, _PARTY.c.holder == index)
    ).first()
    if known is None:
        row_id = unit.new_id()
        sealed = unit.vault.seal("party", str(row_id), json.dumps(asdict(party), ensure_ascii=False).encode())
        unit.sql.execute(_PARTY.insert().values(bucket=bucket, id=row_id, holder=index, sealed=sealed))
    return index


def party(unit: Unit, index: bytes) -> Party | None:
    """Return who has this blind index."""
    row = unit.sql.execute(
        select(_PARTY).where(_PARTY.c.bucket == unit.vault.bucket(index), _PARTY.c.holder == index)
    ).first()
    return None if row is None else Party(**json.loads(unit.vault.open("party", str(row.id), row.sealed)))


def let_act(unit: Unit, person: bytes, principal: bytes, *, role: str) -> None:
    """Put on record that a person acts for a principal."""
    insert_new(
        unit,
        _MANDATE,
        [
            {
                "bucket": unit.vault.bucket(person),
                "holder": person,
                "principal": principal,
                "role": role,
                "since": unit.now,
                "until": None,
            }
        ],
    )


def principals(unit: Unit, person: bytes) -> list[Principal]:
    """Return whom a person acts for, now."""
    rows = unit.sql.execute(
        select(_MANDATE).where(
            _MANDATE.c.bucket == unit.vault.bucket(person),
            _MANDATE.c.holder == person,
            or_(_MANDATE.c.until.is_(None), _MANDATE.c.until > unit.now),
        )
    ).all()
    named = [(row, party(unit, row.principal)) for row in rows]
    return [Principal(row.principal, who.name, row.role) for row, who in named if who is not None]


def open_account(
    unit: Unit,
    role: Role,
    name: str,
    *,
    office: str = "",
    window: str = "",
    agencies: tuple[str, ...] = (),
    holder: bytes | None = None,
) -> Actor:
    """Open an account."""
    actor = Actor(unit.new_id(), role, name, office, window, agencies, holder)
    unit.sql.execute(
        _ACCOUNT.insert().values(
            id=actor.account,
            role=role.value,
            office=office,
            window=window,
            agencies=" ".join(agencies),
            holder=holder,
            sealed=unit.vault.seal("account", str(actor.account), name.encode()),
        )
    )
    return actor


def accounts(unit: Unit) -> list[Actor]:
    """Return every account that is not disabled."""
    rows = unit.sql.execute(select(_ACCOUNT).where(_ACCOUNT.c.disabled_at.is_(None)).order_by(_ACCOUNT.c.id))
    return [_actor(unit, row) for row in rows]


def give_token(unit: Unit, account: UUID, token: str, *, expires_at: datetime) -> None:
    """Let a bearer token speak for an account; the token itself is not kept."""
    unit.sql.execute(
        _TOKEN.insert().values(token_hash=token_hash(token), account=account, expires_at=expires_at)
    )


def drop_tokens(unit: Unit) -> None:
    """Forget every bearer token: a demo that starts again hands out new ones."""
    unit.sql.execute(_TOKEN.delete())


def actor_of(unit: Unit, token: str) -> Actor | None:
    """Return who a bearer token speaks for; None when it is unknown, expired or its account disabled."""
    row = unit.sql.execute(
        select(_ACCOUNT)
        .join(_TOKEN, _TOKEN.c.account == _ACCOUNT.c.id)
        .where(
            and_(_TOKEN.c.token_hash == token_hash(token), _TOKEN.c.expires_at > unit.now),
            _ACCOUNT.c.disabled_at.is_(None),
        )
    ).first()
    return None if row is None else _actor(unit, row)


def token_hash(token: str) -> bytes:
    """Return what is stored of a bearer token: 256 random bits need no slow hash."""
    return sha256(b"certhub bearer token\x00" + token.encode(errors="surrogatepass")).digest()


def _actor(unit: Unit, row: object) -> Actor:
    values = row._mapping  # type: ignore[attr-defined]
    name = unit.vault.open("account", str(values["id"]), values["sealed"]).decode()
    agencies = tuple(values["agencies"].split())
    return Actor(
        values["id"],
        Role(values["role"]),
        name,
        values["office"],
        values["window"],
        agencies,
        values["holder"],
    )
