"""What one guess of the passphrase costs: Argon2id (RFC 9106).

A store pays it once, when it is opened. PKCS#8's own encryption is not used anywhere here: what
common libraries write is PBKDF2 with 2,048 rounds, 0.3 ms a guess.
"""

from dataclasses import dataclass
from typing import ClassVar

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

SALT_BYTES = 16  # RFC 9106 §4
KEY_BYTES = 32  # AES-256
MAX_MEMORY_KIB = 1 << 20  # 1 GiB; a store.json that asks for more is an attack on whoever opens it
MAX_PASSES = 16
MAX_LANES = 16


@dataclass(frozen=True, slots=True)
class Cost:
    """Argon2id parameters: memory in KiB, passes over it, lanes (threads).

    `STANDARD` is RFC 9106 §4's second recommendation (115 ms measured). `TEST` protects nothing and is
    for tests and simulations; a production profile refuses a store whose `cost` is below `STANDARD`.

    Raises:
        ValueError: the numbers are outside what Argon2 allows or what we are willing to spend.
    """

    memory_kib: int
    passes: int
    lanes: int

    STANDARD: ClassVar["Cost"]
    TEST: ClassVar["Cost"]

    def __post_init__(self) -> None:
        numbers = (self.memory_kib, self.passes, self.lanes)
        if any(type(number) is not int for number in numbers) or not (
            1 <= self.lanes <= MAX_LANES
            and 1 <= self.passes <= MAX_PASSES
            and 8 * self.lanes <= self.memory_kib <= MAX_MEMORY_KIB  # RFC 9106 §3.1: at least 8 KiB a lane
        ):
            raise ValueError(f"Argon2id parameters out of range: {self}")

    def derive(self, passphrase: bytes, salt: bytes) -> bytes:
        """Return the 32-byte key that `passphrase` makes under `salt` (16 bytes)."""
        return Argon2id(
            salt=salt, length=KEY_BYTES, iterations=self.passes, lanes=self.lanes, memory_cost=self.memory_kib
        ).derive(passphrase)


Cost.STANDARD = Cost(memory_kib=64 * 1024, passes=3, lanes=4)
Cost.TEST = Cost(memory_kib=32, passes=1, lanes=1)
