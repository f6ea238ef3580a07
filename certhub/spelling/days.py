"""Days in a draft. How a day may be written is the caller's to say: a file allows more than a request."""

import unicodedata
from collections.abc import Callable
from datetime import date

from certhub.spelling.text import Unfit, read_printed_number

NO_END = "长期"
"""What GB/T 36902 writes where a certificate has no end."""

YEAR_WITHOUT_END = 9999
"""The year that systems without a word for "no end" write instead (9999-12-31, 9999-12-30)."""


def read_day(raw: str, read_date: Callable[[str], date]) -> date | None:
    """Return the day that `raw` names; None where it is blank.

    `read_date` gets NFKC text without outer spaces and raises ValueError; where that error has a `reason`
    (one word, never the value), the fault carries it as `why`.

    Raises:
        Unfit: DATE_UNREADABLE, or a character that cannot stand here.
    """
    text = read_printed_number(raw)
    if not text:
        return None
    try:
        return read_date(text)
    except ValueError as unreadable:
        reason = getattr(unreadable, "reason", None)
        detail = {"why": reason} if isinstance(reason, str) else {}
        raise Unfit("DATE_UNREADABLE", **detail) from unreadable


def has_no_end(raw: str | None) -> bool:
    """Say whether `raw`, the last day of validity, says that there is none."""
    return raw is None or unicodedata.normalize("NFKC", raw).strip() == NO_END


def read_iso_date(text: str) -> date:
    """Read YYYY-MM-DD and nothing else: how a request writes a day; raises ValueError."""
    # fromisoformat alone also takes 20240105 and weeks
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        raise ValueError("not YYYY-MM-DD")
    return date.fromisoformat(text)
