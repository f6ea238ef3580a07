"""A counter's request, as the asking region signs it for the holder's home hub (typ request+jwt).

    iss, aud, iat, exp, jti          from the asking region to the home region that fetched it; at most ten minutes
    request                          the request's id at the asking region
    unit, office, window             who asks, where: {code, name} each; a code is empty until it is registered
    matter, matter_digest, mode      what for, and the mode that the matter demands
    case                             the case under a name that means nothing elsewhere, or null
    match                            the two digits that the counter shows once the request was opened
    declared                         {title: value}, one at most: what somebody declared, to be compared (`equals`)
    settled                          {requirement: state}: what the case has already (`met`), or the clerk declared away
                                     or the case rules out (`not_applicable`); of whom, or by what, is not told

It holds nothing of the holder: no identity number that a clerk read stands in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from certhub_schemas.predicates import REQUIREMENT_ID
from certhub_schemas.requirements import MAX_REQUIREMENTS, MODES, Mode

from certhub_verifier.formats.exchange import versions
from certhub_verifier.formats.exchange.heading import HEADING, heading, read_heading
from certhub_verifier.formats.jose import fields
from certhub_verifier.formats.jose.object_schema import nullable, object_of, one_of, pattern, table, text

TYP = "request+jwt"
MAX_DECLARED = 1
SETTLED = ("met", "not_applicable")


@dataclass(frozen=True, slots=True)
class Place:
    """An office or a window: its code, empty until it is registered, and its name."""

    code: str
    name: str

    def to_payload(self) -> dict[str, str]:
        """Return the members."""
        return {"code": self.code, "name": self.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterRequest:
    """A counter's request; times are whole seconds since 1970, `declared` is by claim title.

    A hub keeps one for a holder of its own in the same form, unsigned: `asker` and `home` are one then.
    """

    asker: str
    home: str
    issued_at: int
    expires: int
    jti: str
    request: str
    unit: str
    office: Place
    window: Place
    matter: str
    matter_digest: str
    case: str | None
    mode: Mode
    match: str
    declared: Mapping[str, str] = field(default_factory=dict)
    settled: Mapping[str, str] = field(default_factory=dict)

    def to_payload(self) -> dict[str, Any]:
        """Return the payload to sign.

        Raises:
            Malformed: a value is such that `from_payload` would refuse it.
        """
        payload = {
            **heading(self.asker, self.home, self.issued_at, self.expires, self.jti),
            "request": self.request,
            "unit": self.unit,
            "office": self.office.to_payload(),
            "window": self.window.to_payload(),
            "matter": self.matter,
            "matter_digest": self.matter_digest,
            "case": self.case,
            "mode": self.mode,
            "match": self.match,
            **({"declared": dict(self.declared)} if self.declared else {}),
            **({"settled": dict(self.settled)} if self.settled else {}),
        }
        CounterRequest.from_payload(payload)
        return payload

    @classmethod
    def from_payload(cls, payload: Any) -> "CounterRequest":
        """Read a request. Whether it is fresh, and meant for us, is the caller's to judge.

        Raises:
            Malformed: an unknown or missing member, a wrong type or shape.
            UpgradeNeeded: it is in a newer format.
        """
        versions.format_of(payload, versions.REQUEST, "request")
        found = _REQUEST(payload, "request")
        told = {name: value for name, value in found.items() if name not in HEADING}
        return cls(
            **read_heading(found, "request", sender="asker", receiver="home", may_stay=True),
            **{**told, "declared": told["declared"] or {}, "settled": told["settled"] or {}},
        )


def _place(value: Any, where: str) -> Place:
    return Place(**_PLACE(value, where))


_PLACE = object_of({"code": text(32, at_least=0), "name": text(64, at_least=0)})
_REQUEST = object_of(
    {
        **HEADING,
        "request": fields.token_id,
        "unit": fields.unit,
        "office": _place,
        "window": _place,
        "matter": fields.matter,
        "matter_digest": fields.digest,
        "case": nullable(fields.token_id),
        "mode": one_of(*MODES),
        "match": pattern(r"[0-9]{2}", "two digits"),
    },
    {
        "declared": table(text(64), text(400), at_most=MAX_DECLARED),
        "settled": table(
            pattern(REQUIREMENT_ID, "an id of a requirement"), one_of(*SETTLED), at_most=MAX_REQUIREMENTS
        ),
    },
)
