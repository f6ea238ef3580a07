"""Two regions in one folder: founded, joined by an agreement, filled.

DIR/420700, DIR/420100     one hub each: settings, keys, trust, database, shelf
"""

import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from certhub_keys.cost import Cost
from certhub_schemas import matters
from certhub_verifier.formats.trust import trustlist
from certhub_verifier.formats.trust.agreement import BOTH, Agreement, AgreementItem

from certhub.adapters import private
from certhub.adapters.clock import Clock, SystemClock
from certhub.adapters.public_files import Shelf
from certhub.db.migrate import drop_schema, has_schema
from certhub.demo import people as p
from certhub.demo.seed import seed
from certhub.errors import Conflict
from certhub.hub import TRUST, Hub
from certhub.settings import FILE, Profile, Settings
from certhub.setup.adopting import bring_up
from certhub.setup.initialise import Founding, found, pin, write_endpoint, write_members

TERM = timedelta(days=730)


@dataclass(frozen=True)
class Plan:
    """How a demo is set up; `urls` are the regions' addresses in the order of `people.REGIONS`."""

    folder: Path
    urls: Sequence[str]
    database: str = ""
    cost: Cost = Cost.STANDARD
    profile: Profile = Profile.DEMO


def prepare(plan: Plan, *, clock: Clock | None = None) -> dict[str, dict[str, str]]:
    """Found what is not there, renew what changes with every start, and return the tokens by region."""
    clock = clock or SystemClock()
    foundings = [replace(one, url=url) for one, url in zip(p.REGIONS, plan.urls, strict=True)]
    fresh = [one for one in foundings if not (plan.folder / one.code / FILE).exists()]
    for one in fresh:
        _found(one, plan, clock)
    for one in foundings:
        write_endpoint(plan.folder / one.code, one.code, one.url)
    if fresh:
        _join(foundings, plan.folder, clock)
    _pin_each_other(foundings, plan.folder)
    tokens = {}
    for one in foundings:
        settings = Settings.load(plan.folder / one.code)
        bring_up(settings, now=clock.now(), random=secrets.token_bytes)  # a demo of an earlier version
        private.close(settings.data)
        hub = Hub.open(settings, clock=clock)
        tokens[one.code] = seed(hub, plan.folder / one.code)
        hub.close()
    return tokens


def reset(plan: Plan) -> None:
    """Take a demo away: its folders, and its schemas where it lives in PostgreSQL."""
    for one in p.REGIONS:
        shutil.rmtree(plan.folder / one.code, ignore_errors=True)
        if plan.database:
            drop_schema(plan.database, schema_of(one.code))


def schema_of(region: str) -> str:
    """Return the PostgreSQL schema of a demo region."""
    return f"certhub_{region}"


def _found(one: Founding, plan: Plan, clock: Clock) -> None:
    schema = schema_of(one.code) if plan.database else ""
    if schema and has_schema(plan.database, schema):
        raise Conflict(
            f"schema {schema} holds an earlier demo whose keys are not in {plan.folder}: --reset, or name its --data",
            code="SCHEMA_TAKEN",
        )
    found(
        plan.folder / one.code,
        one,
        profile=plan.profile,
        passphrase=secrets.token_hex(16).encode(),
        now=clock.now(),
        random=secrets.token_bytes,
        cost=plan.cost,
        database=plan.database,
        schema=schema,
    )


def _join(foundings: Sequence[Founding], folder: Path, clock: Clock) -> None:
    """Both regions are members, and publish one and the same agreement."""
    now = clock.now().replace(microsecond=0)
    first, second = foundings[0].code, foundings[1].code
    agreement = Agreement(
        id=f"{first}-{second}-demo",
        n=1,
        parties=(first, second),
        from_=now - timedelta(minutes=5),
        until=now + TERM,
        basis="武汉都市圈电子证照互认演示协议（虚构）",
        items=tuple(
            AgreementItem(
                kind=kind,
                matters=tuple(matter.code for matter in matters()),
                purposes=("verify",),
                fields=fields,
                direction=BOTH,
            )
            for kind, fields in p.AGREED_FIELDS.items()
        ),
    ).to_bytes()
    for own, other in ((first, second), (second, first)):
        write_members(folder / own, foundings, now=now)
        Shelf(folder / own / TRUST).put(trustlist.agreement_path(own, other, 1), agreement)


def _pin_each_other(foundings: Sequence[Founding], folder: Path) -> None:
    first, second = (one.code for one in foundings)
    pin(folder / first, folder / second, second)
    pin(folder / second, folder / first, first)
