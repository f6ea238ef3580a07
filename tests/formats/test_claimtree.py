"""A claims tree with marks: every shape that RFC 9901 draws, made here, and every part of it shown."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from certhub_verifier.errors import Malformed, VerifierError
from certhub_verifier.formats.credential import claimtree, sdjwt
from certhub_verifier.formats.credential.claimtree import Hidden
from certhub_verifier.formats.jose import base64url
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.fixed_keys import fixed_random
from tests.support.mutants import value_mutants
from tests.support.vectors import vectors

ADDRESS = {
    "iss": "https://issuer.example",
    "address": Hidden({"street": Hidden("示例路 1 号"), "region": Hidden("鄂州"), "country": "CN"}),
    "nationalities": [Hidden("CN"), "ES", Hidden({"code": Hidden("FR")})],
    "degree": {"name": Hidden("M.Sc."), "year": 2005},
}


def unsigned(concealed: claimtree.Concealed) -> sdjwt.Presentation:
    """Return what was concealed as an SD-JWT that nobody signed."""
    jws = f"e30.{base64url.encode(json.dumps(concealed.payload).encode())}.YQ"
    return sdjwt.Presentation(jws, tuple(one.encoded for one in concealed.disclosures))


def shown(presentation: sdjwt.Presentation) -> dict[str, Any]:
    """Return the processed payload, as its reader sees it."""
    return sdjwt.process(sdjwt.payload_of(presentation), presentation.disclosures)


def made(claims: Any = None, **how: Any) -> sdjwt.Presentation:
    """Return an SD-JWT of these claims."""
    claims = ADDRESS if claims is None else claims
    return unsigned(claimtree.conceal(claims, random=fixed_random(), **how))


def test_the_digests_stand_where_the_marks_stood() -> None:
    """RFC 9901 §4.2.4 to §4.2.6: in `_sd` of the object, as an element, or inside another disclosure."""
    concealed = claimtree.conceal(ADDRESS, random=fixed_random())
    by_name = {one.name or str(one.value): one for one in concealed.disclosures}
    payload, address = concealed.payload, by_name["address"].value

    assert payload.keys() == {"iss", "_sd", "nationalities", "degree", "_sd_alg"}
    assert payload["_sd"] == [sdjwt.digest(by_name["address"].encoded)]
    assert payload["degree"] == {"year": 2005, "_sd": [sdjwt.digest(by_name["name"].encoded)]}
    assert payload["nationalities"][:2] == [{"...": sdjwt.digest(by_name["CN"].encoded)}, "ES"]
    assert address["country"] == "CN"
    assert address["_sd"] == sorted(sdjwt.digest(by_name[name].encoded) for name in ("street", "region"))


def test_without_marks_nothing_is_hidden_and_nothing_added() -> None:
    """A tree without a mark is its own payload."""
    plain = {"iss": "i", "a": [1, {"b": None}]}

    assert claimtree.conceal(plain, random=fixed_random(), decoys=3) == claimtree.Concealed(plain, ())


def test_decoys_stand_in_everything_that_hides_something() -> None:
    """Objects and arrays that hide gain as many digests of nothing, and say the same to every reader."""
    concealed = claimtree.conceal(ADDRESS, random=fixed_random(), decoys=3)
    address = next(one.value for one in concealed.disclosures if one.name == "address")
    plain = made()

    assert [4, 4, 5] == [len(one["_sd"]) for one in (concealed.payload, concealed.payload["degree"], address)]
    assert len(concealed.payload["nationalities"]) == 3 + 3
    assert shown(unsigned(concealed)) == shown(plain)
    assert sdjwt.process(concealed.payload, []) == sdjwt.process(sdjwt.payload_of(plain), [])


def test_a_nested_disclosure_brings_its_parents_and_nothing_else() -> None:
    """The street of a hidden address needs the address, and leaves the region hidden."""
    kept = claimtree.present(made(), [("address", "street")])

    assert len(kept.disclosures) == 2
    assert shown(kept) == {
        "iss": "https://issuer.example",
        "address": {"street": "示例路 1 号", "country": "CN"},
        "nationalities": ["ES"],
        "degree": {"year": 2005},
    }


def test_a_parent_may_be_shown_without_its_children() -> None:
    """An address can be shown as far as its country."""
    assert shown(claimtree.present(made(), [("address",)]))["address"] == {"country": "CN"}


def test_an_element_keeps_its_index_whatever_is_shown() -> None:
    """Indices count what was signed: the third nationality stays the third, also of a selection."""
    once = claimtree.present(made(), [("nationalities", 2, "code")])

    assert shown(once)["nationalities"] == ["ES", {"code": "FR"}]
    assert once == claimtree.present(once, [("nationalities", 2, "code")])


@pytest.mark.parametrize(
    "path", [("zz",), ("address", "zz"), ("nationalities", 3), ("_sd",), ("_sd_alg",), ()]
)
def test_what_cannot_be_shown_is_not_passed_over(path: claimtree.Path) -> None:
    """A path that the holder does not have is an error: nothing else is shown in its place."""
    with pytest.raises(Malformed, match="nothing at a path"):
        claimtree.present(made(), [path])


def test_selecting_again_can_only_take_away() -> None:
    """What was left out cannot be put back by somebody who got the rest."""
    kept = claimtree.present(made(), [("address", "street")])

    with pytest.raises(Malformed):
        claimtree.present(kept, [("address", "region")])


@pytest.mark.parametrize(
    "claims",
    [
        {"_sd": Hidden(1)},
        {"a": {"...": 1}},
        {"a": Hidden({"_sd": []})},
        {"_sd_alg": "sha-256"},
        {"_sd_alg": Hidden("sha-256")},
        {"a": Hidden(Hidden(1))},
        {"a": [Hidden(Hidden(1))]},
        {"a": Hidden(0.5)},
        {"a": Hidden("\x00")},
        {"a": Hidden([[[[[[[[0]]]]]]]])},
        {"a": [Hidden(i) for i in range(513)]},
        {1: Hidden(1)},
    ],
    ids=lambda claims: str(claims)[:40],
)
def test_what_no_reader_takes_is_not_made(claims: Any) -> None:
    """A slip shows before anything is signed."""
    with pytest.raises(Malformed):
        claimtree.conceal(claims, random=fixed_random())


def test_a_tree_of_any_depth_ends_in_our_own_error() -> None:
    """Ten thousand levels neither exhaust the stack nor get signed, marked or not."""
    plain: Any = 0
    marked: Any = 0
    for _ in range(10_000):
        plain, marked = [plain], Hidden([marked])
    for value in (plain, marked):
        with pytest.raises(Malformed, match="deeper"):
            claimtree.conceal({"a": value}, random=fixed_random())


def test_a_source_of_randomness_that_runs_dry_is_noticed() -> None:
    """Salts that are too short would let claims be guessed, so they are not made."""
    with pytest.raises(Malformed, match="randomness"):
        claimtree.conceal(ADDRESS, random=lambda size: bytes(size - 1))


# --- the published examples, made again ---------------------------------------------------------------------


def marked(presentation: sdjwt.Presentation) -> dict[str, Any]:
    """Return the claims of an SD-JWT with marks where somebody else hid them."""
    found = {sdjwt.digest(one): sdjwt.read_disclosure(one) for one in presentation.disclosures}

    def value_of(value: Any) -> Any:
        if isinstance(value, dict):
            clear = {name: value_of(one) for name, one in value.items() if name not in ("_sd", "_sd_alg")}
            hidden = [found[key] for key in value.get("_sd", []) if key in found]
            return clear | {one.name: Hidden(value_of(one.value)) for one in hidden}
        if isinstance(value, list):
            return [element_of(one) for one in value]
        return value

    def element_of(value: Any) -> Any:
        if isinstance(value, dict) and "..." in value:
            return Hidden(value_of(found[value["..."]].value))
        return value_of(value)

    tree: dict[str, Any] = value_of(sdjwt.payload_of(presentation))
    return tree


@pytest.mark.parametrize("source", ["sd-jwt-rfc9901", "sd-jwt-vc-draft19"])
def test_published_issuances_can_be_made_again(source: str) -> None:
    """Each published SD-JWT, taken apart and concealed anew, has its structure and says the same."""
    seen = 0
    for case in vectors(f"{source}/vectors.json")["cases"]:
        if case["stage"] != "issuance":
            continue
        theirs = sdjwt.split(case["compact"])
        ours = made(marked(theirs))
        theirs_at, ours_at = (claimtree.outline(one) for one in (theirs, ours))

        assert {path: one is None for path, one in theirs_at.items()} == {
            path: one is None for path, one in ours_at.items()
        }
        assert shown(theirs) == shown(ours)
        assert len(theirs.disclosures) == len(ours.disclosures)
        seen += 1
    assert seen >= 2


def test_published_presentations_can_be_selected_from_the_issuance() -> None:
    """From each issuance of the RFC the disclosures of its own presentation are chosen, by path alone."""
    cases = vectors("sd-jwt-rfc9901/vectors.json")["cases"]
    whole = [sdjwt.split(case["compact"]) for case in cases if case["stage"] == "issuance"]
    seen = 0
    for case in cases:
        if case["stage"] != "presentation" or "compact" not in case:
            continue
        wanted = sdjwt.split(case["compact"])
        issued = next((one for one in whole if one.issuer_jwt == wanted.issuer_jwt), None)
        if issued is None:
            continue
        paths = [path for path, one in claimtree.outline(wanted).items() if one is not None]
        assert set(wanted.disclosures) == set(claimtree.present(issued, paths).disclosures)
        seen += 1
    assert seen >= 3


# --- any tree, any part of it -------------------------------------------------------------------------------

NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6)
SCALARS = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text("ab值", max_size=4)


def possibly_hidden(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw a value, marked or not."""
    return st.tuples(st.booleans(), values).map(lambda pair: Hidden(pair[1]) if pair[0] else pair[1])


TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(possibly_hidden(inner), max_size=3)
        | st.dictionaries(NAMES, possibly_hidden(inner), max_size=3)
    ),
    max_leaves=8,
)
CLAIMS = st.dictionaries(NAMES, possibly_hidden(TREES), max_size=4)


def revealed(value: Any, kept: set[claimtree.Path], path: claimtree.Path = ()) -> Any:
    """Return, by the model alone, what a reader sees when of all marks those at `kept` are opened."""

    def open_at(at: claimtree.Path, one: Any) -> bool:
        return not isinstance(one, Hidden) or at in kept

    value = value.value if isinstance(value, Hidden) else value
    if isinstance(value, dict):
        return {k: revealed(v, kept, (*path, k)) for k, v in value.items() if open_at((*path, k), v)}
    if isinstance(value, list):
        return [revealed(v, kept, (*path, i)) for i, v in enumerate(value) if open_at((*path, i), v)]
    return value


def prefixes(paths: Iterable[claimtree.Path]) -> set[claimtree.Path]:
    """Return the paths with all that they stand in."""
    return {path[:length] for path in paths for length in range(1, len(path) + 1)}


@settings(max_examples=120, deadline=None)
@given(CLAIMS, st.data())
def test_any_part_of_any_tree_is_shown_exactly(claims: dict[str, Any], data: Any) -> None:
    """Whatever is marked and whatever of it is chosen, the reader sees the model's answer and no more."""
    whole = made(claims)
    places = claimtree.outline(whole)
    chosen = data.draw(st.sets(st.sampled_from(sorted(places, key=repr)))) if places else set()

    assert revealed(claims, prefixes(places)) == shown(whole)
    assert revealed(claims, prefixes(chosen)) == shown(claimtree.present(whole, chosen))


@settings(max_examples=60, deadline=None)
@given(CLAIMS, st.integers(0, 4))
def test_decoys_never_change_what_is_said(claims: dict[str, Any], decoys: int) -> None:
    """With any number of decoys a reader sees the same, whole or bare."""
    with_decoys, without = made(claims, decoys=decoys), made(claims)

    assert shown(with_decoys) == shown(without)
    assert sdjwt.process(sdjwt.payload_of(with_decoys), []) == sdjwt.process(sdjwt.payload_of(without), [])


def test_nothing_but_our_own_error_escapes() -> None:
    """Two thousand payloads that were bent somewhere are outlined, or refused by one error."""
    concealed = claimtree.conceal(ADDRESS, random=fixed_random(), decoys=1)
    disclosures = tuple(one.encoded for one in concealed.disclosures)
    for mutant in value_mutants(concealed.payload, seed=9901, count=2000):
        jws = f"e30.{base64url.encode(json.dumps(mutant).encode())}.YQ"
        try:
            claimtree.outline(sdjwt.Presentation(jws, disclosures))
        except VerifierError:
            continue
