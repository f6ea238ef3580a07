"""A credential that was handed over as a file, in the place of a code: what our store holds of it, and what it proves.

1 certificates    one read: our own certificate at its slot, where that is this very credential
2 public files    another region's: the status list that we hold, which the credential points to
3 engine          decide: examined as a file that anybody could hold; of it the least is told: what the matter needs

It proves what the agency sealed, not who shows it. Nothing is used by it, and it is not kept for its case: judged again
it would count as shown by its holder.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from certhub_verifier.engine import examine, run
from certhub_verifier.errors import Malformed
from certhub_verifier.evidence import PresentedCredential
from certhub_verifier.facts import Fact, Outcome
from certhub_verifier.formats.credential import vc
from certhub_verifier.formats.exchange.receipt import SALT_BYTES, cert_digest
from certhub_verifier.formats.status.statuslist import parse_status_uri
from certhub_verifier.lookups import Lookup, LookupResult, StatusAt, StatusToken
from certhub_verifier.policy import Channel, policy_for
from certhub_verifier.report import ItemReport

from certhub.adapters.public_files import PublicFiles
from certhub.db.engine import Unit
from certhub.errors import NotFound
from certhub.flows.verification.resolve import Resolved
from certhub.flows.verification.shown_item import Examined, as_examined, record_of
from certhub.flows.verification.world import World
from certhub.records.certificates import store as certificates
from certhub.records.certificates.record import Certificate

IDENTIFIER = "证照标识"
_VOUCHED = (Fact.WELL_FORMED, Fact.ISSUER_KNOWN, Fact.SIGNATURE)


@dataclass(frozen=True)
class CredentialRecord:
    """A credential and what the store holds of it at `as_of`.

    `region` and `list_no` are where its status is published, by its own word that nobody has checked yet, None where it
    does not read; `certificate` is ours, None where our store holds no such credential. `reference` is the hash of what
    was signed.
    """

    text: str
    as_of: datetime
    region: str | None = None
    list_no: int = 0
    status_uri: str = ""
    reference: bytes = b""
    certificate: Certificate | None = None


def read_credential(unit: Unit, text: str, *, home: str) -> CredentialRecord:
    """Read what the store holds of a credential; nothing is judged."""
    try:
        credential = vc.parse(text)
        place = parse_status_uri(credential.claims.status_uri)
    except Malformed:
        return CredentialRecord(text, unit.now)
    reference = vc.signed_ref(credential.parsed.signing_input)
    record = CredentialRecord(
        text, unit.now, place.region, place.list_no, credential.claims.status_uri, reference
    )
    if place.region != home:
        return record
    certificate = certificates.by_slot(unit, place.list_no, credential.claims.status_index)
    is_this = certificate is not None and certificate.ref == reference
    return replace(record, certificate=certificate if is_this else None)


def held_list(record: CredentialRecord, public_files: PublicFiles, *, home: str) -> Mapping[str, bytes]:
    """Return the status list of another region that the credential points to, by its address, where we hold it."""
    if record.region in {None, home}:
        return {}
    try:
        return {record.status_uri: public_files.get(f"peers/{record.region}/status/{record.list_no}")}
    except NotFound:
        return {}


def resolve_credential(record: CredentialRecord, held: Mapping[str, bytes], *, world: World) -> Resolved:
    """Decide what a credential proves; one that nobody can vouch for fails as a code does, and tells nothing."""
    report = _examined(record, held, world)
    failed = next(
        (one for one in report.facts if one.fact in _VOUCHED and one.outcome is not Outcome.YES), None
    )
    if failed is not None or report.facts == ():
        return Resolved(Channel.FILE, cause=report.code, detail=report.detail)
    asked = (None if world.matter is None else world.matter.fields_for(report.kind)) or ()
    identifier = str(report.disclosed.get(IDENTIFIER) or record.reference.hex())
    told = replace(
        report, disclosed={name: report.disclosed[name] for name in asked if name in report.disclosed}
    )
    if record.certificate is not None:
        return Resolved(Channel.FILE, (as_examined(told, record.certificate, world),))
    salt = world.random(SALT_BYTES)
    shown = Examined(told, cert_digest(salt, identifier), record.region or world.region, salt, identifier)
    return Resolved(Channel.FILE, (shown,))


def _examined(record: CredentialRecord, held: Mapping[str, bytes], world: World) -> ItemReport:
    def answer(lookup: Lookup) -> LookupResult | None:
        if not isinstance(lookup, StatusAt):
            return None
        if record.certificate is not None:
            return record_of(record.certificate, record.as_of)
        return StatusToken(held[lookup.uri]) if lookup.uri in held else None

    evidence = PresentedCredential(record.text, how="file", asker=world.region)
    policy = policy_for(world.matter, Channel.FILE)
    steps = examine(
        evidence,
        trust=world.trust,
        policy=policy,
        catalogue=world.catalogue,
        now=world.now,
        memory=world.memory,
    )
    return run(steps, answer)
