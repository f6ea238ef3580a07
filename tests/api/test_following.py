"""GET /api/v1/requests/{id}/events: what a page hears of a request that it waits for."""

import json
from collections.abc import Mapping
from typing import Any

from certhub.api.routes import answers
from tests.api.test_holder import mine

ORDER = {"matter": "PLACEHOLDER-901", "window": "2号窗口"}


def opened(api):
    """Open a request."""
    return api.post("/api/v1/requests", ORDER, "clerk").json()


def answer(api, request, *, consents=True):
    """Answer it as the holder, who compares the digits, or refuse it."""
    code = request["code"]
    api.get(f"/api/v1/me/requests/{code}", "holder")
    if not consents:
        return api.post(f"/api/v1/me/requests/{code}/refusal", {}, "holder")
    match = api.get(f"/api/v1/requests/{request['request_id']}", "clerk").json()["match"]
    items = [{"certificate_id": mine(api, "营业执照")["id"]}]
    return api.post(f"/api/v1/me/requests/{code}/consent", {"items": items, "match": match}, "holder")


def heard(api, request) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the events of a request that is over, in order, each with its name."""
    text = api.get(f"/api/v1/requests/{request['request_id']}/events", "clerk").text
    blocks = [
        dict(line.split(": ", 1) for line in block.split("\n")) for block in text.split("\n\n") if block
    ]
    return [(block["event"], json.loads(block["data"])) for block in blocks]


def test_the_report_is_an_event_of_its_own(api):
    """Answered: the state without it, then the report as plain asking has it, and the stream is over."""
    request = opened(api)
    answer(api, request)
    asked = api.get(f"/api/v1/requests/{request['request_id']}", "clerk").json()
    events = heard(api, request)

    assert ["state", "report"] == [name for name, _ in events]
    assert "answered" == events[0][1]["state"]
    assert {name: value for name, value in asked.items() if name != "report"} == events[0][1]
    assert asked["report"] == events[1][1]
    assert "valid" == answers.ReportOut.model_validate(events[1][1]).verdict


def test_a_request_without_a_report_has_no_such_event(api):
    """Refused: its state, and nothing more."""
    request = opened(api)
    answer(api, request, consents=False)

    assert [("state", "refused")] == [(name, data["state"]) for name, data in heard(api, request)]


def test_a_proxy_is_told_to_pass_each_event_on(api):
    """nginx keeps an answer until it is large, unless the answer says otherwise."""
    request = opened(api)
    answer(api, request, consents=False)
    told = api.get(f"/api/v1/requests/{request['request_id']}/events", "clerk")

    assert "no" == told.headers["X-Accel-Buffering"]
