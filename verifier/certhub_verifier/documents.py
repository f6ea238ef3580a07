"""What a receipt names by digest, followed: rules, trust list, matter, agreements and catalogue, each held to its name.

A receipt holds none of them. Whoever kept them finds each under its SHA-256, and reads years later by what was
judged. A receipt is genuine without them: what is not at hand is told, and what does not hash to its name as well.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any

from certhub_schemas import BadEntry, Matter

from certhub_verifier.errors import BadTrust, Malformed
from certhub_verifier.facts import Fact
from certhub_verifier.formats.exchange.receipt import Receipt, ReceiptItem
from certhub_verifier.formats.jose import strict_json
from certhub_verifier.trust import read_manifest

Find = Callable[[str], bytes | None]
"""Gives the content of the file that is called by a digest, None where there is no such file."""

_MAX_DEPTH = 16  # a catalogue holds the schema of each claim


class DocumentRole(StrEnum):
    """What a digest names; its words are `documents` of the catalogue of sentences."""

    POLICY = "policy"
    TRUST = "trust"
    TRUST_FILE = "trust_file"
    MATTER = "matter"
    AGREEMENT = "agreement"
    CATALOGUE = "catalogue"


class DocumentState(StrEnum):
    """How it stands with a document; its words are `document_states` of the catalogue of sentences."""

    KEPT = "kept"
    NOT_KEPT = "not_kept"
    ALTERED = "altered"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedDocument:
    """A digest (hex SHA-256) that a receipt names, and what was found under it.

    `detail` says what a kept document is, as far as it reads: matter and channel of rules, the numbers of files of a
    trust list and how many of them are kept, code and name of a matter, id of an agreement, numbers of kinds and
    matters of a catalogue.
    """

    role: DocumentRole
    digest: str
    state: DocumentState
    detail: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form (`document` of the report's schema)."""
        return {
            "what": self.role.value,
            "digest": self.digest,
            "state": self.state.value,
            "detail": dict(self.detail),
        }


_NAMES: Mapping[DocumentRole, tuple[str, ...]] = {
    DocumentRole.POLICY: ("matter", "channel"),
    DocumentRole.MATTER: ("code", "name"),
    DocumentRole.AGREEMENT: ("id",),
}
"""The members by which a document says what it is."""


def follow(receipt: Receipt, find: Find) -> tuple[FollowedDocument, ...]:
    """Follow every digest of a receipt that names a document, each once.

    A file of a kept trust list stands by itself where it is not kept, or altered; an agreement is named already.
    """
    found: list[FollowedDocument] = []
    named = dict.fromkeys(_named(receipt))
    by_itself = {digest for _, digest in named}
    for role, digest in named:
        document = find(digest)
        one = _held(role, digest, document)
        if role is DocumentRole.TRUST and one.state is DocumentState.KEPT and document is not None:
            files = list(_files(document, find))
            kept = sum(file.state is DocumentState.KEPT for file in files)
            detail = {"files": str(len(files)), "kept": str(kept)} if files else {}
            one = FollowedDocument(role=role, digest=digest, state=one.state, detail=detail)
            missing = {file.digest: file for file in files if file.state is not DocumentState.KEPT}
            found += [one, *(file for digest, file in missing.items() if digest not in by_itself)]
        else:
            found.append(one)
    return tuple(found)


def matter_of(receipt: Receipt, find: Find) -> Matter | None:
    """Return the matter that a receipt names by its digest; None where it is not at hand, altered or not readable."""
    digest = receipt.matter_digest
    document = find(digest) if digest is not None else None
    if document is None or sha256(document).hexdigest() != digest:
        return None
    try:
        return Matter.from_json(strict_json.loads(document, max_depth=_MAX_DEPTH))
    except (Malformed, BadEntry):
        return None


def _named(receipt: Receipt) -> Iterator[tuple[DocumentRole, str]]:
    yield DocumentRole.POLICY, receipt.policy
    yield DocumentRole.TRUST, receipt.trust
    if receipt.matter_digest is not None:
        yield DocumentRole.MATTER, receipt.matter_digest
    if receipt.catalogue is not None:
        yield DocumentRole.CATALOGUE, receipt.catalogue
    for reference in receipt.agreements:
        yield DocumentRole.AGREEMENT, reference.rpartition(":")[2]
    facts = [fact for item in receipt.items if isinstance(item, ReceiptItem) for fact in item.facts]
    for name, role in ((Fact.AGREEMENT, DocumentRole.AGREEMENT), (Fact.CATALOGUED, DocumentRole.CATALOGUE)):
        for fact in facts:
            # without an agreement the evidence is the trust list that holds none
            if fact.fact == name and fact.evidence is not None and fact.evidence != receipt.trust:
                yield role, fact.evidence


def _held(role: DocumentRole, digest: str, document: bytes | None, **detail: str) -> FollowedDocument:
    if document is None:
        state = DocumentState.NOT_KEPT
    elif sha256(document).hexdigest() != digest:
        state = DocumentState.ALTERED
    else:
        state, detail = DocumentState.KEPT, detail | _about(role, document)
    return FollowedDocument(role=role, digest=digest, state=state, detail=detail)


def _files(document: bytes, find: Find) -> Iterator[FollowedDocument]:
    """Yield each file of a trust list; nothing where the document is no manifest."""
    try:
        files = read_manifest(document)
    except BadTrust:
        return
    for path, digest in files.items():
        yield _held(DocumentRole.TRUST_FILE, digest, find(digest), path=path)


def _about(role: DocumentRole, document: bytes) -> dict[str, str]:
    """Return what a document says that it is; nothing where it is in no form that is known here."""
    if role in (DocumentRole.TRUST, DocumentRole.TRUST_FILE):
        return {}
    try:
        value = strict_json.loads(document, max_depth=_MAX_DEPTH)
    except Malformed:
        return {}
    if not isinstance(value, dict):
        return {}
    if role is DocumentRole.CATALOGUE:
        numbers = {name: value.get(name) for name in ("kinds", "matters")}
        return {name: str(len(one)) for name, one in numbers.items() if isinstance(one, list)}
    return {name: value[name] for name in _NAMES.get(role, ()) if isinstance(value.get(name), str)}
