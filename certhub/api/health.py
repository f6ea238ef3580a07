"""The checks of hub/health.py as the API tells them, and those of single keys and lists beside them.

Each says a permanent code and when something is about to end; none says a name, a path or a message, since
/readyz answers everybody.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from certhub_keys.signer import Signer
from certhub_schemas.purposes import Purpose

from certhub.certificates.rules import CHINA
from certhub.errors import HubError, Unavailable
from certhub.hub import Hub
from certhub.hub.health import CHECKS, SIGNING, WATCHED
from certhub.hub.keyring import NoKey
from certhub.status import store as status

PROBE = b"certhub readiness check, not a token"


@dataclass(frozen=True, slots=True)
class Check:
    """One check; `code` is None where it went well."""

    check: str
    ok: bool
    code: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def ready_checks(hub: Hub) -> list[Check]:
    """Return the checks without which no request can be answered; the signers one by one."""
    whole = [name for name in CHECKS if name != "signers"]
    return [
        *(_checked(name, partial(_whole, name, hub)) for name in whole),
        *(_checked(f"signer-{purpose.value}", partial(_signer, purpose, hub)) for purpose in SIGNING),
    ]


def all_checks(hub: Hub) -> list[Check]:
    """Return also what concerns one agency or one list only."""
    watched = (_checked(name, partial(_whole, name, hub)) for name in WATCHED)
    return [*ready_checks(hub), *_seals(hub), _checked("status-lists", partial(_lists, hub)), *watched]


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


def _whole(name: str, hub: Hub) -> dict[str, Any]:
    (CHECKS | WATCHED)[name](hub)
    return DETAILS[name](hub) if name in DETAILS else {}


def _database(hub: Hub) -> dict[str, Any]:
    with hub.reading() as unit:
        return {"status_lists": len(status.lists(unit)), "dialect": unit.dialect}


def _trust(hub: Hub) -> dict[str, Any]:
    trust = hub.trust
    return {
        "regions": len(trust.regions),
        "keys": len(trust.keys),
        "agencies": len(trust.agencies),
        "digest": trust.digest,
        "as_of": trust.as_of.astimezone(CHINA).isoformat(timespec="seconds"),
    }


DETAILS: dict[str, Callable[[Hub], dict[str, Any]]] = {"database": _database, "trust": _trust}


def _signer(purpose: Purpose, hub: Hub) -> dict[str, Any]:
    return _key(hub.signer(purpose), hub)


def _seals(hub: Hub) -> Iterator[Check]:
    try:
        agencies = [agency.uscc for agency in hub.trust.agencies.values() if agency.region == hub.region]
    except Unavailable:
        return
    for uscc in sorted(agencies):
        yield _checked(f"seal-{uscc}", partial(_seal, uscc, hub))


def _seal(agency: str, hub: Hub) -> dict[str, Any]:
    return _key(hub.seal(agency), hub)


def _key(signer: Signer, hub: Hub) -> dict[str, Any]:
    """A key that can be found may still not sign: its token was pulled out."""
    signer.sign(PROBE)
    key = hub.trust.key(signer.kid)
    if key is None:
        raise NoKey("the signer's key is not in the trust list")
    return {"kid": key.kid, "until": key.until.astimezone(CHINA).isoformat(timespec="seconds")}


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
