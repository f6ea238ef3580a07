"""A kind's claims schema: JSON Schema 2020-12 that also says how each claim is shown and guarded.

    {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:certhub:kind:<code>:<version>",
     "title": <the kind's name>, "type": "object", "additionalProperties": false, "required": [...],
     "properties": {"名称": {
       "type": "string", "title": "名称", "minLength": 1, "maxLength": 200, "x-certhub": {
         "title_en": "Name", "sensitivity": "public", "face": true, "format": "text", "order": 1}}}}

Any JSON Schema validator reads it; `x-certhub` is an annotation that it passes over (2020-12 core, §6.5).
Every claim is a text. Whether an identity number checks itself is the caller's to judge, with `codes`.
"""

from collections.abc import Mapping
from typing import Any, get_args

from certhub_schemas.certificate_kind import CORE_NAMES, MAX_FACE_FIELDS, Field, FieldFormat, Sensitivity
from certhub_schemas.entries import Members

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ANNOTATION = "x-certhub"
DIVISION_PATTERN = "^[1-9][0-9]{5}$"  # GB/T 2260: six digits
MAX_CLAIM_LENGTH = 4000  # characters: the longest scope of business seen is under 2,000

_FORMATS: tuple[FieldFormat, ...] = get_args(FieldFormat)
_NEVER_ON_FACE = (Sensitivity.SENSITIVE, Sensitivity.INTERNAL)


def read_fields(schema: Mapping[str, Any], *, entry: str, vct: str, name: str) -> tuple[Field, ...]:
    """Return the fields of `schema` in display order.

    `vct` and `name` are the kind's own and must be repeated in the schema.

    Raises:
        BadEntry: the schema is not of the shape above; `field` begins with the claim's place in it.
    """
    top = Members(schema, entry=entry)
    _expect(top, "$schema", DIALECT)
    _expect(top, "$id", vct)
    _expect(top, "title", name)
    _expect(top, "type", "object")
    if top.boolean("additionalProperties"):
        raise top.bad("additionalProperties", "must be false: an unknown claim is refused")
    required = top.texts("required", most=64)
    ordered = [
        _read_field(title, members, required=title in required)
        for title, members in top.within("properties").items()
    ]
    top.done()
    if not ordered:
        raise top.bad("properties", "holds no claim")
    fields = _in_order(top, ordered)
    for title in required:
        if title not in {field.title for field in fields}:
            raise top.bad("required", f"names {title}, which is no property")
    return fields


def _read_field(title: str, members: Members, *, required: bool) -> tuple[int, Field, Members]:
    if members.text("title", most=64) != title:
        raise members.bad("title", f"must be {title}")
    _expect(members, "type", "string")
    if title in CORE_NAMES:
        raise members.bad("title", "is metadata of every certificate and cannot be a claim")
    members.integer("minLength", least=1, most=1)
    longest = members.integer("maxLength", least=1, most=MAX_CLAIM_LENGTH)
    shown = members.within(ANNOTATION)
    field = Field(
        title=title,
        title_en=shown.text("title_en"),
        sensitivity=shown.one_of("sensitivity", Sensitivity),
        face=shown.boolean("face"),
        required=required,
        format=shown.one_of("format", _FORMATS),
        max_length=longest,
    )
    order = shown.integer("order", least=1, most=999)
    shown.done()
    if field.face and (field.sensitivity in _NEVER_ON_FACE or field.format in ("resident_id", "uscc")):
        raise shown.bad("face", "a number or a guarded claim cannot stand in a code that anybody may scan")
    if field.format == "resident_id" and field.sensitivity is not Sensitivity.SENSITIVE:
        raise shown.bad("sensitivity", "an identity number is sensitive")
    if field.format == "date":
        _expect(members, "format", "date")
    if field.format == "division_code":
        _expect(members, "pattern", DIVISION_PATTERN)
    members.done()
    return order, field, shown


def _in_order(top: Members, fields: list[tuple[int, Field, Members]]) -> tuple[Field, ...]:
    taken = sorted(fields, key=lambda each: each[0])
    for place, (order, field, shown) in enumerate(taken, start=1):
        if order != place:
            raise shown.bad("order", f"{field.title} is {order} where {place} is due (from 1, no gaps)")
    faces = [field for _, field, _ in taken if field.face]
    if len(faces) > MAX_FACE_FIELDS:
        raise top.bad("face", f"{len(faces)} face fields; a sealed code carries at most {MAX_FACE_FIELDS}")
    return tuple(field for _, field, _ in taken)


def _expect(members: Members, name: str, value: str) -> None:
    if members.take(name) != value:
        raise members.bad(name, f"must be {value}")
