"""Selective disclosure: SD-JWTs as RFC 9901 lays them out.

    <issuer's JWT> ~ <disclosure> ~ … ~ [<key binding JWT>]
                     └─ base64url of [salt, name, value], or of [salt, value] for an element of an array

The signed payload holds only digests: SHA-256 over the ASCII of the disclosure as it was sent (§4.2.3), in
the array `_sd` of an object, or as {"...": digest} in an array. `process` puts the values back where their
digests stand (§7.1). It neither recurses nor re-encodes what it hashes, and it refuses everything that
leaves a doubt of what was signed: nobody may add, repeat or hide a claim.

Signatures and times are not judged here.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from certhub_verifier.errors import Malformed
from certhub_verifier.formats.jose import base64url, strict_json
from certhub_verifier.frozen import quick

ALGORITHM = "sha-256"  # the one value of `_sd_alg` that we read, and its default (RFC 9901 §4.1.1)
_DIGEST_BYTES = 32
SALT_BYTES = 16  # RFC 9901 §9.3 recommends 128 bits
MAX_BYTES = 64 * 1024  # a whole presentation
MAX_DISCLOSURES = 512
MAX_DEPTH = 64  # of the processed payload; a chain of disclosures can be deeper than any JSON we parse
_CONTAINERS = (dict, list)
_TEXT = {str}
RESERVED = frozenset({"_sd", "..."})  # members that a reader takes for digests
_NO_CLAIM = RESERVED | {"_sd_alg"}


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One salted value; `name` is None for an element of an array, `encoded` is the text as sent."""

    salt: str
    name: str | None
    value: Any
    encoded: str


@dataclass(frozen=True, slots=True)
class Presentation:
    """The three parts of an SD-JWT, as text."""

    issuer_jwt: str
    disclosures: tuple[str, ...]
    kb_jwt: str | None = None


_disclosure, _presentation = quick(Disclosure), quick(Presentation)


def digest(disclosure: str) -> str:
    """Return base64url of SHA-256 over the disclosure's ASCII, as it stands in `_sd` (RFC 9901 §4.2.3)."""
    return base64url.encode(sha256(disclosure.encode("ascii")).digest())


def split(text: str) -> Presentation:
    """Take an SD-JWT apart, without looking inside its parts.

    Raises:
        Malformed: too large, not ASCII, a bare JWS (no `~`), an empty part, or a last part that is neither
            empty nor shaped as a JWS.
    """
    if len(text) > MAX_BYTES or not text.isascii():
        raise Malformed(f"an SD-JWT has at most {MAX_BYTES} ASCII characters")
    if text.count("~") > MAX_DISCLOSURES + 1:
        raise Malformed(f"more than {MAX_DISCLOSURES} disclosures")
    issuer_jwt, *disclosures = text.split("~")
    if not disclosures:
        raise Malformed("a bare JWS is not an SD-JWT")
    kb_jwt = disclosures.pop() or None
    if not all(disclosures):
        raise Malformed("an empty disclosure")
    for jws in (issuer_jwt, kb_jwt):
        if jws is not None and (jws.count(".") != 2 or ".." in jws or jws[0] == "." or jws[-1] == "."):
            raise Malformed("the first and the last part of an SD-JWT have three segments")
    return _presentation(issuer_jwt, tuple(disclosures), kb_jwt)


def join(issuer_jwt: str, disclosures: Iterable[str], kb_jwt: str | None = None) -> str:
    """Put an SD-JWT together; the counterpart of `split`."""
    return "~".join((issuer_jwt, *disclosures, kb_jwt or ""))


def sd_hash(presentation: Presentation) -> str:
    """Return `sd_hash` of a key binding JWT: over all that stands before it, last `~` included (§4.3.1)."""
    return digest(join(presentation.issuer_jwt, presentation.disclosures))


def payload_of(presentation: Presentation) -> dict[str, Any]:
    """Return what the issuer's JWT says, unverified: for whoever holds it, never for whoever judges it.

    Raises:
        Malformed: it is not an object in strict JSON.
    """
    parts = presentation.issuer_jwt.split(".")
    payload = strict_json.loads(base64url.decode(parts[1])) if len(parts) == 3 else None
    if type(payload) is not dict:
        raise Malformed("the payload of an SD-JWT is an object")
    return payload


def read_disclosure(encoded: str) -> Disclosure:
    """Read one disclosure (RFC 9901 §4.2.1, §4.2.2).

    Raises:
        Malformed: base64url or JSON in a second spelling, a wrong number of elements, a salt or name that
            is not a string, or a name that the format keeps for itself.
    """
    salt, name, value = _parts(strict_json.loads(base64url.decode(encoded)))
    return Disclosure(salt, name, value, encoded)


def _parts(parts: Any) -> tuple[str, str | None, Any]:
    """Return salt, name (None for an element of an array) and value of what a disclosure spells. Raises: Malformed."""
    if type(parts) is not list or not 2 <= len(parts) <= 3:
        raise Malformed("a disclosure is an array of two or three elements")
    salt, name, value = parts if len(parts) == 3 else (parts[0], None, parts[1])
    if type(salt) is not str or (len(parts) == 3 and type(name) is not str):
        raise Malformed("the salt and the name of a disclosure are strings")
    if name in RESERVED:
        raise Malformed("a disclosure may not be called _sd or ...")
    return salt, name, value


def conceal(
    claims: Mapping[str, Any], *, random: Callable[[int], bytes], decoys: int = 0
) -> tuple[tuple[Disclosure, ...], list[str]]:
    """Make a disclosure for each claim, and the sorted digests that go into `_sd`.

    `random` gives that many bytes that nobody can guess; it is asked once. `decoys` digests of nothing
    hide how many claims there are.

    Raises:
        Malformed: a name or a nested member that the format keeps for itself, more claims than a reader
            takes, a fraction, or a value that is nested too deep for strict JSON or is none.
    """
    if len(claims) > MAX_DISCLOSURES:
        raise Malformed(f"more than {MAX_DISCLOSURES} disclosures")
    pool = random(SALT_BYTES * len(claims) + 32 * decoys)
    if len(pool) != SALT_BYTES * len(claims) + 32 * decoys:
        raise Malformed("the source of randomness gave another number of bytes than asked")
    _refuse_unreadable(claims)
    salted = SALT_BYTES * len(claims)
    salts = base64url.encode_each(
        [pool[at : at + SALT_BYTES] for at in range(0, salted, SALT_BYTES)], SALT_BYTES
    )
    printed = strict_json.dumps_each(
        [[salt, *claim] for salt, claim in zip(salts, claims.items(), strict=True)]
    )
    disclosures = tuple(
        [
            _disclosure(salt, name, value, base64url.encode(one))
            for salt, (name, value), one in zip(salts, claims.items(), printed, strict=True)
        ]
    )
    digests = [sha256(one.encoded.encode("ascii")).digest() for one in disclosures]
    digests += [sha256(pool[at : at + 32]).digest() for at in range(salted, len(pool), 32)]
    return disclosures, sorted(base64url.encode_each(digests, _DIGEST_BYTES))


def _refuse_unreadable(claims: Mapping[str, Any]) -> None:
    """Refuse what is no strict JSON once it is printed, and, at any depth, members that a reader takes for digests.

    What only texts say is printed and read back as it stands. The rest makes the trip through the reader, in an object
    of the same depth as its disclosure.
    """
    if not {*map(type, claims)} <= _TEXT:
        raise Malformed("the name of a claim is a string")
    if not _NO_CLAIM.isdisjoint(claims):
        raise Malformed("a claim may not hold members called _sd, _sd_alg or ...")
    others = {name: value for name, value in claims.items() if type(value) is not str}
    waiting: list[Any] = [strict_json.loads(strict_json.dumps(others))] if others else []
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if not _NO_CLAIM.isdisjoint(value):
                raise Malformed("a claim may not hold members called _sd, _sd_alg or ...")
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def reveal(payload: Mapping[str, Any], disclosures: Sequence[str]) -> dict[str, Any]:
    """Return what `process` adds to a payload, name to value, cheap before dear: for formats with flat payloads.

    The caller owes: that no member of `payload` but its top-level `_sd` can hold a digest. Everything is digested
    once, and what nothing refers to is refused before any of it is read.

    Raises:
        Malformed: as `process`.
    """
    digests = payload.get("_sd", [])
    if type(digests) is not list or not {*map(type, digests)} <= _TEXT:
        raise Malformed("_sd: an array of digests expected")
    if len(set(digests)) != len(digests):
        raise Malformed("a digest stands twice")
    if not disclosures:
        return {}
    sent, raw = _decoded(disclosures)
    found = dict(zip(_digests_of(sent), raw, strict=True))
    whole = b"\n".join(raw)
    if b'"_sd' in whole or b'"..."' in whole or b"\\" in whole:  # one of them may hold the digest of another
        return _revealed_at_any_depth(payload, disclosures)
    kept = [found[one] for one in digests if one in found]
    if len(kept) != len(sent):
        raise Malformed("a disclosure is not referenced by what was signed")
    read = strict_json.loads_each(kept)
    if {*map(type, read)} != {list} or {*map(len, read)} != {3}:
        raise Malformed("a disclosed claim is an array of three elements")
    salts, names, values = zip(*read, strict=True)
    if {*map(type, salts), *map(type, names)} != _TEXT:
        raise Malformed("the salt and the name of a disclosure are strings")
    revealed = dict(zip(names, values, strict=True))
    if len(revealed) != len(names) or not (payload.keys().isdisjoint(names) and _NO_CLAIM.isdisjoint(names)):
        raise Malformed("a disclosure names a claim that is already there, or one that may not be disclosed")
    return revealed


def _digests_of(sent: Sequence[bytes]) -> list[str]:
    return base64url.encode_each([sha256(one).digest() for one in sent], _DIGEST_BYTES)


def _decoded(disclosures: Sequence[str]) -> tuple[list[bytes], list[bytes]]:
    """Return disclosures in ASCII, as they are hashed, and what they spell; refuses too many, and one sent twice."""
    if len(disclosures) > MAX_DISCLOSURES:
        raise Malformed(f"more than {MAX_DISCLOSURES} disclosures")
    if len(set(disclosures)) != len(disclosures):
        raise Malformed("a disclosure is repeated")
    try:
        joined = "~".join(disclosures).encode("ascii")
    except UnicodeError as broken:
        raise Malformed("not unpadded base64url") from broken
    sent = joined.split(b"~") if disclosures else []
    if len(sent) != len(disclosures):
        raise Malformed("not unpadded base64url")
    return sent, base64url.decode_each(joined, b"~") if sent else []


def _revealed_at_any_depth(payload: Mapping[str, Any], disclosures: Sequence[str]) -> dict[str, Any]:
    processed = process(payload, disclosures)
    return {name: value for name, value in processed.items() if name not in payload}


def process(payload: Mapping[str, Any], disclosures: Iterable[str]) -> dict[str, Any]:
    """Return the payload with every disclosed value in its place and every placeholder gone (RFC 9901 §7.1).

    Raises:
        Malformed: what `read_disclosure` refuses; another hash than sha-256; a disclosure sent twice, never
            referenced, or referenced by the wrong kind of place; a digest that stands twice anywhere, even
            undisclosed; a name that is already there; a value nested deeper than `MAX_DEPTH`.
    """
    texts = tuple(disclosures)
    sent, raw = _decoded(texts)
    read = [_parts(one) for one in strict_json.loads_each(raw)]
    found = {
        name: _disclosure(*parts, encoded)
        for name, parts, encoded in zip(_digests_of(sent), read, texts, strict=True)
    }
    if payload.get("_sd_alg", ALGORITHM) != ALGORITHM:
        raise Malformed("_sd_alg: only sha-256 is read")

    walk = _Walk(found)
    processed: dict[str, Any] = {}
    walk.waiting.append((dict(payload), processed, 1))
    walk.run()
    if found:
        raise Malformed("a disclosure is not referenced by what was signed")
    processed.pop("_sd_alg", None)
    return processed


class _Walk:
    """One pass over a payload: copies it, and takes each disclosure out of `disclosures` where it belongs."""

    def __init__(self, disclosures: dict[str, Disclosure]) -> None:
        self.disclosures = disclosures
        self.seen: set[str] = set()
        self.waiting: list[tuple[Any, Any, int]] = []  # what to copy, into what, at which depth

    def run(self) -> None:
        while self.waiting:
            source, target, depth = self.waiting.pop()
            if depth > MAX_DEPTH:
                raise Malformed(f"nested deeper than {MAX_DEPTH}")
            if isinstance(source, dict):
                self.fill_object(source, target, depth)
            else:
                self.fill_array(source, target, depth)

    def fill_object(self, source: dict[str, Any], target: dict[str, Any], depth: int) -> None:
        if "..." in source:
            raise Malformed("a member called ... stands outside an array")
        if "_sd_alg" in source and depth > 1:  # RFC 9901 §4.1.1: at the top level alone
            raise Malformed("_sd_alg stands inside another member")
        for name, value in source.items():
            if name != "_sd":
                target[name] = self.copy(value, depth)
        digests = source.get("_sd", [])
        if type(digests) is not list:
            raise Malformed("_sd: an array of digests expected")
        for value in digests:
            disclosure = self.take(value)
            if disclosure is None:
                continue
            if disclosure.name is None:
                raise Malformed("an element of an array is disclosed as a claim of an object")
            if disclosure.name == "_sd_alg":
                raise Malformed("_sd_alg may not come from a disclosure")
            if disclosure.name in target:
                raise Malformed("a disclosure names a claim that is already there")
            target[disclosure.name] = self.copy(disclosure.value, depth)

    def fill_array(self, source: list[Any], target: list[Any], depth: int) -> None:
        for value in source:
            if not (isinstance(value, dict) and "..." in value):
                target.append(self.copy(value, depth))
                continue
            if len(value) != 1:
                raise Malformed("a placeholder in an array has no other member than ...")
            disclosure = self.take(value["..."])
            if disclosure is None:
                continue
            if disclosure.name is not None:
                raise Malformed("a claim of an object is disclosed as an element of an array")
            target.append(self.copy(disclosure.value, depth))

    def take(self, value: Any) -> Disclosure | None:
        """Return the disclosure behind a digest, once; None when it stays undisclosed (or is a decoy)."""
        if type(value) is not str:
            raise Malformed("a digest is a string")
        if value in self.seen:
            raise Malformed("a digest stands twice")
        self.seen.add(value)
        return self.disclosures.pop(value, None)

    def copy(self, value: Any, depth: int) -> Any:
        """Return a scalar as it is, and for a container an empty twin that is filled later."""
        if not isinstance(value, _CONTAINERS):
            return value
        twin: Any = {} if isinstance(value, dict) else []
        self.waiting.append((value, twin, depth + 1))
        return twin


def called(disclosures: Sequence[str], names: Collection[str]) -> tuple[str, ...]:
    """Return those of a credential's own disclosures that are called one of `names`, in their order.

    The caller owes: that the credential's reader has taken them all (`reveal`), and that none is inside another one.

    Raises:
        Malformed: one of them cannot be read.
    """
    _, raw = _decoded(disclosures)
    read = [_parts(one) for one in strict_json.loads_each(raw)]
    return tuple([sent for sent, (_, name, _) in zip(disclosures, read, strict=True) if name in names])


def select(presentation: Presentation, names: Collection[str]) -> Presentation:
    """Keep what discloses the top-level claims called `names`, all that they hold included; drop the rest.

    A name that the presentation does not hold is passed over; clear claims stay. The key binding is dropped,
    since it signed another selection. The issuer's signature is not checked: this is the holder's side.

    Raises:
        Malformed: the payload or a disclosure cannot be read.
    """
    payload = payload_of(presentation)
    if type(payload.get("_sd", [])) is not list:
        raise Malformed("_sd: an array of digests expected")
    disclosed = [read_disclosure(encoded) for encoded in presentation.disclosures]
    found = {digest(disclosure.encoded): disclosure for disclosure in disclosed}
    waiting: list[Any] = [value for name, value in payload.items() if name in names and name != "_sd"]
    waiting += [
        key
        for key in payload.get("_sd", [])
        if type(key) is str and key in found and found[key].name in names
    ]
    kept: set[str] = set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, str) and value in found and value not in kept:
            kept.add(value)
            waiting.append(found[value].value)
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return Presentation(
        presentation.issuer_jwt,
        tuple(encoded for encoded in presentation.disclosures if digest(encoded) in kept),
    )
