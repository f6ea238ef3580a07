"""The report has one form, and a JSON Schema that says which: whatever is printed fits it, and nothing else is."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from certhub_schemas import report_schema, shipped_catalogue
from certhub_schemas.reports import REPORT_VERSION
from certhub_verifier import cli
from certhub_verifier.causes import CODES
from certhub_verifier.engine import examine, run
from certhub_verifier.evidence import PresentedCredential, SealedCode
from certhub_verifier.facts import CAUTIONS, NO_CAUSES, OPEN_CAUSES, Checked, Fact, Outcome
from certhub_verifier.floor import FloorRow
from certhub_verifier.formats.exchange.receipt import IdentityCheck, ReceiptRequirement
from certhub_verifier.policy import Channel, policy_for
from certhub_verifier.receipts import examine_receipt
from certhub_verifier.report import VERSION, failed, overall
from certhub_verifier.verdict import judge

from tests.support.credentials import AWAY, NOW, World, named_key, seconds
from tests.support.forms import report_validator

WORLD = World()
DAY = timedelta(days=1)
KIND_OF = {
    Channel.TICKET: FloorRow.TICKET,
    Channel.FILE: FloorRow.FILE,
    Channel.SEALED: FloorRow.CODE,
    Channel.PAPER: FloorRow.CODE,
    Channel.PEER: FloorRow.ANSWER,
}


@pytest.fixture(scope="module")
def valid():
    """What is printed fits the closed schema."""
    validator = report_validator()

    def check(form):
        validator.validate(json.loads(json.dumps(form, ensure_ascii=False)))

    return check


def test_the_version_is_the_reports():
    """The closed lists are held against theirs in tests/house/test_closed_lists.py."""
    members = report_schema()["$defs"]

    assert VERSION == REPORT_VERSION == members["version"]["const"]


def test_a_reader_gets_a_schema_of_its_own():
    """Changing it changes nobody else's."""
    report_schema()["$defs"].clear()

    assert "report" in report_schema()["$defs"]


@pytest.mark.parametrize("fact", Fact)
@pytest.mark.parametrize("channel", Channel)
def test_every_answer_that_a_fact_may_have_fits(valid, fact, channel):
    """Each fact with each of its causes, by each channel, judged and put into a report in both languages."""
    answers = [(Outcome.YES, None)]
    answers += [(Outcome.NO, cause) for cause in NO_CAUSES[fact]]
    answers += [(Outcome.UNDETERMINED, cause) for cause in OPEN_CAUSES[fact]]
    answers += [(Outcome.YES, cause) for cause in CAUTIONS.get(fact, ())]
    known = tuple(Checked(one, Outcome.YES, None, NOW) for one in Fact if one is not fact)
    policy, kind = policy_for(None, channel), KIND_OF[channel]
    for outcome, cause in answers:
        facts = (*known, Checked(fact, outcome, cause, NOW - DAY, "0" * 64, {"date": "2026-11-24"}))
        judgement = judge(facts, policy, kind)
        item = replace(ITEM, facts=facts, verdict=judgement.verdict, code=judgement.code)
        for lang in ("zh", "en"):
            valid(overall([item], channel=channel, as_of=NOW).to_dict(lang))


ITEM = run(
    examine(
        PresentedCredential(WORLD.credential(), "file", asker=None),
        trust=WORLD.trust(),
        policy=policy_for(None, Channel.FILE),
        now=NOW,
        catalogue=shipped_catalogue(),
    ),
    lambda need: None,
)


@pytest.mark.parametrize(
    "text", [WORLD.credential(), WORLD.credential()[:-9], "x~", WORLD.credential(key=named_key("x"))]
)
@pytest.mark.parametrize("trust", [WORLD.trust(), None])
def test_what_the_engine_finds_fits(valid, text, trust):
    """A credential whole, cut, of no shape, and by a key that nobody knows; with a trust list and without."""
    steps = examine(
        PresentedCredential(text, "file", asker=AWAY),
        trust=trust,
        policy=policy_for(None, Channel.FILE),
        now=NOW,
        catalogue=shipped_catalogue(),
    )
    valid(overall([run(steps, lambda need: None)], channel=Channel.FILE, as_of=NOW).to_dict())


@pytest.mark.parametrize("late", [0, 59, 60, 86_400])
def test_what_a_sealed_code_gives_fits(valid, late):
    """Alive and expired: with an item, and without."""
    steps = examine(
        SealedCode(WORLD.sealed_code(), asker=None),
        trust=WORLD.trust(),
        policy=policy_for(None, Channel.SEALED),
        now=NOW + timedelta(seconds=late),
        catalogue=shipped_catalogue(),
    )
    valid(overall([run(steps, lambda need: None)], channel=Channel.SEALED, as_of=NOW).to_dict())


@pytest.mark.parametrize("code", [code for code, cause in CODES.items() if cause.verdict.badness > 1])
def test_every_failure_fits(valid, code):
    """A code that fails by itself has no items, and no certificate to tell of."""
    report = failed(code, {"received": "312"}, channel=Channel.TICKET, as_of=NOW, verification_id="v" * 22)
    valid(report.to_dict())


def test_what_the_hub_adds_fits(valid):
    """Its verification, its receipt, and English beside Chinese."""
    report = overall([ITEM], channel=Channel.TICKET, as_of=NOW, verification_id="v" * 22, receipt_url="/r")
    english = report.sentence("en")

    valid(report.to_dict() | {"headline_en": english.headline, "next_step_en": english.next_step})


@pytest.mark.parametrize(
    "file",
    [
        WORLD.receipt_file(),
        WORLD.receipt_file(
            WORLD.receipt(items=(WORLD.receipt_item(None, WORLD.declared()),)),
            [WORLD.opening(), WORLD.declared()],
        ),
        WORLD.receipt(format=1),
        WORLD.receipt(format=2),
        WORLD.receipt(
            identity_check=IdentityCheck("id_card_reader", NOW),
            requirements=(
                ReceiptRequirement("licence", "missing", cause="REVOKED", item=0, vid="v" * 22),
                ReceiptRequirement("abode", "not_applicable", declared_by="o" * 22),
            ),
            materials="incomplete",
        ),
        WORLD.receipt(),
        WORLD.receipt(verdict="invalid", code="REVOKED", case="办-1"),
        WORLD.receipt(issued_at=seconds(NOW + DAY)),
        WORLD.receipt()[:-1],
        WORLD.receipt(key=named_key("999999-receipt-1"), region="999999"),
        json.dumps({"receipt": WORLD.receipt(), "proof": {}}),
    ],
)
@pytest.mark.parametrize("trust", [WORLD.trust(), None])
def test_every_receipts_report_fits(valid, file, trust):
    """Genuine, aged, altered, from the future, of nobody we know."""
    valid(examine_receipt(file, trust=trust, now=NOW).to_dict())


def test_whatever_the_command_prints_fits(valid, tmp_path, capsys):
    """Every line, single or of many, with --why and without trust."""
    put = {
        "bundle.jwt": WORLD.bundle(),
        "in/licence.sd-jwt": WORLD.credential(),
        "in/receipt.json": WORLD.receipt_file(),
        "in/altered.json": WORLD.receipt_file()[:-3],
        "in/code.txt": WORLD.sealed_code(),
        "in/note.txt": "a note",
        "in/deep/ticket.txt": "EC1" + "0" * 17,
        "in/deep/other.pdf": "x",
    }
    for name, text in put.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "in" / "gone.json").symlink_to(tmp_path / "nowhere")
    folder, trust = str(tmp_path / "in"), ["--trust", str(tmp_path / "bundle.jwt")]
    at = ["--at", NOW.isoformat(), "--json"]
    single = [[str(tmp_path / name), "--why"] for name in put if name.startswith("in/")]
    for arguments in ([folder], ["EC2", folder], *single):
        for anchor in (trust, []):
            cli.main([*arguments, *anchor, *at])
            for line in capsys.readouterr().out.splitlines():
                valid(json.loads(line))


@pytest.mark.parametrize(
    "change",
    [
        {"verdict": "genuine"},
        {"verdict": "valid"},
        {"version": 2},
        {"code": "MOON_PHASE"},
        {"as_of": "2026-11-24T09:41:00Z"},
        {"items": [{}]},
        {"headline": ""},
        {"extra": 1},
    ],
)
def test_the_form_refuses_what_no_report_says(valid, change):
    """Another verdict, "valid" with a reason against it, an unknown code, a time of another zone."""
    form = overall([ITEM], channel=Channel.FILE, as_of=NOW).to_dict()
    valid(form)

    with pytest.raises(ValueError):
        valid(form | change)


def test_what_is_not_yes_has_to_say_why(valid):
    """An undetermined fact without a cause is no report of ours."""
    form = overall([ITEM], channel=Channel.FILE, as_of=NOW).to_dict()
    fact = next(fact for fact in form["items"][0]["facts"] if fact["outcome"] == "undetermined")
    del fact["cause"]

    with pytest.raises(ValueError):
        valid(form)
