"""The regions of a demo in one folder: founded, joined by agreements two by two, filled.

DIR/<code>/     one hub each: settings, keys, trust, database, public files, and the region's file
"""

import secrets
import shutil
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations, permutations
from pathlib import Path

from certhub_keys.cost import Cost
from certhub_schemas import shipped_catalogue
from certhub_verifier.formats.trust import trustlist
from certhub_verifier.formats.trust.agreement import NEWEST, Agreement

from certhub.adapters import private
from certhub.adapters.clock import Clock, SystemClock
from certhub.adapters.public_files import PublicFiles
from certhub.db.migrate import drop_schema, has_schema
from certhub.demo.agreed import agreed_rows
from certhub.demo.region_file import DemoRegion, chosen
from certhub.demo.seed import seed
from certhub.errors import Conflict
from certhub.hub import TRUST, Hub
from certhub.settings import FILE, Profile, Settings
from certhub.setup.adopting import bring_up
from certhub.setup.initialise import RegionSetup, initialise, pin, write_endpoint, write_members

TERM = timedelta(days=730)


@dataclass(frozen=True)
class Plan:
    """How a demo is set up; `urls` are the addresses of `regions`, in their order."""

    folder: Path
    urls: Sequence[str]
    regions: Sequence[DemoRegion] = field(default_factory=chosen)
    database: str = ""
    cost: Cost = Cost.STANDARD
    profile: Profile = Profile.DEMO


def prepare(plan: Plan, *, clock: Clock | None = None, is_running: bool = False) -> dict[str, dict[str, str]]:
    """Found what is not there, renew what changes with every start, and return the tokens by region.

    `is_running`: the regions that are there are being served, and are left alone but for what they read of others;
    only what is founded now has tokens.
    """
    clock = clock or SystemClock()
    setups = [one.setup(url) for one, url in zip(plan.regions, plan.urls, strict=True)]
    fresh = {one.code for one in setups if not (plan.folder / one.code / FILE).exists()}
    begun = [one for one in setups if one.code in fresh or not is_running]
    for one in begun:
        if one.code in fresh:
            _found(one, plan, clock)
        write_endpoint(plan.folder / one.code, one.code, one.url)
    join(setups, plan.folder, clock, fresh=fresh)
    files = {one.code: one for one in plan.regions}
    return {one.code: _fill(files[one.code], plan.folder / one.code, clock) for one in begun}


def _fill(region: DemoRegion, folder: Path, clock: Clock) -> dict[str, str]:
    settings = Settings.load(folder)
    bring_up(settings, now=clock.now(), random=secrets.token_bytes)  # a demo of an earlier version
    private.close(settings.data)
    with closing(Hub.open(settings, clock=clock)) as hub:
        return seed(hub, region, folder)


def reset(plan: Plan) -> None:
    """Take a demo away: its regions' folders, and their schemas where it lives in PostgreSQL."""
    for one in plan.regions:
        shutil.rmtree(plan.folder / one.code, ignore_errors=True)
        if plan.database:
            drop_schema(plan.database, schema_of(one.code))


def schema_of(region: str) -> str:
    """Return the PostgreSQL schema of a demo region."""
    return f"certhub_{region}"


def _found(setup: RegionSetup, plan: Plan, clock: Clock) -> None:
    schema = schema_of(setup.code) if plan.database else ""
    if schema and has_schema(plan.database, schema):
        raise Conflict(
            f"schema {schema} holds an earlier demo whose keys are not in {plan.folder}: --reset, or name its --data",
            code="SCHEMA_TAKEN",
        )
    initialise(
        plan.folder / setup.code,
        setup,
        profile=plan.profile,
        passphrase=secrets.token_hex(16).encode(),
        now=clock.now(),
        random=secrets.token_bytes,
        cost=plan.cost,
        database=plan.database,
        schema=schema,
    )


def join(setups: Sequence[RegionSetup], folder: Path, clock: Clock, *, fresh: Collection[str]) -> None:
    """Let each region know every other: what it publishes is pinned, and all are members once a region is `fresh`.

    A fresh region has an agreement with each of the others. Hubs that are running take it up as it is written.
    """
    now = clock.now().replace(microsecond=0)
    for first, second in combinations((one.code for one in setups), 2):
        if first in fresh or second in fresh:
            agreement = _agreement(first, second, now)
            for own, other in permutations((first, second)):
                PublicFiles(folder / own / TRUST).put(trustlist.agreement_path(own, other, 1), agreement)
    for own, other in permutations((one.code for one in setups), 2):
        pin(folder / own, folder / other, other)
    if fresh:
        for one in setups:
            write_members(folder / one.code, setups, now=now)


def _agreement(first: str, second: str, now: datetime) -> bytes:
    return Agreement(
        id=f"{first}-{second}-demo",
        n=1,
        parties=(first, second),
        from_=now - timedelta(minutes=5),
        until=now + TERM,
        basis="武汉都市圈电子证照互认演示协议（虚构）",
        rows=agreed_rows(shipped_catalogue()),
        format=NEWEST,
    ).to_bytes()
