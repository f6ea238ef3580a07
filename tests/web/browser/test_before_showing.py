"""What the phone says before anything is shown: where a matter cannot be done, and what is settled already."""

import pytest
from playwright.sync_api import Route

from tests.web.browser.acts import offered, request, reroute
from tests.web.browser.conftest import PHONE, People
from tests.web.browser.test_matter import FOOD, INSURANCE, REGISTRATION, both_languages, counter_for

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("settled", "word", "line"),
    [
        ("met", "已满足", "已由本办件先前的核验满足"),
        ("not_applicable", "不适用", "窗口已说明不适用"),
        (None, "有", ""),
    ],
)
def test_the_phone_says_what_nothing_has_to_be_shown_for(
    people: People, settled: str | None, word: str, line: str
) -> None:
    """A requirement that the request settles has no certificate ticked, and says why; the holder may still tick."""
    counter = counter_for(people.visit(), REGISTRATION)
    phone = people.visit("zh", PHONE).open("/me")

    def settle(route: Route) -> None:
        offer = route.fetch().json()
        offer["requirements"][0]["settled"] = settled
        route.fulfill(json=offer)

    reroute(phone, "**/api/v1/me/requests/*", settle)
    offered(phone, request(counter))
    told = phone.inner_text("#asking-proposals [data-requirement=licence]")
    ticked = phone.is_checked("#asking-proposals [data-certificate]")
    phone.locator(".digit").first.click()
    may = phone.is_enabled("#consent")
    phone.check("#asking-proposals [data-certificate]")

    assert told.startswith(word)
    assert line in told
    assert (settled is None, settled is None) == (ticked, may)
    assert phone.is_enabled("#consent")


@both_languages
def test_the_phone_says_where_a_matter_cannot_be_done(people: People, lang: str) -> None:
    """Before anybody travels: which region's counters cannot, for want of what; nothing where they can."""
    page = people.visit(lang, PHONE).open("/me")
    page.select_option("#matter", INSURANCE)
    page.wait_for_selector("#proposals [data-requirement]")
    cannot = page.inner_text("#matter-elsewhere")
    page.select_option("#matter", FOOD)
    page.wait_for_selector("#proposals [data-requirement=former-permit]")
    can = page.is_visible("#matter-elsewhere")

    for words in {
        "zh": ("在武汉市的窗口办不了这件事", "参保凭证", "减免资格", "请在鄂州市办理"),
        "en": ("cannot be done at a counter in Wuhan", "Proof of insurance", "Do it in Ezhou"),
    }[lang]:
        assert words in cannot
    assert not can


@pytest.mark.parametrize(
    ("elsewhere", "words"),
    [
        ({"420100": ["former-permit"]}, "用得着时，请在鄂州市办理"),
        ({"420100": ["entity"], "421100": ["entity"]}, "在武汉市、421100的窗口办不了这件事"),
        ({"420100": ["unheard-of"]}, ""),
    ],
)
def test_regions_that_lack_the_same_are_told_together(
    people: People, elsewhere: dict[str, list[str]], words: str
) -> None:
    """A requirement that is only wanted in a case does not end the matter; one that nobody knows is not told."""
    visit = people.visit("zh", PHONE)

    def replaced(route: Route) -> None:
        told = route.fetch().json()
        for one in told["items"]:
            one["elsewhere"] = elsewhere
        route.fulfill(json=told)

    visit.context.route("**/api/v1/matters", replaced)
    page = visit.open("/me")
    page.select_option("#matter", FOOD)
    page.wait_for_selector("#proposals [data-requirement=former-permit]")

    assert bool(words) == page.is_visible("#matter-elsewhere")
    assert words in page.inner_text("#matter-elsewhere")


def test_what_is_computed_is_told_as_such(people: People) -> None:
    """The provident fund wants a proof of age from some: the phone says that what is shown decides."""
    page = people.visit("zh", PHONE).open("/me")
    page.select_option("#matter", "PLACEHOLDER-906")
    page.wait_for_selector("#proposals [data-requirement]")

    assert "由您出示的证照算出" in page.inner_text("#proposals")
