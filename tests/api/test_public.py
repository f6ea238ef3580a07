"""Public files, headers, and the description of the API."""

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest
from certhub_verifier.formats.jose import jws
from pydantic import TypeAdapter
from starlette.testclient import TestClient

import certhub.web
from certhub.api.http.access import access_table
from certhub.api.routes import answers, models
from certhub.api.routes.models import _examples
from certhub.app import create_app
from certhub.jobs.status_lists import publish

VENDOR = Path(certhub.web.__file__).parent / "static" / "vendor"


@pytest.fixture(scope="module")
def described():
    """The OpenAPI document, of an app without a hub."""
    return create_app().openapi()


def test_a_document_is_fetched_by_its_digest_for_ever(api):
    """Anybody may, and any cache may keep it; a digest of nothing says so in its own words."""
    digest = api.hub.trust.digest
    answer = api.get(f"/trust/documents/{digest}")
    absent = [
        api.get(f"/trust/documents/{one}") for one in ("0" * 64, digest.upper(), "status", "..%2Fstatus%2F1")
    ]

    assert (200, digest) == (answer.status_code, sha256(answer.content).hexdigest())
    assert "public, max-age=31536000, immutable" == answer.headers["Cache-Control"]
    assert {(404, "NOT_KEPT")} == {(one.status_code, one.json()["code"]) for one in absent[:3]}
    assert 404 == absent[3].status_code


def test_a_status_list_is_a_signed_file(api):
    """application/statuslist+jwt with an ETag; unchanged is 304."""
    publish(api.hub)
    [uri] = api.get("/status/").json()["status_lists"]
    answer = api.get("/status/1")

    assert (
        "https://420700.certhub.example/status/1"
        == uri
        == jws.parse(answer.text, "statuslist+jwt").payload["sub"]
    )
    assert "application/statuslist+jwt" == answer.headers["Content-Type"]
    assert "public, max-age=5" == answer.headers["Cache-Control"]
    tag = answer.headers["ETag"]
    for asked in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = api.get("/status/1", **{"If-None-Match": asked})
        assert (304, b"", tag) == (again.status_code, again.content, again.headers["ETag"])
    assert 200 == api.get("/status/1", **{"If-None-Match": '"x"'}).status_code


@pytest.mark.parametrize(
    "name", ["0", "01", "2", "١", "-1", "x", "%2e%2e", "%00", "..%2f..%2fcerthub.toml", "9" * 400]
)
def test_a_status_list_that_is_not_there(api, name):
    """404."""
    assert 404 == api.get(f"/status/{name}").status_code


def test_the_trust_list_is_served_as_it_lies(api):
    """Byte for byte, so that its digest can be compared."""
    for path, content in api.hub.trust_folder.files().items():
        answer = api.get(f"/trust/targets/{path}")
        assert (200, content) == (answer.status_code, answer.content)


@pytest.mark.parametrize(
    "path",
    ["", "x.json", "../certhub.toml", "%2e%2e/keys/x.json", "..%2f..%2fcerthub.toml", ".hidden.json", "%00.json",
     "regions/%2e%2e/members.json", "members.json/", "/etc/passwd", "members.json%00"],
)  # fmt: skip
def test_nothing_but_the_trust_list_is_served(api, path):
    """404 for whatever tries to leave the folder."""
    assert 404 == api.get(f"/trust/targets/{path}").status_code


@pytest.mark.parametrize("path", ["x", "%00", "../app.py", "%2e%2e%2fpages.py", "vendor", "vendor/"])
def test_nothing_but_assets_are_assets(api, path):
    """404 for everything that is no file of the folder."""
    assert 404 == api.get(f"/assets/{path}").status_code


def test_head_is_get_without_the_body(api):
    """A monitor may ask for the head alone."""
    answer = api.client.head("/healthz")

    assert (200, b"", "15") == (answer.status_code, answer.content, answer.headers["Content-Length"])
    assert 404 == api.client.head("/nothing").status_code


@pytest.mark.parametrize(
    "path", ["/healthz", "/docs", "/api/v1/kinds", "/nothing", "/assets/docs.js", "/status/999"]
)
def test_every_answer_has_the_headers_that_browsers_obey(api, path):
    """Also the refusals."""
    headers = api.get(path).headers

    assert headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert "script-src" not in headers["Content-Security-Policy"]
    assert ("nosniff", "no-referrer", "DENY") == (
        headers["X-Content-Type-Options"], headers["Referrer-Policy"], headers["X-Frame-Options"],
    )  # fmt: skip
    assert ("no-cache" if path.startswith("/assets") else "no-store") == headers["Cache-Control"]


def test_the_documentation_comes_from_here(api):
    """/docs names no other origin, holds no inline script, and all that it loads is there."""
    page = api.get("/docs").text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)

    assert ["/assets/vendor/swagger-ui/swagger-ui.css", "/assets/vendor/swagger-ui/swagger-ui-bundle.js",
            "/assets/docs.js"] == loaded  # fmt: skip
    assert all(200 == api.get(path).status_code for path in loaded)
    assert [] == re.findall(r"<script[^>]*>[^<]+<", page)
    assert "://" not in page
    assert re.search(r"validatorUrl:\s*null", api.get("/assets/docs.js").text)
    assert "text/javascript; charset=utf-8" == api.get("/assets/docs.js").headers["Content-Type"]


@pytest.mark.parametrize(
    "package", json.loads((VENDOR / "VENDOR.json").read_text())["packages"], ids=lambda p: p["package"]
)
def test_what_is_vendored_is_what_was_written_down(package):
    """Every file has the hash that VENDOR.json names, and no other file lies beside them."""
    folder = VENDOR / package["folder"]

    assert package["files"] == {p.name: sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}
    assert {"package", "version", "licence", "source", "files", "folder"} == set(package)
    assert any("LICENSE" in name for name in package["files"])


def test_swagger_ui_loads_nothing_from_elsewhere():
    """Its style sheet holds pictures as data alone."""
    sheet = (VENDOR / "swagger-ui" / "swagger-ui.css").read_text()

    assert [] == re.findall(r"url\((?!['\"]?data:)[^)]{1,80}|@import", sheet)


def test_the_description_names_every_call(described):
    """Every row with words is an operation with them, named like its function, with its roles."""
    operations = {
        f"{method.upper()} {path}": operation
        for path, methods in described["paths"].items() for method, operation in methods.items()
    }  # fmt: skip
    rows = {row.key.replace(":path}", "}"): row for row in access_table().rows() if row.summary}

    assert set(rows) == set(operations)
    for key, operation in operations.items():
        assert " · " in operation["summary"]
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", operation["operationId"])
        assert sorted(rows[key].roles or ()) == operation.get("x-roles", [])
        assert ("security" in operation) == (rows[key].roles is not None)


def test_operation_ids_are_unique(described):
    """A generated client has one function for each."""
    ids = [
        operation["operationId"] for methods in described["paths"].values() for operation in methods.values()
    ]

    assert len(ids) == len(set(ids))


def test_refusals_are_described(described):
    """Every call that somebody may not make, or may send nonsense to, says with what it refuses."""
    for path, methods in described["paths"].items():
        for operation in methods.values():
            refused = {status for status in operation["responses"] if status[0] in "45"}
            if "security" in operation:
                assert {"401", "403"} <= refused, path
            if "requestBody" in operation:
                assert {"400", "413", "415", "422"} <= refused, path
    assert "HTTPValidationError" not in json.dumps(described)


def test_every_reference_leads_somewhere(described):
    """No schema is named that is not there."""
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(described)))

    assert named <= set(described["components"]["schemas"])


@pytest.mark.parametrize("name", _examples())
def test_the_examples_fit_their_models(described, name):
    """What the description offers to send has the right shape, and is in the description."""
    example = _examples()[name]

    assert TypeAdapter(getattr(models, name)).validate_python(example)
    assert [example] == described["components"]["schemas"][name]["examples"]


def test_the_description_is_served(api, described):
    """/openapi.json is the same document."""
    assert described == api.get("/openapi.json").json()


def test_problems_are_as_described(api):
    """A real refusal fits the schema that is published for it."""
    for answer in (api.get("/api/v1/kinds"), api.send("/api/v1/verifications", b"{", "clerk")):
        answers.Problem.model_validate(answer.json())


def test_an_app_without_a_hub_serves_nothing():
    """It can be described, and that is all."""
    client = TestClient(create_app(), raise_server_exceptions=False)
    assert 503 == client.get("/readyz").status_code


def test_what_a_kinds_credentials_hold_is_served(api):
    """The type metadata of a kind is a public file, the same bytes for everybody, named after the vct."""
    answer = api.get("/types/11100000MB0143028R001")

    assert 200 == answer.status_code
    assert "urn:certhub:kind:11100000MB0143028R001:1" == answer.json()["vct"]
    assert (
        304
        == api.get("/types/11100000MB0143028R001", **{"If-None-Match": answer.headers["ETag"]}).status_code
    )
    assert 404 == api.get("/types/nothing").status_code
