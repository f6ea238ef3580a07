"""The sentences that say what is wrong with a value, for whoever wrote it: messages.json, Chinese and English.

A wing adds the sentences of its own codes. No sentence carries what stood in a cell; numbers of rows, names of columns
and limits are all that it may say.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

Lang = Literal["zh", "en"]
Sentences = Mapping[str, Mapping[str, str]]

_OTHER = "OTHER"


def sentence(code: str, lang: Lang, detail: Mapping[str, str], *, of: str = "") -> str:
    """Return the sentence for `code` in `lang`; `of` is the package that keeps the sentences of a wing.

    A `why` in `detail` picks the sentence `CODE.why` where there is one. A code without a sentence gets the
    general one, so that a new reason in a lower layer never breaks an import.
    """
    known = sentences(of)
    chosen = known.get(f"{code}.{detail.get('why', '')}") or known.get(code) or known[_OTHER]
    return chosen[lang].format_map(_Blanks(detail))


@cache
def sentences(package: str = "") -> Sentences:
    """Return the sentences that every wing has, with those that a package keeps in its messages.json."""
    own = _read(package) if package else {}
    return MappingProxyType({**_read("certhub.spelling"), **own})


def _read(package: str) -> Sentences:
    found: Sentences = json.loads(files(package).joinpath("messages.json").read_text(encoding="utf-8"))
    return found


class _Blanks(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"
