"""Cases of tokens, without a store: read one and judge it, build one and sign it."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from itertools import count
from pathlib import Path

from certhub_keys.testing import fixed_signer
from certhub_schemas import kind, matter, shipped_catalogue
from certhub_verifier.causes import Verdict
from certhub_verifier.engine import examine, run
from certhub_verifier.evidence import PresentedCredential
from certhub_verifier.facts import Checked, Fact, Outcome
from certhub_verifier.formats import codes
from certhub_verifier.formats.codes.sealed import SealedPayload
from certhub_verifier.formats.credential import vc
from certhub_verifier.formats.jose import base64url, jws
from certhub_verifier.lookups import Lookup, StatusRecord
from certhub_verifier.memory import SignatureMemory
from certhub_verifier.policy import Channel, policy_for
from certhub_verifier.receipts import Finding, examine_receipt
from certhub_verifier.report import ItemReport
from certhub_verifier.trust import TrustSet

from certhub.records.catalog.accept import accept
from certhub.records.credentials.build import StatusPlace, new_identifier, unsigned
from certhub.spelling.days import read_iso_date
from tests.bench import made, naive
from tests.bench.figures import Case, Effort, Figure, Kind, Round, Taken
from tests.bench.meters import spend
from tests.support.credentials import HOME, MATTER, NOW, seconds
from tests.support.signatures import Work, done_by

DISTINCT = 200
Deed = Callable[[int], object]


@lru_cache
def trust() -> TrustSet:
    """Return the trust list of the two regions."""
    return made.world().trust(matters=[matter(MATTER)])


def judge(text: str, memory: SignatureMemory | None = None) -> ItemReport:
    """Judge a credential as a hub judges one that came by a ticket: its status is the hub's own row."""
    redeemed = Checked(Fact.ONE_TIME, Outcome.YES, None, NOW)
    meant_for_us = Checked(Fact.AUDIENCE, Outcome.YES, None, NOW)
    evidence = PresentedCredential(text, how="ticket", redeemed=redeemed, known=(meant_for_us,), asker=None)
    policy = policy_for(matter(MATTER), Channel.TICKET)
    steps = examine(
        evidence, trust=trust(), policy=policy, now=NOW, catalogue=shipped_catalogue(), memory=memory
    )
    return run(steps, _active)


def _active(_: Lookup) -> StatusRecord:
    return StatusRecord(state="active", as_of=NOW)


def _verify() -> Deed:
    texts = made.credentials(DISTINCT)

    def deed(at: int) -> None:
        report = judge(texts[at % DISTINCT])
        assert (report.verdict, len(report.disclosed)) == (Verdict.VALID, made.DISCLOSURES)

    return deed


def _repeat() -> Deed:
    """Judge credentials that this process has seen before."""
    texts, memory = made.credentials(DISTINCT), SignatureMemory()
    for text in (*texts, *texts):
        judge(text, memory)

    def deed(at: int) -> None:
        report = judge(texts[at % DISTINCT], memory)
        assert (report.verdict, len(report.disclosed)) == (Verdict.VALID, made.DISCLOSURES)

    return deed


def _read() -> Deed:
    texts, key = made.credentials(DISTINCT), made.world().seal_key()

    def deed(at: int) -> None:
        credential = vc.parse(texts[at % DISTINCT])
        jws.verify(credential.parsed, key)
        assert len(credential.disclosed) == made.DISCLOSURES

    return deed


def _read_naively() -> Deed:
    texts, key = made.credentials(DISTINCT), naive.pem(made.world().seal_key())

    def deed(at: int) -> None:
        assert len(naive.read(texts[at % DISTINCT], key)) == made.DISCLOSURES

    return deed


def _receipt() -> Deed:
    world, known = made.world(), trust()
    files = [world.receipt_file(world.receipt(vid=f"bench-{at:016d}")) for at in range(DISTINCT)]

    def deed(at: int) -> None:
        found = examine_receipt(files[at % DISTINCT], trust=known, now=NOW)
        assert (found.finding, len(found.identifiers)) == (Finding.GENUINE, 1)

    return deed


def _sealed() -> Deed:
    world, known = made.world(), trust()
    texts = [world.sealed_code(jti=base64url.encode(at.to_bytes(12))) for at in range(DISTINCT)]

    def deed(at: int) -> None:
        code = codes.read_code(texts[at % DISTINCT])
        assert isinstance(code, codes.Sealed)
        parsed = jws.parse(code.jws, code.typ)
        payload = SealedPayload.parse(parsed.payload)
        key = known.key(parsed.header.kid)
        assert key is not None
        assert (jws.verify(parsed, key)["iss"], payload.iss) == (HOME, HOME)

    return deed


def _issue() -> Deed:
    """Build, sign and read back what was signed, as flows/issue does in its steps 3 to 5."""
    signer = replace(fixed_signer("bench-seal-1"), deterministic=False)
    drafts = [
        accept(made.draft(at), kind_of=kind, entitled=lambda agency, kind: True, read_date=read_iso_date)
        for at in range(DISTINCT)
    ]
    issued_at = seconds(NOW)

    def deed(at: int) -> None:
        draft = drafts[at % DISTINCT]
        identifier = str(new_identifier(draft, version=1, random=secrets.token_bytes))
        place = StatusPlace(HOME, 1, at)
        product = unsigned(
            draft, identifier, place, issued_at=issued_at, key=signer, random=secrets.token_bytes
        )
        credential = vc.parse(vc.seal(product, signer.sign(product.signing_input)))
        jws.verify(credential.parsed, signer)
        assert credential.disclosed["证照标识"] == identifier

    return deed


def _small(
    name: str, says: str, make: Callable[[], Deed], *, goal: str = "", stands_for: Work | None = None
) -> Case:
    """Return a case of one small deed that needs nothing but this thread.

    It is held against the cryptography that it does, or that it `stands_for`.
    """

    @contextmanager
    def opened(_: Path, effort: Effort) -> Iterator[Round]:
        deed, numbers = make(), count()
        deed(next(numbers))  # what is loaded once is loaded now
        done = done_by(lambda: deed(next(numbers)))
        work = stands_for or done

        def measure() -> list[Taken]:
            took = spend(deed, seconds=effort.seconds, numbers=numbers)
            return [Taken(name, took.cpu_us, work, done)]

        yield measure

    return Case(name, (Figure(name, Kind.SHARE, says, goal),), opened)


CASES = (
    _small(
        "verify",
        "engine, ticket, own status row, 10 disclosures",
        _verify,
        goal=">= 0.58 (with key binding, 2 checks)",
    ),
    _small(
        "repeat",
        "the one check of a first showing ÷ a showing of a credential that was seen before",
        _repeat,
        goal=">= 0.80",
        stands_for=Work(verifies=1),
    ),
    _small("verify-read", "vc.parse + jose.verify alone", _read),
    _small("verify-naive", "PyJWT, PEM each time, disclosures by hand, few checks", _read_naively),
    _small("receipt", "examine_receipt on the JSON that a clerk files", _receipt),
    _small("sealed", "read a sealed code and check its signature", _sealed),
    _small(
        "issue",
        "build, sign, read back; 12 disclosures; no store",
        _issue,
        goal=">= 0.48, not read back",
    ),
)
