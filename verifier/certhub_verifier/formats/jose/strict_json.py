"""JSON as signed tokens need it: one reading of every text, or a refusal (RFC 8259, RFC 7493 I-JSON).

What Python's reader lets through, and other readers read differently, is refused here: duplicate
members, NaN and Infinity, a byte order mark, NUL and lone surrogates in strings, fractions where the
format has none, integers beyond 18 digits, nesting beyond a bound. Depth is counted over the bytes
before anything is parsed, without recursion, in time linear in the text.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

import orjson

from certhub_verifier.errors import Malformed

MAX_DEPTH = 8  # DESIGN §5 "Keys": depth 8, bundles 16
MAX_DIGITS = 18  # fits a signed 64-bit integer; int() on long texts is quadratic
MAX_FRACTION_CHARACTERS = 32  # more than any double prints as
MAX_CONTAINERS = 1 << 17  # arrays and objects: the largest list of agencies, 8,192 with two keys, has 57,000

_ONE_KIND_OF_BRACKET = bytes.maketrans(b"[]", b"{}")
_ALL_BUT_BRACKETS = bytes(set(range(256)) - set(b'"[]{}'))
_BLANKS = " \t\n\r"  # RFC 8259 §2
Scan = Callable[
    [str, int], tuple[Any, int]
]  # reads one value from a place on; StopIteration where none begins
_BETWEEN_READ = "~"
_WORD = b'"~"'
_BETWEEN = b"," + _WORD + b","
_CONTAINERS = {list, dict}
_PLAIN_TYPES = (
    orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
)
_UNSPEAKABLE = re.compile("[\x00\ud800-\udfff]")


def loads(data: bytes | str, *, max_depth: int = MAX_DEPTH, floats: bool = False) -> Any:
    """Return the one value that `data` (UTF-8 JSON) spells.

    `max_depth` counts nested arrays and objects: `{}` has depth 1, `7` has depth 0. Fractions and
    exponents are refused unless `floats` is true, and then have to be finite.

    Raises:
        Malformed: anything that two readers could read differently.
    """
    raw, text = _utf8(data)
    if raw.startswith(b"\xef\xbb\xbf"):
        raise Malformed("JSON starts with a byte order mark")
    containers = raw.count(b"[") + raw.count(b"{")
    if containers > max_depth:
        if containers > MAX_CONTAINERS:
            raise Malformed("JSON with more arrays and objects than any format of ours")
        _require_depth(raw, max_depth)
    try:
        value = _read(_SCAN_FRACTIONS if floats else _SCAN, text)
    except (ValueError, RecursionError) as broken:
        raise Malformed("not JSON") from broken
    if b"\\u" in raw:  # the only way to NUL and to lone surrogates in valid UTF-8 JSON
        _require_speakable(value)
    return value


def loads_each(pieces: Sequence[bytes]) -> list[Any]:
    """Return the value that each of `pieces` spells, as `loads` reads it; one trip for many small texts.

    Raises:
        Malformed: one of them is such that `loads` would refuse it.
    """
    raw = b"[" + _BETWEEN.join(pieces) + b"]"
    # The word between two pieces stands nowhere else, not even by an escape. If every second value is that word, no
    # piece reaches over it, and each is one value. One piece nests at most as deep as there are brackets to spare.
    spare = raw.count(b"[") + raw.count(b"{") - len(pieces) - 1
    if raw.count(_WORD) == len(pieces) - 1 and b"\\" not in raw and spare < MAX_DEPTH:
        try:
            text = raw.decode("utf-8")
            found, end = _SCAN(text, 0)
        except (ValueError, StopIteration, RecursionError) as broken:
            raise Malformed("not JSON") from broken
        values: list[Any] = found[::2]
        are_words = found[1::2] == [_BETWEEN_READ] * (len(pieces) - 1)
        if (
            end == len(text)
            and len(values) == len(pieces)
            and are_words
            and {*map(type, values)} <= _CONTAINERS
        ):
            return values
    return [loads(piece) for piece in pieces]


def dumps(value: Any) -> bytes:
    """Return `value` as compact UTF-8 JSON, members in the order given.

    Raises:
        Malformed: a string holds NUL or a lone surrogate, or a number is not finite.
        TypeError: a value that JSON has no form for; a fault of the caller.
    """
    text = _printed(value)
    # The quick printer has null for a number that is none; the plain one refuses it.
    return _print(value, _PRINTER) if text is None or b"null" in text else text


def dumps_read(value: Any) -> bytes:
    """Return as `dumps` does a value that a reader of exact types has taken: no number in it is a fraction.

    Raises:
        Malformed: a string holds NUL or a lone surrogate.
    """
    text = _printed(value)
    return _print(value, _PRINTER) if text is None else text


def dumps_each(values: Sequence[Any]) -> list[bytes]:
    """Return each of `values` as `dumps` prints it; one trip for many small values.

    Raises:
        Malformed, TypeError: as `dumps`, for any of them.
    """
    between: list[Any] = [_BETWEEN_READ] * (2 * len(values) - 1)
    between[::2] = values
    raw = dumps(between)[1:-1]
    pieces = raw.split(_BETWEEN)
    # Were the word between them in one of them too, it would not be told from those between.
    return pieces if len(pieces) == len(values) == raw.count(_WORD) + 1 else [dumps(one) for one in values]


def canonical(value: Any) -> bytes:
    """Return `value` as compact UTF-8 JSON, members sorted by code point: one spelling for hashing.

    Raises:
        Malformed, TypeError: as `dumps`.
    """
    return _print(value, _SORTING_PRINTER)


def _printed(value: Any) -> bytes | None:
    """Return a value as the quick printer has it; None where only the plain one can tell whether it may be printed."""
    try:
        text = orjson.dumps(value, option=_PLAIN_TYPES)
    except TypeError:  # a text, a number or a type that it does not take
        return None
    return None if rb"\u0000" in text else text


def _print(value: Any, printer: json.JSONEncoder) -> bytes:
    try:
        text = printer.encode(value).encode("utf-8")
    except (ValueError, RecursionError) as broken:
        raise Malformed("the value has no strict JSON form") from broken
    if rb"\u0000" in text:
        _require_speakable(value)
    return text


def _utf8(data: bytes | str) -> tuple[bytes, str]:
    """Return `data` as bytes that are known to be UTF-8, and as text."""
    try:
        return (data.encode("utf-8"), data) if isinstance(data, str) else (data, data.decode("utf-8"))
    except UnicodeError as broken:
        raise Malformed("not UTF-8") from broken


def _read(scan: Scan, text: str) -> Any:
    """Return the value that is all of `text` but blanks around it; raises ValueError where it is not."""
    try:
        value, end = scan(text, 0 if text[:1] in "{[" else len(text) - len(text.lstrip(_BLANKS)))
    except StopIteration as nothing:
        raise ValueError("no value") from nothing
    if end != len(text) and text[end:].strip(_BLANKS):
        raise ValueError("something stands behind the value")
    return value


def _require_depth(raw: bytes, max_depth: int) -> None:
    """Refuse brackets nested deeper than `max_depth`, or unbalanced ones.

    Brackets in strings go first: escapes, then all but quotes and brackets, then every second piece between
    quotes. Two quotes side by side bound nothing, so taking them away changes nothing. Each round then takes
    the innermost pairs away, so that a text of depth d is empty after d rounds.
    """
    if b"\\" in raw:
        raw = raw.replace(rb"\\", b"").replace(rb"\"", b"")
    left = raw.translate(_ONE_KIND_OF_BRACKET, _ALL_BUT_BRACKETS).replace(b'""', b"")
    if b'"' in left:
        left = b"".join(left.split(b'"')[::2])
    for _ in range(max_depth):
        left = left.replace(b"{}", b"")
    if left:
        raise Malformed(f"JSON nested deeper than {max_depth}, or its brackets do not match")


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) != len(members):
        raise Malformed("JSON object with two members of one name")
    return found


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_DIGITS:
        raise Malformed(f"JSON integer longer than {MAX_DIGITS} digits")
    return int(digits)


def _fraction(text: str) -> float:
    number = float(text) if len(text) <= MAX_FRACTION_CHARACTERS else math.inf
    if not math.isfinite(number):
        raise Malformed("JSON number out of range")
    return number


def _no_fraction(_: str) -> NoReturn:
    raise Malformed("JSON number with a fraction or exponent")


def _no_constant(_: str) -> NoReturn:
    raise Malformed("JSON with NaN or Infinity")


def _scanner(parse_float: Callable[[str], float]) -> Scan:
    reader: Any = json.JSONDecoder(
        object_pairs_hook=_object,
        parse_int=_integer,
        parse_float=parse_float,
        parse_constant=_no_constant,
    )
    scan: Scan = reader.scan_once  # what its `raw_decode` calls
    return scan


# Made once: json.loads and json.dumps build one of these for every call that is not plain.
_SCAN, _SCAN_FRACTIONS = _scanner(_no_fraction), _scanner(_fraction)
_PRINTER, _SORTING_PRINTER = (
    json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=sort_keys)
    for sort_keys in (False, True)
)


def _require_speakable(value: Any) -> None:
    """Refuse NUL and lone surrogates in any string, names of members included; without recursion."""
    waiting: list[Iterable[Any]] = [[value]]
    while waiting:
        for one in waiting.pop():
            if isinstance(one, str):
                if _UNSPEAKABLE.search(one):
                    raise Malformed("JSON string with NUL or a lone surrogate")
            elif isinstance(one, dict):
                waiting += (one.keys(), one.values())
            elif isinstance(one, list | tuple):
                waiting.append(one)
