"""The catalogue of kinds: one folder per kind, so that a new kind is data and no line of code.

    catalog/business-licence/kind.json            who defines it, who holds it, for how long
    catalog/business-licence/claims.schema.json   its claims (see `claims.py`)
    catalog/business-licence@2/…                  its second version, with the day from which it is in force

`shipped_kinds()` is every version inside the package, `kinds()` and `kind()` speak of the newest ones; they are read
once. `load_kinds` reads any folder of the same shape, an operator's own catalogue for instance, and refuses it whole
if one entry is wrong. `versions.py` says how versions are told apart.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import get_args

from certhub_schemas.certificate_kind import (
    CORE_NAMES,
    Authority,
    CodeOrigin,
    Field,
    FieldFormat,
    HolderCategory,
    Holders,
    Kind,
    Level,
    Sensitivity,
    vct,
)
from certhub_schemas.claims import read_fields
from certhub_schemas.codes import uscc
from certhub_schemas.entries import Members, read_object
from certhub_schemas.errors import BadCode, BadEntry, KindUnknown
from certhub_schemas.versions import Kept, base_of, read_in_force_from, read_version, refuse_clashes

__all__ = [
    "CORE_NAMES",
    "Authority",
    "CodeOrigin",
    "Field",
    "FieldFormat",
    "HolderCategory",
    "Holders",
    "Kind",
    "Level",
    "Sensitivity",
    "kind",
    "kinds",
    "load_kinds",
    "shipped_kinds",
    "vct",
]

FIRST_PLACEHOLDER = 900  # sequence: our own codes stay visibly apart from national ones
MAX_HOLDERS = 64  # co-owners of one estate; more is a slip in the file

_SEQUENCE_DIGITS = 3
_SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"
_TERM = r"[1-9][0-9]{0,2}[年月天]|长期"
_ORIGINS: tuple[CodeOrigin, ...] = get_args(CodeOrigin)
_HOLDERS: tuple[Holders, ...] = get_args(Holders)


def kinds() -> tuple[Kind, ...]:
    """Return the newest version of each kind of the package's catalogue, national codes first, then by code."""
    return tuple(_by_code().values())


def kind(code: str) -> Kind:
    """Return the newest version of the kind with the 21 characters `code`.

    Raises:
        KindUnknown: the catalogue has none.
    """
    try:
        return _by_code()[code]
    except KeyError:
        raise KindUnknown(code) from None


def load_kinds(folder: Traversable) -> tuple[Kind, ...]:
    """Return every version of every kind of `folder`: national codes first, then by code, older versions first.

    Raises:
        BadEntry: an entry is wrong, or two claim the same code and version, the same name or the same first day;
            `entry` is the folder's name.
    """
    found = [_read_kind(place) for place in _places(folder)]
    if not found:
        raise BadEntry(folder.name, "(whole)", "holds no kind")
    refuse_clashes(found)
    _refuse_namesakes(found)
    ordered = sorted(
        (one.value for one in found),
        key=lambda each: (each.code_origin != "national", each.code, each.version),
    )
    return tuple(ordered)


@cache
def shipped_kinds() -> tuple[Kind, ...]:
    """Return every version of every kind inside this package, in the order of `load_kinds`."""
    return load_kinds(files("certhub_schemas").joinpath("catalog"))


@cache
def _by_code() -> Mapping[str, Kind]:
    return MappingProxyType({each.code: each for each in shipped_kinds()})  # the newest of a code comes last


def _places(folder: Traversable) -> Iterable[Traversable]:
    for place in sorted(folder.iterdir(), key=lambda each: each.name):
        if place.name.startswith((".", "__")):
            continue  # what editors and interpreters leave behind
        if not place.is_dir():
            raise BadEntry(place.name, "(whole)", "is not a folder; one folder per kind")
        yield place


def _read_kind(place: Traversable) -> Kept[Kind]:
    entry, base = place.name, base_of(place.name)
    top = Members({"slug": base, **read_object(place.joinpath("kind.json"), entry)}, entry=entry)
    code, origin, authority = _read_code(top)
    name, version = top.text("name"), read_version(top, entry)
    schema = read_object(place.joinpath("claims.schema.json"), entry)
    holders = top.one_of("holders", _HOLDERS)
    least, most = _read_holder_counts(top, holders)
    found = Kind(
        code=code,
        slug=top.text("slug", most=64, pattern=_SLUG),
        name=name,
        name_en=top.text("name_en"),
        version=version,
        code_origin=origin,
        defined_by=authority,
        holder_category=top.one_of("holder_category", HolderCategory),
        holders=holders,
        min_holders=least,
        max_holders=most,
        validity=top.texts("validity", pattern=_TERM),
        issuing_level=top.one_of("issuing_level", Level),
        related_matters=top.texts("related_matters"),
        fields=read_fields(schema, entry=entry, vct=vct(code, version), name=name),
        claims_schema=schema,
        in_force_from=read_in_force_from(top),
    )
    top.done()
    if not found.validity:
        raise top.bad("validity", "names no term")
    return Kept(entry, base, found)


def _read_code(top: Members) -> tuple[str, CodeOrigin, Authority]:
    defined_by = top.within("defined_by")
    authority = Authority(
        name=defined_by.text("name"),
        code=defined_by.text("code", most=uscc.LENGTH),
        level=defined_by.one_of("level", Level),
    )
    defined_by.done()
    try:
        uscc.parse(authority.code)
    except BadCode as wrong:
        raise defined_by.bad("code", f"is no unified social credit code ({wrong.reason})") from wrong
    code, origin = top.text("code", most=64), top.one_of("code_origin", _ORIGINS)
    sequence = code.removeprefix(authority.code)
    if sequence == code:
        raise top.bad("code", "does not begin with the code of the authority that defines it")
    if len(sequence) != _SEQUENCE_DIGITS or not set(sequence) <= set("0123456789") or sequence == "000":
        raise top.bad("code", "does not end in a sequence of three digits from 001")
    if origin == "placeholder" and int(sequence) < FIRST_PLACEHOLDER:
        raise top.bad("code", f"is a placeholder whose sequence is below {FIRST_PLACEHOLDER}")
    return code, origin, authority


def _read_holder_counts(top: Members, holders: Holders) -> tuple[int, int]:
    least = top.integer("min_holders", least=1, most=MAX_HOLDERS)
    most = top.integer("max_holders", least=1, most=MAX_HOLDERS)
    if most < least:
        raise top.bad("max_holders", "is below min_holders")
    if (holders == "one") != (most == 1):
        raise top.bad("max_holders", f"does not go with holders = {holders}")
    return least, most


def _refuse_namesakes(entries: Iterable[Kept[Kind]]) -> None:
    """A clerk chooses by name: two kinds may not share one, versions of one kind may."""
    names: dict[str, Kept[Kind]] = {}
    for one in entries:
        other = names.setdefault(one.value.name, one)
        if other.value.code != one.value.code:
            raise BadEntry(one.entry, "name", f"is also the name of {other.entry}")
