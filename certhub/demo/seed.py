"""Fill a demo region: parties, accounts, certificates; and hand out the tokens of one start.

Everything goes through the flows that agencies use, so that a demo certificate has walked every stair. Running
it again changes nothing that is there.
"""

import json
import secrets
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from certhub import private
from certhub.audit import store as audit
from certhub.certificates import store as certificates
from certhub.certificates.rules import CHINA, Event, after, wire_status
from certhub.certificates.store import Place
from certhub.demo import people as p
from certhub.demo.certificates import Seed, seeds
from certhub.demo.stranger import issue_by_stranger
from certhub.flows import issue, renew, revoke
from certhub.flows.revoke import Order
from certhub.hub import Hub
from certhub.idempotency.store import Key
from certhub.parties import store as parties
from certhub.parties.people import PAGE_PREFIX, Actor, Role
from certhub.publisher import Shelf
from certhub.status import store as status
from certhub.status.store import Slot

TOKENS, PAGES, CARDS = "demo-tokens.json", "demo-pages.json", "demo-cards.json"
TOKEN_LIFE = timedelta(days=30)
DECISION = "鄂演决字〔2026〕第1号"


def seed(hub: Hub, folder: Path) -> dict[str, str]:
    """Fill the region's demo if it is empty; return fresh bearer tokens by role."""
    actors = _actors(hub)
    if not (folder / CARDS).exists():
        _issue_all(hub, actors[Role.AGENCY], folder)
    return _tokens(hub, actors, folder)


def _actors(hub: Hub) -> dict[Role, Actor]:
    with hub.writing() as unit:
        known = {actor.role: actor for actor in parties.accounts(unit)}
        if known:
            return known
        index = {party: parties.register(unit, party) for party in p.PEOPLE}
        for person, principal, role in p.ACTS_FOR:
            parties.let_act(unit, index[person], index[principal], role=role)
        staff, agencies = p.STAFF[hub.region], _agencies(hub.region)
        opened = (
            parties.open_account(unit, Role.AGENCY, staff.agency, agencies=agencies),
            parties.open_account(unit, Role.CLERK, staff.clerk, office=staff.office, window=staff.window),
            parties.open_account(unit, Role.HOLDER, p.ZHANG.name, holder=index[p.ZHANG]),
            parties.open_account(unit, Role.OPERATOR, staff.operator),
        )
        return {actor.role: actor for actor in opened}


def _agencies(region: str) -> tuple[str, ...]:
    [founding] = [one for one in p.REGIONS if one.code == region]
    return tuple(agency.uscc for agency in founding.agencies)


def _issue_all(hub: Hub, by: Actor, folder: Path) -> None:
    today = hub.now().astimezone(CHINA).date()
    cards = {one.name: _issue(one, hub=hub, by=by) for one in seeds(today) if one.region == hub.region}
    if hub.region == p.REGIONS[0].code:
        cards["stranger"] = issue_by_stranger(hub, by=by, key=_key(hub, "stranger", "issue"))
    Shelf(folder).put(CARDS, json.dumps(cards, ensure_ascii=False, indent=1).encode())


def _issue(one: Seed, *, hub: Hub, by: Actor) -> str:
    if one.leave is not None:
        return _leave_unsigned(one, hub=hub, by=by)
    cid = str(issue.issue(one.draft, by=by, hub=hub, key=_key(hub, one.name, "issue"))[0]["id"])
    order = Order(one.reason, DECISION)
    if one.renew:
        return str(renew.renew(cid, order, None, by=by, hub=hub, key=_key(hub, one.name, "renew"))["id"])
    if one.event is not None:
        revoke.change(cid, one.event, order, by=by, hub=hub, key=_key(hub, one.name, "change"))
    return cid


def _leave_unsigned(one: Seed, *, hub: Hub, by: Actor) -> str:
    """Put an intent on record that nobody will sign: what a pulled plug leaves behind."""
    draft = issue.read(one.draft, by=by, hub=hub)
    with hub.writing() as unit:
        [intent], _ = issue.intend(unit, [draft], hub=hub, at=unit.now)
        if one.leave == "voided":
            voided = certificates.set_state(unit, intent, after(intent.state, Event.VOID))
            status.set_value(
                unit,
                Slot(intent.list_no, intent.list_index),
                wire_status((voided or intent).state),
                owner=(intent.bucket, intent.id),
            )
            certificates.forget_number(unit, Place(intent.bucket, intent.id))
            audit.record(unit, "certificate.voided", actor=by.key, subject=intent.ref.hex(), body={})
        else:
            certificates.prolong(unit, replace(intent, lease_until=unit.now + timedelta(days=3650)))
        return intent.cid


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
    private.write(folder / TOKENS, json.dumps(tokens).encode())
    private.write(folder / PAGES, json.dumps(pages).encode())
    return tokens


def _key(hub: Hub, name: str, step: str) -> Key:
    with hub.reading() as unit:
        return Key(unit.vault.digest("demo", name, step), unit.vault.digest("demo request", name, step))
