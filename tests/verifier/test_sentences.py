"""What a person is told: every code in two languages, never a hole, never an empty phrase."""

from datetime import UTC, datetime

import pytest
from certhub_verifier.causes import CODES, Verdict
from certhub_verifier.facts import CAUTIONS, NO_CAUSES, OPEN_CAUSES, Fact, Outcome
from certhub_verifier.receipts import Finding
from certhub_verifier.sentences import (
    BANNED,
    CATALOGUE,
    age_words,
    cause_words,
    explain,
    explain_receipt,
    fact_name,
    moment_words,
    outcome_word,
    placeholders,
)

NOW = datetime(2026, 11, 20, 1, 45, tzinfo=UTC)
ENTRIES = [
    pytest.param(CATALOGUE[section][name], id=f"{section}-{name}")
    for section in ("codes", "receipts", "troubles", "misuse")
    for name in CATALOGUE[section]
]


@pytest.mark.parametrize("entry", ENTRIES)
def test_both_languages_say_the_same(entry):
    """Chinese and English have the same parts, in as many ways, with the same placeholders."""
    assert {"zh", "en"} == set(entry)
    assert set(entry["zh"]) == set(entry["en"])
    for part, ways in entry["zh"].items():
        assert [placeholders(way) for way in ways] == [placeholders(way) for way in entry["en"][part]]


@pytest.mark.parametrize("entry", ENTRIES)
def test_the_last_way_to_say_it_needs_nothing(entry):
    """Headline and next step both exist, and their plainest form has no placeholder."""
    for parts in entry.values():
        assert {"headline", "next_step"} <= set(parts) <= {"headline", "next_step", "deficiency"}
        for ways in parts.values():
            assert frozenset() == placeholders(ways[-1])
            assert all(way.strip() for way in ways)


@pytest.mark.parametrize("entry", ENTRIES)
def test_no_sentence_leaves_anybody_without_a_next_step(entry):
    """The phrases that tell nobody anything do not occur."""
    said = [way for parts in entry.values() for ways in parts.values() for way in ways]

    assert [way for way in said for phrase in BANNED if phrase in way] == []


def test_one_of_several_is_said_in_good_english():
    """A count that can be one stands beside no plural."""
    detail = {"region": "Ezhou", "region_en": "Ezhou", "shown": "1", "untold": "1"}
    said = explain("NO_AGREEMENT", detail, lang="en").headline

    assert "Certificates shown: 1; outside the agreement with Ezhou: 1" == said
    assert "{kinds} kinds" not in CATALOGUE["words"]["kinds_and_matters"]["en"]


def test_a_named_catalogue_is_counted_with_all_its_versions():
    """The document holds every version of a kind: what is printed is their number, and says so."""
    entry = CATALOGUE["words"]["kinds_and_matters"]

    assert entry["zh"].startswith("各版合计")
    assert entry["en"].startswith("all versions together")
    assert {"kinds", "matters"} == placeholders(entry["zh"]) == placeholders(entry["en"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_only_a_matter_that_allows_it_offers_to_accept_incomplete(lang):
    """容缺受理 is offered when the matter allows it, and at no other time."""
    for code in CODES:
        strict = explain(code, {}, lang=lang)
        lenient = explain(code, {}, lang=lang, deficiency_allowed=True)
        assert "容缺" not in strict.headline + strict.next_step
        assert "先受理" not in strict.headline + strict.next_step
        assert (strict != lenient) == ("deficiency" in CATALOGUE["codes"][code][lang])


def test_a_peer_that_is_down_is_met_with_what_the_matter_allows():
    """The two next steps for another region's silence."""
    assert (
        explain("PEER_DOWN", {}, lang="zh", deficiency_allowed=True).next_step
        == "可容缺受理；对方恢复后请再核一次"
    )
    assert explain("PEER_DOWN", {}, lang="zh").next_step == "请走人工核验，或稍后再试"


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        (
            {"date": "2026-03-01", "decision": "鄂州市监撤〔2026〕3 号"},
            "已于 2026-03-01 撤销（决定书 鄂州市监撤〔2026〕3 号）",
        ),
        ({"date": "2026-03-01"}, "已于 2026-03-01 撤销"),
        ({"decision": "3 号"}, "已撤销（决定书 3 号）"),
        ({"date": ""}, "已撤销"),
        ({}, "已撤销"),
    ],
)
def test_a_missing_detail_picks_a_plainer_sentence(detail, expected):
    """A revocation is told with as much as is known of it."""
    assert expected == explain("REVOKED", detail, lang="zh").headline


def test_a_used_code_says_when_and_where():
    """Times are shown in China Standard Time, as today's when they are."""
    detail = {"time": "2026-11-20T01:40:00Z", "where": "2 号窗口"}

    assert explain("CODE_USED", detail, lang="zh", now=NOW).headline == "此码 今天 09:40 已在 2 号窗口 用过"
    assert (
        explain("CODE_USED", detail, lang="en").headline == "This code was used 2026-11-20 09:40 at 2 号窗口"
    )


def test_a_detail_cannot_smuggle_a_placeholder():
    """Braces in a detail are shown as braces."""
    assert explain("REVOKED", {"date": "{decision}"}, lang="zh").headline == "已于 {decision} 撤销"


def test_every_fact_and_outcome_has_a_name():
    """The words beside the facts exist in both languages."""
    for lang in ("zh", "en"):
        assert all(fact_name(fact, lang) for fact in Fact)
        assert all(outcome_word(outcome, lang) for outcome in Outcome)
        assert all(cause_words(code, lang) for code in CODES)


def test_an_unknown_cause_stands_as_it_is():
    """A newer region's word is shown, not hidden."""
    assert cause_words("MOON_PHASE", "zh") == "MOON_PHASE"


def test_ages_and_moments_in_words():
    """Ages are told in the largest whole unit."""
    assert [age_words(seconds, "zh") for seconds in (9, 59, 3 * 60, 27 * 3600, 80 * 3600, -3600)] == [
        "刚刚",
        "59 秒前",
        "3 分钟前",
        "27 小时前",
        "3 天前",
        "在未来",
    ]
    assert moment_words(NOW, lang="en", now=NOW) == "today 09:45"
    assert moment_words(NOW, lang="en") == "2026-11-20 09:45"


def test_a_receipt_has_sentences_of_its_own():
    """Every finding about a receipt can be told."""
    assert {finding.value for finding in Finding} == set(CATALOGUE["receipts"]) == set(CATALOGUE["findings"])
    for finding in Finding:
        assert explain_receipt(finding, lang="zh").next_step


def test_every_cause_of_a_fact_is_in_the_catalogue_and_of_the_right_class():
    """A "no" has an invalid cause, a caution a check one, and an open fact never a valid or invalid one."""
    for causes in NO_CAUSES.values():
        assert {CODES[cause].verdict for cause in causes} <= {Verdict.INVALID}
    for causes in CAUTIONS.values():
        assert {CODES[cause].verdict for cause in causes} <= {Verdict.CHECK}
    for fact in Fact:
        assert {CODES[cause].verdict for cause in OPEN_CAUSES[fact]} <= {Verdict.CHECK, Verdict.UNDETERMINED}
        assert OPEN_CAUSES[fact]


def test_headlines_stand_in_the_order_of_the_screens():
    """Tampered first, valid last; a known bad before an unknown, an unknown before a check."""
    order = sorted(CODES.values(), key=lambda cause: cause.rank)

    assert [cause.code for cause in order[:3]] == ["TAMPERED", "ISSUER_NOT_ENTITLED", "REVOKED"]
    assert list(dict.fromkeys(cause.verdict for cause in order)) == [
        Verdict.INVALID,
        Verdict.UNDETERMINED,
        Verdict.CHECK,
        Verdict.VALID,
    ]


def test_exit_codes_and_words_of_the_verdicts():
    """0, 10, 20 and 30, as the command promises."""
    assert {v.zh: v.exit_code for v in Verdict} == {"有效": 0, "有效·请核对": 10, "无效": 20, "无法判定": 30}
    assert len({verdict.en for verdict in Verdict}) == 4
