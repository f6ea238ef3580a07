"""A key of the trust set: whose it is, what it is for, and the one rule about what it may have signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from certhub_schemas.algorithms import Algorithm
from certhub_schemas.purposes import Purpose

from certhub_verifier.formats.jose.tokens import TOKEN_TYPES
from certhub_verifier.formats.trust.listedkey import KeyState


class Standing(StrEnum):
    """What a key's entry says of a token, by its type, whose it is and how it is dated."""

    YES = "yes"
    FOREIGN = "foreign"  # the key is for something else, or somebody else's
    COMPROMISED = "compromised"  # somebody else may have made it
    RETIRED = "retired"  # it speaks of now, and the key signs nothing new any more
    NO = "no"  # dated outside the key's term
    AGED = "aged"  # inside the term, and too long ago to be checked by this key


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedKey:
    """A key with its owner: a region (its code) or an agency (its USCC, with the kinds that it may seal)."""

    kid: str
    algorithm: Algorithm
    jwk: Mapping[str, str]
    purpose: Purpose
    region: str
    owner: str
    kinds: frozenset[str]
    from_: datetime
    until: datetime
    verify_until: datetime
    state: KeyState
    compromised_since: datetime | None

    def may_sign(self, at: datetime) -> bool:
        """Tell whether this key signs anything new at `at`: it is active, and inside its term."""
        return self.state is KeyState.ACTIVE and self.from_ <= at < self.until

    def is_checkable(self, now: datetime) -> bool:
        """Tell whether what it signed can still be checked by it: not from `verify_until` on."""
        return now < self.verify_until

    def may_have_signed(
        self, typ: str, *, by: str, at: datetime, now: datetime | None = None, witnessed: bool = False
    ) -> Standing:
        """Tell whether a token of type `typ` that `by` (a region, an agency) dated `at` can be this key's.

        With `now`, also whether that is too long ago. This is the one rule about it; every reader asks here.

                       what lasts: credential,         what speaks of now: list, question,
            state      receipt, paper code             answer, bundle, show code
            active     YES inside its term, else NO    YES inside its term, else NO
            retired    YES inside its term, else NO    RETIRED
            compromised    COMPROMISED                 COMPROMISED

        The date inside a token is the signer's word. Once a key is compromised it is a thief's word, so
        that nothing is believed of it, unless `witnessed` says that `at` comes from a log that others
        cosigned, and lies before the compromise (trust-and-security §1.4).

        Raises:
            KeyError: `typ` is no type of ours; a fault of the caller.
        """
        token = TOKEN_TYPES[typ]
        if self.purpose is not token.purpose or self.owner != by:
            return Standing.FOREIGN
        if self.compromised_since is not None and not (witnessed and at < self.compromised_since):
            return Standing.COMPROMISED
        if self.state is KeyState.RETIRED and not token.lasts:
            return Standing.RETIRED
        if not self.from_ <= at < self.until:
            return Standing.NO
        if now is not None and not self.is_checkable(now):
            return Standing.AGED
        return Standing.YES
