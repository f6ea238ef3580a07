"""What a credential type is called and holds: Type Metadata of SD-JWT VC ("SD-JWT VC Type Metadata").

    {"vct", "name", "display": [{"locale", "name"}], "claims": [{"path", "display", "sd", "mandatory"}]}

`type_metadata` prints it for a kind of the catalogue; `published` are the bytes to serve and `integrity`
their `vct#integrity` (W3C SRI: SHA-256 over exactly these bytes, standard base64 with padding). `resolved`
reads anybody's: it follows `extends` through documents that the caller has, each by its hash where one is
given, and comes to an end. Metadata names and describes. It gives nobody the right to issue, and a mandatory
claim that was not disclosed is not missing.
"""

import base64
import binascii
from collections.abc import Mapping
from hashlib import sha256, sha384, sha512
from typing import Any

from certhub_schemas import CORE_NAMES, Kind

from certhub_verifier.errors import Malformed
from certhub_verifier.formats.jose import strict_json
from certhub_verifier.formats.jose.object_schema import Check, anything, listing, one_of, text

ZH, EN = "zh-CN", "en"
MAX_BYTES = 1 << 20  # of one document
MAX_EXTENDS = 8  # documents in a row; the draft asks for a limit ("Circular `extends`")
MAX_DEPTH = 12
_MAX_CLAIMS = 1024

# English beside the catalogue's names of the core metadata (GB/T 36903): these are of every kind.
_CORE_EN = ("Certificate identifier", "Certificate number", "Holder", "Holder's code")
_HASHES = {"sha256": sha256, "sha384": sha384, "sha512": sha512}  # W3C SRI §3.2, weakest first

Path = tuple[str | int | None, ...]
"""Names of members, indices of elements, and None for all elements of an array."""


def type_metadata(kind: Kind) -> dict[str, Any]:
    """Return the Type Metadata of a kind: every claim of its credentials, in display order.

    All claims are always selectively disclosable; the holders' names and codes are arrays, of which one
    disclosure shows all.
    """
    core = [(name, en, True) for name, en in zip(CORE_NAMES, _CORE_EN, strict=True)]
    fields = [(field.title, field.title_en, field.required) for field in kind.fields]
    return {
        "vct": kind.vct,
        "name": kind.name_en,
        "display": [{"locale": ZH, "name": kind.name}, {"locale": EN, "name": kind.name_en}],
        "claims": [
            {
                "path": [name],
                "display": [{"locale": ZH, "label": name}, {"locale": EN, "label": en}],
                "sd": "always",
                "mandatory": mandatory,
            }
            for name, en, mandatory in core + fields
        ],
    }


def published(kind: Kind) -> bytes:
    """Return the document as it is served (application/json): the same bytes for the same kind and version."""
    return strict_json.dumps(type_metadata(kind))


def integrity(document: bytes) -> str:
    """Return the integrity metadata of a document, for `vct#integrity` or `extends#integrity`."""
    return "sha256-" + base64.b64encode(sha256(document).digest()).decode()


def require_integrity(document: bytes, expected: str) -> None:
    """Refuse a document that is not the one meant, by the strongest hash that `expected` gives (SRI §3.3.5).

    Raises:
        Malformed: another document, or no hash in a form that is read.
    """
    hashes: dict[str, list[bytes]] = {}
    for word in expected.split():
        name, _, encoded = word.partition("?")[0].partition("-")
        if name in _HASHES:
            hashes.setdefault(name, []).append(_decoded(encoded))
    if not hashes:
        raise Malformed("integrity: no SHA-256, SHA-384 or SHA-512")
    strongest = max(hashes, key=list(_HASHES).index)
    if _HASHES[strongest](document).digest() not in hashes[strongest]:
        raise Malformed("integrity: another document than the one that is meant")


def resolved(vct: str, documents: Mapping[str, bytes], *, vct_integrity: str | None = None) -> dict[str, Any]:
    """Return the metadata of `vct` with the claims that it inherits: `documents` are raw bytes by their URI.

    The nearer document's word for a path stands in the place of the farther one's; it may not say otherwise
    what was "always" or "never" disclosable, nor make optional what was mandatory. `display` is that of the
    nearest document that has one. What is not understood is kept as the nearest document has it.

    Raises:
        Malformed: a document is missing, is another one than its hash says or its own `vct`, is out of form,
            goes round in a circle or through more than MAX_EXTENDS others, or takes back what it extends.
    """
    chain: list[dict[str, Any]] = []
    seen: set[str] = set()
    name: str | None = vct
    expected = vct_integrity
    while name is not None:
        if name in seen:
            raise Malformed("extends goes round in a circle")
        if len(chain) > MAX_EXTENDS:
            raise Malformed(f"extends goes through more than {MAX_EXTENDS} documents")
        seen.add(name)
        document = _document(name, documents, expected)
        chain.append(document)
        name, expected = document.get("extends"), document.get("extends#integrity")
    claims: dict[Path, dict[str, Any]] = {}
    for document in reversed(chain):
        for claim in document.get("claims", []):
            path = tuple(claim["path"])
            _require_kept(claims.get(path, {}), claim)
            claims[path] = claim
    display = next(({"display": one["display"]} for one in chain if "display" in one), {})
    return chain[0] | display | ({"claims": list(claims.values())} if claims else {})


def at_path(claims: Mapping[str, Any], path: Path) -> list[Any]:
    """Return what `path` selects in a processed payload ("Claim Path"); empty when it selects nothing.

    Indices count what is there: a payload with undisclosed elements has fewer of them than were issued, so
    that only whoever has every disclosure can rely on an index.

    Raises:
        Malformed: a step goes into something that is no object, or no array.
    """
    selected: list[Any] = [claims]
    for step in path:
        if isinstance(step, str):
            selected = [one[step] for one in _all(selected, dict) if step in one]
        elif step is None:
            selected = [element for one in _all(selected, list) for element in one]
        else:
            selected = [one[step] for one in _all(selected, list) if step < len(one)]
    return selected


def _all(selected: list[Any], container: type) -> list[Any]:
    if not all(isinstance(one, container) for one in selected):
        raise Malformed("the path goes into a value that has no such members")
    return selected


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as broken:
        raise Malformed("integrity: not base64") from broken


def _document(name: str, documents: Mapping[str, bytes], expected: str | None) -> dict[str, Any]:
    raw = documents.get(name)
    if raw is None:
        raise Malformed("a type's metadata is not at hand")
    if len(raw) > MAX_BYTES:
        raise Malformed(f"type metadata of more than {MAX_BYTES} bytes")
    if expected is not None:
        require_integrity(raw, expected)
    found = strict_json.loads(raw, max_depth=MAX_DEPTH, floats=True)
    if type(found) is not dict:
        raise Malformed("type metadata is an object")
    for member, check in _CHECKS.items():
        if member in found:
            check(found[member], member)
    if found.get("vct") != name:
        raise Malformed("the metadata is of another type than the one that was asked for")
    return found


def _require_kept(base: Mapping[str, Any], claim: Mapping[str, Any]) -> None:
    """Refuse a word for a path that takes back what the extended type said of it."""
    was = base.get("sd", "allowed")
    if was != "allowed" and claim.get("sd", "allowed") != was:
        raise Malformed("an extending type changes whether a claim is selectively disclosable")
    if base.get("mandatory") and not claim.get("mandatory"):
        raise Malformed("an extending type makes a mandatory claim optional")


def _step(value: Any, where: str) -> Any:
    if not (value is None or type(value) is str or (type(value) is int and value >= 0)):
        raise Malformed(f"{where}: a name, an index or null expected")
    return value


_path = listing(_step, at_least=1, at_most=32)
_sd = one_of("always", "allowed", "never")


def _claim(value: Any, where: str) -> None:
    if type(value) is not dict:
        raise Malformed(f"{where}: an object expected")
    _path(value.get("path"), f"{where}.path")
    if "sd" in value:
        _sd(value["sd"], f"{where}.sd")
    if type(value.get("mandatory", False)) is not bool:
        raise Malformed(f"{where}.mandatory: true or false expected")


_CHECKS: Mapping[str, Check] = {
    "vct": text(2048),
    "extends": text(2048),
    "extends#integrity": text(512),
    "display": listing(anything, at_most=64),
    "claims": listing(_claim, at_most=_MAX_CLAIMS),
}
