"""What one hub tells another after a look, as it signs it (typ notice+jwt).

    iss, aud, iat, exp, jti   from the hub that tells to the one that it concerns; at most seven days, once by `jti`
    verification_id           the verification that it is about, by its id at the asking region
    kind, body                verdict      {verdict, code, materials}   asking → home   how the check came out
                              outcome      {result}                     asking → home   what the clerk then said of it
                              dispute      {dispute, due_at}            home → asking   the holder says: this was not me
                              settlement   {dispute, finding}           asking → home   what was found

It holds no personal data: no name, no number, no value, and nothing that somebody wrote.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from certhub_verifier.formats.exchange import versions
from certhub_verifier.formats.exchange.heading import HEADING, heading, read_heading
from certhub_verifier.formats.exchange.receipt import MATERIALS
from certhub_verifier.formats.jose import fields
from certhub_verifier.formats.jose.object_schema import Check, anything, nullable, object_of, one_of

TYP = "notice+jwt"
PATH = "/xr/v1/notices"


class NoticeKind(StrEnum):
    """What a notice tells."""

    VERDICT = "verdict"
    OUTCOME = "outcome"
    DISPUTE = "dispute"
    SETTLEMENT = "settlement"


class Settlement(StrEnum):
    """How a dispute was settled: what was found."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"
    RECORD_CORRECTED = "record_corrected"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice; times are whole seconds since 1970, `body` has the members of its kind."""

    sender: str
    receiver: str
    issued_at: int
    expires: int
    jti: str
    verification_id: str
    kind: NoticeKind
    body: Mapping[str, Any]

    def to_payload(self) -> dict[str, Any]:
        """Return the payload to sign.

        Raises:
            Malformed: a value is such that `from_payload` would refuse it.
        """
        payload = {
            **heading(self.sender, self.receiver, self.issued_at, self.expires, self.jti),
            "verification_id": self.verification_id,
            "kind": self.kind.value,
            "body": dict(self.body),
        }
        Notice.from_payload(payload)
        return payload

    @classmethod
    def from_payload(cls, payload: Any) -> "Notice":
        """Read a notice. Whether it is fresh, and meant for us, is the caller's to judge.

        Raises:
            Malformed: an unknown or missing member, a wrong type or shape, or a hub that tells itself.
            UpgradeNeeded: it is in a newer format.
        """
        versions.format_of(payload, versions.NOTICE, "notice")
        found = _NOTICE(payload, "notice")
        kind = NoticeKind(found["kind"])
        return cls(
            **read_heading(found, "notice", sender="sender", receiver="receiver"),
            verification_id=found["verification_id"],
            kind=kind,
            body=_BODIES[kind](found["body"], "notice.body"),
        )


_BODIES: Mapping[NoticeKind, Check] = {
    NoticeKind.VERDICT: object_of(
        {
            "verdict": fields.verdict,
            "code": fields.cause,
            "materials": nullable(one_of(*MATERIALS)),
        }
    ),
    NoticeKind.OUTCOME: object_of({"result": one_of("confirmed", "not_the_person", "reported")}),
    NoticeKind.DISPUTE: object_of({"dispute": fields.token_id, "due_at": fields.numeric_date}),
    NoticeKind.SETTLEMENT: object_of(
        {"dispute": fields.token_id, "finding": one_of(*(one.value for one in Settlement))}
    ),
}
_NOTICE = object_of(
    {
        **HEADING,
        "verification_id": fields.verification_id,
        "kind": one_of(*(one.value for one in NoticeKind)),
        "body": anything,
    }
)
