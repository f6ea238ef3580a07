"""What another region calls, through HTTP: a signature is the only login."""

import pytest
from certhub_verifier.formats.jose import jws

from tests.api.test_relying import scan, shown

QUESTION = {"Content-Type": "application/xr-req+jwt"}


def asked(api, other):
    """Let Wuhan ask Ezhou, and return the question's bytes."""
    scan(other, shown(api))
    region, question, _ = api.region.wire.sent[-1]
    assert "420700" == region
    return question


def test_the_same_question_gets_the_same_answer(api, other):
    """A retry after a lost answer spends nothing: byte for byte the same token comes back."""
    question = asked(api, other)
    first, second = (api.send("/xr/v1/query", question, **QUESTION) for _ in range(2))

    assert (200, "application/xr-res+jwt") == (first.status_code, first.headers["Content-Type"])
    assert first.content == second.content == api.region.wire.sent[-1][2]
    assert "420700" == jws.parse(first.content, "xr-res+jwt").payload["iss"]


def test_a_question_for_another_region_is_refused(api, other):
    """Wuhan does not answer what was meant for Ezhou."""
    answer = other.send("/xr/v1/query", asked(api, other), **QUESTION)

    assert (400, "QUESTION_REFUSED") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize(
    "junk", [b"", b"x", b"a.b.c", b"\xff" * 100, b"\x00", b"{}", b"." * 6000, "é.é.é".encode()]
)
def test_junk_is_refused(api, junk):
    """400, whatever it is."""
    answer = api.send("/xr/v1/query", junk, **QUESTION)

    assert (400, "QUESTION_REFUSED") == (answer.status_code, answer.json()["code"])


def test_a_changed_question_is_refused(api, other):
    """One byte of the signature, and it is nobody's question."""
    question = bytearray(asked(api, other))
    question[-9] = ord("A") if question[-9] != ord("A") else ord("B")

    assert 400 == api.send("/xr/v1/query", bytes(question), **QUESTION).status_code
