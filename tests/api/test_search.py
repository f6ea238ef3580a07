"""An agency finds what it issued, over everything stored."""

import pytest
from sqlalchemy import event

from certhub.db.columns import table_of
from certhub.demo import people as p
from certhub.records.certificates import search, terms
from certhub.records.certificates.query import CertificateQuery, Sought
from certhub.records.certificates.tables import TermRow
from tests.api.test_agency import ORDER, TRANSPORT, WORKER, draft, issued
from tests.support import named

MANY = 200


@pytest.fixture(scope="module")
def many(api):
    """Two hundred stored; the first is another person's."""
    first = draft(
        number="cy-最早-0001",
        holders=[{"name": "赵䶮示", "id_type": "111", "id_number": "420799190006060062"}],
    )
    answer = api.post("/api/v1/certificates", first, "agency")
    assert 201 == answer.status_code, answer.text
    for _ in range(MANY):
        issued(api)
    return answer.json()


def find(api, role="agency", **body):
    """Search and return the answer's JSON."""
    answer = api.post("/api/v1/certificate-searches", body, role)
    assert 200 == answer.status_code, answer.text
    return answer.json()


def ids(told):
    """The ids of a page."""
    return [one["id"] for one in told["items"]]


@pytest.mark.parametrize(
    "body",
    [
        {"number": " ＣＹ-最早-0001"},
        {"holder_number": "420799190006060062"},
        {"holder_name": "赵䶮示", "kind": WORKER},
        {"text": "cy-最早-0001"},
        {"text": "赵䶮示", "agency": TRANSPORT, "state": "active"},
    ],
    ids=["number", "holder's number", "holder's name", "text number", "text name"],
)
def test_the_first_of_two_hundred_is_found(api, many, body):
    """By each value alone, by any of them as text, and with kind, state and agency."""
    told = find(api, **body)

    assert many["id"] in ids(told)
    assert all("赵䶮示" == one["holders"][0]["name"] for one in told["items"])


def test_it_is_found_by_its_identifier(api, many):
    """The identifier of GB/T 36904 finds exactly one."""
    assert [many["id"]] == ids(find(api, identifier=many["identifier"].lower()))


@pytest.mark.parametrize(
    "body",
    [
        {"holder_name": "赵䶮"},
        {"number": "CY-最早-0001", "holder_name": "王测试"},
        {"number": "CY-最早-0001", "state": "revoked"},
        {"number": "CY-最早-0001", "kind": p.FOOD},
        {"number": "CY-最早-0001", "agency": named.MARKET},
        {"text": "没有这张证照"},
        {"agency": "11420198MB9999017L"},
    ],
)
def test_what_does_not_fit_is_not_found(api, many, body):
    """A name is exact, every value must fit, and the agency of somebody else has nothing."""
    assert {"items": [], "next_cursor": None} == find(api, **body)


def test_pages_hold_while_others_are_issued(api, many):
    """Every certificate of the first look comes once, whatever is issued between two pages."""
    everything = ids(find(api, kind=WORKER, limit=200)) + ids(
        find(api, kind=WORKER, limit=200, cursor=find(api, kind=WORKER, limit=200)["next_cursor"])
    )
    seen, cursor = [], None
    while True:
        told = find(api, kind=WORKER, limit=50, **({"cursor": cursor} if cursor else {}))
        seen += ids(told)
        cursor = told["next_cursor"]
        if cursor is None:
            break
        issued(api)

    assert everything == seen
    assert len(seen) > MANY


def test_a_change_of_state_is_found_at_once(api):
    """A revoked certificate is under revoked and no longer under active; the list takes the same words."""
    one = issued(api)
    api.post(f"/api/v1/certificates/{one['id']}/revocation", ORDER, "agency")

    assert [one["id"]] == ids(find(api, number=one["number"], state="revoked"))
    assert [] == ids(find(api, number=one["number"], state="active"))
    listed = api.get("/api/v1/certificates?state=revoked&limit=1", "agency").json()
    assert [one["id"]] == ids(listed)


def test_personal_values_stand_in_no_address(api):
    """The list takes kind, state and agency in its address and nothing of a person."""
    document = api.client.get("/openapi.json").json()
    parameters = {each["name"] for each in document["paths"]["/api/v1/certificates"]["get"]["parameters"]}

    assert {"limit", "cursor", "kind", "state", "agency"} == parameters - {"Idempotency-Key"}


def test_only_agencies_search(api):
    """A clerk and an operator are refused."""
    for role in ("clerk", "holder", "operator"):
        assert 403 == api.post("/api/v1/certificate-searches", {"text": "x"}, role).status_code


@pytest.mark.parametrize(
    "question",
    [
        CertificateQuery({Sought.NUMBER: "x"}),
        CertificateQuery({Sought.HOLDER_NAME: "x"}, state="active"),
        CertificateQuery(text="x", kind=WORKER),
        CertificateQuery(kind=WORKER),
        CertificateQuery(state="revoked"),
        CertificateQuery(),
    ],
)
def test_every_question_goes_by_an_index(api, question):
    """No statement of a search reads the table of certificates from end to end or sorts it."""
    plans = []
    with api.region.hub.reading() as unit:

        def explain(connection, cursor, statement, parameters, context, executemany):
            if statement.startswith("SELECT"):
                rows = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
                plans.extend(row[-1] for row in rows)

        event.listen(unit.sql, "before_cursor_execute", explain)
        search.search(unit, [TRANSPORT, named.MARKET], question, limit=50, before=None)

    assert plans
    scans = [plan for plan in plans if plan.startswith("SCAN") and "CONSTANT ROW" not in plan]
    assert [] == scans + [plan for plan in plans if "TEMP B-TREE" in plan]


def test_an_index_that_is_not_complete_gives_no_answer(api):
    """A store of an earlier version says that it would leave some out; the list goes on."""
    term = table_of(TermRow)
    with api.region.hub.writing() as unit:
        unit.sql.execute(term.delete())
    with api.region.hub.reading() as unit, pytest.raises(search.IndexIncomplete):
        search.search(unit, [TRANSPORT], CertificateQuery(text="x"), limit=1, before=None)

    last = None
    while True:
        with api.region.hub.writing() as unit:
            last = search.fill(unit, before=last)
        if last is None:
            break
    with api.region.hub.reading() as unit:
        assert terms.is_complete(unit.sql)
        assert (
            ()
            == search.search(unit, [TRANSPORT], CertificateQuery(text="x"), limit=1, before=None).certificates
        )
