"""What has to work before a hub may be asked: the database, the trust list, the signers.

A green light over an empty trust list is the lie to avoid. Each check says a permanent code and when
something is about to end; none says a name, a path or a value.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from certhub_schemas.purposes import Purpose

from certhub.certificates.rules import CHINA
from certhub.errors import HubError, Unavailable
from certhub.hub import Hub
from certhub.hub.keyring import NoKey
from certhub.status import store as status

NEEDED = (Purpose.SHOW, Purpose.STATUS, Purpose.EXCHANGE, Purpose.BUNDLE, Purpose.RECEIPT)


@dataclass(frozen=True, slots=True)
class Check:
    """One check; `code` is None where it went well."""

    check: str
    ok: bool
    code: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def ready_checks(hub: Hub) -> list[Check]:
    """Return the checks without which no request can be answered."""
    return [
        _checked("database", lambda: _database(hub)),
        _checked("trust", lambda: _trust(hub)),
        *(_checked(f"signer-{purpose.value}", lambda p=purpose: _signer(hub, p)) for purpose in NEEDED),  # type: ignore[misc]
    ]


def all_checks(hub: Hub) -> list[Check]:
    """Return also what concerns one agency or one list only."""
    return [*ready_checks(hub), *_seals(hub), _checked("status-lists", lambda: _lists(hub))]


def as_dict(checks: list[Check]) -> dict[str, Any]:
    """Return the JSON form; ready only when every check went well."""
    return {"ready": all(check.ok for check in checks), "checks": [asdict(check) for check in checks]}


def _checked(name: str, look: Callable[[], dict[str, Any]]) -> Check:
    try:
        return Check(name, True, None, look())
    except HubError as failed:
        return Check(name, False, failed.code)
    except Exception:  # noqa: BLE001  a driver's or a file's own error: whatever it says, this does not work
        return Check(name, False, "UNAVAILABLE")


def _database(hub: Hub) -> dict[str, Any]:
    with hub.reading() as unit:
        return {"status_lists": len(status.lists(unit)), "dialect": unit.dialect}


def _trust(hub: Hub) -> dict[str, Any]:
    trust = hub.trust
    if trust.region(hub.region) is None:
        raise Unavailable("our own region is not in the trust list", code="NO_TRUST")
    return {
        "regions": len(trust.regions),
        "keys": len(trust.keys),
        "agencies": len(trust.agencies),
        "digest": trust.digest,
        "as_of": trust.as_of.astimezone(CHINA).isoformat(timespec="seconds"),
    }


def _signer(hub: Hub, purpose: Purpose) -> dict[str, Any]:
    return _key(hub, hub.signer(purpose).kid)


def _seals(hub: Hub) -> Iterator[Check]:
    try:
        agencies = [agency.uscc for agency in hub.trust.agencies.values() if agency.region == hub.region]
    except Unavailable:
        return
    for uscc in sorted(agencies):
        yield _checked(f"seal-{uscc}", lambda a=uscc: _key(hub, hub.seal(a).kid))  # type: ignore[misc]


def _key(hub: Hub, kid: str) -> dict[str, Any]:
    key = hub.trust.key(kid)
    if key is None:
        raise NoKey("the signer's key is not in the trust list")
    return {"kid": kid, "until": key.until.astimezone(CHINA).isoformat(timespec="seconds")}


def _lists(hub: Hub) -> dict[str, Any]:
    with hub.reading() as unit:
        lists = status.lists(unit)
    late = [one.list_no for one in lists if one.published_at is None]
    if late:
        raise Unavailable("a status list was never published", code="LIST_NOT_PUBLISHED")
    ages = [
        int((hub.now() - one.published_at).total_seconds()) for one in lists if one.published_at is not None
    ]
    return {"lists": len(lists), "oldest_seconds": max(ages, default=0)}
