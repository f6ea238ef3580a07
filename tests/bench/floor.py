"""The floor: what raw `cryptography` takes for one P-256 signature, and for checking one.

    Floor     what each took, in this very minute        measure()
    Work      how many of each somebody really did      tests/support/signatures.py counts them

A ratio against the floor says how much of a cost is cryptography that nobody can save; it holds on another
machine, where microseconds do not. The floor is taken before and after every case, since a shared machine is
faster and slower from one second to the next. Beside it stands what plain Python takes (tests/bench/yardstick.py).
"""

from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.bench import yardstick
from tests.bench.meters import spend
from tests.support.signatures import Work

MESSAGE = bytes(1500)  # a credential's signing input is about that long
SECONDS = 0.03
_SUITE = ec.ECDSA(hashes.SHA256())


@dataclass(frozen=True, slots=True)
class Floor:
    """Microseconds of CPU for one of each; of wall for one signature; and of CPU for the yardstick of plain Python."""

    verify_us: float
    sign_us: float
    sign_wall_us: float
    python_us: float

    @property
    def factor(self) -> float:
        """How many times dearer Python is here, held against P-256, than on the reference machine."""
        return yardstick.factor(self.verify_us, self.python_us)

    def at_reference(self, us: float, work: Work) -> float:
        """Return what an item of `us` here would take where Python is as fast beside P-256 as on the reference machine.

        What is cryptography stays as it is; all the rest is divided by the factor.
        """
        crypto = min(self.of(work), us)
        return crypto + (us - crypto) / self.factor

    def of(self, work: Work) -> float:
        """Return what `work` takes at the least, in microseconds of CPU."""
        return work.verifies * self.verify_us + work.signs * self.sign_us

    def between(self, other: "Floor") -> "Floor":
        """Return the mean of two."""
        return Floor(
            (self.verify_us + other.verify_us) / 2,
            (self.sign_us + other.sign_us) / 2,
            (self.sign_wall_us + other.sign_wall_us) / 2,
            (self.python_us + other.python_us) / 2,
        )


def measure(seconds: float = SECONDS) -> Floor:
    """Take the floor now; each of the three for that many seconds."""
    key, public, signature = _keys()
    check = spend(lambda _: public.verify(signature, MESSAGE, _SUITE), seconds=seconds)
    sign = spend(lambda _: key.sign(MESSAGE, _SUITE), seconds=seconds)
    python_us = yardstick.python_us(check.cpu_us, seconds=seconds)
    return Floor(check.cpu_us, sign.cpu_us, sign.wall_us, python_us)


@lru_cache
def _keys() -> tuple[ec.EllipticCurvePrivateKey, ec.EllipticCurvePublicKey, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    return key, key.public_key(), key.sign(MESSAGE, _SUITE)
