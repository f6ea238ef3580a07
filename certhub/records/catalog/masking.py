"""Which of the disclosed values stay covered on a screen, and what is shown of them: the one place that masks.

the holder's name (core)                     shown: the clerk compares it with the person
a core number (NUMBERS)                      masked
a name among the claims (NAMES)              shown
any other claim of the version it is of      masked from `personal` on (certhub_schemas Sensitivity)
any other title, a version that is unknown   masked

A version that nobody stated is held against all that are known: what one of them masks is masked.

110101199003077774  →  110****74        明日路8号  →  明***        张演示  →  张*示 (lists and paper only)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from certhub_schemas import Catalogue, Kind
from certhub_schemas.certificate_kind import Sensitivity

NAMES = ("持证主体", "姓名", "名称", "经营者名称", "业户名称")
"""Titles whose value is the name of who holds the certificate, the first one that is there."""
HOLDER = "持证主体"
"""The one name that stands on every certificate, whatever its kind."""
NUMBERS = ("证照编号", "证照标识", "持证主体代码")
"""Core metadata that are masked like a personal number."""

_SHOWN = (Sensitivity.PUBLIC, Sensitivity.INTERNAL)
_LONG = 8  # characters from which both ends of a value may stay


@dataclass(frozen=True, slots=True)
class Covering:
    """What the catalogue says of the claims of one kind, in the version that is named (None: nobody stated it)."""

    catalogue: Catalogue
    kind: str
    version: int | None

    def is_masked(self, title: str) -> bool:
        """Whether the value of a title stays covered until somebody asks for it, on record."""
        if title == HOLDER:
            return False
        if title in NUMBERS:
            return True
        versions = self.catalogue.versions.get(self.kind, {})
        named = [one for one in versions.values() if self.version in (None, one.version)]
        return not named or any(_is_masked(one, title) for one in named)

    def mask_disclosed(self, disclosed: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """Return the values as a screen may have them, and the titles that are masked in them."""
        masked = [title for title in disclosed if self.is_masked(title)]
        return {
            title: mask_value(value) if title in masked else value for title, value in disclosed.items()
        }, sorted(masked)


def _is_masked(kind: Kind, title: str) -> bool:
    field = kind.field(title)
    return title not in NAMES and (field is None or field.sensitivity not in _SHOWN)


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
