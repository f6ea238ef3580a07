"""Whether a hub can do its work: the one list behind /readyz, /api/v1/health, `certhub doctor` and the operator's page.

    good      looked at, and works
    bad       looked at, and does not; a permanent code says why
    unknown   could not be looked at: never green

A green light over an empty trust list is the one thing an operator must never meet.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any, Literal

from certhub_keys.errors import KeysError
from certhub_keys.signer import Signer
from certhub_schemas.purposes import Purpose
from certhub_verifier.policy import MAX_TRUST_AGE_SECONDS
from certhub_verifier.trust import TrustSet

from certhub.adapters import private
from certhub.db import leases, migrate
from certhub.db.timekeeping import store as timekeeping
from certhub.errors import HubError, NotFound, Unavailable
from certhub.hub import Hub
from certhub.hub.keyring import NoKey
from certhub.records.certificates.rules import CHINA
from certhub.records.status import store as status
from certhub.regions.peers import contact
from certhub.regions.peers import store as peers
from certhub.settings import Profile
from certhub.setup import message_media, row_health, tls_health

SIGNING = (Purpose.SHOW, Purpose.STATUS, Purpose.EXCHANGE, Purpose.BUNDLE, Purpose.RECEIPT)
DEMO_REGIONS, DEMO_MARK = ("420799", "420198"), "（演示）"


PROBE = b"certhub readiness check, not a token"
LIST_OLD = timedelta(minutes=2)
"""Our own lists are signed every 15 seconds: after this nobody publishes."""
PEER_SILENT = timedelta(minutes=2)
"""A peer is asked for its lists every 30 seconds."""
PEER_LIST_OLD = timedelta(minutes=10)
TROUBLES = {contact.NOT_BELIEVED: "PEER_NOT_BELIEVED", contact.UPGRADE_NEEDED: "PEER_NEWER"}
QUESTION_FAILED = timedelta(minutes=10)
"""Nobody asks a region on purpose to see whether it answers: a failure this old says nothing of now."""
WORKER_GONE = timedelta(seconds=30)
"""Who has the worker's lease writes down the time twice a second; another takes it over after ten seconds."""
DISK_LEAST = 512 << 20


@dataclass(frozen=True, slots=True)
class Check:
    """One check: `state` is good, bad, or unknown where it could not be made; only good is `ok`.

    `code` is permanent and None where it is good. `says` is for who works on this machine and is told to nobody
    else: it may name a path or a message.
    """

    check: str
    state: Literal["good", "bad", "unknown"]
    code: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    says: str = ""

    @property
    def ok(self) -> bool:
        """Whether this was looked at and works."""
        return self.state == "good"

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "check": self.check, "ok": self.ok, "state": self.state, "code": self.code, "detail": self.detail,
        }  # fmt: skip


class NotLookedAt(HubError):
    """A check could not be made: nothing is known, and that is never green."""

    code = "NOT_CHECKED"


def _database(hub: Hub) -> str:
    return f"{hub.database.engine.dialect.name}, {migrate.check(hub.database.engine).words}"


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


def _profile(hub: Hub) -> str:
    if hub.settings.profile is not Profile.PRODUCTION:
        return f"{hub.settings.profile.value}: made-up people are allowed"
    for agency in hub.trust.agencies.values():
        if agency.uscc[2:8] in DEMO_REGIONS or DEMO_MARK in agency.name:
            raise HubError(
                f"a demo agency is in the trust set of a production hub: {agency.name}", code="TEST_DATA"
            )
    return "production"


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
    """The worker compares the wall clock with the monotonic one; here, what it has put on record.

    Verdicts are judged by this machine's clock, so a process whose clock the record disputes must not serve. A jump
    that is smaller than clocks may differ, or of another machine, takes this process out of no service.
    """
    return _clock_says(hub, is_served=True)


def _clock_watched(hub: Hub) -> dict[str, Any]:
    """Look at the clock as an operator does: a jump that is not over is bad, also where all may serve."""
    _clock_says(hub, is_served=False)
    return {}


def _clock_says(hub: Hub, *, is_served: bool) -> str:
    with hub.reading() as unit:
        record = timekeeping.read(unit)
    if record is None:
        return "no time on record yet: the worker has not run"
    behind = (record.at - hub.now()).total_seconds()
    if record.disputes(hub.now()) or (record.doubt_seconds is not None and not is_served):
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
    "profile": _profile,
    "clock": _clock,
}
"""Without these no request can be answered."""
WATCHED: dict[str, Callable[[Hub], str]] = {
    "rows": row_health.says,
    "folder": _folder,
    "tls": tls_health.says,
}
"""What an operator must know, and what takes no hub out of service."""


def ready_checks(hub: Hub) -> list[Check]:
    """Return the checks without which no request can be answered; the signers one by one."""
    return [
        *(_whole(name, hub) for name in CHECKS),
        *(_checked(f"signer-{purpose.value}", partial(_signer, purpose, hub)) for purpose in SIGNING),
    ]


def all_checks(hub: Hub) -> list[Check]:
    """Return also what concerns one agency or one list only."""
    watched = (_whole(name, hub) for name in WATCHED)
    jumped = _checked("clock", partial(_clock_watched, hub))
    return [
        *(one if jumped.ok or one.check != "clock" else jumped for one in ready_checks(hub)),
        _checked("agencies", partial(_agencies, hub)),
        *_seals(hub),
        _checked("status-lists", partial(_lists, hub)),
        _checked("worker", partial(_worker, hub)),
        disk_check(hub),
        *_peers(hub),
        *(_checked(name, look) for name, look in message_media.media(hub)),
        *watched,
    ]


def as_dict(checks: list[Check]) -> dict[str, Any]:
    """Return the JSON form; ready only when every check went well."""
    return {"ready": all(check.ok for check in checks), "checks": [check.to_dict() for check in checks]}


def _checked(name: str, look: Callable[[], dict[str, Any]]) -> Check:
    try:
        return Check(name, "good", detail=look())
    except NotLookedAt as unknown:
        return Check(name, "unknown", unknown.code, dict(unknown.detail), str(unknown))
    except (HubError, KeysError) as failed:
        detail = failed.known if isinstance(failed, PeerTrouble) else {}
        return Check(name, "bad", getattr(failed, "code", "KEYS"), detail, str(failed))
    except Exception as broken:  # noqa: BLE001  a driver's or a file's own error: nothing is known of what it hides
        return Check(name, "unknown", "UNAVAILABLE", says=type(broken).__name__)


def _whole(name: str, hub: Hub) -> Check:
    """Run a check of the two tables above, and keep what it says."""
    said: list[str] = []

    def look() -> dict[str, Any]:
        said.append((CHECKS | WATCHED)[name](hub))
        return DETAILS[name](hub) if name in DETAILS else {}

    check = _checked(name, look)
    return replace(check, says=said[0]) if check.ok else check


def _database_detail(hub: Hub) -> dict[str, Any]:
    with hub.reading() as unit:
        return {"status_lists": len(status.lists(unit)), "dialect": unit.dialect}


def _trust_detail(hub: Hub) -> dict[str, Any]:
    trust = hub.trust
    return {
        "regions": len(trust.regions),
        "keys": len(trust.keys),
        "agencies": len(trust.agencies),
        "digest": trust.digest,
        "as_of": trust.as_of.astimezone(CHINA).isoformat(timespec="seconds"),
    }


DETAILS: dict[str, Callable[[Hub], dict[str, Any]]] = {
    "database": _database_detail, "trust": _trust_detail, "tls": tls_health.detail,
}  # fmt: skip


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
    oldest = max(ages, default=0)
    if oldest > LIST_OLD.total_seconds():
        raise Unavailable(
            f"the oldest status list was signed {oldest} s ago: no worker publishes", code="LIST_OLD"
        )
    return {"lists": len(lists), "oldest_seconds": oldest}


def _worker(hub: Hub) -> dict[str, Any]:
    """Look whether a process has the lease, and still speaks: one that was killed never gave it back."""
    with hub.reading() as unit:
        held, record = leases.held(unit, leases.WORKER), timekeeping.read(unit)
    silent_for = None if record is None else int((hub.now() - record.at).total_seconds())
    if held is None or silent_for is None or silent_for > WORKER_GONE.total_seconds():
        since = "never" if silent_for is None else f"{silent_for} s ago"
        raise Unavailable(f"no process has the worker's lease; the last round was {since}", code="NO_WORKER")
    return {"beat": held.beat}


def _agencies(hub: Hub) -> dict[str, Any]:
    own = [agency for agency in hub.trust.agencies.values() if agency.region == hub.region]
    if not own:
        raise HubError(
            "the trust list names no agency of this region: nothing can be issued", code="NO_AGENCY"
        )
    return {"agencies": len(own)}


def disk_check(hub: Hub) -> Check:
    """Look whether there is room where the hub keeps its data."""
    return _checked("disk", partial(_disk, hub))


def _disk(hub: Hub) -> dict[str, Any]:
    free = shutil.disk_usage(hub.settings.data).free
    if free < DISK_LEAST:
        raise HubError(f"{free >> 20} MiB are free, {DISK_LEAST >> 20} are needed", code="DISK_FULL")
    return {"free_mib": free >> 20}


class PeerTrouble(HubError):
    """Another region does not answer, or what it publishes is old; `known` says since when and why."""

    def __init__(self, message: str, code: str, known: dict[str, Any]) -> None:
        super().__init__(message, code=code)
        self.known = known


def _peers(hub: Hub) -> Iterator[Check]:
    try:
        others = sorted(code for code in hub.trust.regions if code != hub.region)
    except Unavailable:
        return
    for code in others:
        yield _checked(f"peer-{code}", partial(_peer, code, hub))


def _peer(code: str, hub: Hub) -> dict[str, Any]:
    with hub.reading() as unit:
        if code in peers.stopped(unit):
            raise NotLookedAt("this hub stopped it", code="PEER_STOPPED", detail={"stopped": "yes"})
    try:
        found = contact.read(hub.public_files, code)
    except NotFound as never:
        raise NotLookedAt("this region was not asked yet", code="PEER_NOT_ASKED") from never
    told = found.to_dict()
    _questions(code, hub)
    if found.good is None or hub.now() - found.good > PEER_SILENT:
        raise PeerTrouble(f"the last good answer came {told['good'] or 'never'}", _trouble(found), told)
    if found.list_at is not None and hub.now() - found.list_at > PEER_LIST_OLD:
        raise PeerTrouble(f"its list is of {told['list_at']}", "PEER_LIST_OLD", told)
    return told


def _questions(code: str, hub: Hub) -> None:
    """A region may publish its lists and yet answer no question: the last one that failed is told."""
    try:
        found = contact.read(hub.public_files, code, contact.QUESTIONS)
    except NotFound:
        return
    if found.is_bad and found.failed is not None and hub.now() - found.failed <= QUESTION_FAILED:
        told = found.to_dict()
        raise PeerTrouble(f"a question failed at {told['failed']}: {found.cause}", _trouble(found), told)


def _trouble(last: contact.Contact) -> str:
    """A region that answers, and whose answer is good for nothing, is not one that is silent."""
    return TROUBLES.get(last.cause or "", "PEER_SILENT") if last.is_bad else "PEER_SILENT"
