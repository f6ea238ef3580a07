"""Ten test cards: what each says on its face is what the counter will say."""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from certhub_verifier.causes import Verdict
from starlette.testclient import TestClient

from certhub.db.idempotency.key import Key
from certhub.demo import cards
from certhub.demo.cards import ALL_CARDS, PAYMENT_CODE, matter_of_cards
from certhub.flows.records import change, renew
from certhub.flows.records.change import Order
from certhub.flows.verification import results, show, verify
from certhub.jobs.status_lists import publish
from certhub.records.certificates import store as certificates
from certhub.records.certificates.rules import Transition
from certhub.web.language import LANGS, Lang
from certhub.web.wording import texts
from tests.support.region import Region, make_regions
from tests.web.conftest import Site, site_of

CLERK = {"X-CertHub-Role": "clerk"}
VERDICTS = {
    "valid": ("valid", "OK"),
    "expires-soon": ("check", "EXPIRES_SOON"),
    "revoked": ("invalid", "REVOKED"),
    "suspended": ("invalid", "SUSPENDED"),
    "expired": ("invalid", "EXPIRED"),
    "altered": ("invalid", "TAMPERED"),
    "used": ("invalid", "CODE_USED"),
    "unknown-issuer": ("undetermined", "ISSUER_UNKNOWN"),
    "payment": ("undetermined", "NOT_OUR_CODE"),
}


MENDS = {"zh-CN": "重置演示", "en": "Reset the demo"}
ORDER = Order("考题（演示）", "鄂演决字〔2026〕第9号")


def one_key() -> Key:
    """Return a key that nobody used before."""
    return Key(secrets.token_bytes(32), secrets.token_bytes(32))


@pytest.fixture
def own_site(tmp_path: Path) -> Iterator[Site]:
    """A demo of Ezhou that only this test alters."""
    with make_regions(tmp_path) as (ezhou, _):
        publish(ezhou.hub)
        yield site_of(ezhou)


def seeded_of(region: Region) -> dict[str, str]:
    """Return the ids of the demo's certificates by name."""
    return dict(json.loads((region.hub.settings.data / "demo-cards.json").read_bytes()))


def counter(site: Site) -> TestClient:
    """Return a visitor who opened the counter."""
    visitor = site.visit()
    visitor.get("/counter")
    return visitor


def deal(visitor: TestClient, name: str) -> dict[str, object]:
    """Click a card."""
    answer = visitor.post(f"/demo/cards/{name}", headers=CLERK)
    assert 200 == answer.status_code, answer.text
    return dict(answer.json())


@pytest.mark.parametrize("name", VERDICTS)
def test_a_card_leads_to_its_verdict(site: Site, name: str) -> None:
    """A card's code, verified as any other, gets the verdict that the card is named for."""
    visitor = counter(site)
    body = {"code": deal(visitor, name)["code"], "matter": "PLACEHOLDER-901", "window": "1号窗口"}

    report = visitor.post("/api/v1/verifications", json=body, headers=CLERK).json()

    assert VERDICTS[name] == (report["verdict"], report["code"])


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", VERDICTS)
def test_a_cards_face_says_whether_the_matter_is_met(site: Site, name: str, lang: Lang) -> None:
    """The face names the verdict, and says that nothing is missing where the counter will."""
    visitor = counter(site)
    body = {"code": deal(visitor, name)["code"], "matter": matter_of_cards().code, "window": "1号窗口"}
    report = visitor.post("/api/v1/verifications", json=body, headers=CLERK).json()
    face = texts(lang, "certhub.demo")[f"home.card_{name}_expect"].lower()
    complete = texts(lang)["common.materials_complete"].lower()

    assert getattr(Verdict(report["verdict"]), lang).lower().replace("·", ", ").rpartition(", ")[2] in face
    assert (report["materials"] == "complete") == (complete in face)


@pytest.mark.parametrize("lang", LANGS)
def test_the_first_page_names_the_matter_of_the_cards(site: Site, lang: Lang) -> None:
    """It is the first in a counter's list: a card is dealt for it, whatever the counter worked on."""
    page = site.visit().get("/", headers={"Accept-Language": lang}).text
    visitor = counter(site)
    first = visitor.get("/api/v1/matters", headers=CLERK).json()["items"][0]

    assert matter_of_cards().code == first["code"]
    assert first["name" if lang == "zh" else "name_en"] in page


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_a_counter_offline_for_27_hours_cannot_tell(site: Site, lang: str) -> None:
    """The card about an old list carries the offline engine's own report, in the asker's language."""
    card = counter(site).post("/demo/cards/stale-list", headers={**CLERK, "Accept-Language": lang}).json()

    assert ("undetermined", "LIST_TOO_OLD") == (card["report"]["verdict"], card["report"]["code"])
    assert "27" in card["report"]["headline"]
    assert 27 == card["offline_hours"]


def test_there_are_ten_cards_and_ezhou_deals_them_all(site: Site) -> None:
    """Every card is on Ezhou's first page."""
    page = site.visit().get("/").text

    assert 10 == len(ALL_CARDS) == len(set(VERDICTS) | {"stale-list"})
    assert all(f"/counter?card={name}" in page for name in ALL_CARDS)


def test_a_region_deals_only_what_it_holds(other_site: Site) -> None:
    """Wuhan, which suspended nothing, has no such card, and says where the others are."""
    page = other_site.visit().get("/").text

    assert "/counter?card=valid" in page
    assert "/counter?card=suspended" not in page
    assert 404 == counter(other_site).post("/demo/cards/suspended", headers=CLERK).status_code


def test_every_click_makes_a_fresh_code(site: Site) -> None:
    """Two clicks on one card are two codes; the payment code alone is made up once."""
    visitor = counter(site)

    assert deal(visitor, "valid")["code"] != deal(visitor, "valid")["code"]
    assert PAYMENT_CODE == deal(visitor, "payment")["code"]


def test_a_card_is_for_the_clerk_of_a_demo(site: Site, closed_site: Site) -> None:
    """Nobody else may make codes for other people's certificates; in production there is no such path for anybody."""
    token = {"Authorization": f"Bearer {site.region.tokens['clerk']}"}
    holder = {"Authorization": f"Bearer {site.region.tokens['holder']}"}

    assert 401 == site.visit().post("/demo/cards/valid").status_code
    assert 403 == site.visit().post("/demo/cards/valid", headers=holder).status_code
    assert 404 == site.visit().post("/demo/cards/nothing", headers=token).status_code
    assert 404 == closed_site.visit().post("/demo/cards/valid", headers=token).status_code


def test_a_code_of_tomorrow_is_not_good_today(site: Site) -> None:
    """The code that shows an old list was signed for tomorrow; no counter takes it today."""
    visitor = counter(site)
    body = {"code": deal(visitor, "stale-list")["code"], "matter": "PLACEHOLDER-901", "window": "1号窗口"}

    report = visitor.post("/api/v1/verifications", json=body, headers=CLERK).json()

    assert "valid" != report["verdict"]


def test_the_stranger_is_on_no_list_and_its_certificate_is_whole(site: Site) -> None:
    """The unlisted agency's certificate is active in the store; only its issuer is unknown to the trust list."""
    hub = site.region.hub
    seeded = json.loads((hub.settings.data / "demo-cards.json").read_bytes())
    with hub.reading() as unit:
        certificate = certificates.find(unit, seeded["stranger"])

    assert certificate is not None
    assert "active" == certificate.state.value
    assert hub.trust.agency(certificate.agency) is None


def test_a_receipt_of_a_card_is_a_receipt(site: Site) -> None:
    """What a card's verification leaves behind is filed like any other."""
    hub, clerk = site.region.hub, site.region.clerk
    question = verify.VerificationRequest(
        str(deal(counter(site), "valid")["code"]), "PLACEHOLDER-901", "1号窗口"
    )
    report = verify.verify(question, by=clerk, hub=hub)

    assert results.receipt(report["verification_id"], by=clerk, hub=hub)["receipt"].count(".") == 2


def test_what_happens_to_the_licence_of_the_story_breaks_no_card(own_site: Site) -> None:
    """Every certificate that 张演示 can show is renewed or revoked; each card still leads to its verdict."""
    region = own_site.region
    held = show.held_by(region.holder, hub=region.hub)
    for place, one in enumerate(held):
        if place % 2:
            change.change(
                one.certificate.certificate_id,
                Transition.REVOKE,
                ORDER,
                by=region.agency,
                hub=region.hub,
                key=one_key(),
            )
        else:
            renew.renew(
                one.certificate.certificate_id, ORDER, None, by=region.agency, hub=region.hub, key=one_key()
            )
    publish(region.hub)
    visitor = counter(own_site)

    verdicts = {}
    for name in VERDICTS:
        body = {"code": deal(visitor, name)["code"], "matter": "PLACEHOLDER-901", "window": "1号窗口"}
        report = visitor.post("/api/v1/verifications", json=body, headers=CLERK).json()
        verdicts[name] = (report["verdict"], report["code"])

    assert len(held) >= 3
    assert VERDICTS == verdicts
    assert "LIST_TOO_OLD" == deal(visitor, "stale-list")["report"]["code"]  # type: ignore[index]


def test_a_card_owns_its_certificate(site: Site, other_site: Site) -> None:
    """No card is made from a certificate that the story's holder holds or acts for."""
    for region in (site.region, other_site.region):
        story = {one.certificate.certificate_id for one in show.held_by(region.holder, hub=region.hub)}
        used = {
            certificate_id for name in ALL_CARDS if (certificate_id := cards.certificate_of(region.hub, name))
        }

        assert used
        assert set() == used & story


@pytest.mark.parametrize(
    ("lang", "words", "raw"),
    [("zh-CN", "已换发新证", "superseded"), ("en", "replaced by a newer version", "superseded")],
)
@pytest.mark.parametrize("name", ["valid", "used", "altered", "stale-list"])
def test_a_card_whose_certificate_was_altered_says_so(
    own_site: Site, name: str, lang: str, words: str, raw: str
) -> None:
    """Somebody renewed the cards' own licence: the card deals nothing, tells the state and what mends it."""
    region = own_site.region
    certificate_id = cards.certificate_of(region.hub, name) or ""
    renew.renew(certificate_id, ORDER, None, by=region.agency, hub=region.hub, key=one_key())

    answer = counter(own_site).post(f"/demo/cards/{name}", headers={**CLERK, "Accept-Language": lang})
    told = answer.json()

    assert (409, "CARD_ALTERED") == (answer.status_code, told["code"])
    assert words in told["title"]
    assert raw not in answer.text
    assert MENDS[lang] in told["next_step"]


def test_a_card_that_ran_out_says_so(own_site: Site) -> None:
    """A demo that stands for a week: what ends in 6 days has ended, and the card does not deal it."""
    own_site.region.clock.pass_(days=8)

    answer = counter(own_site).post("/demo/cards/expires-soon", headers=CLERK)

    assert (409, "CARD_ALTERED") == (answer.status_code, answer.json()["code"])
    assert "已过有效期" in answer.json()["title"]


OPERATOR = {"X-CertHub-Role": "operator"}


def test_a_card_that_was_altered_is_dealt_again_after_a_reset(own_site: Site) -> None:
    """The operator of a demo puts it back by one request, and every card leads to its verdict."""
    region = own_site.region
    certificate_id = cards.certificate_of(region.hub, "valid") or ""
    renew.renew(certificate_id, ORDER, None, by=region.agency, hub=region.hub, key=one_key())
    visitor = counter(own_site)
    visitor.get("/ops")
    answer = visitor.post("/demo/reset", headers=OPERATOR)
    publish(region.hub)

    verdicts = {}
    for name in VERDICTS:
        body = {"code": deal(visitor, name)["code"], "matter": "PLACEHOLDER-901", "window": "1号窗口"}
        report = visitor.post("/api/v1/verifications", json=body, headers=CLERK).json()
        verdicts[name] = (report["verdict"], report["code"])
    assert (200, 1) == (answer.status_code, answer.json()["reissued"])
    assert VERDICTS == verdicts


def test_a_reset_is_for_the_operator_of_a_demo(site: Site, closed_site: Site) -> None:
    """Nobody else puts a demo back, and in production there is nothing to put back."""
    tokens = {role: {"Authorization": f"Bearer {token}"} for role, token in site.region.tokens.items()}
    told = {
        role: site.visit().post("/demo/reset", headers=headers).status_code
        for role, headers in tokens.items()
    }

    assert {"agency": 403, "clerk": 403, "holder": 403, "operator": 200} == told
    assert 401 == site.visit().post("/demo/reset").status_code
    assert 404 == closed_site.visit().post("/demo/reset", headers=tokens["operator"]).status_code
