"""What somebody reads of a matter's requirements: of a receipt what it records, of a scan what it meets."""

import json
from dataclasses import replace

import pytest
from certhub_schemas import matter, matters
from certhub_schemas.predicates import PREDICATES
from certhub_schemas.requirements import MODES, WHOSE
from certhub_verifier.formats.exchange import receipt as receipts
from certhub_verifier.formats.exchange.receipt import (
    IdentityCheck,
    ReceiptMode,
    ReceiptPredicate,
    ReceiptRequirement,
)
from certhub_verifier.requirement_report import Materials, RequirementState
from certhub_verifier.sentences import CATALOGUE, placeholders, predicate_words

from tests.support.credentials import MATTER, NOW, World
from tests.support.forms import report_validator
from tests.support.shelves import put, verify

WORLD = World()
FUND, FOOD = matter("PLACEHOLDER-906"), matter("PLACEHOLDER-902")
NOT_AT_HAND = "9" * 64
STANDS = (
    ReceiptRequirement("applicant", "met", item=0),
    ReceiptRequirement("title", "undetermined", cause="SUBJECT_UNLINKED", item=2, vid="w" * 22),
    ReceiptRequirement("retired", "not_applicable"),
    ReceiptRequirement("marriage", "not_applicable", declared_by="o" * 22),
)


@pytest.fixture
def trust(tmp_path):
    """A folder of trust files, with the list that everything points to."""
    return put(tmp_path / "trust", {**WORLD.trust_files(), "status/420700/3": WORLD.status_token()})


@pytest.fixture
def told(capsys, trust):
    """Run the command; returns the lines without their indentation."""

    def run(*arguments):
        return [line.strip() for line in verify(capsys, *arguments, trust=trust)[1].splitlines()]

    return run


@pytest.fixture
def form(capsys, trust):
    """Run the command with --json; returns exit code and form, which fits the schema."""

    def run(*arguments):
        code, out, _ = verify(capsys, *arguments, "--json", trust=trust)
        found = json.loads(out)
        report_validator().validate(found)
        return code, found

    return run


def a_receipt(**changes):
    """A receipt of the housing fund's matter, with requirements in several states."""
    plain = {
        "matter": FUND.code,
        "matter_digest": FUND.digest,
        "mode": ReceiptMode("L2", "L3"),
        "identity_check": IdentityCheck("id_card_reader", NOW),
        "requirements": STANDS,
        "materials": "undetermined",
    }
    return WORLD.receipt(**(plain | changes))


# A receipt


def test_a_receipt_tells_how_it_was_shown(told):
    """The mode that was demanded and the one that was reached, and which check of an identity is on record."""
    lines = told(a_receipt(), "--lang", "zh")

    assert "出示方式  要求：L2 窗口请求、持证人同意；实际：L3 当面核验身份" in lines
    assert "身份核验  读卡器读取身份证 · 2026-11-24 09:41" in lines


def test_a_receipt_without_an_identity_check_says_so(told):
    """None is on record: that is not the same as a receipt that does not know."""
    assert "身份核验  没有记录" in told(a_receipt(identity_check=None), "--lang", "zh")
    assert not [line for line in told(WORLD.receipt(format=2), "--lang", "zh") if "身份核验" in line]


def test_a_receipt_tells_each_requirement_and_what_met_it(told):
    """State first in Chinese; this verification's item, or that of the earlier one, or who declared it away."""
    lines = told(a_receipt(), "--lang", "zh")

    start = lines.index("事项要求 · 材料无法判定")
    assert lines[start + 1 : start + 8] == [
        "✔ 申请人身份 · 持证人本人 · 已满足 · 本次核验第 1 项",
        f"? 房屋权属 · 持证人本人 · 无法判定 · 此前核验 {'w' * 22} 第 3 项",
        "没能与另一张证照比对持证人，无法确认是否相同",
        "可出示 不动产权证书",
        "– 退休或优待凭证 · 持证人本人 · 不适用",
        "适用情形 申请人身份 · 年满 60 周岁",
        f"– 配偶关系 · 配偶 · 不适用 · 由 {'o' * 22} 声明",
    ]


def test_both_languages_stand_side_by_side(told):
    """Chinese first."""
    lines = told(a_receipt(requirements=STANDS[:1], materials="complete"))

    assert "事项要求 what the matter requires · 材料齐全 materials complete" in lines
    assert (
        "✔ 申请人身份 Who applies · 持证人本人 the holder · 已满足 met · 本次核验第 1 项 item 1 of this verification"
    ) in lines


def test_without_its_matter_at_hand_a_receipt_tells_ids(told):
    """It names the matter by digest alone, and nobody reads a requirement of another matter into it."""
    lines = told(a_receipt(matter_digest=NOT_AT_HAND), "--lang", "zh")

    assert "✔ applicant · 已满足 · 本次核验第 1 项" in lines
    assert not [line for line in lines if "申请人身份" in line]


def test_a_matter_out_of_a_folder_of_documents_names_the_requirements(told, tmp_path):
    """The matter of another city, under its digest; where the file is another one, nothing of it is read."""
    named = {one.id: f"某市的{one.name}" for one in FUND.requirements}
    other = replace(FUND, requirements=tuple(replace(one, name=named[one.id]) for one in FUND.requirements))
    text = a_receipt(matter_digest=other.digest)
    kept = put(tmp_path / "kept", {other.digest: other.document()})
    altered = put(tmp_path / "altered", {other.digest: FUND.document()})

    assert "✔ 某市的申请人身份 · 持证人本人 · 已满足 · 本次核验第 1 项" in told(
        text, "--lang", "zh", "--documents", kept
    )
    assert "✔ applicant · 已满足 · 本次核验第 1 项" in told(text, "--lang", "zh", "--documents", altered)


def test_a_receipt_tells_what_was_answered_in_the_place_of_values(told, tmp_path):
    """In plain words, by which region; what was declared only where the file opens it."""
    declared = WORLD.declared()
    item = WORLD.receipt_item(None, declared)
    asked = (*item.predicates, ReceiptPredicate("age_at_least", None, "no", "420100"))
    text = a_receipt(items=(replace(item, predicates=asked),))
    opened = put(tmp_path, {"r.json": WORLD.receipt_file(text, [WORLD.opening(), declared])}) / "r.json"

    assert "✔ 社会保障号码与申报的一致 · 社会保障号码=A1 · 420700" in told(opened, "--lang", "zh")
    lines = told(text, "--lang", "zh")
    assert lines[lines.index("核对过") + 1 : lines.index("核对过") + 4] == [
        "✔ 在所需之日有效 · 420700",
        "✔ 与申报的一致 · 文件未附开启数据，只有摘要 · 420700",
        "✖ 达到所需年龄 · 420100",
    ]


def test_what_a_receipt_says_of_materials_moves_no_exit_code(form):
    """It is about the receipt; what is missing is on record there."""
    for materials in receipts.MATERIALS:
        code, found = form(a_receipt(materials=materials))
        assert (0, materials) == (code, found["recorded"]["materials"])


@pytest.mark.parametrize("state", receipts.REQUIREMENT_STATES)
def test_every_state_and_whatever_may_stand_beside_it_is_told(told, state):
    """Also where an item is named that the receipt does not have: a later release's word is no reason to fail."""
    stands = (
        ReceiptRequirement("applicant", state, cause="MOON_PHASE", item=15),
        ReceiptRequirement("of-another-version", state, vid="v" * 22, declared_by="某人"),
    )
    lines = told(a_receipt(requirements=stands), "--lang", "zh")

    word = CATALOGUE["requirement_states"][state]["zh"]
    assert [f"申请人身份 · 持证人本人 · {word} · 本次核验第 16 项"] == [
        line[2:] for line in lines if line[2:].startswith("申请人身份 ·")
    ]
    assert "MOON_PHASE" in lines


# A scan


def states(found):
    """The states of a form's requirements, by id."""
    return {one["id"]: one["state"] for one in found["requirements"]}


def test_a_scan_for_a_matter_tells_what_it_meets(form):
    """As the hub's report does: requirements and materials, over this one scan."""
    code, found = form(WORLD.sealed_code(), "--matter", MATTER)

    assert (10, "complete", {"licence": "met"}) == (code, found["materials"], states(found))
    assert 0 == found["requirements"][0]["item"]
    assert [
        {"kind": "11100000MB0143028R001", "kind_name": "营业执照", "kind_name_en": "Business licence"}
    ] == (found["requirements"][0]["accepts"])


def test_a_scan_tells_what_is_still_missing(form, told):
    """The fields that were not shown, and what would do for the rest; the verdict's exit code is the verdict's."""
    arguments = (WORLD.credential(), "--matter", FOOD.code)
    code, found = form(*arguments)

    assert (10, "FIELDS_WITHHELD", "incomplete") == (code, found["code"], found["materials"])
    assert {"entity": "missing", "former-permit": "missing"} == states(found)
    assert ["经营范围"] == found["requirements"][0]["missing_fields"]
    lines = told(*arguments, "--lang", "zh")
    start = lines.index("事项要求 · 材料不齐")
    assert lines[start + 1 : start + 8] == [
        "✖ 主体资格 · 单位 · 缺 · 本次核验第 1 项",
        "证照真实，但出示的内容不够本事项使用",
        "缺少字段 经营范围",
        "可出示 营业执照",
        "✖ 原食品经营许可证 · 单位 · 缺",
        "可出示 食品经营许可证",
        "适用情形 办理变更或延续",
    ]


def test_a_code_that_fails_by_itself_meets_nothing(form):
    """Nothing was looked at, so everything that is due is missing."""
    for text in ("EC1CTTW0000000000000", "不是码"):
        code, found = form(text, "--matter", MATTER)
        assert (30, [], "incomplete", {"licence": "missing"}) == (
            code,
            found["items"],
            found["materials"],
            states(found),
        )


def test_without_a_named_matter_nothing_is_required(form, told):
    """The first matter lends its limits; what a citizen has to show nobody assumes."""
    code, found = form(WORLD.credential())
    facts = {fact["fact"] for item in found["items"] for fact in item["facts"]}

    assert (10, "NOT_BOUND", [], None) == (code, found["code"], found["requirements"], found["materials"])
    assert not {"needed", "mode"} & facts
    assert not [line for line in told(WORLD.credential()) if "事项要求" in line]


def test_a_kind_that_the_matter_does_not_use_is_looked_at_by_a_person(form):
    """Genuine, and no business of it: what the matter requires is missing, whatever else was shown."""
    code, found = form(WORLD.credential(), "--matter", "PLACEHOLDER-907")

    assert (10, "NOT_NEEDED", "incomplete") == (code, found["code"], found["materials"])
    assert {"missing"} == {one["state"] for one in found["requirements"]}
    assert not [one for one in found["requirements"] if "item" in one]


@pytest.mark.parametrize("each", matters(), ids=lambda each: each.code)
def test_every_matter_is_told_of_a_scan(form, each):
    """Each requirement, in the matter's order; a matter that takes more than a code is not complete by one."""
    _, found = form(WORLD.sealed_code(), "--matter", each.code)

    assert [one.id for one in each.requirements] == [one["id"] for one in found["requirements"]]
    assert (each.code == MATTER) == (found["materials"] == "complete")


# Words


@pytest.mark.parametrize(
    ("section", "members"),
    [
        ("modes", MODES),
        ("whose", WHOSE),
        ("requirement_states", RequirementState),
        ("materials", Materials),
        ("identity_checks", [*receipts.IDENTITY_CHECKS, "none"]),
        ("predicates", PREDICATES),
    ],
)
def test_every_word_is_there_in_both_languages(section, members):
    """None is missing and none is left over."""
    assert set(members) == set(CATALOGUE[section])
    for entry in CATALOGUE[section].values():
        assert {"zh", "en"} == set(entry)
        assert all(entry.values())


def test_a_receipt_and_a_report_have_the_same_states():
    """The lists of the format are those of the report."""
    assert (receipts.REQUIREMENT_STATES, receipts.MATERIALS) == (tuple(RequirementState), tuple(Materials))


@pytest.mark.parametrize("name", PREDICATES)
def test_a_predicate_is_told_as_fully_as_its_arguments_are_known(name):
    """With them, and without."""
    ways = CATALOGUE["predicates"][name]

    assert [placeholders(way) for way in ways["zh"]] == [placeholders(way) for way in ways["en"]]
    assert frozenset() == placeholders(ways["zh"][-1]) != placeholders(ways["zh"][0])


def test_predicates_in_words():
    """Today is a word; a predicate of a later release goes by its name."""
    assert "今天 有效" == predicate_words("in_force_on", {"date": "today"}, "zh")
    assert "at least 60 years old" == predicate_words("age_at_least", {"n": 60}, "en")
    assert "达到所需年龄" == predicate_words("age_at_least", {}, "zh")
    assert "is_rich" == predicate_words("is_rich", {"n": 1}, "zh")
