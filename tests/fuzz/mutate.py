"""A mutator that knows how tokens are made: neighbours of a good input on every level at which it can be bent.

    bytes        bits flipped, bytes set, runs cut, doubled, swapped, put in; the end cut off; two inputs spliced
    text         case, spaces, hyphens, padding, the other base64 alphabet, look-alike characters
    segments     swapped with another token's, dropped, doubled; loose bits in the last character of base64
    signatures   the twin (r, n-s), r and s out of range, swapped, as DER, as zeros
    JSON         members changed, dropped, renamed, added, spelled twice, NaN, 1e400, BOM, surrogates, depth
    headers      another alg, typ, kid; crit, jku, jwk, x5c, b64 added
    disclosures  dropped, doubled, reordered, edited, borrowed from another credential
    codes        unpacked, bent inside, packed again

Everything follows from the `chance` that is handed in, so that any mutant can be made again.
"""

import json
import random
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Any

from certhub_schemas.algorithms import ES256
from certhub_verifier.errors import Malformed
from certhub_verifier.formats.codes import crockford

_ORDER = ES256.order or 0
_SPECIAL = b'\x00\xff"{}[]:,.~-_=+/ \t\r\n0A9z\\u\xef\xbb\xbf\xed\xa0\x80'
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_NAMES = (
    "alg", "typ", "kid", "crit", "jku", "jwk", "x5c", "x5u", "b64", "zip", "cty", "iss", "sub", "aud", "exp",
    "nbf", "iat", "jti", "_sd", "_sd_alg", "...", "cnf", "status", "vct", "facts", "items", "", "extra",
)  # fmt: skip
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 1 << 31, 1 << 53, 1 << 62, 1 << 64, 10**30, 0.5, 1e300, "", "0", "x", "x" * 70,
    "\x00", "\ud800", "\u202e", "𠮷", "none", "HS256", "es256", "EdDSA", "SM2SM3", "../../etc/passwd",
    "' OR 1=1 --", "receipt+jwt", "show+jwt", "dc+sd-jwt", [], {}, [[]], [None], {"_sd": []}, {"...": "x"},
    {"": ""}, "2026-11-24T01:41:00Z", "1970-01-01T00:00:00Z", "9" * 400,
)  # fmt: skip
_LOOSE_JSON = (
    b"NaN", b"Infinity", b"-Infinity", b"1e400", b"-0", b"1.0", b"1E2", b"0x1", b"01", b"'x'", b'"\\ud800"',
    b'"\\u0000"', b'"\\udc00\\ud800"', b"9" * 5000, b"[" * 3000, b'{"a":' * 300, b"//", b"true", b"\xef\xbb\xbf{}",
)  # fmt: skip


class Mutator:
    """Makes neighbours of inputs; `others` are good inputs of any kind to borrow from."""

    def __init__(self, chance: random.Random, others: Sequence[bytes]) -> None:
        self.chance = chance
        self.others = others

    def mutant(self, good: bytes) -> bytes:
        """Return one neighbour of `good`, which it is not."""
        ways: list[Callable[[bytes], bytes]] = [self._bytes]
        if good[:2] in (b"EC",):
            ways = [self._bytes, self._bytes, self._respelled, self._code]
        elif good.startswith((b"{", b"[")):
            ways = [self._bytes, self._document, self._document, self._loose]
        elif b"~" in good:
            ways = [self._bytes, self._issuer_jwt, self._issuer_jwt, self._disclosures, self._disclosures]
            ways += [] if good.endswith(b"~") else [self._key_binding, self._key_binding]
        elif good.count(b".") == 2 and good.startswith(b"ey"):
            ways = [self._bytes, self._token, self._token]
        data = self.chance.choice(ways)(good)
        while data == good or self.chance.random() < 0.15:
            data = self.chance.choice(ways)(data)
        return data

    # bytes

    def _bytes(self, good: bytes) -> bytes:
        data = bytearray(good)
        for _ in range(self.chance.choice((1, 1, 1, 2, 6))):
            if not data:
                break
            self._bend(data)
        return bytes(data)

    def _bend(self, data: bytearray) -> None:
        chance = self.chance
        at = chance.randrange(len(data))
        run = chance.choice((1, 1, 2, 5, 40, 400))
        match chance.randrange(10):
            case 0 | 1:
                data[at] ^= 1 << chance.randrange(8)
            case 2:
                data[at] = chance.choice(_SPECIAL)
            case 3:
                data[at] = chance.choice(_ALPHABET)
            case 4:
                del data[at : at + run]
            case 5:
                data[at:at] = data[at : at + run]
            case 6:
                data[at:at] = bytes(chance.choice(_SPECIAL) for _ in range(chance.choice((1, 1, 3))))
            case 7:
                del data[at:]
            case 8:
                other = chance.choice(self.others)
                cut = chance.randrange(len(other))
                data[at:] = other[cut : cut + 4096]
            case _:
                to = chance.randrange(len(data))
                data[at : at + run], data[to : to + run] = data[to : to + run], data[at : at + run]

    def _respelled(self, good: bytes) -> bytes:
        """Write a code as people, scanners and input methods do, and now and then as nobody does."""
        text = good.decode("utf-8", "replace")
        at = self.chance.randrange(len(text) + 1)
        match self.chance.randrange(6):
            case 0:
                text = text.lower()
            case 1:
                text = text[:at] + self.chance.choice("- \n\t\u2011\u3000\u200b=.~") + text[at:]
            case 2:
                text = text.replace("0", self.chance.choice("oOQ")).replace("1", self.chance.choice("iIlL!"))
            case 3:
                text = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
            case 4:
                text = self.chance.choice(("EC1", "EC2", "EC3", "EC4", "ec2", "HC1:")) + text[3:]
            case _:
                text = text[:at] + self.chance.choice("UuÅß０Ｏ𝟎") + text[at + 1 :]
        return text.encode()

    def _code(self, good: bytes) -> bytes:
        """Unpack a sealed code, bend its bytes, and pack it again, so that the base32 is in order."""
        try:
            data = bytearray(crockford.decode(good[3:].decode()))
        except (ValueError, Malformed):  # a code that is bent already
            return self._bytes(good)
        if len(data) > 70 and self.chance.random() < 0.3:
            data[-64:] = self._signature(bytes(data[-64:]))
        elif data:
            self._bend(data)
        if self.chance.random() < 0.7 and len(data) >= 2:
            data[:2] = (len(data) & 0xFFFF).to_bytes(2, "big")
        return good[:3] + crockford.encode(bytes(data)).encode()

    # tokens

    def _token(self, good: bytes) -> bytes:
        segments = good.split(b".")
        if len(segments) != 3:
            return self._bytes(good)
        place = self.chance.randrange(3)
        match self.chance.randrange(9):
            case 0 | 1:
                segments[place] = self._base64(segments[place])
            case 2 | 3:
                segments[2] = _encoded(self._signature(_decoded(segments[2])))
            case 4:
                segments[0] = self._json_segment(segments[0], self._header)
            case 5 | 6:
                segments[1] = self._json_segment(segments[1], self._value)
            case 7:
                other = self.chance.choice(self.others).split(b"~")[0].split(b".")
                if len(other) == 3:
                    segments[place] = other[place]
                    if self.chance.random() < 0.3:
                        segments[(place + 1) % 3] = other[(place + 1) % 3]
            case _:
                segments.insert(place, segments[place]) if self.chance.random() < 0.5 else segments.pop(place)
        return b".".join(segments)

    def _base64(self, segment: bytes) -> bytes:
        """Spell the same bytes, or nearly, in another way."""
        if not segment:
            return b"AA"
        at = self.chance.randrange(len(segment) + 1)
        match self.chance.randrange(7):
            case 0 | 1:  # the last character, by its loose bits
                place = _ALPHABET.find(segment[-1:])
                return segment[:-1] + bytes([_ALPHABET[(place & 0x30) | self.chance.randrange(16)]])
            case 2:
                return segment + b"=" * self.chance.choice((1, 2, -len(segment) % 4))
            case 3:
                return segment.replace(b"-", b"+").replace(b"_", b"/")
            case 4:
                return (
                    segment[:at]
                    + self.chance.choice((b"\n", b" ", b"\r\n", b"\x00", b"=", b"%"))
                    + segment[at:]
                )
            case 5:
                return b64encode(_decoded(segment))
            case _:
                return segment[:-1]

    def _signature(self, raw: bytes) -> bytes:
        r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:64], "big")
        pairs = ((r, _ORDER - s), (_ORDER - r, s), (s, r), (r, 0), (0, s), (0, 0), (r, _ORDER), (1, 1),
                 (r, s + _ORDER), (r + _ORDER, s), (_ORDER + r, _ORDER + s))  # fmt: skip
        match self.chance.randrange(5):
            case 0 | 1:
                r, s = self.chance.choice(pairs)
                return b"".join((one % (1 << 256)).to_bytes(32, "big") for one in (r, s))
            case 2:
                body = b"".join(b"\x02\x21\x00" + one.to_bytes(32, "big") for one in (r, s))
                return b"\x30" + bytes([len(body)]) + body
            case 3:
                return raw[: self.chance.choice((0, 1, 32, 63))] + b"\x00" * self.chance.choice((0, 1, 64))
            case _:
                data = bytearray(raw or b"\x00")
                data[self.chance.randrange(len(data))] ^= 1 << self.chance.randrange(8)
                return bytes(data)

    def _json_segment(self, segment: bytes, change: Callable[[Any], Any]) -> bytes:
        raw = _decoded(segment)
        if self.chance.random() < 0.35:
            return _encoded(self._loose(raw))
        return _encoded(self._changed(raw, change))

    # JSON

    def _document(self, good: bytes) -> bytes:
        return self._changed(good, self._value)

    def _changed(self, raw: bytes, change: Callable[[Any], Any]) -> bytes:
        try:
            value = change(json.loads(raw))
        except (ValueError, RecursionError):
            return self._bytes(raw)
        ascii_only, indent = self.chance.random() < 0.1, self.chance.choice((None,) * 9 + (2,))
        separators = None if indent else (",", ":")
        printed = json.dumps(value, ensure_ascii=ascii_only, separators=separators, indent=indent)
        return printed.encode("utf-8", "surrogatepass")

    def _loose(self, raw: bytes) -> bytes:
        """Put in what one reader of JSON takes, and another refuses or reads differently."""
        at = raw.find(b":", self.chance.randrange(max(1, len(raw)))) + 1
        bit = self.chance.choice(_LOOSE_JSON)
        match self.chance.randrange(6):
            case 0:
                return b"\xef\xbb\xbf" + raw
            case 1:
                return raw + self.chance.choice((b" ", b"\n", b"\x00", b"{}", b",", b"]"))
            case 2:  # the first member once more, with what it had or with something else
                end = raw.find(b",")
                again = raw[1:end] if self.chance.random() < 0.5 else raw[1 : raw.find(b":") + 1] + bit
                return raw[:-1] + b"," + again + b"}"
            case 3:
                return raw[:at] + b" " + raw[at:]
            case _:
                end = min(
                    (found for found in (raw.find(b",", at), raw.find(b"}", at)) if found > 0), default=at
                )
                return raw[:at] + bit + raw[end:]

    def _header(self, header: Any) -> Any:
        if not isinstance(header, dict):
            return header
        name = self.chance.choice(_NAMES[:11])
        borrowed = self._borrowed_header()
        match self.chance.randrange(4):
            case 0:
                return {**header, name: self.chance.choice(_VALUES)}
            case 1:
                return {**header, **{key: borrowed[key] for key in borrowed if self.chance.random() < 0.5}}
            case 2:
                return {key: value for key, value in header.items() if key != name}
            case _:
                return {
                    **header,
                    "alg": self.chance.choice(("none", "None", "HS256", "ES384", "EdDSA", "es256", "")),
                }

    def _borrowed_header(self) -> dict[str, Any]:
        try:
            found = json.loads(_decoded(self.chance.choice(self.others).split(b".")[0]))
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def _value(self, value: Any, depth: int = 0) -> Any:
        chance = self.chance
        if isinstance(value, dict) and value and chance.random() < 0.9:
            copy, name = dict(value), chance.choice(list(value))
            match chance.randrange(8):
                case 0:
                    del copy[name]
                case 1:
                    copy[chance.choice(_NAMES)] = chance.choice(_VALUES)
                case 2:
                    copy[chance.choice((name + " ", name.upper(), chance.choice(_NAMES)))] = copy.pop(name)
                case _:
                    copy[name] = self._value(value[name], depth + 1)
            return copy
        if isinstance(value, list) and value and chance.random() < 0.9:
            items, at = list(value), chance.randrange(len(value))
            match chance.randrange(7):
                case 0:
                    del items[at]
                case 1:
                    items.append(items[at])
                case 2:
                    chance.shuffle(items)
                case _:
                    items[at] = self._value(value[at], depth + 1)
            return items
        return self._scalar(value)

    def _scalar(self, value: Any) -> Any:
        chance = self.chance
        if isinstance(value, str) and value and chance.random() < 0.6:
            at = chance.randrange(len(value))
            return value[:at] + chance.choice("0aZ~\n \u202e\x00.-_é") + value[at + chance.randrange(2) :]
        if type(value) is int and chance.random() < 0.6:
            return value + chance.choice((1, -1, 60, -60, 86_400, 1 << 32, -value, -2 * value))
        return chance.choice(_VALUES)

    # credentials

    def _issuer_jwt(self, good: bytes) -> bytes:
        head, *rest = good.split(b"~")
        return b"~".join((self._token(head), *rest))

    def _key_binding(self, good: bytes) -> bytes:
        shown, tilde, last = good.rpartition(b"~")
        return shown + tilde + self._token(last)

    def _disclosures(self, good: bytes) -> bytes:
        chance = self.chance
        head, *parts, last = good.split(b"~") if b"~" in good else (good, b"")
        other = chance.choice(self.others).split(b"~")[1:-1]
        at = chance.randrange(len(parts)) if parts else 0
        match chance.randrange(8) if parts else 7:
            case 0:
                del parts[at]
            case 1:
                parts.append(parts[at])
            case 2:
                chance.shuffle(parts)
            case 3 | 4:
                parts[at] = self._json_segment(parts[at], self._value)
            case 5:
                parts[at] = self._base64(parts[at])
            case 6:
                last = chance.choice((b"x.y.z", b"~", b"a.b.c~", head, b" "))
            case _:
                parts[at:at] = [chance.choice(other)] if other else [b""]
        return b"~".join((head, *parts, last))


def _encoded(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")


def _decoded(segment: bytes) -> bytes:
    try:
        return urlsafe_b64decode(segment + b"=" * (-len(segment) % 4))
    except ValueError:
        return segment
