"""What a holder sees of who looked, as calls."""

from dataclasses import replace
from typing import Any

from certhub_schemas.purposes import Purpose
from certhub_verifier.formats.exchange import notice
from certhub_verifier.formats.exchange.notice import Notice, NoticeKind
from certhub_verifier.formats.jose import jws

from certhub.flows.people import disputes, looks
from certhub.history.events import store as events
from certhub.jobs.runner import run_once
from certhub.people.parties.people import Actor
from certhub.regions.notices import store as kept
from tests.support.region import Region
from tests.support.story import issued, licence, scan, ticket


def seen_looks(region: Region, by: Actor | None = None) -> list[dict[str, Any]]:
    """Return the looks that a holder, 张演示 unless another is named, sees in their region."""
    return looks.looks(limit=100, before=None, by=by or region.holder, hub=region.hub)[0]


def the_look(region: Region) -> dict[str, Any]:
    """Return the one look that 张演示 sees."""
    [found] = seen_looks(region)
    return found


def seen_disputes(region: Region, by: Actor) -> list[dict[str, Any]]:
    """Return the disputes that an account sees."""
    found: list[dict[str, Any]] = disputes.disputes(limit=100, after=None, by=by, hub=region.hub)["items"]
    return found


def notices_sent(*regions: Region) -> None:
    """Let every region send what it has to tell."""
    for region in regions:
        run_once(region.hub, "notices")


def events_of(region: Region, type_: str) -> list[str]:
    """Return the subjects of the events of a type."""
    with region.hub.reading() as unit:
        return [one.subject for one in events.events(unit, type_=type_)]


def waiting(region: Region) -> dict[str, int]:
    """Return how many notices wait, by region."""
    with region.hub.reading() as unit:
        return kept.count_waiting(unit)


def looked_at(home: Region, asker: Region) -> str:
    """Let the counter look at a licence; return the verification."""
    report = scan(asker, ticket(home, issued(home, licence("营-1"))))
    notices_sent(asker)
    return str(report["verification_id"])


def said(home: Region, other: Region, verification: str, **changes: object) -> bytes:
    """Return a verdict of the other region about a look, signed; `changes` go into it."""
    now = int(home.clock.now().timestamp())
    made = Notice(
        sender=other.hub.region,
        receiver=home.hub.region,
        issued_at=now,
        expires=now + 600,
        jti="A" * 26,
        verification_id=verification,
        kind=NoticeKind.VERDICT,
        body={"verdict": "invalid", "code": "REVOKED", "materials": None},
    )
    payload = replace(made, **changes).to_payload()
    key = other.hub.at(other.clerk).signer(Purpose.EXCHANGE)
    return jws.sign(payload, typ=notice.TYP, key=key).encode()
