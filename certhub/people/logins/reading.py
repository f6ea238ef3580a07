"""A row of a staff file into a member of staff: all causes of a row, nothing guessed (columns.json, words.json)."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from certhub.people.logins.logins import Staff
from certhub.people.organisation.reading import (
    READERS,
    Column,
    Readers,
    World,
    read_fields,
    row_fault,
    word_of,
)
from certhub.people.organisation.reading import faults_of as of_columns
from certhub.people.organisation.tables import NAME
from certhub.people.parties.people import Role
from certhub.spelling.row_faults import RowFault, RowFaults
from certhub.spelling.text import Unfit, read_code, read_name, read_printed_number, read_value

NUMBER = 32  # characters
_PHONE = re.compile(r"\+?[0-9][0-9 -]{4,18}")
_MAIL = re.compile(r"[^\s@<>\",;:\\]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,250}\.[A-Za-z]{2,}")
_JOIN = "^"


@cache
def staff_columns() -> tuple[Column, ...]:
    """Return the columns of a staff file, in the order of its template."""
    return tuple(Column(**each) for each in _read("columns.json"))


def staff_of(cells: Mapping[str, str], world: World) -> tuple[Staff | None, list[tuple[str, Unfit]]]:
    """Return the member of staff that a row describes, None with the fields that are wrong."""
    values, wrong = read_fields(staff_columns(), cells, _READERS, world)
    roles = values.get("roles", ())
    if (
        not values.get("phone")
        and not values.get("mail")
        and not {"phone", "mail"} & {name for name, _ in wrong}
    ):
        wrong.append(("mail", Unfit("NO_WAY_TO_REACH")))
    if Role.AGENCY in roles and not values.get("agency") and "agency" not in {name for name, _ in wrong}:
        wrong.append(("agency", Unfit("AGENCY_MISSING")))
    if Role.CLERK in roles and not values.get("office") and "office" not in {name for name, _ in wrong}:
        wrong.append(("office", Unfit("OFFICE_MISSING")))
    return (None, wrong) if wrong else (Staff(**values), [])


def faults_of(row: int, wrong: Iterable[tuple[str, Unfit]]) -> RowFaults:
    """Return what is wrong with a row, by the names of its columns."""
    return of_columns(row, staff_columns(), wrong, of=__package__)


def misshapen(row: int) -> RowFault:
    """Return the fault of a row that does not fit its header."""
    return row_fault(row, "", "ROW_SHAPE", of=__package__)


def _read_roles(raw: str, _: World) -> tuple[Role, ...]:
    known = {word: ours for ours, words in _read("words.json").items() for word in (*words, ours)}
    parts = [text for part in raw.split(_JOIN) if (text := read_name(part))]
    return tuple(dict.fromkeys(Role(word_of(text, known)) for text in parts))


def _read_number(raw: str, _: World) -> str:
    text = read_code(raw)
    if len(text) > NUMBER:
        raise Unfit("TEXT_TOO_LONG", most=str(NUMBER))
    return text


def _read_phone(raw: str, _: World) -> str:
    text = read_printed_number(raw)
    if text and not _PHONE.fullmatch(text):
        raise Unfit("PHONE_FORM")
    return text


def _read_mail(raw: str, _: World) -> str:
    text = read_value(raw, max_length=254)
    if text and not _MAIL.fullmatch(text):
        raise Unfit("MAIL_FORM")
    return text


_READERS: Readers = {
    **READERS,
    "number": _read_number,
    "name": lambda raw, _: read_name(raw, max_length=NAME),
    "phone": _read_phone,
    "mail": _read_mail,
    "roles": _read_roles,
}


@cache
def _read(name: str) -> Any:
    return json.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
