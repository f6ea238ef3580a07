"""How a device comes to trust the local authority: words for each system, in Chinese and in English (trusting.json)."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Steps:
    """What to do on one system, sentence by sentence."""

    system: str
    name: str
    zh: tuple[str, ...]
    en: tuple[str, ...]


def before() -> Steps:
    """Return what comes first on every system."""
    return Steps("before", "", tuple(_words()["before"]["zh"]), tuple(_words()["before"]["en"]))


def systems() -> tuple[Steps, ...]:
    """Return the steps of each system."""
    return tuple(
        Steps(one["system"], one["name"], tuple(one["zh"]), tuple(one["en"])) for one in _words()["systems"]
    )


@cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = json.loads(files("certhub.setup").joinpath("trusting.json").read_text("utf-8"))
    return words
