"""A signed question to another region, and its signed answer (typ xr-req+jwt and xr-res+jwt).

    both       format                            3; without it the message is in format 1
    question   iss, aud, iat, exp, jti           from region to region, 60 s, one of a kind
               htm, htu                          POST /xr/v1/query, or of a request /xr/v1/requests
               agr                               <agreement id>@sha256:<digest of its file>, or null
               office, op                        who asks there; the person under a pairwise id
               unit, case, mode                  who asks (a region or a unit of it); the case under a pairwise
                                                 name, or null; the mode in which it was shown
               q                                 [{code, matter, matter_digest, purpose, verification_id, window}];
                                                 or one {request}: fetch that request for a holder of ours;
                                                 or one {request, identity}: is this who consents?
    answer     iss, aud, iat, exp, jti, req      req is the hex SHA-256 of the question's text
               results                           one per question, in its order: {cause, used_at, used_where,
                                                 shown, items}; or instead
               error                             a code: nothing was answered

An item that is told states kind and its version, facts, issuer and dates, and the fields that the agreement lets
out; then the predicates that it answers in the place of values, its holders under names that mean nothing outside
the case (`subjects`), and the slot of its status, so that it can be judged again. For one that may not be told there is
a placeholder, `{"withheld": cause}`, so that no certificate that was shown is left out unseen: there are as many items
as `shown`, the number that the ticket names. Format 2 knows neither matters by digest, nor modes, cases, predicates,
subjects and slots. Format 1 has besides neither `shown`, nor placeholders, nor version, issuer and dates: how many
certificates were shown nobody learns from it.

Both are kept as evidence: the token is the proof, the HTTP exchange is not needed. The answering region
states facts and cuts the fields; the asking region computes the verdict.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from certhub_schemas.requirements import MODES, Mode

from certhub_verifier.errors import Malformed
from certhub_verifier.formats.exchange import versions
from certhub_verifier.formats.exchange.answered_item import (
    FORMAT,
    THIRD,
    WITHHELD,
    AnsweredItem,
    StatedPredicate,
    StatusSlot,
    WithheldItem,
    read_item,
)
from certhub_verifier.formats.exchange.heading import HEADING, heading, read_heading
from certhub_verifier.formats.exchange.result import (
    Result,
    first_result,
    last_result,
    read_result,
    second_result,
)
from certhub_verifier.formats.jose import fields
from certhub_verifier.formats.jose.object_schema import (
    Check,
    listing,
    nullable,
    object_of,
    one_of,
    text,
)

__all__ = [
    "FORMAT",
    "THIRD",
    "WITHHELD",
    "AnsweredItem",
    "Question",
    "Request",
    "RequestQuestion",
    "Response",
    "Result",
    "StatedPredicate",
    "StatusSlot",
    "WithheldItem",
    "read_item",
    "read_result",
    "request_digest",
]

REQUEST_TYP = "xr-req+jwt"
RESPONSE_TYP = "xr-res+jwt"
METHOD = "POST"
PATH = "/xr/v1/query"
PATH_OF_REQUESTS = "/xr/v1/requests"
MAX_QUESTIONS = 16


def request_digest(token: str) -> str:
    """Return the hex SHA-256 of a question's compact text, which its answer carries as `req`."""
    return sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One code that the other region minted, and what it is asked for; the id makes a retry harmless."""

    code: str
    matter: str
    purpose: str
    verification_id: str
    window: str
    matter_digest: str | None = None

    def to_payload(self, number: int = FORMAT) -> dict[str, Any]:
        """Return the members of one question in format `number`."""
        return {
            "code": self.code,
            "matter": self.matter,
            "purpose": self.purpose,
            "verification_id": self.verification_id,
            "window": self.window,
            **({"matter_digest": self.matter_digest} if number >= THIRD else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestQuestion:
    """A question about a counter's request, by its code.

    Without `identity` a home hub fetches the request for its holder. With it the asking hub wants to know whether the
    holder who consents has this identity number: {id_type, id_number}, as a clerk read them.
    """

    code: str
    identity: Mapping[str, str] | None = None

    def to_payload(self, number: int = FORMAT) -> dict[str, Any]:
        """Return the members. Raises: Malformed: formats 1 and 2 know no requests."""
        if number < THIRD:
            raise Malformed(f"format {number} knows no requests")
        identity = {} if self.identity is None else {"identity": dict(self.identity)}
        return {"request": self.code, **identity}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A question to another region; times are whole seconds since 1970.

    `unit` is who asks, None for the whole region; `case` the case under a name that means nothing elsewhere; `mode` the
    mode in which it was shown. Formats 1 and 2 have none of them, nor the digest of the matter.
    """

    asker: str
    provider: str
    issued_at: int
    expires: int
    jti: str
    agreement: str | None
    office: str
    operator: str
    questions: tuple[Question | RequestQuestion, ...]
    unit: str | None = None
    case: str | None = None
    mode: Mode = "L1"
    format: int = FORMAT

    def to_payload(self) -> dict[str, Any]:
        """Return the payload to sign.

        Raises:
            Malformed: a value is such that `from_payload` would refuse it.
        """
        payload = {
            **versions.format_member(self.format),
            **heading(self.asker, self.provider, self.issued_at, self.expires, self.jti),
            "htm": METHOD,
            "htu": PATH_OF_REQUESTS if self.of_a_request else PATH,
            "agr": self.agreement,
            "office": self.office,
            "op": self.operator,
            "q": [question.to_payload(self.format) for question in self.questions],
        }
        if self.format >= THIRD:
            payload |= {"unit": self.unit or self.asker, "case": self.case, "mode": self.mode}
        Request.from_payload(payload)
        return payload

    @property
    def of_a_request(self) -> RequestQuestion | None:
        """The one question about a counter's request; None of questions about codes."""
        first = self.questions[:1]
        return next((one for one in first if isinstance(one, RequestQuestion)), None)

    @property
    def codes(self) -> tuple[Question, ...]:
        """The questions about codes."""
        return tuple(one for one in self.questions if isinstance(one, Question))

    @classmethod
    def from_payload(cls, payload: Any) -> "Request":
        """Read a question. Whether it is fresh, meant for us and seen before is the caller's to judge.

        Raises:
            Malformed: an unknown or missing member, a wrong type or shape.
            UpgradeNeeded: it is in a newer format.
        """
        number = versions.format_of(payload, versions.EXCHANGE, "question")
        found = _REQUESTS[number](payload, "question")
        of_requests = [isinstance(one, RequestQuestion) for one in found["q"]]
        if any(of_requests) and (len(of_requests) > 1 or found["htu"] != PATH_OF_REQUESTS):
            raise Malformed("question.q: a request is asked about alone, and at its own address")
        if not any(of_requests) and found["htu"] != PATH:
            raise Malformed("question.htu: codes are asked about at another address")
        return cls(
            format=number,
            **read_heading(found, "question", sender="asker", receiver="provider"),
            agreement=found["agr"],
            office=found["office"],
            operator=found["op"],
            questions=found["q"],
            **({name: found[name] for name in ("unit", "case", "mode")} if number >= THIRD else {}),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer: either `results`, one per question, or an `error` code for the whole."""

    provider: str
    asker: str
    issued_at: int
    expires: int
    jti: str
    request: str
    results: tuple[Result, ...] = ()
    error: str | None = None
    format: int = FORMAT

    def to_payload(self) -> dict[str, Any]:
        """Return the payload to sign.

        Raises:
            Malformed: a value is such that `from_payload` would refuse it.
        """
        payload = {
            **versions.format_member(self.format),
            **heading(self.provider, self.asker, self.issued_at, self.expires, self.jti),
            "req": self.request,
        }
        if self.results or self.error is None:
            payload["results"] = [result.to_payload(self.format) for result in self.results]
        if self.error is not None:
            payload["error"] = self.error
        Response.from_payload(payload)
        return payload

    @classmethod
    def from_payload(cls, payload: Any) -> "Response":
        """Read an answer. That it is the one to our question, and fresh, is the caller's to judge.

        Raises:
            Malformed: an unknown or missing member, a wrong type or shape, results and an error at once, or
                another number of items than were shown.
            UpgradeNeeded: it is in a newer format.
        """
        number = versions.format_of(payload, versions.EXCHANGE, "answer")
        found = _RESPONSES[number](payload, "answer")
        if (found["results"] is None) == (found["error"] is None):
            raise Malformed("answer: either results or an error expected")
        return cls(
            **read_heading(found, "answer", sender="provider", receiver="asker"),
            request=found["req"],
            results=found["results"] or (),
            error=found["error"],
            format=number,
        )


def _first_question(value: Any, where: str) -> Question:
    return Question(**_FIRST_QUESTION(value, where))


def _question(value: Any, where: str) -> Question | RequestQuestion:
    if type(value) is dict and "request" in value:
        found = _REQUEST_QUESTION(value, where)
        return RequestQuestion(code=found["request"], identity=found["identity"])
    return Question(**_QUESTION(value, where))


_QUESTION_MEMBERS: Mapping[str, Check] = {
    "code": text(1024),
    "matter": fields.matter,
    "purpose": fields.word,
    "verification_id": fields.verification_id,
    "window": text(20, at_least=0),
}
_FIRST_QUESTION = object_of(_QUESTION_MEMBERS)
_QUESTION = object_of({**_QUESTION_MEMBERS, "matter_digest": nullable(fields.digest)})
_IDENTITY = object_of({"id_type": text(8), "id_number": text(64)})
_REQUEST_QUESTION = object_of({"request": text(64)}, {"identity": _IDENTITY})
_REQUEST_MEMBERS: Mapping[str, Check] = {
    **HEADING,
    "htm": one_of(METHOD),
    "htu": one_of(PATH),
    "agr": nullable(fields.agreement),
    "office": text(64),
    "op": text(64),
}
_WHO: Mapping[str, Check] = {
    "unit": fields.unit,
    "case": nullable(fields.token_id),
    "mode": one_of(*MODES),
    "htu": one_of(PATH, PATH_OF_REQUESTS),
}
_REQUESTS = {
    number: object_of(
        {
            **versions.member(number),
            **_REQUEST_MEMBERS,
            **(_WHO if number >= THIRD else {}),
            "q": listing(
                _question if number >= THIRD else _first_question, at_least=1, at_most=MAX_QUESTIONS
            ),
        }
    )
    for number in versions.EXCHANGE
}
_RESPONSES = {
    number: object_of(
        {**versions.member(number), **HEADING, "req": fields.digest},
        {"results": listing(result, at_most=MAX_QUESTIONS), "error": fields.cause},
    )
    for number, result in zip(versions.EXCHANGE, (first_result, second_result, last_result), strict=True)
}
