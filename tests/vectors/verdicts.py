"""Vectors whose outcome is a report: the verdict and its code are stated by hand, and the package adds the facts.

Where the package says otherwise nothing is written: either it or the vector is wrong, and somebody has to look.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.vectors.judge import World, judge
from tests.vectors.vector import OURS, Vector


@dataclass(frozen=True, slots=True)
class Expected:
    """What must come out, as whoever wrote the vector says."""

    verdict: str
    code: str


class Disagreement(Exception):
    """The package and the vector do not agree."""


@cache
def the_world() -> World:
    """Return the world as its file says it."""
    from tests.vectors.files import world_json

    return World(json.loads(json.dumps(world_json())))


def reported(
    form: str,
    *,
    name: str,
    why: str,
    text: Any,
    given: Mapping[str, Any],
    default: Mapping[str, Any],
    expected: Expected,
    origin: str = OURS,
) -> Vector:
    """Return a vector with the package's whole report, once it says what is expected.

    Raises:
        Disagreement: it says something else.
    """
    vector = {"input": text, "given": dict(given)}
    report = judge(form, vector, default, the_world())
    if (report["verdict"], report["code"]) != (expected.verdict, expected.code):
        raise Disagreement(
            f"{form} {name}: expected {expected.verdict} {expected.code}, "
            f"the package says {report['verdict']} {report['code']}"
        )
    return Vector(name=name, why=why, origin=origin, input=text, given=given, expect=report)
