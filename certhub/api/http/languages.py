"""Which of our two languages an asker reads best (RFC 9110 §12.5.4). Chinese unless English is preferred."""

from typing import Literal

Lang = Literal["zh", "en"]
_SHOWN: tuple[Lang, ...] = ("zh", "en")


def preferred(accept_language: str) -> Lang:
    """Return the language for an Accept-Language header; what cannot be read counts as no wish."""
    wishes: dict[str, float] = {}
    for part in accept_language[:200].split(","):
        name, _, quality = part.partition(";q=")
        wishes.setdefault(name.strip().lower().split("-")[0], _quality(quality))
    rest = wishes.get("*", 0.0)
    return max(_SHOWN, key=lambda lang: (wishes.get(lang, rest), lang == "zh"))


def _quality(text: str) -> float:
    try:
        return min(float(text), 1.0) if text else 1.0
    except ValueError:
        return 0.0
