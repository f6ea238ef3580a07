"""Days as departments write them (DESIGN section 4, "Import files").

    2024-01-05   2024/01/05   20240105   2024年1月5日       each also without the leading zeros

A time of midnight behind the day, as database exports have it, is dropped; any other time is refused, since
nobody can say what it meant. A bare number of five digits is a spreadsheet's own count of days: it is refused
too, because two such counts are in use (1900 and 1904) and the file does not say which.
"""

import re
from datetime import date

YEARS = range(1900, 10000)  # earlier papers were not issued under these codes; 9999 stands for "no end"

_DAY = re.compile(
    r"(?P<year>\d{4})(?:(?P<mark>[-/])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})"
    r"|年(?P<month_zh>\d{1,2})月(?P<day_zh>\d{1,2})日|(?P<month_8>\d{2})(?P<day_8>\d{2}))"
    r"(?: 0?0:00(?::00(?:\.0{1,6})?)?)?",
    re.ASCII,
)
_SPREADSHEET_COUNT = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)


class DateUnreadable(ValueError):
    """No day can be read; `reason` is `spreadsheet_number`, `no_such_day` or `form`, never the value."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"not a day ({reason})")
        self.reason = reason


def read_date(text: str) -> date:
    """Return the day that `text` (NFKC, without outer spaces) names.

    Raises:
        DateUnreadable: it names none.
    """
    found = _DAY.fullmatch(text)
    if found is None:
        raise DateUnreadable("spreadsheet_number" if _SPREADSHEET_COUNT.fullmatch(text) else "form")
    year = int(found["year"])
    month = int(found["month"] or found["month_zh"] or found["month_8"])
    day = int(found["day"] or found["day_zh"] or found["day_8"])
    if year not in YEARS:
        raise DateUnreadable("no_such_day")
    try:
        return date(year, month, day)
    except ValueError as impossible:
        raise DateUnreadable("no_such_day") from impossible
