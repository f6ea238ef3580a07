"""The form of reports, as tests hold us to it: closed, so that nothing is printed that the schema does not name."""

from typing import Any

import pytest
from certhub_schemas import report_schema


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
    rs = pytest.importorskip(
        "jsonschema_rs", reason="jsonschema-rs comes with the hub, not with the verifier"
    )
    return rs.Draft202012Validator(closed(report_schema()), validate_formats=True)
