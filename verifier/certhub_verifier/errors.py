"""Everything that the verifier raises: a parser lets out nothing but these, with the cause chained.

    VerifierError
    ├── Malformed          the bytes are not what the format says (formats draw their own leaves below it)
    ├── UpgradeNeeded      it states a newer format than this installation reads: not altered, not judged
    ├── UnknownKey         no trusted key has that id
    ├── BadSignature       the bytes are well formed, the signature is not this key's over them
    ├── SuiteNotAvailable  the algorithm is in the registry, this installation cannot compute it:
    │                      nothing is known of the signature, so the fact is undetermined, never yes
    └── BadTrust           the trust set contradicts itself; nothing may be judged by it

Messages say what is wrong with the shape and never repeat what a token carries: they end up in logs.
"""


class VerifierError(Exception):
    """Something did not check out; never raised for a fault of our own."""


class Malformed(VerifierError):
    """The bytes are not what their format says.

    `reason` is a sentence for a programmer; it repeats no claim and no token text.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UpgradeNeeded(VerifierError):
    """It states a newer format than this installation reads; nothing else in it was looked at."""

    def __init__(self, what: str, number: int, newest: int) -> None:
        super().__init__(f"{what}: format {number}; this installation reads up to {newest}")
        self.number, self.newest = number, newest


class UnknownKey(VerifierError):
    """No trusted key goes by the id that the token names."""


class BadSignature(VerifierError):
    """The signature is not this key's over these bytes."""


class SuiteNotAvailable(VerifierError):
    """The suite is known and cannot be computed here; `name` is its name in the registry."""

    def __init__(self, name: str) -> None:
        super().__init__(f"signatures with {name} cannot be checked by this installation")
        self.name = name


class BadTrust(VerifierError):
    """The trust set contradicts itself."""
