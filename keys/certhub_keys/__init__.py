"""Key custody behind one small door: the only place where CertHub holds a private key."""

from certhub_keys.cost import Cost
from certhub_keys.errors import (
    BadKeyEntry,
    BadKeyFile,
    BadKeyName,
    BadKeyUri,
    BadProof,
    KeyExists,
    KeyNotUsable,
    KeysError,
    NoCurrentKey,
    NoNextKey,
    NoSuchKey,
    NotAvailable,
    Reason,
    WrongPassphrase,
)
from certhub_keys.signer import Signer
from certhub_keys.software import KeyRecord, KeyStore, SoftwareSigner, SoftwareStoreWarning

__version__ = "0.1.0"

__all__ = [
    "BadKeyEntry",
    "BadKeyFile",
    "BadKeyName",
    "BadKeyUri",
    "BadProof",
    "Cost",
    "KeyExists",
    "KeyNotUsable",
    "KeyRecord",
    "KeyStore",
    "KeysError",
    "NoCurrentKey",
    "NoNextKey",
    "NoSuchKey",
    "NotAvailable",
    "Reason",
    "Signer",
    "SoftwareSigner",
    "SoftwareStoreWarning",
    "WrongPassphrase",
]
