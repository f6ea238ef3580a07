"""Issue certificates: one, or up to 500 in one go.

    1 catalog        raw text → Draft            the kind is in force, the claims fit, the agency may
    2 certificates   Draft → Intent              number claimed, slot given, exact bytes on record; committed
    3 credentials    the bytes that were committed are the bytes that are signed
    4 signer         Intent → signature          the one line that uses a private key
    5 verifier       our own product, read as a stranger would
    6 certificates, events, idempotency          one transaction: active, told, answered

A trip cut short after 2 leaves an intended row with a lease of ten seconds. A retry that comes after the lease
takes the row over and signs the stored bytes; the sweeper only voids.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from certhub_verifier.errors import VerifierError
from certhub_verifier.formats.credential import sdjwt, vc
from certhub_verifier.formats.jose import jws
from certhub_verifier.trust import Standing

from certhub.db.engine import Pen, Unit
from certhub.db.idempotency import store as idempotency
from certhub.db.idempotency.key import Key
from certhub.db.ids import public_id
from certhub.errors import ClaimsInvalid, Conflict, Fault, NotAllowed, Unavailable, Unverified
from certhub.history.events.bodies import Issued
from certhub.history.events.catalogue import CERTIFICATE_ISSUED, Event
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.people.parties.people import Actor
from certhub.records.catalog.accept import accept
from certhub.records.catalog.draft import Draft, RawDraft, content_digest_parts, identity_parts
from certhub.records.certificates import store as certificates
from certhub.records.certificates.record import Certificate, Holder, NumberClaim, Place, Record
from certhub.records.certificates.rules import State, ends
from certhub.records.certificates.summary import summary
from certhub.records.credentials.build import StatusPlace, new_identifier, unsigned
from certhub.records.status import store as status
from certhub.spelling.days import read_iso_date

LEASE = timedelta(seconds=10)
BATCH = 500


class Outcome(StrEnum):
    """What became of one draft."""

    ISSUED = "issued"
    EXISTING = "existing"
    CONFLICT = "conflict"
    BUSY = "busy"


@dataclass(frozen=True)
class Result:
    """One draft's outcome; the certificate is missing only when somebody else is still issuing it."""

    outcome: Outcome
    certificate: Certificate | None


@dataclass(frozen=True)
class IssuanceInProgress:
    """An issuance on its way: in which world, at which moment, and after which version (None: a first one)."""

    trip: Trip
    at: datetime
    previous: Certificate | None = None


def issue(raw: RawDraft, *, by: Actor, hub: Hub, key: Key) -> tuple[Mapping[str, Any], bool]:
    """Issue one certificate for an API client.

    Returns:
        The certificate as its agency sees it, and whether this request made it (also when it is asked again).

    Raises:
        ClaimsInvalid: the draft does not fit; names every place.
        Conflict: the number is stored with other contents, or the key with another request.
        Unavailable: the same request is still at work; ask again.
    """
    trip = hub.at(by)
    hub.step("issue:1")
    draft = _read(raw, by=by, trip=trip)
    hub.step("issue:2")
    with hub.writing() as unit:
        stored = idempotency.begin(unit, key)
        if stored is not None:
            return stored["certificate"], stored["new"]
        intents, results = intend(unit, [draft], IssuanceInProgress(trip, unit.now))
    result = results[0] or sign_and_activate(intents, by=by, trip=trip, key=key)[0]
    if result.outcome is Outcome.ISSUED and result.certificate is not None:
        return summary(result.certificate), True
    return _settle(result, trip=trip, key=key), False


def _settle(result: Result, *, trip: Trip, key: Key) -> Mapping[str, Any]:
    """Nothing new was made: keep the answer for the key, or give the key back."""
    with trip.writing() as unit:
        if result.outcome is Outcome.EXISTING and result.certificate is not None:
            answer = summary(result.certificate)
            idempotency.finish(unit, key, {"new": False, "certificate": answer})
            return answer
        idempotency.abandon(unit, key)
    if result.outcome is Outcome.CONFLICT:
        raise Conflict("this number is stored with other contents", code="CONFLICT_WITH_STORED")
    raise Unavailable(
        "this certificate is being issued right now; ask again in ten seconds", code="IN_FLIGHT"
    )


def issue_many(drafts: Sequence[Draft], *, by: Actor, hub: Hub) -> list[Result]:
    """Issue up to 500 accepted drafts, in order; each is issued once however often this is called.

    It is a trip of its own, so that an import of an hour does not seal by the trust set of an hour ago.
    """
    trip = hub.at(by)
    if len(drafts) > BATCH:
        raise ValueError(f"at most {BATCH} at a time")
    hub.step("issue:2")
    with hub.writing() as unit:
        intents, results = intend(unit, drafts, IssuanceInProgress(trip, unit.now))
    signed = iter(sign_and_activate(intents, by=by, trip=trip))
    return [result or next(signed) for result in results]


def read(raw: RawDraft, *, by: Actor, hub: Hub) -> Draft:
    """Read and judge a draft that an agency's account sends."""
    return _read(raw, by=by, trip=hub.at(by))


def _read(raw: RawDraft, *, by: Actor, trip: Trip) -> Draft:
    draft = accept(
        raw,
        kind_of=trip.kind,
        entitled=lambda agency, kind: entitled(trip, agency, kind),
        read_date=read_iso_date,
    )
    if draft.agency not in by.agencies:
        raise NotAllowed("this account does not act for that agency")
    return draft


def entitled(trip: Trip, agency: str, kind: str) -> bool:
    """Whether an agency of this region may issue a kind, by the trust set in force."""
    known = trip.trust.agency(agency)
    return known is not None and known.region == trip.region and kind in known.kinds


def issuing_agency(kind: str, *, by: Actor, hub: Hub) -> str:
    """Return the agency for which an account issues a kind.

    Raises:
        ClaimsInvalid: none of its agencies may issue it.
    """
    trip = hub.at(by)
    able = [agency for agency in by.agencies if entitled(trip, agency, kind)]
    if not able:
        raise ClaimsInvalid([Fault("/kind", "ISSUER_NOT_ENTITLED")])
    return able[0]


def intend(
    unit: Unit, drafts: Sequence[Draft], issuance: IssuanceInProgress
) -> tuple[list[Certificate], list[Result | None]]:
    """Put on record what will be signed (step 2).

    Returns:
        The intents to sign; and per draft a result, or None where the next intent is its.
    """
    claims = [claim_of(unit, draft) for draft in drafts]
    if issuance.previous is None:
        standing = certificates.claim_numbers(unit, claims)
    else:
        standing = {claim.number_hash: claim for claim in claims}
    fresh = [standing[claim.number_hash].place == claim.place for claim in claims]
    places = [claim.place for claim, new in zip(claims, fresh, strict=True) if new]
    slots = iter(status.allocate(unit, [(place.bucket, place.id) for place in places]))
    new_intents: list[Certificate] = []
    intents: list[Certificate] = []
    results: list[Result | None] = []
    seen = {c.place: None for c in standing.values()}
    stored = (
        {Place(c.bucket, c.id): c for c in certificates.get_many(unit, list(seen))} if not all(fresh) else {}
    )
    for draft, claim, new in zip(drafts, claims, fresh, strict=True):
        if new:
            intent = intent_of(unit, draft, claim, next(slots), issuance)
            new_intents.append(intent)
            intents.append(intent)
            results.append(None)
            continue
        met = _meet(unit, standing[claim.number_hash], claim, stored, intended=places)
        results.append(None if isinstance(met, Certificate) else met)
        intents += [met] if isinstance(met, Certificate) else []
    certificates.add(unit, new_intents)
    return intents, results


def _meet(
    unit: Unit,
    theirs: NumberClaim,
    ours: NumberClaim,
    stored: Mapping[Place, Certificate],
    *,
    intended: Sequence[Place],
) -> Result | Certificate:
    """The number is taken: by the same contents, by others, or by a try that died halfway, whose intent is ours now."""
    certificate = stored.get(theirs.place)
    if theirs.place in intended:  # the first of two equal drafts in this very batch has it
        is_equal = theirs.content_hash == ours.content_hash
        return Result(Outcome.BUSY if is_equal else Outcome.CONFLICT, None)
    outcome = outcome_of(theirs, ours, certificate)
    if certificate is None or outcome is not Outcome.BUSY:
        return Result(outcome, certificate)
    if certificates.take_over(unit, theirs.place, unit.now + LEASE):
        return certificate
    return Result(Outcome.BUSY, None)


def outcome_of(theirs: NumberClaim, ours: NumberClaim, certificate: Certificate | None) -> Outcome:
    """Say what a number that is taken means; `certificate` is what lies there, None where it is not ours."""
    if theirs.content_hash != ours.content_hash or certificate is None:
        return Outcome.CONFLICT
    return Outcome.BUSY if certificate.state is State.INTENDED else Outcome.EXISTING


def claim_of(pen: Pen, draft: Draft) -> NumberClaim:
    """Return the wish of a draft to own its number, at a new place in its first holder's bucket."""
    vault, first = pen.vault, draft.holders[0]
    return NumberClaim(
        vault.digest("number", identity_parts(draft)),
        vault.digest("content", content_digest_parts(draft)),
        Place(vault.bucket(vault.index(first.id_type, first.id_number)), pen.new_id()),
    )


def intent_of(
    pen: Pen,
    draft: Draft,
    claim: NumberClaim,
    slot: status.Slot,
    issuance: IssuanceInProgress,
) -> Certificate:
    """Return what will be signed for a draft: its exact bytes, and all that is stored beside them."""
    trip, at, previous = issuance.trip, issuance.at, issuance.previous
    version = 1 if previous is None else previous.version + 1
    identifier = str(new_identifier(draft, version=version, random=pen.random))
    product = unsigned(
        draft,
        identifier,
        StatusPlace(trip.region, slot.list_no, slot.index),
        issued_at=int(at.timestamp()),
        key=trip.seal(draft.agency),
        random=pen.random,
    )
    signing_input = product.signing_input.decode("ascii")
    record = Record(
        identifier=identifier,
        number=draft.number,
        holders=tuple(Holder(h.name, h.id_type, h.id_number) for h in draft.holders),
        issued_on=draft.issued_on,
        claims=dict(draft.claims),
        signing_input=signing_input,
        disclosures=tuple(product.disclosures),
    )
    return Certificate(
        id=claim.place.id,
        bucket=claim.place.bucket,
        certificate_id=public_id(pen.random),
        kind=draft.kind.code,
        kind_version=draft.kind.version,
        agency=draft.agency,
        version=version,
        state=State.INTENDED,
        state_since=at,
        valid_from=draft.valid_from,
        valid_to=draft.valid_to,
        list_no=slot.list_no,
        list_index=slot.index,
        ref=vc.signed_ref(product.signing_input),
        created_at=at,
        lease_until=at + LEASE,
        previous=None if previous is None else previous.id,
        record=record,
    )


def sign_and_activate(
    intents: Sequence[Certificate], *, by: Actor, trip: Trip, key: Key | None = None
) -> list[Result]:
    """Steps 3 to 6, for intents that are on record."""
    signed = sign_all(intents, trip=trip)
    trip.step("issue:6")
    with trip.writing() as unit:
        active = {c.id: c for c in activate(unit, signed, by=by)}
        if key is not None and active:
            idempotency.finish(unit, key, {"new": True, "certificate": summary(active[signed[0].id])})
        beaten = [Place(c.bucket, c.id) for c in signed if c.id not in active]
        others = {c.id: c for c in certificates.get_many(unit, beaten)} if beaten else {}
    trip.step("issue:7")
    return [
        Result(Outcome.ISSUED, active[c.id]) if c.id in active else _met_later(others.get(c.id))
        for c in signed
    ]


def _met_later(other: Certificate | None) -> Result:
    """Somebody took our intent over while we signed: theirs stands; one that was voided is tried again."""
    if other is None or other.state in (State.INTENDED, State.VOIDED):
        return Result(Outcome.BUSY, None)
    return Result(Outcome.EXISTING, other)


def sign_all(intents: Sequence[Certificate], *, trip: Trip) -> list[Certificate]:
    """Steps 3 to 5: sign what is on record, and read it back as a stranger would."""
    trip.step("issue:3")
    trip.step("issue:4")
    signed = [_sign(intent, trip) for intent in intents]
    trip.step("issue:5")
    for certificate in signed:
        _read_back(certificate, trip)
    return signed


def activate(unit: Unit, signed: Sequence[Certificate], *, by: Actor) -> list[Certificate]:
    """Step 6, in the caller's transaction: active and told; returns those that this call made active."""
    made = certificates.activate(unit, signed, by=by.key)
    append(unit, *(issued_event(one, by=by) for one in made))
    return made


def issued_event(certificate: Certificate, *, by: Actor) -> Event[Issued]:
    """Return the event that tells that a certificate is in force."""
    body = Issued(kind=certificate.kind, agency=certificate.agency, version=certificate.version)
    return Event(CERTIFICATE_ISSUED, by.key, certificate.ref.hex(), body)


def _sign(intent: Certificate, trip: Trip) -> Certificate:
    signature = trip.seal(intent.agency).sign(intent.record.signing_input.encode("ascii"))
    text = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
    return replace(intent, state=State.ACTIVE, record=replace(intent.record, signature=text))


def _read_back(certificate: Certificate, trip: Trip) -> None:
    """Read our own product as a stranger would; a credential that does not verify is never active.

    Raises:
        Unverified: its form, its key, its signature or its end is not what a stranger accepts.
    """
    issuer_jwt, disclosures = certificate.credential_parts
    try:
        credential = vc.parse(sdjwt.join(issuer_jwt, disclosures))
        key = trip.trust.key(credential.header.kid)
        sealed_at = datetime.fromtimestamp(credential.claims.issued_at, UTC)
        if (
            key is None
            or key.may_have_signed(vc.TYP, by=certificate.agency, at=sealed_at) is not Standing.YES
            or certificate.kind not in key.kinds
        ):
            raise Unverified("the trust set does not let this key seal this kind")
        jws.verify(credential.parsed, key)
    except VerifierError as refused:
        raise Unverified("the credential that was just signed does not verify") from refused
    expires = ends(certificate.valid_to)
    if credential.claims.expires != (None if expires is None else int(expires.timestamp())):
        raise Unverified("the credential does not say what the record says")
