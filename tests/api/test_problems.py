"""Problems: one status for each class, words for each code, and nothing told that nobody foresaw."""

import ast
import re
from pathlib import Path

import certhub_schemas
import pytest
from starlette.exceptions import HTTPException

import certhub
from certhub.api.http.languages import preferred
from certhub.api.http.problem_words import catalogue
from certhub.api.http.problems import STATUS, fault_words, problem, refusal, status_of
from certhub.errors import (
    ClaimsInvalid,
    Conflict,
    Fault,
    HubError,
    NotAllowed,
    NotFound,
    Unauthenticated,
    Unavailable,
    Unverified,
    WrongState,
)
from certhub.hub.keyring import NoKey
from certhub.records.certificates.rules import State
from certhub.records.certificates.summary import EXPIRED
from certhub.records.imports.faults import BadFile
from tests.api.conftest import api_of
from tests.support.region import with_step

BANNED = {"非法", "无效参数", "系统异常", "请联系管理员"}
EDGES = {
    "imports",
    "cli",
    "server.py",
    "demo",
    "web",
}  # they speak of files, terminals and pages, each with its own words
NOT_ERRORS = {"note"}


def sources(package):
    """Return the parsed modules of a package."""
    root = Path(package.__file__).parent
    for path in sorted(root.rglob("*.py")):
        if path.relative_to(root).parts[0] not in EDGES:
            yield ast.parse(path.read_text(encoding="utf-8"))


def text(node):
    """Return a literal text in code, or nothing."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def codes_of_faults():
    """Every code that a fault is made with, in the hub and in the schemas below it."""
    places = {"Fault": 1, "Unfit": 0, "BadCode": 0, "BodyRefused": 0, "add": 1}
    for package in (certhub, certhub_schemas):
        for module in sources(package):
            for node in ast.walk(module):
                if not isinstance(node, ast.Call):
                    continue
                name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
                if name in places and len(node.args) > places[name]:
                    yield text(node.args[places[name]])


@pytest.mark.parametrize("code", catalogue()["problems"])
def test_every_code_has_a_title_and_a_next_step(code):
    """In both languages; that each code that is raised is here stands in tests/house/test_closed_lists.py."""
    known = catalogue()["problems"][code]

    assert {"zh", "en"} == set(known)
    assert all(len(known[lang]) == 2 and all(known[lang]) for lang in known)


@pytest.mark.parametrize(
    "code",
    sorted(
        {code for code in codes_of_faults() if code and re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+", code)}
    ),
)
def test_every_fault_has_words(code):
    """A sentence in both languages for each wrong place."""
    assert {"zh", "en"} == set(catalogue()["faults"][code])


def test_the_two_languages_have_the_same_blanks():
    """A translation names what the original names."""
    for zh, en in [
        *((" ".join(one["zh"]), " ".join(one["en"])) for one in catalogue()["problems"].values()),
        *((one["zh"], one["en"]) for one in catalogue()["faults"].values()),
    ]:
        assert sorted(re.findall(r"\{\w+\}", zh)) == sorted(re.findall(r"\{\w+\}", en))


@pytest.mark.parametrize("state", [*State, EXPIRED])
def test_a_state_is_told_in_the_readers_words(state):
    """No sentence holds a state as the store names it: WRONG_STATE in Chinese is Chinese, in English a phrase."""
    told = problem(WrongState(state, "renew"), lang="zh", trace_id="t")
    words = catalogue()["states"][state]

    assert f"证照当前状态为“{words['zh']}”，不能办理此项" == told["title"]
    assert f"The certificate is {words['en']}, so this cannot be done" == told["title_en"]
    assert not re.search("[a-z_]", told["title"])


def test_no_sentence_is_a_shrug():
    """What helps nobody is not a whole answer."""
    said = [words for one in catalogue()["problems"].values() for words in one["zh"]]
    said += [one["zh"] for one in catalogue()["faults"].values()]

    assert not [words for words in said if words.strip("。！") in BANNED]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Unauthenticated("x"), 401),
        (NotAllowed("x"), 403),
        (NotFound("x"), 404),
        (Conflict("x"), 409),
        (WrongState("revoked", "suspend"), 409),
        (ClaimsInvalid([]), 422),
        (BadFile("FILE_EMPTY"), 400),
        (Unavailable("x"), 503),
        (NoKey("x"), 503),
        (Unverified("x"), 500),
        (HubError("x"), 500),
        (refusal(HTTPException(404)), 404),
        (refusal(HTTPException(405, headers={"Allow": "GET"})), 405),
        (refusal(HTTPException(400)), 400),
        (refusal(HTTPException(502)), 500),
        (refusal(ZeroDivisionError()), 500),
    ],
    ids=repr,
)
def test_an_error_has_the_status_of_its_nearest_class(error, status):
    """The table is walked up the MRO, so a new leaf needs no line."""
    assert status == status_of(error)


def test_the_table_is_of_errors_alone():
    """Every class of the table is one of ours."""
    assert all(issubclass(kind, HubError) for kind in STATUS)


def test_a_problem_says_all_that_a_program_and_a_person_need():
    """RFC 9457 members, ours, and each wrong place with its sentence."""
    error = ClaimsInvalid([Fault("/claims/住所", "TEXT_TOO_LONG", {"most": "80"})])

    assert {
        "type": "https://certhub.example/problems/claims-invalid",
        "title": "有 1 处需要修改",
        "title_en": "1 place(s) need to be changed",
        "status": 422,
        "code": "CLAIMS_INVALID",
        "trace_id": "T",
        "next_step": catalogue()["problems"]["CLAIMS_INVALID"]["zh"][1],
        "next_step_en": catalogue()["problems"]["CLAIMS_INVALID"]["en"][1],
        "errors": [{"pointer": "/claims/住所", "code": "TEXT_TOO_LONG", "message": "太长，最多 80 个字符"}],
    } == problem(error, lang="zh", trace_id="T")


def test_a_code_without_words_borrows_those_of_its_class():
    """A reason that a lower layer adds later never breaks an answer."""
    told = problem(Conflict("x", code="BRAND_NEW"), lang="en", trace_id="T")

    assert ("BRAND_NEW", catalogue()["problems"]["CONFLICT"]["en"][0]) == (told["code"], told["title"])
    assert fault_words("BRAND_NEW", "en", {}) == catalogue()["faults"]["FORMAT_WRONG"]["en"]


def test_a_blank_that_nothing_fills_breaks_nothing():
    """A sentence with less to say still says it."""
    assert "…" in fault_words("TEXT_TOO_LONG", "en", {})


@pytest.mark.parametrize(
    ("wish", "lang"),
    [
        ("", "zh"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("fr", "zh"),
        ("en;q=0.5, zh;q=0.5", "zh"),
        ("fr, en;q=0.4, zh;q=0.2", "en"),
        ("*", "zh"),
        ("en;q=x", "zh"),
        (";;,,", "zh"),
        ("zh;q=0, en;q=0.1", "en"),
    ],
)
def test_the_language_is_the_askers(wish, lang):
    """English where it is preferred, else Chinese; nonsense is no wish."""
    assert lang == preferred(wish)


def test_the_code_is_the_same_in_every_language(api):
    """Accept-Language picks the text, never the code."""
    chinese, english = api.get("/api/v1/kinds"), api.get("/api/v1/kinds", **{"Accept-Language": "en"})

    assert chinese.json()["code"] == english.json()["code"]
    assert chinese.json()["title_en"] == english.json()["title"] != chinese.json()["title"]
    assert "Accept-Language" == english.headers["Vary"]


@pytest.mark.parametrize(
    "path", ["/nothing", "/api/v1/nothing", "/api/v1/certificates/", "/x//y", "/api/v1/../x", "/%00"]
)
def test_a_path_that_is_nothing_is_a_problem_too(api, path):
    """404 in the same form as everything else."""
    answer = api.get(path)

    assert (404, "NO_SUCH_PATH") == (answer.status_code, answer.json()["code"])


def test_what_nobody_foresaw_tells_nothing(api, caplog):
    """500 INTERNAL, with a number for the operator; neither the answer nor the log repeats the message."""

    somebody = "张演示 420799190001010015"

    def fails(name):
        raise ZeroDivisionError(somebody)

    broken = api_of(api.region, with_step(api.region, fails))

    answer = broken.post(
        "/api/v1/me/presentations", {"items": [{"certificate_id": "0" * 26}], "mode": "ticket"}, "holder"
    )

    assert (500, "INTERNAL") == (answer.status_code, answer.json()["code"])
    assert answer.json()["trace_id"] in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert somebody not in answer.text + caplog.text
    assert "nosniff" == answer.headers["X-Content-Type-Options"]


def test_what_is_down_says_when_to_come_again(api):
    """503 with Retry-After."""

    def fails(name):
        raise Unavailable("x")

    broken = api_of(api.region, with_step(api.region, fails))

    answer = broken.get("/api/v1/offline-bundle", "clerk")

    assert (503, "5") == (answer.status_code, answer.headers["Retry-After"])
