"""A claims tree with marks: the issuer's and the holder's side of an SD-JWT of any shape (RFC 9901 §4, §6).

    conceal({"iss": …, "address": Hidden({"city": Hidden("鄂州"), "country": "CN"}), "dates": [Hidden("…")]})

    payload      {"iss": …, "_sd": [digest], "dates": [{"...": digest}], "_sd_alg": "sha-256"}
    disclosures  of address, which holds the digest of city (§4.2.6), of city, and of the first of dates

Names are hidden with `Hidden` around their values, elements of arrays alike, at any depth and inside one
another. `outline` says what an SD-JWT can show and by which disclosure; `present` keeps what shows the
paths asked for, each with all that it stands in. Our own credentials hide every claim at the top level and
need neither: `sdjwt.conceal` and `sdjwt.select` do that.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from certhub_verifier.errors import Malformed
from certhub_verifier.formats.credential import sdjwt
from certhub_verifier.formats.jose import base64url, strict_json

Path = tuple[str | int, ...]
"""Names of members and indices of elements, from the top. An index counts what stands in the signed
array: undisclosed elements and decoys too, so that it does not move with what is shown."""

_DECOY_BYTES = 32
_PLACE_BYTES = 8


@dataclass(frozen=True, slots=True)
class Hidden:
    """A mark around a value: the holder decides whether this member or element is seen."""

    value: Any


@dataclass(frozen=True, slots=True)
class Concealed:
    """What `conceal` made: the members to sign, and the disclosures that go beside them."""

    payload: dict[str, Any]
    disclosures: tuple[sdjwt.Disclosure, ...]


def conceal(claims: Mapping[str, Any], *, random: Callable[[int], bytes], decoys: int = 0) -> Concealed:
    """Put a digest in the place of everything that is marked.

    `random` gives that many bytes that nobody can guess. `decoys` digests of nothing are added to every
    object and every array that hides something, at places that tell nothing (§4.2.5).

    Raises:
        Malformed: a name that the format keeps for itself, a mark around a mark, more disclosures than a
            reader takes, or a value that strict JSON has no form for or nests too deep.
    """
    maker = _Maker(random, decoys)
    payload = maker.hidden_object(claims, depth=1)
    if maker.disclosures:
        payload["_sd_alg"] = sdjwt.ALGORITHM
    disclosures = tuple(maker.disclosures)
    sdjwt.process(payload, [one.encoded for one in disclosures])  # what no reader takes is not made
    return Concealed(payload, disclosures)


class _Maker:
    """One pass over a tree. It recurses no deeper than a payload may be nested."""

    def __init__(self, random: Callable[[int], bytes], decoys: int) -> None:
        self.random, self.decoys = random, decoys
        self.disclosures: list[sdjwt.Disclosure] = []

    def hidden(self, value: Any, depth: int) -> Any:
        if depth > sdjwt.MAX_DEPTH:
            raise Malformed(f"nested deeper than {sdjwt.MAX_DEPTH}")
        if isinstance(value, Hidden):
            raise Malformed("a mark around a mark hides nothing more")
        if isinstance(value, Mapping):
            return self.hidden_object(value, depth)
        return self.hidden_array(value, depth) if isinstance(value, list | tuple) else value

    def hidden_object(self, members: Mapping[str, Any], depth: int) -> dict[str, Any]:
        clear: dict[str, Any] = {}
        digests: list[str] = []
        for name, value in members.items():
            if type(name) is not str or name in sdjwt.RESERVED or name == "_sd_alg":
                raise Malformed("a claim may not be called _sd, _sd_alg or ...")
            if isinstance(value, Hidden):
                digests.append(self.disclose(name, self.hidden(value.value, depth + 1)))
            else:
                clear[name] = self.hidden(value, depth + 1)
        if digests:
            clear["_sd"] = sorted(digests + [self.decoy() for _ in range(self.decoys)])
        return clear

    def hidden_array(self, elements: Iterable[Any], depth: int) -> list[Any]:
        found: list[Any] = []
        marked = False
        for value in elements:
            if isinstance(value, Hidden):
                marked = True
                found.append({"...": self.disclose(None, self.hidden(value.value, depth + 1))})
            else:
                found.append(self.hidden(value, depth + 1))
        for _ in range(self.decoys if marked else 0):
            place = int.from_bytes(self.bytes(_PLACE_BYTES), "big") % (len(found) + 1)
            found.insert(place, {"...": self.decoy()})
        return found

    def disclose(self, name: str | None, value: Any) -> str:
        """Keep a disclosure, and return its digest."""
        salt = base64url.encode(self.bytes(sdjwt.SALT_BYTES))
        parts = [salt, value] if name is None else [salt, name, value]
        encoded = base64url.encode(strict_json.dumps(parts))
        self.disclosures.append(sdjwt.Disclosure(salt, name, value, encoded))
        return sdjwt.digest(encoded)

    def decoy(self) -> str:
        return base64url.encode(sha256(self.bytes(_DECOY_BYTES)).digest())

    def bytes(self, size: int) -> bytes:
        found = self.random(size)
        if len(found) != size:
            raise Malformed("the source of randomness gave another number of bytes than asked")
        return found


def outline(presentation: sdjwt.Presentation) -> dict[Path, str | None]:
    """Return what a presentation can show: each path, with the disclosure that stands at it.

    None where a member or an element needs no disclosure beyond those of what it stands in. The issuer's
    signature is not checked: this is the holder's side.

    Raises:
        Malformed: what `sdjwt.process` refuses.
    """
    payload = sdjwt.payload_of(presentation)
    sdjwt.process(payload, presentation.disclosures)
    found = {sdjwt.digest(one): sdjwt.read_disclosure(one) for one in presentation.disclosures}
    places: dict[Path, str | None] = {}
    waiting: list[tuple[Path, Any]] = [((), payload)]
    while waiting:
        path, value = waiting.pop()
        for step, member, encoded in _members(value, found):
            places[*path, step] = encoded
            waiting.append(((*path, step), member))
    places.pop(("_sd_alg",), None)
    return places


def _members(
    value: Any, disclosures: Mapping[str, sdjwt.Disclosure]
) -> Iterable[tuple[str | int, Any, str | None]]:
    """Give each member or element that is clear or disclosed: its name or index, value and disclosure."""
    if isinstance(value, dict):
        for name, member in value.items():
            if name != "_sd":
                yield name, member, None
        for shown in (disclosures[key] for key in value.get("_sd", ()) if key in disclosures):
            yield shown.name or "", shown.value, shown.encoded
    elif isinstance(value, list):
        for index, element in enumerate(value):
            if not (isinstance(element, dict) and "..." in element):
                yield index, element, None
            elif shown_here := disclosures.get(element["..."]):
                yield index, shown_here.value, shown_here.encoded


def present(presentation: sdjwt.Presentation, paths: Iterable[Path]) -> sdjwt.Presentation:
    """Keep exactly what shows `paths`: their own disclosures, and those of everything that they stand in.

    What is hidden below a path has paths of its own. A key binding is dropped: it signed another choice.

    Raises:
        Malformed: the presentation cannot be read, or cannot show one of `paths`.
    """
    places = outline(presentation)
    kept: set[str | None] = set()
    for path in paths:
        if path not in places:
            raise Malformed("the presentation has nothing at a path that is asked for")
        kept |= {places[path[:length]] for length in range(1, len(path) + 1)}
    chosen = tuple(encoded for encoded in presentation.disclosures if encoded in kept)
    return sdjwt.Presentation(presentation.issuer_jwt, chosen)
