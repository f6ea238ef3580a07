"""Whether a hub can do its work: the checks behind /readyz, `certhub doctor` and the operator's page.

A green light over an empty trust list is the one thing an operator must never meet.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from certhub_keys.errors import KeysError
from certhub_schemas.purposes import Purpose
from certhub_verifier.policy import MAX_TRUST_AGE_SECONDS
from certhub_verifier.trust import TrustSet

from certhub import private
from certhub.clock import AHEAD
from certhub.db import migrate
from certhub.errors import HubError
from certhub.hub import Hub
from certhub.parties import store as parties
from certhub.settings import Profile
from certhub.timekeeping import store as timekeeping

SIGNING = (Purpose.SHOW, Purpose.STATUS, Purpose.EXCHANGE, Purpose.BUNDLE, Purpose.RECEIPT)
DEMO_REGIONS, DEMO_MARK = ("420799", "420198"), "（演示）"


@dataclass(frozen=True)
class Finding:
    """One check: its name, whether it is good, what it says, and as of when."""

    name: str
    good: bool
    says: str
    as_of: datetime

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as JSON."""
        return {"check": self.name, "good": self.good, "says": self.says, "as_of": self.as_of.isoformat()}


def checks(hub: Hub) -> list[Finding]:
    """Run every check; one that fails to run is not good."""
    return [_run(hub, name, check) for name, check in (CHECKS | WATCHED).items()]


def _run(hub: Hub, name: str, check: Callable[[Hub], str]) -> Finding:
    try:
        return Finding(name, True, check(hub), hub.now())
    except (HubError, KeysError) as refused:
        return Finding(name, False, str(refused), hub.now())
    except Exception as broken:  # noqa: BLE001  a check that cannot run is a red light, never a crash of the page
        return Finding(name, False, type(broken).__name__, hub.now())


def _database(hub: Hub) -> str:
    migrate.check(hub.database.engine)
    return f"{hub.database.engine.dialect.name}, newest schema"


def _trust(hub: Hub) -> str:
    trust, problem = hub.trust, hub.trust_folder.problem
    own = [a for a in trust.agencies.values() if a.region == hub.region]
    if not trust.keys or hub.region not in trust.regions:
        raise HubError(
            "the trust set holds no key, or not this region: nothing can be verified", code="NO_TRUST"
        )
    kept = (
        f"; kept since {trust.as_of:%Y-%m-%d %H:%M}Z, because the folder is broken: {problem}"
        if problem
        else ""
    )
    if hub.now() - trust.as_of > timedelta(seconds=MAX_TRUST_AGE_SECONDS):
        raise HubError(f"the trust set is too old to rely on{kept}", code="NO_TRUST")
    aside = set_aside(trust)
    return (
        f"{len(trust.regions)} regions, {len(trust.keys)} keys, {len(own)} agencies of our own{aside}{kept}"
    )


def set_aside(trust: TrustSet) -> str:
    """Say what of the trust list this release does not know and therefore does not trust; empty where it is nothing."""
    found = trust.set_aside
    if not found:
        return ""
    told = "; ".join(f"{one.path} {one.entry}, {one.why}" for one in found[:3])
    more = f"; and {len(found) - 3} more" if len(found) > 3 else ""
    return f"; {len(found)} {'entry' if len(found) == 1 else 'entries'} set aside: {told}{more}"


def _signers(hub: Hub) -> str:
    for purpose in SIGNING:
        hub.signer(purpose).sign(b"certhub readiness check, not a token")
    return f"{len(SIGNING)} signers sign"


def _profile(hub: Hub) -> str:
    if hub.settings.profile is not Profile.PRODUCTION:
        return f"{hub.settings.profile.value}: made-up people are allowed"
    for agency in hub.trust.agencies.values():
        if agency.uscc[2:8] in DEMO_REGIONS or agency.name.endswith(DEMO_MARK):
            raise HubError(
                f"a demo agency is in the trust set of a production hub: {agency.name}", code="TEST_DATA"
            )
    return "production"


def _rows(hub: Hub) -> str:
    """Accounts, tokens and mandates are looked at whole, every other table where it was read since the start."""
    with hub.reading() as unit:
        found = dict(hub.database.refused) | parties.not_ours(unit)
    if any(found.values()):
        told = ", ".join(f"{table} {count}" for table, count in sorted(found.items()) if count)
        raise HubError(
            f"rows that do not carry this hub's MAC, and grant nothing: {told}; somebody wrote the database"
            " beside the hub, or rows of an earlier version were put in",
            code="ROWS_REFUSED",
        )
    return "every row that was read carries this hub's MAC"


def _folder(hub: Hub) -> str:
    found = private.open_to_others(hub.settings.data)
    if found:
        raise HubError(
            f"{len(found)} files or folders are open to other accounts of this machine, {found[0]} for one:"
            " run `certhub migrate`",
            code="FOLDER_OPEN",
        )
    return "files and folders are for this account alone"


def _clock(hub: Hub) -> str:
    """The worker compares the wall clock with the monotonic one; here, what it has put on record."""
    with hub.reading() as unit:
        record = timekeeping.read(unit)
    if record is None:
        return "no time on record yet: the worker has not run"
    behind = (record.at - hub.now()).total_seconds()
    if record.doubt_seconds is not None or behind > AHEAD.total_seconds():
        jump = record.jump_seconds if record.doubt_seconds is not None else -behind
        raise HubError(
            f"the clock jumped by {jump or 0:+.0f} s; set it right; until then, or until it has run "
            "evenly for as long, nothing is forgotten",
            code="CLOCK_JUMPED",
        )
    last = (
        ""
        if record.jumped_at is None
        else f"; last jump {record.jump_seconds or 0:+.0f} s at {record.jumped_at:%Y-%m-%d %H:%M}Z, over since"
    )
    return f"runs evenly{last}"


CHECKS: dict[str, Callable[[Hub], str]] = {
    "database": _database,
    "trust": _trust,
    "signers": _signers,
    "profile": _profile,
    "clock": _clock,
}
"""Without these no request can be answered."""
WATCHED: dict[str, Callable[[Hub], str]] = {"rows": _rows, "folder": _folder}
"""What an operator must know, and what takes no hub out of service."""
