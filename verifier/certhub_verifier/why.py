"""What each answer rests on: fact → evidence → signer → root, each with its age.

    ✔ shape  ✔ signature  ✔ term      the credential      its agency's seal       the trust list
    ✔ present status                  a status list       its region's key        the trust list
    ✔ issuer on the trust list        —                   —                       the trust list
    ? shown by its holder             nothing

The facts have been found already, and nothing is verified here. A fact carries the digest of what was looked
at; whoever had it in hand says what it was (`named_evidence`); who signed it stands in the trust set, and the trust
set is the root. `why_text` and `why_svg` draw it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from certhub_schemas.purposes import Purpose

from certhub_verifier.checks.core import at, digest_of
from certhub_verifier.facts import Checked, Fact, Outcome
from certhub_verifier.formats.exchange.receipt import ReceiptItem
from certhub_verifier.formats.exchange.reported_fact import StatedFact
from certhub_verifier.named_evidence import EvidenceKind, NamedEvidence
from certhub_verifier.receipts import ReceiptReport
from certhub_verifier.report import local_time
from certhub_verifier.trust import TrustedKey, TrustSet

_GENUINE = {0: Outcome.YES, 10: Outcome.YES, 20: Outcome.NO}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer: the name of a fact, or `genuine` of a receipt; `as_of` (aware) as of when."""

    name: str
    outcome: Outcome
    cause: str | None
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """Where trust begins: `origin` is "folder", "bundle" (named by hand, its own anchor) or "none"."""

    origin: str
    trust: TrustSet | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Some answers, and what they rest on together.

    `kid` is the id that the evidence names and `key` the key as listed, None where nobody of that id is known;
    `owner` is what the key's owner is called, Chinese and English. `rooted` tells whether it ends at the root:
    an answer without evidence ends in the air.
    """

    answers: tuple[Answer, ...] = ()
    evidence: NamedEvidence | None = None
    kid: str | None = None
    key: TrustedKey | None = None
    owner: tuple[str, str] = ("", "")
    rooted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """All chains of one result; ages are counted to `now` (aware), recorded ones to `then`."""

    chains: tuple[Chain, ...]
    root: Root
    now: datetime
    then: datetime | None = None

    def to_list(self) -> list[dict[str, Any]]:
        """Return the JSON form (`why` of the report's schema)."""
        return [_to_dict(chain, self.root.trust) for chain in self.chains]


def why(facts: Iterable[Checked], evidence: Sequence[NamedEvidence], *, root: Root, now: datetime) -> Why:
    """Return what the facts of one certificate rest on; facts with the same evidence stand together."""
    found: dict[tuple[NamedEvidence | None, bool], Chain] = {}
    for checked in facts:
        answer = Answer(
            name=checked.fact.value, outcome=checked.outcome, cause=checked.cause, as_of=checked.as_of
        )
        chain = _chain(checked, evidence, root.trust)
        held = found.get((chain.evidence, chain.rooted), chain)
        found[chain.evidence, chain.rooted] = replace(held, answers=(*held.answers, answer))
    return Why(chains=tuple(found.values()), root=root, now=now)


def why_receipt(report: ReceiptReport, content: bytes, *, root: Root) -> Why:
    """Return what a receipt rests on, and what its region says that its own answers rested on.

    `content` is the whole file. Recorded answers end at the receipt's signer: what they were found by is not
    in the file.
    """
    receipt = report.receipt
    evidence = NamedEvidence(
        kind=EvidenceKind.RECEIPT,
        digests=frozenset({digest_of(content)}),
        reference=receipt.vid if receipt else "",
        kid=report.kid,
        dated=at(receipt.issued_at) if receipt else None,
    )
    outcome = _GENUINE.get(report.exit_code, Outcome.UNDETERMINED)
    genuine = Answer(name="genuine", outcome=outcome, cause=None, as_of=report.as_of)
    signed = replace(_signed(evidence, root.trust), answers=(genuine,))
    chains = [signed]
    told = [item for item in receipt.items if isinstance(item, ReceiptItem)] if receipt else []
    for item in told:
        chains += _recorded(item.facts, signed)
    return Why(chains=tuple(chains), root=root, now=report.as_of, then=receipt.at if receipt else None)


def _chain(checked: Checked, evidence: Sequence[NamedEvidence], trust: TrustSet | None) -> Chain:
    digest = checked.evidence
    if digest is None:  # a term is judged by what was shown; otherwise nobody had anything to look at
        own = evidence[0] if evidence and checked.fact is Fact.DATES else None
        return _signed(own, trust) if own else Chain()
    if trust is not None and digest == trust.digest:
        return Chain(rooted=True)
    if checked.fact is Fact.AGREEMENT:
        name = checked.detail.get("reference", "").partition("@")[0]
        agreement = NamedEvidence(kind=EvidenceKind.AGREEMENT, digests=frozenset({digest}), reference=name)
        return Chain(evidence=agreement, rooted=True)
    if checked.fact is Fact.CATALOGUED:  # data of this installation: nobody signs them
        return Chain(evidence=NamedEvidence(kind=EvidenceKind.CATALOGUE, digests=frozenset({digest})))
    known = next((one for one in evidence if digest in one.digests), None)
    return _signed(known or NamedEvidence(kind=EvidenceKind.OTHER, digests=frozenset({digest})), trust)


def _signed(evidence: NamedEvidence, trust: TrustSet | None) -> Chain:
    key = trust.key(evidence.kid) if trust else None
    return Chain(
        evidence=evidence, kid=evidence.kid, key=key, owner=_owner(key, trust), rooted=key is not None
    )


def _owner(key: TrustedKey | None, trust: TrustSet | None) -> tuple[str, str]:
    if key is None or trust is None:
        return "", ""
    owner = trust.agency(key.owner) if key.purpose is Purpose.SEAL else trust.region(key.owner)
    return (owner.name, owner.name_en) if owner else (key.owner, key.owner)


def _recorded(facts: Iterable[StatedFact], signed: Chain) -> list[Chain]:
    """Return recorded facts by what they rested on then; for all of them the receipt's signer answers."""
    found: dict[str | None, tuple[Answer, ...]] = {}
    for fact in facts:
        outcome = Outcome(fact.outcome)
        answer = Answer(name=fact.fact, outcome=outcome, cause=fact.cause, as_of=fact.as_of)
        found[fact.evidence] = (*found.get(fact.evidence, ()), answer)
    return [
        replace(
            signed,
            answers=answers,
            evidence=NamedEvidence(kind=EvidenceKind.THEN, digests=frozenset({digest} if digest else ())),
        )
        for digest, answers in found.items()
    ]


def _to_dict(chain: Chain, trust: TrustSet | None) -> dict[str, Any]:
    form: dict[str, Any] = {"answers": [], "evidence": None, "signer": None, "root": None}
    for answer in chain.answers:
        told = {"fact": answer.name, "outcome": answer.outcome.value, "as_of": local_time(answer.as_of)}
        form["answers"].append(told | ({"cause": answer.cause} if answer.cause else {}))
    if chain.evidence:
        form["evidence"] = {
            "what": chain.evidence.kind.value,
            "reference": chain.evidence.reference,
            "digests": sorted(chain.evidence.digests),
            "as_of": local_time(chain.evidence.dated) if chain.evidence.dated else None,
        }
    if chain.kid:
        key = chain.key
        form["signer"] = {"kid": chain.kid, "owner": None, "purpose": None, "from": None, "until": None}
        if key:
            term = {"from": local_time(key.from_), "until": local_time(key.until)}
            form["signer"] |= {"owner": key.owner, "purpose": key.purpose.value, **term}
    if chain.rooted and trust:
        form["root"] = {
            "version": trust.version,
            "digest": trust.digest,
            "as_of": local_time(trust.as_of),
        }
    return form
