"""What one question to another region is answered: the items behind a code, or the cause why the code itself fails.

What stands in which format: envelope.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from certhub_verifier.errors import Malformed
from certhub_verifier.formats.exchange import versions
from certhub_verifier.formats.exchange.answered_item import (
    FORMAT,
    THIRD,
    AnsweredItem,
    WithheldItem,
    first_item,
    item,
    second_item,
)
from certhub_verifier.formats.jose import fields
from certhub_verifier.formats.jose.object_schema import (
    Check,
    integer,
    listing,
    nullable,
    object_of,
    one_of,
    text,
)

_MAX_ITEMS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The answer to one question: items, or a cause why the code itself fails (used: since when, where).

    `shown` is how many certificates the code names, told or not; None where nobody knows: of a code that fails,
    and in format 1. `identity` tells of a request in person whether the holder who consents is the one whose
    identity was checked, `same` or `other`; None where no number was compared.
    """

    items: tuple[AnsweredItem | WithheldItem, ...]
    cause: str | None = None
    used_at: datetime | None = None
    used_where: str | None = None
    shown: int | None = None
    identity: str | None = None

    def to_payload(self, number: int = FORMAT) -> dict[str, Any]:
        """Return the members of one result in format `number`. Raises: Malformed: format 1 cannot say it."""
        return {
            "cause": self.cause,
            "used_at": None if self.used_at is None else fields.instant(self.used_at),
            "used_where": self.used_where,
            **({} if number == versions.FIRST else {"shown": self.shown}),
            **({"identity": self.identity} if number >= THIRD else {}),
            "items": [item.to_payload(number) for item in self.items],
        }


def read_result(value: Any) -> Result:
    """Read what `Result.to_payload` printed, in any format: a stored answer, to be given again. Raises: Malformed."""
    if isinstance(value, dict) and "shown" not in value:
        return first_result(value, "result")
    is_second = isinstance(value, dict) and "identity" not in value
    return (second_result if is_second else last_result)(value, "result")


def first_result(value: Any, where: str) -> Result:
    """Read a result of format 1. Raises: Malformed."""
    return _consistent(Result(**_FIRST_RESULT(value, where)), where)


def second_result(value: Any, where: str) -> Result:
    """Read a result of format 2. Raises: Malformed."""
    return _consistent(Result(**_SECOND_RESULT(value, where)), where)


def last_result(value: Any, where: str) -> Result:
    """Read a result of format 3. Raises: Malformed."""
    return _consistent(Result(**_RESULT(value, where)), where)


def _consistent(result: Result, where: str) -> Result:
    """Return the result, once it does not contradict itself."""
    if result.cause is not None and result.items:
        raise Malformed(f"{where}.items: a code that fails has none")
    if result.shown is not None and result.shown != len(result.items):
        raise Malformed(f"{where}.items: another number than were shown")
    told = [item.cert_digest for item in result.items if isinstance(item, AnsweredItem)]
    if len(set(told)) != len(told):
        raise Malformed(f"{where}.items: one certificate twice")
    return result


_RESULT_MEMBERS: Mapping[str, Check] = {
    "cause": nullable(fields.cause),
    "used_at": nullable(fields.moment),
    "used_where": nullable(text(64)),
}
_FIRST_RESULT = object_of({**_RESULT_MEMBERS, "items": listing(first_item, at_most=_MAX_ITEMS)})
_SHOWN: Mapping[str, Check] = {"shown": nullable(integer(1, _MAX_ITEMS))}
_SECOND_RESULT = object_of({**_RESULT_MEMBERS, **_SHOWN, "items": listing(second_item, at_most=_MAX_ITEMS)})
_IDENTITIES = ("same", "other")
_RESULT = object_of(
    {
        **_RESULT_MEMBERS,
        **_SHOWN,
        "identity": nullable(one_of(*_IDENTITIES)),
        "items": listing(item, at_most=_MAX_ITEMS),
    }
)
