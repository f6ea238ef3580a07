"""What a peer signs and is no answer: of an older format than was asked in, of more than a code has, of a stranger."""

from dataclasses import replace

import pytest
from certhub_verifier.formats.jose import jws

from certhub.flows.verification import results
from tests.support.peers import BrokenWire, asked_through, lie
from tests.support.story import issued, licence, scan, sealed, ticket, told


def in_format_one(payload: dict) -> None:
    """Say less than was asked: the answer of a release before, without audience, issuer and count."""
    payload.pop("format")
    [result] = payload["results"]
    result.pop("shown")
    for item in result["items"]:
        for name in ("kind_version", "issuer", "valid_from", "valid_to"):
            item.pop(name)
        item["facts"] = [fact for fact in item["facts"] if fact["fact"] not in {"audience"}]


def two_of_one(payload: dict) -> None:
    """Answer a sealed code, which is of one certificate, with two."""
    [result] = payload["results"]
    result.update(items=[*result["items"], result["items"][0] | {"cert_digest": "0" * 64}], shown=2)


def five_of_one(payload: dict) -> None:
    """Tell of one certificate five times, and say that five were shown."""
    [result] = payload["results"]
    result.update(items=result["items"] * 5, shown=5)


def of_another_region(payload: dict) -> None:
    """Name an agency of the asking region as the issuer."""
    payload["results"][0]["items"][0]["issuer"] = {"code": "11420198MB9999017L", "name": "某局"}


@pytest.mark.parametrize(
    ("lied", "make", "code"),
    [
        (in_format_one, ticket, "NOT_BELIEVED"),
        (in_format_one, sealed, "NOT_BELIEVED"),
        (two_of_one, sealed, "NOT_BELIEVED"),
        (five_of_one, ticket, "NOT_BELIEVED"),
        (of_another_region, ticket, "ISSUER_UNKNOWN"),
        (of_another_region, sealed, "ISSUER_UNKNOWN"),
    ],
)
def test_an_answer_that_is_not_one_to_the_question_is_no_answer(home, other, lied, make, code):
    """An older format than was asked in, or more certificates than a sealed code has."""
    shown = make(home, issued(home, licence("营-1")))

    liar = BrokenWire(home.wire, lie(home.hub, lied))
    report = scan(replace(other, hub=asked_through(other, liar)), shown)

    assert ("undetermined", code) == (report["verdict"], report["code"])


@pytest.mark.parametrize("make", [ticket, sealed])
@pytest.mark.parametrize("reply", [b"", b"<html>200 OK</html>", b'{"verdict": "valid"}', b"\xff" * 40])
def test_what_cannot_be_believed_is_told_as_that_and_never_as_silence(home, other, make, reply):
    """Undetermined in the report and in the receipt, for a sealed code too: what came may be somebody's doing."""
    code = make(home, issued(home, licence("营-1")))
    bent = replace(other, hub=asked_through(other, BrokenWire(home.wire, lambda _: reply)))

    report = scan(bent, code, verification_id="bent-0001")

    assert ("undetermined", "NOT_BELIEVED", []) == (*told(report), report["items"])
    assert "鄂州市的答复不能采信：签名、对象或时间不对" == report["headline"]
    filed = jws.parse(
        results.receipt("bent-0001", by=other.clerk, hub=other.hub)["receipt"], "receipt+jwt"
    ).payload
    assert ("undetermined", "NOT_BELIEVED") == (filed["verdict"], filed["code"])
