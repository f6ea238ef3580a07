"""The usual way to write it, kept small: PyJWT with the key in PEM each time, disclosures by hand.

It does less than we do (no shape, no trust list, no dates, no status, no duplicate or foreign disclosure),
so that the comparison flatters it.
"""

import base64
import hashlib
import json
from typing import Any

import jwt
from certhub_schemas.algorithms import ES256
from certhub_verifier.formats.jose.jwk import public_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.signing import NumberedKey


def pem(key: NumberedKey) -> bytes:
    """Return the public half as people keep it in a settings file."""
    return public_key(key.jwk, ES256).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def read(text: str, key: bytes) -> dict[str, Any]:
    """Return what a credential discloses, its signature checked."""
    token, *disclosures = text.rstrip("~").split("~")
    payload = jwt.decode(token, key, algorithms=["ES256"])
    found = {}
    for encoded in disclosures:
        digest = base64.urlsafe_b64encode(hashlib.sha256(encoded.encode()).digest()).rstrip(b"=").decode()
        if digest in payload["_sd"]:
            _, name, value = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
            found[name] = value
    return found
