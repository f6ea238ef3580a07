"""What was looked at, as somebody who had it in hand can tell it: what it is, who signed it, and when.

A fact names its evidence by a digest alone (`Checked.evidence`). These values give the digest a name, so that
`why` can say what an answer rests on. Nothing is verified here: `kid` and `dated` are the token's own word,
worth what the facts say of its signature.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from certhub_verifier.checks.core import at, digest_of
from certhub_verifier.errors import Malformed
from certhub_verifier.formats import codes
from certhub_verifier.formats.credential import sdjwt
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.status import statuslist


class EvidenceKind(StrEnum):
    """What a piece of evidence is; its words are `evidence` of the catalogue."""

    CREDENTIAL = "credential"
    KEY_BINDING = "key_binding"
    SEALED_CODE = "sealed_code"
    PAPER_CODE = "paper_code"
    STATUS_LIST = "status_list"
    AGREEMENT = "agreement"
    CATALOGUE = "catalogue"
    RECEIPT = "receipt"
    THEN = "then"  # looked at when the receipt was written, and not in its file
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedEvidence:
    """Something that was looked at, under the digests (hex SHA-256) that facts may call it by.

    `reference` is a name of it that a person can look up; `dated` is aware.
    """

    kind: EvidenceKind
    digests: frozenset[str]
    reference: str = ""
    kid: str | None = None
    dated: datetime | None = None


def of_credential(text: str) -> tuple[NamedEvidence, ...]:
    """Return what a code or a credential is as evidence; nothing where it does not read as one."""
    try:
        return _credential(text) if "~" in text else _sealed(text)
    except Malformed:
        return ()


def of_status_list(token: bytes) -> NamedEvidence:
    """Return what a status list token is as evidence; one that does not read has a digest all the same."""
    digests = frozenset({digest_of(token)})
    try:
        parsed = jws.parse(token, "statuslist+jwt")
        statement = statuslist.parse_statement(parsed.payload)
        where = statuslist.parse_status_uri(statement.sub)
    except Malformed:
        return NamedEvidence(kind=EvidenceKind.STATUS_LIST, digests=digests)
    return NamedEvidence(
        kind=EvidenceKind.STATUS_LIST,
        digests=digests,
        reference=f"{where.region}/{where.list_no}",
        kid=parsed.header.kid,
        dated=at(statement.iat),
    )


def _credential(text: str) -> tuple[NamedEvidence, ...]:
    presentation = sdjwt.split(text)
    parsed = jws.parse(presentation.issuer_jwt, "dc+sd-jwt")
    issued = parsed.payload.get("iat")
    credential = NamedEvidence(
        kind=EvidenceKind.CREDENTIAL,
        digests=frozenset({digest_of(text), digest_of(parsed.signing_input)}),
        kid=parsed.header.kid,
        dated=at(issued) if type(issued) is int else None,
    )
    if presentation.kb_jwt is None:
        return (credential,)
    return credential, NamedEvidence(
        kind=EvidenceKind.KEY_BINDING, digests=frozenset({digest_of(presentation.kb_jwt)})
    )


def _sealed(text: str) -> tuple[NamedEvidence, ...]:
    code = codes.read_code(text)
    if not isinstance(code, codes.Sealed):
        return ()
    parsed = jws.parse(code.jws, code.typ)
    kind = EvidenceKind.SEALED_CODE if code.prefix == "EC2" else EvidenceKind.PAPER_CODE
    digests = frozenset({digest_of(codes.normalise(text)), digest_of(parsed.signing_input)})
    return (NamedEvidence(kind=kind, digests=digests, kid=parsed.header.kid),)
