"""Codes that people show: tickets, sealed and paper codes, and how they are spelled."""

from certhub_verifier.formats.codes.code import (
    MAX_TEXT,
    SEALED_TYPES,
    SECRET_BITS,
    TICKET_LENGTH,
    CodeAltered,
    CodePartial,
    NotOurCode,
    RequestCode,
    Sealed,
    SealedPrefix,
    Ticket,
    mint_request,
    mint_ticket,
    pack,
    read_code,
    read_request,
    ticket_hash,
)
from certhub_verifier.formats.codes.crockford import normalise
from certhub_verifier.formats.codes.sealed import SealedPayload

__all__ = [
    "MAX_TEXT",
    "SEALED_TYPES",
    "SECRET_BITS",
    "TICKET_LENGTH",
    "CodeAltered",
    "CodePartial",
    "NotOurCode",
    "RequestCode",
    "Sealed",
    "SealedPayload",
    "SealedPrefix",
    "Ticket",
    "mint_request",
    "mint_ticket",
    "normalise",
    "pack",
    "read_code",
    "read_request",
    "ticket_hash",
]
