"""A route that is called directly answers as FastAPI would have it answer, word for word."""

import json
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from certhub.api.http.access_middleware import AccessMiddleware
from certhub.api.http.direct import direct, direct_routes
from certhub.app import create_app
from tests.api.conftest import Api
from tests.api.test_holder import mine
from tests.api.test_relying import MATTER, shown
from tests.support.clients import client_of

HOT = {
    "POST /api/v1/verifications",
    "POST /api/v1/verifications/batch",
    "GET /api/v1/verifications/{verification_id}",
    "GET /api/v1/certificates/{certificate_id}",
    "POST /api/v1/me/presentations",
    "GET /status/{list_no}",
    "GET /trust/targets/{path:path}",
    "GET /trust/documents/{digest}",
    "GET /types/{code}",
    "GET /healthz",
}
VID, VERIFICATIONS = "direct-and-not-1", "/api/v1/verifications"
ASKED = {"code": "6217 0000", "matter": MATTER, "window": "2", "verification_id": VID}
BODIES: list[Any] = [
    ASKED,
    {**ASKED, "window": "二号"},
    {},
    [],
    "text",
    None,
    {**ASKED, "extra": 1},
    {**ASKED, "window": 2},
    {**ASKED, "window": "x" * 21},
    {**ASKED, "verification_id": "short"},
    {**ASKED, "matter": "PLACEHOLDER-000"},
    {**ASKED, "not_applicable": ["x", "not an id"]},
    {"matter": MATTER, "window": "2", "items": []},
    {"matter": MATTER, "window": "2", "items": [{"code": "E", "verification_id": "direct-batch"}]},
    {"matter": MATTER, "window": "2", "items": [{"verification_id": "direct-batch"}, 7, {"code": ""}]},
]
GETS = [
    *("/healthz", "/status/1", "/status/0", "/status/x", "/types/nothing", "/types/11100000MB0143028R001"),
    *("/trust/targets/members.json", "/trust/targets/no/such.json", "/trust/targets/%2e%2e/x.json"),
    *(f"/trust/documents/{'0' * 64}", "/trust/documents/x", "/trust/documents/"),
    *("/api/v1/certificates/" + "0" * 26, "/api/v1/certificates/short", "/api/v1/certificates/%00"),
    *("/api/v1/verifications/" + VID, "/api/v1/verifications/no-such-one", "/api/v1/verifications/x"),
]


def doors(app: Any) -> dict[str, Any]:
    """Return the direct routes that an app's door knows."""
    door = next(one for one in app.user_middleware if one.cls is AccessMiddleware)
    found: dict[str, Any] = door.kwargs["direct"]
    return found


@pytest.fixture(scope="module")
def through_fastapi(api: Api) -> Api:
    """The same hub, in an app whose every route is FastAPI's to find."""
    app = create_app(hub=api.hub)
    doors(app).clear()
    return Api(api.region, api.hub, client_of(app, raises=False))


def without_trace(answer: Any) -> Any:
    """Return status, headers and body of an answer, but its trace id and what the moment makes."""
    is_json = answer.content and "json" in answer.headers.get("content-type", "")
    body = answer.json() if is_json else answer.content
    if isinstance(body, dict):
        body.pop("trace_id", None)
        for item in body.get("items", ()):
            item.pop("trace_id", None) if isinstance(item, dict) else None
    return answer.status_code, dict(answer.headers) | {"content-length": ""}, body


def test_the_routes_that_people_wait_for_are_called_directly(api: Api) -> None:
    """No more and no fewer than this page names."""
    assert HOT == doors(api.client.app).keys()


@pytest.mark.parametrize("path", [VERIFICATIONS, f"{VERIFICATIONS}/batch"])
@pytest.mark.parametrize("body", BODIES, ids=str)
def test_a_body_is_read_as_fastapi_reads_it(api: Api, through_fastapi: Api, path: str, body: Any) -> None:
    """The same report, the same problem at the same place."""
    ours, theirs = (one.post(path, body, "clerk") for one in (api, through_fastapi))
    assert without_trace(ours) == without_trace(theirs)


@pytest.mark.parametrize("content", [b"", b"null", b"{", b'{"a":1,"a":2}', b"\xff"])
def test_bytes_are_refused_as_fastapi_refuses_them(api: Api, through_fastapi: Api, content: bytes) -> None:
    """No body, and what is no JSON."""
    ours, theirs = (one.send(VERIFICATIONS, content, "clerk") for one in (api, through_fastapi))
    assert without_trace(ours) == without_trace(theirs)
    assert 400 <= ours.status_code < 500


@pytest.mark.parametrize("role", [None, "clerk", "agency", "holder"])
@pytest.mark.parametrize("path", GETS)
def test_a_path_is_read_as_fastapi_reads_it(
    api: Api, through_fastapi: Api, path: str, role: str | None
) -> None:
    """Whoever asks, and whatever stands in the path."""
    for headers in ({}, {"If-None-Match": "*"}, {"Accept-Language": "en"}):
        ours, theirs = (one.get(path, role, **headers) for one in (api, through_fastapi))
        assert without_trace(ours) == without_trace(theirs)
    ours, theirs = (one.client.head(path, headers=one.headers(role)) for one in (api, through_fastapi))
    assert without_trace(ours) == without_trace(theirs)


def test_a_certificate_and_a_verification_are_the_same_by_both(api: Api, through_fastapi: Api) -> None:
    """What is on record is told alike."""
    path = f"/api/v1/certificates/{mine(api, '营业执照')['id']}"
    made = api.post(VERIFICATIONS, {**ASKED, "code": shown(api), "verification_id": "direct-report"}, "clerk")
    for one, role in ((path, "agency"), (f"{VERIFICATIONS}/direct-report", "clerk")):
        assert without_trace(api.get(one, role)) == without_trace(through_fastapi.get(one, role))
    assert made.json() == through_fastapi.get(f"{VERIFICATIONS}/direct-report", "clerk").json()


def test_a_route_that_takes_what_is_not_known_is_refused_when_the_app_is_made() -> None:
    """Neither called without it, nor left to FastAPI unseen."""

    @direct
    async def pages(limit: int) -> Response:
        return Response(str(limit))

    @direct
    async def raw(request: Request) -> Response:
        return Response(await request.body())

    with pytest.raises(TypeError, match="limit"):
        direct_routes([("GET", "/pages", pages)])
    assert ["GET /raw"] == list(direct_routes([("GET", "/raw", raw), ("GET", "/other", json.dumps)]))
