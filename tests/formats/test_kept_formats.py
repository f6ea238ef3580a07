"""What the releases before signed is read for ever: one file of each format, made by the code that wrote it.

kept/format-1.json   made by commit 3ae5ef0 itself, its two demo regions and its own flows: questions and answers,
                     receipts with their openings, a device bundle, an agreement, and the trust files of that day
"""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from certhub_verifier import cli
from certhub_verifier.formats.exchange import envelope
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.trust.agreement import Agreement
from certhub_verifier.receipts import Finding, examine_receipt
from certhub_verifier.trust import TrustSet, open_bundle

KEPT = json.loads((Path(__file__).parent / "kept" / "format-1.json").read_text(encoding="utf-8"))
AT = datetime.fromisoformat(KEPT["at"])
TRUST = TrustSet.from_files({path: text.encode() for path, text in KEPT["trust"].items()}, as_of=AT)
ASKED = {one["what"]: one for one in KEPT["asked"]}
RECEIPTS = {one["what"]: one for one in KEPT["receipts"]}


def opened(token: str, typ: str) -> dict:
    """The payload of a token, its signature checked by the trust files of that day."""
    parsed = jws.parse(token, typ)
    key = TRUST.key(parsed.header.kid)
    assert key is not None
    return dict(jws.verify(parsed, key))


@pytest.mark.parametrize("what", ASKED)
def test_a_question_of_format_1_is_read(what):
    """As its asker signed it, and printed again it is the same."""
    payload = opened(ASKED[what]["question"], envelope.REQUEST_TYP)

    question = envelope.Request.from_payload(payload)

    assert "format" not in payload
    assert (1, "420100", "420700") == (question.format, question.asker, question.provider)
    assert payload == question.to_payload()


@pytest.mark.parametrize("what", ASKED)
def test_an_answer_of_format_1_is_read(what):
    """As its provider signed it, to that very question; how many certificates were shown it does not say."""
    payload = opened(ASKED[what]["answer"], envelope.RESPONSE_TYP)

    answer = envelope.Response.from_payload(payload)

    assert (1, envelope.request_digest(ASKED[what]["question"])) == (answer.format, answer.request)
    assert [None] == [result.shown for result in answer.results]
    assert payload == answer.to_payload()


@pytest.mark.parametrize("what", RECEIPTS)
def test_a_receipt_of_format_1_is_genuine(what):
    """Whatever it records; the one with a certificate left out records what that release saw of it."""
    found = examine_receipt(RECEIPTS[what]["file"], trust=TRUST, now=AT + timedelta(minutes=5))

    assert Finding.GENUINE is found.finding
    assert (RECEIPTS[what]["verdict"], RECEIPTS[what]["code"]) == (found.receipt.verdict, found.receipt.code)
    assert (1, RECEIPTS[what]["items"]) == (found.receipt.format, len(found.receipt.items))
    assert RECEIPTS[what].get("identifiers", list(found.identifiers)) == list(found.identifiers)


@pytest.mark.parametrize("what", RECEIPTS)
def test_a_receipt_of_format_1_is_not_altered_thirty_years_on(what):
    """Its key is past checking by then, and the list old: aged, and still what its region signed."""
    found = examine_receipt(RECEIPTS[what]["file"], trust=TRUST, now=AT + timedelta(days=30 * 365))

    assert Finding.AGED is found.finding
    assert RECEIPTS[what]["code"] == found.receipt.code


def test_a_bundle_of_format_1_is_read():
    """A device that was brought up goes on with the bundle that it holds."""
    trust, contents = open_bundle(KEPT["bundle"], anchor=TRUST)

    assert (1, "420700") == (contents.format, contents.region)
    assert TRUST.digest == trust.digest
    assert contents.status


def test_an_agreement_of_format_1_is_read():
    """The file that both regions published, under the digest that the questions quote."""
    file = KEPT["trust"][KEPT["agreement"]].encode()

    agreement = Agreement.from_bytes(file)

    quoted = {opened(one["question"], envelope.REQUEST_TYP)["agr"] for one in KEPT["asked"]}
    assert {agreement.reference} == quoted
    assert file == agreement.to_bytes()


def test_the_command_reads_a_receipt_of_format_1_by_a_bundle_of_format_1(tmp_path, capsys):
    """Everything switched off but this program: exit code 0."""
    (tmp_path / "bundle.jwt").write_text(KEPT["bundle"])
    (tmp_path / "receipt.json").write_text(RECEIPTS["two certificates at home"]["file"])
    at = (AT + timedelta(minutes=5)).isoformat()

    code = cli.main(
        [str(tmp_path / "receipt.json"), "--trust", str(tmp_path / "bundle.jwt"), "--at", at, "--json"]
    )

    told = json.loads(capsys.readouterr().out)
    assert (0, "GENUINE", "valid") == (code, told["finding"], told["recorded_verdict"])
