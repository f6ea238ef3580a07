"""Key custody behind one small door: the only place where CertHub holds a private key.

Who uses keys opens them by their URI (`open_keys`, `open_signer`) and is lent signers. Who makes keys in files takes
`certhub_keys.software`, which is not told here on purpose.
"""

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
from certhub_keys.uri import Keys, open_keys, open_signer

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
    "Keys",
    "KeysError",
    "NoCurrentKey",
    "NoNextKey",
    "NoSuchKey",
    "NotAvailable",
    "Reason",
    "Signer",
    "WrongPassphrase",
    "open_keys",
    "open_signer",
]
