"""The forms that JSON Schemas describe, as tests hold us to them.

That of reports is closed here, so that nothing is printed that the schema does not name; that of a matter is closed.
"""

from typing import Any

import pytest
from certhub_schemas import matter_schema, report_schema


def closed(schema: Any) -> Any:
    """Return the schema with every object that it describes closed to members it does not name."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed(value) for name, value in schema.items()}
    if found.get("type") == "object" and "properties" in found:
        found["unevaluatedProperties"] = False
    return found


def report_validator() -> Any:
    """Return what validates a report strictly, with its times; tests skip where the validator is missing."""
    return _validator(closed(report_schema()))


def matter_validator() -> Any:
    """Return what validates a matter's file, as anybody would who has the schema alone."""
    return _validator(matter_schema())


def _validator(schema: dict[str, Any]) -> Any:
    rs = pytest.importorskip(
        "jsonschema_rs", reason="jsonschema-rs comes with the hub, not with the verifier"
    )
    return rs.Draft202012Validator(schema, validate_formats=True)
