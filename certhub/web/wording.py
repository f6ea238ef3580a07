"""The words of the pages: a catalogue, texts/zh.json and texts/en.json, read here and by the browser.

A package that adds pages has a catalogue of its own. Keys are `area.what`; a page's own area travels to its scripts,
with `common`. Placeholders are {named}. Words of verdicts, causes and facts are not here: they are the verifier's
(`certhub_verifier/sentences.json`).
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files

from certhub.web.language import Lang

Say = Callable[..., str]
OURS = "certhub.web"


@cache
def texts(lang: Lang, package: str = OURS) -> Mapping[str, str]:
    """Return the whole catalogue of one language, of these pages or of another package's."""
    catalogue: dict[str, str] = json.loads(
        files(package).joinpath(f"texts/{lang}.json").read_text(encoding="utf-8")
    )
    return catalogue


def areas(catalogue: Mapping[str, str], *names: str) -> dict[str, str]:
    """Return the part of a catalogue whose keys lie in these areas."""
    return {key: text for key, text in catalogue.items() if key.split(".", 1)[0] in names}


def speaker(catalogue: Mapping[str, str]) -> Say:
    """Return `say(key, **values)`; a key or value that is missing is a KeyError, never a hole on the screen."""

    def say(key: str, **values: str) -> str:
        return catalogue[key].format_map(values)

    return say
