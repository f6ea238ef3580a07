"""What a body may be, and reading it before anybody parses it. Pure ASGI: messages in, bytes out.

FastAPI alone answered 500 to a body 500 levels deep and to a lone surrogate, turned NaN into null, and took
duplicate members, NUL and 60 MB (facts of its 0.165; strict_json names what is refused). A body is counted
while it arrives, so that one which is too long is never held; and it has to arrive within ten seconds, since
no server in front of us says how slow is too slow.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from certhub_verifier.errors import Malformed
from certhub_verifier.formats.jose import strict_json
from certhub_verifier.formats.jose.tokens import TOKEN_TYPES
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from certhub.errors import BadRequest, Fault

DEADLINE_SECONDS = 10.0
MAX_DISCARDED = 1 << 27  # bytes taken and thrown away so that a client hears why it was refused
MAX_DEPTH = 32


class BodyTooLarge(BadRequest):
    """More bytes than this call takes."""

    code = "BODY_TOO_LARGE"


class BodyTooSlow(BadRequest):
    """The body did not arrive in time."""

    code = "BODY_TOO_SLOW"


class WrongMediaType(BadRequest):
    """The body is not of the type that this call takes."""

    code = "MEDIA_TYPE_WRONG"


class BodyRefused(BadRequest):
    """The body cannot be read, or two readers could read it differently; `faults` holds the one reason."""

    code = "BODY_REFUSED"

    def __init__(self, reason: str) -> None:
        super().__init__("the body is not strict JSON")
        self.faults = (Fault("", reason),)


@dataclass(frozen=True, slots=True)
class BodyRule:
    """What a call takes: its media type, at most so many bytes, and whether they are strict JSON."""

    media_type: str
    max_bytes: int
    is_json: bool = False


RULES: Mapping[str, BodyRule] = {
    "json": BodyRule("application/json", 256 * 1024, is_json=True),
    "batch": BodyRule("application/json", 2 * 1024 * 1024, is_json=True),
    "form": BodyRule("application/x-www-form-urlencoded", 64 * 1024),
    "xr-req": BodyRule("application/xr-req+jwt", TOKEN_TYPES["xr-req+jwt"].max_bytes),
    "notice": BodyRule("application/notice+jwt", TOKEN_TYPES["notice+jwt"].max_bytes),
    "xr-res": BodyRule("application/xr-res+jwt", TOKEN_TYPES["xr-res+jwt"].max_bytes),
}

# What strict_json says → the permanent code of the reason. A test sends one body for each.
_REASONS = {
    "not UTF-8": "BODY_NOT_UTF8",
    "byte order mark": "JSON_BYTE_ORDER_MARK",
    "nested deeper": "JSON_TOO_DEEP",
    "two members": "JSON_DUPLICATE_MEMBER",
    "NaN": "JSON_NOT_A_NUMBER",
    "lone surrogate": "JSON_NUL_OR_SURROGATE",
    "integer longer": "JSON_NUMBER_TOO_LONG",
    "out of range": "JSON_NUMBER_OUT_OF_RANGE",
}
_OTHER_REASON = "JSON_BROKEN"


async def read_body(
    receive: Receive, headers: Headers, rule: BodyRule, *, seconds: float = DEADLINE_SECONDS
) -> bytes:
    """Return the whole body, checked against its rule; empty where none came.

    Raises:
        WrongMediaType, BodyTooLarge, BodyTooSlow: in this order, each before more is read than needed.
        BodyRefused: the JSON is not strict.
        ClientDisconnect: nobody is there any more.
    """
    _require_media_type(headers, rule)
    declared = headers.get("content-length", "")
    if declared.isdecimal() and (len(declared) > 18 or int(declared) > rule.max_bytes):
        raise _too_large(rule)
    try:
        async with asyncio.timeout(seconds):
            body = await _collect(receive, rule)
    except TimeoutError as slow:
        raise BodyTooSlow(f"the body did not arrive within {seconds:g} s") from slow
    if body and not headers.get("content-type"):
        raise _wrong_type(rule)
    if body and rule.is_json:
        _require_strict_json(body)
    return body


async def discard(receive: Receive, *, seconds: float = DEADLINE_SECONDS) -> None:
    """Take the rest of a body and keep nothing of it, before its sender is refused.

    A server that answers and hangs up while somebody still sends resets the connection, and many clients then
    never read the answer. Ends early when too much comes, or it comes too slowly.

    Raises:
        ClientDisconnect: nobody is there any more.
    """
    taken = 0
    try:
        async with asyncio.timeout(seconds):
            while taken <= MAX_DISCARDED:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                taken += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
    except TimeoutError:
        return


def replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives `body` in one message, and afterwards what the server has to say."""
    waiting = [body]

    async def again() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return again


async def _collect(receive: Receive, rule: BodyRule) -> bytes:
    received = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        received += message.get("body", b"")
        if len(received) > rule.max_bytes:
            raise _too_large(rule)
        if not message.get("more_body", False):
            return bytes(received)


def _require_media_type(headers: Headers, rule: BodyRule) -> None:
    given = headers.get("content-type")
    if given is not None:
        kind, _, parameters = given.partition(";")
        if kind.strip().lower() != rule.media_type:
            raise _wrong_type(rule)
        if rule.is_json and parameters.strip().lower().replace('"', "") not in {"", "charset=utf-8"}:
            raise _wrong_type(rule)
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise _wrong_type(rule)


def _require_strict_json(body: bytes) -> None:
    try:
        strict_json.loads(body, max_depth=MAX_DEPTH, floats=True)
    except Malformed as refused:
        code = next((code for words, code in _REASONS.items() if words in refused.reason), _OTHER_REASON)
        raise BodyRefused(code) from refused


def _too_large(rule: BodyRule) -> BodyTooLarge:
    return BodyTooLarge(f"at most {rule.max_bytes} bytes", detail={"most": str(rule.max_bytes)})


def _wrong_type(rule: BodyRule) -> WrongMediaType:
    return WrongMediaType(f"send {rule.media_type}, not encoded", detail={"wanted": rule.media_type})
