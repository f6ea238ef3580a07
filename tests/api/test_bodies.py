"""Bodies: what two readers could read differently, what is too long, too slow or of the wrong type."""

import asyncio
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.datastructures import Headers

from certhub.api.http.access import access_table
from certhub.api.http.bodies import RULES, BodyTooLarge, BodyTooSlow, discard, read_body, replay
from tests.api.test_access import sample

BIG = b'{"a":"' + b"x" * 60_000_000 + b'"}'
MALFORMED = {
    "JSON_BROKEN": b'{"reason": ',
    "JSON_TOO_DEEP": b'{"a":' + b"[" * 500 + b"]" * 500 + b"}",
    "JSON_NOT_A_NUMBER": b'{"a": NaN}',
    "JSON_DUPLICATE_MEMBER": b'{"reason": "a", "reason": "b"}',
    "JSON_NUL_OR_SURROGATE": b'{"reason": "\\ud800"}',
    "JSON_NUMBER_TOO_LONG": b'{"a": ' + b"9" * 5000 + b"}",
    "JSON_NUMBER_OUT_OF_RANGE": b'{"a": 1e400}',
    "JSON_BYTE_ORDER_MARK": b'\xef\xbb\xbf{"a": 1}',
    "BODY_NOT_UTF8": '{"a": "证照"}'.encode("gb18030"),
}
OTHERS = [
    b'{"reason": "\\u0000"}',
    b'{"a": Infinity}',
    b'{"a": -Infinity}',
    b"[" * 100_000,
    b"\x00",
    b"{}{}",
    b"nul",
    b'{"a": 1,}',
    b'"\\ud800\\ud800"',
    b'{"\\udfff": 1}',
    b"\xff\xfe{\x00}\x00",
    b'{"a": "\x00"}',
    b"'a'",
]
POSTS = [row for row in access_table().rows() if row.method == "POST"]
JSON_POSTS = [row for row in POSTS if row.body is not None and row.body.is_json]


def role_of(row):
    """Return somebody who may call it."""
    return None if row.roles is None else sorted(row.roles)[0]


def assert_problem(answer, *statuses):
    """Assert that an answer is a problem document with one of these statuses."""
    assert answer.status_code in statuses
    assert "application/problem+json" == answer.headers["content-type"]
    assert answer.status_code == answer.json()["status"]


@pytest.mark.parametrize("row", JSON_POSTS, ids=lambda row: row.key)
@pytest.mark.parametrize("reason", MALFORMED)
def test_every_json_call_refuses_every_malformed_body(api, row, reason):
    """400 BODY_REFUSED with the reason, on every call that takes JSON."""
    answer = api.send(sample(row), MALFORMED[reason], role_of(row))

    assert_problem(answer, 400)
    assert "BODY_REFUSED" == answer.json()["code"]
    assert [reason] == [error["code"] for error in answer.json()["errors"]]


@pytest.mark.parametrize("body", OTHERS)
def test_other_ways_to_be_malformed(api, body):
    """More bodies that somebody's parser takes."""
    assert_problem(api.send("/api/v1/verifications", body, "clerk"), 400)


@pytest.mark.parametrize("row", POSTS, ids=lambda row: row.key)
def test_sixty_megabytes_are_refused(api, row):
    """413, whatever the call."""
    answer = api.send(sample(row), BIG, role_of(row), **{"Content-Type": row.body.media_type})

    assert_problem(answer, 413)
    assert str(row.body.max_bytes) in answer.json()["title"]


@pytest.mark.parametrize("row", POSTS, ids=lambda row: row.key)
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk"]
)
def test_the_wrong_media_type_is_415(api, row, kind):
    """A form from another site, or text in another encoding, is not taken for JSON or for a token."""
    answer = api.send(sample(row), b'{"a": 1}', role_of(row), **{"Content-Type": kind})

    assert_problem(answer, 415)
    assert row.body.media_type in answer.json()["next_step"]


def test_a_body_without_a_media_type_is_415(api):
    """Nothing is guessed."""
    headers = {**api.headers("clerk"), "Content-Type": ""}

    assert_problem(api.client.post("/api/v1/verifications", content=b"{}", headers=headers), 415)


def test_a_packed_body_is_415(api):
    """We unpack nothing, so there is no bomb to unpack."""
    assert_problem(api.send("/api/v1/verifications", b"{}", "clerk", **{"Content-Encoding": "gzip"}), 415)


def test_json_may_name_its_encoding(api):
    """`charset=utf-8` says nothing new and is taken."""
    kind = {"Content-Type": 'Application/JSON; charset="UTF-8"'}

    assert_problem(api.send("/api/v1/verifications", b"{}", "clerk", **kind), 422)


def test_no_body_where_one_is_needed(api):
    """422 says that the body is missing."""
    assert_problem(api.send("/api/v1/verifications", b"", "clerk"), 422)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
        max_leaves=12,
    )
)
def test_whatever_is_sent_the_answer_is_4xx(api, value):
    """No JSON value at all makes a call fail on our side, or does anything."""
    for path, role in (
        ("/api/v1/certificates", "agency"),
        ("/api/v1/me/presentations", "holder"),
        ("/api/v1/verifications", "clerk"),
    ):
        assert_problem(api.send(path, json.dumps(value).encode(), role), 400, 422)


def read(messages, *, headers=None, rule="json", seconds=10.0):
    """Read a body that arrives in these messages; return it and how many messages were taken."""
    waiting = iter(messages)
    taken = []

    async def receive():
        for message in waiting:
            taken.append(message)
            return message
        await asyncio.Event().wait()

    given = Headers({"content-type": RULES[rule].media_type, **(headers or {})})
    return asyncio.run(read_body(receive, given, RULES[rule], seconds=seconds)), len(taken)


def part(body, more=True):
    """One piece of a body."""
    return {"type": "http.request", "body": body, "more_body": more}


def test_pieces_are_put_together():
    """A body may come in any number of pieces."""
    assert (b'{"a":1}', 3) == read([part(b'{"a"'), part(b":1"), part(b"}", more=False)])


def test_an_endless_body_is_given_up_when_it_is_too_long():
    """Of a body without a length no more is taken than the cap and one piece."""
    taken = 0

    def endless():
        nonlocal taken
        while True:
            taken += 1
            yield part(b"x" * 65536)

    with pytest.raises(BodyTooLarge):
        read(endless())
    assert taken <= 256 * 1024 // 65536 + 1


@pytest.mark.parametrize("length", ["60000000", "9" * 5000])
def test_a_declared_length_is_believed_when_it_is_too_long(length):
    """Nothing of such a body is read."""

    def nothing():
        raise AssertionError("it was read")
        yield

    with pytest.raises(BodyTooLarge):
        read(nothing(), headers={"content-length": length})


def test_a_declared_length_that_lies_is_found_out():
    """A body longer than it said is counted all the same."""
    with pytest.raises(BodyTooLarge):
        read([part(b"x" * 300_000, more=False)], headers={"content-length": "2"})


def test_a_question_of_a_region_has_its_own_cap():
    """6 KB: a question is a token, not a document."""
    with pytest.raises(BodyTooLarge):
        read([part(b"x" * 6200, more=False)], rule="xr-req")


def test_a_slow_body_is_given_up():
    """A body that does not end in time is 408."""
    with pytest.raises(BodyTooSlow):
        read([part(b"{")], seconds=0.01)


def call(app, *, headers, pieces):
    """Call an app as a server would; return the status, and how many pieces it took before it answered."""
    left, told = list(pieces), []

    async def receive():
        return left.pop(0) if left else {"type": "http.disconnect"}

    async def send(message):
        if message["type"] == "http.response.start":
            told.append((message["status"], len(pieces) - len(left)))

    scope = {
        "type": "http", "method": "POST", "path": "/api/v1/verifications", "raw_path": b"", "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in {"host": "localhost", **headers}.items()],
        "root_path": "",
        "http_version": "1.1", "scheme": "http", "server": ("x", 80), "client": ("x", 1),
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    return told


PIECES = [part(b"x" * 100_000) for _ in range(9)] + [part(b"", more=False)]


def test_who_is_refused_is_heard_out(api):
    """The rest of a body is taken, so that a client that only then listens hears why it was refused."""
    headers = {"content-length": "900000", "content-type": "application/json"}

    assert [(401, 10)] == call(api.client.app, headers=headers, pieces=PIECES)


def test_who_asks_first_is_told_first(api):
    """A client that waits for leave to send is refused before it sends anything."""
    headers = {"content-length": "900000", "content-type": "application/json", "expect": "100-continue"}

    assert [(401, 0)] == call(api.client.app, headers=headers, pieces=PIECES)


def test_who_hangs_up_is_not_answered(api):
    """Nobody is there, so nothing is sent and nothing fails."""
    headers = {"content-length": "900000", "content-type": "application/json"}

    assert [] == call(api.client.app, headers=headers, pieces=PIECES[:3])


def test_a_flood_is_not_heard_out():
    """What never ends is not taken for ever: after the deadline nobody waits."""

    async def nothing():
        await asyncio.Event().wait()

    assert None is asyncio.run(discard(nothing, seconds=0.01))


def test_what_was_read_is_read_again():
    """The app behind the door gets the body once, then whatever the server says."""

    async def server():
        return {"type": "http.disconnect"}

    async def twice():
        again = replay(b"body", server)
        return [await again(), await again()]

    assert [part(b"body", more=False), {"type": "http.disconnect"}] == asyncio.run(twice())
