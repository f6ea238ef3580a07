"""Which of the disclosed values stay covered on a screen, and what is shown of them: the one place that masks.

a name (NAMES)                         shown: the clerk compares it with the person
a core number (NUMBERS)                masked
a claim of the kind                    masked from `personal` on (certhub_schemas Sensitivity)
any other title, or an unknown kind    masked

110101199003077774  →  110****74        明日路8号  →  明***        张演示  →  张*示 (lists and paper only)
"""

from collections.abc import Mapping, Sequence
from typing import Any

from certhub_schemas.certificate_kind import Sensitivity
from certhub_schemas.errors import KindUnknown
from certhub_schemas.kinds import kind as kind_of

NAMES = ("持证主体", "姓名", "名称", "经营者名称", "业户名称")
"""Titles whose value is the name of who holds the certificate, the first one that is there."""
NUMBERS = ("证照编号", "证照标识", "持证主体代码")
"""Core metadata that are masked like a personal number."""

_SHOWN = (Sensitivity.PUBLIC, Sensitivity.INTERNAL)
_LONG = 8  # characters from which both ends of a value may stay


def is_masked(kind: str, title: str) -> bool:
    """Whether the value of a title stays covered until somebody asks for it, on record."""
    if title in NAMES:
        return False
    if title in NUMBERS:
        return True
    try:
        fields = kind_of(kind).fields
    except KindUnknown:
        return True
    return not any(one.title == title and one.sensitivity in _SHOWN for one in fields)


def mask_disclosed(kind: str, disclosed: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the values as a screen may have them, and the titles that are masked in them."""
    masked = [title for title in disclosed if is_masked(kind, title)]
    return {
        title: mask_value(value) if title in masked else value for title, value in disclosed.items()
    }, sorted(masked)


def mask_value(value: Any) -> Any:
    """Return a value with its inside covered; a list keeps its length, an object becomes one covered text."""
    if isinstance(value, str):
        return _mask_text(value)
    if isinstance(value, Sequence):
        return [mask_value(one) for one in value]
    if isinstance(value, Mapping):  # a holder's number: {"type", "number"}
        return _mask_text(str(value.get("number", "")))
    return _mask_text(str(value))


def mask_name(name: str) -> str:
    """Return a name with its middle covered: 张*示, 李*."""
    if len(name) < 2:
        return "*"
    if len(name) == 2:
        return f"{name[0]}*"
    return name[0] + "*" * min(len(name) - 2, 4) + name[-1]


def holder_name(disclosed: Mapping[str, Any]) -> str:
    """Return the name of who holds it, several joined by 、; empty where none was disclosed."""
    value = next((disclosed[title] for title in NAMES if disclosed.get(title)), "")
    return "、".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _mask_text(text: str) -> str:
    if len(text) >= _LONG:
        return f"{text[:3]}****{text[-2:]}"
    return f"{text[:1]}***"
