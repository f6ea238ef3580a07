"""The small words that several payloads share: each has one shape, written down here.

    region      six digits, GB/T 2260                       kind      21 characters, GB/T 36903
    agency      a USCC, check character included, GB 32100  digest    SHA-256 in lower-case hexadecimal
    unit        a region, or a part of it: 420700-GD       agreement  <id>@sha256:<digest of its file>
    numeric_date  whole seconds since 1970 (RFC 7519 §2)    moment    RFC 3339 in UTC, read as a datetime

A numeric date may be negative: a licence of 1965 began before the epoch. It ends with the last second of
the year 9999 in China, so that no reader's calendar overflows.
"""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from certhub_schemas.codes import uscc
from certhub_schemas.errors import BadCode

from certhub_verifier.errors import Malformed
from certhub_verifier.formats.jose.object_schema import integer, one_of, pattern

EARLIEST = -62135596800  # 0001-01-01T00:00:00Z
LATEST = 253402271999  # 9999-12-31T23:59:59+08:00

MAX_KEPT_TIMES = 4_096

numeric_date = integer(EARLIEST, LATEST)
region = pattern(r"[1-9][0-9]{5}", "a region code of six digits")
kind = pattern(r"[0-9A-Z]{21}", "a kind code of 21 characters")
digest = pattern(r"[0-9a-f]{64}", "64 lower-case hexadecimal digits")
token_id = pattern(r"[A-Za-z0-9_-]{16,64}", "an id of 16 to 64 URL-safe characters")
verification_id = pattern(r"[A-Za-z0-9_-]{1,64}", "an id of 1 to 64 URL-safe characters")
cause = pattern(r"[A-Z][A-Z0-9_]{0,47}", "an upper-case code")
word = pattern(r"[a-z][a-z0-9_-]{0,31}", "a lower-case word")
unit = pattern(r"[1-9][0-9]{5}(-[A-Z0-9]{2,6})?", "a region code, or a unit below it")
agreement = pattern(r"[0-9A-Za-z._-]{1,64}@sha256:[0-9a-f]{64}", "<id>@sha256:<digest>")
matter = pattern(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}", "a matter code")
outcome = one_of("yes", "no", "undetermined")
verdict = one_of("valid", "check", "invalid", "undetermined")

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RFC3339 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?Z")


def agency(value: Any, where: str) -> str:
    """Read a unified social credit code: 18 characters, check character included (GB 32100). Raises: Malformed."""
    try:
        if type(value) is str and value == uscc.parse(value):
            return value
    except BadCode as bad:
        raise Malformed(f"{where}: a unified social credit code expected ({bad.reason})") from bad
    raise Malformed(f"{where}: a unified social credit code expected")


def moment(value: Any, where: str) -> datetime:
    """Read an RFC 3339 time in UTC, spelled as `instant` spells it, as aware. Raises: Malformed."""
    if type(value) is str and _RFC3339.fullmatch(value):
        try:
            return _moment(value)
        except ValueError as broken:
            raise Malformed(f"{where}: no such day or time") from broken
        except _OtherSpelling:
            pass
    raise Malformed(f"{where}: an RFC 3339 time in UTC, ending in Z, expected")


class _OtherSpelling(Exception):
    """A time that `instant` prints in another way, or outside of every calendar."""


@lru_cache(maxsize=MAX_KEPT_TIMES)
def _moment(text: str) -> datetime:
    """Return the time; the facts of one answer are of few moments."""
    found = datetime.fromisoformat(text)
    if instant(found) != text or not EARLIEST <= found.timestamp() <= LATEST:
        raise _OtherSpelling
    return found


def day(value: Any, where: str) -> date:
    """Read an ISO date, YYYY-MM-DD. Raises: Malformed."""
    if type(value) is str and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError as broken:
            raise Malformed(f"{where}: no such day") from broken
    raise Malformed(f"{where}: a day as YYYY-MM-DD expected")


def instant(moment: datetime) -> str:
    """Print an aware time in UTC: whole seconds as such, else with six decimals; always with a Z.

    Raises:
        Malformed: the time has no zone, so nobody knows when it is.
    """
    if moment.tzinfo is None:
        raise Malformed("a time without a zone cannot be printed")
    return _instant(moment)


@lru_cache(maxsize=MAX_KEPT_TIMES)
def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"
