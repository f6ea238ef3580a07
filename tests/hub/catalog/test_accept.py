"""What a draft must satisfy: one slip, one fault, at the place where it was made."""

from datetime import date

import pytest
from certhub_schemas import kind

from certhub.errors import ClaimsInvalid
from certhub.records.catalog import Holder, RawDraft, accept
from certhub.spelling.file_dates import read_date
from tests.hub.catalog.drafts import (
    DRIVER,
    LI,
    LICENCE,
    MARKET,
    OTHER_AGENCY,
    SHOP,
    TRAFFIC,
    ZHANG,
    accepted,
    entitled,
    faults,
    licence,
    marriage,
)


def test_a_draft_in_order_is_accepted():
    """A licence whose every value fits comes back typed."""
    draft = accepted(licence())

    assert draft.kind.code == LICENCE
    assert draft.agency == MARKET
    assert (Holder("示例小面馆", "001", SHOP),) == draft.holders
    assert date(2024, 1, 5) == draft.valid_from
    assert draft.valid_to is None
    assert [field.title for field in draft.kind.fields] == list(draft.claims)


def test_two_holders_where_the_kind_has_two():
    """A marriage certificate has its two holders, in order."""
    assert [each.name for each in accepted(marriage()).holders] == ["张演示", "李样例"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (licence(kind="11100000MB0143028R777"), [("/kind", "KIND_UNKNOWN")]),
        (licence(kind=" "), [("/kind", "REQUIRED_MISSING")]),
        (licence(agency=OTHER_AGENCY), [("/issuer", "ISSUER_NOT_ENTITLED")]),
        (licence(agency="11420799MB99990173"), [("/issuer", "USCC_CHECK_DIGIT")]),
        (licence(agency=""), [("/issuer", "REQUIRED_MISSING")]),
        (licence(agency="1.11E+17"), [("/issuer", "ID_EXCEL_NUMBER")]),
        (licence(number="\u3000"), [("/number", "REQUIRED_MISSING")]),
        (licence(number="4" * 65), [("/number", "TEXT_TOO_LONG")]),
        (licence(number="4.20799E+18"), [("/number", "ID_EXCEL_NUMBER")]),
        (licence(number="12\u200b34"), [("/number", "TEXT_CONTROL_CHARS")]),
        (licence(issued_on="2023年13月40日"), [("/issued_on", "DATE_UNREADABLE")]),
        (licence(issued_on=""), [("/issued_on", "REQUIRED_MISSING")]),
        (licence(valid_from="45296"), [("/valid_from", "DATE_UNREADABLE")]),
        (licence(valid_to="2024-01-04"), [("/valid_to", "DATE_BEFORE_START")]),
        (licence(valid_to=" "), [("/valid_to", "REQUIRED_MISSING")]),
        (licence(holders=[("", "001", SHOP)]), [("/holders/0/name", "REQUIRED_MISSING")]),
        (licence(holders=[("示\u202e例", "001", SHOP)]), [("/holders/0/name", "TEXT_CONTROL_CHARS")]),
        (licence(holders=[("示\n例", "001", SHOP)]), [("/holders/0/name", "TEXT_CONTROL_CHARS")]),
        (licence(holders=[("馆" * 201, "001", SHOP)]), [("/holders/0/name", "TEXT_TOO_LONG")]),
        (licence(holders=[("示例", "", SHOP)]), [("/holders/0/id_type", "REQUIRED_MISSING")]),
        (licence(holders=[("示例", "007", "x")]), [("/holders/0/id_type", "HOLDER_TYPE_UNKNOWN")]),
        (licence(holders=[("示例", "001", "")]), [("/holders/0/id_number", "REQUIRED_MISSING")]),
        (licence(holders=[("示例", "001", SHOP[:-1] + "9")]), [("/holders/0/id_number", "USCC_CHECK_DIGIT")]),
        (licence(holders=[("示例", "001", SHOP[:-1])]), [("/holders/0/id_number", "CODE_LENGTH")]),
        (licence(holders=[("示例", "099", "9.1E+17")]), [("/holders/0/id_number", "ID_EXCEL_NUMBER")]),
        (licence(holders=[]), [("/holders", "HOLDER_COUNT")]),
        (licence(claims={"名称": "\t"}), [("/claims/名称", "REQUIRED_MISSING")]),
        (licence(claims={"名称": "示\ue863"}), [("/claims/名称", "TEXT_UNMAPPED_CHARS")]),
        (licence(claims={"名称": "馆" * 201}), [("/claims/名称", "TEXT_TOO_LONG")]),
        (licence(claims={"电话": "1"}), [("/claims/电话", "CLAIM_UNKNOWN")]),
        (licence(claims={"a/b~c": "1"}), [("/claims/a~1b~0c", "CLAIM_UNKNOWN")]),
        (licence(claims={"成立日期": "去年"}), [("/claims/成立日期", "DATE_UNREADABLE")]),
        (
            licence(claims={"法定代表人身份证号": "420799190001010010"}),
            [("/claims/法定代表人身份证号", "ID_CHECK_DIGIT")],
        ),
        (
            licence(claims={"法定代表人身份证号": "420799190001010000"}),
            [("/claims/法定代表人身份证号", "ID_EXCEL_NUMBER")],
        ),
        (
            licence(claims={"法定代表人身份证号": "4.20799E+17"}),
            [("/claims/法定代表人身份证号", "ID_EXCEL_NUMBER")],
        ),
    ],
)
def test_one_slip_is_one_fault_at_its_place(raw, expected):
    """Whatever single value is spoiled, exactly that place is told, with the closest code."""
    assert expected == faults(raw)


def test_every_slip_is_told_at_once():
    """Nobody has to submit three times to hear of three slips."""
    spoiled = licence(number="", issued_on="?", claims={"住所": "", "电话": "1"})

    assert faults(spoiled) == [
        ("/number", "REQUIRED_MISSING"),
        ("/issued_on", "DATE_UNREADABLE"),
        ("/claims/住所", "REQUIRED_MISSING"),
        ("/claims/电话", "CLAIM_UNKNOWN"),
    ]


def test_an_unknown_kind_says_nothing_of_claims_or_rights():
    """Under an unknown kind only what can be known is judged: here a hidden character."""
    spoiled = licence(kind="?", agency=OTHER_AGENCY, claims={"名称": "a\u0000b", "电话": "1", "住所": ""})

    assert faults(spoiled) == [("/kind", "KIND_UNKNOWN"), ("/claims/名称", "TEXT_CONTROL_CHARS")]


def test_a_person_cannot_hold_what_organisations_hold():
    """The sort of holder is told at the type; the number, right for that type or not, is left alone."""
    assert faults(licence(holders=[("张", "111", SHOP)])) == [("/holders/0/id_type", "HOLDER_CATEGORY")]
    assert faults(
        RawDraft(
            kind=DRIVER,
            agency=TRAFFIC,
            holders=[("示例", "001", SHOP)],
            number="1",
            issued_on="2024-01-05",
            valid_from="2024-01-05",
            valid_to="2030-01-04",
            claims={"姓名": "张演示", "从业资格类别": "道路旅客运输驾驶员"},
        )
    ) == [("/holders/0/id_type", "HOLDER_CATEGORY")]


@pytest.mark.parametrize("count", [1, 3])
def test_a_marriage_has_two_holders(count):
    """One or three holders of a marriage certificate are refused."""
    holders = [("张演示", "111", ZHANG), ("李样例", "111", LI), ("赵䶮示", "111", "420799190006060062")]

    assert faults(marriage(holders=holders[:count])) == [("/holders", "HOLDER_COUNT")]


def test_thousands_of_holders_are_refused_once():
    """A cell with thousands of holders is one fault, not thousands."""
    assert faults(marriage(holders=[("", "", "")] * 10_000))[0] == ("/holders", "HOLDER_COUNT")
    assert len(faults(marriage(holders=[("", "", "")] * 10_000))) == 1 + 3 * 64


def test_an_unreadable_first_day_says_nothing_of_the_last():
    """DATE_BEFORE_START needs a first day."""
    assert faults(licence(valid_from="?", valid_to="1999-01-01")) == [("/valid_from", "DATE_UNREADABLE")]


def test_an_expired_draft_is_accepted():
    """What has run out may still have to be on record."""
    assert date(1999, 1, 1) == accepted(licence(valid_from="1990-01-01", valid_to="1999-01-01")).valid_to


@pytest.mark.parametrize("said", ["长期", " 长期\u3000", "9999-12-31", "99991230", None])
def test_no_end_may_be_written_in_these_ways(said):
    """The word, the year 9999 and a null all mean that there is no end."""
    assert accepted(licence(valid_to=said)).valid_to is None


def test_codes_are_brought_to_one_spelling():
    """Full-width characters, outer spaces and lower case in codes are not the clerk's fault."""
    draft = accepted(
        licence(
            kind="\t11100000mb0143028r001 ",
            agency="１１４２０７９９ＭＢ９９９９０１７２",
            holders=[("示例小面馆", "００１", " 92420799ma99990138\u3000")],
            number=" 鄂（2026）第１号 ",
            issued_on="２０２４年１月５日",
            claims={"法定代表人身份证号": "42079919000806004x", "成立日期": "20240105"},
        )
    )

    assert (draft.kind.code, draft.agency) == (LICENCE, MARKET)
    assert Holder("示例小面馆", "001", SHOP) == draft.holders[0]
    assert draft.number == "鄂(2026)第1号"
    assert date(2024, 1, 5) == draft.issued_on
    assert draft.claims["法定代表人身份证号"] == "42079919000806004X"
    assert draft.claims["成立日期"] == "2024-01-05"


def test_names_and_texts_keep_their_characters():
    """Full-width forms, rare characters and line breaks inside a text are the department's own."""
    draft = accepted(
        licence(
            holders=[(" 赵䶮·Ａ（示）\u3000", "001", SHOP)],
            claims={"经营范围": "餐饮服务；㎡\r\n食品销售", "名称": "e\u0301"},
        )
    )

    assert draft.holders[0].name == "赵䶮·Ａ（示）"
    assert draft.claims["经营范围"] == "餐饮服务；㎡\n食品销售"
    assert draft.claims["名称"] == "\u00e9", "NFC: one spelling of the same characters"


def test_no_fault_carries_what_was_typed():
    """Faults travel to logs and screens; values do not."""
    secret = "张三四20799"
    spoiled = RawDraft(
        kind=secret,
        agency=secret,
        holders=[(secret + "\u202e", secret, secret)] * 3,
        number=secret * 9,
        issued_on=secret,
        valid_from=secret,
        valid_to=secret,
        claims={"名称": secret + "\u202e"},
    )
    for raw in (spoiled, licence(claims={"名称": secret * 40, "成立日期": secret})):
        with pytest.raises(ClaimsInvalid) as refused:
            accepted(raw)

        assert secret not in str(refused.value)
        assert secret not in repr(refused.value.faults)


def test_how_days_are_written_is_the_callers_to_say():
    """A request may insist on ISO days where a file does not."""

    def only_iso(text: str) -> date:
        return date.fromisoformat(text)

    with pytest.raises(ClaimsInvalid) as refused:
        accept(licence(issued_on="2024年1月5日"), kind_of=kind, entitled=entitled, read_date=only_iso)

    assert [(fault.pointer, fault.code, fault.detail) for fault in refused.value.faults] == [
        ("/issued_on", "DATE_UNREADABLE", {})
    ]


def test_why_a_day_cannot_be_read_is_told_when_the_reader_knows():
    """The reader's reason travels with the fault, so that the words can be closer."""
    with pytest.raises(ClaimsInvalid) as refused:
        accept(licence(issued_on="45296"), kind_of=kind, entitled=entitled, read_date=read_date)

    assert refused.value.faults[0].detail == {"why": "spreadsheet_number"}


def test_two_holders_with_one_number_are_refused():
    """Nobody marries themselves: the second number is a copy of the first, however it is spelled."""
    twice = [("张演示", "111", ZHANG), ("李样例", "111", f" {ZHANG} ")]

    assert [("/holders/1/id_number", "HOLDER_TWICE")] == faults(marriage(holders=twice))


def test_a_formula_or_an_error_of_a_spreadsheet_is_told_at_its_place():
    """In a holder's name, a claim, a number and a code, each with its own code."""
    raw = marriage(
        holders=[("=HYPERLINK(1)", "111", ZHANG), ("#N/A", "111", "#REF!")],
        number="#VALUE!",
        claims={"登记机关": "@SUM(A1)", "登记日期": "=TODAY()"},
    )

    assert [
        ("/number", "TEXT_SHEET_ERROR"),
        ("/holders/0/name", "TEXT_FORMULA"),
        ("/holders/1/name", "TEXT_SHEET_ERROR"),
        ("/holders/1/id_number", "TEXT_SHEET_ERROR"),
        ("/claims/登记机关", "TEXT_FORMULA"),
        ("/claims/登记日期", "TEXT_FORMULA"),
    ] == faults(raw)
