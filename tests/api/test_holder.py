"""What a holder calls, through HTTP."""

import pytest

from certhub.api.routes import answers
from certhub.api.routes.qr import qr_svg


def mine(api, name):
    """Return the holder's certificate of a kind."""
    return next(
        item for item in api.get("/api/v1/me/certificates", "holder").json()["items"] if item["name"] == name
    )


def test_a_holder_sees_what_is_theirs(api):
    """Their own, and those of the shop for which they act."""
    held = answers.HeldList.model_validate(api.get("/api/v1/me/certificates", "holder").json()).items

    assert {("营业执照", "示例小面馆"), ("食品经营许可证", "示例小面馆"), ("结婚证", None)} == {
        (item.name, item.acting_for) for item in held
    }
    assert "鄂州市市场监督管理局（演示）" in {item.agency_name for item in held}


def test_what_is_held_comes_page_by_page(api):
    """One at a time, oldest first: together they are what one page gives, and the last one says that it is."""
    whole = api.get("/api/v1/me/certificates", "holder").json()
    pages, query = [], "?limit=1"
    while query:
        page = answers.HeldList.model_validate(api.get(f"/api/v1/me/certificates{query}", "holder").json())
        pages.append([item.id for item in page.items])
        query = page.next_cursor and f"?limit=1&cursor={page.next_cursor}"

    assert None is whole["next_cursor"]
    assert [[item["id"]] for item in whole["items"]] == pages
    assert len(pages) > 2


def test_a_cursor_that_names_nothing_is_refused(api):
    """As of every list that comes in pages; nor is a page of any length given."""
    refused = api.get("/api/v1/me/certificates?cursor=nothing", "holder")

    assert (400, "CURSOR_UNKNOWN") == (refused.status_code, refused.json()["code"])
    assert [422, 422] == [
        api.get(f"/api/v1/me/certificates?limit={limit}", "holder").status_code for limit in (0, 101)
    ]


def test_acting_for_nobody_is_not_said(api):
    """A member that says nothing is left out."""
    assert "acting_for" not in mine(api, "结婚证")


def test_a_ticket_is_made(api):
    """201 with the code, its drawing, and until when it is good, in China's time."""
    body = {"items": [{"certificate_id": mine(api, "营业执照")["id"], "fields": ["名称"]}], "mode": "ticket"}
    answer = api.post("/api/v1/me/presentations", body, "holder", key=None)

    told = answers.PresentationOut.model_validate(answer.json())
    assert (201, 20, "EC1", []) == (answer.status_code, len(told.code), told.code[:3], told.warnings)
    assert "2026-11-24T17:42:00+08:00" == told.expires_at
    assert qr_svg(told.code) == told.qr_svg


def test_a_sealed_code_is_made(api):
    """A code that a camera can check without a network."""
    body = {
        "items": [{"certificate_id": mine(api, "营业执照")["id"]}],
        "mode": "sealed",
        "matter": "PLACEHOLDER-901",
    }
    told = api.post("/api/v1/me/presentations", body, "holder").json()

    assert "EC2" == told["code"][:3]
    assert 300 < len(told["code"]) < 700


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"items": []}, 422, "REQUEST_INVALID"),
        ({"items": [{"certificate_id": "0" * 26}]}, 404, "NOT_FOUND"),
        ({"items": [{"certificate_id": "x"}]}, 422, "REQUEST_INVALID"),
        ({"mode": "paper"}, 422, "REQUEST_INVALID"),
        ({"matter": "X"}, 400, "MATTER_UNKNOWN"),
    ],
)
def test_what_cannot_be_shown(api, change, status, code):
    """Not yours, not there, not known."""
    body = {"items": [{"certificate_id": mine(api, "营业执照")["id"]}], "mode": "ticket"} | change
    answer = api.post("/api/v1/me/presentations", body, "holder")

    assert (status, code) == (answer.status_code, answer.json()["code"])


def test_one_certificate_twice_is_refused(api):
    """400 ITEM_COUNT; and a sealed code holds one."""
    item = {"certificate_id": mine(api, "营业执照")["id"]}
    answer = api.post("/api/v1/me/presentations", {"items": [item, item], "mode": "ticket"}, "holder")

    assert (400, "ITEM_COUNT") == (answer.status_code, answer.json()["code"])
