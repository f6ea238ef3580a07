"""A kind's own fields, with kinds made for the purpose."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from certhub_schemas import Field, Kind, Sensitivity, kind, kinds

from certhub.records.catalog.claims import accept_claims
from certhub.records.catalog.faults import Faults
from certhub.spelling.file_dates import read_date
from tests.hub.catalog.drafts import MARRIAGE, SHOP


def made(*fields: Field, **schema: Any) -> Kind:
    """A kind of these fields whose schema asks for what `schema` says."""
    properties = {field.title: {"type": "string"} for field in fields}
    claims_schema = {"type": "object", "properties": properties, **schema}
    name = "-".join(sorted(schema)) or "plain"
    return replace(kind(MARRIAGE), code=name, fields=fields, claims_schema=claims_schema)


def text(title: str, **changes: Any) -> Field:
    """An optional text field."""
    field = Field(
        title, title, Sensitivity.PUBLIC, face=False, required=False, format="text", max_length=4000
    )
    return replace(field, **changes)


def judged(claims: Mapping[str, str], of: Kind) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The claims that fit, and pointer and code of each fault."""
    faults = Faults()
    good = accept_claims(claims, of, read_date=read_date, faults=faults)
    return good, [(fault.pointer, fault.code) for fault in faults.in_order()]


def test_each_format_is_read_as_what_it_is():
    """Codes, days and numbers come to one spelling; texts stay as they are."""
    of = made(text("甲"), text("乙", format="uscc"), text("丙", format="date"), text("丁", format="number"))

    assert judged({"丁": "１２.５", "丙": "2024/1/5", "乙": SHOP.lower(), "甲": "１２"}, of) == (
        {"甲": "１２", "乙": SHOP, "丙": "2024-01-05", "丁": "12.5"},
        [],
    )


def test_blank_claims_that_are_not_required_are_left_out():
    """A blank optional cell says nothing, in every format."""
    of = made(text("甲"), text("乙", format="uscc"), text("丙", format="date"), text("丁", format="number"))

    assert judged({"甲": " ", "乙": "\u3000", "丙": ""}, of) == ({}, [])


def test_claims_that_are_too_long_together_name_the_longest():
    """Each may fit while all of them would not fit a credential."""
    of = made(*(text(str(number)) for number in range(4)))
    claims = {str(number): "营" * (3900 + number) for number in range(4)}

    assert judged(claims, of)[1] == [("/claims/3", "TEXT_TOO_LONG")]


def test_the_schema_has_the_last_word():
    """What only the schema knows is told at the claim, under a code of ours and without the value."""
    of = made(text("甲"), text("乙"), text("丙"))
    properties = {"甲": {"pattern": "^x"}, "乙": {"maxLength": 1}, "丙": {}}
    strict = replace(
        of,
        code="strict",
        claims_schema={"properties": properties, "required": ["甲", "丁"], "maxProperties": 9},
    )

    assert {
        ("/claims/甲", "CLAIM_INVALID"),
        ("/claims/乙", "TEXT_TOO_LONG"),
        ("/claims/丁", "REQUIRED_MISSING"),
    } == set(judged({"甲": "y", "乙": "yy", "丙": "z"}, strict)[1])


def test_a_claim_that_only_the_schema_refuses_is_unknown():
    """`additionalProperties: false` is told at the claim that is too many."""
    of = made(text("甲"), additionalProperties=False)
    wider = replace(of, code="wider", fields=(*of.fields, text("乙")))

    assert judged({"甲": "1", "乙": "2"}, wider)[1] == [("/claims/乙", "CLAIM_UNKNOWN")]


def test_one_claim_has_one_fault():
    """A claim that our own checks refused is not refused again because the schema misses it."""
    of = made(text("甲"), required=["甲"])

    assert judged({"甲": "\u202e"}, of)[1] == [("/claims/甲", "TEXT_CONTROL_CHARS")]


def test_a_fault_of_the_whole_has_no_title():
    """A schema that speaks of the claims as a whole is told at /claims itself."""
    of = made(text("甲"), minProperties=2)

    assert judged({"甲": "1"}, of)[1] == [("/claims", "CLAIM_INVALID")]


NAMED = [(each, field.title) for each in kinds() for field in each.fields if field.is_name]


@pytest.mark.parametrize("formula", ["+1", "-1+2", "=A1", "＋1", " -x"])
@pytest.mark.parametrize(("of", "title"), NAMED, ids=lambda one: getattr(one, "slug", one))
def test_no_claim_that_names_somebody_begins_a_formula(of, title, formula):
    """Every name of every shipped kind, as a holder's name: the shop's too, and not the holder's alone."""
    assert (f"/claims/{title}", "TEXT_FORMULA") in judged({title: formula}, of)[1]
