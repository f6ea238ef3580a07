"""What an agency calls, through HTTP."""

import copy

import pytest

from certhub.api.routes import answers
from certhub.api.routes.models import _examples

WORKER = "11100000000019713D071"
TRANSPORT = "11420799MB9999033P"
ORDER = {"reason": "违章记分待处理（演示）", "decision_number": "鄂交罚〔2026〕1号"}
_numbers = iter(range(1000))


def draft(**changes):
    """Return a driver's qualification with a number of its own, with members changed."""
    return {
        "kind": WORKER,
        "holders": [{"name": "王测试", "id_type": "111", "id_number": "420799190003030036"}],
        "number": f"CY-接口-{next(_numbers):04}",
        "issued_on": "2026-01-05",
        "valid_from": "2026-01-05",
        "valid_to": "2031-01-04",
        "claims": {"姓名": "王测试", "从业资格类别": "经营性道路货物运输驾驶员"},
    } | changes


def issued(api):
    """Issue one, a second later, and return it."""
    api.region.clock.pass_(seconds=1)
    answer = api.post("/api/v1/certificates", draft(), "agency")
    assert 201 == answer.status_code, answer.text
    return answer.json()


def faults(answer):
    """Return the wrong places of a 422: {pointer: code}."""
    assert 422 == answer.status_code, answer.text
    return {error["pointer"]: error["code"] for error in answer.json()["errors"]}


def test_a_certificate_is_issued(api):
    """201 with the certificate and where it is; what is described is what comes."""
    answer = api.post("/api/v1/certificates", draft(), "agency")

    told = answers.CertificateOut.model_validate(answer.json())
    assert (201, "active", TRANSPORT) == (answer.status_code, told.state, told.agency)
    assert answer.json() == api.get(answer.headers["Location"], "agency").json()


def test_the_example_of_the_documentation_works(api):
    """What /docs offers to send is issued as it stands."""
    assert (
        201
        == api.post(
            "/api/v1/certificates", copy.deepcopy(_examples()["NewCertificate"]), "agency"
        ).status_code
    )


def test_a_retry_gets_the_same_answer(api):
    """One key, one certificate; spacing and order of the JSON do not count."""
    body = draft()
    first = api.post("/api/v1/certificates", body, "agency", key="retry")
    again = api.post("/api/v1/certificates", dict(reversed(body.items())), "agency", key="retry")

    assert first.json() == again.json()
    assert {201, 200} >= {first.status_code, again.status_code}


def test_the_same_contents_under_another_key_are_the_same_certificate(api):
    """200: it was there."""
    body = draft()
    first = api.post("/api/v1/certificates", body, "agency")

    again = api.post("/api/v1/certificates", body, "agency")
    assert (200, first.json()["id"]) == (again.status_code, again.json()["id"])


def test_a_key_is_for_one_request(api):
    """409 for other contents under a used key."""
    api.post("/api/v1/certificates", draft(), "agency", key="one")
    answer = api.post("/api/v1/certificates", draft(), "agency", key="one")

    assert (409, "IDEMPOTENCY_MISMATCH") == (answer.status_code, answer.json()["code"])


def test_a_key_is_for_one_certificate(api):
    """The same order with the same key for another certificate is another request."""
    one, two = issued(api), issued(api)
    api.post(f"/api/v1/certificates/{one['id']}/suspension", ORDER, "agency", key="order")
    answer = api.post(f"/api/v1/certificates/{two['id']}/suspension", ORDER, "agency", key="order")

    assert (409, "IDEMPOTENCY_MISMATCH") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize("key", [None, " ", "x" * 201, "a b", "\x7f"])
def test_without_a_key_nothing_is_issued(api, key):
    """400 IDEMPOTENCY_KEY_REQUIRED, before the body is judged."""
    answer = api.post("/api/v1/certificates", {}, "agency", key=key)

    assert (400, "IDEMPOTENCY_KEY_REQUIRED") == (answer.status_code, answer.json()["code"])


def test_a_number_with_other_contents_is_a_conflict(api):
    """409 CONFLICT_WITH_STORED."""
    body = draft()
    api.post("/api/v1/certificates", body, "agency")
    answer = api.post("/api/v1/certificates", body | {"valid_to": None}, "agency")

    assert (409, "CONFLICT_WITH_STORED") == (answer.status_code, answer.json()["code"])


def test_every_wrong_place_is_named(api):
    """422 with a pointer for each, so that a form can mark them all at once."""
    body = draft(valid_to="2020-01-01", claims={"姓名": "王测试", "星座": "双鱼"})
    body["holders"][0]["id_number"] = "420799190003030037"

    assert {
        "/holders/0/id_number": "ID_CHECK_DIGIT",
        "/valid_to": "DATE_BEFORE_START",
        "/claims/从业资格类别": "REQUIRED_MISSING",
        "/claims/星座": "CLAIM_UNKNOWN",
    } == faults(api.post("/api/v1/certificates", body, "agency"))


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"kind": 7}, "/kind", "TYPE_WRONG"),
        ({"number": 12345}, "/number", "TYPE_WRONG"),
        ({"number": "x" * 65}, "/number", "TEXT_TOO_LONG"),
        ({"number": ""}, "/number", "TEXT_TOO_SHORT"),
        ({"holders": []}, "/holders", "REQUIRED_MISSING"),
        ({"holders": [{"name": "甲", "id_type": "111"}]}, "/holders/0/id_number", "REQUIRED_MISSING"),
        ({"claims": {"a/b~c": 1}}, "/claims/a~1b~0c", "TYPE_WRONG"),
        ({"agent": "x"}, "/agent", "FIELD_UNKNOWN"),
        ({"valid_to": True}, "/valid_to", "TYPE_WRONG"),
    ],
)
def test_the_shape_is_strict(api, change, pointer, code):
    """No extra member, nothing converted, nothing endless."""
    answer = api.post("/api/v1/certificates", draft(**change), "agency")

    assert {pointer: code} == faults(answer)
    assert "REQUEST_INVALID" == answer.json()["code"]


def test_a_forgotten_end_is_not_without_end(api):
    """`valid_to` has to be said: null means 长期, nothing means a mistake."""
    body = draft()
    del body["valid_to"]

    assert {"/valid_to": "REQUIRED_MISSING"} == faults(api.post("/api/v1/certificates", body, "agency"))


def test_a_kind_that_is_not_ours_to_issue(api):
    """422 ISSUER_NOT_ENTITLED for a kind that none of the account's agencies may issue."""
    answer = api.post("/api/v1/certificates", draft(kind="11100000000013127D001"), "agency")

    assert {"/kind": "ISSUER_NOT_ENTITLED"} == faults(answer)


def test_a_kind_that_does_not_exist(api):
    """422 KIND_UNKNOWN, and whatever else is wrong at once."""
    answer = api.post("/api/v1/certificates", draft(kind="X", issued_on="tomorrow"), "agency")

    assert {"/kind": "KIND_UNKNOWN", "/issued_on": "DATE_UNREADABLE"} == faults(answer)


def test_no_problem_repeats_what_was_typed(api):
    """A refusal says where, never what: identity numbers do not end in anybody's log."""
    body = draft()
    body["holders"][0] |= {"name": "某某某", "id_number": "420799190003030037"}

    answer = api.post("/api/v1/certificates", body, "agency")
    assert "420799190003030037" not in answer.text
    assert "某某某" not in answer.text


def test_a_page_leads_to_the_next(api):
    """Newest first; the cursor leads through all of them, each once."""
    mine = [issued(api)["id"] for _ in range(3)]
    seen, cursor = [], None
    while True:
        page = api.get(
            f"/api/v1/certificates?limit=2{f'&cursor={cursor}' if cursor else ''}", "agency"
        ).json()
        answers.CertificatePage.model_validate(page)
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert mine[::-1] == seen[:3]
    assert len(seen) == len(set(seen)) > 6


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("limit=0", 422, "REQUEST_INVALID"),
        ("limit=201", 422, "REQUEST_INVALID"),
        ("limit=x", 422, "REQUEST_INVALID"),
        ("limit=" + "9" * 5000, 422, "REQUEST_INVALID"),
        ("cursor=%00", 422, "REQUEST_INVALID"),
        ("cursor=" + "0" * 26, 400, "CURSOR_UNKNOWN"),
    ],
)
def test_a_cursor_is_sent_back_as_it_came(api, query, status, code):
    """Nothing else is taken for one."""
    answer = api.get(f"/api/v1/certificates?{query}", "agency")

    assert (status, code) == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize(
    "name", ["0" * 26, "x", "..", "%00", "%F0%9F%92%A9", "'; drop table certificate; --"]
)
def test_a_certificate_that_is_not_there(api, name):
    """404, however odd the name."""
    assert 404 == api.get(f"/api/v1/certificates/{name}", "agency").status_code


def test_a_certificate_of_another_region_is_not_there(api, other):
    """What others issued looks like nothing."""
    theirs = other.get("/api/v1/certificates", "agency").json()["items"][0]["id"]

    assert 404 == api.get(f"/api/v1/certificates/{theirs}", "agency").status_code


@pytest.mark.parametrize(
    ("deed", "state"),
    [
        ("suspension", "suspended"),
        ("revocation", "revoked"),
        ("cancellation", "cancelled"),
        ("withdrawal", "withdrawn"),
    ],
)
def test_a_state_changes(api, deed, state):
    """200 with the certificate in its new state, and why."""
    path = f"/api/v1/certificates/{issued(api)['id']}"
    answer = api.post(f"{path}/{deed}", ORDER | {"effective_from": "2026-11-24"}, "agency")

    told = answers.CertificateOut.model_validate(answer.json())
    assert (200, state, ORDER["decision_number"]) == (answer.status_code, told.state, told.decision_number)
    assert answer.json() == api.get(path, "agency").json()


def test_a_suspension_is_lifted(api):
    """Reinstated, it is active again."""
    path = f"/api/v1/certificates/{issued(api)['id']}"
    api.post(f"{path}/suspension", ORDER, "agency")

    assert "active" == api.post(f"{path}/reinstatement", ORDER, "agency").json()["state"]


def test_the_end_is_the_end(api):
    """409 WRONG_STATE for whatever comes after a revocation."""
    path = f"/api/v1/certificates/{issued(api)['id']}"
    api.post(f"{path}/revocation", ORDER, "agency")
    answer = api.post(f"{path}/reinstatement", ORDER, "agency")

    assert (409, "WRONG_STATE") == (answer.status_code, answer.json()["code"])


def test_a_renewal_is_a_new_certificate(api):
    """A new version under a new identifier; the old one is superseded."""
    old = issued(api)
    answer = api.post(
        f"/api/v1/certificates/{old['id']}/renewal", ORDER | {"valid_to": "2036-01-04"}, "agency"
    )

    new = answers.CertificateOut.model_validate(answer.json())
    assert (200, 2, "2036-01-04", old["number"]) == (
        answer.status_code,
        new.version,
        new.valid_to,
        new.number,
    )
    assert "superseded" == api.get(f"/api/v1/certificates/{old['id']}", "agency").json()["state"]


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"reason": ""}, "/reason", "TEXT_TOO_SHORT"),
        ({"reason": "  "}, "/reason", "REQUIRED_MISSING"),
        ({"reason": "a\u202eb"}, "/reason", "TEXT_CONTROL_CHARS"),
        ({"reason": "x" * 201}, "/reason", "TEXT_TOO_LONG"),
        ({"effective_from": "24.11.2026"}, "/effective_from", "DATE_UNREADABLE"),
        ({"effective_from": 20261124}, "/effective_from", "DATE_UNREADABLE"),
    ],
)
def test_an_order_is_read_strictly(api, change, pointer, code):
    """It ends in the history, so it holds nothing that nobody can see."""
    answer = api.post(f"/api/v1/certificates/{'0' * 26}/suspension", ORDER | change, "agency")

    assert {pointer: code} == faults(answer)


def test_tomorrow_is_not_today(api):
    """400 EFFECTIVE_IN_FUTURE: a change takes effect at once."""
    path = f"/api/v1/certificates/{issued(api)['id']}/suspension"
    answer = api.post(path, ORDER | {"effective_from": "2026-11-26"}, "agency")

    assert (400, "EFFECTIVE_IN_FUTURE") == (answer.status_code, answer.json()["code"])


def test_the_catalogue_can_be_read(api):
    """All kinds, one kind, and the schema of its claims."""
    kinds = answers.KindList.model_validate(api.get("/api/v1/kinds", "clerk").json()).items
    whole = api.get(f"/api/v1/kinds/{WORKER}", "agency").json()
    schema = api.get(f"/api/v1/kinds/{WORKER}/schema", "holder")

    assert WORKER in {kind.code for kind in kinds}
    assert ["姓名", "从业资格类别"] == [field["title"] for field in whole["fields"] if field["required"]]
    assert whole["claims_schema"] == schema.json()
    assert "application/schema+json" == schema.headers["Content-Type"]


@pytest.mark.parametrize("code", ["X", "%00", "x" * 500])
def test_a_kind_that_is_not_in_the_catalogue(api, code):
    """404."""
    assert 404 == api.get(f"/api/v1/kinds/{code}", "agency").status_code
