"""A hub of the last release before formats had numbers (3ae5ef0), as its partners meet it: format 1, and nothing else.

Written from what that release did, not with today's readers: it refuses a member, a fact or a cause that it does not
know, and it answers with the certificates that it may tell and not a word of the others.

    FirstFormat.post   a partner that is asked: a strict reader of questions, a writer of answers
    asked              a question of such a partner
    taken              what such a partner makes of our answer; raises AssertionError where it would refuse it
"""

import json
from typing import Any

from certhub_schemas.purposes import Purpose
from certhub_verifier.formats import codes
from certhub_verifier.formats.exchange import envelope
from certhub_verifier.formats.jose import jws

from certhub.adapters.network import PeerDown
from certhub.db.ids import public_id
from certhub.flows.verification.filing import DEFAULT_PURPOSE
from tests.support.region import Region

QUESTION = {"iss", "aud", "iat", "exp", "jti", "htm", "htu", "agr", "office", "op", "q"}
ENTRY = {"code", "matter", "purpose", "verification_id", "window"}
ANSWER = {"iss", "aud", "iat", "exp", "jti", "req"}
RESULT = {"cause", "used_at", "used_where", "items"}
ITEM = {"kind", "facts", "disclosed", "cert_digest"}
FACTS = {
    "well_formed": {"TAMPERED", "STATUS_UNKNOWN", "CODE_PARTIAL", "NOT_OUR_CODE"},
    "signature": {"TAMPERED", "ISSUER_UNKNOWN", "SUITE_MISSING"},
    "stands_behind": {"ISSUER_UNKNOWN", "REGION_ONLY"},
    "issuer_known": {"ISSUER_UNKNOWN"},
    "issuer_entitled": {"ISSUER_NOT_ENTITLED", "ISSUER_UNKNOWN", "NOT_LOGGED"},
    "dates": {"EXPIRED", "NOT_YET_VALID", "CLOCK_WRONG", "CODE_EXPIRED", "EXPIRES_SOON"},
    "status": {
        *("CANCELLED", "REVOKED", "SUSPENDED", "SUPERSEDED", "STATUS_UNKNOWN", "STATUS_AGED", "LIST_TOO_OLD"),
        *("CLOCK_WRONG", "PEER_DOWN", "SUITE_MISSING"),
    },
    "holder_binding": {"BINDING_FAILED", "WRONG_COUNTER", "NOT_BOUND", "NAME_VARIANT"},
    "audience": {"WRONG_COUNTER", "NOT_FOR_MATTER", "NOT_BOUND"},
    "one_time": {"CODE_USED", "USE_UNKNOWN", "PEER_DOWN"},
    "trust_fresh": {"LIST_TOO_OLD", "CLOCK_WRONG", "ISSUER_UNKNOWN"},
    "agreement": {"NO_AGREEMENT"},
    "logged": {"NOT_LOGGED"},
}
ALL = {"名称": "示例小面馆", "法定代表人": "张演示", "成立日期": "2024-01-05"}
GOOD = (
    "well_formed",
    "signature",
    "issuer_known",
    "issuer_entitled",
    "dates",
    "status",
    "audience",
    "one_time",
)


class FirstFormat:
    """A network behind which one region is of that release; `tells` are the kinds of the certificates it tells.

    It tells 名称 alone of each, or (`tells_all`) all that the first matter asks of a licence.
    """

    def __init__(
        self, region: Region, tells: tuple[str, ...], *, audience: bool = True, tells_all: bool = False
    ) -> None:
        self.region, self.tells, self.audience = region, tells, audience
        self.disclosed = ALL if tells_all else {"名称": ALL["名称"]}
        self.questions: list[dict[str, Any]] = []

    def post(self, url: str, body: bytes, *, content_type: str, timeout: float) -> bytes:
        """Read the question as strictly as that release, and answer it; what it refuses is no answer."""
        question = jws.parse(body, envelope.REQUEST_TYP).payload
        self.questions.append(question)
        if set(question) != QUESTION or any(set(entry) != ENTRY for entry in question["q"]):
            raise PeerDown("HTTP 400")
        items = [self._item(kind) for kind in self.tells]
        result = {"cause": None, "used_at": None, "used_where": None, "items": items}
        now = int(self.region.clock.now().timestamp())
        answer = {
            "iss": question["aud"],
            "aud": question["iss"],
            "iat": now,
            "exp": now + 60,
            "jti": public_id(self.region.hub.random),
            "req": envelope.request_digest(body.decode()),
            "results": [result for _ in question["q"]],
        }
        key = self.region.hub.signer(Purpose.EXCHANGE)
        return jws.sign(answer, typ=envelope.RESPONSE_TYP, key=key).encode()

    def get(self, url: str, *, timeout: float) -> bytes:
        """Fetch a public file."""
        return self.region.wire.get(url, timeout=timeout)

    def _item(self, kind: str) -> dict[str, Any]:
        moment = self.region.clock.now().isoformat().removesuffix("+00:00") + "Z"
        names = [name for name in GOOD if self.audience or name != "audience"]
        facts = [{"fact": name, "outcome": "yes", "as_of": moment} for name in names]
        return {"kind": kind, "facts": facts, "disclosed": self.disclosed, "cert_digest": "1" * 64}


def asked(by: Region, of: Region, code: str, matter: str, **changed: Any) -> bytes:
    """Return a question of format 1, signed by a partner of that release."""
    now = int(by.clock.now().timestamp())
    agreement = by.hub.trust.agreement(by.hub.region, of.hub.region, by.clock.now())
    assert agreement is not None
    entry = {
        "code": codes.normalise(code),
        "matter": matter,
        "purpose": DEFAULT_PURPOSE,
        "verification_id": public_id(by.hub.random),
        "window": "2号窗口",
    }
    question = {
        "iss": by.hub.region,
        "aud": of.hub.region,
        "iat": now,
        "exp": now + 60,
        "jti": public_id(by.hub.random),
        "htm": "POST",
        "htu": "/xr/v1/query",
        "agr": agreement.reference,
        "office": "武汉市民之家（演示）",
        "op": "op-7f3a",
        "q": [entry | changed],
    }
    return jws.sign(question, typ=envelope.REQUEST_TYP, key=by.hub.signer(Purpose.EXCHANGE)).encode()


def taken(answer: bytes) -> dict[str, Any]:
    """Return the one result of an answer, once that release has taken every member, fact and cause of it."""
    payload = json.loads(json.dumps(jws.parse(answer, envelope.RESPONSE_TYP).payload))
    results = payload.pop("results")
    assert ANSWER == set(payload)
    [result] = results
    assert RESULT == set(result)
    for item in result["items"]:
        assert ITEM == set(item)
        for fact in item["facts"]:
            assert (
                {"fact", "outcome", "as_of"}
                <= set(fact)
                <= {"fact", "outcome", "as_of", "cause", "evidence", "detail"}
            )
            assert fact["fact"] in FACTS
            assert fact.get("cause") in {None, *FACTS[fact["fact"]]}
    return dict(result)
