"""The queries of the logins noun.

A row that lets somebody in is believed by its MAC. Which of two who use an invitation or a code at once is the one is
told by an insert, never by a read.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update

from certhub import plain_json
from certhub.db.columns import table_of
from certhub.db.engine import Unit
from certhub.db.grants import believed, count_not_ours, signed
from certhub.db.prepared import Prepared
from certhub.db.rows import row_of, value_of
from certhub.db.statements import insert_new
from certhub.people.logins.logins import (
    REMEMBERED,
    Invitation,
    Login,
    Proof,
    Session,
    Staff,
    delay_after,
)
from certhub.people.logins.proofs import step_at
from certhub.people.logins.tables import (
    AttemptRow,
    CodeUseRow,
    InvitationRow,
    InvitationUseRow,
    LoginAccountRow,
    LoginRow,
    ProofRow,
    SessionRow,
)
from certhub.people.parties.people import Role

_LOGIN, _OF_LOGIN = table_of(LoginRow), table_of(LoginAccountRow)
_INVITATION, _INVITATION_USE = table_of(InvitationRow), table_of(InvitationUseRow)
_PROOF, _CODE_USE = table_of(ProofRow), table_of(CodeUseRow)
_ATTEMPT, _SESSION = table_of(AttemptRow), table_of(SessionRow)
_SESSION_OF = Prepared(select(_SESSION).where(_SESSION.c.token_hash == bindparam("token_hash")))


def staff_index(unit: Unit, number: str) -> bytes:
    """Return the blind index of a staff number."""
    return unit.vault.digest("staff", number)[:16]


def token_hash(token: str) -> bytes:
    """Return what is stored of an invitation's or a session's token: 256 random bits need no slow hash."""
    return sha256(b"certhub login token\x00" + token.encode(errors="surrogatepass")).digest()


def add(unit: Unit, staff: Staff) -> Login | None:
    """Put a member of staff on record; None where somebody of this number is."""
    login = Login(unit.new_id(), staff_index(unit, staff.number), staff.name, staff.phone, staff.mail)
    new = insert_new(unit, _LOGIN, [_login_row(unit, login, staff)])
    return login if new else None


def _login_row(unit: Unit, login: Login, staff: Staff) -> dict[str, Any]:
    plain = plain_json.printed(asdict(staff) | {"roles": [role.value for role in staff.roles]})
    sealed = unit.vault.seal("login", login.key, plain)
    return signed(unit, LoginRow, row_of(LoginRow, login, sealed=sealed))


def find(unit: Unit, number: str) -> tuple[Login, Staff] | None:
    """Return the login of a staff number, with what was entered of its owner; None where there is none."""
    query = select(_LOGIN).where(_LOGIN.c.staff_index == staff_index(unit, number))
    return next((_login(unit, row) for row in believed(unit, LoginRow, query)), None)


def login(unit: Unit, login_id: UUID) -> tuple[Login, Staff] | None:
    """Return a login by its id, with what was entered of its owner."""
    query = select(_LOGIN).where(_LOGIN.c.id == login_id)
    return next((_login(unit, row) for row in believed(unit, LoginRow, query)), None)


def page(unit: Unit, *, after: UUID | None, limit: int) -> list[tuple[Login, Staff]]:
    """Return logins in the order in which they came, behind `after`."""
    query = select(_LOGIN).order_by(_LOGIN.c.id).limit(limit)
    query = query if after is None else query.where(_LOGIN.c.id > after)
    return [_login(unit, row) for row in believed(unit, LoginRow, query)]


def _login(unit: Unit, row: Any) -> tuple[Login, Staff]:
    opened = plain_json.read(unit.vault.open("login", str(row.id), row.sealed))
    staff = Staff(**{**opened, "roles": tuple(Role(role) for role in opened["roles"])})
    return value_of(Login, row, name=staff.name, phone=staff.phone, mail=staff.mail), staff


def end(unit: Unit, login_: Login) -> None:
    """Let a login end now: it signs in no more, and its sessions are over."""
    [row] = believed(unit, LoginRow, select(_LOGIN).where(_LOGIN.c.id == login_.id))
    values = {**row._mapping, "ended_at": unit.now}
    values.pop("mac")
    unit.sql.execute(update(_LOGIN).where(_LOGIN.c.id == login_.id).values(**signed(unit, LoginRow, values)))
    end_sessions(unit, login_.id)


def bind(unit: Unit, login_id: UUID, account: UUID) -> None:
    """Let a login act in an account."""
    row = signed(unit, LoginAccountRow, {"account": account, "login": login_id})
    unit.sql.execute(_OF_LOGIN.insert().values(**row))


def accounts_of(unit: Unit, login_id: UUID) -> list[UUID]:
    """Return the accounts in which a login may act."""
    query = select(_OF_LOGIN).where(_OF_LOGIN.c.login == login_id).order_by(_OF_LOGIN.c.account)
    return [row.account for row in believed(unit, LoginAccountRow, query)]


def invite(unit: Unit, invitation: Invitation) -> None:
    """Put an invitation on record; those made before it for this login are void."""
    for earlier in _invitations(unit, login_id=invitation.login):
        use_invitation(unit, earlier)
    row = signed(unit, InvitationRow, row_of(InvitationRow, invitation))
    unit.sql.execute(_INVITATION.insert().values(**row))


def invitation(unit: Unit, token: str) -> Invitation | None:
    """Return the invitation of a token, None where it is unknown or was used."""
    query = (
        select(_INVITATION)
        .outerjoin(_INVITATION_USE, _INVITATION_USE.c.token_hash == _INVITATION.c.token_hash)
        .where(_INVITATION.c.token_hash == token_hash(token), _INVITATION_USE.c.at.is_(None))
    )
    return next((value_of(Invitation, row) for row in believed(unit, InvitationRow, query)), None)


def _invitations(unit: Unit, *, login_id: UUID) -> list[Invitation]:
    query = select(_INVITATION).where(_INVITATION.c.login == login_id)
    return [value_of(Invitation, row) for row in believed(unit, InvitationRow, query)]


def use_invitation(unit: Unit, redeemed: Invitation) -> bool:
    """Use an invitation; return whether nobody had."""
    return bool(insert_new(unit, _INVITATION_USE, [{"token_hash": redeemed.token_hash, "at": unit.now}]))


def prove_by(unit: Unit, login_id: UUID, proof: Proof) -> None:
    """Keep what a login proves itself by from now on."""
    plain = plain_json.printed({"password": proof.password, "secret": proof.secret.hex()})
    sealed = unit.vault.seal("login_proof", str(login_id), plain)
    row = signed(unit, ProofRow, {"login": login_id, "sealed": sealed, "since": unit.now})
    unit.sql.execute(delete(_PROOF).where(_PROOF.c.login == login_id))
    unit.sql.execute(_PROOF.insert().values(**row))


def proof_of(unit: Unit, login_id: UUID) -> Proof | None:
    """Return what a login proves itself by, None where it has not begun."""
    rows = believed(unit, ProofRow, select(_PROOF).where(_PROOF.c.login == login_id))
    if not rows:
        return None
    opened = plain_json.read(unit.vault.open("login_proof", str(login_id), rows[0].sealed))
    return Proof(opened["password"], bytes.fromhex(opened["secret"]))


def use_code(unit: Unit, login_id: UUID, step: int) -> bool:
    """Use the code of a step; return whether nobody had, nor a later one."""
    later = select(_CODE_USE.c.step).where(_CODE_USE.c.login == login_id, _CODE_USE.c.step > step).limit(1)
    if unit.sql.execute(later).first() is not None:
        return False
    return bool(insert_new(unit, _CODE_USE, [{"login": login_id, "step": step}]))


def attempt(unit: Unit, index: bytes) -> datetime | None:
    """Count an attempt under a staff number before it is looked at, or return until when nobody may try.

    Of many at once each is counted: the row is changed where it may be, and never read first.
    """
    insert_new(unit, _ATTEMPT, [{"staff_index": index, "failures": 0, "free_at": unit.now}])
    counted = unit.sql.execute(
        update(_ATTEMPT)
        .where(_ATTEMPT.c.staff_index == index, _ATTEMPT.c.free_at <= unit.now)
        .values(failures=_ATTEMPT.c.failures + 1)
        .returning(_ATTEMPT.c.failures)
    ).first()
    here = _ATTEMPT.c.staff_index == index
    if counted is None:
        waits: datetime = unit.sql.execute(select(_ATTEMPT.c.free_at).where(here)).scalar_one()
        return waits
    free_at = unit.now + delay_after(counted.failures)
    unit.sql.execute(update(_ATTEMPT).where(here).values(free_at=free_at))
    return None


def succeed(unit: Unit, index: bytes) -> None:
    """Forget the attempts before a good one, and that one."""
    unit.sql.execute(delete(_ATTEMPT).where(_ATTEMPT.c.staff_index == index))


def begin(unit: Unit, session: Session) -> None:
    """Put a session on record."""
    sealed = unit.vault.seal("login_session", session.id, session.device.encode())
    row = signed(unit, SessionRow, row_of(SessionRow, session, sealed=sealed))
    unit.sql.execute(_SESSION.insert().values(**row))


def session(unit: Unit, token: str) -> Session | None:
    """Return the session of a token, over or not; None where there is none."""
    rows = believed(unit, SessionRow, _SESSION_OF, token_hash=token_hash(token))
    return _opened(unit, rows[0]) if rows else None


def sessions_of(unit: Unit, login_id: UUID) -> list[Session]:
    """Return the sessions of a login, the latest first."""
    query = select(_SESSION).where(_SESSION.c.login == login_id).order_by(_SESSION.c.begun_at.desc())
    return [_opened(unit, row) for row in believed(unit, SessionRow, query)]


def _opened(unit: Unit, row: Any) -> Session:
    device = unit.vault.open("login_session", row.id, row.sealed).decode()
    return value_of(Session, row, device=device)


def see(unit: Unit, *, seen: Session, at: datetime) -> None:
    """Note that a session was used at a moment."""
    here = _SESSION.c.token_hash == seen.token_hash
    unit.sql.execute(update(_SESSION).where(here).values(seen_at=at))


def end_session(unit: Unit, ended: Session) -> bool:
    """End a session; return whether it was there."""
    found = unit.sql.execute(
        delete(_SESSION).where(_SESSION.c.token_hash == ended.token_hash).returning(_SESSION.c.id)
    )
    return found.first() is not None


def end_sessions(unit: Unit, login_id: UUID) -> Sequence[str]:
    """End every session of a login; return their ids."""
    found = unit.sql.execute(delete(_SESSION).where(_SESSION.c.login == login_id).returning(_SESSION.c.id))
    return sorted(found.scalars())


def forget(unit: Unit, past: datetime) -> None:
    """Forget sessions that are over, and attempts and codes of more than a day ago."""
    long_ago = past - REMEMBERED
    unit.sql.execute(delete(_SESSION).where(_SESSION.c.ends_at < past))
    unit.sql.execute(delete(_ATTEMPT).where(_ATTEMPT.c.free_at < long_ago))
    unit.sql.execute(delete(_CODE_USE).where(_CODE_USE.c.step < step_at(long_ago)))


def not_ours(unit: Unit) -> dict[str, int]:
    """Return how many rows do not carry our MAC, by table; tables with none are left out."""
    models = (LoginRow, LoginAccountRow, InvitationRow, ProofRow, SessionRow)
    counts = {table_of(model).name: count_not_ours(unit, model) for model in models}
    return {table: number for table, number in counts.items() if number}
