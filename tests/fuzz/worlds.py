"""Fuzzed: the world around a good input. Who signed, with which purpose, region and state; agreement, clock, news.

A world is a recipe, written as JSON so that a finding can be judged again: an object of what is bent, of which each
axis has a plain value (`PLAIN`) and others (`AXES`). It is built with real keys, signed again, and shown to the real
reader; what comes out may be no greener than `tests.fuzz.believed` says, which knows nothing of the verifier.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache, partial
from random import Random
from typing import Any

from certhub_schemas import Matter, matters, shipped_catalogue
from certhub_verifier import (
    Channel,
    PresentedCredential,
    RedemptionRecord,
    SealedCode,
    StatusAt,
    StatusRecord,
    StatusToken,
    Verdict,
    examine,
    examine_receipt,
    open_bundle,
    policy_for,
    run,
)
from certhub_verifier.errors import Malformed, VerifierError
from certhub_verifier.facts import Checked, Fact, Outcome
from certhub_verifier.formats.exchange.envelope import Question, Request, Response
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.trust.agreement import Agreement
from certhub_verifier.formats.trust.listedkey import KeyState
from certhub_verifier.formats.trust.trustlist import MemberState, agreement_path
from certhub_verifier.lookups import Lookup, LookupResult
from certhub_verifier.receipts import Finding
from certhub_verifier.trust import TrustSet

from certhub.flows.verification.exchange_keys import agreed, verified
from tests.fuzz.believed import Belief, believed
from tests.fuzz.found import Found, Target
from tests.support.credentials import (
    AGENCY,
    AWAY,
    AWAY_AGENCY,
    HOME,
    INDEX,
    LICENCE,
    MARRIAGE,
    MATTER,
    NOW,
    OPEN_FIELDS,
    YEAR,
    World,
    an_agreement,
    named_key,
    seconds,
)
from tests.support.signing import NumberedKey

DAY = timedelta(days=1)
Recipe = Mapping[str, str]
WEIGHT = 0.25  # a world costs as much as fifty mutants of bytes; together they are one in eighty
CACHED = 128  # worlds and tokens that a process keeps: 5 MiB

_PURPOSES = ("seal", "show", "paper", "status", "exchange", "bundle", "receipt")
_SIGNERS = (
    "right",
    *(f"{place} {purpose}" for place in ("home", "away") for purpose in _PURPOSES),
    "thief",
    "stranger",
)
AXES: Mapping[str, tuple[str, ...]] = {
    "signer": _SIGNERS,  # of what is shown
    "state": ("active", "retired", "lost before", "lost after"),  # of the key that signed it
    "term": ("running", "ended", "not begun"),
    "home": ("full", "probation", "suspended"),
    "kinds": ("licence", "another"),
    "asker": ("home", "away"),
    "agreement": ("good", "none", "one side", "other matter", "other kind", "other way", "ended", "fewer"),
    "quoted": ("ours", "another", "none"),
    "clock": ("right", "slow", "two minutes", "a day", "four days", "two years"),
    "news": ("list", "record active", "record revoked", "record unheard", "none"),
    "value": ("0", "1", "2", "3"),
    "list": _SIGNERS,
    "list state": ("active", "retired", "lost before", "lost after"),
    "list date": ("now", "ahead", "a minute", "two days"),
    "list name": ("its own", "another list"),
    "redeemed": ("yes", "no", "unknown"),
    "use": ("first", "used", "unknown"),
    "version": ("by the row", "unstated", "unheard of"),  # of the kind of a code's certificate
}  # fmt: skip
PLAIN: Recipe = {axis: values[0] for axis, values in AXES.items()}
SCENES = ("ticket", "file", "sealed", "paper", "receipt", "bundle", "question", "answer")
CLOCKS = {
    "right": timedelta(),
    "slow": timedelta(minutes=-10),
    "two minutes": timedelta(minutes=2),
    "a day": timedelta(hours=25),
    "four days": 4 * DAY,
    "two years": 2 * YEAR,
}
DATES = {
    "now": timedelta(),
    "ahead": timedelta(minutes=10),
    "a minute": timedelta(minutes=-1),
    "two days": -2 * DAY,
}
_RIGHT = {
    "ticket": "seal",
    "file": "seal",
    "sealed": "show",
    "paper": "paper",
    "receipt": "receipt",
    "bundle": "bundle",
}
_STATES: Mapping[str, Mapping[str, Any]] = {
    "active": {},
    "retired": {"state": KeyState.RETIRED},
    "lost before": {"state": KeyState.COMPROMISED, "compromised_since": NOW - 90 * DAY},
    "lost after": {"state": KeyState.COMPROMISED, "compromised_since": NOW + DAY},
}
_TERMS: Mapping[str, Mapping[str, Any]] = {
    "running": {},
    "ended": {"from_": NOW - 90 * DAY, "until": NOW - 60 * DAY},
    "not begun": {"from_": NOW + 60 * DAY, "until": NOW + 90 * DAY},
}


def world_targets() -> tuple[Target, ...]:
    """Return a target for each scene; its mutants are worlds."""
    return tuple(
        Target(
            f"world-{scene}",
            (json.dumps({"scene": scene}).encode(),),
            judged,
            WEIGHT,
            bend=partial(bent, scene=scene),
        )
        for scene in SCENES
    )


def bent(chance: Random, *, scene: str) -> bytes:
    """Return a world in which one to three things are not as they should be."""
    recipe = {"scene": scene}
    for axis in chance.sample(tuple(AXES), k=chance.choice((1, 1, 1, 2, 2, 3))):
        recipe[axis] = chance.choice(AXES[axis][1:])
    return json.dumps(recipe).encode()


def judged(data: bytes, *, model: Callable[[str, Recipe], Belief] = believed) -> Found:
    """Build the world, read it, and compare what came out with what may be believed."""
    scene, recipe = recipe_of(data)
    came_out, disclosed = _READERS[scene](recipe)
    at_most = model(scene, recipe)
    if came_out.value > at_most.value:
        return Found.ACCEPTED
    may_be_told = {"证照标识", *OPEN_FIELDS} if recipe["asker"] == "home" else _fields(recipe)
    if disclosed - may_be_told:
        return Found.ACCEPTED
    return Found.REFUSED if came_out is Belief.NONE else Found.SAME


def recipe_of(data: bytes) -> tuple[str, Recipe]:
    """Return the scene and every axis's value. Raises: Malformed."""
    try:
        given = json.loads(data)
        scene = given.pop("scene")
    except (ValueError, KeyError, AttributeError) as broken:
        raise Malformed("no recipe of a world") from broken
    if scene not in SCENES or any(value not in AXES.get(axis, ()) for axis, value in given.items()):
        raise Malformed("no recipe of a world")
    return scene, {**PLAIN, **given}


def _fields(recipe: Recipe) -> set[str]:
    return {"名称"} if recipe["agreement"] == "fewer" else set(OPEN_FIELDS)


# --- building -----------------------------------------------------------------------------------------------


def _key(signer: str, right: str) -> NumberedKey:
    """Return the key of a signer. A thief has the right id and another secret, a stranger his own of both."""
    if signer == "right":
        signer = right
    if signer in ("thief", "stranger"):
        other = named_key("somebody nobody listed")
        return replace(other, kid=_key("right", right).kid) if signer == "thief" else other
    place, purpose = signer.split()
    region, agency = {"home": (HOME, AGENCY), "away": (AWAY, AWAY_AGENCY)}[place]
    return named_key(f"{agency}-1" if purpose == "seal" else f"{region}-{purpose}-1")


def _right(scene: str) -> str:
    if scene in ("question", "answer"):
        return "away exchange" if scene == "question" else "home exchange"
    return f"home {_RIGHT[scene]}"


def _world(scene: str, recipe: Recipe) -> tuple[World, TrustSet]:
    entries = (
        (_key(recipe["signer"], _right(scene)).kid, recipe["state"], recipe["term"]),
        (_key(recipe["list"], "home status").kid, recipe["list state"], "running"),
    )
    told = tuple(one for one in entries if one[1:] != ("active", "running"))
    return _built(told, recipe["home"], recipe["kinds"], recipe["agreement"])


@lru_cache(maxsize=CACHED)
def _built(
    entries: tuple[tuple[str, str, str], ...], home: str, kinds: str, agreement: str
) -> tuple[World, TrustSet]:
    listed: dict[str, dict[str, Any]] = {}
    for kid, state, term in entries:
        listed.setdefault(kid, {}).update({**_STATES[state], **_TERMS[term]})
    world = World(
        entries=listed,
        kinds=(LICENCE, MARRIAGE) if kinds == "licence" else (MARRIAGE,),
        home_state=MemberState(home),
        agreement=_agreement(agreement),
    )
    gone = {"none": (HOME, AWAY), "one side": (AWAY,)}.get(agreement, ())
    other = {HOME: AWAY, AWAY: HOME}
    return world, world.trust(without=[agreement_path(one, other[one], 1) for one in gone])


def _agreement(how: str) -> Agreement:
    agreed = an_agreement()
    [item] = agreed.items
    changed = {
        "other matter": {"matters": ("PLACEHOLDER-999",)},
        "other kind": {"kind": MARRIAGE},
        "other way": {"direction": f"{AWAY}->{HOME}"},
        "fewer": {"fields": ("名称",)},
    }.get(how, {})
    until = NOW - DAY if how == "ended" else agreed.until
    return replace(agreed, until=until, items=(replace(item, **changed),))  # type: ignore[arg-type]


@lru_cache(maxsize=CACHED)
def _list(signer: str, value: str, date: str, name: str) -> bytes:
    uri = f"https://{HOME}.certhub.example/status/{3 if name == 'its own' else 4}"
    key = _key(signer, "home status")
    return World().status_token({INDEX: int(value)}, iat=NOW + DATES[date], key=key, uri=uri)


@lru_cache(maxsize=CACHED)
def _shown(scene: str, signer: str) -> str:
    key, world = _key(signer, _right(scene)), World()
    if scene in ("ticket", "file"):
        return world.credential(key=key)
    if scene == "receipt":
        return world.receipt(key=key)
    return world.sealed_code(key=key) if scene == "sealed" else world.paper_code(key=key)


@lru_cache(maxsize=1)
def _matter() -> Matter:
    return replace(matters()[0], offline_allowed=True)


# --- reading ------------------------------------------------------------------------------------------------

CameOut = tuple[Belief, set[str]]
_BELIEFS = {Verdict.VALID: Belief.VALID, Verdict.CHECK: Belief.CHECK}


def _news(need: Lookup, recipe: Recipe, now: datetime) -> LookupResult | None:
    if not isinstance(need, StatusAt):
        use = recipe["use"]
        return None if use == "unknown" else RedemptionRecord(use == "used", NOW, "2 号窗口", as_of=now)
    if recipe["news"] == "list":
        return StatusToken(_list(recipe["list"], recipe["value"], recipe["list date"], recipe["list name"]))
    if recipe["news"] == "none":
        return None
    return StatusRecord(recipe["news"].removeprefix("record "), now)


def _by_engine(recipe: Recipe, *, scene: str) -> CameOut:
    _, trust = _world(scene, recipe)
    now = NOW + CLOCKS[recipe["clock"]]
    asker = HOME if recipe["asker"] == "home" else AWAY
    text = _shown(scene, recipe["signer"])
    evidence: PresentedCredential | SealedCode
    if scene == "ticket":
        outcome = {"yes": Outcome.YES, "no": Outcome.NO, "unknown": Outcome.UNDETERMINED}[recipe["redeemed"]]
        cause = {"yes": None, "no": "CODE_USED", "unknown": "USE_UNKNOWN"}[recipe["redeemed"]]
        redeemed = Checked(Fact.ONE_TIME, outcome, cause, now)
        evidence = PresentedCredential(text, "ticket", redeemed, asker=asker)
    elif scene == "file":
        evidence = PresentedCredential(text, "file", asker=asker)
    else:
        version = {"by the row": 1, "unstated": None, "unheard of": 999}[recipe["version"]]
        evidence = SealedCode(text, asker=asker, kind_version=version)
    policy = policy_for(_matter(), Channel(scene))
    steps = examine(evidence, trust=trust, policy=policy, catalogue=shipped_catalogue(), now=now)
    report = run(steps, lambda need: _news(need, recipe, now))
    belief = _BELIEFS.get(report.verdict, Belief.NONE)
    return belief, set(report.disclosed) if belief is not Belief.NONE else set()


def _receipt(recipe: Recipe) -> CameOut:
    _, trust = _world("receipt", recipe)
    now = NOW + CLOCKS[recipe["clock"]]
    finding = examine_receipt(_shown("receipt", recipe["signer"]), trust=trust, now=now).finding
    return {Finding.GENUINE: Belief.VALID, Finding.AGED: Belief.CHECK}.get(finding, Belief.NONE), set()


@lru_cache(maxsize=64)
def _bundle_token(signer: str) -> str:
    return World().bundle(key=_key(signer, "home bundle"), status={})


def _bundle(recipe: Recipe) -> CameOut:
    _, trust = _world("bundle", recipe)
    try:
        open_bundle(_bundle_token(recipe["signer"]), anchor=trust)
    except VerifierError:
        return Belief.NONE, set()
    return Belief.VALID, set()


@dataclass(frozen=True)
class _Desk:
    """As much of a trip as reads a message: a region, its trust set, the time."""

    region: str
    trust: TrustSet
    now: datetime


def _message(recipe: Recipe, *, scene: str) -> CameOut:
    world, trust = _world(scene, recipe)
    desk: Any = _Desk(HOME, trust, NOW)
    key = _key(recipe["signer"], _right(scene))
    token = _asked(world, recipe, key) if scene == "question" else _answered(key)
    try:
        typ, signer = ("xr-req+jwt", AWAY) if scene == "question" else ("xr-res+jwt", HOME)
        payload, _ = verified(token, typ, signer, trip=desk)
    except VerifierError:
        return Belief.NONE, set()
    if scene == "question" and agreed(Request.from_payload(payload), trip=desk) is None:
        return Belief.NONE, set()
    return Belief.VALID, set()


def _asked(world: World, recipe: Recipe, key: NumberedKey) -> str:
    held = world.agreement or an_agreement()
    quoted = {"ours": held.reference, "another": f"HOME-AWAY-1@sha256:{'0' * 64}", "none": None}
    one = Question(code="EC1", matter=MATTER, purpose="verify", verification_id="v" * 22, window="2")
    request = Request(
        asker=AWAY,
        provider=HOME,
        issued_at=seconds(NOW),
        expires=seconds(NOW) + 60,
        jti="q" * 22,
        agreement=quoted[recipe["quoted"]],
        office="武汉市政务服务中心",
        operator="o" * 22,
        questions=(one,),
    )
    return jws.sign(request.to_payload(), typ="xr-req+jwt", key=key)


@lru_cache(maxsize=64)
def _answered(key: NumberedKey) -> str:
    answer = Response(
        provider=HOME,
        asker=AWAY,
        issued_at=seconds(NOW),
        expires=seconds(NOW) + 60,
        jti="r" * 22,
        request="a" * 64,
        error="NO_AGREEMENT",
    )
    return jws.sign(answer.to_payload(), typ="xr-res+jwt", key=key)


_READERS = {
    **{scene: partial(_by_engine, scene=scene) for scene in ("ticket", "file", "sealed", "paper")},
    "receipt": _receipt,
    "bundle": _bundle,
    **{scene: partial(_message, scene=scene) for scene in ("question", "answer")},
}
