"""The codes of a draft; a number that a spreadsheet destroyed is told apart from a mistyped one."""

from collections.abc import Callable
from functools import partial

from certhub_schemas import BadCode
from certhub_schemas.codes import holder_id, resident_id, uscc

from certhub.spelling.text import Unfit, read_code


def read_uscc(raw: str) -> str:
    """Return the canonical USCC of `raw`; empty where it is blank.

    Raises:
        Unfit: ID_EXCEL_NUMBER, or else the reason that certhub_schemas gives.
    """
    return _read(raw, uscc.parse)


def read_resident_id(raw: str) -> str:
    """Return the canonical identity number of `raw`; empty where it is blank.

    Raises:
        Unfit: ID_EXCEL_NUMBER, or else the reason that certhub_schemas gives.
    """
    return _read(raw, resident_id.parse)


def read_holder_number(raw: str, id_type: str) -> str:
    """Return the canonical holder's number of the sort `id_type`; empty where `raw` is blank.

    Raises:
        Unfit: ID_EXCEL_NUMBER, or else the reason that certhub_schemas gives.
    """
    return _read(raw, partial(holder_id.check, id_type))


def refuse_scientific(text: str) -> None:
    """Refuse a number that a spreadsheet shows as 4.20799E+18.

    Raises:
        Unfit: ID_EXCEL_NUMBER.
    """
    if "E+" in text and resident_id.is_excel_number(text):
        raise Unfit("ID_EXCEL_NUMBER")


def _read(raw: str, parse: Callable[[str], str]) -> str:
    text = read_code(raw)
    if not text:
        return ""
    refuse_scientific(text)
    try:
        return parse(text)
    except BadCode as wrong:
        # The check digit fails too, but what the clerk has to mend is the spreadsheet, not the digit.
        damaged = resident_id.is_excel_number(text)
        raise Unfit("ID_EXCEL_NUMBER" if damaged else wrong.reason) from wrong
