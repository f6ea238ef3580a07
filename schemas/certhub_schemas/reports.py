"""The form of a report: the JSON Schema (2020-12) of what a verification answers.

One schema for what the hub answers and for what `certhub-verify --json` prints, so that whoever reads either
can check it. Version 1 allows members that it does not name: one may be added any day, and a reader passes
over it.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

REPORT_VERSION = 1  # the `version` of every report that the schema describes


def report_schema() -> dict[str, Any]:
    """Return the schema, a new copy every time: the caller may close it, cut it or hand it on.

    Its root takes any of the four: a `report` (one scan), a `receipt_report` (one receipt), `unread` (an input
    that could not be judged) and `summary` (the last line of several). Each stands under `$defs` by that name.
    """
    found: dict[str, Any] = json.loads(_text())
    return found


@cache
def _text() -> str:
    return files("certhub_schemas").joinpath("report.schema.json").read_text(encoding="utf-8")
