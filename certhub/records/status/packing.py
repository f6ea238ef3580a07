"""A status list deflated block by block, so that one change costs one block.

    zlib stream (RFC 1950)   header ‖ block ‖ block ‖ … ‖ last block, empty ‖ Adler-32 of all bytes
    block                    BLOCK bytes, deflated on their own and ended by a full flush (RFC 1951 §3.2.4)

A block that is flushed in full refers to nothing before it and ends at a whole byte: such blocks are joined as they
are. Every reader of zlib reads them as one stream.
"""

import zlib
from functools import lru_cache

from certhub_verifier.formats.jose import base64url
from certhub_verifier.formats.status.statuslist import StatusList

BLOCK = (
    4_096  # bytes: a list of 131,072 slots has eight; smaller ones cost more bytes in all than they save time
)
KEPT_BLOCKS = 1_024  # of this process: those of 128 lists, 8 MB at the most
FAST = 1  # zlib level: a list changes often and is small; level 9 costs 16 times as much for 13 % fewer bytes
_RAW = -zlib.MAX_WBITS
_HEADER, _LAST_BLOCK = b"\x78\x01", b"\x03\x00"


def pack(statuses: StatusList) -> str:
    """Return `lst` (Token Status List §4.1): base64url of the bytes in zlib form."""
    data = statuses.data
    blocks = (_deflated(data[at : at + BLOCK]) for at in range(0, len(data), BLOCK))
    return base64url.encode(b"".join((_HEADER, *blocks, _LAST_BLOCK, zlib.adler32(data).to_bytes(4, "big"))))


@lru_cache(KEPT_BLOCKS)
def _deflated(block: bytes) -> bytes:
    """Return a block deflated; it is kept under all that it holds."""
    deflater = zlib.compressobj(FAST, zlib.DEFLATED, _RAW)
    return deflater.compress(block) + deflater.flush(zlib.Z_FULL_FLUSH)
