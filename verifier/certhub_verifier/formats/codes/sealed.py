"""What a sealed code says, in as few characters as a QR code can bear (DESIGN §5 "Codes").

    iss  region, six digits        exp  end, seconds since 1970     jti  96 random bits
    k    kind, 21 characters       s    [status list, index]        d    128 bits of the credential's hash
    c    face claims: at most four, at most 120 bytes as JSON       x    names of those left out, if any

There is no `iat`: the life cap of a code is held against the clock of whoever reads it. A claim that does
not fit is left out and named, never cut: half an address is a wrong address.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from certhub_schemas.text import unfit_within

from certhub_verifier.errors import Malformed
from certhub_verifier.formats.jose import base64url, strict_json

MAX_CLAIMS = 4
MAX_CLAIM_BYTES = 120
MAX_LEFT_OUT = 16
MAX_NAME = 64  # characters of a claim's title
MAX_INDEX = 1 << 32
JTI_BYTES = 12
REF_BYTES = 16

_MEMBERS = {"iss", "exp", "jti", "k", "s", "d", "c"}
_REGION = re.compile(r"[0-9]{6}")
_KIND = re.compile(r"[0-9A-Z]{21}")

Claim = str | int


def mint_jti(random: Callable[[int], bytes]) -> str:
    """Return a new code's id: 96 bits from `random`, 16 characters."""
    return base64url.encode(random(JTI_BYTES))


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedPayload:
    """The payload of a show+jwt or paper+jwt.

    ref       the first 16 bytes of the credential's hash
    claims    title to value, in the kind's display order
    left_out  titles of face claims that did not fit
    """

    iss: str
    exp: int
    jti: str
    kind: str
    list_no: int
    index: int
    ref: bytes
    claims: Mapping[str, Claim]
    left_out: tuple[str, ...] = ()

    @classmethod
    def fit(
        cls,
        *,
        iss: str,
        exp: int,
        jti: str,
        kind: str,
        list_no: int,
        index: int,
        ref: bytes,
        claims: Mapping[str, Claim],
    ) -> Self:
        """Return a payload with as many of `claims` as fit, taken in their order, and the rest named.

        Of `ref`, the credential's hash, the first 16 bytes stand.

        Raises:
            Malformed: anything that `parse` would refuse, or a claim that nobody could read as it stands.
        """
        kept: dict[str, Claim] = {}
        left_out = []
        for name, value in claims.items():
            longer = kept | {name: value}
            if len(longer) <= MAX_CLAIMS and len(strict_json.dumps(longer)) <= MAX_CLAIM_BYTES:
                kept = longer
            else:
                left_out.append(name)
        made = cls(
            iss=iss,
            exp=exp,
            jti=jti,
            kind=kind,
            list_no=list_no,
            index=index,
            ref=ref[:REF_BYTES],
            claims=kept,
            left_out=tuple(left_out),
        )
        return cls.parse(made.build())

    def build(self) -> dict[str, Any]:
        """Return the payload's members, in the order in which they are signed.

        Raises:
            Malformed: a claim that nobody could read as it stands; what others signed is read, and not shown.
        """
        if unfit_within(self.claims, lines=True):
            raise Malformed("a claim holds characters that cannot be seen, or that only one font can show")
        members: dict[str, Any] = {
            "iss": self.iss,
            "exp": self.exp,
            "jti": self.jti,
            "k": self.kind,
            "s": [self.list_no, self.index],
            "d": base64url.encode(self.ref),
            "c": dict(self.claims),
        }
        return members | ({"x": list(self.left_out)} if self.left_out else {})

    @classmethod
    def parse(cls, payload: Mapping[str, Any]) -> Self:
        """Read the members of a payload; its signature and its times are looked at elsewhere.

        Raises:
            Malformed: a member that is missing, unknown, or not of its form.
        """
        if payload.keys() - {"x"} != _MEMBERS:
            raise Malformed("a sealed code has iss, exp, jti, k, s, d, c and at most x")
        list_no, index = _place(payload["s"])
        claims = _claims(payload["c"])
        return cls(
            iss=_matching(payload["iss"], _REGION, "iss is not a region of six digits"),
            exp=_count(payload["exp"], "exp is not a number of seconds"),
            jti=base64url.encode(_bytes(payload["jti"], JTI_BYTES, "jti")),
            kind=_matching(payload["k"], _KIND, "k is not a kind of 21 characters"),
            list_no=list_no,
            index=index,
            ref=_bytes(payload["d"], REF_BYTES, "d"),
            claims=claims,
            left_out=_left_out(payload["x"], claims) if "x" in payload else (),
        )


def _matching(value: Any, form: re.Pattern[str], otherwise: str) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise Malformed(otherwise)
    return value


def _count(value: Any, otherwise: str) -> int:
    if type(value) is not int or value < 0:
        raise Malformed(otherwise)
    return value


def _bytes(value: Any, size: int, name: str) -> bytes:
    data = base64url.decode(value) if isinstance(value, str) else b""
    if len(data) != size:
        raise Malformed(f"{name} is not {size} bytes")
    return data


def _place(value: Any) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2:
        raise Malformed("s is not a list and an index")
    list_no, index = (_count(one, "s is not two whole numbers") for one in value)
    if list_no >= MAX_INDEX or index >= MAX_INDEX:
        raise Malformed("s is out of range")
    return list_no, index


def _claims(value: Any) -> dict[str, Claim]:
    if not isinstance(value, dict) or len(value) > MAX_CLAIMS:
        raise Malformed(f"c is not an object of at most {MAX_CLAIMS} claims")
    for name, claim in value.items():
        _require_name(name)
        if type(claim) is not int and not isinstance(claim, str):
            raise Malformed("a claim in c is neither text nor a whole number")
    if len(strict_json.dumps(value)) > MAX_CLAIM_BYTES:
        raise Malformed(f"c is more than {MAX_CLAIM_BYTES} bytes")
    return value


def _left_out(value: Any, claims: Mapping[str, Claim]) -> tuple[str, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= MAX_LEFT_OUT:
        raise Malformed(f"x is not a list of at most {MAX_LEFT_OUT} names")
    for name in value:
        _require_name(name)
    if len({*value, *claims}) != len(value) + len(claims):
        raise Malformed("x names a claim twice, or one that is there")
    return tuple(value)


def _require_name(name: Any) -> None:
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME:
        raise Malformed(f"a claim's name is not 1 to {MAX_NAME} characters")
