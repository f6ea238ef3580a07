"""Questions to other regions and their answers: both directions, and nothing else is let in."""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from certhub_verifier.errors import Malformed, VerifierError
from certhub_verifier.formats import envelope, jose
from certhub_verifier.formats.envelope import AnsweredItem, Question, Request, Response, Result
from certhub_verifier.formats.stated import StatedFact
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.fixed_keys import fixed_key
from tests.support.mutants import value_mutants
from tests.support.strategies import MOMENTS, WORDS

NOON = datetime(2026, 9, 1, 4, 0, tzinfo=UTC)
QUESTION = Question(
    code="EC1D29W0123456789ABC",
    matter="PLACEHOLDER-CATERING",
    purpose="verify",
    verification_id="0123456789abcdef0123456789abcdef",
    window="2号窗口",
)
REQUEST = Request(
    asker="420100",
    provider="420700",
    issued_at=1_788_235_200,
    expires=1_788_235_260,
    jti="AAECAwQFBgcICQoLDA0ODw",
    agreement="420100-420700-demo@sha256:" + "0f" * 32,
    office="武汉市民之家（演示）",
    operator="op-7f3a",
    questions=(QUESTION,),
)
ITEM = AnsweredItem(
    kind="11100000MB0143028R001",
    facts=(
        StatedFact(
            "status",
            "no",
            "SUSPENDED",
            NOON,
            detail={"since": "2026-08-30", "decision_number": "鄂州〔2026〕7号"},
        ),
        StatedFact("signature", "yes", None, NOON, evidence="ab" * 32),
    ),
    disclosed={"名称": "示例小面馆", "持证主体": ["张演示"], "面积": None},
    cert_digest="12" * 32,
)
RESPONSE = Response(
    provider="420700",
    asker="420100",
    issued_at=1_788_235_201,
    expires=1_788_235_261,
    jti="EBESExQVFhcYGRobHB0eHw",
    request="34" * 32,
    results=(
        Result(items=(ITEM,)),
        Result(items=(), cause="CODE_USED", used_at=NOON, used_where="鄂州市政务服务大厅 1号窗口"),
    ),
)


def test_a_question_is_the_design_member_by_member() -> None:
    """The evidence of who asked what, and under which agreement, has these members and no other."""
    assert REQUEST.to_payload() == {
        "iss": "420100",
        "aud": "420700",
        "iat": 1_788_235_200,
        "exp": 1_788_235_260,
        "jti": "AAECAwQFBgcICQoLDA0ODw",
        "htm": "POST",
        "htu": "/xr/v1/query",
        "agr": "420100-420700-demo@sha256:" + "0f" * 32,
        "office": "武汉市民之家（演示）",
        "op": "op-7f3a",
        "q": [
            {
                "code": "EC1D29W0123456789ABC",
                "matter": "PLACEHOLDER-CATERING",
                "purpose": "verify",
                "verification_id": "0123456789abcdef0123456789abcdef",
                "window": "2号窗口",
            }
        ],
    }


def test_an_answer_is_the_design_member_by_member() -> None:
    """The evidence of what was answered has these members and no other."""
    assert RESPONSE.to_payload() == {
        "iss": "420700",
        "aud": "420100",
        "iat": 1_788_235_201,
        "exp": 1_788_235_261,
        "jti": "EBESExQVFhcYGRobHB0eHw",
        "req": "34" * 32,
        "results": [
            {
                "cause": None,
                "used_at": None,
                "used_where": None,
                "items": [
                    {
                        "kind": "11100000MB0143028R001",
                        "facts": [
                            {
                                "fact": "status",
                                "outcome": "no",
                                "cause": "SUSPENDED",
                                "as_of": "2026-09-01T04:00:00Z",
                                "detail": {"since": "2026-08-30", "decision_number": "鄂州〔2026〕7号"},
                            },
                            {
                                "fact": "signature",
                                "outcome": "yes",
                                "evidence": "ab" * 32,
                                "as_of": "2026-09-01T04:00:00Z",
                            },
                        ],
                        "disclosed": {"名称": "示例小面馆", "持证主体": ["张演示"], "面积": None},
                        "cert_digest": "12" * 32,
                    }
                ],
            },
            {
                "cause": "CODE_USED",
                "used_at": "2026-09-01T04:00:00Z",
                "used_where": "鄂州市政务服务大厅 1号窗口",
                "items": [],
            },
        ],
    }


def test_both_travel_as_tokens() -> None:
    """Signed by exchange keys they come back whole, and an answer names its question by its text."""
    asker, provider = fixed_key("420100-exchange-1"), fixed_key("420700-exchange-1")
    asked = jose.sign(REQUEST.to_payload(), typ=envelope.REQUEST_TYP, key=asker)
    answer = replace(RESPONSE, request=envelope.request_digest(asked))
    answered = jose.sign(answer.to_payload(), typ=envelope.RESPONSE_TYP, key=provider)

    assert Request.from_payload(jose.verify(jose.parse(asked, envelope.REQUEST_TYP), asker)) == REQUEST
    assert answer == Response.from_payload(jose.verify(jose.parse(answered, envelope.RESPONSE_TYP), provider))
    assert sha256(asked.encode()).hexdigest() == answer.request


def test_a_question_is_no_answer_and_an_answer_no_question() -> None:
    """Their members differ, so that even one key and a wrong `typ` could not confuse them."""
    with pytest.raises(Malformed):
        Request.from_payload(RESPONSE.to_payload())
    with pytest.raises(Malformed):
        Response.from_payload(REQUEST.to_payload())


def test_an_error_is_signed_as_well() -> None:
    """An error takes the place of the results; it reads back as one."""
    refused = replace(RESPONSE, results=(), error="NO_AGREEMENT")

    assert "results" not in refused.to_payload()
    assert refused == Response.from_payload(refused.to_payload())


def test_results_and_an_error_exclude_each_other() -> None:
    """An answer that says both, or neither, says nothing."""
    payload = RESPONSE.to_payload()
    with pytest.raises(Malformed):
        replace(RESPONSE, error="NO_AGREEMENT").to_payload()
    with pytest.raises(Malformed):
        Response.from_payload({**payload, "error": "NO_AGREEMENT"})
    del payload["results"]
    with pytest.raises(Malformed):
        Response.from_payload(payload)


QUESTIONS = st.builds(
    Question,
    code=WORDS,
    matter=st.just("M-1"),
    purpose=st.sampled_from(["verify", "prefill"]),
    verification_id=st.text("0123456789abcdef", min_size=1, max_size=64),
    window=st.text(st.characters(categories=["L"]), max_size=20),
)
RESULTS = st.one_of(
    st.builds(
        Result,
        items=st.builds(
            AnsweredItem,
            kind=st.just("11100000MB0143028R001"),
            facts=st.builds(
                StatedFact,
                st.just("dates"),
                st.just("yes"),
                st.none(),
                MOMENTS,
                detail=st.dictionaries(st.sampled_from(["until", "name"]), WORDS, max_size=2),
            ).map(lambda fact: (fact,)),
            disclosed=st.dictionaries(WORDS, WORDS | st.lists(WORDS, max_size=2), max_size=3),
            cert_digest=st.just("12" * 32),
        ).map(lambda item: (item,)),
    ),
    st.builds(
        Result,
        items=st.just(()),
        cause=st.just("CODE_USED"),
        used_at=MOMENTS | st.none(),
        used_where=st.none() | WORDS,
    ),
)


@settings(max_examples=60)
@given(st.lists(QUESTIONS, min_size=1, max_size=3), st.lists(RESULTS, max_size=3), st.booleans())
def test_every_envelope_that_we_print_we_can_read(
    questions: list[Question], results: list[Result], agreed: bool
) -> None:
    """Questions and answers survive a trip through their payloads."""
    asked = replace(REQUEST, questions=tuple(questions), agreement=REQUEST.agreement if agreed else None)
    answer = replace(RESPONSE, results=tuple(results))

    assert asked == Request.from_payload(asked.to_payload())
    assert answer == Response.from_payload(answer.to_payload())


def asked(**members: Any) -> dict[str, Any]:
    """Return the question with some members replaced, and those set to ... left out."""
    merged = {**REQUEST.to_payload(), **members}
    return {name: value for name, value in merged.items() if value is not ...}


def answered(**members: Any) -> dict[str, Any]:
    """Return the answer with some members replaced, and those set to ... left out."""
    merged = {**RESPONSE.to_payload(), **members}
    return {name: value for name, value in merged.items() if value is not ...}


Q = REQUEST.to_payload()["q"][0]
GOOD_RESULT = RESPONSE.to_payload()["results"][0]
GOOD_ITEM = GOOD_RESULT["items"][0]
BAD_QUESTIONS = {
    **{f"no {name}": asked(**{name: ...}) for name in REQUEST.to_payload()},
    "unknown member": asked(via=["420000"]),
    "another method": asked(htm="GET"),
    "another path": asked(htu="/xr/v1/query/"),
    "to itself": asked(aud="420100"),
    "aud a list": asked(aud=["420700"]),
    "exp = iat": asked(exp=REQUEST.issued_at),
    "jti too short": asked(jti="AAEC"),
    "agreement without digest": asked(agr="420100-420700-demo"),
    "agreement by md5": asked(agr="x@md5:" + "0f" * 32),
    "no questions": asked(q=[]),
    "seventeen questions": asked(q=[Q] * 17),
    "question an array": asked(q=[[Q]]),
    "question with fields": asked(q=[{**Q, "fields": ["名称"]}]),
    "code empty": asked(q=[{**Q, "code": ""}]),
    "code too long": asked(q=[{**Q, "code": "0" * 1025}]),
    "purpose null": asked(q=[{**Q, "purpose": None}]),
    "window too long": asked(q=[{**Q, "window": "窗" * 21}]),
    "id with a slash": asked(q=[{**Q, "verification_id": "a/b"}]),
}
BAD_ANSWERS = {
    **{f"no {name}": answered(**{name: ...}) for name in RESPONSE.to_payload()},
    "unknown member": answered(head={}),
    "req in capitals": answered(req="AB" * 32),
    "results an object": answered(results={}),
    "results null": answered(results=None),
    "seventeen results": answered(results=[GOOD_RESULT] * 17),
    "verdict from afar": answered(results=[{**GOOD_RESULT, "verdict": "valid"}]),
    "cause and items": answered(results=[{**GOOD_RESULT, "cause": "CODE_USED"}]),
    "used_at a number": answered(results=[{**GOOD_RESULT, "used_at": 1}]),
    "item with a credential": answered(
        results=[{**GOOD_RESULT, "items": [{**GOOD_ITEM, "credential": "x"}]}]
    ),
    "item without digest": answered(results=[{**GOOD_RESULT, "items": [{**GOOD_ITEM, "cert_digest": None}]}]),
    "disclosed an array": answered(results=[{**GOOD_RESULT, "items": [{**GOOD_ITEM, "disclosed": []}]}]),
    "detail not text": answered(
        results=[
            {
                **GOOD_RESULT,
                "items": [{**GOOD_ITEM, "facts": [{**GOOD_ITEM["facts"][0], "detail": {"n": 1}}]}],
            }
        ]
    ),
}


@pytest.mark.parametrize("payload", BAD_QUESTIONS.values(), ids=BAD_QUESTIONS)
def test_another_payload_is_no_question(payload: dict[str, Any]) -> None:
    """An unknown, missing or misshapen member is refused, whoever signed it."""
    with pytest.raises(Malformed):
        Request.from_payload(payload)


@pytest.mark.parametrize("payload", BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_another_payload_is_no_answer(payload: dict[str, Any]) -> None:
    """An unknown, missing or misshapen member is refused; a peer's verdict is one of them."""
    with pytest.raises(Malformed):
        Response.from_payload(payload)


def test_what_could_not_be_read_is_not_printed() -> None:
    """A slip shows before the message is signed."""
    with pytest.raises(Malformed):
        replace(REQUEST, provider="420100").to_payload()
    with pytest.raises(Malformed):
        replace(RESPONSE, results=(Result(items=(ITEM,), cause="CODE_USED"),)).to_payload()


def test_nothing_but_our_own_error_escapes() -> None:
    """Four thousand seeded mutants of a question and an answer are read, or refused by one error."""
    for reader, good in ((Request, REQUEST.to_payload()), (Response, RESPONSE.to_payload())):
        for mutant in value_mutants(good, seed=4, count=2000):
            try:
                reader.from_payload(mutant)
            except VerifierError:
                continue
