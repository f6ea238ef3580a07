"""Personal data at rest: one sealed blob per row, found by one keyed blind index.

    blob   = 0x01 ‖ suite ‖ key number (2 bytes) ‖ nonce (12 bytes) ‖ AES-256-GCM ciphertext and tag
    AAD    = table ‖ 0x00 ‖ row id ‖ 0x00 ‖ key number      a blob cannot be moved to another row
    index  = HMAC-SHA-256(index key, holder type ‖ 0x00 ‖ number), first 16 bytes
    bucket = first 12 bits of HMAC-SHA-256(bucket key, index)   its key is never rotated
    mac    = HMAC-SHA-256(row key, table ‖ row id ‖ columns)     certhub/db/grants.py says over what
    row key = HKDF-SHA-256(data key, info "certhub rows 1")      derived, so that a key store of before has it

The suite byte lets SM4-GCM cells stand beside AES ones later. Keys come from the key store; the blind index
key is never in the database, since identity numbers are few enough (about 10^11) to be guessed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from certhub.errors import Unverified

VERSION, AES_256_GCM, KEY_NUMBER, NONCE_BYTES = 1, 1, 1, 12
HEADER = bytes([VERSION, AES_256_GCM]) + KEY_NUMBER.to_bytes(2, "big")


class BlobRefused(Unverified):
    """A sealed blob does not open: altered, moved to another row, or made under another key."""

    code = "BLOB_REFUSED"


@dataclass(frozen=True)
class Vault:
    """Seals and opens blobs; computes blind indexes, buckets and keyed digests."""

    data_key: bytes = field(repr=False)
    index_key: bytes = field(repr=False)
    bucket_key: bytes = field(repr=False)
    event_key: bytes = field(repr=False)
    random: Callable[[int], bytes]

    def seal(self, table: str, row: str, plain: bytes) -> bytes:
        """Seal `plain` for one row of one table."""
        nonce = self.random(NONCE_BYTES)
        return HEADER + nonce + self._cipher.encrypt(nonce, plain, _aad(table, row))

    def open(self, table: str, row: str, blob: bytes) -> bytes:
        """Open a blob that `seal` made for this very row.

        Raises:
            BlobRefused: it was altered, moved, or sealed under another key.
        """
        if blob[: len(HEADER)] != HEADER:
            raise BlobRefused(f"a blob of table {table} has an unknown header")
        nonce, sealed = blob[len(HEADER) : len(HEADER) + NONCE_BYTES], blob[len(HEADER) + NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, sealed, _aad(table, row))
        except (InvalidTag, ValueError) as broken:  # ValueError: cut so short that no nonce or tag is left
            raise BlobRefused(f"a blob of table {table} does not open") from broken

    def index(self, id_type: str, id_number: str) -> bytes:
        """Return the blind index (16 bytes) of a holder; the number is already in canonical form."""
        return self.digest("holder", id_type, id_number)[:16]

    def bucket(self, index: bytes) -> int:
        """Return the bucket 0..4095 of a holder's blind index."""
        return int.from_bytes(_mac(self._of_buckets, index)[:2], "big") >> 4

    def digest(self, *parts: str | bytes) -> bytes:
        """Return a keyed digest (32 bytes) of the parts: equal values are found, nobody can guess them."""
        joined = b"\x00".join(p.encode() if isinstance(p, str) else p for p in parts)
        return _mac(self._of_indexes, joined)

    def mac(self, message: bytes) -> bytes:
        """Return the MAC (32 bytes) over what a row grants."""
        return _mac(self._of_rows, message)

    @cached_property
    def _cipher(self) -> AESGCM:
        """The cipher of `seal` and `open`, its key schedule made once."""
        return AESGCM(self.data_key)

    @cached_property
    def _of_rows(self) -> HMAC:
        """Under the key of `mac`: HKDF (RFC 5869) keeps it apart from the data key that it comes from."""
        return _keyed(HKDF(SHA256(), length=32, salt=None, info=b"certhub rows 1").derive(self.data_key))

    @cached_property
    def _of_indexes(self) -> HMAC:
        return _keyed(self.index_key)

    @cached_property
    def _of_buckets(self) -> HMAC:
        return _keyed(self.bucket_key)

    @cached_property
    def _of_people(self) -> HMAC:
        return _keyed(self.event_key)

    def pairwise(self, person: str, audience: str) -> str:
        """Return who somebody is to one audience: stable there, unlinkable elsewhere (22 characters)."""
        return _mac(self._of_people, f"{audience}\x00{person}".encode()).hex()[:22]


def _keyed(key: bytes) -> HMAC:
    """Return HMAC-SHA-256 under a key, before any message: copied for each, since the key costs three of four µs."""
    return HMAC(key, SHA256())


def _mac(keyed: HMAC, message: bytes) -> bytes:
    found = keyed.copy()
    found.update(message)
    return found.finalize()


def _aad(table: str, row: str) -> bytes:
    return table.encode() + b"\x00" + row.encode() + b"\x00" + KEY_NUMBER.to_bytes(2, "big")
