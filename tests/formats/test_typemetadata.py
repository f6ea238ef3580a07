"""Type metadata: every kind of the catalogue told in two languages, and the drafts' own documents read."""

import itertools
import json
from collections.abc import Mapping
from typing import Any

import pytest
from certhub_schemas import CORE_NAMES, kinds
from certhub_verifier.errors import Malformed, VerifierError
from certhub_verifier.formats.credential import typemetadata, vc
from certhub_verifier.formats.credential.typemetadata import at_path, integrity, resolved

from tests.support.mutants import mutants
from tests.support.vectors import FOLDER, vectors

KINDS = [pytest.param(kind, id=kind.slug) for kind in kinds()]


# Ours.


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_tells_what_its_credentials_hold(kind: Any) -> None:
    """Type, names, and each core name and field once, in display order, mandatory as the catalogue has it."""
    told = typemetadata.type_metadata(kind)

    assert told["vct"] == kind.vct
    assert told["display"] == [
        {"locale": "zh-CN", "name": kind.name},
        {"locale": "en", "name": kind.name_en},
    ]
    assert [*CORE_NAMES, *(field.title for field in kind.fields)] == [
        one["path"][0] for one in told["claims"]
    ]
    assert [True] * 4 + [field.required for field in kind.fields] == [
        one["mandatory"] for one in told["claims"]
    ]
    for one in told["claims"]:
        labels = {shown["locale"]: shown["label"] for shown in one["display"]}
        assert labels["zh-CN"] == one["path"][0]
        assert labels["en"].isascii()
        assert one["sd"] == "always"
        assert one["path"][0] not in vc.CLEAR


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_served_can_be_read_back_by_its_hash(kind: Any) -> None:
    """The bytes that a hub serves are found by anybody under the kind's vct, and hold for their integrity."""
    served = typemetadata.published(kind)
    found = resolved(kind.vct, {kind.vct: served}, vct_integrity=integrity(served))

    assert found == typemetadata.type_metadata(kind)
    assert served == typemetadata.published(kind)
    with pytest.raises(Malformed, match="another document"):
        resolved(kind.vct, {kind.vct: served + b" "}, vct_integrity=integrity(served))


# The draft's.


def published() -> list[dict[str, Any]]:
    """Return the documents that the draft prints, in its order."""
    return [one["json"] for one in vectors("sd-jwt-vc-draft19/vectors.json")["type_metadata"]]


def test_the_published_integrity_is_over_the_raw_bytes() -> None:
    """A.2: the hash that the credential carries is that of the file, its last newline included."""
    said = vectors("sd-jwt-vc-draft19/integrity.json")
    raw = (FOLDER / "sd-jwt-vc-draft19" / said["file"]).read_bytes()

    assert said["vct#integrity"] == integrity(raw)
    typemetadata.require_integrity(raw, said["vct#integrity"])
    with pytest.raises(Malformed):
        typemetadata.require_integrity(raw.rstrip(), said["vct#integrity"])


def test_the_published_extension_gives_the_published_claims() -> None:
    """Inherited, overridden in its place, and added: as the draft prints the outcome."""
    base, child, outcome = published()[2:5]
    documents = {one["vct"]: json.dumps(one).encode() for one in (base, child)}

    assert outcome["claims"] == resolved(child["vct"], documents)["claims"]
    assert base["claims"] == resolved(base["vct"], documents)["claims"]


def test_the_published_paths_select_what_the_draft_says() -> None:
    """“Claim Path”, on the credential that it is explained with."""
    claims = published()[1]

    assert at_path(claims, ("name",)) == ["Arthur Dent"]
    assert at_path(claims, ("address",)) == [claims["address"]]
    assert at_path(claims, ("address", "street_address")) == ["42 Market Street"]
    assert at_path(claims, ("degrees", None, "type")) == ["Bachelor of Science", "Master of Science"]
    assert at_path(claims, ("nationalities", 1)) == ["Betelgeusian"]
    assert at_path(claims, ("nationalities", 7)) == at_path(claims, ("zz",)) == []
    for path in (("name", "x"), ("address", None), ("address", 0), ("degrees", "type")):
        with pytest.raises(Malformed):
            at_path(claims, path)


def test_a_published_document_that_extends_one_we_do_not_have_is_not_half_read() -> None:
    """Without what it extends its claims are not known."""
    document = published()[0]
    with pytest.raises(Malformed, match="not at hand"):
        resolved(document["vct"], {document["vct"]: json.dumps(document).encode()})


# Anybody's.


def documents(**extending: Mapping[str, Any]) -> dict[str, bytes]:
    """Return documents by their vct; members are merged into each."""
    return {name: json.dumps({"vct": name} | dict(more)).encode() for name, more in extending.items()}


CLAIM = {"path": ["a"], "display": [{"locale": "en", "label": "A"}]}
BAD: dict[str, dict[str, bytes]] = {
    "nothing": {},
    "itself": documents(t={"extends": "t"}),
    "a circle": documents(t={"extends": "u"}, u={"extends": "v"}, v={"extends": "u"}),
    "of another type": {"t": b'{"vct":"u"}'},
    "of no type": {"t": b"{}"},
    "an array": {"t": b"[]"},
    "no JSON": {"t": b"{"},
    "two members of one name": {"t": b'{"vct":"t","vct":"t"}'},
    "too large": {"t": b'{"vct":"t","x":"' + b"x" * (1 << 20) + b'"}'},
    "too deep": {"t": b'{"vct":"t","x":' + b"[" * 12 + b"]" * 12 + b"}"},
    "claims an object": documents(t={"claims": {}}),
    "a claim without path": documents(t={"claims": [{}]}),
    "an empty path": documents(t={"claims": [{"path": []}]}),
    "a path with a boolean": documents(t={"claims": [{"path": [True]}]}),
    "a path with a negative index": documents(t={"claims": [{"path": ["a", -1]}]}),
    "an unknown sd": documents(t={"claims": [CLAIM | {"sd": "sometimes"}]}),
    "mandatory as a text": documents(t={"claims": [CLAIM | {"mandatory": "true"}]}),
    "never becomes always": documents(
        t={"extends": "u", "claims": [CLAIM | {"sd": "always"}]}, u={"claims": [CLAIM | {"sd": "never"}]}
    ),
    "always is left out": documents(
        t={"extends": "u", "claims": [CLAIM]}, u={"claims": [CLAIM | {"sd": "always"}]}
    ),
    "mandatory becomes optional": documents(
        t={"extends": "u", "claims": [CLAIM]}, u={"claims": [CLAIM | {"mandatory": True}]}
    ),
    "taken back a generation later": documents(
        t={"extends": "u", "claims": [CLAIM]}, u={"extends": "v"}, v={"claims": [CLAIM | {"sd": "always"}]}
    ),
    "extends by another hash": documents(t={"extends": "u", "extends#integrity": integrity(b"x")}, u={}),
    "extends by no hash": documents(t={"extends": "u", "extends#integrity": "md5-xxxx"}, u={}),
    "extends by half a hash": documents(t={"extends": "u", "extends#integrity": "sha256-!!"}, u={}),
    "ten in a row": documents(**{chr(116 - n): {"extends": chr(115 - n)} for n in range(10)}, j={}),
}


@pytest.mark.parametrize("given", BAD.values(), ids=BAD)
def test_metadata_that_cannot_be_relied_on_is_refused(given: dict[str, bytes]) -> None:
    """A circle, a missing or another document, a word out of form, or one that takes back another."""
    with pytest.raises(Malformed):
        resolved("t", given)


def test_what_was_open_may_be_decided_by_the_nearer_type() -> None:
    """Allowed may become always, optional may become mandatory; eight others may be followed."""
    names = "tsrqponml"
    rows = {a: {"extends": b} for a, b in itertools.pairwise(names)}
    rows["l"] = {"claims": [CLAIM | {"sd": "allowed"}]}
    rows["t"] |= {"claims": [CLAIM | {"sd": "always", "mandatory": True}], "x": 0.5}
    found = resolved("t", documents(**rows))

    assert found["claims"] == [CLAIM | {"sd": "always", "mandatory": True}]
    assert found["x"] == 0.5  # what is not understood is kept


def test_a_type_is_displayed_as_the_nearest_document_says() -> None:
    """Its own display if it has one, else that of what it extends; never a mixture."""
    base = {"display": [{"locale": "en", "name": "Base"}]}
    own = {"display": [{"locale": "de", "name": "Eigenes"}]}

    assert base["display"] == resolved("t", documents(t={"extends": "u"}, u=base))["display"]
    assert own["display"] == resolved("t", documents(t={"extends": "u"} | own, u=base))["display"]


def test_the_strongest_hash_decides() -> None:
    """W3C SRI §3.3.3: several may be given, and a weaker one does not help a wrong stronger one."""
    document = b'{"vct":"t"}'
    wrong = "sha512-" + "A" * 86 + "=="
    typemetadata.require_integrity(document, f"{integrity(b'x')} {integrity(document)}")

    with pytest.raises(Malformed):
        typemetadata.require_integrity(document, f"{integrity(document)} {wrong}")


def test_nothing_but_our_own_error_escapes() -> None:
    """A thousand neighbours of two documents that extend one another."""
    child, base = documents(t={"extends": "u", "claims": [CLAIM]}, u={"claims": [CLAIM]}).values()
    for mutant in mutants(child, seed=5, count=1000):
        try:
            at_path(
                {"a": [1]}, tuple(resolved("t", {"t": mutant, "u": base}).get("claims", [CLAIM])[0]["path"])
            )
        except VerifierError:
            continue
