"""What a signing key is for: one key, one purpose, one token type (DESIGN: keys).

purpose    signs                              typ
seal       credentials, per agency            dc+sd-jwt
show       sealed codes, 60 s                 show+jwt
paper      paper codes, up to 180 days        paper+jwt
status     status lists                       statuslist+jwt
exchange   questions to and answers for other regions    xr-req+jwt, xr-res+jwt
bundle     the offline bundle of a region     bundle+jwt
receipt    receipts of verifications          receipt+jwt
log        checkpoints of the ledger          (signed note)
witness    cosignatures of others' checkpoints  (signed note)
"""

from enum import StrEnum


class Purpose(StrEnum):
    """The one thing that a key may be used for."""

    SEAL = "seal"
    SHOW = "show"
    PAPER = "paper"
    STATUS = "status"
    EXCHANGE = "exchange"
    BUNDLE = "bundle"
    RECEIPT = "receipt"
    LOG = "log"
    WITNESS = "witness"
