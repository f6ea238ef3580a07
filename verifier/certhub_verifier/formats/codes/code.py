"""What a QR code says: a ticket, a sealed code, or the code of a counter's request (DESIGN D6 and §5 "Codes").

    EC1 4242 XXXXXXXXXXXXX                        ticket, 20 characters
        │    └ 65 random bits
        └ the minting region's GB/T 2260 code, 20 bits
    EC2 base32( total₂ ‖ length₂ header ‖ length₂ payload ‖ signature₆₄ )     sealed code, show+jwt
    EC3 the same                                                              paper code, paper+jwt
    EC4 4242 XXXXXXXXXXXXX                        a counter's request, as short as a ticket: a holder's phone reads it

All are upper-case Crockford base32. The lengths are big-endian and two bytes; `total` counts every byte,
its own two included, so that a code cut short by a scanner says so. A ticket has no check digit: a wrong
character makes another ticket, which nobody has minted. A counter never reads a request's code: to `read_code` it is
none. What is inside a sealed code: `formats.sealed`.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, Literal

from certhub_verifier.errors import Malformed
from certhub_verifier.formats.codes import crockford
from certhub_verifier.formats.codes.crockford import normalise
from certhub_verifier.formats.codes.sealed import SealedPayload
from certhub_verifier.formats.jose import base64url

__all__ = [
    "SEALED_TYPES",
    "CodeAltered",
    "CodePartial",
    "NotOurCode",
    "RequestCode",
    "Sealed",
    "SealedPayload",
    "SealedPrefix",
    "Ticket",
    "mint_request",
    "mint_ticket",
    "normalise",
    "pack",
    "read_code",
    "read_request",
    "ticket_hash",
]

SealedPrefix = Literal["EC2", "EC3"]
SEALED_TYPES: Mapping[SealedPrefix, str] = MappingProxyType({"EC2": "show+jwt", "EC3": "paper+jwt"})

TICKET_LENGTH = 20
SECRET_BITS = 65
MAX_TEXT = 16_384  # characters read at all: twice the longest sealed code, hyphens and all

_TICKET, _REQUEST = "EC1", "EC4"
_PREFIX_LENGTH = 3
_REGION_LENGTH = 4
_SECRET_LENGTH = SECRET_BITS // 5
_LARGEST_REGION = 999_999
_SIGNATURE_BYTES = 64  # every suite in the registry
_OVERHEAD = 2 + 2 + 2 + _SIGNATURE_BYTES
_SMALLEST = _OVERHEAD + 2
_LARGEST = 0xFFFF


class NotOurCode(Malformed):
    """No ticket, sealed code or paper code."""

    code: ClassVar[str] = "NOT_OUR_CODE"


class CodePartial(Malformed):
    """The beginning of a code: `received` of `expected` characters.

    Where even the length is missing, `expected` is that of the shortest code there can be.
    """

    code: ClassVar[str] = "CODE_PARTIAL"

    def __init__(self, received: int, expected: int) -> None:
        super().__init__(f"{received} of {expected} characters of a code")
        self.received, self.expected = received, expected


class CodeAltered(Malformed):
    """A sealed code of the right length whose bytes do not fit together."""

    code: ClassVar[str] = "TAMPERED"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A one-time code: which hub minted it (six digits), and 65 bits that only this hub knows again."""

    region: str
    secret: int = field(repr=False)

    def __post_init__(self) -> None:
        if not (len(self.region) == 6 and self.region.isascii() and self.region.isdigit()):
            raise ValueError("a region is six digits")
        if not 0 <= self.secret < 1 << SECRET_BITS:
            raise ValueError(f"a ticket's secret is {SECRET_BITS} bits")

    def __str__(self) -> str:
        """Return the 20 characters of the QR code."""
        return _TICKET + _short(self.region, self.secret)


@dataclass(frozen=True, slots=True)
class RequestCode:
    """The code of a counter's request: which region asks (six digits), and 65 bits that only its hub knows again."""

    region: str
    secret: int = field(repr=False)

    def __str__(self) -> str:
        """Return the 20 characters of the QR code."""
        return _REQUEST + _short(self.region, self.secret)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed code, unpacked: a compact JWS whose signature nobody has looked at."""

    prefix: SealedPrefix
    jws: str

    @property
    def typ(self) -> str:
        """The token type that its prefix promises."""
        return SEALED_TYPES[self.prefix]


def mint_ticket(region: str, *, random: Callable[[int], bytes]) -> str:
    """Return a new ticket of `region` (six digits), made of nine bytes from `random`.

    Raises:
        ValueError: `region` is not six digits.
    """
    return str(Ticket(region, _secret(random)))


def mint_request(region: str, *, random: Callable[[int], bytes]) -> str:
    """Return a new code for a request of `region` (six digits), made of nine bytes from `random`."""
    return str(RequestCode(region, _secret(random)))


def read_request(text: str) -> RequestCode:
    """Read the code of a counter's request, as a phone or a keyboard gave it.

    Raises:
        NotOurCode: it is something else.
        CodePartial: it stops before its end.
    """
    word = normalise(text) if len(text) <= MAX_TEXT else ""
    if not word.startswith(_REQUEST):
        raise NotOurCode("does not start like a request")
    return RequestCode(*_read_short(word))


def ticket_hash(code: str) -> bytes:
    """Return SHA-256 of the code as it was meant (32 bytes): what the hub keeps in place of the ticket."""
    return hashlib.sha256(normalise(code).encode("utf-8", "replace")).digest()


def read_code(text: str) -> Ticket | Sealed:
    """Read what a scanner, a keyboard or a clipboard gave.

    Raises:
        NotOurCode: it is something else.
        CodePartial: it stops before its end.
        CodeAltered: a sealed code that is all there and does not fit together.
    """
    word = normalise(text) if len(text) <= MAX_TEXT else ""
    if word.startswith(_TICKET):
        return _read_ticket(word)
    for prefix in SEALED_TYPES:
        if word.startswith(prefix):
            return Sealed(prefix, _read_sealed(word))
    raise NotOurCode("starts like none of our codes")


def pack(jws: str, prefix: SealedPrefix) -> str:
    """Return the compact `jws` as a code that starts with `prefix`.

    Raises:
        Malformed: not three canonical segments, no 64-byte signature, or too long for two-byte lengths.
    """
    parts = [base64url.decode(segment) for segment in jws.split(".")]
    if len(parts) != 3 or not parts[0] or not parts[1] or len(parts[2]) != _SIGNATURE_BYTES:
        raise Malformed("not a compact JWS with a 64-byte signature")
    header, payload, signature = parts
    total = _OVERHEAD + len(header) + len(payload)
    if total > _LARGEST:
        raise Malformed(f"a sealed code of more than {_LARGEST} bytes")
    body = [total.to_bytes(2, "big"), *(len(p).to_bytes(2, "big") + p for p in (header, payload)), signature]
    return prefix + crockford.encode(b"".join(body))


def _secret(random: Callable[[int], bytes]) -> int:
    return int.from_bytes(random(9), "big") & ((1 << SECRET_BITS) - 1)


def _short(region: str, secret: int) -> str:
    """Return what follows the prefix of a code of 20 characters."""
    return crockford.digits(int(region), _REGION_LENGTH) + crockford.digits(secret, _SECRET_LENGTH)


def _read_ticket(word: str) -> Ticket:
    return Ticket(*_read_short(word))


def _read_short(word: str) -> tuple[str, int]:
    """Return region and secret of a code of 20 characters, which is normalised."""
    if not crockford.is_word(word):
        raise NotOurCode("a ticket with a character of another alphabet")
    if len(word) < TICKET_LENGTH:
        raise CodePartial(len(word), TICKET_LENGTH)
    if len(word) > TICKET_LENGTH:
        raise NotOurCode("longer than a ticket")
    end_of_region = _PREFIX_LENGTH + _REGION_LENGTH
    region = crockford.number(word[_PREFIX_LENGTH:end_of_region])
    if region > _LARGEST_REGION:
        raise NotOurCode("a ticket of no region")
    return f"{region:06d}", crockford.number(word[end_of_region:])


def _read_sealed(word: str) -> str:
    """Return the compact JWS that was packed into `word`, which is normalised."""
    body = word[_PREFIX_LENGTH:]
    if not crockford.is_word(body):
        raise CodeAltered("a character of another alphabet")
    if len(body) < 4:  # the 16 bits of the length take four characters
        raise CodePartial(len(word), _PREFIX_LENGTH + crockford.text_length(_SMALLEST))
    total = crockford.number(body[:4]) >> 4
    expected = crockford.text_length(total)
    if len(body) < expected:
        raise CodePartial(len(word), _PREFIX_LENGTH + expected)
    try:
        data = crockford.decode(body)
    except Malformed as broken:
        raise CodeAltered(broken.reason) from broken
    if total < _SMALLEST or len(data) != total:
        raise CodeAltered("its length is not what it says")
    header, payload, signature = _unpack(data)
    return ".".join(map(base64url.encode, (header, payload, signature)))


def _unpack(data: bytes) -> tuple[bytes, bytes, bytes]:
    """Return header, payload and signature; the lengths inside have to fill `data` exactly."""
    start = 4
    end = start + int.from_bytes(data[2:start], "big")
    header = data[start:end]
    start = end + 2
    end = start + int.from_bytes(data[start - 2 : start], "big")
    payload = data[start:end]
    if not header or not payload or end + _SIGNATURE_BYTES != len(data):
        raise CodeAltered("the lengths of its parts do not add up")
    return header, payload, data[end:]
