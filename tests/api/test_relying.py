"""What a clerk calls, through HTTP."""

import json

import pytest
from certhub_verifier.formats.jose import jws

from certhub.api.routes import answers
from tests.api.test_holder import mine

MATTER, PERMIT = "PLACEHOLDER-901", "PLACEHOLDER-902"


def shown(api, name="营业执照", matter=None):
    """Return a code that shows the licence, or another certificate; for a matter where one is named."""
    body = {
        "items": [{"certificate_id": mine(api, name)["id"]}],
        "mode": "ticket",
        **({} if matter is None else {"matter": matter}),
    }
    return api.post("/api/v1/me/presentations", body, "holder").json()["code"]


def scan(api, code, **more):
    """Verify a code at window 2."""
    return api.post(
        "/api/v1/verifications", {"code": code, "matter": MATTER, "window": "2 号窗口", **more}, "clerk"
    )


def test_a_code_is_verified_once(api):
    """Valid for the first; for the next, a report that says when and where it was used."""
    code = shown(api)
    first, second = scan(api, code), scan(api, code)

    told = answers.ReportOut.model_validate(first.json())
    assert (200, "valid", "OK", 1) == (first.status_code, told.verdict, told.code, len(told.items))
    assert (200, "invalid", "CODE_USED", []) == (
        second.status_code,
        *map(second.json().get, ("verdict", "code", "items")),
    )


def test_no_answer_and_the_same_question_again(api):
    """The same id with the same code gets the same report, and the code is spent once."""
    code = shown(api)

    assert (
        scan(api, code, verification_id="a" * 32).json() == scan(api, code, verification_id="a" * 32).json()
    )


def test_an_id_belongs_to_one_code(api):
    """409 for the same id with another code."""
    scan(api, shown(api), verification_id="b" * 32)
    answer = scan(api, shown(api), verification_id="b" * 32)

    assert (409, "VERIFICATION_ID_TAKEN") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize(
    "code", ["https://example.com/pay?id=1", "13456789012345678", "💩", "E", "EC1", "\t"]
)
def test_whatever_is_scanned_gets_a_report(api, code):
    """A payment code is not our code, and that is a report, not an error."""
    answer = scan(api, code)

    assert 200 == answer.status_code, answer.text
    assert "undetermined" == answers.ReportOut.model_validate(answer.json()).verdict


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"matter": "X"}, 400, "MATTER_UNKNOWN"),
        ({"window": "x" * 21}, 422, "REQUEST_INVALID"),
        ({"window": ""}, 422, "REQUEST_INVALID"),
        ({"window": "a\u200bb"}, 422, "REQUEST_INVALID"),
        ({"verification_id": "short"}, 422, "REQUEST_INVALID"),
        ({"verification_id": "é" * 10}, 422, "REQUEST_INVALID"),
        ({"verification_id": "x" * 65}, 422, "REQUEST_INVALID"),
        ({"code": ""}, 422, "REQUEST_INVALID"),
        ({"code": "x" * 5000}, 422, "REQUEST_INVALID"),
        ({"case_number": "x" * 65}, 422, "REQUEST_INVALID"),
    ],
)
def test_a_question_is_read_strictly(api, change, status, code):
    """Nothing endless, nothing that nobody can see, in what ends in a receipt."""
    body = {"code": "EC1", "matter": MATTER, "window": "2 号窗口"} | change
    answer = api.post("/api/v1/verifications", body, "clerk")

    assert (status, code) == (answer.status_code, answer.json()["code"])


def test_the_report_and_its_receipt_can_be_had_again(api):
    """Both lie under the verification's id; the receipt is a receipt+jwt with what opens it."""
    report = scan(api, shown(api), case_number="2026-0007").json()
    path = f"/api/v1/verifications/{report['verification_id']}"
    receipt = answers.ReceiptOut.model_validate(api.get(report["receipt_url"], "clerk").json())

    assert report == api.get(path, "clerk").json()
    assert f"{path}/receipt" == report["receipt_url"]
    payload = jws.parse(receipt.receipt, "receipt+jwt").payload
    assert ("2026-0007", "2 号窗口", 1) == (payload["case"], payload["window"], len(receipt.opening))


def test_a_verification_of_somebody_else_is_not_there(api, other):
    """404, with or without the receipt."""
    vid = scan(api, shown(api)).json()["verification_id"]

    assert 404 == other.get(f"/api/v1/verifications/{vid}", "clerk").status_code
    assert 404 == other.get(f"/api/v1/verifications/{vid}/receipt", "clerk").status_code


def test_a_code_of_the_other_region_is_answered(api, other):
    """Wuhan's clerk scans Ezhou's code: Ezhou is asked, and its signed answer is the report."""
    report = scan(other, shown(api, matter=PERMIT), matter=PERMIT).json()

    assert "OK" == report["code"], report
    assert "住所" in report["items"][0]["disclosed"]
    assert "法定代表人身份证号" not in report["items"][0]["disclosed"]


def outcome(api, vid, role="clerk", **body):
    """Say how a verification ended."""
    return api.post(f"/api/v1/verifications/{vid}/outcome", body, role)


def test_how_a_verification_ended_is_said_and_listed(api):
    """200 with what counts now; the clerk's list and the operator's inbox have it, each in its form."""
    api.region.clock.pass_(seconds=1)
    vid = scan(api, shown(api), case_number="2026-0008").json()["verification_id"]

    said = outcome(api, vid, result="reported", note="印章可疑")
    line = answers.VerificationList.model_validate(
        api.get("/api/v1/verifications?limit=1", "clerk").json()
    ).items[0]
    inbox = answers.IncidentPage.model_validate(api.get("/api/v1/incidents", "operator").json()).items[0]

    assert 200 == said.status_code
    assert ("reported", "印章可疑") == (
        answers.OutcomeOut.model_validate(said.json()).result,
        said.json()["note"],
    )
    assert (vid, "reported", "2026-0008") == (line.verification_id, line.outcome, line.case_number)
    assert (vid, "印章可疑", "2 号窗口", "valid") == (
        inbox.verification_id,
        inbox.note,
        inbox.window,
        inbox.verdict,
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "REQUIRED_MISSING"),
        ({"result": "fine"}, "VALUE_WRONG"),
        ({"result": "reported", "note": ""}, "TEXT_TOO_SHORT"),
        ({"result": "reported", "note": "x" * 501}, "TEXT_TOO_LONG"),
        ({"result": "reported", "note": "a\u202eb"}, "TEXT_CONTROL_CHARS"),
        ({"result": "confirmed", "who": "me"}, "FIELD_UNKNOWN"),
    ],
)
def test_an_outcome_is_read_strictly(api, body, code):
    """A closed list, a note that can be read, nothing else; nothing is on record afterwards."""
    api.region.clock.pass_(seconds=1)
    vid = scan(api, shown(api)).json()["verification_id"]
    answer = api.post(f"/api/v1/verifications/{vid}/outcome", body, "clerk")

    assert (422, [code]) == (answer.status_code, [one["code"] for one in answer.json()["errors"]])
    assert api.get("/api/v1/verifications?limit=1", "clerk").json()["items"][0]["outcome"] is None


def test_an_outcome_or_a_value_of_somebody_elses_verification_is_not_there(api, other):
    """404 for what another region's clerk made, for what nobody made, and for what was not disclosed."""
    vid = scan(api, shown(api)).json()["verification_id"]
    asked = {"item": 0, "field": "证照编号"}

    assert 404 == outcome(other, vid, result="confirmed").status_code
    assert 404 == outcome(api, "0" * 32, result="confirmed").status_code
    assert 404 == other.post(f"/api/v1/verifications/{vid}/reveal", asked, "clerk").status_code
    assert 404 == api.post(f"/api/v1/verifications/{vid}/reveal", asked | {"item": 1}, "clerk").status_code
    assert 404 == api.post(f"/api/v1/verifications/{vid}/reveal", asked | {"field": "x"}, "clerk").status_code
    assert 422 == api.post(f"/api/v1/verifications/{vid}/reveal", asked | {"item": "0"}, "clerk").status_code


def test_a_value_is_revealed(api):
    """200 {"value"}: as the token's report has it, and kept by no cache."""
    report = scan(api, shown(api, "食品经营许可证", PERMIT), matter=PERMIT).json()
    answer = api.post(
        f"/api/v1/verifications/{report['verification_id']}/reveal",
        {"item": 0, "field": "证照编号"},
        "clerk",
    )

    assert {"value": report["items"][0]["disclosed"]["证照编号"]} == answer.json()
    assert "no-store" == answer.headers["Cache-Control"]


def as_page(api, **headers):
    """What a page's session sends: the cookie that the counter sets, with its header."""
    token = json.loads((api.hub.settings.data / "demo-pages.json").read_bytes())["clerk"]
    return {"Cookie": f"certhub_clerk={token}", "X-CertHub-Role": "clerk", **headers}


def test_a_page_session_never_gets_a_covered_value_unasked(api):
    """By the scan, by its repetition, by the report, by the list: the number is in none, and a token has it."""
    vid, page = "c" * 32, as_page(api)
    code = shown(api, "食品经营许可证", PERMIT)
    body = {"code": code, "matter": PERMIT, "window": "2 号窗口", "verification_id": vid}
    answers_ = [api.post("/api/v1/verifications", body, None, **page) for _ in range(2)]
    answers_ += [api.get(f"/api/v1/verifications{end}", None, **page) for end in (f"/{vid}", "")]
    number = api.get(f"/api/v1/verifications/{vid}", "clerk").json()["items"][0]["disclosed"]["证照编号"]

    assert [200] * 4 == [one.status_code for one in answers_]
    assert [] == [one.url for one in answers_ if number in one.text]
    assert ["证照编号"] == answers_[0].json()["items"][0]["masked"]
    asked = {"item": 0, "field": "证照编号"}
    assert number == api.post(f"/api/v1/verifications/{vid}/reveal", asked, None, **page).json()["value"]


def test_a_receipt_shows_a_page_no_identifier_unasked(api):
    """Not one byte of identifier or salt by GET; POST gives both, kept by no cache, and a token has them by either."""
    vid, page = scan(api, shown(api)).json()["verification_id"], as_page(api)
    path = f"/api/v1/verifications/{vid}/receipt"
    whole = api.get(path, "clerk").json()
    resolved, opened = api.get(path, None, **page), api.post(path, None, None, **page)

    [opening] = whole["opening"]
    assert (200, {**whole, "opening": []}) == (resolved.status_code, resolved.json())
    assert [] == [value for value in opening.values() if value in resolved.text]
    assert (200, whole, "no-store") == (opened.status_code, opened.json(), opened.headers["Cache-Control"])
    assert whole == api.post(path, None, "clerk").json()


def test_a_pages_token_stays_a_pages_token(api):
    """Taken out of the browser and sent as a bearer token, or without its beginning, it opens nothing more."""
    vid = scan(api, shown(api)).json()["verification_id"]
    token = json.loads((api.hub.settings.data / "demo-pages.json").read_bytes())["clerk"]
    path = f"/api/v1/verifications/{vid}"
    by_bearer = api.get(path, None, Authorization=f"Bearer {token}")
    stripped = api.get(path, None, Authorization=f"Bearer {token.removeprefix('page-')}")
    whole_by_cookie = api.get(
        path, None, **as_page(api) | {"Cookie": f"certhub_clerk={api.region.tokens['clerk']}"}
    )

    assert "masked" in by_bearer.json()["items"][0]
    assert 401 == stripped.status_code
    assert "masked" in whole_by_cookie.json()["items"][0]
    assert "masked" not in api.get(path, "clerk").json()["items"][0]


def test_the_inbox_takes_no_cursor_of_somebody_else(api):
    """400 with the code that says so."""
    answer = api.get("/api/v1/incidents?cursor=nothing", "operator")

    assert (400, "CURSOR_UNKNOWN") == (answer.status_code, answer.json()["code"])


def test_the_matters_are_told_to_clerk_and_holder(api):
    """The first one is a glance that takes every kind of the demo."""
    for role in ("clerk", "holder"):
        first = answers.ItemList.model_validate(api.get("/api/v1/matters", role).json()).items[0]
        assert (MATTER, "L1") == (first["code"], first["mode"])


def test_the_offline_bundle_is_one_signed_token(api):
    """bundle+jwt, of this region."""
    bundle = answers.BundleOut.model_validate(api.get("/api/v1/offline-bundle", "clerk").json()).bundle

    assert "420700" == jws.parse(bundle, "bundle+jwt").payload["iss"]


def batch(api, items, **more):
    """Verify items together at window 2."""
    return api.post(
        "/api/v1/verifications/batch",
        {"matter": MATTER, "window": "2 号窗口", "items": items, **more},
        "clerk",
    )


def named(codes, letter="b"):
    """Return an item for each code, with an id of its own."""
    return [{"code": code, "verification_id": f"{letter * 28}{n:04d}"} for n, code in enumerate(codes)]


def test_a_batch_gives_each_code_its_own_report_and_receipt(api):
    """A good one, the same once more, somebody else's text and a good one: in order, each with a receipt."""
    one, other = shown(api), shown(api)
    items = named([one, "6217 0000 1234 5678", other])

    answer = batch(api, [*items, {"code": one, "verification_id": "batch-one-once-more"}])

    told = answers.BatchOut.model_validate(answer.json()).items
    assert [item["verification_id"] for item in items] + ["batch-one-once-more"] == [
        one.verification_id for one in told
    ]
    assert ["NOT_OUR_CODE", "OK"] == [told[1].code, told[2].code]
    assert {"OK", "CODE_USED"} == {told[0].code, told[3].code}
    for report in answer.json()["items"]:
        receipt = api.get(report["receipt_url"], "clerk").json()["receipt"]
        assert report["verification_id"] == jws.parse(receipt, "receipt+jwt").payload["vid"]


def test_a_batch_whose_answer_was_lost_is_repeated_item_by_item(api):
    """Each id gets the report that is on record; nothing is used twice and nothing is told anew."""
    items = named([shown(api) for _ in range(25)], "d")
    first = batch(api, items).json()["items"]

    again = batch(api, items).json()["items"]
    alone = [scan(api, item["code"], verification_id=item["verification_id"]).json() for item in items]

    assert ["OK"] * 25 == [report["code"] for report in first]
    assert first == again == alone


def test_an_item_that_cannot_be_acted_on_is_a_problem_in_its_place(api):
    """An id of another code: 409 there, and the others are verified."""
    code = shown(api)
    scan(api, code, verification_id="batch-of-another-code")

    told = batch(
        api, [{"code": shown(api), "verification_id": "batch-of-another-code"}, *named([shown(api)], "f")]
    )

    first, second = told.json()["items"]
    assert (409, "VERIFICATION_ID_TAKEN") == (first["status"], first["code"])
    assert "OK" == second["code"]
    answers.BatchOut.model_validate(told.json())


def test_the_items_of_one_case_are_judged_together(api):
    """Each is filed in the case, one after another, and the last one knows all."""
    told = batch(api, named([shown(api, matter=MATTER) for _ in range(3)], "g"), case_number="2026-批-1")

    reports = told.json()["items"]
    assert 1 == len({report["case_id"] for report in reports})
    assert 3 == len(api.get(f"/api/v1/cases/{reports[0]['case_id']}", "clerk").json()["verifications"])


@pytest.mark.parametrize(
    ("items", "fault"),
    [
        ([], "REQUIRED_MISSING"),
        ([{"verification_id": "a" * 32}], "CODE_OR_CREDENTIAL"),
        ([{"code": "EC1", "credential": "x", "verification_id": "a" * 32}], "CODE_OR_CREDENTIAL"),
        ([{"code": "EC1"}], "REQUIRED_MISSING"),
        ([{"code": "EC1", "verification_id": f"{n:032d}"} for n in range(1001)], "LIST_TOO_LONG"),
    ],
)
def test_a_batch_of_the_wrong_shape_is_refused_whole(api, items, fault):
    """Nothing of it is verified."""
    answer = batch(api, items)

    assert (422, fault) == (answer.status_code, answer.json()["errors"][0]["code"])


def test_a_thousand_codes_are_one_call(api):
    """As many as a batch takes; all of them somebody else's text, and each has its report."""
    answer = batch(api, named([f"6217 0000 {n}" for n in range(1000)], "h"))

    assert ["NOT_OUR_CODE"] * 1000 == [report["code"] for report in answer.json()["items"]]
