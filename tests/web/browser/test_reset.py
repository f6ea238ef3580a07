"""重置演示 as somebody presses it: the licence suspended and renewed, the demo put back, ten cards played.

On a demo of its own: other tests share theirs, and a reset makes their codes void.
"""

import secrets
from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Browser

from certhub.demo.launcher import Demo, Options, start
from tests.web.browser.acts import play_card
from tests.web.browser.conftest import People, two_ports

pytestmark = pytest.mark.browser

ORDER = {"reason": "考题（演示）", "decision_number": "鄂演决字〔2026〕第9号"}
VERDICTS = {
    "valid": "valid",
    "expires-soon": "check",
    "revoked": "invalid",
    "suspended": "invalid",
    "expired": "invalid",
    "altered": "invalid",
    "used": "invalid",
    "unknown-issuer": "undetermined",
    "stale-list": "undetermined",
    "payment": "undetermined",
}


@pytest.fixture
def own(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """People in front of a demo that only this test alters."""
    running = start(Options(tmp_path_factory.mktemp("demo"), two_ports()))
    here = People(browser, running)
    yield here
    for visit in here.visits:
        visit.context.close()
    running.stop()


def alter(demo: Demo, number: str, *deeds: str) -> None:
    """As the agency's program: do something to the certificate of a number."""
    token = demo.tokens["420700"]["agency"]
    with httpx2.Client(base_url=demo.urls[0], headers={"Authorization": f"Bearer {token}"}) as client:
        [one] = client.post("/api/v1/certificate-searches", json={"number": number}).json()["items"]
        for deed in deeds:
            key = {"Idempotency-Key": secrets.token_hex(16)}
            answer = client.post(f"/api/v1/certificates/{one['id']}/{deed}", json=ORDER, headers=key)
            assert answer.is_success, answer.text


@pytest.mark.parametrize(("lang", "done"), [("zh", "演示已放回原样"), ("en", "The demo is as it was")])
def test_the_demo_is_put_back_and_ten_cards_are_played(own: People, lang: str, done: str) -> None:
    """The story's licence is renewed, the card's suspended; the card says so, the button mends it, all ten play."""
    alter(own.demo, "演示-营-0001", "suspension", "reinstatement", "renewal")
    alter(own.demo, "演示-卡-0001", "suspension")
    visit = own.visit(lang)
    counter = visit.open("/counter?card=valid")
    refused = counter.inner_text("main")
    complaints = list(visit.complaints)
    home = visit.open("/")
    home.click("#reset")
    home.wait_for_selector("#resetting[open]")
    home.click("#reset-confirm")
    home.wait_for_selector("#reset-said:not([hidden])")
    said = home.inner_text("#reset-said")
    played = {name: play_card(visit, name) for name in VERDICTS}

    assert {"zh": "暂扣中", "en": "suspended"}[lang] in refused
    assert {"zh": "重置演示", "en": "Reset the demo"}[lang] in refused
    assert done in said
    assert VERDICTS == played
    assert complaints == visit.complaints
