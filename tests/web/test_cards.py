"""Ten test cards: what each says on its face is what the counter will say."""

import json

import pytest
from starlette.testclient import TestClient

from certhub.certificates import store as certificates
from certhub.flows import verify
from certhub.web.cards import ALL_CARDS, PAYMENT_CODE
from tests.web.conftest import Site

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
    """Nobody else may make codes for other people's certificates, and in production nobody at all."""
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
    question = verify.Question(str(deal(counter(site), "valid")["code"]), "PLACEHOLDER-901", "1号窗口")
    report = verify.verify(question, by=clerk, hub=hub)

    assert verify.receipt(report["verification_id"], by=clerk, hub=hub)["receipt"].count(".") == 2
