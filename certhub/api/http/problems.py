"""Every refusal as RFC 9457 problem JSON: the one place that knows which error is which HTTP status.

    error class ──► STATUS, walked up the MRO ──► status
    error code  ──► problems.json, zh and en  ──► title, next_step, and a message for each wrong place

`code` is permanent; texts are not. An error that nobody foresaw says INTERNAL and nothing else: what it
would have said goes to the log, under the trace id.
"""

import json
import logging
import traceback
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from certhub.api.http.access import MethodNotAllowed
from certhub.api.http.bodies import BodyTooLarge, BodyTooSlow, WrongMediaType
from certhub.api.http.hosts import HostUnknown
from certhub.api.http.languages import Lang, preferred
from certhub.api.http.problem_words import catalogue
from certhub.db.engine import NoDatabase
from certhub.db.sealing import BlobRefused
from certhub.errors import (
    BadRequest,
    ClaimsInvalid,
    Conflict,
    Fault,
    HubError,
    NotAllowed,
    NotFound,
    Refused,
    TooOften,
    Unauthenticated,
    Unavailable,
    WrongState,
)

log = logging.getLogger("certhub.api")
MEDIA_TYPE = "application/problem+json"
TYPE_ROOT = "https://certhub.example/problems/"  # a name, not an address (RFC 9457 §3.1.1)
RETRY_SECONDS = 5

STATUS: Mapping[type[HubError], int] = {
    BadRequest: 400,
    Unauthenticated: 401,
    NotAllowed: 403,
    NotFound: 404,
    MethodNotAllowed: 405,
    BodyTooSlow: 408,
    Conflict: 409,
    WrongState: 409,
    Refused: 409,
    BodyTooLarge: 413,
    WrongMediaType: 415,
    HostUnknown: 421,
    ClaimsInvalid: 422,
    BlobRefused: 409,
    HubError: 500,
    TooOften: 429,
    Unavailable: 503,
    NoDatabase: 503,
}

# What Pydantic calls a mistake → our permanent code.
_MISTAKES = {
    "missing": "REQUIRED_MISSING",
    "extra_forbidden": "FIELD_UNKNOWN",
    "string_too_long": "TEXT_TOO_LONG",
    "string_too_short": "TEXT_TOO_SHORT",
    "too_long": "LIST_TOO_LONG",
    "too_short": "REQUIRED_MISSING",
    "string_pattern_mismatch": "FORMAT_WRONG",
    "literal_error": "VALUE_WRONG",
    "greater_than_equal": "VALUE_WRONG",
    "less_than_equal": "VALUE_WRONG",
    "int_parsing": "TYPE_WRONG",
}
_OTHER_MISTAKE = "TYPE_WRONG"


class RequestInvalid(ClaimsInvalid):
    """The body or a parameter does not have the shape that the call takes."""

    code = "REQUEST_INVALID"


def status_of(error: HubError) -> int:
    """Return the HTTP status of an error: that of its nearest class in the table."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem(error: HubError, *, lang: Lang, trace_id: str) -> dict[str, Any]:
    """Return the problem document of an error, its title and next step in `lang` and in English."""
    faults: tuple[Fault, ...] = getattr(error, "faults", ())
    blanks = {**error.detail, "count": str(len(faults)), "trace_id": trace_id}
    (title, next_step), (title_en, next_step_en) = (_words(error, one, blanks) for one in (lang, "en"))
    found: dict[str, Any] = {
        "type": TYPE_ROOT + error.code.lower().replace("_", "-"),
        "title": title,
        "title_en": title_en,
        "status": status_of(error),
        "code": error.code,
        "trace_id": trace_id,
        "next_step": next_step,
        "next_step_en": next_step_en,
    }
    if faults:
        found["errors"] = [
            {"pointer": one.pointer, "code": one.code, "message": fault_words(one.code, lang, one.detail)}
            for one in faults
        ]
    return found


def problem_of(raised: BaseException, scope: Scope) -> dict[str, Any]:
    """Return the problem document of what was raised for one of several things that a request asks for."""
    error = refusal(raised)
    if status_of(error) >= 500:
        log_failure(raised, error.code, scope["state"]["trace_id"])
    return _document(error, scope)


def log_failure(raised: BaseException, code: str, trace_id: str) -> None:
    """Tell the log what nobody foresaw: its type and the places in the code, never its message."""
    places = "".join(traceback.format_tb(raised.__traceback__))
    log.error("trace %s: %s %s\n%s", trace_id, code, type(raised).__name__, places)


def _document(error: HubError, scope: Scope) -> dict[str, Any]:
    accept = next((value for name, value in scope["headers"] if name == b"accept-language"), b"")
    return problem(error, lang=preferred(accept.decode("latin-1")), trace_id=scope["state"]["trace_id"])


def answer(error: HubError, scope: Scope) -> Response:
    """Return the response for an error; the asker's language and the trace id stand in the scope."""
    body = _document(error, scope)
    headers = {"Vary": "Accept-Language", "Cache-Control": "no-store", **_headers(error, body["status"])}
    printed = json.dumps(body, ensure_ascii=False).encode()
    return Response(printed, status_code=body["status"], headers=headers, media_type=MEDIA_TYPE)


def refusal(raised: BaseException) -> HubError:
    """Return the error of ours that stands for something FastAPI or Starlette raised."""
    if isinstance(raised, HubError):
        return raised
    if isinstance(raised, RequestValidationError):
        return _request_invalid(raised.errors())
    if isinstance(raised, HTTPException):
        return _of_status(raised)
    return HubError("something nobody foresaw")


def fault_words(code: str, lang: Lang, detail: Mapping[str, str]) -> str:
    """Return the sentence for one wrong place; a code without one gets that of FORMAT_WRONG."""
    known = catalogue()["faults"]
    text: str = known.get(code, known["FORMAT_WRONG"])[lang]
    return text.format_map(_Blanks(detail, lang))


class _Blanks(dict[str, str]):
    """What the blanks of a sentence are filled with; a certificate's state in the reader's words."""

    def __init__(self, blanks: Mapping[str, str], lang: str) -> None:
        super().__init__(blanks)
        if "state" in self:
            self["state"] = catalogue()["states"].get(self["state"], {lang: "…"})[lang]

    def __missing__(self, key: str) -> str:
        return "…"


def _words(error: HubError, lang: str, blanks: Mapping[str, str]) -> tuple[str, str]:
    """Title and next step; a code that has none borrows those of the nearest class that has."""
    known = catalogue()["problems"]
    codes = (error.code, *(getattr(kind, "code", "") for kind in type(error).__mro__))
    title, next_step = known[next(code for code in codes if code in known)][lang]
    filled = _Blanks(blanks, lang)
    return title.format_map(filled), next_step.format_map(filled)


def _headers(error: HubError, status: int) -> dict[str, str]:
    if isinstance(error, MethodNotAllowed):
        return {"Allow": ", ".join(error.allowed)}
    if status == 401:
        return {"WWW-Authenticate": 'Bearer realm="certhub"'}
    if status == 408:
        return {"Connection": "close"}
    if isinstance(error, TooOften):
        return {"Retry-After": str(error.seconds)}
    if status == 503:
        return {"Retry-After": str(RETRY_SECONDS)}
    return {}


def _request_invalid(mistakes: Iterable[Any]) -> HubError:
    faults = []
    for mistake in mistakes:
        where, *path = mistake["loc"]
        if where == "path":
            return NotFound("nothing can be named like this")
        code = _MISTAKES.get(mistake["type"], _OTHER_MISTAKE)
        given = mistake.get("ctx", {})
        if mistake["type"] == "unfit":  # models.py: what the catalogue says of a text
            code = given["code"]
        detail = {"most": str(given["max_length"])} if "max_length" in given else {}
        faults.append(Fault(_pointer(path), code, detail))
    return RequestInvalid(faults)


def _pointer(path: Iterable[str | int]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _of_status(raised: HTTPException) -> HubError:
    if raised.status_code == 404:
        return NotFound("there is nothing under this path", code="NO_SUCH_PATH")
    if raised.status_code == 405:
        return MethodNotAllowed(sorted((raised.headers or {}).get("Allow", "").split(", ")))
    if raised.status_code < 500:
        return BadRequest("the request cannot be read")
    return HubError("an internal answer")
