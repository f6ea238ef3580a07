"""The five members that every message between two regions begins with: question, answer, request and notice.

    iss, aud    the region that signs, and the other one that it is meant for
    iat, exp    from when to when it lives, whole seconds since 1970; at least one
    jti         one of a kind

How long a message may live at most is its type's to say (`jose.tokens`); whether it is fresh, and meant for us, is the
caller's to judge.
"""

from collections.abc import Mapping
from typing import Any

from certhub_verifier.errors import Malformed
from certhub_verifier.formats.jose import fields
from certhub_verifier.formats.jose.object_schema import Check

HEADING: Mapping[str, Check] = {
    "iss": fields.region,
    "aud": fields.region,
    "iat": fields.numeric_date,
    "exp": fields.numeric_date,
    "jti": fields.token_id,
}
"""How each of them is read."""


def heading(sender: str, receiver: str, issued_at: int, expires: int, jti: str) -> dict[str, Any]:
    """Return the members."""
    return {"iss": sender, "aud": receiver, "iat": issued_at, "exp": expires, "jti": jti}


def read_heading(
    members: Mapping[str, Any], where: str, *, sender: str, receiver: str, may_stay: bool = False
) -> dict[str, Any]:
    """Return what the five say: `issued_at`, `expires`, `jti`, and the two regions under the names that are given.

    `may_stay` tells that a region may keep one for itself, unsigned, so that both regions are one.

    Raises:
        Malformed: it is meant for the region that signs, or ends before it begins.
    """
    if members["iss"] == members["aud"] and not may_stay:
        raise Malformed(f"{where}.aud: the region that signs")
    if members["exp"] <= members["iat"]:
        raise Malformed(f"{where}.exp: not after iat")
    return {
        sender: members["iss"],
        receiver: members["aud"],
        "issued_at": members["iat"],
        "expires": members["exp"],
        "jti": members["jti"],
    }
