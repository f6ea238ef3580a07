"""Rows of before: sealed and given their MAC once, between two migrations, with the key store open.

    0004   every table has a place for MAC and sealed text; the clear text still stands
    here   row by row: what is sealed is opened, clear text joins it, the MAC is set; 500 rows a transaction
    0005   the columns of clear text go

A run that was killed goes on where it was: a row that has its MAC is done. Nothing is believed that can be compared
and does not agree: a party whose number has another index, a holding whose certificate names somebody else, a blob
that belongs to another row, a ticket that lives longer than any may. Such a row gets no MAC and grants nothing.

The tables are written out here as they stand at 0004, as in a migration: later models do not change what was.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, Row, TableClause, bindparam, select, tuple_

from certhub.db.columns import Instant
from certhub.db.grants import message
from certhub.db.sealing import BlobRefused, Vault

REVISION = "0004"
CHUNK = 500
LONGEST_TICKET = timedelta(seconds=120)

Values = dict[str, Any]


class AdoptedAccount(NamedTuple):
    """An account that was there before: the operator looks whether it should be."""

    id: UUID
    role: str
    name: str
    agencies: str


@dataclass(frozen=True)
class Adoption:
    """How a database stands once it is adopted: rows that are ours and rows that are not, by table; every account."""

    rows: Mapping[str, int]
    left: Mapping[str, int]
    accounts: Sequence[AdoptedAccount]


class Left(Exception):
    """A row contradicts itself; it is left without a MAC."""


@dataclass(frozen=True)
class _Table:
    """One table: its columns at 0004, its key, what its MAC covers, and how a row of before becomes one of now."""

    name: str
    columns: Mapping[str, Any]
    key: tuple[str, ...]
    bound: tuple[str, ...]
    change: Callable[[Row[Any], Vault, Connection], Values]
    undone: str = "mac"

    @property
    def clause(self) -> TableClause:
        """The table for statements."""
        return sa.table(self.name, *(sa.column(name, kind) for name, kind in self.columns.items()))


def adopt(engine: Engine, vault: Vault, *, step: Callable[[str], None] = lambda name: None) -> Adoption:
    """Adopt every row of a database at 0004 that has no MAC yet.

    `step` is called before every transaction: a drill kills there.
    """
    for table in TABLES:
        for number, rows in enumerate(_chunks(engine, table)):
            step(f"adopt:{table.name}:{number}")
            _adopt_chunk(engine, vault, table, rows)
    return _events(engine, vault)


def _events(engine: Engine, vault: Vault) -> Adoption:
    with engine.connect() as connection:
        done, left = (
            {t.name: _count(connection, t, undone=undone) for t in TABLES} for undone in (False, True)
        )
        account = TABLES[0].clause
        rows = connection.execute(select(account).where(account.c.mac.is_not(None)).order_by(account.c.id))
        accounts = [AdoptedAccount(row.id, row.role, _named(row, vault), row.agencies) for row in rows]
    return Adoption(done, left, accounts)


def _count(connection: Connection, table: _Table, *, undone: bool) -> int:
    clause = table.clause
    mark = clause.c[table.undone]
    here = mark.is_(None) if undone else mark.is_not(None)
    return connection.scalar(select(sa.func.count()).select_from(clause).where(here)) or 0


def _named(account: Row[Any], vault: Vault) -> str:
    name: str = json.loads(vault.open("account", str(account.id), account.sealed))["name"]
    return name


def _chunks(engine: Engine, table: _Table) -> Iterator[list[Row[Any]]]:
    """Read the rows that are not done, in the order of their key: one that stays undone is passed once."""
    clause = table.clause
    key = [clause.c[name] for name in table.key]
    query = select(clause).where(clause.c[table.undone].is_(None)).order_by(*key).limit(CHUNK)
    last: tuple[Any, ...] | None = None
    while True:
        with engine.connect() as connection:
            # a row value is compared member by member, in the order of the key, on both databases
            after = query if last is None else query.where(tuple_(*key) > tuple_(*_literals(key, last)))
            rows = list(connection.execute(after))
        if not rows:
            return
        yield rows
        last = tuple(rows[-1]._mapping[name] for name in table.key)


def _literals(key: Sequence[Any], values: Sequence[Any]) -> list[Any]:
    return [sa.literal(value, column.type) for column, value in zip(key, values, strict=True)]


def _adopt_chunk(engine: Engine, vault: Vault, table: _Table, rows: list[Row[Any]]) -> None:
    clause, done = table.clause, []
    with engine.connect() as connection:
        writer = connection.execution_options(certhub_writes=True)
        with writer.begin():
            for row in rows:
                try:
                    changes = table.change(row, vault, writer)
                except (Left, BlobRefused, ValueError, KeyError, TypeError):
                    continue
                values = dict(row._mapping) | changes
                if table.bound:
                    changes["mac"] = vault.mac(message(table.name, table.bound, values))
                done.append(changes | {f"key_{name}": row._mapping[name] for name in table.key})
            if done:
                here = [clause.c[name] == bindparam(f"key_{name}") for name in table.key]
                names = [name for name in done[0] if not name.startswith("key_")]
                statement = sa.update(clause).where(*here).values({name: bindparam(name) for name in names})
                writer.execute(statement, done)


def _as_it_is(row: Row[Any], vault: Vault, sql: Connection) -> Values:
    return {}


def _account(row: Row[Any], vault: Vault, sql: Connection) -> Values:
    name = vault.open("account", str(row.id), row.sealed).decode()
    plain = json.dumps({"name": name, "office": row.office, "window": row.window}, ensure_ascii=False)
    return {"sealed": vault.seal("account", str(row.id), plain.encode()), "office": "", "window": ""}


def _certificate(row: Row[Any], vault: Vault, sql: Connection) -> Values:
    record = json.loads(vault.open("certificate", str(row.id), row.sealed))
    plain = json.dumps(record | {"reason": row.reason, "decision": row.decision}, ensure_ascii=False)
    return {
        "sealed": vault.seal("certificate", str(row.id), plain.encode()),
        "reason": None,
        "decision": None,
    }


def _holding(row: Row[Any], vault: Vault, sql: Connection) -> Values:
    table = _CERTIFICATES.clause
    here = (table.c.bucket == row.certificate_bucket, table.c.id == row.certificate)
    sealed = sql.scalar(select(table.c.sealed).where(*here))
    if sealed is None:
        raise Left
    holders = json.loads(vault.open("certificate", str(row.certificate), sealed))["holders"]
    if row.holder not in {vault.index(id_type, id_number) for _, id_type, id_number in holders}:
        raise Left
    return {}


def _mandate(row: Row[Any], vault: Vault, sql: Connection) -> Values:
    pair = f"{row.holder.hex()}:{row.principal.hex()}"
    return {"sealed": vault.seal("mandate", pair, row.role.encode()), "role": ""}


def _party(row: Row[Any], vault: Vault, sql: Connection) -> Values:
    party = json.loads(vault.open("party", str(row.id), row.sealed))
    if vault.index(party["id_type"], party["id_number"]) != row.holder:
        raise Left
    return {}


def _ticket(row: Row[Any], vault: Vault, sql: Connection) -> Values:
    vault.open("ticket", str(row.id), row.sealed)
    if row.expires_at - row.minted_at > LONGEST_TICKET:
        raise Left
    return {}


def _spent(row: Row[Any], vault: Vault, sql: Connection) -> Values:
    told = {
        "at": row.at.isoformat(),
        "region": row.region,
        "clerk": row.clerk,
        "window": row.window,
        "verification_id": row.verification_id,
    }
    plain = json.dumps(told, ensure_ascii=False).encode()
    sealed = vault.seal("spent.use", row.token_hash.hex(), plain)
    return {"sealed": sealed, "clerk": "", "window": "", "verification_id": ""}


def _verification(row: Row[Any], vault: Vault, sql: Connection) -> Values:
    if row.sealed is not None:
        vault.open("verification", row.id, row.sealed)
    signed = None if row.receipt is None else row.receipt.encode()
    blob = None if signed is None else vault.seal("verification.receipt", row.id, signed)
    kept = vault.digest("verification code", row.code_hash)
    return {"signed": blob, "receipt": None, "code_hash": kept}


_BYTES, _ID, _TEXT, _NUMBER, _AT = sa.LargeBinary(), sa.Uuid(), sa.String(), sa.Integer(), Instant()
_PLACE: dict[str, Any] = {"bucket": _NUMBER, "certificate": _ID}
_CERTIFICATES = _Table(
    "certificate",
    {
        "bucket": _NUMBER,
        "id": _ID,
        "cid": _TEXT,
        "kind": _TEXT,
        "kind_version": _NUMBER,
        "agency": _TEXT,
        "version": _NUMBER,
        "state": _TEXT,
        "state_since": _AT,
        "reason": _TEXT,
        "decision": _TEXT,
        "valid_from": sa.Date(),
        "valid_to": sa.Date(),
        "list_no": _NUMBER,
        "list_index": _NUMBER,
        "ref": _BYTES,
        "sealed": _BYTES,
        "created_at": _AT,
        "previous": _ID,
        "mac": _BYTES,
    },
    ("bucket", "id"),
    (
        "agency",
        "bucket",
        "cid",
        "created_at",
        "id",
        "kind",
        "kind_version",
        "list_index",
        "list_no",
        "previous",
        "ref",
        "sealed",
        "state",
        "state_since",
        "valid_from",
        "valid_to",
        "version",
    ),
    _certificate,
)
TABLES = (
    _Table(
        "account",
        {
            "id": _ID,
            "role": _TEXT,
            "office": _TEXT,
            "window": _TEXT,
            "agencies": _TEXT,
            "holder": _BYTES,
            "sealed": _BYTES,
            "disabled_at": _AT,
            "mac": _BYTES,
        },
        ("id",),
        ("agencies", "disabled_at", "holder", "id", "role", "sealed"),
        _account,
    ),
    _Table(
        "bearer_token",
        {"token_hash": _BYTES, "account": _ID, "expires_at": _AT, "mac": _BYTES},
        ("token_hash",),
        ("account", "expires_at", "token_hash"),
        _as_it_is,
    ),
    _Table(
        "party",
        {"bucket": _NUMBER, "id": _ID, "holder": _BYTES, "sealed": _BYTES, "mac": _BYTES},
        ("bucket", "id"),
        ("bucket", "holder", "id", "sealed"),
        _party,
    ),
    _Table(
        "mandate",
        {
            "bucket": _NUMBER,
            "holder": _BYTES,
            "principal": _BYTES,
            "role": _TEXT,
            "since": _AT,
            "until": _AT,
            "sealed": _BYTES,
            "mac": _BYTES,
        },
        ("bucket", "holder", "principal"),
        ("bucket", "holder", "principal", "sealed", "since", "until"),
        _mandate,
    ),
    _CERTIFICATES,
    _Table(
        "certificate_number",
        {"number_hash": _BYTES, "content_hash": _BYTES, **_PLACE, "mac": _BYTES},
        ("number_hash",),
        ("bucket", "certificate", "content_hash", "number_hash"),
        _as_it_is,
    ),
    _Table(
        "holding",
        {**_PLACE, "holder": _BYTES, "certificate_bucket": _NUMBER, "mac": _BYTES},
        ("bucket", "holder", "certificate"),
        ("bucket", "certificate", "certificate_bucket", "holder"),
        _holding,
    ),
    _Table(
        "status_slot",
        {"list_no": _NUMBER, "list_index": _NUMBER, "value": _NUMBER, **_PLACE, "mac": _BYTES},
        ("list_no", "list_index"),
        ("bucket", "certificate", "list_index", "list_no", "value"),
        _as_it_is,
    ),
    _Table(
        "ticket",
        {
            "code_hash": _BYTES,
            "id": _ID,
            "sealed": _BYTES,
            "minted_at": _AT,
            "expires_at": _AT,
            "mac": _BYTES,
        },
        ("code_hash",),
        ("code_hash", "expires_at", "id", "minted_at", "sealed"),
        _ticket,
    ),
    _Table(
        "spent",
        {
            "token_hash": _BYTES,
            "at": _AT,
            "region": _TEXT,
            "clerk": _TEXT,
            "window": _TEXT,
            "verification_id": _TEXT,
            "sealed": _BYTES,
        },
        ("token_hash",),
        (),
        _spent,
        undone="sealed",
    ),
    _Table(
        "verification",
        {
            "id": _TEXT,
            "clerk": _TEXT,
            "code_hash": _BYTES,
            "asked_at": _AT,
            "sealed": _BYTES,
            "receipt": _TEXT,
            "signed": _BYTES,
            "mac": _BYTES,
        },
        ("id",),
        ("asked_at", "clerk", "code_hash", "id"),
        _verification,
    ),
)
