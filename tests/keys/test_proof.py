"""Proof of possession, and the thumbprint that two people compare."""

from dataclasses import replace

import pytest
from certhub_keys import BadProof
from certhub_keys.proof import prove, thumbprint, words
from certhub_keys.testing import fixed_signer
from certhub_schemas.algorithms import EDDSA, ES256, Algorithm


def test_the_thumbprint_is_rfc_8037s() -> None:
    """The thumbprint of the key in RFC 8037 A.3 is the one printed there."""
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}

    assert thumbprint(jwk) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize("algorithm", [ES256, EDDSA], ids=lambda a: a.name)
def test_a_proof_convinces_a_stranger(algorithm: Algorithm) -> None:
    """What prove returns checks; with any part changed it does not."""
    proof = prove(fixed_signer("k-1", algorithm), "鄂州 2026-11-24")

    proof.check()
    for altered in (
        replace(proof, kid="k-2"),
        replace(proof, challenge="鄂州 2026-11-25"),
        replace(proof, jwk=fixed_signer("k-2", algorithm).jwk),
        replace(proof, signature=bytes(64)),
    ):
        with pytest.raises(BadProof):
            altered.check()


@pytest.mark.parametrize("challenge", ["", "a\nb", "a\rb", "a\u2028b", "a\u202eb", "a\u3164b", "x" * 201])
def test_a_challenge_is_one_printable_line(challenge: str) -> None:
    """What could be more than words on one line is not signed."""
    with pytest.raises(BadProof):
        prove(fixed_signer(), challenge)


def test_a_proof_is_neither_a_token_nor_a_checkpoint() -> None:
    """Even a digit for a name and a hash for a challenge do not make a checkpoint's lines."""
    message = words("7", "A" * 43 + "=")

    assert message == b"certhub-keys proof of possession\nkid: 7\nchallenge: " + b"A" * 43 + b"=\n"
