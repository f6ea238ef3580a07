"""A kind's own fields: each read by its format, then all together against the kind's JSON Schema (2020-12).

Our checks come first because they know more than a schema does: what a spreadsheet did to a number, which
characters cannot be seen. The schema has the last word on what is left.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache

import jsonschema_rs
from certhub_schemas import Field, Kind

from certhub.records.catalog.faults import Faults, claim_pointer
from certhub.spelling.codes import read_resident_id, read_uscc
from certhub.spelling.days import read_day
from certhub.spelling.text import Unfit, read_naming, read_printed_number, read_value

MAX_CLAIMS_BYTES = 36 * 1024
"""UTF-8 bytes of all claims together: as base64url disclosures they stay below the credential's 64 KiB."""

_SCHEMA_CODES = {  # JSON Schema keyword -> fault
    "required": "REQUIRED_MISSING",
    "additionalProperties": "CLAIM_UNKNOWN",
    "unevaluatedProperties": "CLAIM_UNKNOWN",
    "maxLength": "TEXT_TOO_LONG",
}


def accept_claims(
    raw: Mapping[str, str], kind: Kind | None, *, read_date: Callable[[str], date], faults: Faults
) -> dict[str, str]:
    """Return the claims that fit, by title in the order of the kind's fields; note the others in `faults`.

    Blank claims that the kind does not require are left out. With `kind` None (unknown), only characters
    are judged: nothing else can be known.
    """
    if kind is None:
        _judge_characters(raw, faults)
        return {}
    claims: dict[str, str] = {}
    for field in kind.fields:
        try:
            value = _read(raw.get(field.title, ""), field, read_date)
        except Unfit as unfit:
            faults.add(claim_pointer(field.title), unfit.code, **unfit.detail)
            continue
        if value:
            claims[field.title] = value
        elif field.required:
            faults.add(claim_pointer(field.title), "REQUIRED_MISSING")
    known = {field.title for field in kind.fields}
    for title in raw:
        if title not in known:
            faults.add(claim_pointer(title), "CLAIM_UNKNOWN")
    _judge_size(claims, faults)
    _judge_schema(claims, kind, faults)
    return claims


def _read(raw: str, field: Field, read_date: Callable[[str], date]) -> str:
    if field.is_name:
        return read_naming(raw, max_length=field.max_length, lines=True)
    if field.format == "text":
        return read_value(raw, max_length=field.max_length, lines=True)
    if field.format == "resident_id":
        return read_resident_id(raw)
    if field.format == "uscc":
        return read_uscc(raw)
    if field.format == "date":
        day = read_day(raw, read_date)
        return "" if day is None else day.isoformat()
    return read_printed_number(raw, max_length=field.max_length)


def _judge_characters(raw: Mapping[str, str], faults: Faults) -> None:
    for title, value in raw.items():
        try:
            read_value(value, lines=True)
        except Unfit as unfit:
            faults.add(claim_pointer(title), unfit.code, **unfit.detail)


def _judge_size(claims: Mapping[str, str], faults: Faults) -> None:
    if sum(map(len, claims.values())) * 4 <= MAX_CLAIMS_BYTES:  # UTF-8 takes at most 4 bytes
        return
    if sum(len(value.encode()) for value in claims.values()) > MAX_CLAIMS_BYTES:
        longest = max(claims, key=lambda title: len(claims[title]))
        faults.add(claim_pointer(longest), "TEXT_TOO_LONG", why="together")


def _judge_schema(claims: dict[str, str], kind: Kind, faults: Faults) -> None:
    validator = _validator(kind)
    if validator.is_valid(claims):
        return
    for error in validator.iter_errors(claims):
        code = _SCHEMA_CODES.get(error.kind.name, "CLAIM_INVALID")
        for pointer in _pointers(error):
            faults.add(pointer, code)


def _pointers(error: jsonschema_rs.ValidationError) -> list[str]:
    """Return where `error` is. Its own message carries the value, so it is not used."""
    if error.instance_path:
        return [claim_pointer(str(error.instance_path[0]))]
    details = error.kind.as_dict()
    if "property" in details:
        return [claim_pointer(details["property"])]
    return [claim_pointer(title) for title in details.get("unexpected", ())] or ["/claims"]


@lru_cache(maxsize=256)
def _validator(kind: Kind) -> jsonschema_rs.Validator:
    """Return the compiled schema of `kind`, made once per version."""
    return jsonschema_rs.Draft202012Validator(json.dumps(kind.claims_schema))
