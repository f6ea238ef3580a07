"""Questions to other regions and their answers: both directions, and nothing else is let in."""

from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import pytest
from certhub_schemas.predicates import Predicate
from certhub_verifier.errors import Malformed, UpgradeNeeded, VerifierError
from certhub_verifier.formats.exchange import envelope
from certhub_verifier.formats.exchange.envelope import (
    AnsweredItem,
    Question,
    Request,
    Response,
    Result,
    StatedPredicate,
    StatusSlot,
    WithheldItem,
)
from certhub_verifier.formats.exchange.first_format import first_format
from certhub_verifier.formats.exchange.reported_fact import StatedFact, StatedIssuer
from certhub_verifier.formats.jose import jws
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.fixed_keys import fixed_key
from tests.support.mutants import value_mutants
from tests.support.strategies import MOMENTS, WORDS, readable

NOON = datetime(2026, 9, 1, 4, 0, tzinfo=UTC)
QUESTION = Question(
    code="EC1D29W0123456789ABC",
    matter="PLACEHOLDER-CATERING",
    purpose="verify",
    verification_id="0123456789abcdef0123456789abcdef",
    window="2号窗口",
    matter_digest="56" * 32,
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
    unit="420100-GD",
    case="BAUGBwgJCgsMDQ4PEBESEw",
    mode="L2",
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
    kind_version=3,
    issuer=StatedIssuer("11420799MB99990172", "鄂州市市场监督管理局（演示）"),
    valid_from=date(2024, 1, 5),
    valid_to=None,
    predicates=(
        StatedPredicate(Predicate("in_region", {"prefix": "4207"}), "yes", None, NOON),
        StatedPredicate(Predicate("age_at_least", {"n": 60}), "undetermined", "CLAIM_ABSENT", NOON),
    ),
    subjects=("CAkKCwwNDg8QERITFBUWFw",),
    status=StatusSlot(3, 40_961),
)
RESPONSE = Response(
    provider="420700",
    asker="420100",
    issued_at=1_788_235_201,
    expires=1_788_235_261,
    jti="EBESExQVFhcYGRobHB0eHw",
    request="34" * 32,
    results=(
        Result(items=(ITEM, WithheldItem("NO_AGREEMENT")), shown=2, identity="same"),
        Result(items=(), cause="CODE_USED", used_at=NOON, used_where="鄂州市政务服务大厅 1号窗口"),
    ),
)


def test_a_question_is_the_design_member_by_member() -> None:
    """The evidence of who asked what, and under which agreement, has these members and no other."""
    assert REQUEST.to_payload() == {
        "format": 3,
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
        "unit": "420100-GD",
        "case": "BAUGBwgJCgsMDQ4PEBESEw",
        "mode": "L2",
        "q": [
            {
                "code": "EC1D29W0123456789ABC",
                "matter": "PLACEHOLDER-CATERING",
                "purpose": "verify",
                "verification_id": "0123456789abcdef0123456789abcdef",
                "window": "2号窗口",
                "matter_digest": "56" * 32,
            }
        ],
    }


def test_an_answer_is_the_design_member_by_member() -> None:
    """The evidence of what was answered has these members and no other."""
    assert RESPONSE.to_payload() == {
        "format": 3,
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
                "shown": 2,
                "identity": "same",
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
                        "kind_version": 3,
                        "issuer": {"code": "11420799MB99990172", "name": "鄂州市市场监督管理局（演示）"},
                        "valid_from": "2024-01-05",
                        "valid_to": None,
                        "predicates": [
                            {
                                "name": "in_region",
                                "arguments": {"prefix": "4207"},
                                "outcome": "yes",
                                "as_of": "2026-09-01T04:00:00Z",
                            },
                            {
                                "name": "age_at_least",
                                "arguments": {"n": 60},
                                "outcome": "undetermined",
                                "cause": "CLAIM_ABSENT",
                                "as_of": "2026-09-01T04:00:00Z",
                            },
                        ],
                        "subjects": ["CAkKCwwNDg8QERITFBUWFw"],
                        "status": {"list": 3, "index": 40_961},
                    },
                    {"withheld": "NO_AGREEMENT"},
                ],
            },
            {
                "cause": "CODE_USED",
                "used_at": "2026-09-01T04:00:00Z",
                "used_where": "鄂州市政务服务大厅 1号窗口",
                "shown": None,
                "identity": None,
                "items": [],
            },
        ],
    }


def test_both_travel_as_tokens() -> None:
    """Signed by exchange keys they come back whole, and an answer names its question by its text."""
    asker, provider = fixed_key("420100-exchange-1"), fixed_key("420700-exchange-1")
    asked = jws.sign(REQUEST.to_payload(), typ=envelope.REQUEST_TYP, key=asker)
    answer = replace(RESPONSE, request=envelope.request_digest(asked))
    answered = jws.sign(answer.to_payload(), typ=envelope.RESPONSE_TYP, key=provider)

    assert Request.from_payload(jws.verify(jws.parse(asked, envelope.REQUEST_TYP), asker)) == REQUEST
    assert answer == Response.from_payload(jws.verify(jws.parse(answered, envelope.RESPONSE_TYP), provider))
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
    window=readable(st.text(st.characters(categories=["L"]), max_size=20)),
    matter_digest=st.none() | st.just("56" * 32),
)
PREDICATES = st.builds(
    StatedPredicate,
    st.sampled_from(
        [
            *(Predicate("in_force_on", {"date": day}) for day in ("today", "2026-09-01")),
            *(Predicate("age_at_least", {"n": n}) for n in (1, 150)),
            Predicate("not_ended_within", {"days": 30}),
            Predicate("equals", {"field": "社会保障号码"}),
        ]
    ),
    st.sampled_from(["yes", "no", "undetermined"]),
    st.sampled_from([None, "CLAIM_ABSENT"]),
    MOMENTS,
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
            kind_version=st.none() | st.integers(1, 9999),
            issuer=st.none() | st.just(ITEM.issuer),
            valid_from=st.none() | st.dates(),
            valid_to=st.none() | st.dates(),
            predicates=st.lists(PREDICATES, max_size=3, unique_by=lambda one: one.predicate).map(tuple),
            subjects=st.just(()) | st.just(ITEM.subjects),
            status=st.none() | st.builds(StatusSlot, st.integers(1, 99), st.integers(0, 99)),
        ).map(lambda item: (item,)),
        shown=st.sampled_from([None, 1]),
        identity=st.sampled_from([None, "same", "other"]),
    ),
    st.lists(st.sampled_from(["NO_AGREEMENT", "RECORD_GONE"]), min_size=1, max_size=3).map(
        lambda causes: Result(items=tuple(map(WithheldItem, causes)), shown=len(causes))
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


def asked(number: int = 3, **members: Any) -> dict[str, Any]:
    """Return the question in a format with some members replaced, and those set to ... left out."""
    merged = {**replace(REQUEST, format=number).to_payload(), **members}
    return {name: value for name, value in merged.items() if value is not ...}


def answered(number: int = 3, **members: Any) -> dict[str, Any]:
    """Return the answer in a format with some members replaced, and those set to ... left out."""
    results = tuple(map(first_format, RESPONSE.results)) if number == 1 else RESPONSE.results
    merged = {**replace(RESPONSE, format=number, results=results).to_payload(), **members}
    return {name: value for name, value in merged.items() if value is not ...}


Q = REQUEST.to_payload()["q"][0]
GOOD_RESULT = RESPONSE.to_payload()["results"][0]
GOOD_ITEM = GOOD_RESULT["items"][0]
BAD_QUESTIONS = {
    **{f"no {name}": asked(**{name: ...}) for name in REQUEST.to_payload() if name != "format"},
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
    "matter by another digest": asked(q=[{**Q, "matter_digest": "56" * 31}]),
    "question without matter_digest": asked(q=[{k: v for k, v in Q.items() if k != "matter_digest"}]),
    "unit of another shape": asked(unit="420100/GD"),
    "unit null": asked(unit=None),
    "case in the clear": asked(case="办-1"),
    "mode that there is not": asked(mode="L4"),
    "mode null": asked(mode=None),
    **{
        f"{name} in format {number}": asked(number, **{name: REQUEST.to_payload()[name]})
        for number in (1, 2)
        for name in ("unit", "case", "mode")
    },
    **{f"matter_digest in format {number}": asked(number, q=[Q]) for number in (1, 2)},
}


def of_item(**members: Any) -> dict[str, Any]:
    """Return the answer with one item, some members of it replaced, and those set to ... left out."""
    merged = {**GOOD_ITEM, **members}
    item = {name: value for name, value in merged.items() if value is not ...}
    return answered(results=[{**GOOD_RESULT, "shown": 1, "items": [item]}])


GOOD_PREDICATE = GOOD_ITEM["predicates"][0]
BAD_ANSWERS = {
    **{f"no {name}": answered(**{name: ...}) for name in RESPONSE.to_payload()},
    "unknown member": answered(head={}),
    "req in capitals": answered(req="AB" * 32),
    "results an object": answered(results={}),
    "results null": answered(results=None),
    "seventeen results": answered(results=[GOOD_RESULT] * 17),
    "more items than shown": answered(results=[{**GOOD_RESULT, "shown": 1}]),
    "fewer items than shown": answered(results=[{**GOOD_RESULT, "shown": 3}]),
    "none shown": answered(results=[{**GOOD_RESULT, "shown": 0, "items": []}]),
    "shown true": answered(results=[{**GOOD_RESULT, "shown": True, "items": [GOOD_ITEM]}]),
    "no shown": answered(results=[{k: v for k, v in GOOD_RESULT.items() if k != "shown"}]),
    "a failed code with a number": answered(results=[{**GOOD_RESULT, "cause": "CODE_USED", "items": []}]),
    "withheld for a reason of its own": answered(
        results=[{**GOOD_RESULT, "shown": 1, "items": [{"withheld": "SECRET"}]}]
    ),
    "withheld with a kind": answered(
        results=[{**GOOD_RESULT, "shown": 1, "items": [{"withheld": "RECORD_GONE", "kind": ITEM.kind}]}]
    ),
    "item without version": answered(
        results=[
            {
                **GOOD_RESULT,
                "shown": 1,
                "items": [{n: v for n, v in GOOD_ITEM.items() if n != "kind_version"}],
            }
        ]
    ),
    "version 0": answered(results=[{**GOOD_RESULT, "shown": 1, "items": [{**GOOD_ITEM, "kind_version": 0}]}]),
    "version true": answered(
        results=[{**GOOD_RESULT, "shown": 1, "items": [{**GOOD_ITEM, "kind_version": True}]}]
    ),
    "version a text": answered(
        results=[{**GOOD_RESULT, "shown": 1, "items": [{**GOOD_ITEM, "kind_version": "1"}]}]
    ),
    "issuer without name": answered(
        results=[{**GOOD_RESULT, "shown": 1, "items": [{**GOOD_ITEM, "issuer": {"code": "x"}}]}]
    ),
    "valid_from with a time": answered(
        results=[{**GOOD_RESULT, "shown": 1, "items": [{**GOOD_ITEM, "valid_from": "2024-01-05T00:00:00Z"}]}]
    ),
    "valid_to on 30 February": answered(
        results=[{**GOOD_RESULT, "shown": 1, "items": [{**GOOD_ITEM, "valid_to": "2027-02-30"}]}]
    ),
    "format 1 written out": answered(format=1),
    "format 0": answered(format=0),
    "format true": answered(format=True),
    "format text": answered(format="3"),
    "format null": answered(format=None),
    "format 3 under format 1": answered(format=...),
    "format 3 under format 2": answered(format=2),
    "format 2 under format 3": answered(2, format=3),
    **{f"item without {name}": of_item(**{name: ...}) for name in ("predicates", "subjects", "status")},
    "no identity": answered(results=[{k: v for k, v in GOOD_RESULT.items() if k != "identity"}]),
    "another identity": answered(results=[{**GOOD_RESULT, "identity": "420799190001010015"}]),
    "identity in format 2": answered(2, results=[GOOD_RESULT]),
    "predicates an object": of_item(predicates={}),
    "seventeen predicates": of_item(
        predicates=[{**GOOD_PREDICATE, "arguments": {"prefix": str(42 + n)}} for n in range(17)]
    ),
    "a predicate stated twice": of_item(predicates=[GOOD_PREDICATE] * 2),
    "a predicate with two answers": of_item(
        predicates=[GOOD_PREDICATE, GOOD_ITEM["predicates"][1], {**GOOD_PREDICATE, "outcome": "no"}]
    ),
    "a predicate that there is not": of_item(predicates=[{**GOOD_PREDICATE, "name": "is_rich"}]),
    "a predicate with another argument": of_item(predicates=[{**GOOD_PREDICATE, "arguments": {"n": 60}}]),
    "a predicate with arguments too many": of_item(
        predicates=[{**GOOD_PREDICATE, "arguments": {"prefix": "4207", "n": 60}}]
    ),
    "a predicate with its value": of_item(predicates=[{**GOOD_PREDICATE, "value": "420704"}]),
    "arguments null": of_item(predicates=[{**GOOD_PREDICATE, "arguments": None}]),
    "an outcome unknown": of_item(predicates=[{**GOOD_PREDICATE, "outcome": "maybe"}]),
    "a predicate without a time": of_item(
        predicates=[{k: v for k, v in GOOD_PREDICATE.items() if k != "as_of"}]
    ),
    "subject in the clear": of_item(subjects=["张演示"]),
    "status without index": of_item(status={"list": 3}),
    "status below none": of_item(status={"list": 3, "index": -1}),
    "status true": of_item(status={"list": True, "index": 1}),
    "status by another name": of_item(status={"uri": "https://420700.certhub.example/status/3"}),
    "verdict from afar": answered(results=[{**GOOD_RESULT, "verdict": "valid"}]),
    "cause and items": answered(results=[{**GOOD_RESULT, "cause": "CODE_USED"}]),
    "used_at a number": answered(results=[{**GOOD_RESULT, "used_at": 1}]),
    "item with a credential": answered(
        results=[{**GOOD_RESULT, "shown": 1, "items": [{**GOOD_ITEM, "credential": "x"}]}]
    ),
    "item without digest": answered(
        results=[{**GOOD_RESULT, "shown": 1, "items": [{**GOOD_ITEM, "cert_digest": None}]}]
    ),
    "disclosed an array": answered(
        results=[{**GOOD_RESULT, "shown": 1, "items": [{**GOOD_ITEM, "disclosed": []}]}]
    ),
    "detail not text": answered(
        results=[
            {
                **GOOD_RESULT,
                "shown": 1,
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


SECOND_RESULT = {name: value for name, value in GOOD_RESULT.items() if name != "identity"}
FIRST_RESULT = {name: value for name, value in SECOND_RESULT.items() if name != "shown"}
SECOND_ITEM = {
    name: value for name, value in GOOD_ITEM.items() if name not in ("predicates", "subjects", "status")
}
FIRST_ITEM = {
    name: value
    for name, value in SECOND_ITEM.items()
    if name not in ("kind_version", "issuer", "valid_from", "valid_to")
}


@pytest.mark.parametrize("number", [1, 2])
def test_a_question_of_an_earlier_format_is_read_and_printed(number: int) -> None:
    """An earlier release asks without unit, case, mode and digest: they are read as absent, and L1 was reached."""
    payload = {
        **{
            name: value
            for name, value in REQUEST.to_payload().items()
            if name not in ("unit", "case", "mode")
        },
        "q": [{name: value for name, value in Q.items() if name != "matter_digest"}],
        "format": number,
    }
    if number == 1:
        del payload["format"]

    read = Request.from_payload(payload)

    question = replace(QUESTION, matter_digest=None)
    bare = replace(REQUEST, unit=None, case=None, mode="L1", questions=(question,))
    assert replace(bare, format=number) == read
    assert payload == read.to_payload()


def test_an_answer_of_format_2_is_read_and_printed() -> None:
    """The release before answers with version, issuer, dates and number, and neither predicate, subject nor slot."""
    payload = answered(2, results=[{**SECOND_RESULT, "items": [SECOND_ITEM, {"withheld": "NO_AGREEMENT"}]}])

    second = Response.from_payload(payload)

    bare = replace(ITEM, predicates=(), subjects=(), status=None)
    assert (2, 2) == (second.format, second.results[0].shown)
    assert (bare, WithheldItem("NO_AGREEMENT")) == second.results[0].items
    assert payload == second.to_payload()


@pytest.mark.parametrize(
    ("result", "number"), [(result, number) for result in RESPONSE.results for number in (1, 2, 3)]
)
def test_a_stored_answer_is_read_in_the_format_in_which_it_was_printed(result: Result, number: int) -> None:
    """A hub gives the same answer again, also where the one who asks writes another format by now."""
    printed = (first_format(result) if number == 1 else result).to_payload(number)

    assert printed == envelope.read_result(printed).to_payload(number)


def test_a_stored_item_is_read_to_be_judged_again() -> None:
    """Whole, and never a placeholder."""
    assert ITEM == envelope.read_item(ITEM.to_payload())
    with pytest.raises(Malformed):
        envelope.read_item(WithheldItem("NO_AGREEMENT").to_payload())
    with pytest.raises(Malformed):
        envelope.read_item(ITEM.to_payload(2))


def test_an_answer_of_format_1_is_read_and_printed() -> None:
    """The release before answers without number, placeholder, version, issuer and dates."""
    payload = answered(1, results=[{**FIRST_RESULT, "items": [FIRST_ITEM]}])

    first = Response.from_payload(payload)

    assert (1, None) == (first.format, first.results[0].shown)
    bare = replace(ITEM, predicates=(), subjects=(), status=None)
    assert replace(bare, kind_version=None, issuer=None, valid_from=None) == first.results[0].items[0]
    assert payload == first.to_payload()


@pytest.mark.parametrize(
    ("number", "item"),
    [(1, {"withheld": "NO_AGREEMENT"}), (1, SECOND_ITEM), (1, GOOD_ITEM), (2, GOOD_ITEM)],
    ids=["placeholder", "issuer and dates", "predicates in 1", "predicates in 2"],
)
def test_what_a_later_format_adds_is_nothing_in_an_earlier_one(number: int, item: dict[str, Any]) -> None:
    """A reader of an earlier format refuses what it does not know; so do we, where we read that format."""
    result = FIRST_RESULT if number == 1 else {**SECOND_RESULT, "shown": 1}
    with pytest.raises(Malformed):
        Response.from_payload(answered(number, results=[{**result, "items": [item]}]))


@pytest.mark.parametrize("number", [4, 1 << 40])
def test_a_newer_message_is_neither_read_nor_malformed(number: int) -> None:
    """What a newer format means nobody here can know, whatever else stands in it: an upgrade is needed."""
    for reader, payload in ((Request, asked(format=number)), (Response, answered(format=number, q={}))):
        with pytest.raises(UpgradeNeeded) as needed:
            reader.from_payload(payload)
        assert (number, 3) == (needed.value.number, needed.value.newest)


def stated(fact: str, outcome: str, cause: str | None = None) -> StatedFact:
    """A fact as of noon."""
    return StatedFact(fact, outcome, cause, NOON)


DOUBTED = stated("well_formed", "undetermined", "STATUS_UNKNOWN")
CUT_DOWN = {
    "what it knows": ([stated("status", "no", "REVOKED")], [stated("status", "no", "REVOKED")]),
    "a caution that it knows": (
        [stated("dates", "yes", "EXPIRES_SOON")],
        [stated("dates", "yes", "EXPIRES_SOON")],
    ),
    "a new fact that says yes": ([stated("mode", "yes"), stated("dates", "yes")], [stated("dates", "yes")]),
    "a new fact in doubt": (
        [stated("well_formed", "yes"), stated("mode", "undetermined", "MODE_L2")],
        [DOUBTED],
    ),
    "a new fact that says no": (
        [stated("mode", "no", "MODE_L3"), stated("dates", "yes")],
        [DOUBTED, stated("dates", "yes")],
    ),
    "a new fact in doubt, of what is altered": (
        [stated("well_formed", "no", "TAMPERED"), stated("mode", "no", "MODE_L3")],
        [stated("well_formed", "no", "TAMPERED")],
    ),
    "a no for a new reason": ([stated("status", "no", "LOST")], [stated("status", "no", "CANCELLED")]),
    "a no that was never one": (
        [stated("trust_fresh", "no", "LOST")],
        [stated("trust_fresh", "undetermined", "LIST_TOO_OLD")],
    ),
    "a doubt for a new reason": (
        [stated("status", "undetermined", "AUTHORITY_AWAY")],
        [stated("status", "undetermined", "STATUS_UNKNOWN")],
    ),
    "a yes with a new caution": (
        [stated("status", "yes", "DISPUTED")],
        [stated("status", "undetermined", "STATUS_UNKNOWN")],
    ),
}


@pytest.mark.parametrize("name", CUT_DOWN)
def test_facts_are_cut_down_to_what_format_1_knows_and_never_to_anything_better(name: str) -> None:
    """A reader of format 1 is told less, and nothing that it would take for good."""
    facts, expected = CUT_DOWN[name]
    result = Result(items=(replace(ITEM, facts=tuple(facts)),), shown=1)

    cut = first_format(result)
    [item] = cut.items
    printed = replace(RESPONSE, format=1, results=(cut,)).to_payload()

    assert tuple(expected) == item.facts  # type: ignore[union-attr]
    assert (cut,) == Response.from_payload(printed).results


def test_a_result_with_a_placeholder_is_no_agreement_in_format_1() -> None:
    """It cannot be told that one was left out, so it is told nothing at all."""
    assert Result(items=(), cause="NO_AGREEMENT") == first_format(RESPONSE.results[0])


@pytest.mark.parametrize(("cause", "told"), [("CODE_USED", "CODE_USED"), ("REQUEST_VOID", "STATUS_UNKNOWN")])
def test_a_cause_of_a_later_format_is_told_as_the_plainest(cause: str, told: str) -> None:
    """A code that fails for a reason that format 1 does not know fails for one that it knows."""
    assert told == first_format(Result(items=(), cause=cause)).cause


def test_what_could_not_be_read_is_not_printed() -> None:
    """A slip shows before the message is signed."""
    with pytest.raises(Malformed):
        replace(REQUEST, provider="420100").to_payload()
    with pytest.raises(Malformed):
        replace(RESPONSE, results=(Result(items=(ITEM,), cause="CODE_USED"),)).to_payload()


def test_nothing_but_our_own_error_escapes() -> None:
    """Four thousand seeded mutants of a question and an answer are read, or refused by one error."""
    first = replace(RESPONSE, format=1, results=tuple(map(first_format, RESPONSE.results)))
    for reader, good in (
        (Response, first.to_payload()),
        (Response, replace(RESPONSE, format=2).to_payload()),
        (Request, REQUEST.to_payload()),
        (Response, RESPONSE.to_payload()),
    ):
        for mutant in value_mutants(good, seed=4, count=2000):
            try:
                reader.from_payload(mutant)
            except VerifierError:
                continue
