"""A public key as the trust list carries it: what it is for, since when, and how long.

    {"kid", "jwk", "alg", "purpose", "from", "until", "verify_until", "state", "compromised_since"}

It signs from `from` until `until`; what it signed can be checked until `verify_until`. A seal key's entry
has no `purpose`: it stands under its agency. The token never says which algorithm a key is for; this does. A
key with a member, a purpose, an algorithm or a state of a later release is set aside (setaside.py).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from certhub_schemas.algorithms import REGISTRY, Algorithm
from certhub_schemas.purposes import KEY_PURPOSES, Purpose

from certhub_verifier.errors import Malformed
from certhub_verifier.formats.jose import fields
from certhub_verifier.formats.jose.jwk import require_public
from certhub_verifier.formats.jose.object_schema import (
    Check,
    nullable,
    object_of,
    one_of,
    pattern,
    table,
    text,
)
from certhub_verifier.formats.trust.setaside import entries, names_of_key, strange_member, strange_word


class KeyState(StrEnum):
    """Where a key stands; a retired key signs nothing new, a compromised one proves nothing by itself."""

    ACTIVE = "active"
    RETIRED = "retired"
    COMPROMISED = "compromised"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedKey:
    """A public key as listed; times are aware."""

    kid: str
    jwk: Mapping[str, str]
    algorithm: Algorithm
    purpose: Purpose
    from_: datetime
    until: datetime
    verify_until: datetime
    state: KeyState
    compromised_since: datetime | None = None

    def to_payload(self) -> dict[str, Any]:
        """Return the members; a seal key's purpose goes without saying."""
        purpose = {} if self.purpose is Purpose.SEAL else {"purpose": str(self.purpose)}
        since = self.compromised_since
        return {
            "kid": self.kid,
            "jwk": dict(self.jwk),
            "alg": self.algorithm.name,
            **purpose,
            "from": fields.instant(self.from_),
            "until": fields.instant(self.until),
            "verify_until": fields.instant(self.verify_until),
            "state": str(self.state),
            "compromised_since": None if since is None else fields.instant(since),
        }

    def require_owner(self, owner: str, where: str) -> None:
        """Refuse a key whose id is not `<owner>-<n>`: nobody lists a key in somebody else's name.

        Raises:
            Malformed: it is not.
        """
        prefix, _, number = self.kid.rpartition("-")
        if prefix != owner or not _NUMBER.fullmatch(number):
            raise Malformed(f"{where}.kid: {owner}-<n> expected")


def _region_key(value: Any, where: str) -> ListedKey:
    return _key(_REGION_KEY(value, where), where)


def _seal_key(value: Any, where: str) -> ListedKey:
    return _key(_SEAL_KEY(value, where), where)


def _strange_region_key(value: Mapping[str, Any]) -> str | None:
    return (
        strange_member(value, {*_SEAL_KEY_MEMBERS, "purpose"})
        or strange_word(value, "purpose", [*Purpose])
        or _strange_words(value)
    )


def _strange_seal_key(value: Mapping[str, Any]) -> str | None:
    return strange_member(value, _SEAL_KEY_MEMBERS) or _strange_words(value)


def _strange_words(value: Mapping[str, Any]) -> str | None:
    return strange_word(value, "alg", REGISTRY) or strange_word(value, "state", [*KeyState])


def _key(entry: Mapping[str, Any], where: str) -> ListedKey:
    """Return the key, all of whose members have to go together."""
    suite, purpose = REGISTRY[entry["alg"]], Purpose(entry.get("purpose", Purpose.SEAL))
    row = KEY_PURPOSES[purpose]
    if row.is_note and suite is not row.algorithm:
        raise Malformed(f"{where}.alg: keys of a log and of a witness are {row.algorithm.name}")
    try:
        require_public(entry["jwk"], suite)
    except Malformed as bad:
        raise Malformed(f"{where}.jwk: {bad.reason}") from bad
    if not entry["from"] < entry["until"] <= entry["verify_until"]:
        raise Malformed(f"{where}: from, until and verify_until in this order expected")
    state = KeyState(entry["state"])
    if (state is KeyState.COMPROMISED) != (entry["compromised_since"] is not None):
        raise Malformed(f"{where}.compromised_since: expected for a compromised key, and for no other")
    return ListedKey(
        kid=entry["kid"],
        jwk=entry["jwk"],
        algorithm=suite,
        purpose=purpose,
        from_=entry["from"],
        until=entry["until"],
        verify_until=entry["verify_until"],
        state=state,
        compromised_since=entry["compromised_since"],
    )


_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_REGION_PURPOSES = tuple(str(purpose) for purpose, row in KEY_PURPOSES.items() if not row.of_agency)
_SEAL_KEY_MEMBERS: Mapping[str, Check] = {
    "kid": pattern(r"[0-9A-Za-z-]{1,64}", "a key id"),
    "jwk": table(text(8), text(64), at_most=8),
    "alg": one_of(*REGISTRY),
    "from": fields.moment,
    "until": fields.moment,
    "verify_until": fields.moment,
    "state": one_of(*KeyState),
    "compromised_since": nullable(fields.moment),
}
_SEAL_KEY = object_of(_SEAL_KEY_MEMBERS)
_REGION_KEY = object_of({**_SEAL_KEY_MEMBERS, "purpose": one_of(*_REGION_PURPOSES)})

region_key = entries(_region_key, _strange_region_key, names_of_key)
"""Reads one of a region's own keys. Raises: Malformed, also for a seal key: that is an agency's."""

seal_key = entries(_seal_key, _strange_seal_key, names_of_key)
"""Reads one of an agency's seal keys. Raises: Malformed."""
