"""What an answer rests on: fact → evidence → signer → root, with ages, as a tree and as a picture."""

import json
import re
from datetime import timedelta
from functools import partial
from xml.etree import ElementTree

import pytest
from certhub_schemas import matter, shipped_catalogue
from certhub_schemas.purposes import Purpose
from certhub_verifier.engine import examine, run
from certhub_verifier.evidence import PresentedCredential, SealedCode, channel_of
from certhub_verifier.facts import Fact, Outcome
from certhub_verifier.formats.trust.listedkey import KeyState
from certhub_verifier.lookups import StatusToken
from certhub_verifier.named_evidence import EvidenceKind, of_credential, of_status_list
from certhub_verifier.policy import Channel, policy_for
from certhub_verifier.receipts import examine_receipt
from certhub_verifier.why import Root, why, why_receipt

from tests.support.credentials import AGENCY, AWAY, HOME, MATTER, NOW, World, named_key
from tests.support.shelves import bundle, put, verify

WORLD = World()
TRUST = WORLD.trust()
HOUR = timedelta(hours=1)
LIST = WORLD.status_token(iat=NOW - 5 * HOUR)


def chains(presented, channel, *, trust=TRUST, token=LIST):
    """What the facts of something presented rest on, by fact."""
    steps = examine(
        presented,
        trust=trust,
        policy=policy_for(matter(MATTER), channel),
        now=NOW,
        catalogue=shipped_catalogue(),
    )
    item = run(steps, lambda need: StatusToken(token) if hasattr(need, "uri") and token else None)
    evidence = [*of_credential(presented.text), *([of_status_list(token)] if token else [])]
    found = why(item.facts, evidence, root=Root(origin="folder", trust=trust), now=NOW)
    assert [fact.fact.value for fact in item.facts] == sorted(
        (answer.name for chain in found.chains for answer in chain.answers), key=list(Fact).index
    )
    return {answer.name: chain for chain in found.chains for answer in chain.answers}


def test_a_credential_rests_on_its_agencys_seal():
    """Shape, signature and term on the credential; who and whether entitled on the trust list alone."""
    found = chains(PresentedCredential(WORLD.credential(), "file", asker=None), Channel.FILE)

    for fact in ("well_formed", "signature", "dates"):
        chain = found[fact]
        assert (chain.evidence.kind, chain.kid, chain.rooted) == (
            EvidenceKind.CREDENTIAL,
            f"{AGENCY}-1",
            True,
        )
        assert chain.key.purpose is Purpose.SEAL
        assert chain.owner == ("鄂州市市场监督管理局（演示）", "Ezhou Market Regulation (demo)")
    for fact in ("stands_behind", "issuer_known", "issuer_entitled", "trust_fresh"):
        assert (found[fact].evidence, found[fact].rooted) == (None, True)


@pytest.mark.parametrize("code", [PresentedCredential, SealedCode])
def test_what_the_catalogue_says_rests_on_the_catalogue(code):
    """It is named by its digest, and nobody signs it: it is data of this installation."""
    presented = (
        PresentedCredential(WORLD.credential(), "file", asker=None)
        if code is PresentedCredential
        else SealedCode(WORLD.sealed_code(), asker=None)
    )
    chain = chains(presented, channel_of(presented))["catalogued"]

    assert (EvidenceKind.CATALOGUE, {shipped_catalogue().digest}) == (
        chain.evidence.kind,
        set(chain.evidence.digests),
    )
    assert (None, False) == (chain.kid, chain.rooted)


def test_a_status_rests_on_a_list_of_its_own_age():
    """Signed by the region's status key, five hours ago."""
    chain = chains(SealedCode(WORLD.sealed_code(), asker=None), Channel.SEALED)["status"]

    assert (chain.evidence.kind, chain.evidence.reference) == (EvidenceKind.STATUS_LIST, f"{HOME}/3")
    assert (chain.evidence.dated, chain.kid) == (NOW - 5 * HOUR, "420700-status-1")


@pytest.mark.parametrize(
    ("presented", "what", "kid"),
    [
        (SealedCode(WORLD.sealed_code(), asker=None), EvidenceKind.SEALED_CODE, "420700-show-1"),
        (SealedCode(WORLD.paper_code(), asker=None), EvidenceKind.PAPER_CODE, "420700-paper-1"),
        (SealedCode(WORLD.sealed_code().lower(), asker=None), EvidenceKind.SEALED_CODE, "420700-show-1"),
    ],
)
def test_a_sealed_code_rests_on_its_regions_key(presented, what, kid):
    """However it was typed."""
    chain = chains(presented, channel_of(presented))["signature"]

    assert (chain.evidence.kind, chain.kid, chain.owner) == (what, kid, ("鄂州市", "Ezhou"))


def test_an_agreement_rests_on_both_regions():
    """Published alike by the two, under the root."""
    chain = chains(SealedCode(WORLD.sealed_code(), asker=AWAY), Channel.SEALED)["agreement"]

    assert (chain.evidence.kind, chain.evidence.reference) == (EvidenceKind.AGREEMENT, "HOME-AWAY-1")
    assert (chain.kid, chain.rooted) == (None, True)


def test_an_answer_without_evidence_ends_in_the_air():
    """Nobody to ask whether the code was used; nobody to say who shows a file."""
    chain = chains(SealedCode(WORLD.sealed_code(), asker=None), Channel.SEALED)["one_time"]
    assert (chain.evidence, chain.rooted, chain.answers[0].outcome) == (None, False, Outcome.UNDETERMINED)

    found = chains(PresentedCredential(WORLD.credential(), "file", asker=None), Channel.FILE, token=None)
    assert (found["status"].evidence, found["status"].rooted) == (None, False)
    assert found["holder_binding"] is found["status"]


def test_a_signer_that_nobody_knows_has_no_root():
    """The evidence names a key; the trust list does not."""
    text = WORLD.credential(key=named_key("11420799MB99990172-9"))
    chain = chains(PresentedCredential(text, "file", asker=None), Channel.FILE)["well_formed"]

    assert (chain.kid, chain.key, chain.rooted) == ("11420799MB99990172-9", None, False)


def test_without_trust_nothing_is_rooted():
    """Whatever was shown."""
    found = chains(PresentedCredential(WORLD.credential(), "file", asker=None), Channel.FILE, trust=None)

    assert not any(chain.rooted for chain in found.values())


def test_what_does_not_read_is_no_evidence_of_anything():
    """Altered beyond reading: it has a digest, and nobody's name."""
    assert (
        of_credential("EC2XXXX")
        == of_credential("~")
        == of_credential("x.y.z~")
        == of_credential("EC1" + "0" * 17)
        == ()
    )
    assert of_status_list(b"nothing").kid is None


def test_a_receipt_rests_on_its_region_and_so_does_what_it_records():
    """What was looked at then is not in the file: its digest is, and the region's word for it."""
    content = WORLD.receipt_file().encode()
    report = examine_receipt(content, trust=TRUST, now=NOW + HOUR)
    genuine, recorded = why_receipt(report, content, root=Root(origin="folder", trust=TRUST)).chains

    assert (genuine.answers[0].name, genuine.evidence.kind) == ("genuine", EvidenceKind.RECEIPT)
    assert (recorded.answers[0].name, recorded.evidence.kind) == ("status", EvidenceKind.THEN)
    assert recorded.evidence.digests == {"a" * 64}
    assert genuine.kid == recorded.kid == "420700-receipt-1"


def test_an_altered_receipt_rests_on_nothing():
    """No signer is named for what nobody signed."""
    content = WORLD.receipt()[:-2].encode()
    report = examine_receipt(content, trust=TRUST, now=NOW)
    (chain,) = why_receipt(report, content, root=Root(origin="folder", trust=TRUST)).chains

    assert (chain.answers[0].outcome, chain.kid, chain.rooted) == (Outcome.NO, None, False)


@pytest.fixture
def explain(capsys, tmp_path):
    """Run the command with --why on one input, beside a bundle of five hours ago."""
    status = {"https://420700.certhub.example/status/3": LIST}
    return partial(verify, capsys, trust=bundle(tmp_path, now=NOW - 5 * HOUR, status=status))


def test_the_tree_says_who_what_and_how_old(explain):
    """Evidence under the answers, its signer under it, the root under that."""
    out = explain(WORLD.sealed_code(), "--why", "--lang", "en")[1]
    tree = out[out.index("what it rests on") :].splitlines()
    status = tree.index("  ? present status · 5 h ago")

    assert re.fullmatch(r"  └─ status list · 420700/3 · sha256 [0-9a-f]{12}… · 5 h ago", tree[status + 2])
    assert tree[status + 3 : status + 5] == [
        "     └─ Ezhou · status key 420700-status-1 · may sign 2025-11-24 – 2027-11-24",
        "        └─ trust list · version 7 · 5 h ago · a bundle named by hand",
    ]
    assert tree[-1] == "  └─ no evidence"


def test_a_compromised_key_says_since_when(capsys, tmp_path):
    """The tree shows why the signature is worth nothing."""
    world = World(entries={"420700-show-1": {"state": KeyState.COMPROMISED, "compromised_since": NOW - HOUR}})
    put(tmp_path, world.trust_files())
    out = verify(capsys, WORLD.sealed_code(), "--why", "--lang", "en", trust=tmp_path)[1]

    assert "show key 420700-show-1 · compromised since 2026-11-24" in out


def test_programs_get_the_same_as_json(explain):
    """With whole digests and times."""
    form = json.loads(explain(WORLD.credential(), "--why", "--json")[1])
    by_fact = {answer["fact"]: chain for chain in form["why"] for answer in chain["answers"]}

    assert by_fact["signature"]["signer"]["owner"] == AGENCY
    assert by_fact["signature"]["root"]["version"] == 7
    assert by_fact["status"]["evidence"]["as_of"] == "2026-11-24T04:41:00+08:00"
    assert by_fact["holder_binding"]["evidence"] is None
    fact = next(fact for fact in form["items"][0]["facts"] if fact["fact"] == "status")
    assert by_fact["status"]["evidence"]["digests"] == [fact["evidence"]]


INPUTS = {
    "code": WORLD.sealed_code(),
    "credential": WORLD.credential(),
    "receipt": WORLD.receipt(),
    "altered": WORLD.receipt()[:-2],
    "ticket": "EC1" + "0" * 17,
    "unknown": WORLD.credential(key=named_key("x")),
}


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("lang", [[], ["--lang", "zh"], ["--lang", "en"]])
def test_the_picture_is_one_file_that_loads_nothing(explain, tmp_path, name, lang):
    """Well-formed XML; no script, no address but the namespace, no handler, no import."""
    picture = tmp_path / "why.svg"
    explain(INPUTS[name], "--why-svg", picture, *lang)
    text = picture.read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)

    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {
        "svg",
        "title",
        "style",
        "rect",
        "text",
        "path",
        "circle",
    }
    assert not any(name.startswith("on") or "href" in name for e in root.iter() for name in e.attrib)
    assert text.count("http") == 1
    assert "url(" not in text
    assert "@import" not in text


def test_the_picture_shows_what_the_tree_says(explain, tmp_path):
    """The same signers, digests and ages."""
    picture = tmp_path / "why.svg"
    tree = explain(WORLD.sealed_code(), "--why", "--why-svg", picture, "--lang", "en")[1]
    shown_there = " ".join(ElementTree.fromstring(picture.read_text(encoding="utf-8")).itertext())
    words = re.findall(r"420700-[a-z]+-1|sha256 [0-9a-f]{12}|version 7|5 h ago", tree)

    assert len(set(words)) == 7
    assert all(word in shown_there for word in words)


def test_a_hostile_name_cannot_leave_its_place(capsys, tmp_path):
    """Names of files are text in the picture, whatever they hold."""
    name = '<script>alert(1)&"\x1b[2J.txt'
    put(tmp_path, {name: "EC1", "other.txt": "x"})
    verify(capsys, tmp_path / name, "--why-svg", tmp_path / "why.svg", trust=None)
    text = (tmp_path / "why.svg").read_text(encoding="utf-8")

    assert "<script" not in text
    assert "\x1b" not in text
    ElementTree.fromstring(text)


def test_it_explains_one_input_at_a_time(explain, tmp_path):
    """Of a folder of a thousand, which? And a file that cannot be written is told."""
    put(tmp_path, {"in/a.txt": WORLD.sealed_code()})

    assert explain(tmp_path / "in", "--why")[0] == 2
    assert explain(WORLD.sealed_code(), "EC1", "--why")[0] == 2
    code, out, err = explain(WORLD.sealed_code(), "--why-svg", tmp_path / "no" / "where.svg")
    assert (code, out) == (2, "")
    assert "--why-svg" in err
