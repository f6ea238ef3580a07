"""Find the account that somebody speaks for.

1 parties  a token's account, while the token lives; or the first account of a role, for the hub's own machine
"""

from hashlib import sha256

from certhub.db.idempotency.key import Key
from certhub.hub import Hub
from certhub.people.parties import store as parties
from certhub.people.parties.people import Actor, Role


def account_of(token: str, *, hub: Hub) -> Actor | None:
    """Return who a token speaks for, None where it is unknown or has expired."""
    with hub.reading() as unit:
        return parties.actor_of(unit, token)


def first_of(role: Role, *, hub: Hub) -> Actor | None:
    """Return the first account of a role, None where there is none."""
    with hub.reading() as unit:
        return next((account for account in parties.accounts(unit) if account.role is role), None)


def request_key(what: str, request: bytes, *, hub: Hub) -> Key:
    """Return an idempotency key that the request itself makes: the same command line again has no second effect."""
    with hub.reading() as unit:
        return Key(unit.vault.digest("cli", what, sha256(request).digest()), sha256(request).digest())
