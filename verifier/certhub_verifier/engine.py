"""The engine: judges what was shown, asks for what it needs, and fetches nothing.

    steps = examine(evidence, trust=trust, policy=policy, catalogue=catalogue, now=now)      a generator
    need  = next(steps)                                                 StatusAt or UseOf
    need  = steps.send(news)                                            news, or None: could not be had
    …                                                                   until it returns an ItemReport

`run` drives it with a function; `verify` also raises unless the verdict is "valid". One body serves the
hub, the command, a counter without a network and the tests.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from certhub_schemas import Catalogue

from certhub_verifier.causes import Verdict
from certhub_verifier.checks import core, need
from certhub_verifier.checks.binding import holder_binding
from certhub_verifier.checks.peer import borne_out, doubted, reported_facts
from certhub_verifier.checks.status import status
from certhub_verifier.errors import Malformed, VerifierError
from certhub_verifier.evidence import (
    Evidence,
    PeerAnswer,
    PresentedCredential,
    SealedCode,
    channel_of,
    kind_of,
)
from certhub_verifier.examination import Examination, judged
from certhub_verifier.facts import Fact, Outcome
from certhub_verifier.formats import codes
from certhub_verifier.formats.codes.sealed import SealedPayload
from certhub_verifier.formats.credential import sdjwt, vc
from certhub_verifier.formats.exchange.reported_fact import StatedIssuer
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.jose.tokens import TOKEN_TYPES
from certhub_verifier.formats.status import statuslist
from certhub_verifier.frozen import quick
from certhub_verifier.lookups import Lookup, LookupResult, RedemptionOf, RedemptionRecord, StatusAt
from certhub_verifier.memory import Remembered, SignatureMemory
from certhub_verifier.policy import Channel, Policy
from certhub_verifier.report import ItemReport
from certhub_verifier.trust import TrustedKey, TrustSet

_issuer, _status_at = quick(StatedIssuer), quick(StatusAt)

Steps = Generator[Lookup, LookupResult | None, ItemReport]


class NotValid(VerifierError):
    """The verdict is another one than "valid"; `report` says which and why."""

    def __init__(self, report: ItemReport) -> None:
        super().__init__(f"the verdict is {report.verdict.value} ({report.code})")
        self.report = report


class WrongChannel(VerifierError):
    """The policy is made for another channel than the evidence came by; nothing was judged."""

    def __init__(self, came_by: Channel, policy: Channel) -> None:
        super().__init__(f"what came by {came_by.value} is not judged by a policy for {policy.value}")


@dataclass(frozen=True, slots=True)
class Verified:
    """A certificate whose verdict is "valid". There is none of any other verdict."""

    report: ItemReport

    def __post_init__(self) -> None:
        if self.report.verdict is not Verdict.VALID:
            raise NotValid(self.report)


def examine(
    evidence: Evidence,
    *,
    trust: TrustSet | None,
    policy: Policy,
    catalogue: Catalogue | None,
    now: datetime,
    memory: SignatureMemory | None = None,
) -> Steps:
    """Judge one certificate, cheap before dear.

    `trust` None is a machine without a trust list, `catalogue` None one that knows no kinds; both are told by
    facts, and neither is ever valid. `memory` spares (3) where it knows that this very JWT was signed by this very key
    of this trust set; None remembers nothing. Everything else is judged each time.

    (1) Shape: it reads as its format, to the last member. Otherwise altered, and nothing in it is believed.
    (2) Issuer: the key that it names is on the trust list. Otherwise its signature cannot be judged.
    (3) Signature: that key's, over these bytes. Only now is what it discloses shown to anybody, as far as it
        can be read as it stands.
    (4) Who stands behind it: the agency's seal, a region's answer, or a region alone.
    (5) Entitled: that owner may issue this kind, and the key could sign then; the catalogue describes it.
    (6) Dates: inside its term, by a clock that is not visibly slow.
    (7) Agreement, where the counter is in another region; fields beyond it are dropped.
    (8) Binding: the holder's signature, and what only the caller knows: audience, ticket redeemed, logged.
    (9) Status: the first need. A home hub's row, or a signed list.
    (10) First use of a sealed code: the last need, since it may spend the code.
    (11) Trust list young enough: asked of everything, because everything rests on it.
    (12) What the matter asks, where there is one: whether it uses this certificate, whether what is seen of it
         suffices, and whether it was shown in the mode that is demanded.
    (13) The verdict: a pure function of these facts and the policy, never below the floor of the evidence. Of
         what is invalid kind and cause are told, and neither what it disclosed nor what was answered of it.

    The caller owes: for a ticket, that it was redeemed; for an answer, its envelope; for an expected
    binding, that its nonce is used up. It returns an `ItemReport`.

    Raises:
        WrongChannel: the policy is not for what the evidence is; said at once, before the first need.
    """
    if policy.channel is not channel_of(evidence):
        raise WrongChannel(channel_of(evidence), policy.channel)
    manner, kind = evidence.manner, kind_of(evidence)
    if manner.predicates:
        manner = replace(manner, predicates=need.in_time(manner.predicates, policy=policy, now=now))
    case = Examination(evidence=kind, trust=trust, policy=policy, catalogue=catalogue, now=now, manner=manner)
    return _steps(evidence, case, memory)


def _steps(evidence: Evidence, case: Examination, memory: SignatureMemory | None) -> Steps:
    match evidence:
        case PresentedCredential():
            yield from _presented(evidence, case, memory)
        case SealedCode():
            yield from _sealed(evidence, case)
        case PeerAnswer():
            _answered(evidence, case)
    case.add(core.trust_fresh(case.trust, policy=case.policy, now=case.now))  # (11)
    _asked_by_the_matter(case)  # (12)
    return judged(case)  # (13)


def run(steps: Steps, fetch: Callable[[Lookup], LookupResult | None]) -> ItemReport:
    """Drive `steps` to the end, answering each need with `fetch`; what it raises passes through."""
    try:
        need = next(steps)
        while True:
            need = steps.send(fetch(need))
    except StopIteration as finished:
        report: ItemReport = finished.value
        return report


def verify(
    evidence: Evidence,
    *,
    trust: TrustSet | None,
    policy: Policy,
    catalogue: Catalogue | None,
    now: datetime,
    fetch: Callable[[Lookup], LookupResult | None],
    memory: SignatureMemory | None = None,
) -> Verified:
    """Return the certificate, verified.

    Raises:
        NotValid: the verdict is check, invalid or undetermined; the report comes with it.
    """
    steps = examine(evidence, trust=trust, policy=policy, catalogue=catalogue, now=now, memory=memory)
    return Verified(run(steps, fetch))


def _presented(
    evidence: PresentedCredential, case: Examination, memory: SignatureMemory | None
) -> Generator[Lookup, LookupResult | None, None]:
    now, looked_at = case.now, core.evidence_of(evidence.text, at_most=sdjwt.MAX_BYTES)
    known = None
    if memory is not None and looked_at is not None:
        known = memory.recall(evidence.text.partition("~")[0])
    try:
        credential = vc.parse(evidence.text) if known is None else known.read(evidence.text)
    except Malformed as broken:
        case.add(core.unreadable(broken, evidence=looked_at, now=now))
        return
    claims = credential.claims
    told = [core.in_time(one, policy=case.policy, now=now) for one in evidence.known_facts]
    case.kind, case.kind_version = claims.kind_code, claims.kind_version
    case.add(core.yes(Fact.WELL_FORMED, now, looked_at))  # (1)

    vouched = _vouched(credential.parsed, case, known)  # (2) (3)
    if vouched is None:
        return
    trust, key = vouched
    if memory is not None:
        memory.learn(credential, key, trust, known)
    case.show(credential.disclosed, looked_at)
    _issued(claims, case, trust)
    case.add(core.agency_stands_behind(key, trust))  # (4)
    case.add(  # (5)
        core.agency_entitled(
            key,
            agency=claims.agency,
            kind=claims.kind_code,
            signed_at=core.at(claims.issued_at),
            trust=trust,
            logged=any(one.fact is Fact.LOGGED and one.outcome is Outcome.YES for one in told),
        )
    )
    _catalogued(case)
    case.add(  # (6)
        core.dates(
            issued_at=core.at(claims.issued_at),
            not_before=core.at(claims.not_before),
            expires=None if claims.expires is None else core.at(claims.expires),
            trust_as_of=trust.as_of,
            now=now,
            soon_days=case.policy.expires_soon_days,
        )
    )
    _agreed(evidence.asker, key.region, case, trust)  # (7)
    _bound(evidence, credential, case, trust)  # (8)
    case.facts += told
    asked = _status_at(claims.status_uri, claims.status_index)
    if statuslist.parse_status_uri(asked.uri).region != key.region:  # no other region can speak of it
        case.add(core.unknown(Fact.STATUS, "STATUS_UNKNOWN", now))
        return
    case.add(status((yield asked), asked, trust=trust, policy=case.policy, now=now))  # (9)


def _sealed(evidence: SealedCode, case: Examination) -> Generator[Lookup, LookupResult | None, None]:
    now, looked_at = case.now, core.evidence_of(evidence.text, at_most=codes.MAX_TEXT, as_=codes.normalise)
    try:
        parsed, payload = _read_sealed(evidence.text)
        asked = StatusAt(statuslist.status_uri(payload.iss, payload.list_no), payload.index)
    except Malformed as broken:
        case.add(core.unreadable(broken, evidence=looked_at, now=now))
        return
    case.kind, case.kind_version = payload.kind, evidence.kind_version
    case.add(core.yes(Fact.WELL_FORMED, now, looked_at))  # (1)

    vouched = _vouched(parsed, case)  # (2) (3)
    if vouched is None:
        return
    trust, key = vouched
    token = TOKEN_TYPES[parsed.header.typ]
    life, expires = timedelta(seconds=token.life_seconds or 0), core.at(payload.exp)
    case.show(payload.claims, looked_at)
    case.add(core.region_stands_behind(payload.iss, trust))  # (4)
    case.add(  # (5)
        core.region_entitled(
            key,
            typ=token.typ,
            region=payload.iss,
            kind=payload.kind,
            signed=(expires - life, min(expires, now)),
            trust=trust,
        )
    )
    _catalogued(case)
    soon_days = case.policy.expires_soon_days
    code_dates = core.code_dates(expires=expires, life=life, trust_as_of=trust.as_of, now=now)
    alive = case.add(
        core.row_dates(code_dates, evidence.valid_to, trust.as_of, now, soon_days=soon_days)
    )  # (6)
    agreed = _agreed(evidence.asker, payload.iss, case, trust)  # (7)
    case.facts += (core.in_time(one, policy=case.policy, now=now) for one in evidence.known)  # (8)
    case.add(status((yield asked), asked, trust=trust, policy=case.policy, now=now))  # (9)
    use = (yield RedemptionOf(payload.iss, payload.jti)) if alive and agreed else None  # (10)
    case.add(core.one_time(use if isinstance(use, RedemptionRecord) else None, policy=case.policy, now=now))


def _answered(evidence: PeerAnswer, case: Examination) -> None:
    answer = evidence.signature_digest
    case.kind, case.kind_version = evidence.item.kind, evidence.item.kind_version
    case.facts += reported_facts(  # (1) to (3), (5), (6), (8) to (10)
        evidence.item.facts,
        answer=answer,
        answered_at=evidence.as_of,
        policy=case.policy,
        now=case.now,
    )
    if case.trust is None:
        return
    case.add(
        core.answer_stands_behind(evidence.region, case.trust, answer=answer, as_of=evidence.as_of)
    )  # (4)
    case.show(evidence.item.disclosed, answer)
    case.issuer, case.valid_from, case.valid_to, doubts = borne_out(
        evidence.item, evidence.region, trust=case.trust, now=case.now
    )
    case.facts = doubted(case.facts, doubts, answer=answer, now=case.now)
    _catalogued(case)  # (5)
    _agreed(evidence.asker, evidence.region, case, case.trust, purpose=evidence.purpose)  # (7)


def _catalogued(case: Examination) -> None:
    """Look up what is disclosed, before an agreement drops any of it."""
    case.add(
        core.catalogued(
            case.catalogue,
            kind=case.kind,
            version=case.kind_version,
            claims=case.disclosed,
            now=case.now,
        )
    )


def _issued(claims: vc.CredentialClaims, case: Examination, trust: TrustSet) -> None:
    """Note by whom it was issued, and its first and last day, which end at midnight in China."""
    agency = trust.agency(claims.agency)
    case.issuer = _issuer(claims.agency, agency.name if agency else claims.agency)
    case.valid_from = core.day_of(claims.not_before)
    if claims.expires is not None:
        case.valid_to = core.day_of(claims.expires - 1)


def _bound(
    evidence: PresentedCredential, credential: vc.Credential, case: Examination, trust: TrustSet
) -> None:
    """Judge the key binding; what somebody else shows in the holder's name is shown to nobody."""
    if evidence.how == "ticket" and credential.presentation.kb_jwt is None and evidence.expect is None:
        return  # the ticket was redeemed: the hub knows who showed it
    found = holder_binding(
        credential.presentation,
        credential.claims.cnf,
        expect=evidence.expect,
        trust_as_of=trust.as_of,
        now=case.now,
    )
    case.facts += found
    if any(checked.outcome is Outcome.NO for checked in found):
        case.disclosed = {}


def _read_sealed(text: str) -> tuple[jws.Parsed, SealedPayload]:
    """Read a sealed code down to its payload. Raises: Malformed, or a leaf of it that says how."""
    code = codes.read_code(text)
    if not isinstance(code, codes.Sealed):
        raise codes.NotOurCode("a ticket is no sealed code")
    parsed = jws.parse(code.jws, code.typ)
    return parsed, SealedPayload.parse(parsed.payload)


def _vouched(
    parsed: jws.Parsed, case: Examination, remembered: Remembered | None = None
) -> tuple[TrustSet, TrustedKey] | None:
    """Look the key up and check the signature by it; None where nothing after it could be believed."""
    trust = case.trust
    key = trust.key(parsed.header.kid) if trust else None
    known = case.add(core.issuer_known(key, trust=trust, now=case.now))
    if trust is None or key is None or not known:
        return None
    is_known = remembered is not None and remembered.holds_for(key, trust)
    return (trust, key) if case.add(core.signature(parsed, key, now=case.now, is_known=is_known)) else None


def _agreed(
    asker: str | None, provider: str, case: Examination, trust: TrustSet, *, purpose: str = "verify"
) -> bool:
    """Judge the agreement where two regions meet, and drop the fields and the predicates that it does not name."""
    if asker is None or asker == provider:
        return True
    answer, granted = core.agreement(
        trust=trust,
        policy=case.policy,
        asker=asker,
        provider=provider,
        kind=case.kind,
        purpose=purpose,
        mode=case.manner.reached,
        now=case.now,
    )
    case.disclosed = {name: value for name, value in case.disclosed.items() if name in granted.fields}
    answered = (one for one in case.manner.predicates if one.predicate.name in granted.predicates)
    case.manner = replace(case.manner, predicates=tuple(answered))
    return case.add(answer)


def _asked_by_the_matter(case: Examination) -> None:
    """Say whether the matter needs what is seen, and took it in its mode.

    Of what was not vouched for nothing is asked: nothing of it is seen, and nobody withheld it.
    """
    policy = case.policy
    is_signed = any(one.fact is Fact.SIGNATURE and one.outcome is Outcome.YES for one in case.facts)
    if policy.mode is None or case.trust is None or not is_signed:
        return
    seen = need.Seen(case.kind, case.disclosed, case.manner)
    case.add(need.needed(policy.requirements, seen, case.now))
    case.add(need.mode(policy.requirements, policy.mode, seen, case.now))
