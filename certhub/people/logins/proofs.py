"""Passwords and codes of thirty seconds: made and checked, with what is random and what time it is handed in.

    password   argon2id (RFC 9106), 64 MiB, three passes, one lane; kept in PHC form, so that its cost may grow
    code       TOTP (RFC 6238): six digits of HMAC-SHA-1 over the step, which is what every application reads

A code of the step before or behind is taken: a telephone's clock may be half a minute off.
"""

import hmac
from base64 import b32encode
from datetime import datetime
from urllib.parse import quote

from certhub_keys.cost import Cost
from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

STEP_SECONDS, DIGITS, SECRET_BYTES, SALT_BYTES = 30, 6, 20, 16


def hashed(password: str, *, salt: bytes, cost: Cost) -> str:
    """Return a password's hash in PHC form; `salt` has SALT_BYTES."""
    return _argon2id(salt, cost).derive_phc_encoded(password.encode())


def is_password(password: str, phc: str) -> bool:
    """Tell whether a password is the one of a hash."""
    try:
        Argon2id.verify_phc_encoded(password.encode(), phc)
    except InvalidKey:
        return False
    return True


def _argon2id(salt: bytes, cost: Cost) -> Argon2id:
    return Argon2id(
        salt=salt, length=32, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib
    )


def step_at(moment: datetime) -> int:
    """Return the step of thirty seconds in which a moment lies."""
    return int(moment.timestamp()) // STEP_SECONDS


def code_at(secret: bytes, step: int) -> str:
    """Return the code of a step."""
    return HOTP(secret, DIGITS, SHA1()).generate(step).decode()  # noqa: S303  what RFC 6238 applications read


def step_of(code: str, secret: bytes, now: datetime) -> int | None:
    """Return the step of which a code is, now or one beside; None where it is of none of them."""
    given, here = code.encode(), step_at(now)
    steps = [
        step
        for step in (here, here - 1, here + 1)
        if hmac.compare_digest(given, code_at(secret, step).encode())
    ]
    return steps[0] if steps else None


def secret_uri(secret: bytes, *, label: str, issuer: str) -> str:
    """Return what an application of codes reads (the Key Uri Format of otpauth)."""
    name, by = quote(f"{issuer}:{label}", safe=""), quote(issuer, safe="")
    form = f"algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}"
    return f"otpauth://totp/{name}?secret={printed(secret)}&issuer={by}&{form}"


def printed(secret: bytes) -> str:
    """Return a secret as people type it: base32 without padding."""
    return b32encode(secret).decode().rstrip("=")
