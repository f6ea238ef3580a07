"""Proof that a key is held: a signature over words that are nothing else.

    certhub-keys proof of possession ⏎ kid: <kid> ⏎ challenge: <challenge> ⏎

A signed token is made of base64url and dots and has no line ends; a checkpoint of a ledger has a bare
number on its second line (C2SP tlog-checkpoint). So a proof never passes for either, whatever the
challenge says, and a key keeps its one purpose. The thumbprint (RFC 7638) is what two people compare
by telephone.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from certhub_schemas.algorithms import Algorithm
from certhub_schemas.text import unfit

from certhub_keys.errors import BadProof
from certhub_keys.signer import Signer
from certhub_keys.suites import check_signature, encode

HEADING = "certhub-keys proof of possession"
MAX_CHALLENGE = 200  # characters


@dataclass(frozen=True, slots=True)
class Proof:
    """Who signed which challenge: everything that a stranger needs to check it."""

    kid: str
    algorithm: Algorithm
    jwk: Mapping[str, str] = field(hash=False)
    challenge: str
    signature: bytes

    def check(self) -> None:
        """Return when the signature verifies under `jwk`.

        Whether `jwk` is whose it should be is for the reader to know: compare the thumbprint.

        Raises:
            BadProof: it does not.
        """
        message = words(self.kid, self.challenge)
        check_signature(self.algorithm, self.jwk, message=message, signature=self.signature)


def prove(signer: Signer, challenge: str) -> Proof:
    """Return the proof that `signer` holds its key, checked as a stranger would.

    `challenge` comes from whoever doubts it: 1 to 200 printable characters.

    Raises:
        BadProof: the challenge has another form, or the signer signs badly.
        KeysError: the signer could not sign.
    """
    signature = signer.sign(words(signer.kid, challenge))
    proof = Proof(signer.kid, signer.algorithm, signer.jwk, challenge, signature)
    proof.check()
    return proof


def words(kid: str, challenge: str) -> bytes:
    """Return the bytes that are signed.

    Raises:
        BadProof: the challenge is empty, too long, or not printable on one line.
    """
    if not 1 <= len(challenge) <= MAX_CHALLENGE or not challenge.isprintable() or unfit(challenge):
        raise BadProof(f"a challenge is 1 to {MAX_CHALLENGE} printable characters")
    return f"{HEADING}\nkid: {kid}\nchallenge: {challenge}\n".encode()


def thumbprint(jwk: Mapping[str, str]) -> str:
    """Return the SHA-256 thumbprint of a public key, base64url (RFC 7638 §3, RFC 8037 §2).

    `jwk` holds the required members only, as `Signer.jwk` does.
    """
    canonical = json.dumps(dict(jwk), sort_keys=True, separators=(",", ":"))
    return encode(sha256(canonical.encode()).digest())
