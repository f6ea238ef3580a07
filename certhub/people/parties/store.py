"""The queries of the parties noun.

Every row here grants something: who signs in, as whom, for whom. A row without our MAC is left out where it is read
(certhub/db/grants.py), so that nobody becomes somebody by writing the database.
"""

from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, or_, select, update

from certhub import plain_json
from certhub.db.columns import table_of
from certhub.db.engine import Unit
from certhub.db.grants import believed, count_not_ours, is_ours, signed
from certhub.db.prepared import Prepared
from certhub.db.rows import row_of, value_of
from certhub.db.statements import insert_new
from certhub.people.parties.people import Actor, Party, Principal, Role
from certhub.people.parties.tables import AccountRow, MandateRow, PartyRow, TokenRow
from certhub.readable import require_readable

_PARTY, _MANDATE = table_of(PartyRow), table_of(MandateRow)
_ACCOUNT, _TOKEN = table_of(AccountRow), table_of(TokenRow)
_SPEAKER = Prepared(
    select(_TOKEN, _ACCOUNT)
    .join(_ACCOUNT, _TOKEN.c.account == _ACCOUNT.c.id)
    .where(
        _TOKEN.c.token_hash == bindparam("token_hash"),
        _TOKEN.c.expires_at > bindparam("now"),
        _ACCOUNT.c.disabled_at.is_(None),
    )
)
_OF_HOLDER = Prepared(
    select(_PARTY).where(_PARTY.c.bucket == bindparam("bucket"), _PARTY.c.holder == bindparam("holder"))
)
_ACTS_FOR = Prepared(
    select(_MANDATE, _PARTY)
    .join(_PARTY, _PARTY.c.holder == _MANDATE.c.principal)
    .where(
        _MANDATE.c.bucket == bindparam("bucket"),
        _MANDATE.c.holder == bindparam("holder"),
        or_(_MANDATE.c.until.is_(None), _MANDATE.c.until > bindparam("now")),
    )
    .order_by(_MANDATE.c.principal)
)


def register(unit: Unit, party: Party) -> bytes:
    """Put a person or organisation on record unless it is there; return its blind index. Raises: TextRefused."""
    require_readable(name=party.name, id_number=party.id_number)
    index = unit.vault.index(party.id_type, party.id_number)
    bucket = unit.vault.bucket(index)
    if not _parties(unit, index):
        row_id = unit.new_id()
        sealed = unit.vault.seal("party", str(row_id), plain_json.printed(asdict(party)))
        row = {"bucket": bucket, "id": row_id, "holder": index, "sealed": sealed}
        unit.sql.execute(_PARTY.insert().values(**signed(unit, PartyRow, row)))
    return index


def party(unit: Unit, index: bytes) -> Party | None:
    """Return who has this blind index."""
    return next((_opened(unit, row) for row in _parties(unit, index)), None)


def _parties(unit: Unit, index: bytes) -> list[Row[Any]]:
    return believed(unit, PartyRow, _OF_HOLDER, bucket=unit.vault.bucket(index), holder=index)


def let_act(unit: Unit, person: bytes, principal: bytes, *, role: str) -> None:
    """Put on record that a person acts for a principal. Raises: TextRefused."""
    require_readable(role=role)
    row = {
        "bucket": unit.vault.bucket(person),
        "holder": person,
        "principal": principal,
        "sealed": unit.vault.seal("mandate", _pair(person, principal), role.encode()),
        "since": unit.now,
        "until": None,
    }
    insert_new(unit, _MANDATE, [signed(unit, MandateRow, row)])


def _pair(person: bytes, principal: bytes) -> str:
    """Name a mandate's row, as the vault is told."""
    return f"{person.hex()}:{principal.hex()}"


def principals(unit: Unit, person: bytes) -> list[Principal]:
    """Return whom a person acts for, now."""
    return [
        Principal(row.principal, _opened(unit, row).name, _as_what(unit, row))
        for row in _acts_for(unit, person).values()
    ]


def acts_for(unit: Unit, person: bytes) -> list[bytes]:
    """Return the blind indexes of those that a person acts for, now; nobody's name is opened."""
    return list(_acts_for(unit, person))


def _acts_for(unit: Unit, person: bytes) -> dict[bytes, Any]:
    """Return, by principal, the mandates that are ours, each with a party that is ours too."""
    bucket = unit.vault.bucket(person)
    rows = believed(unit, MandateRow, _ACTS_FOR, bucket=bucket, holder=person, now=unit.now)
    return {row.principal: row for row in rows if is_ours(unit, PartyRow, row)}


def _opened(unit: Unit, row: Any) -> Party:
    sealed = row.of(_PARTY.c.sealed)
    return Party(**plain_json.read(unit.vault.open("party", str(row.of(_PARTY.c.id)), sealed)))


def _as_what(unit: Unit, mandate: Row[Any]) -> str:
    """Return as what somebody acts: 经营者, for one."""
    return unit.vault.open("mandate", _pair(mandate.holder, mandate.principal), mandate.sealed).decode()


def open_account(
    unit: Unit,
    role: Role,
    name: str,
    *,
    office: str = "",
    window: str = "",
    agencies: tuple[str, ...] = (),
    holder: bytes | None = None,
    office_code: str = "",
) -> Actor:
    """Open an account. Raises: TextRefused: a name that stands in receipts cannot be read as it stands."""
    require_readable(name=name, office=office, window=window)
    actor = Actor(unit.new_id(), role, name, office, window, agencies, holder, office_code=office_code)
    named = {"name": name, "office": office, "window": window}
    plain = plain_json.printed({**named, "office_code": office_code} if office_code else named)
    sealed = unit.vault.seal("account", str(actor.account), plain)
    row = row_of(
        AccountRow, actor, id=actor.account, agencies=" ".join(agencies), sealed=sealed, disabled_at=None
    )
    unit.sql.execute(_ACCOUNT.insert().values(**signed(unit, AccountRow, row)))
    return actor


def disable(unit: Unit, account_id: UUID) -> None:
    """Let an account act no more, from now on."""
    query = select(_ACCOUNT).where(_ACCOUNT.c.id == account_id, _ACCOUNT.c.disabled_at.is_(None))
    for row in believed(unit, AccountRow, query):
        values = {**row._mapping, "disabled_at": unit.now}
        del values["mac"]
        change = (
            update(_ACCOUNT).where(_ACCOUNT.c.id == account_id).values(**signed(unit, AccountRow, values))
        )
        unit.sql.execute(change)


def accounts(unit: Unit) -> list[Actor]:
    """Return every account that is not disabled."""
    query = select(_ACCOUNT).where(_ACCOUNT.c.disabled_at.is_(None)).order_by(_ACCOUNT.c.id)
    return [_actor(unit, row) for row in believed(unit, AccountRow, query)]


def account(unit: Unit, key: str) -> Actor | None:
    """Return the account that rows name by `key`, None where it is not there or disabled."""
    query = select(_ACCOUNT).where(_ACCOUNT.c.id == UUID(key), _ACCOUNT.c.disabled_at.is_(None))
    return next((_actor(unit, row) for row in believed(unit, AccountRow, query)), None)


def give_token(unit: Unit, account: UUID, token: str, *, expires_at: datetime) -> None:
    """Let a bearer token speak for an account; the token itself is not kept."""
    row = {"token_hash": token_hash(token), "account": account, "expires_at": expires_at}
    unit.sql.execute(_TOKEN.insert().values(**signed(unit, TokenRow, row)))


def drop_tokens(unit: Unit) -> None:
    """Forget every bearer token: a demo that starts again hands out new ones."""
    unit.sql.execute(_TOKEN.delete())


def actor_of(unit: Unit, token: str) -> Actor | None:
    """Return who a bearer token speaks for; None when it is unknown, expired or its account disabled.

    Token and account are believed each by its own MAC.
    """
    rows = believed(unit, TokenRow, _SPEAKER, token_hash=token_hash(token), now=unit.now)
    found = [row for row in rows if is_ours(unit, AccountRow, row)]
    return _actor(unit, found[0]) if found else None


def token_hash(token: str) -> bytes:
    """Return what is stored of a bearer token: 256 random bits need no slow hash."""
    return sha256(b"certhub bearer token\x00" + token.encode(errors="surrogatepass")).digest()


def not_ours(unit: Unit) -> dict[str, int]:
    """Return how many accounts, tokens and mandates do not carry our MAC, by table; those with none are left out."""
    counts = {
        table_of(model).name: count_not_ours(unit, model) for model in (AccountRow, TokenRow, MandateRow)
    }
    return {table: count for table, count in counts.items() if count}


def _actor(unit: Unit, row: Row[Any]) -> Actor:
    told = plain_json.read(unit.vault.open("account", str(row.id), row.sealed))
    return value_of(
        Actor,
        row,
        account=row.id,
        agencies=tuple(row.agencies.split()),
        name=told["name"],
        office=told["office"],
        window=told["window"],
        office_code=told.get("office_code", ""),
    )
