"""bundle.json: device bundles; trust-list.json: trust lists that agree with themselves, and such that do not."""

# ruff: noqa: E501 - the tables read across

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.support.fixed_keys import fixed_key
from tests.vectors import wire, world
from tests.vectors.statuslists import signed as signed_list
from tests.vectors.statuslists import statement, uri
from tests.vectors.vector import OURS, Vector, VectorFile

NOW = world.seconds(world.NOW)
HOME, AWAY = world.HOME, world.AWAY
KEYS, ISSUERS, ENDPOINTS = (f"regions/{HOME}/{name}.json" for name in ("keys", "issuers", "endpoints"))


def bundle_file() -> VectorFile:
    """Return bundle.json."""
    return VectorFile(
        name="bundle",
        about="Device bundles: what a counter needs to judge without a network.",
        read="Read the bundle, put its trust files together, look its key up in the trust list `trust` (null: in the "
        "bundle itself) and verify. A `format` above 3 needs an upgrade. `trust_digest` is SHA-256 over path, NUL and SHA-256 of each file, by path.",
        given={"trust": None},
        vectors=[*_bundles(), *_bad_bundles()],
    )


def small_trust() -> dict[str, bytes]:
    """Return a trust list of one region with three keys, to keep bundles short."""
    keys = [world.listed(f"{HOME}-{p}-1", p) for p in ("status", "bundle", "receipt")]
    members = world.members_file()
    files = {
        "members.json": members | {"members": members["members"][:1]},
        KEYS: {"region": HOME, "keys": keys},
        ISSUERS: {"region": HOME, "issuers": []},
    }
    return {path: wire.compact(value) for path, value in files.items()}


def payload(files: Mapping[str, bytes] | None = None, **changes: Any) -> dict[str, Any]:
    """Return the payload of a bundle; `...` takes a member away."""
    trust = small_trust() if files is None else files
    plain = {
        "format": 3,
        "iss": HOME,
        "ver": 41,
        "iat": NOW,
        "exp": NOW + 12 * 3600,
        "trust": {path: wire.b64(data) for path, data in trust.items()},
        "matters": world.matters()[:2],
        "status": {uri(): signed_list(statement())},
    }
    return {name: value for name, value in (plain | changes).items() if value is not ...}


def in_format(number: int, **changes: Any) -> dict[str, Any]:
    """Return the payload of a bundle of an earlier format, which knows nothing of requirements."""
    first = {
        "format": ... if number == 1 else number,
        "matters": [*map(world.first_form, world.matters()[:2])],
    }
    return payload(**(first | changes))


def bundle(content: Any = None, key: Any = None, **options: Any) -> str:
    """Return a bundle."""
    return wire.jws(
        payload() if content is None else content, "bundle+jwt", key or world.region_key("bundle"), **options
    )


def _bundles() -> Iterator[Vector]:
    read = {
        "outcome": "read",
        "region": HOME,
        "version": 41,
        "trust_digest": world.trust_digest(small_trust()),
        "files": sorted(small_trust()),
        "matters": [world.OFFLINE_MATTER, world.ONLINE_MATTER],
        "status": [uri()],
    }
    yield Vector(name="own-anchor", why="Named by hand, it anchors itself: it is whole, wherever it comes from.",
                 input=bundle(), expect=read)  # fmt: skip
    yield Vector(
        name="anchored",
        why="Its key is on the trust list.",
        given={"trust": "base"},
        input=bundle(),
        expect=read,
    )
    yield Vector(name="format-1", why="Without the member it is in format 1, which knows of a matter the kinds with their fields.",
                 input=bundle(in_format(1)), expect=read)  # fmt: skip
    yield Vector(name="format-2", why="The same members; its trust files may be such as format 1 does not know.",
                 input=bundle(in_format(2)), expect=read)  # fmt: skip
    yield Vector(name="format-4", why="Newer than these vectors: not refused as altered, and not read.",
                 input=bundle(payload(format=4, x=1)), expect={"outcome": "upgrade needed"})  # fmt: skip
    least = read | {"matters": [], "status": []}
    yield Vector(
        name="least",
        why="No matters and no lists.",
        input=bundle(payload(matters=[], status={})),
        expect=least,
    )


def _bad_bundles() -> Iterator[Vector]:
    files = small_trust()
    receipt_key = world.listed(f"{HOME}-receipt-1", "receipt")
    twice = wire.compact({"region": HOME, "keys": [receipt_key, receipt_key]})
    member = wire.compact(world.members_file(ver=1) | {"members": []})
    rows: list[tuple[str, str, Any]] = [
        ("member-missing", "Every member has to be there.", payload(matters=...)),
        ("two-days", "A bundle lives for at most a day.", payload(exp=NOW + 2 * 86_400)),
        ("version-0", "Versions begin at 1.", payload(ver=0)),
        ("format-1-written", "Format 1 is told by the absence of the member.", payload(format=1)),
        ("path-upwards", "A path stays in its folder.", payload(files | {"../members.json": b"{}"})),
        ("path-absolute", "A path is relative.", payload(files | {"/etc/passwd": b""})),
        ("file-padded", "One file, one text.", payload(trust={"members.json": "e30="})),
        ("no-members", "Nothing to trust.", payload({KEYS: files[KEYS]})),
        ("no-regions", "Nothing to trust.", payload(files | {"members.json": member})),
        ("key-twice", "One key stands once.", payload(files | {KEYS: twice})),
        ("list-under-a-url", "Lists go by their names.", payload(status={"https://evil.example/1": "a.b.c"})),
        (
            "matter-unknown-mode",
            "A matter's mode is L1, L2 or L3.",
            payload(matters=[world.matters()[0] | {"mode": "L9"}]),
        ),
        (
            "matter-that-requires-nothing",
            "A matter states what it requires.",
            payload(matters=[world.matters()[0] | {"requirements": []}]),
        ),
        (
            "matter-of-both-forms",
            "Requirements, or what the release before knew of them.",
            payload(matters=[world.matters()[0] | world.first_form(world.matters()[0])]),
        ),
    ]
    for name, why, content in rows:
        yield Vector(name=name, why=why, input=bundle(content), expect={"outcome": "refused"})
    signers = [
        ("receipt-key", "A receipt key signs no bundle.", bundle(key=world.region_key("receipt"))),
        ("stranger-under-its-name", "Somebody else signed it.",
         bundle(key=fixed_key("a stranger"), header={"alg": "ES256", "typ": "bundle+jwt", "kid": "420700-bundle-1"})),
        ("another-region", "A bundle of a region whose key it does not hold.", bundle(payload(iss=AWAY))),
    ]  # fmt: skip
    for name, why, text in signers:
        yield Vector(name=name, why=why, input=text, expect={"outcome": "refused"})
    yield Vector(name="anchor-without-its-key", why="The trust list does not hold that region.", given={"trust": "home unknown"},
                 input=bundle(), expect={"outcome": "refused"})  # fmt: skip


# trust lists


def trust_list_file() -> VectorFile:
    """Return trust-list.json."""
    return VectorFile(
        name="trust-list",
        about="Trust lists as sets of files, consistent or not.",
        read="`input` changes the trust list `base` of world.json: a text replaces or adds that file, null takes it away. "
        "Where they go together `expect` tells the digest, the regions, the ids of all keys, the agreement in force and how many entries are set aside.",
        vectors=[*_lists(), *_later_lists(), *_bad_lists()],
    )


def _lists() -> Iterator[Vector]:
    reference = f"420700-420100-1@sha256:{wire.digest(wire.compact(world.agreement_file()))}"
    second = world.agreement_file(2, id="420700-420100-2")
    newer = f"420700-420100-2@sha256:{wire.digest(wire.compact(second))}"
    later = world.agreement_file(2, **{"from": world.instant(world.NOW + world.DAY)})
    ended = world.agreement_file(2, until=world.instant(world.NOW))
    rows: list[tuple[str, str, dict[str, Any], str | None]] = [
        ("base", "Two members, their keys, agencies, addresses, and an agreement.", {}, reference),
        ("one-side", "What one region publishes is a proposal.", dict.fromkeys(world.agreed(world.agreement_file(), AWAY)), None),
        ("second-version", "The highest version that both publish is in force.", world.agreed(second, HOME, AWAY), newer),
        ("second-version-by-one-side", "A new proposal leaves the old agreement in force.", world.agreed(second, HOME), reference),
        ("second-version-not-begun", "It takes over when it begins.", world.agreed(later, HOME, AWAY), reference),
        ("second-version-over", "When it ends nothing older comes back.", world.agreed(ended, HOME, AWAY), None),
        ("other-bytes", "The same agreement in other bytes is another one.",
         {f"regions/{HOME}/agreements/{AWAY}.1.json": world.agreement_file(basis="another")}, None),
        ("member-on-probation", "Only full members agree with each other.", {"members.json": world.members_file(away="probation")}, None),
        ("member-left", "A region that left keeps its keys, for what it signed before.",
         {"members.json": world.members_file(away="left")}, None),
        ("no-address", "A region without an address can still be checked.", {ENDPOINTS: None}, reference),
    ]  # fmt: skip
    for name, why, changes, agreement in rows:
        texts = _texts(changes)
        files = {path: data for path, data in world.trust_bytes().items() if path not in texts}
        files |= {path: text.encode() for path, text in texts.items() if text is not None}
        yield Vector(name=name, why=why, input=texts, expect=_expected(files, agreement))


def _later_lists() -> Iterator[Vector]:
    """What a later release wrote: the entry is set aside, the rest is kept."""
    keys, issuers = world.keys_file(HOME), world.issuers_file(HOME)
    first, agency = keys["keys"][0], issuers["issuers"][0]
    seals = {key["kid"] for key in agency["keys"]}
    row = world.agreement_file()["items"][0]

    def with_key(**changes: Any) -> dict[str, Any]:
        return {KEYS: keys | {"keys": [first | changes, *keys["keys"][1:]]}}

    rows: list[tuple[str, str, dict[str, Any], set[str], int]] = [
        ("file-unknown", "A file that a reader does not know is left alone.",
         {"regions/420700/grants.json": "x"}, set(), 0),
        ("purpose-unknown", "A key for something unknown is set aside.",
         with_key(purpose="everything"), {first["kid"]}, 1),
        ("alg-unknown", "A key of an unknown algorithm is set aside.", with_key(alg="ES384"), {first["kid"]}, 1),
        ("key-state-unknown", "A key in an unknown state is set aside.", with_key(state="paused"), {first["kid"]}, 1),
        ("key-member-unknown", "A key of which more is said is set aside.", with_key(log="x"), {first["kid"]}, 1),
        ("agency-member-unknown", "An agency of which more is said is set aside, with its seals.",
         {ISSUERS: issuers | {"issuers": [agency | {"units": ["420700-GD"]}]}}, seals, 1),
        ("keys-format-9", "Of a later format what can be read is read.", {KEYS: keys | {"format": 9}}, set(), 1),
        ("agreement-row-unknown", "A row of which more is said grants nothing; the rest does.",
         world.agreed(world.agreement_file(items=[row, row | {"units": {}}]), HOME, AWAY), set(), 2),
        ("agreement-member-unknown", "An agreement of which more is said grants nothing.",
         world.agreed(world.agreement_file() | {"quota": 1}, HOME, AWAY), set(), 2),
    ]  # fmt: skip
    for name, why, changes, gone, aside in rows:
        texts = _texts(changes)
        files = {path: data for path, data in world.trust_bytes().items() if path not in texts}
        files |= {path: text.encode() for path, text in texts.items() if text is not None}
        agreed = files[f"regions/{HOME}/agreements/{AWAY}.1.json"]
        reference = f"{json.loads(agreed)['id']}@sha256:{wire.digest(agreed)}"
        expect = _expected(files, None if name == "agreement-member-unknown" else reference)
        yield Vector(
            name=name,
            why=why,
            origin=OURS,
            input=texts,
            expect=expect | {"keys": sorted(set(expect["keys"]) - gone), "set_aside": aside},
        )


def _expected(files: Mapping[str, bytes], agreement: str | None) -> dict[str, Any]:
    read = {path: json.loads(data) for path, data in files.items() if not path.endswith("/grants.json")}
    kids = [key["kid"] for path, file in read.items() if path.endswith("/keys.json") for key in file["keys"]]
    for path, file in read.items():
        if path.endswith("/issuers.json"):
            kids += [key["kid"] for issuer in file["issuers"] for key in issuer["keys"]]
    return {
        "outcome": "read",
        "digest": world.trust_digest(files),
        "regions": {one["code"]: one["state"] for one in read["members.json"]["members"]},
        "keys": sorted(kids),
        "agreement": agreement,
        "set_aside": 0,
    }


def _texts(changes: Mapping[str, Any]) -> dict[str, str | None]:
    return {
        path: value if value is None or isinstance(value, str) else wire.compact(value).decode()
        for path, value in changes.items()
    }


def _bad_lists() -> Iterator[Vector]:
    keys, issuers = world.keys_file(HOME), world.issuers_file(HOME)
    first = keys["keys"][0]
    same_key = world.listed(f"{HOME}-show-2", "show", jwk=first["jwk"], alg="ES256")
    off_curve = first["jwk"] | {"y": first["jwk"]["x"]}
    members = world.members_file()

    def with_key(**changes: Any) -> dict[str, Any]:
        return {KEYS: keys | {"keys": [first | changes, *keys["keys"][1:]]}}

    rows: list[tuple[str, str, dict[str, Any], str]] = [
        ("one-key-under-two-ids", "One public key may not go by two ids: a threshold would count it twice.",
         {KEYS: keys | {"keys": [*keys["keys"], same_key]}}, "python-tuf takes it"),
        ("one-key-in-two-regions", "One public key may not belong to two regions.",
         {f"regions/{AWAY}/keys.json": world.keys_file(AWAY, show={"jwk": first["jwk"]})}, OURS),
        ("one-key-for-two-purposes", "One key, one purpose.",
         {KEYS: keys | {"keys": [first, keys["keys"][1] | {"jwk": first["jwk"]}]}}, OURS),
        ("one-id-twice", "An id stands once.", {KEYS: keys | {"keys": [first, first]}}, OURS),
        ("agency-in-two-regions", "An agency belongs to one region.",
         {f"regions/{AWAY}/issuers.json": issuers | {"region": AWAY}}, OURS),
        ("agency-twice", "An agency stands once.", {ISSUERS: issuers | {"issuers": issuers["issuers"] * 2}}, OURS),
        ("no-regions", "Nothing to trust.", {"members.json": members | {"members": []}}, OURS),
        ("no-members-file", "Nothing to trust.", {"members.json": None}, OURS),
        ("region-twice", "A region stands once.", {"members.json": members | {"members": members["members"] * 2}}, OURS),
        ("region-that-is-no-member", "A file of a region that is no member.",
         {"regions/420600/endpoints.json": {"region": "420600", "url": "https://420600.hub.example"}}, OURS),
        ("file-of-another-region", "A region signs only what lies in its own folder.", {KEYS: world.keys_file(AWAY)}, OURS),
        ("kid-of-another-region", "Nobody lists a key in another's name.", with_key(kid="420100-show-9"), OURS),
        ("kid-of-another-purpose", "A kid tells the purpose.", with_key(kid="420700-receipt-9"), OURS),
        ("kid-without-number", "A kid ends in a number.", with_key(kid="420700-show-x"), OURS),
        ("seal-among-region-keys", "Seals belong to agencies.", with_key(purpose="seal"), OURS),
        ("alg-of-another-curve", "The key is on another curve.", with_key(alg="EdDSA"), OURS),
        ("off-the-curve", "No point of the curve.", with_key(jwk=off_curve), "invalid-curve attacks"),
        ("secret-key", "A trust list holds no secrets.", with_key(jwk=first["jwk"] | {"d": "x" * 43}), OURS),
        ("jwk-with-kid", "A key does not name itself.", with_key(jwk=first["jwk"] | {"kid": "x"}), OURS),
        ("until-before-from", "from, until, verify_until, in this order.", with_key(until="2020-01-01T00:00:00Z"), OURS),
        ("compromised-without-since", "A compromise has a time.", with_key(state="compromised"), OURS),
        ("since-without-compromise", "A time belongs to a compromise.", with_key(compromised_since="2026-01-01T00:00:00Z"), OURS),
        ("time-with-offset", "Times are UTC and end in Z.", with_key(until="2027-01-01T00:00:00+08:00"), OURS),
        ("log-key-on-p-256", "Log keys are Ed25519.",
         {KEYS: keys | {"keys": [world.listed(f"{HOME}-log-1", "log")]}}, "C2SP signed-note"),
        ("agency-check-character", "A USCC whose check character is wrong.",
         {ISSUERS: {"region": HOME, "issuers": [issuers["issuers"][0] | {"agency": world.AGENCY[:-1] + "3"}]}}, OURS),
        ("seal-of-another-agency", "A seal's id begins with its agency.",
         {ISSUERS: world.issuers_file(HOME, kid=f"{world.AWAY_AGENCY}-9")}, OURS),
        ("kind-twice", "A kind stands once.",
         {ISSUERS: world.issuers_file(HOME, (world.LICENCE, world.LICENCE))}, OURS),
        ("url-with-path", "An origin, without a path.",
         {ENDPOINTS: {"region": HOME, "url": "https://420700.hub.example/api"}}, OURS),
        ("url-of-a-file", "An origin.", {ENDPOINTS: {"region": HOME, "url": "file:///etc/passwd"}}, OURS),
        ("agreement-with-itself", "Two different regions.",
         world.agreed(world.agreement_file(parties=[HOME, HOME]), HOME, AWAY), OURS),
        ("agreement-of-others", "The parties are those of the path.",
         world.agreed(world.agreement_file(parties=[HOME, "420600"]), HOME, AWAY), OURS),
        ("agreement-of-another-version", "The version is that of the path.",
         {f"regions/{HOME}/agreements/{AWAY}.3.json": world.agreement_file(2)}, OURS),
        ("agreement-ends-first", "It ends before it begins.",
         world.agreed(world.agreement_file(until="2020-01-01T00:00:00Z"), HOME, AWAY), OURS),
        ("member-twice", "Two readers read two lists.",
         {"members.json": wire.compact(members).decode()[:-1] + ',"ver":8}'}, OURS),
        ("not-json", "Half a file.", {KEYS: wire.compact(keys).decode()[:-1]}, OURS),
    ]  # fmt: skip
    for name, why, changes, origin in rows:
        yield Vector(name=name, why=why, origin=origin, input=_texts(changes), expect={"outcome": "refused"})
