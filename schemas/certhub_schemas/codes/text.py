"""The one spelling of a code: full-width, lower-case and padded forms are brought back to it.

Codes are normalised, not refused, because they arrive from spreadsheets and Chinese input methods.
Names and addresses are never passed through here: NFKC would change them (DESIGN, "Import and retries").
"""

import unicodedata


def normalise(text: str) -> str:
    """Return `text` as NFKC, without outer white space, in upper case."""
    return unicodedata.normalize("NFKC", text).strip().upper()
