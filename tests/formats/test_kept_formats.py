"""What the releases before signed is read for ever: one file of each format, made by the code that wrote it.

kept/format-1.json   made by commit 3ae5ef0 itself, its two demo regions and its own flows: questions and answers,
                     receipts with their openings, a device bundle, an agreement, and the trust files of that day
kept/format-2.json   the same, made by commit bc341b1; its agreement is still in format 1
kept/format-3.json   the same, made by the commit that it names (`python -m tests.support.kept`), and what a counter
                     requested; its agreement is in format 2
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from certhub_verifier import cli
from certhub_verifier.formats.exchange import envelope, request, versions
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.trust.agreement import NEWEST, Agreement
from certhub_verifier.receipts import Finding, examine_receipt
from certhub_verifier.trust import TrustSet, open_bundle

FOLDER = Path(__file__).parent / "kept"


@dataclass(frozen=True)
class Kept:
    """The file of a format."""

    number: int

    @cached_property
    def said(self) -> dict[str, Any]:
        """All that the file holds."""
        return dict(json.loads((FOLDER / f"format-{self.number}.json").read_text(encoding="utf-8")))

    @property
    def at(self) -> datetime:
        """When it was signed."""
        return datetime.fromisoformat(self.said["at"])

    @cached_property
    def trust(self) -> TrustSet:
        """The trust files of that day."""
        files = {path: text.encode() for path, text in self.said["trust"].items()}
        return TrustSet.from_files(files, as_of=self.at)

    def opened(self, token: str, typ: str) -> dict[str, Any]:
        """The payload of a token, its signature checked by the trust files of that day."""
        parsed = jws.parse(token, typ)
        key = self.trust.key(parsed.header.kid)
        assert key is not None
        return dict(jws.verify(parsed, key))


KEPT = tuple(Kept(number) for number in versions.RECEIPT)
"""A file of every format that is read here: a format that has none fails at once."""
AGREED_IN = {1: 1, 2: 1, 3: 2}
"""In which format an agreement was, when messages and receipts were in another."""


def each(what: str) -> pytest.MarkDecorator:
    """Ask for each thing of a sort that each format's file holds."""
    found = [(kept, one) for kept in KEPT for one in kept.said.get(what, ())]
    ids = [f"{kept.number}: {one['what']}" for kept, one in found]
    return pytest.mark.parametrize(("kept", "one"), found, ids=ids)


each_format = pytest.mark.parametrize("kept", KEPT, ids=[str(kept.number) for kept in KEPT])


def test_each_format_that_was_ever_written_has_its_file():
    """No reader's list holds a format without one, and no file is of a format that is read no more."""
    files = {int(file.stem.removeprefix("format-")) for file in FOLDER.glob("format-*.json")}

    assert set(versions.RECEIPT) == set(versions.EXCHANGE) == set(versions.BUNDLE) == files
    assert set(range(1, NEWEST + 1)) == set(AGREED_IN.values())


@each("asked")
def test_a_question_is_read(kept, one):
    """As its asker signed it, and printed again it is the same."""
    payload = kept.opened(one["question"], envelope.REQUEST_TYP)

    question = envelope.Request.from_payload(payload)

    assert (None if kept.number == 1 else kept.number) == payload.get("format")
    assert (kept.number, "420100", "420700") == (question.format, question.asker, question.provider)
    assert payload == question.to_payload()


@each("asked")
def test_an_answer_is_read(kept, one):
    """As its provider signed it, to that very question; how many were shown is said from format 2 on."""
    payload = kept.opened(one["answer"], envelope.RESPONSE_TYP)

    answer = envelope.Response.from_payload(payload)

    assert (kept.number, envelope.request_digest(one["question"])) == (answer.format, answer.request)
    [result] = answer.results
    assert (kept.number == 1 or result.cause is not None) == (result.shown is None)
    assert payload == answer.to_payload()


@each("requests")
def test_a_counters_request_is_read(kept, one):
    """The questions that fetched it, the request, the number that was read, and the answer: each as it was signed."""
    payload = kept.opened(one["request"], request.TYP)
    questions = [kept.opened(token, envelope.REQUEST_TYP) for token in (*one["questions"], *one["checks"])]
    answered = kept.opened(one["answer"], envelope.RESPONSE_TYP)

    found = request.CounterRequest.from_payload(payload)
    answer = envelope.Response.from_payload(answered)

    assert payload == found.to_payload()
    assert ("420100", "420700", "L3") == (found.asker, found.home, found.mode)
    assert questions == [envelope.Request.from_payload(each).to_payload() for each in questions]
    assert envelope.request_digest(one["request"]) == answer.request
    assert answered == answer.to_payload()
    assert ["same" if one["checks"] else None] == [result.identity for result in answer.results]


@each("receipts")
def test_a_receipt_is_genuine(kept, one):
    """Whatever it records, with what opens it; of a matter's requirements from format 3 on."""
    found = examine_receipt(one["file"], trust=kept.trust, now=kept.at + timedelta(minutes=5))

    assert Finding.GENUINE is found.finding
    assert (one["verdict"], one["code"]) == (found.receipt.verdict, found.receipt.code)
    assert (kept.number, one["items"]) == (found.receipt.format, len(found.receipt.items))
    assert one.get("identifiers", []) == [each for each in found.identifiers if each is not None]
    assert one.get("materials") == found.receipt.materials
    assert one.get("requirements", {}) == {row.id: row.state for row in found.receipt.requirements}
    assert one.get("arguments", []) == [each.argument for each in found.arguments]


@each("receipts")
def test_a_receipt_is_not_altered_thirty_years_on(kept, one):
    """Its key is past checking by then, and the list old: aged, and still what its region signed."""
    found = examine_receipt(one["file"], trust=kept.trust, now=kept.at + timedelta(days=30 * 365))

    assert Finding.AGED is found.finding
    assert one["code"] == found.receipt.code


@each_format
def test_a_bundle_is_read(kept):
    """A device that was brought up goes on with the bundle that it holds."""
    trust, contents = open_bundle(kept.said["bundle"], anchor=kept.trust)

    assert (kept.number, "420700") == (contents.format, contents.region)
    assert kept.trust.digest == trust.digest
    assert contents.status


@each_format
def test_an_agreement_is_read(kept):
    """The file that both regions published, under the digest that the questions quote."""
    file = kept.said["trust"][kept.said["agreement"]].encode()

    agreement = Agreement.from_bytes(file)

    quoted = {kept.opened(one["question"], envelope.REQUEST_TYP)["agr"] for one in kept.said["asked"]}
    assert {agreement.reference} == quoted
    assert AGREED_IN[kept.number] == agreement.format
    assert file == agreement.to_bytes()


@each_format
def test_the_command_reads_a_receipt_by_a_bundle_of_its_day(kept, tmp_path, capsys):
    """Everything switched off but this program: exit code 0."""
    (tmp_path / "bundle.jwt").write_text(kept.said["bundle"])
    good = next(one for one in kept.said["receipts"] if one.get("identifiers") and one["verdict"] == "valid")
    (tmp_path / "receipt.json").write_text(good["file"])
    at = (kept.at + timedelta(minutes=5)).isoformat()

    code = cli.main(
        [str(tmp_path / "receipt.json"), "--trust", str(tmp_path / "bundle.jwt"), "--at", at, "--json"]
    )

    told = json.loads(capsys.readouterr().out)
    assert (0, "GENUINE", "valid") == (code, told["finding"], told["recorded_verdict"])
