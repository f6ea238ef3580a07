"""What a receipt names by digest is followed: kept, not kept, or not what it is called."""

import json
from dataclasses import replace
from hashlib import sha256

import pytest
from certhub_schemas import matters, shipped_catalogue
from certhub_verifier.cli.documents import Documents
from certhub_verifier.cli.trust_sources import Anchor
from certhub_verifier.documents import DocumentState, follow, matter_of
from certhub_verifier.formats.exchange.receipt import Receipt
from certhub_verifier.formats.exchange.reported_fact import StatedFact
from certhub_verifier.formats.jose import jws
from certhub_verifier.policy import Channel, policy_for
from certhub_verifier.trust import manifest

from tests.support.credentials import NOW, World, an_agreement
from tests.support.forms import report_validator
from tests.support.shelves import bundle, put, verify

WORLD = World()
RULES = policy_for(matters()[0], Channel.TICKET).document()
FILES = WORLD.trust_files()
LIST = manifest(FILES)
AGREEMENT = an_agreement().to_bytes()
CATALOGUE = shipped_catalogue().document()
MATTER = matters()[0].document()
ALL = {"policy": RULES, "trust": LIST, "matter": MATTER, "catalogue": CATALOGUE, "agreement": AGREEMENT}


def name(document: bytes) -> str:
    """Return what a document is called by."""
    return sha256(document).hexdigest()


def receipt(**changes) -> str:
    """Return a receipt that names the five documents, and two of them by a fact as well."""
    plain = Receipt.from_payload(jws.parse(WORLD.receipt(), "receipt+jwt").payload)
    facts = (
        StatedFact("agreement", "yes", None, NOW, name(AGREEMENT)),
        StatedFact("catalogued", "yes", None, NOW, name(CATALOGUE)),
    )
    items = tuple(replace(item, facts=(*item.facts, *facts)) for item in plain.items)
    whole = {
        "policy": name(RULES),
        "trust": name(LIST),
        "matter_digest": name(MATTER),
        "catalogue": name(CATALOGUE),
        "agreements": (f"HOME-AWAY-1@sha256:{name(AGREEMENT)}",),
        "items": items,
    }
    return WORLD.receipt(**whole | changes)


def folder(tmp_path, *left_out: bytes, **changed: bytes):
    """Write the documents under their names, without some, and some with other contents."""
    held = {name(one): one for one in (*ALL.values(), *FILES.values()) if one not in left_out}
    held |= {name(ALL[what]): content for what, content in changed.items()}
    return put(tmp_path / "documents", held)


def told(capsys, tmp_path, documents=None, *, anchor=None, **changes):
    """Return exit code, finding, and (what, state) of each document."""
    file = put(tmp_path, {"receipt.txt": receipt(**changes)}) / "receipt.txt"
    trust = anchor or put(tmp_path / "trust", FILES)
    given = [] if documents is None else ["--documents", documents]
    code, out, _ = verify(capsys, file, *given, "--json", trust=trust)
    form = json.loads(out)
    report_validator().validate(form)
    return code, form["finding"], [(one["what"], one["state"]) for one in form["documents"]], form


def with_list(capsys, tmp_path, documents, listed: bytes):
    """Follow a receipt that names another trust list than the one at hand."""
    file = put(tmp_path, {"other.txt": receipt(trust=name(listed))}) / "other.txt"
    code, out, _ = verify(
        capsys, file, "--documents", documents, "--json", trust=put(tmp_path / "trust", FILES)
    )
    form = json.loads(out)
    return code, form["finding"], [(one["what"], one["state"]) for one in form["documents"]], form


def test_each_document_is_kept_and_says_what_it_is(capsys, tmp_path):
    """Rules and matter by code, the list by its files, the catalogue by its numbers, the agreement by its id."""
    code, finding, found, form = told(capsys, tmp_path, folder(tmp_path))

    assert (0, "GENUINE") == (code, finding)
    assert [(what, "kept") for what in ALL] == found
    assert [
        {"matter": matters()[0].code, "channel": "ticket"},
        {"files": str(len(FILES)), "kept": str(len(FILES))},
        {"code": matters()[0].code, "name": matters()[0].name},
        {
            "kinds": str(len(json.loads(CATALOGUE)["kinds"])),
            "matters": str(len(json.loads(CATALOGUE)["matters"])),
        },
        {"id": "HOME-AWAY-1"},
    ] == [one["detail"] for one in form["documents"]]
    assert [name(one) for one in ALL.values()] == [one["digest"] for one in form["documents"]]


@pytest.mark.parametrize("what", ALL)
def test_a_document_that_is_altered_is_told_by_its_name(capsys, tmp_path, what):
    """The receipt stays genuine, and somebody has to look: 10."""
    code, finding, found, form = told(capsys, tmp_path, folder(tmp_path, **{what: ALL[what] + b" "}))

    assert (10, "DOCUMENT_ALTERED") == (code, finding)
    assert [what] == [one for one, state in found if state == "altered"]
    assert name(ALL[what]) in form["reason"]
    assert form["recorded"] is not None


@pytest.mark.parametrize("digest", ["policy", "trust", "matter_digest", "catalogue"])
def test_what_is_not_at_hand_takes_nothing_from_a_receipt(capsys, tmp_path, digest):
    """A trust set, rules, a matter or a catalogue of years ago: not kept, and genuine all the same."""
    code, finding, found, _ = told(capsys, tmp_path, folder(tmp_path), **{digest: "e" * 64})

    assert (0, "GENUINE") == (code, finding)
    assert [digest.removesuffix("_digest")] == [what for what, state in found if state == "not_kept"]


@pytest.mark.parametrize("number", [1, 2])
def test_a_receipt_of_an_earlier_format_names_what_it_named(capsys, tmp_path, number):
    """Rules, list, and by facts agreement and catalogue; of a matter it names the code alone."""
    code, _, found, _ = told(capsys, tmp_path, folder(tmp_path), format=number)

    assert 0 == code
    assert [(what, "kept") for what in ("policy", "trust", "agreement", "catalogue")] == found


@pytest.mark.parametrize("policy", policy_for(matters()[0], Channel.TICKET).former_documents())
def test_rules_are_found_by_the_names_of_earlier_releases(capsys, tmp_path, policy):
    """Their forms are this installation's, whatever a later release adds to what is asked."""
    code, _, found, form = told(capsys, tmp_path, policy=name(policy))

    assert (0, "kept") == (code, dict(found)["policy"])
    assert {"matter": matters()[0].code, "channel": "ticket"} == form["documents"][0]["detail"]


@pytest.mark.parametrize("each", matters(), ids=lambda each: each.code)
def test_every_matter_of_this_installation_is_at_hand(each):
    """By the digest that a receipt carries, without any folder; what it names is read back as the same matter."""
    plain = Receipt.from_payload(jws.parse(receipt(), "receipt+jwt").payload)
    named = replace(plain, matter_digest=each.digest)

    assert each == matter_of(named, Documents(None, Anchor(origin="none")).find)


@pytest.mark.parametrize("document", [b"{}", b"[]", b"{", MATTER[:-1], b""])
def test_a_matter_that_is_altered_or_of_no_known_form_is_none(document):
    """Under the digest that the receipt carries stands something else, or something that is no matter."""
    plain = Receipt.from_payload(jws.parse(receipt(), "receipt+jwt").payload)

    assert matters()[0] == matter_of(plain, {name(MATTER): MATTER}.get)
    assert matter_of(plain, {name(MATTER): document}.get) is None
    assert matter_of(plain, {name(MATTER): MATTER + b" "}.get) is None
    assert matter_of(replace(plain, matter_digest=name(document)), {name(document): document}.get) is None
    assert matter_of(replace(plain, matter_digest=None), {name(MATTER): MATTER}.get) is None


def test_a_file_of_a_trust_list_is_followed_too(capsys, tmp_path):
    """A list whose manifest is kept and a file of which is not, or is altered, is told by that file."""
    path, content = max(FILES.items())
    older = {**FILES, path: content + b"\n"}
    documents = put(folder(tmp_path), {name(manifest(older)): manifest(older)})
    code, finding, found, form = with_list(capsys, tmp_path, documents, manifest(older))
    put(documents, {name(older[path]): b"{}"})
    later = with_list(capsys, tmp_path, documents, manifest(older))

    assert (0, "GENUINE") == (code, finding)
    assert [("trust_file", "not_kept")] == [one for one in found if one[1] != "kept"]
    assert [{"path": path}] == [one["detail"] for one in form["documents"] if one["what"] == "trust_file"]
    assert (10, "DOCUMENT_ALTERED") == later[:2]
    assert ("trust_file", "altered") in later[2]


def test_without_a_folder_the_trust_at_hand_is_looked_at(capsys, tmp_path):
    """A trust folder and a bundle hold the list and its agreement; rules, matter and catalogue are those shipped."""
    for trust in (put(tmp_path / "trust", FILES), bundle(tmp_path)):
        code, _, found, _ = told(capsys, tmp_path, anchor=trust)
        known = dict(found)

        assert 0 == code
        assert dict.fromkeys(ALL, "kept") == known


def test_a_receipt_that_is_not_believed_names_nothing(capsys, tmp_path):
    """What an altered file says is followed nowhere."""
    file = put(tmp_path, {"receipt.txt": receipt().replace(".", ".A", 1)}) / "receipt.txt"
    code, out, _ = verify(
        capsys, file, "--documents", folder(tmp_path), "--json", trust=put(tmp_path / "trust", FILES)
    )

    assert (20, []) == (code, json.loads(out)["documents"])


def test_a_person_reads_what_is_kept_in_both_languages(capsys, tmp_path):
    """And the whole digest of what is altered: it is the name of the file."""
    documents = folder(tmp_path, policy=b"{}")
    file = put(tmp_path, {"receipt.txt": receipt()}) / "receipt.txt"
    _, out, _ = verify(capsys, file, "--documents", documents, trust=put(tmp_path / "trust", FILES))

    files = f"{len(FILES)} 个文件中有 {len(FILES)} 个"
    for said in (
        "回执所依据的文件",
        "what the receipt rests on",
        "已留存 kept",
        "与摘要不符",
        name(RULES),
        files,
    ):
        assert said in out


def test_a_folder_that_is_not_there_is_wrong_use(capsys, tmp_path):
    """Otherwise everything would read as not kept."""
    file = put(tmp_path, {"receipt.txt": receipt()}) / "receipt.txt"
    code, _, said = verify(
        capsys, file, "--documents", tmp_path / "nowhere", trust=put(tmp_path / "trust", FILES)
    )

    assert 2 == code
    assert "nowhere" in said


@pytest.mark.parametrize("odd", [b"", b"\xff", b"[]", b"{", b"a\0" + bytes(31), b"[" * 100_000])
def test_a_document_of_no_known_form_is_kept_and_says_nothing(odd):
    """A later release may keep other forms under the digests that it names."""
    plain = Receipt.from_payload(jws.parse(receipt(), "receipt+jwt").payload)
    odds = {"policy": name(odd), "trust": name(odd), "matter_digest": name(odd), "catalogue": name(odd)}
    strange = replace(plain, **odds, agreements=(), items=())

    found = follow(strange, {name(odd): odd}.get)

    assert [(DocumentState.KEPT, {})] * 4 == [(one.state, one.detail) for one in found]
