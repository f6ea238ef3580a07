"""OpenAPI: what FastAPI finds in the routes, and what access.json knows of them.

Summaries in both languages, who may call, and the refusals that every call can meet: one table says it, so
it is not said again in every decorator.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from certhub import __version__
from certhub.api.http.access import AccessTable, Row
from certhub.api.http.problems import MEDIA_TYPE
from certhub.api.routes.answers import Problem

TITLE = "CertHub 电子证照互信与交换枢纽"
DESCRIPTION = (
    "Verdicts are 200 reports, whatever they say; a problem document (RFC 9457) is for a request that cannot "
    "be acted on. `code` is permanent, texts follow `Accept-Language`. Times are RFC 3339 with an offset."
)
_SCHEMAS = "#/components/schemas/"
_PUBLIC, _ROLES, _NAMED = (
    {"503": "Unavailable"},
    {"401": "Nobody we know", "403": "Not for this role"},
    {"404": "Not found"},
)
_BODY = {
    "400": "Cannot be read",
    "408": "Too slow",
    "409": "In the way of something, or in the wrong state",
    "413": "Too large",
    "415": "Wrong media type",
    "422": "Does not fit",
}


def describe(app: FastAPI, table: AccessTable) -> dict[str, Any]:
    """Return the OpenAPI document of an app."""
    found = get_openapi(title=TITLE, version=__version__, description=DESCRIPTION, routes=app.routes)
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    described = Problem.model_json_schema(ref_template=_SCHEMAS + "{model}")
    schemas.update(described.pop("$defs"))
    schemas["Problem"] = described
    found["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            _complete(operation, _row(table, method.upper(), path))
    return found


def _row(table: AccessTable, method: str, path: str) -> Row:
    """OpenAPI writes {path} where a route says {path:path}."""
    wanted = f"{method} {path}"
    return next(row for row in table.rows() if row.key.replace(":path}", "}") == wanted)


def _complete(operation: dict[str, Any], row: Row) -> None:
    operation["summary"] = row.summary
    refusals: dict[str, str] = dict(_PUBLIC)
    if row.roles is not None:
        operation["security"] = [{"bearer": []}]
        operation["x-roles"] = sorted(row.roles)
        refusals |= _ROLES
    if row.body is not None:
        refusals |= _BODY
    if "{" in row.path:
        refusals |= _NAMED
    if any(one["in"] == "query" for one in operation.get("parameters", ())):
        refusals |= {"400": "Cannot be read", "422": "Does not fit"}
    responses = operation["responses"]
    responses.pop("422", None)
    for status, words in sorted(refusals.items()):
        responses.setdefault(status, _problem(words))
    for parameter in operation.get("parameters", ()):
        if parameter["name"] == "Idempotency-Key":
            parameter |= {"required": True, "schema": {"type": "string", "minLength": 1, "maxLength": 200}}


def _problem(words: str) -> Mapping[str, Any]:
    return {"description": words, "content": {MEDIA_TYPE: {"schema": {"$ref": _SCHEMAS + "Problem"}}}}
