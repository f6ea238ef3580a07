"""The report: one JSON form, the worst item speaks for all, and a failed code has no items."""

from datetime import UTC, datetime

import pytest
from certhub_verifier.causes import Verdict
from certhub_verifier.facts import Checked, Fact, Outcome
from certhub_verifier.policy import Channel
from certhub_verifier.report import ItemReport, failed, overall

NOW = datetime(2026, 11, 20, 1, 45, tzinfo=UTC)


def item(verdict=Verdict.VALID, code="OK", *, kind="11100000MB0143028R001", facts=(), **detail):
    """An item as the engine would make it."""
    return ItemReport(
        kind=kind,
        kind_name="营业执照",
        kind_name_en="Business licence",
        verdict=verdict,
        code=code,
        facts=tuple(facts),
        disclosed={"名称": "示例小面馆"},
        detail=detail,
    )


def test_the_form_is_the_one_that_programs_rely_on():
    """Every promised member is there, with the types of DESIGN §4."""
    behind = Checked(Fact.STANDS_BEHIND, Outcome.YES, None, NOW, "0" * 64, {"agency": "示例局"})
    soon = Checked(Fact.DATES, Outcome.YES, "EXPIRES_SOON", NOW, None, {"days": "6"})
    found = overall(
        [item(Verdict.CHECK, "EXPIRES_SOON", facts=[behind, soon], days="6")],
        channel=Channel.TICKET,
        as_of=NOW,
        verification_id="v" * 22,
    )

    assert found.to_dict() == {
        "version": 1,
        "verification_id": "v" * 22,
        "verdict": "check",
        "code": "EXPIRES_SOON",
        "headline": "证照有效，还有 6 天到期",
        "next_step": "提醒持证人办理延续",
        "as_of": "2026-11-20T09:45:00+08:00",
        "channel": "ticket",
        "items": [
            {
                "kind": "11100000MB0143028R001",
                "kind_version": None,
                "kind_name": "营业执照",
                "kind_name_en": "Business licence",
                "verdict": "check",
                "code": "EXPIRES_SOON",
                "result_number": 0,
                "issuer": None,
                "valid_from": None,
                "valid_to": None,
                "facts": [
                    {
                        "fact": "stands_behind",
                        "outcome": "yes",
                        "as_of": "2026-11-20T09:45:00+08:00",
                        "evidence": "0" * 64,
                        "detail": {"agency": "示例局"},
                    },
                    {
                        "fact": "dates",
                        "outcome": "yes",
                        "cause": "EXPIRES_SOON",
                        "as_of": "2026-11-20T09:45:00+08:00",
                        "detail": {"days": "6"},
                    },
                ],
                "predicates": [],
                "disclosed": {"名称": "示例小面馆"},
            }
        ],
        "requirements": [],
        "materials": None,
        "receipt_url": None,
    }


def test_the_language_changes_sentences_and_nothing_else():
    """Codes are for programs; only headline and next step are in a language."""
    found = overall([item()], channel=Channel.FILE, as_of=NOW)
    zh, en = found.to_dict("zh"), found.to_dict("en")

    assert {"headline", "next_step"} == {name for name in zh if zh[name] != en[name]}


def test_the_worst_item_speaks_for_all():
    """Two certificates in one code: one suspended, so the scan is invalid and both are shown."""
    found = overall(
        [item(), item(Verdict.INVALID, "SUSPENDED", until="2026-12-31")], channel=Channel.TICKET, as_of=NOW
    )

    assert (found.verdict, found.code) == (Verdict.INVALID, "SUSPENDED")
    assert found.sentence("zh").headline == "暂扣中，至 2026-12-31"
    assert len(found.items) == 2


def test_a_code_that_fails_by_itself_has_no_items():
    """Used up: no certificate was judged, and none is shown."""
    found = overall([item(Verdict.INVALID, "CODE_USED", where="2 号窗口")], channel=Channel.SEALED, as_of=NOW)

    assert (found.code, found.items) == ("CODE_USED", ())
    assert found.detail == {"where": "2 号窗口"}


def test_what_could_not_be_read_is_no_item():
    """An altered sealed code says so at the top."""
    found = overall([item(Verdict.INVALID, "TAMPERED", kind="")], channel=Channel.SEALED, as_of=NOW)

    assert (found.code, found.items) == ("TAMPERED", ())


def test_nothing_at_all_is_not_found():
    """An empty answer is never valid."""
    assert overall([], channel=Channel.PEER, as_of=NOW).code == "NOT_FOUND"


@pytest.mark.parametrize("code", ["OK", "STATUS_AGED"])
def test_a_failure_cannot_be_good(code):
    """Nobody reports a failed code as valid, not even by mistake."""
    with pytest.raises(ValueError, match="no failure"):
        failed(code, channel=Channel.TICKET, as_of=NOW)


def test_a_failure_carries_its_cause_at_the_top():
    """The verdict is that of the code's class."""
    found = failed("CODE_PARTIAL", {"received": "312"}, channel=Channel.SEALED, as_of=NOW)

    assert (found.verdict, found.items) == (Verdict.UNDETERMINED, ())
    assert found.sentence("zh").headline == "只收到 312 个字符，码没有读完整"
