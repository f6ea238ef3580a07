"""The token types: what each is signed with, how big, how deep and how long-lived it may be.

One `typ`, one key purpose, one row of this table; which purpose, stands in `certhub_schemas.purposes`. A
reader always says which type it expects; a token is never asked what it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from certhub_schemas.purposes import SIGNER_OF, Purpose

_KIB = 1 << 10
_MIB = 1 << 20
_SMALL = 6_000  # characters: what one QR code, one header line or one question needs at most
_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenType:
    """One type of signed token.

    typ           the header's `typ`
    purpose       what its key is for, as the row of that purpose says; None for kb+jwt: the holder's own key, named by
                  the credential
    max_bytes     cap on the compact form, signature included
    max_depth     cap on nesting in the payload
    max_parts     cap on commas in the payload, which is read before its signature: a few bytes on the way
                  become a hundred in memory
    life_seconds  cap on `exp` - `iat`; None where the type has no cap of its own. Where a sealed code
                  carries no `iat`, whoever knows the time holds `exp` - now against it
    low_s         True where a hub is the signer: of the two signatures (r, s) and (r, n-s) only the
                  one with s ≤ n/2 is taken. Agencies' HSMs and browsers may send either
    required      registered claims that have to be there
    has_kid       False for kb+jwt alone
    lasts         True for what is kept: it stays good when its key is retired. The others speak of now, and
                  a retired key says nothing of now
    """

    typ: str
    purpose: Purpose | None = None
    max_bytes: int
    max_depth: int = 8
    max_parts: int = 1 << 16
    life_seconds: int | None = None
    low_s: bool = True
    required: tuple[str, ...] = ()
    has_kid: bool = True
    lasts: bool = False


_ALL = (
    TokenType(
        typ="show+jwt",
        max_bytes=_SMALL,
        life_seconds=60,
        required=("iss", "exp", "jti"),  # no iat: every character of a QR code counts
    ),
    TokenType(
        typ="paper+jwt",
        max_bytes=_SMALL,
        life_seconds=180 * _DAY,
        required=("iss", "exp", "jti"),
        lasts=True,
    ),
    TokenType(
        typ="kb+jwt",
        max_bytes=_SMALL,
        low_s=False,
        required=("iat", "aud"),  # RFC 9901 §4.3
        has_kid=False,
    ),
    TokenType(
        typ="statuslist+jwt",
        max_bytes=8 * _MIB,
        max_parts=1 << 8,  # one long text and a few short members
        life_seconds=_DAY,
        required=("sub", "iat", "exp"),
    ),
    TokenType(
        typ="xr-req+jwt",
        max_bytes=_SMALL,
        life_seconds=60,
        required=("iss", "aud", "iat", "exp", "jti"),
    ),
    TokenType(
        typ="xr-res+jwt",
        max_bytes=256 * _KIB,
        life_seconds=60,
        required=("iss", "aud", "iat", "exp", "jti"),
    ),
    TokenType(
        typ="request+jwt",
        max_bytes=8 * _KIB,
        life_seconds=600,
        required=("iss", "aud", "iat", "exp", "jti"),
    ),
    TokenType(
        typ="notice+jwt",
        max_bytes=8 * _KIB,
        life_seconds=7 * _DAY,
        required=("iss", "aud", "iat", "exp", "jti"),
    ),
    TokenType(
        typ="bundle+jwt",
        max_bytes=16 * _MIB,
        max_depth=16,
        max_parts=1 << 18,  # 4,096 matters of sixty parts each
        life_seconds=_DAY,
        required=("iss", "iat", "exp"),
    ),
    TokenType(
        typ="receipt+jwt",
        max_bytes=128 * _KIB,
        required=("iss", "iat"),
        lasts=True,
    ),
    TokenType(typ="dc+sd-jwt", max_bytes=64 * _KIB, low_s=False, lasts=True),
)


def _with_purpose(row: TokenType) -> TokenType:
    purpose = SIGNER_OF.get(row.typ)
    if row.has_kid and purpose is None:
        raise TypeError(f"no key purpose signs {row.typ}: certhub_schemas.purposes names none")
    return replace(row, purpose=purpose)


TOKEN_TYPES: Mapping[str, TokenType] = MappingProxyType({one.typ: _with_purpose(one) for one in _ALL})

# What others send in the interop profile: their own lives, no lower half of s, and a key that is found
# otherwise than by `kid`.
FOREIGN_TYPES: Mapping[str, TokenType] = MappingProxyType(
    {
        typ: replace(TOKEN_TYPES[typ], purpose=None, life_seconds=None, low_s=False, required=required)
        for typ, required in {"dc+sd-jwt": (), "statuslist+jwt": ("sub", "iat")}.items()
    }
)
