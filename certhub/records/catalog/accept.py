"""From text to a draft that fits its kind, or every reason why not.

One slip is told once, where it was made. So what hangs on something unreadable is not judged: an unknown
kind says nothing of claims or of the agency's right, an unknown type of holder number says nothing of the
number, an unreadable first day says nothing of the last.
"""

from collections.abc import Callable, Sequence
from datetime import date

from certhub_schemas import BadCode, HolderCategory, Kind, KindUnknown
from certhub_schemas.codes import holder_id
from certhub_schemas.kinds import MAX_HOLDERS

from certhub.errors import ClaimsInvalid
from certhub.records.catalog.claims import accept_claims
from certhub.records.catalog.draft import Draft, Holder, RawText
from certhub.records.catalog.faults import Faults
from certhub.spelling.codes import read_holder_number, read_uscc, refuse_scientific
from certhub.spelling.days import YEAR_WITHOUT_END, has_no_end, read_day
from certhub.spelling.text import Unfit, read_code, read_name, read_printed_number

MAX_NAME = 200  # characters: the longest registered name of an organisation is well below
MAX_NUMBER = 64  # characters: DESIGN section 5, "Import and retries"


def accept(
    raw: RawText,
    *,
    kind_of: Callable[[str], Kind],
    entitled: Callable[[str, str], bool],
    read_date: Callable[[str], date],
) -> Draft:
    """Return `raw` as a draft that fits its kind.

    `kind_of(code)` gives the version of a kind that is in force and raises KindUnknown.
    `entitled(agency, kind_code)` says whether the agency may issue the kind. `read_date` reads a day from NFKC text
    and raises ValueError. An expired draft is accepted: it may still have to be on record.

    Raises:
        ClaimsInvalid: with every fault found. Pointers /kind /issuer /holders[/i/name|id_type|id_number]
            /number /issued_on /valid_from /valid_to /claims/TITLE; no detail carries a value.
    """
    faults = Faults()
    found_kind = _kind(raw.kind, kind_of, faults)
    agency = _agency(raw.agency, found_kind, entitled, faults)
    number = _number(raw.number, faults)
    holders = _holders(raw.holders, found_kind, faults)
    issued_on = _day(raw.issued_on, "/issued_on", read_date, faults)
    valid_from = _day(raw.valid_from, "/valid_from", read_date, faults)
    valid_to = _last_day(raw.valid_to, valid_from, read_date, faults)
    claims = accept_claims(raw.claims, found_kind, read_date=read_date, faults=faults)
    if faults or found_kind is None or issued_on is None or valid_from is None:
        raise ClaimsInvalid(faults.in_order())
    return Draft(
        kind=found_kind,
        agency=agency,
        holders=holders,
        number=number,
        issued_on=issued_on,
        valid_from=valid_from,
        valid_to=valid_to,
        claims=claims,
    )


def _kind(raw: str, kind_of: Callable[[str], Kind], faults: Faults) -> Kind | None:
    code = _required(read_code, raw, "/kind", faults)
    if not code:
        return None
    try:
        return kind_of(code)
    except KindUnknown:
        faults.add("/kind", "KIND_UNKNOWN")
        return None


def _agency(raw: str, entry: Kind | None, entitled: Callable[[str, str], bool], faults: Faults) -> str:
    agency = _required(read_uscc, raw, "/issuer", faults)
    if agency and entry is not None and not entitled(agency, entry.code):
        faults.add("/issuer", "ISSUER_NOT_ENTITLED")
    return agency


def _number(raw: str, faults: Faults) -> str:
    def read(text: str) -> str:
        number = read_printed_number(text, max_length=MAX_NUMBER)
        refuse_scientific(number.upper())
        return number

    return _required(read, raw, "/number", faults)


def _holders(raw: Sequence[tuple[str, str, str]], entry: Kind | None, faults: Faults) -> tuple[Holder, ...]:
    if entry is not None and not entry.min_holders <= len(raw) <= entry.max_holders:
        least, most = str(entry.min_holders), str(entry.max_holders)
        exact = {"why": "exact"} if least == most else {}
        faults.add("/holders", "HOLDER_COUNT", least=least, most=most, **exact)
    judged = raw[:MAX_HOLDERS]  # more fit no kind, and one cell may hold thousands
    holders = tuple(_holder(each, f"/holders/{place}", entry, faults) for place, each in enumerate(judged))
    _refuse_twins(holders, faults)
    return holders


def _refuse_twins(holders: Sequence[Holder], faults: Faults) -> None:
    """Two holders of one number are one holder written twice, whatever types of number are claimed."""
    seen: set[str] = set()
    for place, holder in enumerate(holders):
        if holder.id_number and holder.id_number in seen:
            faults.add(f"/holders/{place}/id_number", "HOLDER_TWICE")
        seen.add(holder.id_number)


def _holder(raw: tuple[str, str, str], pointer: str, entry: Kind | None, faults: Faults) -> Holder:
    raw_name, raw_type, raw_number = raw
    name = _required(_name, raw_name, f"{pointer}/name", faults)
    id_type = _required(read_code, raw_type, f"{pointer}/id_type", faults)
    id_number = _required(read_code, raw_number, f"{pointer}/id_number", faults)
    if id_type and _type_fits(id_type, entry, f"{pointer}/id_type", faults) and id_number:
        id_number = _required(
            lambda text: read_holder_number(text, id_type), raw_number, f"{pointer}/id_number", faults
        )
    return Holder(name, id_type, id_number)


def _name(raw: str) -> str:
    return read_name(raw, max_length=MAX_NAME)


def _type_fits(code: str, entry: Kind | None, pointer: str, faults: Faults) -> bool:
    """Say whether the type of number exists and suits the kind's holders; only then the number is judged."""
    try:
        natural = holder_id.holder_id_type(code).natural
    except BadCode as unknown:
        faults.add(pointer, unknown.reason)
        return False
    wanted = None if entry is None else entry.holder_category
    if (wanted is HolderCategory.NATURAL and not natural) or (wanted is HolderCategory.LEGAL and natural):
        faults.add(pointer, "HOLDER_CATEGORY")
        return False
    return True


def _day(raw: str, pointer: str, read_date: Callable[[str], date], faults: Faults) -> date | None:
    try:
        day = read_day(raw, read_date)
    except Unfit as unfit:
        faults.add(pointer, unfit.code, **unfit.detail)
        return None
    if day is None:
        faults.add(pointer, "REQUIRED_MISSING")
    return day


def _last_day(
    raw: str | None, first: date | None, read_date: Callable[[str], date], faults: Faults
) -> date | None:
    if raw is None or has_no_end(raw):
        return None
    last = _day(raw, "/valid_to", read_date, faults)
    if last is None or last.year == YEAR_WITHOUT_END:
        return None
    if first is not None and last < first:
        faults.add("/valid_to", "DATE_BEFORE_START")
    return last


def _required(read: Callable[[str], str], raw: str, pointer: str, faults: Faults) -> str:
    """Return what `read` makes of `raw`; the empty string, with a fault noted, where that is nothing."""
    try:
        value = read(raw)
    except Unfit as unfit:
        faults.add(pointer, unfit.code, **unfit.detail)
        return ""
    if not value:
        faults.add(pointer, "REQUIRED_MISSING")
    return value
