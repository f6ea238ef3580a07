"""A signer that somebody stands in front of: a liar, or a notary who writes down what is signed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from certhub_keys.signer import Signer
from certhub_schemas.algorithms import Algorithm


@dataclass(frozen=True)
class Meddled:
    """A signer in whose name `instead` signs: it is handed the signer itself and what is to be signed."""

    signer: Signer
    instead: Callable[[Signer, bytes], bytes]

    @property
    def kid(self) -> str:
        """The key's id."""
        return self.signer.kid

    @property
    def algorithm(self) -> Algorithm:
        """The key's algorithm."""
        return self.signer.algorithm

    @property
    def jwk(self) -> Mapping[str, str]:
        """The public half."""
        return self.signer.jwk

    def sign(self, message: bytes) -> bytes:
        """Return what the one in front makes of it."""
        return self.instead(self.signer, message)
