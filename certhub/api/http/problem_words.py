"""The words of every refusal, by code: problems.json. It knows no HTTP, so that the command line has them too."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def catalogue() -> Mapping[str, Mapping[str, Any]]:
    """Return problems.json: `problems`, `faults` and `states`, each by code, zh and en."""
    found: Mapping[str, Mapping[str, Any]] = json.loads(
        files("certhub.api.http").joinpath("problems.json").read_text(encoding="utf-8")
    )
    return found
