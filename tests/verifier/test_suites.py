"""Suites: one file knows how to compute them, and nothing else in the package names one."""

import ast
from dataclasses import replace
from pathlib import Path

import certhub_verifier
import pytest
from certhub_schemas import algorithms, shipped_catalogue
from certhub_schemas.algorithms import EDDSA, ES256, REGISTRY, SM2SM3
from certhub_schemas.purposes import Purpose
from certhub_verifier.causes import Verdict
from certhub_verifier.engine import examine, run
from certhub_verifier.errors import BadSignature, Malformed, SuiteNotAvailable
from certhub_verifier.evidence import PresentedCredential, SealedCode
from certhub_verifier.facts import Checked, Fact, Outcome
from certhub_verifier.formats import codes
from certhub_verifier.formats.credential import keybinding, sdjwt
from certhub_verifier.formats.credential.keybinding import Binding
from certhub_verifier.formats.jose import jwk, suites
from certhub_verifier.lookups import StatusAt, StatusToken
from certhub_verifier.policy import Channel, Level, policy_for
from certhub_verifier.sentences import explain
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa

from tests.support.credentials import NOW, World, seconds
from tests.support.signing import NumberedKey
from tests.support.sm2 import signed_with_sm2, sm2_entry, sm2_jwk

WORLD = World()
PACKAGE = Path(certhub_verifier.__file__).parent
BINDS = PACKAGE / "formats" / "jose" / "suites.py"
# What a suite is called in JOSE, in a JWK, in the registry's own source, and in the libraries.
NAMES = (
    {one.name for one in REGISTRY.values()}
    | {one.curve for one in REGISTRY.values()}
    | {name for name, value in vars(algorithms).items() if value in REGISTRY.values() and name.isupper()}
    | {"HS256", "ES384", "ES512", "RS256", "PS256", "SM2", "SHA256withSM2"}
    | {"SECP256R1", "Ed25519PublicKey", "EllipticCurvePublicKey", "EllipticCurvePublicNumbers"}
    | {"ECDSA", "ECAlgorithm", "OKPAlgorithm", "RSAAlgorithm", "HMACAlgorithm"}
) - {"SIGNED_NOTE"}


def named(path: Path) -> set[str]:
    """Return the algorithms that a source file names in code; what its docstrings tell does not count."""
    tree = ast.parse(path.read_text("utf-8"))
    told = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value = ast.Constant(None)
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)):
                told.add(text)
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                told.add(name)
    return told & NAMES


def test_one_file_names_algorithms():
    """A suite is added in the registry and in one file; a branch on its name elsewhere would be forgotten."""
    naming = {path: found for path in PACKAGE.rglob("*.py") if (found := named(path))}

    assert naming.keys() == {BINDS}


def test_the_lint_sees_what_it_looks_for():
    """Names, attributes, imports and strings count, and docstrings do not."""
    assert {"ES256", "EDDSA", "ECAlgorithm", "SECP256R1"} <= named(BINDS)


@pytest.mark.parametrize("algorithm", REGISTRY.values(), ids=REGISTRY)
def test_every_suite_is_computed_or_said_to_be_missing(algorithm):
    """Whatever the registry holds, a key of it is a key object or the plain word that it cannot be had."""
    if algorithm is SM2SM3:
        with pytest.raises(SuiteNotAvailable, match="SM2SM3"):
            suites.load(algorithm, bytes(32), bytes(32))
    else:
        public = NumberedKey("a key", algorithm).jwk
        assert (algorithm, dict(public)) == jwk.from_public_key(jwk.public_key(public, algorithm))


@pytest.mark.parametrize("algorithm", [ES256, EDDSA])
def test_a_check_returns_nothing_or_raises(algorithm):
    """There is no result that a caller could forget to look at."""
    key = NumberedKey("a key", algorithm)
    public = jwk.public_key(key.jwk, algorithm)

    assert suites.check(algorithm, public, b"message", key.sign(b"message")) is None
    with pytest.raises(BadSignature):
        suites.check(algorithm, public, b"another", key.sign(b"message"))


@pytest.mark.parametrize(
    "other",
    [ec.derive_private_key(3, ec.SECP384R1()), ed448.Ed448PrivateKey.from_private_bytes(bytes(57))],
    ids=["P-384", "Ed448"],
)
def test_a_certificate_s_key_of_another_suite_is_no_key(other):
    """Keys that the registry does not know are refused by shape, before anything is computed."""
    with pytest.raises(Malformed):
        jwk.from_public_key(other.public_key())


def test_an_rsa_key_is_no_key():
    """Nor is one of the old kind."""
    numbers = rsa.RSAPublicNumbers(65537, (1 << 2047) + 9)
    with pytest.raises(Malformed):
        jwk.from_public_key(numbers.public_key())


# What the engine says of a suite that is known and cannot be computed.

SEAL, SHOW = WORLD.seal_key().kid, WORLD.region_key(Purpose.SHOW).kid
SM2_WORLD = World(entries={kid: sm2_entry(kid) for kid in (SEAL, SHOW)})


def with_sm2(text: str) -> str:
    """Return a credential or a sealed code whose signature is SM2's."""
    if text.startswith("EC2"):
        sealed = codes.read_code(text)
        assert isinstance(sealed, codes.Sealed)
        return codes.pack(signed_with_sm2(sealed.jws).decode(), "EC2")
    jws, _, rest = text.partition("~")
    return f"{signed_with_sm2(jws).decode()}~{rest}"


SHOWN = {
    Channel.TICKET: PresentedCredential(
        with_sm2(WORLD.credential()), "ticket", Checked(Fact.ONE_TIME, Outcome.YES, None, NOW), asker=None
    ),
    Channel.FILE: PresentedCredential(with_sm2(WORLD.credential()), "file", asker=None),
    Channel.SEALED: SealedCode(with_sm2(WORLD.sealed_code()), asker=None),
}


@pytest.mark.parametrize("channel", SHOWN)
@pytest.mark.parametrize("level", Level)
def test_a_missing_suite_is_undetermined_and_no_policy_softens_it(channel, level):
    """Of an SM2 signature nothing is known here: not good, not bad, and nothing that it covers is shown."""
    policy = policy_for(None, channel)
    if level is not Level.OFF:
        policy = replace(policy, levels={**policy.levels, Fact.SIGNATURE: level})
    steps = examine(
        SHOWN[channel], trust=SM2_WORLD.trust(), policy=policy, now=NOW, catalogue=shipped_catalogue()
    )
    report = run(steps, lambda need: None)

    assert (report.verdict, report.code) == (Verdict.UNDETERMINED, "SUITE_MISSING")
    assert (report.detail["suite"], report.disclosed) == ("SM2SM3", {})


def test_a_holder_s_key_of_a_missing_suite_binds_nobody_and_fails_nobody():
    """A phone with an SM2 key shows what it holds: undetermined, and said why."""
    text = WORLD.credential(cnf={"jwk": sm2_jwk("a phone")})
    expect = Binding("420700:window-2", "n" * 22)
    bound = keybinding.bind(sdjwt.split(text), expect, key=NumberedKey("a phone"), issued_at=seconds(NOW))
    shown = sdjwt.join(
        text.partition("~")[0], bound.disclosures, signed_with_sm2(bound.kb_jwt or "").decode()
    )
    token = StatusToken(WORLD.status_token())
    report = run(
        examine(
            PresentedCredential(shown, "file", expect=expect, asker=None),
            trust=WORLD.trust(),
            policy=policy_for(None, Channel.FILE),
            now=NOW,
            catalogue=shipped_catalogue(),
        ),
        lambda need: token if isinstance(need, StatusAt) else None,
    )

    assert (report.verdict, report.code) == (Verdict.UNDETERMINED, "SUITE_MISSING")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_sentence_names_the_suite(lang):
    """A clerk learns which device to take instead."""
    assert "SM2SM3" in explain("SUITE_MISSING", {"suite": "SM2SM3"}, lang=lang).headline
