"""Found a hub: its folder, keys, own part of the trust list, and database.

    DATA/certhub.toml          settings
    DATA/keys, keys.passphrase the key store (software; a token or an agent takes its place in production)
    DATA/trust/regions/<own>/  keys.json, issuers.json, endpoints.json: ours to write
    DATA/certhub.db            migrated to the newest schema (or PostgreSQL, by URL)
    DATA/adopted.json          that no row is left to adopt (setup/adopting.py)

What another region publishes is pinned by an operator with `pin`; until then the trust set knows only us.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from certhub_keys.cost import Cost
from certhub_keys.uri import store_folder
from certhub_schemas.purposes import KEY_PURPOSES, Purpose
from certhub_verifier.formats.exchange import versions
from certhub_verifier.formats.trust import trustlist
from certhub_verifier.formats.trust.listedkey import ListedKey
from certhub_verifier.formats.trust.trustlist import (
    Issuer,
    Member,
    Members,
    MemberState,
    RegionEndpoint,
    RegionIssuers,
    RegionKeys,
)

from certhub.adapters import private
from certhub.adapters.public_files import PublicFiles
from certhub.db import migrate
from certhub.errors import Conflict
from certhub.hub import PASSPHRASE, SECRETS, TRUST, database_url
from certhub.readable import require_readable
from certhub.settings import DEFAULT_KEYS, FILE, Profile, Settings
from certhub.setup.adopting import note
from certhub.setup.keys import NewKeys


@dataclass(frozen=True)
class AgencySetup:
    """An agency as it is founded with: who it is and what it may issue."""

    uscc: str
    name: str
    name_en: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class RegionSetup:
    """A region as it is founded."""

    code: str
    name: str
    name_en: str
    url: str
    agencies: tuple[AgencySetup, ...]


def initialise(
    folder: Path,
    setup: RegionSetup,
    *,
    profile: Profile,
    passphrase: bytes,
    now: datetime,
    random: Callable[[int], bytes],
    cost: Cost = Cost.STANDARD,
    database: str = "",
    schema: str = "",
    keys: str = "",
) -> Settings:
    """Found a hub in an empty folder and return its settings.

    Its keys are made where `keys` says, else where the setting of that name does.

    Raises:
        Conflict: a hub lives there already; it was left alone.
        BadSettings: the region's code is none, or the environment sets what cannot be.
        BadKeyUri, NotAvailable: the setting `keys` names no store in files; nothing was made.
        TextRefused: a name of the region or of an agency cannot be read as it stands.
    """
    _require_readable_names(setup)
    if (folder / FILE).exists():
        raise Conflict(f"a hub lives in {folder} already", code="HUB_EXISTS")
    wanted = {"keys": keys} if keys else {}
    planned = Settings.planned(folder, region=setup.code, name=setup.name, name_en=setup.name_en, **wanted)
    store = store_folder(planned.keys, beside=planned.data)
    private.make_folder(folder)
    if profile is not Profile.PRODUCTION:
        private.write(folder / PASSPHRASE, passphrase)
    made = NewKeys.begin(store, passphrase, now=now, random=random, cost=cost)
    for name in SECRETS:
        made.secret(name)
    write_own_trust(folder, setup, _make_keys(made, setup))
    lines = {
        "region": setup.code,
        "name": setup.name,
        "name_en": setup.name_en,
        "profile": profile.value,
        "url": setup.url,
        "database_url": database,
        "database_schema": schema,
        "keys": "" if planned.keys == DEFAULT_KEYS else planned.keys,
    }
    text = "".join(
        f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in lines.items() if value
    )
    PublicFiles(folder).put(FILE, text.encode())
    settings = Settings.load(folder)
    migrate.bring_up(database_url(settings), schema=settings.database_schema)
    note(settings, None, now=now)
    return settings


def _require_readable_names(setup: RegionSetup) -> None:
    require_readable(name=setup.name, name_en=setup.name_en)
    for agency in setup.agencies:
        require_readable(agency=agency.name, agency_en=agency.name_en)


@dataclass(frozen=True)
class SetupKeys:
    """The public halves of what was made."""

    region: tuple[ListedKey, ...]
    seals: Mapping[str, ListedKey]


def _make_keys(made: NewKeys, setup: RegionSetup) -> SetupKeys:
    region = tuple(
        made.key(f"{setup.code}-{purpose}-1", purpose)
        for purpose, row in KEY_PURPOSES.items()
        if not row.of_agency
    )
    seals = {agency.uscc: made.key(f"{agency.uscc}-1", Purpose.SEAL) for agency in setup.agencies}
    return SetupKeys(region, seals)


def write_own_trust(folder: Path, setup: RegionSetup, keys: SetupKeys) -> None:
    """Write our part of the trust list, and a member list that holds only us until others are pinned."""
    issuers = tuple(
        Issuer(agency=a.uscc, name=a.name, name_en=a.name_en, kinds=a.kinds, keys=(keys.seals[a.uscc],))
        for a in setup.agencies
    )
    public_files = PublicFiles(folder / TRUST)
    public_files.put(
        trustlist.keys_path(setup.code), RegionKeys(region=setup.code, keys=keys.region).to_bytes()
    )
    public_files.put(
        trustlist.issuers_path(setup.code), RegionIssuers(region=setup.code, issuers=issuers).to_bytes()
    )
    write_endpoint(folder, setup.code, setup.url)
    if keys.region:
        write_members(folder, [setup], now=keys.region[0].from_)


def write_endpoint(folder: Path, code: str, url: str) -> None:
    """Say where a region's hub is reached."""
    formats = {"xr": versions.EXCHANGE, "bundle": versions.BUNDLE}
    endpoint = RegionEndpoint(region=code, url=url, formats=formats).to_bytes()
    PublicFiles(folder / TRUST).put(trustlist.endpoints_path(code), endpoint)


def write_members(folder: Path, regions: Sequence[RegionSetup], *, now: datetime) -> None:
    """Say which regions there are."""
    moment = now.replace(microsecond=0)
    members = tuple(
        Member(code=r.code, name=r.name, name_en=r.name_en, state=MemberState.FULL, since=moment)
        for r in regions
    )
    listed = Members(version=int(moment.timestamp()), issued_at=moment, members=members)
    PublicFiles(folder / TRUST).put(trustlist.MEMBERS_PATH, listed.to_bytes())


def pin(folder: Path, other: Path, code: str) -> None:
    """Take over what another region publishes, by an operator's hand: its keys, issuers, endpoint, agreements."""
    theirs = other / TRUST / "regions" / code
    public_files = PublicFiles(folder / TRUST)
    for path in sorted(theirs.rglob("*.json")):
        public_files.put(f"regions/{code}/{path.relative_to(theirs).as_posix()}", path.read_bytes())
