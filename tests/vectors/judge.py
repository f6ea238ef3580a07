"""How the package judges a vector: what another implementation writes once to use the files.

Reads nothing but the JSON of `world.json` and of the vectors.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import Any

from certhub_schemas import Matter, shipped_catalogue
from certhub_schemas.algorithms import ES256
from certhub_verifier import (
    Channel,
    Checked,
    Evidence,
    Fact,
    Malformed,
    Outcome,
    PeerAnswer,
    PresentedCredential,
    RedemptionRecord,
    SealedCode,
    StatusAt,
    StatusToken,
    TrustSet,
    VerifierError,
    examine,
    examine_receipt,
    open_bundle,
    policy_for,
    run,
)
from certhub_verifier.checks.status import from_list
from certhub_verifier.errors import UpgradeNeeded
from certhub_verifier.formats import codes
from certhub_verifier.formats.credential import identifier
from certhub_verifier.formats.credential.keybinding import Binding
from certhub_verifier.formats.exchange.envelope import (
    REQUEST_TYP,
    AnsweredItem,
    Request,
    Response,
    request_digest,
)
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.jose.tokens import TOKEN_TYPES
from certhub_verifier.formats.status import statuslist
from certhub_verifier.lookups import Lookup, LookupResult
from certhub_verifier.report import ItemReport, fact_to_dict
from certhub_verifier.trust import Standing

REFUSED = {"outcome": "refused"}


class World:
    """`world.json`, read."""

    def __init__(self, world: Mapping[str, Any]) -> None:
        self._world = world
        self._trust = cache(self._made)
        self.matters = {one["code"]: Matter.from_json(one) for one in world["matters"]}
        self.device = _Key(next(one for one in world["keys"] if one["kid"] == "a holder's device"))

    def time(self, given: Mapping[str, Any]) -> datetime:
        """Return when the vector is judged."""
        return datetime.fromisoformat(given.get("now", self._world["now"]))

    def files(self, name: str) -> dict[str, bytes]:
        """Return a trust list's files."""
        lists = self._world["trust"]
        changed = lists[name]["files"]
        whole = {**lists[lists[name]["like"]]["files"], **changed} if "like" in lists[name] else changed
        return {path: text.encode() for path, text in whole.items() if text is not None}

    def trust(self, name: str | None) -> TrustSet | None:
        """Return a trust set; None is a machine without one."""
        return None if name is None else self._trust(name)

    def _made(self, name: str) -> TrustSet:
        as_of = datetime.fromisoformat(self._world["trust"][name]["as_of"])
        return TrustSet.from_files(self.files(name), as_of=as_of)

    def status_list(self, name: str) -> bytes:
        """Return a status list token."""
        token: str = self._world["status_lists"][name]
        return token.encode()


class _Key:
    """A key of `world.json`, public half."""

    def __init__(self, entry: Mapping[str, Any]) -> None:
        self.kid: str = entry["kid"]
        self.jwk: Mapping[str, str] = {name: entry["jwk"][name] for name in ("kty", "crv", "x", "y")}
        self.algorithm = ES256


def judge(form: str, vector: Mapping[str, Any], default: Mapping[str, Any], world: World) -> Any:
    """Return what the package makes of a vector: what `expect` has to be."""
    given = {**default, **vector.get("given", {})}
    return _JUDGES[form](vector["input"], given, world)


def _identifier(text: str, given: Mapping[str, Any], world: World) -> Any:
    found: dict[str, Any] = {"strict": None, "tolerant": None}
    with suppress(Malformed):
        found["strict"] = _parts(identifier.Identifier.parse(text))
    try:
        read, check = identifier.read(text)
    except Malformed:
        return found
    return found | {"tolerant": {**_parts(read), "check": check.value}}


def _parts(found: identifier.Identifier) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "issuer": found.issuer,
        "serial": found.serial,
        "version": found.version,
        "text": str(found),
    }


def _ticket(text: str, given: Mapping[str, Any], world: World) -> Any:
    try:
        found = codes.read_code(text)
    except codes.CodePartial as cut:
        return {"outcome": "refused", "code": cut.code, "received": cut.received, "expected": cut.expected}
    except (codes.NotOurCode, codes.CodeAltered) as wrong:
        return {"outcome": "refused", "code": wrong.code}
    if not isinstance(found, codes.Ticket):
        return {"outcome": "sealed code", "typ": found.typ}
    return {
        "outcome": "ticket",
        "region": found.region,
        "secret": f"{found.secret:017x}",
        "text": str(found),
        "sha256": codes.ticket_hash(text).hex(),
    }


def _token(token: str, given: Mapping[str, Any], world: World) -> Any:
    """Read the token as every type there is; it may be only one of them."""
    return {"reads_as": [typ for typ in TOKEN_TYPES if _verifies(token, typ, given, world)]}


def _verifies(token: str, typ: str, given: Mapping[str, Any], world: World) -> bool:
    try:
        parsed = jws.parse(token, typ)
        trust = world.trust(given["trust"])
        listed = trust.key(parsed.header.kid) if trust else None
        key = world.device if parsed.header.kid is None else listed
        if key is None or (listed is not None and listed.purpose is not TOKEN_TYPES[typ].purpose):
            return False
        jws.verify(parsed, key)
    except VerifierError:
        return False
    return True


def _credential(text: str, given: Mapping[str, Any], world: World) -> Any:
    now = world.time(given)
    redeemed = Checked(Fact.ONE_TIME, Outcome.YES, None, now) if given["how"] == "ticket" else None
    asked = given.get("expect")
    expect = Binding(asked["audience"], asked["nonce"]) if asked else None
    evidence = PresentedCredential(text, given["how"], redeemed, asker=given["asker"], expect=expect)
    return _report(evidence, Channel(given["how"]), given, world)


def _sealed(text: str, given: Mapping[str, Any], world: World) -> Any:
    channel = Channel.PAPER if codes.normalise(text).startswith("EC3") else Channel.SEALED
    evidence = SealedCode(text, asker=given["asker"], kind_version=given["kind_version"])
    return _report(evidence, channel, given, world)


def _report(evidence: Evidence, channel: Channel, given: Mapping[str, Any], world: World) -> Any:
    policy = policy_for(world.matters[given["matter"]] if given["matter"] else None, channel)
    steps = examine(
        evidence,
        trust=world.trust(given["trust"]),
        policy=policy,
        now=world.time(given),
        catalogue=shipped_catalogue(),
    )
    return _told(run(steps, lambda need: _news(need, given, world)))


def _news(need: Lookup, given: Mapping[str, Any], world: World) -> LookupResult | None:
    if isinstance(need, StatusAt):
        return StatusToken(world.status_list(given["status"])) if given["status"] else None
    use = given["use"]
    if use is None:
        return None
    at = datetime.fromisoformat(use["used_at"]) if "used_at" in use else None
    return RedemptionRecord(use["used"], at, use.get("used_where"), as_of=world.time(given))


def _told(report: ItemReport) -> dict[str, Any]:
    """Return a report without the words that are made for people, and without the digest of our own catalogue."""
    facts = [
        {k: v for k, v in fact_to_dict(one).items() if k not in _left_out(one.fact)} for one in report.facts
    ]
    return {
        "verdict": report.verdict.value,
        "code": report.code,
        "result_number": report.result_number,
        "kind": report.kind,
        "disclosed": dict(report.disclosed),
        "facts": facts,
    }


def _left_out(fact: Fact) -> tuple[str, ...]:
    """A catalogue is whose judges: it changes with every kind, and another implementation has its own."""
    return ("detail", "evidence") if fact is Fact.CATALOGUED else ("detail",)


def _status_list(value: Mapping[str, Any], given: Mapping[str, Any], world: World) -> Any:
    if "lst" in value:
        try:
            found = statuslist.StatusList.unpack(value["lst"], value["bits"])
        except Malformed:
            return REFUSED
        first = [found.get(index) for index in range(min(found.size, 32))]
        return {"outcome": "read", "size": found.size, "first": first}
    asked = StatusAt(value["uri"], value["index"])
    policy = policy_for(world.matters[given["matter"]], Channel.SEALED)
    trust = world.trust(given["trust"])
    if trust is None:
        raise ValueError("a status list is judged by a trust list")
    found_fact = from_list(value["token"].encode(), asked, trust=trust, policy=policy, now=world.time(given))
    return {k: v for k, v in fact_to_dict(found_fact).items() if k not in ("fact", "detail")}


def _receipt(text: str, given: Mapping[str, Any], world: World) -> Any:
    report = examine_receipt(text, trust=world.trust(given["trust"]), now=world.time(given))
    recorded = report.recorded_verdict
    return {
        "exit_code": report.exit_code,
        "finding": report.finding.value,
        "recorded_verdict": recorded.value if recorded else None,
        "identifiers": list(report.identifiers),
        "arguments": [one.to_dict() for one in report.arguments],
    }


def _exchange(value: Mapping[str, Any], given: Mapping[str, Any], world: World) -> Any:
    """A question as the region that is asked reads it; an answer as the region that asked judges it."""
    trust, now = world.trust(given["trust"]), world.time(given)
    token, typ = value["token"], value["typ"]
    try:
        parsed = jws.parse(token, typ)
        key = trust.key(parsed.header.kid) if trust else None
        if key is None:
            return REFUSED
        payload = jws.verify(parsed, key)
        read = Request.from_payload(payload) if typ == REQUEST_TYP else Response.from_payload(payload)
    except UpgradeNeeded:
        return {"outcome": "upgrade needed"}
    except VerifierError:
        return REFUSED
    sender, receiver = payload["iss"], payload["aud"]
    signed_at = datetime.fromtimestamp(read.issued_at, tz=now.tzinfo)
    fresh = read.issued_at - 60 <= now.timestamp() < read.expires + 60
    standing = key.may_have_signed(typ, by=sender, at=signed_at)
    if receiver != value["at"] or standing is not Standing.YES:
        return REFUSED
    if not fresh or (isinstance(read, Response) and read.request != request_digest(given["question"])):
        return REFUSED
    if isinstance(read, Request):
        return {"outcome": "read", "payload": payload}
    policy = policy_for(world.matters[given["matter"]] if given["matter"] else None, Channel.PEER)
    told = []
    items = [item for result in read.results for item in result.items]
    for item in (one for one in items if isinstance(one, AnsweredItem)):
        evidence = PeerAnswer(read.provider, item, request_digest(token), signed_at, asker=read.asker)
        told.append(
            _told(
                run(
                    examine(evidence, trust=trust, policy=policy, now=now, catalogue=shipped_catalogue()),
                    lambda _: None,
                )
            )
        )
    causes = [result.cause for result in read.results]
    return {"outcome": "read", "error": read.error, "causes": causes, "reports": told}


def _bundle(token: str, given: Mapping[str, Any], world: World) -> Any:
    try:
        trust, contents = open_bundle(token, anchor=world.trust(given["trust"]))
    except UpgradeNeeded:
        return {"outcome": "upgrade needed"}
    except VerifierError:
        return REFUSED
    return {
        "outcome": "read",
        "region": contents.region,
        "version": contents.version,
        "trust_digest": trust.digest,
        "files": sorted(contents.trust),
        "matters": [matter.code for matter in contents.matters],
        "status": sorted(contents.status),
    }


def _trust(changes: Mapping[str, str | None], given: Mapping[str, Any], world: World) -> Any:
    """A trust list is the base with some files changed, added (text) or taken away (null)."""
    texts = {path: data.decode() for path, data in world.files("base").items()} | dict(changes)
    files = {path: text.encode() for path, text in texts.items() if text is not None}
    now = world.time(given)
    try:
        made = TrustSet.from_files(files, as_of=now)
    except VerifierError:
        return REFUSED
    live = made.agreement("420700", "420100", now)
    return {
        "outcome": "read",
        "digest": made.digest,
        "regions": {code: str(region.state) for code, region in made.regions.items()},
        "keys": sorted(made.keys),
        "agreement": live.reference if live else None,
        "set_aside": len(made.set_aside),
    }


_JUDGES: Mapping[str, Callable[[Any, Mapping[str, Any], World], Any]] = {
    "identifier": _identifier,
    "ticket": _ticket,
    "token": _token,
    "credential": _credential,
    "key-binding": _credential,
    "sealed-code": _sealed,
    "paper-code": _sealed,
    "status-list": _status_list,
    "receipt": _receipt,
    "exchange": _exchange,
    "bundle": _bundle,
    "trust-list": _trust,
}
