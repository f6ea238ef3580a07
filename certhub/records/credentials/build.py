"""A draft becomes the exact bytes that the agency's key will sign. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from certhub_verifier.formats.credential import vc
from certhub_verifier.formats.credential.identifier import Identifier
from certhub_verifier.formats.jose.jws import SigningKey
from certhub_verifier.formats.status.statuslist import status_uri

from certhub.errors import ClaimsInvalid, Fault
from certhub.records.catalog.draft import Draft
from certhub.records.catalog.faults import claim_pointer
from certhub.records.certificates.rules import ends, starts
from certhub.spelling.text import begins_formula

SERIAL_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SERIAL_LENGTH = (
    20  # Hubei access guide (draft): 20 random characters, upper case and digits; never the number
)
_SERIAL_OF = bytes(ord(SERIAL_ALPHABET[byte % 36]) for byte in range(256))
_NO_SERIAL = bytes(range(252, 256))  # 252 = 7 x 36: every character equally likely
DECOYS = 0


@dataclass(frozen=True)
class StatusPlace:
    """Where the credential's status will be found."""

    region: str
    list_no: int
    index: int


def new_identifier(draft: Draft, *, version: int, random: Callable[[int], bytes]) -> Identifier:
    """Give a certificate its GB/T 36904 identifier; the serial is random and says nothing."""
    serial = b""
    while len(serial) < SERIAL_LENGTH:
        serial += random(SERIAL_LENGTH).translate(_SERIAL_OF, _NO_SERIAL)
    return Identifier(
        kind=draft.kind.code,
        issuer=draft.agency,
        serial=serial[:SERIAL_LENGTH].decode("ascii"),
        version=version,
    )


def unsigned(
    draft: Draft,
    identifier: str,
    place: StatusPlace,
    *,
    issued_at: int,
    key: SigningKey,
    random: Callable[[int], bytes],
) -> vc.Unsigned:
    """Return the signing input and the disclosures of a certificate's credential.

    Raises:
        ClaimsInvalid: a name in it begins a formula; it is on record from before names were held against that.
    """
    _refuse_formulas(draft)
    expires = ends(draft.valid_to)
    claims = vc.CredentialClaims(
        agency=draft.agency,
        kind_code=draft.kind.code,
        kind_version=draft.kind.version,
        issued_at=issued_at,
        not_before=int(starts(draft.valid_from).timestamp()),
        expires=None if expires is None else int(expires.timestamp()),
        status_uri=status_uri(place.region, place.list_no),
        status_index=place.index,
        cnf=None,
    )
    disclosed: dict[str, Any] = {
        "证照标识": identifier,
        "证照编号": draft.number,
        "持证主体": [holder.name for holder in draft.holders],
        "持证主体代码": [{"type": holder.id_type, "number": holder.id_number} for holder in draft.holders],
        **draft.claims,
    }
    return vc.build(claims, disclosed, key=key, random=random, decoys=DECOYS)


def _refuse_formulas(draft: Draft) -> None:
    named = [(f"/holders/{place}/name", holder.name) for place, holder in enumerate(draft.holders)]
    titles = [field.title for field in draft.kind.fields if field.is_name and field.title in draft.claims]
    named += [(claim_pointer(title), draft.claims[title]) for title in titles]
    faults = [Fault(pointer, "TEXT_FORMULA") for pointer, name in named if begins_formula(name)]
    if faults:
        raise ClaimsInvalid(faults)
