"""Who may call what: the table is the whole truth, and every cell of it is tried."""

import re
from dataclasses import replace

import pytest
from fastapi import FastAPI

from certhub.api.http.access import AccessTable, Row, access_table, read_rows
from certhub.api.routes.models import VERIFICATION_ID
from certhub.app import create_app, require_rows, routes_of
from certhub.demo.app import create_demo_app
from certhub.people.parties.people import Role
from certhub.settings import BadSettings, Profile
from tests.api.conftest import Api, api_of

SAMPLES = {
    "certificate_id": "0" * 26,
    "verification_id": "0" * 8,
    "request_id": "0" * 26,
    "case_id": "0" * 26,
    "look_id": "0" * 26,
    "session_id": "0" * 26,
    "home": "420199",
    "dispute_id": "0" * 26,
    "region": "420199",
    "code": "X",
    "list_no": "999",
    "path": "nothing.json",
    "name": "nothing",
    "digest": "0" * 64,
}
ROWS = tuple(access_table().rows())
GUARDED = [row for row in ROWS if row.roles is not None]


def sample(row: Row) -> str:
    """Return a path that a row matches and that names nothing."""
    return re.sub(r"\{(\w+)(?::path)?\}", lambda found: SAMPLES[found[1]], row.path)


def call(api: Api, row: Row, role: str | None) -> int:
    """Call a row's route with an empty body and return the status."""
    if row.method == "GET":
        status: int = api.get(sample(row), role).status_code
        return status
    kind = "application/json" if row.body is None else row.body.media_type
    content = b"{}" if row.body is not None and row.body.is_json else b""
    headers = {"Content-Type": kind}
    status = api.send(sample(row), content, role, method=row.method, **headers).status_code
    return status


def test_every_route_has_a_row():
    """No route answers that the table does not name."""
    assert set() == routes_of(create_app()) - {(row.method, row.path) for row in ROWS}


def test_every_row_has_a_route():
    """The table promises no call that is not there."""
    assert set() == {(row.method, row.path) for row in ROWS} - routes_of(create_app())


def test_the_product_has_no_route_of_the_demos():
    """A hub that runs in production has not even the demo's routes: nothing is there that could be left open."""
    product, demo = routes_of(create_app()), routes_of(create_demo_app())
    added = {tuple(row.split(" ", 1)) for row in read_rows("certhub.demo")}

    assert {("POST", "/demo/cards/{name}"), ("POST", "/demo/reset")} == added == demo - product


def test_the_demos_app_is_refused_to_a_hub_in_production(api):
    """Whoever names the demo's factory for a real hub gets no app at all."""
    settings = api.hub.settings.model_copy(update={"profile": Profile.PRODUCTION})

    with pytest.raises(BadSettings, match="no demo is served there"):
        create_demo_app(hub=replace(api.hub, settings=settings))


def test_an_addition_cannot_say_who_calls_the_products_routes():
    """A row for a path of ours, from outside, is refused: it might open what is closed."""
    with pytest.raises(ValueError, match=r"GET /api/v1/kinds$"):
        access_table({"GET /api/v1/kinds": {"who": "public"}})


def test_an_app_with_a_route_without_a_row_is_not_made():
    """A forgotten row stops the app when it is made, not when somebody finds the open door."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.add_api_route("/api/v1/forgotten", lambda: "hello")

    with pytest.raises(RuntimeError, match="GET /api/v1/forgotten"):
        require_rows(app, access_table())


def test_behind_the_door_a_route_without_a_row_does_not_exist(api):
    """Should one slip through all the same, nobody reaches it."""
    api.client.app.add_api_route("/api/v1/forgotten", lambda: "hello")

    assert 404 == api.get("/api/v1/forgotten", "operator").status_code


def test_no_path_is_matched_by_two_rows():
    """Which row guards a request does not hang on the order of the file; the demo's rows are there, too.

    A literal path may stand where an id stands elsewhere, if it can be none: ids have eight characters and more.
    """
    table = access_table(read_rows("certhub.demo"))
    for row in table.rows():
        matching = [place for place in table.patterns if place.pattern.match(sample(row))]
        is_no_id = not re.fullmatch(VERIFICATION_ID, row.path.rpartition("/")[2])
        assert len(matching) <= (0 if row.path in table.literal and not is_no_id else 1), row.key


@pytest.mark.parametrize("row", GUARDED, ids=lambda row: row.key)
@pytest.mark.parametrize("role", [None, *Role])
def test_every_cell(api, row, role):
    """Nobody gets 401, a wrong role 403, a right role neither."""
    status = call(api, row, role)

    if role is None:
        assert 401 == status
    elif role not in row.roles:
        assert 403 == status
    else:
        assert status not in {401, 403}
        assert status < 500


@pytest.mark.parametrize("row", [row for row in ROWS if row.roles is None], ids=lambda row: row.key)
def test_public_is_public(api, row):
    """What is public asks nobody who they are."""
    assert call(api, row, None) not in {401, 403}


@pytest.mark.parametrize("token", ["", "wrong", "x" * 600, "é", "Bearer"])
def test_a_token_that_is_not_ours_is_nobody(api, token):
    """An unknown, empty, endless or odd token is 401, and says how to ask."""
    answer = api.client.get("/api/v1/kinds", headers={"Authorization": b"Bearer " + token.encode("latin-1")})

    assert 401 == answer.status_code
    assert 'Bearer realm="certhub"' == answer.headers["WWW-Authenticate"]


def test_another_scheme_is_nobody(api):
    """Basic authentication is not understood, even with a good token in it."""
    answer = api.client.get("/api/v1/kinds", headers={"Authorization": f"Basic {api.region.tokens['clerk']}"})

    assert 401 == answer.status_code


def test_who_comes_before_what(api):
    """401 before 403 before 400: a stranger's broken body is not even read."""
    broken = b"{"

    assert 401 == api.send("/api/v1/certificates", broken).status_code
    assert 403 == api.send("/api/v1/certificates", broken, "clerk").status_code
    assert 400 == api.send("/api/v1/certificates", broken, "agency").status_code


def test_a_method_that_a_path_does_not_take(api):
    """405 names the methods that it does take."""
    answer = api.client.delete("/api/v1/certificates", headers=api.headers("agency"))

    assert 405 == answer.status_code
    assert "GET, POST" == answer.headers["Allow"]
    assert "METHOD_NOT_ALLOWED" == answer.json()["code"]


def test_another_origin_gets_no_leave(api):
    """Cross-origin sharing is off: a preflight is refused, and no answer allows an origin."""
    answer = api.client.options("/api/v1/kinds", headers={"Origin": "https://elsewhere.example"})

    assert 405 == answer.status_code
    assert "access-control-allow-origin" not in answer.headers


def cookie(api: Api, role: str) -> dict[str, str]:
    """Return the cookie that a demo page carries."""
    return {"Cookie": f"certhub_{role}={api.region.tokens[role]}"}


def test_a_page_of_the_demo_may_call(api):
    """In a demo the role's cookie together with the role's header is a login."""
    answer = api.get("/api/v1/matters", **cookie(api, "clerk"), **{"X-CertHub-Role": "clerk"})

    assert 200 == answer.status_code


@pytest.mark.parametrize("role", ["", "holder", "nobody", "clerk; x=y"])
def test_a_cookie_alone_is_nobody(api, role):
    """A cookie that a browser was made to send is no login without the header that goes with it."""
    headers = {"X-CertHub-Role": role} if role else {}

    assert 401 == api.get("/api/v1/matters", **cookie(api, "clerk"), **headers).status_code


def test_a_bad_token_is_not_helped_by_a_cookie(api):
    """Who sends a token is judged by it alone."""
    headers = {**cookie(api, "clerk"), "X-CertHub-Role": "clerk", "Authorization": "Bearer wrong"}

    assert 401 == api.get("/api/v1/matters", **headers).status_code


def test_in_production_a_cookie_is_nothing(api):
    """Signed-in pages are a thing of demos."""
    settings = api.hub.settings.model_copy(update={"profile": Profile.PRODUCTION})
    real = api_of(api.region, replace(api.hub, settings=settings))

    answer = real.get("/api/v1/matters", **cookie(api, "clerk"), **{"X-CertHub-Role": "clerk"})

    assert 401 == answer.status_code
    assert 200 == real.get("/api/v1/matters", "clerk").status_code


@pytest.mark.parametrize("wrong", [{"who": ["user"]}, {"who": "public", "body": "yaml"}])
def test_a_table_with_an_unknown_word_is_refused(wrong):
    """A role or body rule that does not exist is a mistake of ours, and is found at once."""
    with pytest.raises((ValueError, KeyError)):
        AccessTable.from_dict({"POST /x": wrong})
