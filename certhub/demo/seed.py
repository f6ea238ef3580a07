"""Fill a demo region: parties, accounts, certificates; and hand out the tokens of one start.

Everything goes through the flows that agencies use, so that a demo certificate has walked every stair. Running
it again changes nothing that is there, and issues what a newer version of the demo added.

    DATA/demo-cards.json     {name of a seed: certificate id}; "stranger" too
    DATA/demo-region.sealed  the region's file, sealed since it names people: what a reset fills again
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

from certhub.adapters import private
from certhub.adapters.public_files import PublicFiles
from certhub.db.idempotency.key import Key
from certhub.demo import people as p
from certhub.demo.certificates import Seed, seeds
from certhub.demo.region_file import BadRegionFile, DemoRegion, read
from certhub.demo.stranger import issue_by_stranger
from certhub.errors import Conflict
from certhub.flows.records import change, issue, renew
from certhub.flows.records.change import Order
from certhub.flows.records.state import void
from certhub.hub import DEMO_PAGES, DEMO_TOKENS, Hub
from certhub.people.parties import store as parties
from certhub.people.parties.people import PAGE_PREFIX, Actor, Role
from certhub.records.certificates import store as certificates
from certhub.records.certificates.rules import CHINA

CARDS, REGION = "demo-cards.json", "demo-region.sealed"
SEALED_AS = "demo-region"  # what the seal is bound to, with the region's code
TOKEN_LIFE = timedelta(days=30)
STRANGER = "stranger"
DECISION = "鄂演决字〔2026〕第1号"


def seed(hub: Hub, region: DemoRegion, folder: Path) -> dict[str, str]:
    """Keep the region's file, fill its demo if that is empty, and return fresh bearer tokens by role."""
    sealed = hub.database.vault.seal(SEALED_AS, hub.region, region.content)
    PublicFiles(folder).put(REGION, sealed)
    actors = _actors(hub, region)
    fill(hub, actors[Role.AGENCY])
    return _tokens(hub, actors, folder)


def region_of(hub: Hub) -> DemoRegion:
    """Return the region file that the hub's demo was filled from, wherever it lay.

    Raises:
        BadRegionFile: it is not there.
        BlobRefused: it is another hub's, or was altered.
    """
    path = hub.settings.data / REGION
    try:
        sealed = path.read_bytes()
    except FileNotFoundError as gone:
        raise BadRegionFile(f"{path} is gone; start the demo again") from gone
    return read(hub.database.vault.open(SEALED_AS, hub.region, sealed), str(path))


def _actors(hub: Hub, region: DemoRegion) -> dict[Role, Actor]:
    with hub.writing() as unit:
        known = {actor.role: actor for actor in parties.accounts(unit)}
        if known:
            return known
        index = {party: parties.register(unit, party) for party in region.people}
        for person, principal, role in p.ACTS_FOR:
            parties.let_act(unit, index[person], index[principal], role=role)
        staff, agencies = region.file.staff, tuple(one.uscc for one in region.file.agencies)
        holder = next(party for party in region.people if party.name == staff.holder)
        opened = (
            parties.open_account(unit, Role.AGENCY, staff.agency, agencies=agencies),
            parties.open_account(unit, Role.CLERK, staff.clerk, office=staff.office, window=staff.window),
            parties.open_account(unit, Role.HOLDER, holder.name, holder=index[holder]),
            parties.open_account(unit, Role.OPERATOR, staff.operator),
        )
        return {actor.role: actor for actor in opened}


def issued(hub: Hub) -> dict[str, str]:
    """Return the ids of the demo's certificates by the names of their seeds; none before the first filling."""
    try:
        found: dict[str, str] = json.loads((hub.settings.data / CARDS).read_bytes())
    except FileNotFoundError:
        return {}
    return found


def put_cards(hub: Hub, cards: Mapping[str, str]) -> None:
    """Keep what `issued` returns, whole or not at all."""
    PublicFiles(hub.settings.data).put(CARDS, json.dumps(cards, ensure_ascii=False, indent=1).encode())


def fill(hub: Hub, by: Actor) -> None:
    """Issue what this region's demo does not have yet."""
    region, today, cards = region_of(hub), hub.now().astimezone(CHINA).date(), issued(hub)
    before = dict(cards)
    for one in seeds(region, today):
        if one.name not in cards:
            cards[one.name] = make(one, hub=hub, by=by)
    if region.file.unlisted is not None and STRANGER not in cards:
        key = _key(hub, STRANGER, "issue")
        cards[STRANGER] = issue_by_stranger(region, region.file.unlisted, hub=hub, by=by, key=key)
    if cards != before:
        put_cards(hub, cards)


def make(entry: Seed, *, hub: Hub, by: Actor, instead_of: str = "") -> str:
    """Issue a seed and do to it what is to be done; return the id under which it is found.

    `instead_of` is the certificate whose place it takes: then it gets a new number. Asked again, it is the same one.
    """
    if entry.leave is not None:
        return _leave_unsigned(entry, hub=hub, by=by)
    certificate_id = _numbered(entry, hub=hub, by=by, instead_of=instead_of)
    order = Order(entry.reason, DECISION)
    if entry.renew:
        key = _key(hub, entry.name, "renew", instead_of)
        return str(renew.renew(certificate_id, order, None, by=by, hub=hub, key=key)["id"])
    if entry.event is not None:
        key = _key(hub, entry.name, "change", instead_of)
        change.change(certificate_id, entry.event, order, by=by, hub=hub, key=key)
    return certificate_id


def _numbered(entry: Seed, *, hub: Hub, by: Actor, instead_of: str) -> str:
    """Issue a seed under its number; one that takes another's place under the first that is free: -2, -3, …"""
    if not instead_of:
        return str(issue.issue(entry.draft, by=by, hub=hub, key=_key(hub, entry.name, "issue"))[0]["id"])
    for nth in count(2):
        draft = replace(entry.draft, number=f"{entry.draft.number}-{nth}")
        try:
            told, is_new = issue.issue(
                draft, by=by, hub=hub, key=_key(hub, entry.name, f"issue {nth}", instead_of)
            )
        except Conflict as taken:
            if taken.code != "CONFLICT_WITH_STORED":
                raise
            continue
        if is_new:
            return str(told["id"])
    raise AssertionError("numbers do not end")


def _leave_unsigned(entry: Seed, *, hub: Hub, by: Actor) -> str:
    """Put an intent on record that nobody will sign: what a pulled plug leaves behind."""
    draft = issue.read(entry.draft, by=by, hub=hub)
    with hub.writing() as unit:
        [intent], _ = issue.intend(unit, [draft], issue.IssuanceInProgress(hub.at(by), unit.now))
        if entry.leave == "voided":
            void(unit, intent, by=by.key)
        else:
            certificates.prolong(unit, replace(intent, lease_until=unit.now + timedelta(days=3650)))
        return intent.certificate_id


def _tokens(hub: Hub, actors: dict[Role, Actor], folder: Path) -> dict[str, str]:
    """Make two tokens a role: one for programs, and one that pages are signed in with and that sees masked values."""
    tokens, pages = (
        {role.value: f"{begin}{role.value}-{secrets.token_urlsafe(32)}" for role in actors}
        for begin in ("demo-", PAGE_PREFIX)
    )
    with hub.writing() as unit:
        parties.drop_tokens(unit)
        for role, actor in actors.items():
            for token in (tokens[role.value], pages[role.value]):
                parties.give_token(unit, actor.account, token, expires_at=unit.now + TOKEN_LIFE)
    private.write(folder / DEMO_TOKENS, json.dumps(tokens).encode())
    private.write(folder / DEMO_PAGES, json.dumps(pages).encode())
    return tokens


def _key(hub: Hub, name: str, step: str, instead_of: str = "") -> Key:
    parts = (name, step, instead_of) if instead_of else (name, step)
    with hub.reading() as unit:
        return Key(unit.vault.digest("demo", *parts), unit.vault.digest("demo request", *parts))
