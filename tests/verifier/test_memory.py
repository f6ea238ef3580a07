"""A credential that was seen before: its signature is not computed again, and nothing else is taken from then."""

from collections.abc import Mapping
from dataclasses import FrozenInstanceError, replace
from datetime import datetime, timedelta
from itertools import count
from threading import Thread
from typing import Any

import pytest
from certhub_schemas import shipped_catalogue
from certhub_verifier import policy
from certhub_verifier.causes import Verdict
from certhub_verifier.engine import NotValid, examine, run, verify
from certhub_verifier.evidence import PresentedCredential
from certhub_verifier.facts import Checked, Fact, Outcome
from certhub_verifier.formats.credential import sdjwt, vc
from certhub_verifier.formats.credential.identifier import Identifier
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.status import statuslist
from certhub_verifier.formats.trust.listedkey import KeyState
from certhub_verifier.frozen import quick
from certhub_verifier.lookups import StatusRecord
from certhub_verifier.memory import MAX_CHARACTERS, SignatureMemory
from certhub_verifier.policy import Channel, policy_for
from certhub_verifier.report import ItemReport
from certhub_verifier.trust import TrustSet

from tests.support.credentials import (
    AGENCY,
    CLAIMS,
    HOME,
    INDEX,
    LICENCE,
    NOW,
    SERIAL,
    YEAR,
    World,
    seconds,
)
from tests.support.signatures import Work, done_by

WORLD = World()
TRUST = WORLD.trust()
CREDENTIAL = WORLD.credential()
REDEEMED = Checked(Fact.ONE_TIME, Outcome.YES, None, NOW)


def judge(
    text: str = CREDENTIAL,
    memory: SignatureMemory | None = None,
    *,
    trust: TrustSet = TRUST,
    now: datetime = NOW,
    state: str = "active",
) -> ItemReport:
    """Judge what a ticket brought; the home hub's row says `state`."""
    evidence = PresentedCredential(text, how="ticket", redeemed=REDEEMED, asker=None)
    steps = examine(
        evidence,
        trust=trust,
        policy=policy_for(None, Channel.TICKET),
        catalogue=shipped_catalogue(),
        now=now,
        memory=memory,
    )
    return run(steps, lambda _: StatusRecord(state, now))


def warm(text: str = CREDENTIAL) -> SignatureMemory:
    """Return a memory that knows the credential and what its disclosures say."""
    memory = SignatureMemory()
    for _ in range(3):
        assert Verdict.VALID is judge(text, memory).verdict
    return memory


def signature_of(report: ItemReport) -> Outcome | None:
    """Return what the report says of the signature."""
    return next((one.outcome for one in report.facts if one.fact is Fact.SIGNATURE), None)


def showing(*names: str) -> str:
    """Return the credential with these claims alone."""
    chosen = sdjwt.select(sdjwt.split(CREDENTIAL), names)
    return sdjwt.join(chosen.issuer_jwt, chosen.disclosures)


def test_only_the_first_showing_costs_a_signature() -> None:
    """A signature is computed once for a JWT, and without a memory each time."""
    memory = SignatureMemory()
    assert Work(verifies=1) == done_by(lambda: judge(CREDENTIAL, memory))
    assert Work() == done_by(lambda: judge(CREDENTIAL, memory))
    assert Work() == done_by(lambda: judge(showing("名称"), memory))
    assert Work(verifies=1) == done_by(lambda: judge(CREDENTIAL))


@pytest.mark.parametrize(
    "text", [CREDENTIAL, showing("名称"), showing("持证主体代码", "证照标识"), showing()]
)
def test_a_remembered_showing_is_judged_as_a_new_one(text: str) -> None:
    """Every fact, every claim and their order are those of a counter that has never seen the credential."""
    memory = warm()
    for known in (judge(text, memory), judge(text, memory)):
        assert judge(text) == known
        assert list(judge(text).disclosed) == list(known.disclosed)


def test_a_revoked_key_is_noticed() -> None:
    """The key was good when its signature was remembered, and is compromised now."""
    kid = WORLD.seal_key().kid
    since = {"state": KeyState.COMPROMISED, "compromised_since": NOW - timedelta(days=40)}
    report = judge(CREDENTIAL, warm(), trust=World(entries={kid: since}).trust())
    assert (Verdict.INVALID, "ISSUER_NOT_ENTITLED") == (report.verdict, report.code)


@pytest.mark.parametrize("changes", [{"jwk": WORLD.seal_key(AGENCY, 2).jwk}])
def test_another_key_under_the_same_id_is_noticed(changes: Mapping[str, Any]) -> None:
    """A trust set that says another key of the id computes the signature, by that key."""
    kid = WORLD.seal_key().kid
    swapped = {**TRUST.keys, kid: replace(TRUST.keys[kid], **changes)}
    for digest in (TRUST.digest, "0" * 64):
        report = judge(CREDENTIAL, warm(), trust=replace(TRUST, keys=swapped, digest=digest))
        assert (Outcome.NO, "TAMPERED") == (signature_of(report), report.code)


def test_another_trust_set_computes_the_signature_again() -> None:
    """What one trust set vouched for says nothing of another, of however few changes."""
    memory, other = warm(), replace(TRUST, digest="0" * 64)
    assert Work(verifies=1) == done_by(lambda: judge(CREDENTIAL, memory, trust=other))
    assert Work() == done_by(lambda: judge(CREDENTIAL, memory, trust=other))
    assert Work(verifies=1) == done_by(lambda: judge(CREDENTIAL, memory))


def test_an_altered_character_is_noticed() -> None:
    """Whatever character of it is another one, a warm memory makes nothing good that a cold one refuses."""
    memory = warm()
    for at in range(0, len(CREDENTIAL), 7):
        other = "A" if CREDENTIAL[at] != "A" else "B"
        text = CREDENTIAL[:at] + other + CREDENTIAL[at + 1 :]
        report = judge(text, memory)
        assert Verdict.VALID is not report.verdict
        assert judge(text) == report


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: (*whole, whole[0]),
        lambda whole: (*whole, "WyJhIiwiYiIsMV0"),
        lambda whole: (whole[0] + "=", *whole[1:]),
        lambda whole: ("", *whole),
    ],
    ids=["twice", "of nobody", "padded", "empty"],
)
def test_disclosures_are_looked_at_each_time(spoil: Any) -> None:
    """A known JWT with disclosures that it does not have, or has once, is altered."""
    presentation = sdjwt.split(CREDENTIAL)
    text = sdjwt.join(presentation.issuer_jwt, spoil(presentation.disclosures))
    report = judge(text, warm())
    assert (Verdict.INVALID, "TAMPERED", {}) == (report.verdict, report.code, report.disclosed)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"now": NOW + YEAR + timedelta(days=1)}, "EXPIRED"),
        ({"state": "revoked"}, "REVOKED"),
        ({"state": "suspended"}, "SUSPENDED"),
        ({"trust": replace(TRUST, as_of=NOW - timedelta(hours=73))}, "LIST_TOO_OLD"),
        ({"trust": replace(TRUST, keys={})}, "ISSUER_UNKNOWN"),
    ],
)
def test_what_changes_is_judged_each_time(changes: Mapping[str, Any], code: str) -> None:
    """Dates, status, the age of the trust list and whether it holds the key are those of now."""
    assert code in {one.cause for one in judge(CREDENTIAL, warm(), **changes).facts}


def test_what_did_not_verify_is_not_remembered() -> None:
    """A forged signature, an unknown key and what does not read leave nothing behind."""
    memory, other = SignatureMemory(), WORLD.credential(status_index=77)
    forged = other[: other.index("~")].rpartition(".")[0] + "." + CREDENTIAL.split("~")[0].rpartition(".")[2]
    for text, trust in ((forged + "~", TRUST), (CREDENTIAL, replace(TRUST, keys={})), ("a.b.c~", TRUST)):
        assert Verdict.VALID is not judge(text, memory, trust=trust).verdict
        assert 0 == len(memory)


def test_a_showing_shares_nothing_with_the_memory() -> None:
    """Whoever changes what he was shown changes no later showing."""
    memory = warm()
    shown = judge(CREDENTIAL, memory)
    for value in shown.disclosed.values():
        if isinstance(value, list):
            value.clear()
    assert judge(CREDENTIAL) == judge(CREDENTIAL, memory)


def test_a_memory_is_bounded() -> None:
    """It forgets what was longest not asked for, and keeps nothing that is too large."""
    memory = SignatureMemory(size=2)
    first, second, third = (WORLD.credential(status_index=at) for at in (1, 2, 3))
    for text in (first, second, first, third):
        judge(text, memory)
    assert 2 == len(memory)
    known = [memory.recall(text.partition("~")[0]) is not None for text in (first, second, third)]
    assert [True, False, True] == known
    large = WORLD.credential({f"名{n}": "x" * 20 for n in range(MAX_CHARACTERS // 40)})
    judge(large, memory)
    assert memory.recall(large.partition("~")[0]) is None


def test_several_threads_share_a_memory() -> None:
    """Many at once judge as one does."""
    memory, texts = SignatureMemory(size=3), [WORLD.credential(status_index=at) for at in range(5)]
    wrong: list[str] = []

    def look() -> None:
        for _ in range(20):
            wrong.extend(text for text in texts if judge(text, memory).verdict is not Verdict.VALID)

    threads = [Thread(target=look) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert ([], 3) == (wrong, len(memory))


def test_verify_takes_a_memory_too() -> None:
    """`verify` raises of what is not valid, however well it is remembered."""
    evidence = PresentedCredential(CREDENTIAL, how="ticket", redeemed=REDEEMED, asker=None)
    with pytest.raises(NotValid):
        verify(
            evidence,
            trust=TRUST,
            policy=policy_for(None, Channel.TICKET),
            catalogue=shipped_catalogue(),
            now=NOW,
            fetch=lambda _: StatusRecord("revoked", NOW),
            memory=warm(),
        )


def test_a_value_made_quickly_is_the_value_that_its_class_makes() -> None:
    """Equal, of the class, with the same defaults, and frozen."""
    made = quick(Checked)(Fact.DATES, Outcome.YES, None, NOW)
    assert Checked(Fact.DATES, Outcome.YES, None, NOW) == made
    assert type(made) is Checked
    with pytest.raises(FrozenInstanceError):
        made.cause = "OK"  # type: ignore[misc]
    with pytest.raises(TypeError, match="looks at its members"):
        quick(Identifier)
    with pytest.raises(TypeError, match="looks at its members"):
        quick(policy.Policy)


def test_two_values_made_quickly_share_nothing() -> None:
    """What a class makes anew for each value is made anew here too; what is given by name alone stays so."""
    make = quick(ItemReport)
    by_name: dict[str, Any] = {"kind": "", "kind_name": "", "kind_name_en": "", "code": "OK", "facts": ()}
    first, second = make(verdict=Verdict.VALID, **by_name), make(verdict=Verdict.VALID, **by_name)

    assert ItemReport(verdict=Verdict.VALID, **by_name) == first == second
    assert first.disclosed is not second.disclosed
    with pytest.raises(TypeError):
        make("", "", "", Verdict.VALID, "OK", ())  # type: ignore[misc]


def test_one_name_twice_is_refused_by_a_memory_that_knows_both() -> None:
    """An issuer put two values of one claim under its signature: shown together they are nothing (RFC 9901 §7.1)."""
    claims = vc.CredentialClaims(
        agency=AGENCY,
        kind_code=LICENCE,
        kind_version=1,
        issued_at=seconds(NOW - timedelta(days=30)),
        not_before=seconds(NOW - timedelta(days=30)),
        expires=seconds(NOW + YEAR),
        status_uri=statuslist.status_uri(HOME, 3),
        status_index=INDEX,
    )
    numbers = count(1)
    identifier = str(Identifier(claims.kind_code, claims.agency, SERIAL, 1))

    def salt(size: int) -> bytes:
        return next(numbers).to_bytes(size, "big")

    first, digests = sdjwt.conceal({"证照标识": identifier, **CLAIMS}, random=salt)
    twin, more = sdjwt.conceal({"名称": "另一个名称"}, random=salt)
    key = WORLD.seal_key()
    payload = claims.to_payload() | {"_sd": sorted(digests + more), "_sd_alg": "sha-256"}
    signed = jws.signing_input_of_read(payload, typ=vc.TYP, key=key)
    jwt = jws.assemble(signed, key.sign(signed))

    def shown(*disclosures: sdjwt.Disclosure) -> str:
        return sdjwt.join(jwt, [one.encoded for one in disclosures])

    both, memory = shown(*first, *twin), SignatureMemory()
    assert Verdict.INVALID is judge(both).verdict
    for _ in range(3):
        assert Verdict.VALID is judge(shown(*first), memory).verdict
        assert (
            Verdict.VALID
            is judge(shown(*(one for one in first if one.name != "名称"), *twin), memory).verdict
        )

    assert judge(both) == judge(both, memory)


def test_a_jwt_is_found_by_all_of_its_text() -> None:
    """One that differs in a single character anywhere is not the one that is known."""
    memory = warm()
    jwt = sdjwt.split(CREDENTIAL).issuer_jwt
    assert memory.recall(jwt) is not None

    for at in range(0, len(jwt), 7):
        other = jwt[:at] + ("A" if jwt[at] != "A" else "B") + jwt[at + 1 :]
        assert memory.recall(other) is None
