"""What a draft must satisfy before it may become a certificate.

    raw text ──► accept() ──► Draft            or ClaimsInvalid, naming every place that is wrong
                   │
                   ├── text.py     which characters may stand in a value, and how values are spelled
                   └── claims.py   the kind's own fields and its JSON schema

Pure: no database, no HTTP, no clock, no catalogue. Which kinds there are is handed in.
"""

from certhub.records.catalog.accept import accept
from certhub.records.catalog.draft import (
    Draft,
    Holder,
    RawDraft,
    RawText,
    content_digest_parts,
    identity_parts,
)

__all__ = [
    "Draft",
    "Holder",
    "RawDraft",
    "RawText",
    "accept",
    "content_digest_parts",
    "identity_parts",
]
