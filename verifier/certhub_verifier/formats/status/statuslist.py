"""Status lists: one small number for each of many credentials, packed, deflated and signed.

Token Status List (draft-ietf-oauth-status-list-20): "Compressed Byte Array" §4.1, "Status List Token in
JWT Format" §5.1. Statuses of 1, 2, 4 or 8 bits sit in each byte from the least significant bit up:

    bits 2      byte   ┌ index 3 ┬ index 2 ┬ index 1 ┬ index 0 ┐

`lst` is base64url of the bytes in zlib form (RFC 1950). Any compression level is read; inflating stops at
a bound, since a list of 8 MiB and a bomb of 1 GiB are the same few kilobytes on the way.

How long a list may be relied on is said by three members and a limit (§5.1, §11.2), in this order:

    iat    made then; a later time than now is a clock that is wrong, its own or ours
    exp    the end: nothing is said any more, whatever a matter allows
    limit  the reader's own, per matter
    ttl    a newer one should be fetched; until the limit the list still speaks

A newer copy replaces a held one, never the other way: `newer_than` refuses the old list that somebody on the
way plays back, and two lists of one second. One that is dated ahead of the reader is never kept: it would block
every later one until its date. Where one is held all the same, only a list of this very moment replaces it, since
nobody can play back what has just been signed.

A status URI is a name, `https://<region>.certhub.example/status/<list>`: where the file lies is told by
the trust set (DESIGN §5 "Credential").
"""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, Self

from certhub_verifier.errors import Malformed, VerifierError
from certhub_verifier.formats.jose import base64url

VALID, INVALID, SUSPENDED = 0, 1, 2  # Token Status List §7.1; 3 is for applications
OUR_BITS = 2  # DESIGN D5
BLOCK = 256  # bytes compared at once: two lists that follow each other differ in few
MIN_SLOTS = 131_072  # DESIGN D5: a list that we make hides whom a question is about among as many
MAX_INFLATED = 1 << 23  # bytes: 32 Mi of our statuses, 8 Mi of one byte; to there a bomb costs 25 ms
MAX_TTL = 31_536_000  # seconds: a year; more is a slip
MAX_AHEAD_SECONDS = 60  # how far a list's clock may be ahead of the reader's (trust-and-security §1.6)
RECENT_SECONDS = 120  # of this moment: signed anew each 15 s, fetched each 30 s, clocks 60 s apart
_INFLATED_AT_ONCE = 1 << 18  # bytes: what a bomb costs beyond the bound

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
        return cls(bits, _inflated(base64url.decode(lst), max_bytes))

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
        data, bits, size, mask = bytearray(self.data), self.bits, self.size, (1 << self.bits) - 1
        for index, status in changes.items():
            if not 0 <= index < size:
                self._require_index(index)
            if not 0 <= status <= mask:
                raise Malformed(f"a status of more than {bits} bits")
            bit = index * bits
            data[bit >> 3] = data[bit >> 3] & ~(mask << (bit & 7)) | status << (bit & 7)
        return type(self)(self.bits, bytes(data))

    def differing(self, other: Self) -> list[int]:
        """Return the indexes at which two lists of one shape say different things, in order.

        Raises:
            Malformed: they differ in size or in bits.
        """
        if (self.bits, len(self.data)) != (other.bits, len(other.data)):
            raise Malformed("two status lists of different shapes")
        each, mine, theirs = 8 // self.bits, self.data, other.data
        blocks = [at for at in range(0, len(mine), BLOCK) if mine[at : at + BLOCK] != theirs[at : at + BLOCK]]
        places = (place for at in blocks for place in range(at, min(at + BLOCK, len(mine))))
        indexes = (
            place * each + step for place in places if mine[place] != theirs[place] for step in range(each)
        )
        return [index for index in indexes if self.get(index) != other.get(index)]

    def pack(self, level: int = 9) -> str:
        """Return `lst`: base64url of the bytes in zlib form, deflated at `level` (0 to 9)."""
        return base64url.encode(zlib.compress(self.data, level))

    def _require_index(self, index: int) -> None:
        if not 0 <= index < self.size:
            raise Malformed("the status list has no such index")


class Freshness(StrEnum):
    """How far a list may be relied on at some time."""

    FUTURE = "future"  # it is dated after now: a clock is wrong
    ENDED = "ended"  # past its exp
    TOO_OLD = "too_old"  # past the reader's limit
    AGED = "aged"  # past its ttl: a newer one is due
    FRESH = "fresh"


class DatedAhead(VerifierError):
    """The list is dated after now: a clock is wrong, its signer's or the reader's."""


class RolledBack(VerifierError):
    """The list is older than the one that is held, or another one of the same second, or of another name."""


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

    def freshness(self, *, now: int, limit_seconds: int) -> Freshness:
        """Tell how far to rely on the list at `now` (seconds since 1970) where it may be that old at most."""
        age = now - self.iat
        if age < -MAX_AHEAD_SECONDS:
            return Freshness.FUTURE
        if now >= self.exp:
            return Freshness.ENDED
        if age > limit_seconds:
            return Freshness.TOO_OLD
        return Freshness.AGED if age > self.ttl else Freshness.FRESH

    def newer_than(self, held: "StatusStatement | None", *, now: int) -> bool:
        """Tell whether to keep this one instead of `held` at `now` (seconds since 1970); False for the same one.

        The caller owes: that both were verified, and a `now` that it believes.

        Raises:
            DatedAhead: it says that it was made later than now; nobody can rely on it, so it replaces nothing.
            RolledBack: `held` is of another name or of a later second, or says something else of the same
                second. What is held stays; who served this one is worth a look.
        """
        if self.iat > now + MAX_AHEAD_SECONDS:
            raise DatedAhead("a list that is dated after now")
        if held is None:
            return True
        if self.sub != held.sub:
            raise RolledBack("another list than the one that is held")
        if held.iat > now + MAX_AHEAD_SECONDS:
            if self.iat < now - RECENT_SECONDS:
                raise RolledBack("an old list, where one that is dated ahead is held")
            return True
        if self.iat < held.iat:
            raise RolledBack("an older list than the one that is held")
        if self.iat == held.iat and self != held:
            raise RolledBack("two lists of one second that say different things")
        return self.iat > held.iat


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


def _inflated(packed: bytes, max_bytes: int) -> bytes:
    """Return the bytes of one whole zlib stream (RFC 1950), made in pieces so that a bomb is soon given up."""
    inflater = zlib.decompressobj()
    pieces: list[bytes] = []
    size = 0
    try:
        while not inflater.eof:
            piece = inflater.decompress(packed, _INFLATED_AT_ONCE)
            packed, size = inflater.unconsumed_tail, size + len(piece)
            if size > max_bytes:
                raise Malformed(f"status list inflates to more than {max_bytes} bytes")
            if not piece and not packed and not inflater.eof:
                break  # cut short
            pieces.append(piece)
    except zlib.error as broken:
        raise Malformed("status list is not zlib") from broken
    if not inflater.eof or inflater.unused_data:
        raise Malformed("status list does not end where its zlib stream ends")
    return b"".join(pieces)


def _require_bits(bits: int) -> None:
    if bits not in _BITS:
        raise Malformed("a status has 1, 2, 4 or 8 bits")


def _seconds(payload: Mapping[str, Any], name: str) -> int:
    value = payload.get(name)
    if type(value) is not int or value < 0:
        raise Malformed(f"{name} is not a whole number of seconds")
    return value
