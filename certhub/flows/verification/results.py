"""What a verification left: its report, its receipt, and what opens the receipt's digests, for the clerk who made it.

1 receipts   the report and the receipt's payload, as they were filed
2 signer     the receipt is signed, if nobody has signed it yet; the first signature is the one that everybody gets
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from certhub_schemas.purposes import Purpose
from certhub_verifier.formats.jose import jws

from certhub.errors import NotFound
from certhub.flows.verification.masked import as_seen
from certhub.flows.verification.reveal import IDENTIFIER
from certhub.flows.verification.reveal import record as record_revealed
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.people.parties.people import Actor
from certhub.verification.receipts import store as receipts
from certhub.verification.receipts.store import Verification


@dataclass(frozen=True)
class ToBeSigned:
    """A verification that is on record, with the receipt's payload that is to be signed."""

    id: str
    report: Mapping[str, Any]
    payload: Mapping[str, Any]


def stored(verification_id: str, *, by: Actor, hub: Hub) -> Mapping[str, Any]:
    """Return the report of a verification that this clerk made, masked for a page; raises NotFound."""
    trip = hub.at(by)
    report = _answered(verification_id, by=by, trip=trip).report or {}
    return as_seen(report, by=by, catalogue=trip.catalogue)


def receipt(verification_id: str, *, by: Actor, hub: Hub) -> dict[str, Any]:
    """Return the receipt that the clerk files, and what opens its salted digests; raises NotFound.

    What opens a digest is the certificate's identifier, which a page keeps covered: a page gets none here, and each
    by `opened_receipt`.
    """
    trip = hub.at(by)
    filed = _answered(verification_id, by=by, trip=trip)
    return {"receipt": _signed(filed, trip=trip), "opening": [] if by.is_page else list(filed.opening or ())}


def opened_receipt(verification_id: str, *, by: Actor, hub: Hub) -> dict[str, Any]:
    """Return the receipt with what opens its digests; that it was asked for is on record first; raises NotFound."""
    trip = hub.at(by)
    filed = _answered(verification_id, by=by, trip=trip)
    opening = list(filed.opening or ())
    if opening:
        with hub.writing() as unit:
            identifiers = [
                one for one in opening if "identifier" in one
            ]  # a declared value came from the clerk
            record_revealed(unit, verification_id, range(len(identifiers)), IDENTIFIER, by=by)
    return {"receipt": _signed(filed, trip=trip), "opening": opening}


def sign_filed(filed: ToBeSigned, *, trip: Trip) -> str:
    """Sign a receipt that is on record, whose payload this trip has made and read; nobody gets it before it is kept."""
    return jws.sign_read(filed.payload, typ="receipt+jwt", key=trip.signer(Purpose.RECEIPT))


def signed(filed: ToBeSigned, *, trip: Trip) -> str:
    """Sign a receipt whose payload is on record, and keep it; return the one that everybody gets."""
    token = jws.sign(filed.payload, typ="receipt+jwt", key=trip.signer(Purpose.RECEIPT))
    with trip.writing() as unit:
        return receipts.keep_receipt(unit, filed.id, token)


def _signed(filed: Verification, *, trip: Trip) -> str:
    """Return the signed receipt, signing it now if nobody has."""
    if filed.receipt is not None:
        return filed.receipt
    if filed.report is None or filed.receipt_payload is None:
        raise NotFound("no such verification")
    return signed(ToBeSigned(filed.id, filed.report, filed.receipt_payload), trip=trip)


def _answered(verification_id: str, *, by: Actor, trip: Trip) -> Verification:
    with trip.reading() as unit:
        filed = receipts.get(unit, verification_id)
    if filed is None or filed.clerk != by.key or filed.report is None:
        raise NotFound("no such verification, or not one of yours")
    return filed
