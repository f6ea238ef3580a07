"""What a question or an answer may not say at once, and what each format of them can say: each rule broken alone."""

from dataclasses import replace
from typing import Any

import pytest
from certhub_verifier.errors import Malformed
from certhub_verifier.formats.exchange import envelope
from certhub_verifier.formats.exchange.envelope import (
    PATH,
    PATH_OF_REQUESTS,
    Request,
    RequestQuestion,
    Response,
    Result,
    WithheldItem,
)
from certhub_verifier.formats.exchange.first_format import first_format

from tests.formats.test_envelope import ITEM, QUESTION, REQUEST, RESPONSE

OF_A_REQUEST = RequestQuestion(code="EC4" + "0" * 17)
WITH_IDENTITY = replace(OF_A_REQUEST, identity={"id_type": "111", "id_number": "420799190001010015"})


def asked(*questions: Any, address: str) -> dict[str, Any]:
    """Return the payload of these questions, sent to an address."""
    return REQUEST.to_payload() | {"htu": address, "q": [one.to_payload() for one in questions]}


@pytest.mark.parametrize("question", [OF_A_REQUEST, WITH_IDENTITY], ids=["fetched", "with an identity"])
def test_a_request_is_asked_about_alone_and_at_its_own_address(question: RequestQuestion) -> None:
    """Neither twice, nor beside a code, whichever comes first; nor where codes are asked about."""
    whole = replace(REQUEST, questions=(question,))

    assert whole == Request.from_payload(whole.to_payload())
    assert (question, (), PATH_OF_REQUESTS) == (whole.of_a_request, whole.codes, whole.to_payload()["htu"])
    for payload in (
        asked(question, question, address=PATH_OF_REQUESTS),
        asked(question, QUESTION, address=PATH_OF_REQUESTS),
        asked(QUESTION, question, address=PATH_OF_REQUESTS),
        asked(question, address=PATH),
    ):
        with pytest.raises(Malformed, match="alone, and at its own address"):
            Request.from_payload(payload)


def test_codes_are_asked_about_at_their_own_address() -> None:
    """One or several; where requests are fetched no code is answered."""
    two = replace(REQUEST, questions=(QUESTION, replace(QUESTION, verification_id="v-2")))

    assert (None, two.questions, PATH) == (two.of_a_request, two.codes, two.to_payload()["htu"])
    for questions in (two.questions, two.questions[:1]):
        with pytest.raises(Malformed, match=r"question\.htu"):
            Request.from_payload(asked(*questions, address=PATH_OF_REQUESTS))


@pytest.mark.parametrize("number", [1, 2])
def test_an_earlier_format_asks_about_no_request(number: int) -> None:
    """It has no word for one."""
    with pytest.raises(Malformed):
        replace(REQUEST, questions=(OF_A_REQUEST,), format=number).to_payload()


def test_a_question_without_a_question_is_refused() -> None:
    """By our own error, and it is about no request."""
    nothing = replace(REQUEST, questions=())

    assert None is nothing.of_a_request
    with pytest.raises(Malformed):
        nothing.to_payload()


@pytest.mark.parametrize("number", [2, 3])
@pytest.mark.parametrize("shown", [1, 16])
def test_a_code_that_fails_names_no_certificates(number: int, shown: int) -> None:
    """However many there would have been."""
    failed = replace(RESPONSE, results=(Result(items=(), cause="CODE_USED"),), format=number)
    payload = failed.to_payload()

    assert failed == Response.from_payload(payload)
    payload["results"][0]["shown"] = shown
    with pytest.raises(Malformed):
        Response.from_payload(payload)


WHY = {1: (), 2: ("NO_AGREEMENT", "RECORD_GONE"), 3: ("NO_AGREEMENT", "RECORD_GONE", "MODE_L3")}
"""Why a certificate is not told, in each format: the lists of 1 and 2 stay as they are for ever."""


@pytest.mark.parametrize("number", WHY)
def test_each_format_has_its_own_reasons_for_what_is_not_told(number: int) -> None:
    """One that came later is read in no earlier format, and printed in none."""
    assert WHY[3] == envelope.WITHHELD
    for cause in (*WHY[3], "SECRET"):
        answer = replace(RESPONSE, results=(Result(items=(WithheldItem(cause),), shown=1),), format=number)
        if cause in WHY[number]:
            assert answer == Response.from_payload(answer.to_payload())
            continue
        with pytest.raises(Malformed):
            answer.to_payload()
    if number == 2:
        payload = replace(RESPONSE, results=(Result(items=(ITEM,), shown=1),), format=2).to_payload()
        payload["results"][0]["items"] = [{"withheld": "MODE_L3"}]
        with pytest.raises(Malformed):
            Response.from_payload(payload)


def test_what_is_not_told_is_no_agreement_in_format_1() -> None:
    """Whatever the reason was."""
    for cause in WHY[3]:
        assert "NO_AGREEMENT" == first_format(Result(items=(WithheldItem(cause),), shown=1)).cause
