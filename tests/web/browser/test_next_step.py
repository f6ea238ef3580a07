"""What the counter says to do next: of the certificate, of the matter beside it, and of how it was shown."""

import pytest

from tests.web.browser.acts import consent, press_enter, request, scan, show
from tests.web.browser.conftest import PHONE, People
from tests.web.browser.test_matter import (
    FOOD,
    INSURANCE,
    REGISTRATION,
    ZHANG,
    bodies,
    both_languages,
    counter_for,
)

pytestmark = pytest.mark.browser

PROOF = "11420700MB99990011904"
LACKS, COMPARE = "本事项还缺材料：见旁边的清单，补齐再办理", "请对照身份证件核对出示人"


def test_a_valid_certificate_does_not_go_on_without_the_rest(people: People) -> None:
    """Green, and the matter lacks a permit: the step says so before anything else, and so does the key."""
    counter = counter_for(people.visit(), FOOD)

    assert "valid" == scan(counter, show(people.visit("zh", PHONE), "营业执照", matter=FOOD))
    step = counter.inner_text("#band .next-step")
    assert "材料不齐" == counter.inner_text("#materials-word")
    assert f"证照有效，但{LACKS}。{COMPARE}" == step
    assert "是本人，材料不齐" == counter.inner_text("#done-word")


def test_a_complete_scan_still_asks_for_the_person(people: People) -> None:
    """A ticket that a phone showed says nothing of who holds the phone."""
    counter = counter_for(people.visit(), REGISTRATION)
    scan(counter, show(people.visit("zh", PHONE), "营业执照", matter=REGISTRATION))

    assert "请对照身份证件核对出示人，再办理" == counter.inner_text("#band .next-step")
    assert "是本人，完成" == counter.inner_text("#done-word")


@both_languages
def test_after_a_request_nobody_is_asked_to_compare_a_card(people: People, lang: str) -> None:
    """The holder consented at this window: the step says that, also when the line is opened again."""
    counter = counter_for(people.visit(lang), REGISTRATION)
    consent(counter, people.visit(lang, PHONE).open("/me"))
    first = counter.inner_text("#band .next-step")
    press_enter(counter)
    counter.locator("#history button").first.click()
    counter.wait_for_selector("#result:not([hidden])")

    said = {
        "zh": "持证人已在本窗口用手机同意。可以办理",
        "en": "The holder consented on the phone, at this window. Go on",
    }
    assert (said[lang], said[lang]) == (first, counter.inner_text("#band .next-step"))


@pytest.mark.parametrize(
    ("matter", "mode", "cause", "is_requested", "manner"),
    [
        ("L1", "yes", None, False, "card"),
        ("L1", "yes", None, True, "L2"),
        ("L2", "yes", None, False, "L2"),
        ("L2", "undetermined", "MODE_L2", False, "card"),
        ("L3", "yes", None, False, "L3"),
        ("L3", "yes", "IDENTITY_SEEN", True, "L2"),
        ("L3", "undetermined", "MODE_L3", True, "L2"),
    ],
)
def test_how_something_was_shown_is_read_from_its_facts(
    people: People, matter: str, mode: str, cause: str | None, is_requested: bool, manner: str
) -> None:
    """A mode that the matter demands, and that was reached, is what the step speaks of."""
    item = {"kind": "K", "facts": [{"fact": "mode", "outcome": mode, "cause": cause}]}
    report = {"code": "OK", "items": [item, {"verdict": "undetermined", "code": "NO_AGREEMENT"}]}
    ways = [{"kind": "K", "mode": matter}, {"kind": "Other", "mode": "L1"}]
    page = people.seat().open("/counter")
    found = page.evaluate(
        "async (args) => (await import('/assets/js/next-step.js')).mannerOf(...args)",
        [report, ways, is_requested],
    )

    assert manner == found


@pytest.mark.parametrize(
    ("verdict", "code", "materials", "step"),
    [
        ("valid", "OK", "incomplete", f"证照有效，但{LACKS}。{COMPARE}"),
        ("valid", "OK", "undetermined", f"证照有效，但本事项有材料还不能判定：见旁边的清单。{COMPARE}"),
        ("valid", "OK", "complete", "S"),
        ("valid", "OK", None, "S"),
        ("check", "EXPIRES_SOON", "complete", "S"),
        ("check", "EXPIRES_SOON", "incomplete", f"S。{LACKS}"),
        ("check", "NOT_NEEDED", "incomplete", "S"),
        ("invalid", "REVOKED", "incomplete", "S"),
        ("undetermined", "ISSUER_UNKNOWN", "incomplete", "S"),
    ],
)
def test_the_step_follows_the_materials(
    people: People, verdict: str, code: str, materials: str | None, step: str
) -> None:
    """What is lacking is said once: not where the verifier's own step says it, and not where nothing is usable."""
    page = people.seat().open("/counter")
    report = {"verdict": verdict, "code": code, "materials": materials, "items": [], "requirements": []}
    found = page.evaluate(
        "async (args) => (await import('/assets/js/next-step.js')).bandSentence(...args)",
        [report, {"headline": "H", "nextStep": "S"}, [], False],
    )

    assert {"headline": "H", "nextStep": step} == found


def test_the_value_is_asked_for_before_a_request_and_may_be_left_out(people: People) -> None:
    """F8 without it: the field has the focus and says why, nothing was opened; F8 again opens the request."""
    counter = counter_for(people.visit(), INSURANCE)
    sent = bodies(counter, "/requests")
    counter.keyboard.press("F8")
    counter.wait_for_selector("#declared-said:not([hidden])")
    asked = (counter.inner_text("#declared-said"), counter.evaluate("document.activeElement.id"), len(sent))
    counter.fill("#declared", "4")
    while_typed = counter.is_visible("#declared-said")
    counter.fill("#declared", "")
    counter.keyboard.press("F8")
    counter.wait_for_selector("#declared-said:not([hidden])")
    request(counter)

    assert "还没有填写要比对的社会保障号码" in asked[0]
    assert ("declared", 0) == asked[1:]
    assert not while_typed
    assert [None] == [one.get("declared") for one in sent]


def test_a_value_that_nobody_typed_is_what_is_missing(people: People) -> None:
    """The report lists no field: the band says that the value was not typed, and offers a new request."""
    desk = people.visit().open("/agency")
    desk.click("#new")
    desk.select_option("#kind", PROOF)
    desk.wait_for_selector("[data-pointer='/claims/社会保障号码']")
    for pointer, value in {
        "/holders/0/name": "张演示",
        "/holders/0/id_number": ZHANG,
        "/number": "SB-演示-9011",
        "/claims/姓名": "张演示",
        "/claims/社会保障号码": ZHANG,
        "/claims/参保地": "湖北省鄂州市",
        "/claims/参保险种": "职工基本养老保险",
    }.items():
        desk.fill(f"[data-pointer='{pointer}']", value)
    desk.click("#issuing button[type=submit]")
    desk.wait_for_selector("#said.good:not([hidden])")
    counter = counter_for(people.visit(), INSURANCE)
    counter.check("#terms [data-away=hardship]")
    counter.keyboard.press("F8")
    counter.wait_for_selector("#declared-said:not([hidden])")
    consent(counter, people.visit("zh", PHONE).open("/me"))
    told = counter.inner_text("#band")
    listed = counter.inner_text("#requirements [data-requirement=insurance]")
    counter.click("#request-now")
    counter.wait_for_selector("#declared-said:not([hidden])")
    counter.fill("#declared", ZHANG)
    consent(counter, people.visit("zh", PHONE).open("/me"))

    assert "窗口没有填写要比对的社会保障号码" in told
    assert "请在扫码区上方填写，再按 F8 重新发起请求" in told
    assert "字段" not in told
    assert "窗口没有填写要比对的社会保障号码" in listed
    assert "内容不够" not in listed
    assert "band valid" == counter.get_attribute("#band", "class")
    assert "材料齐全" == counter.inner_text("#materials-word")
