"""The wire formats written down a second time: what the vectors are made with.

Standard library and numbered keys; no format here is the package's, whose readers the vectors hold to account,
so that a good vector says the same thing twice and a bad one can be as wrong as it likes.

    b64 jws             RFC 7515: base64url without padding, compact serialisation
    disclosure sd_jwt   RFC 9901
    crockford pack      base32 and the sealed code's lengths
    zlib_runs           a zlib stream of literals and runs, the same bytes wherever it is made
"""

import json
import struct
import zlib
from base64 import b32encode, urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any

from tests.support.signing import NumberedKey

_CROCKFORD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_WINDOW = b"\x78\x9c"  # RFC 1950: deflate, 32 KiB window
_LONGEST_RUN = 258


def b64(data: bytes) -> str:
    """Return base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Return the bytes of base64url, padded or not."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def compact(value: Any) -> bytes:
    """Return JSON as a token carries it: UTF-8, no blanks, members in the order given."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def digest(data: bytes | str) -> str:
    """Return the hex SHA-256."""
    return sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def jws(
    payload: Any, typ: str, key: NumberedKey, *, header: Any = None, signature: bytes | None = None
) -> str:
    """Return a compact JWS. `payload` and `header` are values or, to be out of form, raw bytes.

    Signed by `key` over exactly these segments, unless a `signature` is given.
    """
    if header is None:
        header = {"alg": key.algorithm.name, "typ": typ} | ({} if typ == "kb+jwt" else {"kid": key.kid})
    parts = [part if isinstance(part, bytes) else compact(part) for part in (header, payload)]
    signed = ".".join(map(b64, parts))
    return f"{signed}.{b64(key.sign(signed.encode()) if signature is None else signature)}"


def signature_of(token: str) -> bytes:
    """Return the raw signature of a compact JWS."""
    return unb64(token.rpartition(".")[2])


def with_signature(token: str, signature: bytes) -> str:
    """Return the token with another signature."""
    return f"{token.rpartition('.')[0]}.{b64(signature)}"


def disclosure(salt: str, *parts: Any) -> str:
    """Return a disclosure: of a claim (name, value), or of an array's element (value)."""
    return b64(compact([salt, *parts]))


def disclosure_digest(encoded: str) -> str:
    """Return what stands in `_sd` for a disclosure."""
    return b64(sha256(encoded.encode()).digest())


def sd_jwt(issuer_jwt: str, *disclosures: str, kb_jwt: str = "") -> str:
    """Return an SD-JWT."""
    return "~".join((issuer_jwt, *disclosures, kb_jwt))


def crockford(data: bytes) -> str:
    """Return base32 with Crockford's alphabet, without padding."""
    return b32encode(data).decode().rstrip("=").translate(_CROCKFORD)


def pack(token: str, prefix: str) -> str:
    """Return a compact JWS as a sealed code."""
    header, payload, signature = map(unb64, token.split("."))
    return prefix + crockford(packed(header, payload, signature))


def packed(header: bytes, payload: bytes, signature: bytes, *, total: int | None = None) -> bytes:
    """Return the bytes inside a sealed code; `total` is what they say of their own length."""
    lengths = [struct.pack(">H", len(part)) + part for part in (header, payload)]
    body = b"".join((*lengths, signature))
    return struct.pack(">H", len(body) + 2 if total is None else total) + body


def statuses(size: int, bits: int, changes: dict[int, int]) -> bytes:
    """Return the byte array of a status list: every status 0 but those in `changes`."""
    data = bytearray(size * bits // 8)
    for index, status in changes.items():
        data[index * bits // 8] |= status << index * bits % 8
    return bytes(data)


def zlib_runs(data: bytes) -> bytes:
    """Return `data` as one fixed-Huffman deflate block in a zlib envelope (RFC 1950, RFC 1951 §3.2.6).

    Two builds of zlib compress to different bytes; this gives the same everywhere, and a run of zeros at
    about 150 to 1.
    """
    out = _Bits()
    out.put(0b011, 3)  # the last block, fixed codes
    at = 0
    while at < len(data):
        if at and data[at : at + _LONGEST_RUN] == data[at - 1 : at] * _LONGEST_RUN:
            out.code(285)
            out.put(0, 5)  # distance 1
            at += _LONGEST_RUN
        else:
            out.code(data[at])
            at += 1
    out.code(256)
    return _WINDOW + out.bytes() + struct.pack(">I", zlib.adler32(data))


def zlib_bomb(size: int) -> bytes:
    """Return at least `size` zero bytes as a zlib stream, 1,032 to 1: the most that deflate can do.

    One dynamic block (RFC 1951 §3.2.7) whose code for "258 times the last byte" is two zero bits.
    """
    runs = -(-(size - 1) // _LONGEST_RUN)
    out = _Bits()
    out.put(0b101, 3)  # the last block, codes of its own
    out.put(286 - 257, 5)
    out.put(1 - 1, 5)
    out.put(18 - 4, 4)
    for length in (0, 0, 1, *[0] * 12, 2, 0, 2):  # code lengths of 16 17 18 … 2 14 1
        out.put(length, 3)
    for symbol, repeat in ((2, 0), (18, 138), (18, 117), (2, 0), (18, 28), (1, 0), (1, 0)):
        out.put({18: 0b0, 1: 0b01, 2: 0b11}[symbol], 1 if symbol == 18 else 2)
        if symbol == 18:
            out.put(repeat - 11, 7)
    out.put(0b01, 2)  # the literal 0
    out.zeros(2 * runs)
    out.put(0b11, 2)  # the end
    length = 1 + runs * _LONGEST_RUN
    return _WINDOW + out.bytes() + struct.pack(">I", (length % 65521) << 16 | 1)


class _Bits:
    """Bits from the least significant end of each byte up; Huffman codes from their most significant bit."""

    def __init__(self) -> None:
        self._value = 0
        self._count = 0
        self._done = bytearray()

    def put(self, value: int, count: int) -> None:
        self._value |= value << self._count
        self._count += count
        while self._count >= 8:
            self._done.append(self._value & 0xFF)
            self._value >>= 8
            self._count -= 8

    def zeros(self, count: int) -> None:
        if count >= 8:
            self._done.append(self._value)
            self._done += bytes(count // 8 - 1)
            self._value = 0
        self.put(0, count % 8)

    def code(self, symbol: int) -> None:
        if symbol < 144:
            word, count = 0x30 + symbol, 8
        elif symbol < 256:
            word, count = 0x190 + symbol - 144, 9
        elif symbol < 280:
            word, count = symbol - 256, 7
        else:
            word, count = 0xC0 + symbol - 280, 8
        self.put(int(f"{word:0{count}b}"[::-1], 2), count)

    def bytes(self) -> bytes:
        return bytes(self._done + (bytes([self._value]) if self._count else b""))
