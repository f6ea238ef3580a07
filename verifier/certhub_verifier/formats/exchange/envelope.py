"""A signed question to another region, and its signed answer (typ xr-req+jwt and xr-res+jwt).

    both       format                            2; without it the message is in format 1
    question   iss, aud, iat, exp, jti           from region to region, 60 s, one of a kind
               htm, htu                          always POST /xr/v1/query
               agr                               <agreement id>@sha256:<digest of its file>, or null
               office, op                        who asks there; the person under a pairwise id
               q                                 [{code, matter, purpose, verification_id, window}]
    answer     iss, aud, iat, exp, jti, req      req is the hex SHA-256 of the question's text
               results                           one per question, in its order: {cause, used_at, used_where,
                                                 shown, items}; or instead
               error                             a code: nothing was answered

An item that is told states kind and its version, facts, issuer and dates, and the fields that the agreement lets
out. For one that may not be told there is a placeholder, `{"withheld": cause}`, so that no certificate that was
shown is left out unseen: there are as many items as `shown`, the number that the ticket names. Format 1 has neither
`shown`, nor placeholders, nor version, issuer and dates: how many certificates were shown nobody learns from it.

Both are kept as evidence: the token is the proof, the HTTP exchange is not needed. The answering region
states facts and cuts the fields; the asking region computes the verdict.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from certhub_verifier.errors import Malformed
from certhub_verifier.formats.exchange import versions
from certhub_verifier.formats.exchange.reported_fact import (
    StatedFact,
    StatedIssuer,
    stated_issuer,
    told_facts,
)
from certhub_verifier.formats.jose import fields
from certhub_verifier.formats.jose.object_schema import (
    Check,
    anything,
    integer,
    listing,
    nullable,
    object_of,
    one_of,
    pattern,
    table,
    text,
)

REQUEST_TYP = "xr-req+jwt"
RESPONSE_TYP = "xr-res+jwt"
METHOD = "POST"
PATH = "/xr/v1/query"
FORMAT = versions.EXCHANGE[-1]
WITHHELD = ("NO_AGREEMENT", "RECORD_GONE")
"""Why a certificate that was shown is not told: the asker may not be told, or the store has it no longer."""
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
    format: int = FORMAT

    def to_payload(self) -> dict[str, Any]:
        """Return the payload to sign.

        Raises:
            Malformed: a value is such that `from_payload` would refuse it.
        """
        payload = {
            **versions.format_member(self.format),
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
            UpgradeNeeded: it is in a newer format.
        """
        number = versions.format_of(payload, versions.EXCHANGE, "question")
        found = _REQUESTS[number](payload, "question")
        return cls(
            format=number,
            **_read_envelope(found, "question"),
            agreement=found["agr"],
            office=found["office"],
            operator=found["op"],
            questions=found["q"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredItem:
    """One certificate behind a code: the facts that its region states, and the fields that it lets out.

    `kind_version` is the version of the kind that its credential names, None where nobody stated it. `valid_from`
    and `valid_to` are its first and its last day; a certificate with a first day and no last one has no end.
    Format 1 states none of the last four.
    """

    kind: str
    facts: tuple[StatedFact, ...]
    disclosed: Mapping[str, Any]
    cert_digest: str
    kind_version: int | None = None
    issuer: StatedIssuer | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def to_payload(self, number: int = FORMAT) -> dict[str, Any]:
        """Return the members of one item in format `number`."""
        payload: dict[str, Any] = {
            "kind": self.kind,
            "facts": [fact.to_payload() for fact in self.facts],
            "disclosed": dict(self.disclosed),
            "cert_digest": self.cert_digest,
        }
        if number > versions.FIRST:
            payload |= {
                "kind_version": self.kind_version,
                "issuer": None if self.issuer is None else self.issuer.to_payload(),
                "valid_from": None if self.valid_from is None else self.valid_from.isoformat(),
                "valid_to": None if self.valid_to is None else self.valid_to.isoformat(),
            }
        return payload


@dataclass(frozen=True, slots=True)
class WithheldItem:
    """One certificate that was shown and is not told: one of `WITHHELD`, and nothing else, not even its kind."""

    cause: str

    def to_payload(self, number: int = FORMAT) -> dict[str, Any]:
        """Return the placeholder. Raises: Malformed: format 1 has none."""
        if number == versions.FIRST:
            raise Malformed("format 1 has no placeholder")
        return {"withheld": self.cause}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The answer to one question: items, or a cause why the code itself fails (used: since when, where).

    `shown` is how many certificates the code names, told or not; None where nobody knows: of a code that fails,
    and in format 1.
    """

    items: tuple[AnsweredItem | WithheldItem, ...]
    cause: str | None = None
    used_at: datetime | None = None
    used_where: str | None = None
    shown: int | None = None

    def to_payload(self, number: int = FORMAT) -> dict[str, Any]:
        """Return the members of one result in format `number`. Raises: Malformed: format 1 cannot say it."""
        return {
            "cause": self.cause,
            "used_at": None if self.used_at is None else fields.instant(self.used_at),
            "used_where": self.used_where,
            **({} if number == versions.FIRST else {"shown": self.shown}),
            "items": [item.to_payload(number) for item in self.items],
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
    format: int = FORMAT

    def to_payload(self) -> dict[str, Any]:
        """Return the payload to sign.

        Raises:
            Malformed: a value is such that `from_payload` would refuse it.
        """
        payload = versions.format_member(self.format) | _envelope(
            self.provider, self.asker, self.issued_at, self.expires, self.jti
        )
        payload["req"] = self.request
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
        envelope = _read_envelope(found, "answer")
        envelope["provider"], envelope["asker"] = envelope["asker"], envelope["provider"]
        return cls(
            **envelope,
            request=found["req"],
            results=found["results"] or (),
            error=found["error"],
            format=number,
        )


def read_result(value: Any) -> Result:
    """Read what `Result.to_payload` printed, in any format: a stored answer, to be given again. Raises: Malformed."""
    is_first = isinstance(value, dict) and "shown" not in value
    return (_first_result if is_first else _result)(value, "result")


def _envelope(sender: str, receiver: str, issued_at: int, expires: int, jti: str) -> dict[str, Any]:
    return {"iss": sender, "aud": receiver, "iat": issued_at, "exp": expires, "jti": jti}


def _read_envelope(payload: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the five members that both directions share, named as in a question."""
    if payload["iss"] == payload["aud"]:
        raise Malformed(f"{where}.aud: the region that signs")
    if payload["exp"] <= payload["iat"]:
        raise Malformed(f"{where}.exp: not after iat")
    return {
        "asker": payload["iss"],
        "provider": payload["aud"],
        "issued_at": payload["iat"],
        "expires": payload["exp"],
        "jti": payload["jti"],
    }


def _question(value: Any, where: str) -> Question:
    return Question(**_QUESTION(value, where))


def _first_item(value: Any, where: str) -> AnsweredItem:
    return AnsweredItem(**_FIRST_ITEM(value, where))


def _item(value: Any, where: str) -> AnsweredItem | WithheldItem:
    if type(value) is dict and "withheld" in value:
        return WithheldItem(_WITHHELD(value, where)["withheld"])
    return AnsweredItem(**_ITEM(value, where))


def _first_result(value: Any, where: str) -> Result:
    return _consistent(Result(**_FIRST_RESULT(value, where)), where)


def _result(value: Any, where: str) -> Result:
    return _consistent(Result(**_RESULT(value, where)), where)


def _consistent(result: Result, where: str) -> Result:
    """Return the result, once it does not contradict itself."""
    if result.cause is not None and (result.items or result.shown is not None):
        raise Malformed(f"{where}.items: a code that fails has none")
    if result.shown is not None and result.shown != len(result.items):
        raise Malformed(f"{where}.items: another number than were shown")
    told = [item.cert_digest for item in result.items if isinstance(item, AnsweredItem)]
    if len(set(told)) != len(told):
        raise Malformed(f"{where}.items: one certificate twice")
    return result


_ENVELOPE: Mapping[str, Check] = {
    "iss": fields.region,
    "aud": fields.region,
    "iat": fields.numeric_date,
    "exp": fields.numeric_date,
    "jti": fields.token_id,
}
_QUESTION = object_of(
    {
        "code": text(1024),
        "matter": fields.matter,
        "purpose": fields.word,
        "verification_id": fields.verification_id,
        "window": text(20, at_least=0),
    }
)
_REQUEST_MEMBERS: Mapping[str, Check] = {
    **_ENVELOPE,
    "htm": one_of(METHOD),
    "htu": one_of(PATH),
    "agr": nullable(pattern(r"[0-9A-Za-z._-]{1,64}@sha256:[0-9a-f]{64}", "<id>@sha256:<digest>")),
    "office": text(64),
    "op": text(64),
    "q": listing(_question, at_least=1, at_most=MAX_QUESTIONS),
}
_REQUESTS = {
    number: object_of({**versions.member(number), **_REQUEST_MEMBERS}) for number in versions.EXCHANGE
}
_ITEM_MEMBERS: Mapping[str, Check] = {
    "kind": fields.kind,
    "facts": told_facts,
    "disclosed": table(text(64), anything, at_most=_MAX_FIELDS),
    "cert_digest": fields.digest,
}
_FIRST_ITEM = object_of(_ITEM_MEMBERS)
_ITEM = object_of(
    {
        **_ITEM_MEMBERS,
        "kind_version": nullable(integer(1, 9999)),
        "issuer": nullable(stated_issuer),
        "valid_from": nullable(fields.day),
        "valid_to": nullable(fields.day),
    }
)
_WITHHELD = object_of({"withheld": one_of(*WITHHELD)})
_RESULT_MEMBERS: Mapping[str, Check] = {
    "cause": nullable(fields.cause),
    "used_at": nullable(fields.moment),
    "used_where": nullable(text(64)),
}
_FIRST_RESULT = object_of({**_RESULT_MEMBERS, "items": listing(_first_item, at_most=_MAX_ITEMS)})
_RESULT = object_of(
    {
        **_RESULT_MEMBERS,
        "shown": nullable(integer(1, _MAX_ITEMS)),
        "items": listing(_item, at_most=_MAX_ITEMS),
    }
)
_RESPONSES = {
    number: object_of(
        {**versions.member(number), **_ENVELOPE, "req": fields.digest},
        {"results": listing(result, at_most=MAX_QUESTIONS), "error": fields.cause},
    )
    for number, result in zip(versions.EXCHANGE, (_first_result, _result), strict=True)
}
