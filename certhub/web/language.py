"""Which of the two languages a request is answered in: the switch, then an earlier switch, then the browser."""

import re
from typing import Literal

from starlette.requests import Request

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")
QUERY = COOKIE = "lang"
HTML_LANG = {"zh": "zh-CN", "en": "en"}
HAN = re.compile(r"[\u3400-\u9fff]")


def switched(request: Request) -> Lang | None:
    """Return the language that this very request switches to (`?lang=en`), or None."""
    return _known(request.query_params.get(QUERY, ""))


def language(request: Request) -> Lang:
    """Return the language of the answer: Chinese unless something says English."""
    return (
        switched(request)
        or _known(request.cookies.get(COOKIE, ""))
        or _first_wish(request.headers.get("accept-language", ""))
    )


def lang_of(value: str, page: Lang) -> str:
    """Return the `lang` of a value on a page: Chinese names stand on English pages too (WCAG 2.2, 3.1.2)."""
    return HTML_LANG["zh" if HAN.search(value) else page]


def _first_wish(accept_language: str) -> Lang:
    """Return the first of our languages in the header; browsers list what they prefer first (RFC 9110 §12.5.4)."""
    names = (part.split(";")[0].strip().lower()[:2] for part in accept_language[:200].split(","))
    return next((found for name in names if (found := _known(name))), "zh")


def _known(name: str) -> Lang | None:
    return next((lang for lang in LANGS if lang == name), None)
