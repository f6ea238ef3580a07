"""zlib streams made by hand: the same bytes wherever they are made, and the largest bomb that deflate allows.

Two builds of zlib compress to different bytes; what is compared byte by byte is made here instead.
"""

import struct
import zlib

_WINDOW = b"\x78\x9c"  # RFC 1950: deflate, 32 KiB window
_LONGEST_RUN = 258


def zlib_runs(data: bytes) -> bytes:
    """Return `data` as one fixed-Huffman deflate block in a zlib envelope (RFC 1950, RFC 1951 §3.2.6).

    Literals and runs of one byte; zeros shrink to a 150th.
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
