"""Status lists: one small number for each of many credentials, packed, deflated and signed.

Token Status List (draft-ietf-oauth-status-list-20): "Compressed Byte Array" §4.1, "Status List Token in
JWT Format" §5.1. Statuses of 1, 2, 4 or 8 bits sit in each byte from the least significant bit up:

    bits 2      byte   ┌ index 3 ┬ index 2 ┬ index 1 ┬ index 0 ┐

`lst` is base64url of the bytes in zlib form (RFC 1950). Any compression level is read; inflating stops at
a bound, since a list of 16 MiB and a bomb of 1 GiB are the same few kilobytes on the way.

A status URI is a name, `https://<region>.certhub.example/status/<list>`: where the file lies is told by
the trust set (DESIGN §5 "Credential").
"""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from certhub_verifier.errors import Malformed
from certhub_verifier.formats import base64url

VALID, INVALID, SUSPENDED = 0, 1, 2  # Token Status List §7.1; 3 is for applications
OUR_BITS = 2  # DESIGN D5
MIN_SLOTS = 131_072  # DESIGN D5: a list that we make hides whom a question is about among as many
MAX_INFLATED = 1 << 24  # bytes: 16 Mi one-byte statuses; stops zip bombs
MAX_TTL = 31_536_000  # seconds: a year; more is a slip

_BITS = (1, 2, 4, 8)
_URI = re.compile(r"https://([0-9]{6})\.certhub\.example/status/(0|[1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True)
class StatusList:
    """Packed statuses of `bits` bits each."""

    bits: int
    data: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _require_bits(self.bits)

    @classmethod
    def blank(cls, size: int, bits: int = OUR_BITS) -> Self:
        """Return `size` statuses of 0.

        Raises:
            Malformed: `bits` is not 1, 2, 4 or 8.
            ValueError: fewer than MIN_SLOTS, or not whole bytes; a fault of the caller.
        """
        _require_bits(bits)
        if size < MIN_SLOTS or size * bits % 8:
            raise ValueError(f"a list has at least {MIN_SLOTS} statuses and fills its bytes")
        return cls(bits, bytes(size * bits // 8))

    @classmethod
    def unpack(cls, lst: str, bits: int, max_bytes: int = MAX_INFLATED) -> Self:
        """Return the list that `lst` (base64url of zlib) holds.

        Raises:
            Malformed: not base64url, not one whole zlib stream and nothing after it, or more than
                `max_bytes` when inflated.
        """
        _require_bits(bits)
        packed = base64url.decode(lst)
        inflater = zlib.decompressobj()
        try:
            data = inflater.decompress(packed, max_bytes + 1)
        except zlib.error as broken:
            raise Malformed("status list is not zlib") from broken
        if len(data) > max_bytes or inflater.unconsumed_tail:
            raise Malformed(f"status list inflates to more than {max_bytes} bytes")
        if not inflater.eof or inflater.unused_data:
            raise Malformed("status list does not end where its zlib stream ends")
        return cls(bits, data)

    @property
    def size(self) -> int:
        """How many statuses there are."""
        return len(self.data) * 8 // self.bits

    def get(self, index: int) -> int:
        """Return the status at `index`, 0 ≤ status < 2**bits.

        Raises:
            Malformed: the list has no such index; it says nothing of the credential, never that it is good.
        """
        self._require_index(index)
        bit = index * self.bits
        return self.data[bit >> 3] >> (bit & 7) & ((1 << self.bits) - 1)

    def with_statuses(self, changes: Mapping[int, int]) -> Self:
        """Return a list that differs from this one in `changes`, index to status.

        Raises:
            Malformed: no such index, or a status of more than `bits` bits.
        """
        data, mask = bytearray(self.data), (1 << self.bits) - 1
        for index, status in changes.items():
            self._require_index(index)
            if not 0 <= status <= mask:
                raise Malformed(f"a status of more than {self.bits} bits")
            bit = index * self.bits
            data[bit >> 3] = data[bit >> 3] & ~(mask << (bit & 7)) | status << (bit & 7)
        return type(self)(self.bits, bytes(data))

    def pack(self, level: int = 9) -> str:
        """Return `lst`: base64url of the bytes in zlib form, deflated at `level` (0 to 9)."""
        return base64url.encode(zlib.compress(self.data, level))

    def _require_index(self, index: int) -> None:
        if not 0 <= index < self.size:
            raise Malformed("the status list has no such index")


@dataclass(frozen=True, slots=True)
class StatusStatement:
    """What a status list token says.

    sub   the URI that credentials name
    iat, exp  seconds since 1970
    ttl   seconds after which a newer one should be fetched
    """

    sub: str
    iat: int
    exp: int
    ttl: int
    statuses: StatusList


class StatusUri(NamedTuple):
    """A status URI taken apart: region (six digits) and number of the list."""

    region: str
    list_no: int


def statement(*, sub: str, bits: int, lst: str, iat: int, exp: int, ttl: int) -> dict[str, Any]:
    """Return the payload of a status list token, `lst` already packed."""
    return {"sub": sub, "iat": iat, "exp": exp, "ttl": ttl, "status_list": {"bits": bits, "lst": lst}}


def parse_statement(payload: Mapping[str, Any]) -> StatusStatement:
    """Read the payload of a status list token; unknown members are passed over (draft §5.1).

    Raises:
        Malformed: a member that is missing or not of its form, or a list that does not unpack.
    """
    sub, packed = payload.get("sub"), payload.get("status_list")
    if not isinstance(sub, str) or not isinstance(packed, dict):
        raise Malformed("a status list token without sub or status_list")
    bits, lst = packed.get("bits"), packed.get("lst")
    if type(bits) is not int or not isinstance(lst, str):
        raise Malformed("status_list without bits or lst")
    iat, exp, ttl = (_seconds(payload, name) for name in ("iat", "exp", "ttl"))
    if not 0 < ttl <= MAX_TTL or exp <= iat:
        raise Malformed("a status list token that lives for no time, or whose ttl is no time")
    return StatusStatement(sub, iat, exp, ttl, StatusList.unpack(lst, bits))


def status_uri(region: str, list_no: int) -> str:
    """Return the name of list `list_no` of `region` (six digits).

    Raises:
        Malformed: there can be no such list.
    """
    uri = f"https://{region}.certhub.example/status/{list_no}"
    parse_status_uri(uri)
    return uri


def parse_status_uri(uri: str) -> StatusUri:
    """Take a status URI apart.

    Raises:
        Malformed: not a status URI as `status_uri` spells it.
    """
    found = _URI.fullmatch(uri)
    if found is None:
        raise Malformed("not a status URI of a region")
    return StatusUri(found[1], int(found[2]))


def _require_bits(bits: int) -> None:
    if bits not in _BITS:
        raise Malformed("a status has 1, 2, 4 or 8 bits")


def _seconds(payload: Mapping[str, Any], name: str) -> int:
    value = payload.get(name)
    if type(value) is not int or value < 0:
        raise Malformed(f"{name} is not a whole number of seconds")
    return value
