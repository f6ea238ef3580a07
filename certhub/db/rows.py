"""From a value to its row and back: a column is named in its table and in its value, and nowhere else.

    row_of(CertificateRow, certificate, sealed=blob)   each column that the value has a field for, and what is given
    value_of(Certificate, row, record=opened)          each field that the row has a column for, and what is given

A new column is a column of the table class, a field of the value and a migration. Whoever forgets one of the first two
is told by name when a row is written or read.
"""

from collections.abc import Callable
from dataclasses import fields
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints

from sqlalchemy import Row
from sqlmodel import SQLModel

from certhub.db.columns import table_of

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Value = TypeVar("Value", bound=DataclassInstance)
else:
    Value = TypeVar("Value")

MAC = "mac"
"""The one column that is no part of a value: certhub/db/grants.py writes and checks it."""


def row_of(model: type[SQLModel], value: "DataclassInstance", **given: Any) -> dict[str, Any]:
    """Return the row of a table that keeps a value; `given` are columns that the value keeps otherwise.

    Raises:
        TypeError: a column of the table is neither a field of the value nor given.
    """
    named, row = _fields(type(value)), dict(given)
    missing = []
    for column in _columns(model):
        if column in row:
            continue
        if column in named:
            found = getattr(value, column)
            row[column] = found.value if isinstance(found, StrEnum) else found
        else:
            missing.append(column)
    if missing:
        raise TypeError(f"{type(value).__name__} has nothing for {', '.join(missing)} of {model.__name__}")
    return row


def value_of(type_: type[Value], row: Row[Any], **given: Any) -> Value:
    """Return the value that a row keeps; `given` are the fields that no column holds as it stands.

    Raises:
        TypeError: a field without a default is neither a column of the row nor given.
    """
    found = row._mapping
    values = {
        name: found[name] if read is None or found[name] is None else read(found[name])
        for name, read in _fields(type_).items()
        if name not in given and name in found
    }
    return type_(**values, **given)


@cache
def _columns(model: type[SQLModel]) -> tuple[str, ...]:
    return tuple(column.name for column in table_of(model).columns if column.name != MAC)


@cache
def _fields(type_: "type[DataclassInstance]") -> dict[str, Callable[[Any], Any] | None]:
    """Return the fields of a value, each with what makes it out of a column; None where the column is it."""
    hints = get_type_hints(type_)
    return {field.name: _word(hints[field.name]) for field in fields(type_) if field.init}


def _word(hint: object) -> Callable[[Any], Any] | None:
    """Return the closed list that a field's words come from, also where it may be None; None for another type."""
    for one in (hint, *get_args(hint)):
        if isinstance(one, type) and issubclass(one, StrEnum):
            return one
    return None
