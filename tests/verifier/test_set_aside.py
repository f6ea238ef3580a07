"""What a later release wrote into the trust list: set aside by the entry, named, good for nothing, in nobody's way."""

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from certhub_schemas.purposes import Purpose
from certhub_verifier.checks.status import ListFault, read_list
from certhub_verifier.errors import BadTrust
from certhub_verifier.formats.status import statuslist
from certhub_verifier.formats.trust.agreement import Granted
from certhub_verifier.formats.trust.trustlist import (
    MEMBERS_PATH,
    agreement_path,
    endpoints_path,
    issuers_path,
    keys_path,
)
from certhub_verifier.trust import TrustSet
from hypothesis import given
from hypothesis import strategies as st

from tests.support.credentials import AGENCY, AWAY, HOME, LICENCE, MATTER, NOW, World, an_agreement
from tests.support.trust_files import trust_files

DAY = timedelta(days=1)
Files = dict[str, bytes]
Change = Callable[[dict[str, Any]], object]


def of(files: Mapping[str, bytes]) -> TrustSet:
    """Return the set made of just these files."""
    return TrustSet.from_files(files, as_of=NOW)


def changed(files: Mapping[str, bytes], path: str, change: Change) -> Files:
    """Return the files with one of them changed."""
    value = json.loads(files[path])
    change(value)
    return {**files, path: json.dumps(value, ensure_ascii=False).encode()}


def base() -> Files:
    """Two regions and an agreement, of which a second version grants less from tomorrow on."""
    later = an_agreement(n=2, from_=NOW + DAY, items=())
    files = World().trust_files()
    return {**files, **{agreement_path(a, b, 2): later.to_bytes() for a, b in ((HOME, AWAY), (AWAY, HOME))}}


AGREED = [agreement_path(HOME, AWAY, 1), agreement_path(AWAY, HOME, 1)]


def test_a_key_that_is_not_known_is_set_aside_and_the_rest_is_kept() -> None:
    """One key fewer; what it was and why it is not there stands on the set."""
    files = changed(base(), keys_path(HOME), lambda file: file["keys"][0].update(alg="ML-DSA-44"))
    whole, found = of(base()), of(files)
    gone = json.loads(files[keys_path(HOME)])["keys"][0]["kid"]
    [aside] = found.set_aside

    assert {gone} == whole.keys.keys() - found.keys.keys()
    assert (keys_path(HOME), "keys.keys[0]", "unknown alg ML-DSA-44") == (aside.path, aside.entry, aside.why)
    assert (whole.regions, whole.agencies, whole.agreements) == (
        found.regions,
        found.agencies,
        found.agreements,
    )


def test_a_key_that_is_set_aside_verifies_nothing() -> None:
    """The status key, of which a later release says one thing more: its lists say nothing."""
    world = World()
    files = changed(base(), keys_path(HOME), lambda file: [key.update(log="x") for key in file["keys"]])

    with pytest.raises(ListFault, match="key"):
        read_list(world.status_token(), statuslist.status_uri(HOME, 3), trust=of(files))


def test_an_agency_keeps_the_keys_that_are_known() -> None:
    """Of its two seals the one in an unknown state is not its seal; the agency issues with the other."""

    def second(file: dict[str, Any]) -> None:
        keys = file["issuers"][0]["keys"]
        other = {**keys[0], "kid": f"{AGENCY}-2", "state": "resting"}
        other["jwk"] = dict(World().seal_key(AGENCY, 2).jwk)
        keys.append(other)

    found = of(changed(base(), issuers_path(HOME), second))

    assert [f"{AGENCY}-1"] == [key.kid for key in found.keys.values() if key.owner == AGENCY]
    assert ["issuers.issuers[0].keys[1]"] == [one.entry for one in found.set_aside]


def test_an_agency_that_is_set_aside_is_none() -> None:
    """Neither it nor any of its keys."""
    found = of(changed(base(), issuers_path(HOME), lambda file: file["issuers"][0].update(units=[])))

    assert None is found.agency(AGENCY)
    assert [] == [key for key in found.keys.values() if key.purpose is Purpose.SEAL and key.region == HOME]


def test_a_member_that_is_set_aside_takes_its_files_along() -> None:
    """A region in a state that we do not know is none, and nobody trips over its files."""
    found = of(changed(base(), MEMBERS_PATH, lambda file: file["members"][1].update(state="merged")))

    assert [HOME] == list(found.regions)
    assert [] == [key for key in found.keys.values() if key.region == AWAY]
    assert None is found.agreement(HOME, AWAY, NOW)
    assert {MEMBERS_PATH, keys_path(AWAY), issuers_path(AWAY), endpoints_path(AWAY)} <= {
        one.path for one in found.set_aside
    }


def covers(trust: TrustSet, days: int = 0) -> Granted | None:
    """Return what the agreement that is live then lets out."""
    live = trust.agreement(HOME, AWAY, NOW + days * DAY)
    return live and live.covers(LICENCE, MATTER, purpose="verify", mode="L1", asker=AWAY, provider=HOME)


def test_a_row_that_is_set_aside_grants_nothing() -> None:
    """Where both publish a row of which more is said than we know."""
    files = base()
    for path in AGREED:
        files = changed(files, path, lambda file: file["items"][0].update(units={HOME: ["420700-GD"]}))

    assert covers(of(base()))
    assert None is covers(of(files))
    assert AGREED[::-1] == [one.path for one in of(files).set_aside]


def test_an_agreement_that_says_more_than_we_know_is_not_live_and_revives_nothing() -> None:
    """The narrower second version, which we cannot read whole, has replaced the first all the same."""
    files, second = base(), [path.replace(".1.", ".2.") for path in AGREED]
    for path in second:
        files = changed(files, path, lambda file: file.update(quota=9))

    assert covers(of(files))
    assert None is of(files).agreement(HOME, AWAY, NOW + 2 * DAY)


def test_an_agreement_of_a_later_format_that_cannot_be_read_replaces_what_was_before() -> None:
    """We cannot tell when it begins, so that nothing older is live."""
    files = base()
    for path in AGREED:
        files[path.replace(".1.", ".2.")] = json.dumps(
            {"typ": "agreement", "format": 9, "terms": []}
        ).encode()

    assert None is of(files).agreement(HOME, AWAY, NOW)
    assert 2 == len(of(files).set_aside)


@pytest.mark.parametrize("path", [keys_path(AWAY), issuers_path(AWAY), endpoints_path(AWAY)])
def test_a_file_of_a_later_format_that_cannot_be_read_is_set_aside_whole(path: str) -> None:
    """Its region has what the rest says; ours has everything."""
    found = of({**base(), path: b'{"format": 9, "rows": []}'})

    assert [(path, "file")] == [(one.path, one.entry) for one in found.set_aside]
    assert {key for key in of(base()).keys if key.startswith(HOME)} <= found.keys.keys()


def test_a_broken_file_that_claims_no_later_format_is_refused() -> None:
    """A mistake is a mistake; so is a later one that speaks of another region."""
    for broken in (b'{"rows": []}', json.dumps({"format": 9, "region": HOME, "rows": []}).encode()):
        with pytest.raises(BadTrust, match="regions/420100/keys"):
            of({**base(), keys_path(AWAY): broken})


# --- contradictions are seen where they can be --------------------------------------------------------------


def twin_in(path: str, entry: Callable[[dict[str, Any]], dict[str, Any]]) -> Change:
    """Return what adds one more entry to a file of keys."""
    return lambda file: file["keys"].append(entry(deepcopy(file["keys"][0])))


TWINS: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "the key under another id": lambda key: key | {"kid": f"{HOME}-show-9", "log": "x"},
    "the key in an unknown state": lambda key: key | {"kid": f"{HOME}-show-9", "state": "resting"},
    "the key with more members": lambda key: (
        key | {"kid": f"{HOME}-show-9", "log": "x", "jwk": {**key["jwk"], "use": "sig"}}
    ),
    "the id with another key": lambda key: key | {"jwk": {"kty": "AKP", "pub": "x"}, "alg": "ML-DSA-44"},
}


@pytest.mark.parametrize("how", TWINS)
def test_a_twin_that_is_set_aside_is_still_a_twin(how: str) -> None:
    """One public key under two ids, one id with two keys: refused, whichever half we do not know."""
    with pytest.raises(BadTrust, match=r"one and the same public key|listed twice"):
        of(changed(base(), keys_path(HOME), twin_in(keys_path(HOME), TWINS[how])))


def test_an_agency_twice_is_refused_though_one_is_set_aside() -> None:
    """In one file or in two regions."""
    files = base()
    theirs = json.loads(files[issuers_path(HOME)])["issuers"][0] | {"keys": [], "units": []}

    for path in (issuers_path(HOME), issuers_path(AWAY)):
        with pytest.raises(BadTrust, match="agency"):
            of(changed(files, path, lambda file: file["issuers"].append(theirs)))


def test_a_region_twice_is_refused_though_one_is_set_aside() -> None:
    """Two entries of one region, one in a state that we do not know."""
    again = json.loads(base()[MEMBERS_PATH])["members"][0] | {"state": "merged"}

    with pytest.raises(BadTrust, match="listed twice"):
        of(changed(base(), MEMBERS_PATH, lambda file: file["members"].append(again)))


def test_a_list_of_strangers_alone_is_no_trust() -> None:
    """Every member set aside leaves no region, and no green light."""
    with pytest.raises(BadTrust, match="no regions"):
        of(changed(base(), MEMBERS_PATH, lambda file: [one.update(x=1) for one in file["members"]]))


# --- setting aside never adds a right -----------------------------------------------------------------------


def rights(trust: TrustSet) -> set[tuple[Any, ...]]:
    """Return everything that a set lets anybody do, as comparable pieces."""
    found: set[tuple[Any, ...]] = {
        ("region", *map(str, (one.code, one.state, one.url))) for one in trust.regions.values()
    }
    for key in trust.keys.values():
        found |= {
            ("key", key.kid, str(key.purpose), key.owner, key.region, str(key.state), kind)
            for kind in (*key.kinds, "")
        }
    for agency in trust.agencies.values():
        found |= {("agency", agency.uscc, kind) for kind in agency.kinds}
    for days in (-400, 0, 2, 400):
        for asker, provider in ((HOME, AWAY), (AWAY, HOME)):
            live = trust.agreement(asker, provider, NOW + days * DAY)
            granted = live and live.covers(
                LICENCE, MATTER, purpose="verify", mode="L1", asker=asker, provider=provider
            )
            if granted is not None:
                found |= {("agreed", days, asker, field) for field in granted.fields}
    return found


def objects_of(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a file that is an entry, or the whole."""
    if isinstance(value, dict):
        yield value
        for name, member in value.items():
            if name != "jwk":
                yield from objects_of(member)
    elif isinstance(value, list):
        for one in value:
            yield from objects_of(one)


WORDS = {"alg": "ML-DSA-44", "state": "resting", "purpose": "ferry", "direction": "out"}


def of_a_later_release(files: Mapping[str, bytes], chance: Random) -> Files:
    """Return the files with some of their entries as a later release could write them."""
    made = {path: json.loads(data) for path, data in files.items()}
    copies = {agreement_path(AWAY, HOME, n) for n in (1, 2)}
    paths = [path for path in made if path not in copies and chance.random() < 0.4] or [MEMBERS_PATH]
    for path in paths:
        for one in chance.sample(found := list(objects_of(made[path])), k=min(2, len(found))):
            word = chance.choice([name for name in WORDS if name in one] or [""])
            one.update(
                {word: WORDS[word]}
                if word and chance.random() < 0.6
                else {"later": chance.choice([1, {}, "x"])}
            )
    for n in (1, 2):  # both publish the same bytes; else it is a proposal, whatever it says
        made[agreement_path(AWAY, HOME, n)] = made[agreement_path(HOME, AWAY, n)]
    return {path: json.dumps(value, ensure_ascii=False).encode() for path, value in made.items()}


@given(st.integers(0, 1 << 32))
def test_setting_aside_never_adds_a_right(seed: int) -> None:
    """Whatever a later release added anywhere: nobody may do more by it, and what is missing is named."""
    files = of_a_later_release(base(), Random(seed))
    try:
        found = of(files)
    except BadTrust:  # every member is set aside: nobody may do anything
        return

    before, after = rights(of(base())), rights(found)
    assert set() == after - before
    assert found.set_aside


# --- releases before, and one to come -----------------------------------------------------------------------

FIRST = Path(__file__).parents[1] / "formats" / "trust_format_1.json"


def test_the_files_of_the_first_release_are_read_whole() -> None:
    """As commit 3ae5ef0 wrote them: two regions, every key, one agreement, nothing set aside."""
    first = {path: text.encode() for path, text in json.loads(FIRST.read_text("utf-8")).items()}
    found = of(first)

    assert (2, 18, 2, ()) == (len(found.regions), len(found.keys), len(found.agencies), found.set_aside)
    assert found.agreement(HOME, AWAY, NOW)


def test_what_this_release_writes_the_first_one_reads() -> None:
    """The same bytes as then: `format` is absent where it is 1, since the first release refuses that member."""
    first = {path: text.encode() for path, text in json.loads(FIRST.read_text("utf-8")).items()}

    assert first == trust_files()


def test_an_invented_later_release_leaves_a_partner_its_trust() -> None:
    """New key types, units, a grants file, a newer agreement: what was known before goes on working."""

    def keys(file: dict[str, Any]) -> None:
        file["format"] = 2
        new = {**file["keys"][0], "kid": f"{HOME}-history-1", "purpose": "history"}
        new["jwk"] = dict(World().region_key(Purpose.SHOW, HOME, 99).jwk)
        file["keys"].append(new)

    files = changed(base(), keys_path(HOME), keys)
    files = changed(files, MEMBERS_PATH, lambda file: file.update(format=2, quorum=2))
    files["regions/420700/grants.json"] = b'{"format": 2}'
    found = of(files)

    assert rights(of(base())) == rights(found)
    assert [
        (MEMBERS_PATH, "format"),
        (MEMBERS_PATH, "members"),
        (keys_path(HOME), "format"),
        (keys_path(HOME), "keys.keys[6]"),
    ] == [(one.path, one.entry) for one in found.set_aside]
