"""A signed question to another region, and its signed answer (typ xr-req+jwt and xr-res+jwt).

    question   iss, aud, iat, exp, jti           from region to region, 60 s, one of a kind
               htm, htu                          always POST /xr/v1/query
               agr                               <agreement id>@sha256:<digest of its file>, or null
               office, op                        who asks there; the person under a pairwise id
               q                                 [{code, matter, purpose, verification_id, window}]
    answer     iss, aud, iat, exp, jti, req      req is the hex SHA-256 of the question's text
               results                           one per question, in its order; or instead
               error                             a code: nothing was answered

Both are kept as evidence: the token is the proof, the HTTP exchange is not needed. The answering region
states facts and cuts the fields; the asking region computes the verdict.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from certhub_verifier.errors import Malformed
from certhub_verifier.formats import shapes
from certhub_verifier.formats.members import (
    Check,
    anything,
    listing,
    members,
    nullable,
    one_of,
    pattern,
    table,
    text,
)
from certhub_verifier.formats.stated import StatedFact, told_facts

REQUEST_TYP = "xr-req+jwt"
RESPONSE_TYP = "xr-res+jwt"
METHOD = "POST"
PATH = "/xr/v1/query"
MAX_QUESTIONS = 16
_MAX_ITEMS = 16
_MAX_FIELDS = 128


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A question to another region; times are whole seconds since 1970."""

    asker: str
    provider: str
    issued_at: int
    expires: int
    jti: str
    agreement: str | None
    office: str
    operator: str
    questions: tuple[Question, ...]

    def to_payload(self) -> dict[str, Any]:
        """Return the payload to sign.

        Raises:
            Malformed: a value is such that `from_payload` would refuse it.
        """
        payload = {
            **_envelope(self.asker, self.provider, self.issued_at, self.expires, self.jti),
            "htm": METHOD,
            "htu": PATH,
            "agr": self.agreement,
            "office": self.office,
            "op": self.operator,
            "q": [
                {
                    "code": question.code,
                    "matter": question.matter,
                    "purpose": question.purpose,
                    "verification_id": question.verification_id,
                    "window": question.window,
                }
                for question in self.questions
            ],
        }
        Request.from_payload(payload)
        return payload

    @classmethod
    def from_payload(cls, payload: Any) -> "Request":
        """Read a question. Whether it is fresh, meant for us and seen before is the caller's to judge.

        Raises:
            Malformed: an unknown or missing member, a wrong type or shape.
        """
        found = _REQUEST(payload, "question")
        return cls(
            **_read_envelope(found, "question"),
            agreement=found["agr"],
            office=found["office"],
            operator=found["op"],
            questions=found["q"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredItem:
    """One certificate behind a code: the facts that its region states, and the fields that it lets out."""

    kind: str
    facts: tuple[StatedFact, ...]
    disclosed: Mapping[str, Any]
    cert_digest: str

    def to_payload(self) -> dict[str, Any]:
        """Return the members of one item."""
        return {
            "kind": self.kind,
            "facts": [fact.to_payload() for fact in self.facts],
            "disclosed": dict(self.disclosed),
            "cert_digest": self.cert_digest,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The answer to one question: items, or a cause why the code itself fails (used: since when, where)."""

    items: tuple[AnsweredItem, ...]
    cause: str | None = None
    used_at: datetime | None = None
    used_where: str | None = None

    def to_payload(self) -> dict[str, Any]:
        """Return the members of one result."""
        return {
            "cause": self.cause,
            "used_at": None if self.used_at is None else shapes.instant(self.used_at),
            "used_where": self.used_where,
            "items": [item.to_payload() for item in self.items],
        }


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

    def to_payload(self) -> dict[str, Any]:
        """Return the payload to sign.

        Raises:
            Malformed: a value is such that `from_payload` would refuse it.
        """
        payload = _envelope(self.provider, self.asker, self.issued_at, self.expires, self.jti)
        payload["req"] = self.request
        if self.results or self.error is None:
            payload["results"] = [result.to_payload() for result in self.results]
        if self.error is not None:
            payload["error"] = self.error
        Response.from_payload(payload)
        return payload

    @classmethod
    def from_payload(cls, payload: Any) -> "Response":
        """Read an answer. That it is the one to our question, and fresh, is the caller's to judge.

        Raises:
            Malformed: an unknown or missing member, a wrong type or shape, or results and an error at once.
        """
        found = _RESPONSE(payload, "answer")
        if (found["results"] is None) == (found["error"] is None):
            raise Malformed("answer: either results or an error expected")
        envelope = _read_envelope(found, "answer")
        envelope["provider"], envelope["asker"] = envelope["asker"], envelope["provider"]
        return cls(**envelope, request=found["req"], results=found["results"] or (), error=found["error"])


def read_result(value: Any) -> Result:
    """Read what `Result.to_payload` printed: a stored answer, to be given again. Raises: Malformed."""
    return _result(value, "result")


def _envelope(sender: str, receiver: str, issued_at: int, expires: int, jti: str) -> dict[str, Any]:
    return {"iss": sender, "aud": receiver, "iat": issued_at, "exp": expires, "jti": jti}


def _read_envelope(found: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the five members that both directions share, named as in a question."""
    if found["iss"] == found["aud"]:
        raise Malformed(f"{where}.aud: the region that signs")
    if found["exp"] <= found["iat"]:
        raise Malformed(f"{where}.exp: not after iat")
    return {
        "asker": found["iss"],
        "provider": found["aud"],
        "issued_at": found["iat"],
        "expires": found["exp"],
        "jti": found["jti"],
    }


def _question(value: Any, where: str) -> Question:
    return Question(**_QUESTION(value, where))


def _item(value: Any, where: str) -> AnsweredItem:
    return AnsweredItem(**_ITEM(value, where))


def _result(value: Any, where: str) -> Result:
    found = Result(**_RESULT(value, where))
    if found.cause is not None and found.items:
        raise Malformed(f"{where}.items: a code that fails has none")
    return found


_ENVELOPE: Mapping[str, Check] = {
    "iss": shapes.region,
    "aud": shapes.region,
    "iat": shapes.numeric_date,
    "exp": shapes.numeric_date,
    "jti": shapes.token_id,
}
_QUESTION = members(
    {
        "code": text(1024),
        "matter": shapes.matter,
        "purpose": shapes.word,
        "verification_id": shapes.verification_id,
        "window": text(20, at_least=0),
    }
)
_REQUEST = members(
    {
        **_ENVELOPE,
        "htm": one_of(METHOD),
        "htu": one_of(PATH),
        "agr": nullable(pattern(r"[0-9A-Za-z._-]{1,64}@sha256:[0-9a-f]{64}", "<id>@sha256:<digest>")),
        "office": text(64),
        "op": text(64),
        "q": listing(_question, at_least=1, at_most=MAX_QUESTIONS),
    }
)
_ITEM = members(
    {
        "kind": shapes.kind,
        "facts": told_facts,
        "disclosed": table(text(64), anything, at_most=_MAX_FIELDS),
        "cert_digest": shapes.digest,
    }
)
_RESULT = members(
    {
        "cause": nullable(shapes.cause),
        "used_at": nullable(shapes.moment),
        "used_where": nullable(text(64)),
        "items": listing(_item, at_most=_MAX_ITEMS),
    }
)
_RESPONSE = members(
    {**_ENVELOPE, "req": shapes.digest},
    {"results": listing(_result, at_most=MAX_QUESTIONS), "error": shapes.cause},
)
