"""One contract, every signer."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from certhub_keys import BadProof, NotAvailable
from certhub_keys.software import KeyStore, SoftwareSigner
from certhub_keys.suites import check_signature, encode, suite
from certhub_keys.testing import BrokenContract, check_signer, fixed_signer, seeded
from certhub_schemas.algorithms import EDDSA, ES256, SM2SM3, Algorithm
from certhub_schemas.purposes import Purpose
from hypothesis import given
from hypothesis import strategies as st

ORDER = ES256.order or 0
ALGORITHMS = pytest.mark.parametrize("algorithm", [ES256, EDDSA], ids=lambda a: a.name)

# RFC 6979 A.2.5, P-256 with SHA-256
RFC6979_KEY = bytes.fromhex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
RFC6979_X = bytes.fromhex("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6")
RFC6979 = {
    b"sample": (
        0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716,
        0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8,
    ),
    b"test": (
        0xF1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367,
        0x019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083,
    ),
}

# RFC 8032 §7.1, test 3
RFC8032_KEY = bytes.fromhex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7")
RFC8032_X = bytes.fromhex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025")
RFC8032_SIGNATURE = bytes.fromhex(
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
)


def source_of(*given: bytes) -> Callable[[int], bytes]:
    """A source that gives these first, then something of the size asked for."""
    waiting, later = list(given), seeded(b"later")
    return lambda size: waiting.pop(0) if waiting else later(size)


@pytest.mark.parametrize("message", RFC6979)
def test_deterministic_es256_is_rfc_6979(store: KeyStore, message: bytes) -> None:
    """A deterministic signer gives the signatures of RFC 6979 A.2.5, with the low s of the two."""
    record = store.make("k-1", ES256, Purpose.SEAL, random=source_of(RFC6979_KEY))
    r, s = RFC6979[message]

    assert encode(RFC6979_X) == record.jwk["x"]
    expected = r.to_bytes(32) + min(s, ORDER - s).to_bytes(32)
    assert expected == store.signer("k-1", deterministic=True).sign(message)


def test_eddsa_is_rfc_8032(store: KeyStore) -> None:
    """An EdDSA signer gives the signature of RFC 8032 §7.1 test 3."""
    record = store.make("k-1", EDDSA, Purpose.LOG, random=source_of(RFC8032_KEY))

    assert encode(RFC8032_X) == record.jwk["x"]
    assert store.signer("k-1").sign(b"\xaf\x82") == RFC8032_SIGNATURE


@ALGORITHMS
@pytest.mark.parametrize("deterministic", [False, True])
def test_a_software_signer_keeps_the_contract(
    store: KeyStore, algorithm: Algorithm, deterministic: bool
) -> None:
    """What the store hands out is a Signer in every respect."""
    store.make("k-1", algorithm, Purpose.SEAL, random=seeded(b"key"))

    check_signer(store.signer("k-1", deterministic=deterministic))


@ALGORITHMS
def test_a_fixed_signer_keeps_the_contract(algorithm: Algorithm) -> None:
    """The signer for tests is a Signer too."""
    check_signer(fixed_signer("k-1", algorithm))


@ALGORITHMS
def test_a_fixed_signer_is_the_same_every_time(algorithm: Algorithm) -> None:
    """Name and suite decide the key, and the message the signature."""
    one, two = fixed_signer("k-1", algorithm), fixed_signer("k-1", algorithm)

    assert one.jwk == two.jwk
    assert one.sign(b"message") == two.sign(b"message")
    assert one.jwk != fixed_signer("k-2", algorithm).jwk


def test_without_determinism_es256_signs_differently_each_time(store: KeyStore) -> None:
    """The nonce is fresh unless RFC 6979 was asked for."""
    store.make("k-1", ES256, Purpose.SEAL, random=seeded(b"key"))
    signer = store.signer("k-1")

    assert signer.sign(b"message") != signer.sign(b"message")


@given(message=st.binary(max_size=300))
def test_what_is_signed_is_low_s(message: bytes) -> None:
    """Every signature verifies and carries the low s of the two."""
    signer = fixed_signer()
    signature = signer.sign(message)

    check_signature(ES256, signer.jwk, message=message, signature=signature)
    assert int.from_bytes(signature[32:]) <= ORDER // 2


def test_the_twin_of_a_signature_is_refused() -> None:
    """r with n - s is the same signature in other words; we do not take it."""
    signer = fixed_signer()
    signature = signer.sign(b"message")
    twin = signature[:32] + (ORDER - int.from_bytes(signature[32:])).to_bytes(32)

    with pytest.raises(BadProof):
        check_signature(ES256, signer.jwk, message=b"message", signature=twin)


@ALGORITHMS
def test_every_changed_bit_of_a_signature_is_refused(algorithm: Algorithm) -> None:
    """No bit of a signature is without meaning."""
    signer = fixed_signer("k-1", algorithm)
    signature = signer.sign(b"message")

    for position in range(len(signature) * 8):
        altered = bytearray(signature)
        altered[position // 8] ^= 1 << position % 8
        with pytest.raises(BadProof):
            check_signature(algorithm, signer.jwk, message=b"message", signature=bytes(altered))


@pytest.mark.parametrize("length", [0, 63, 65, 72])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    """Only the raw length is a signature; DER is not."""
    with pytest.raises(BadProof):
        check_signature(ES256, fixed_signer().jwk, message=b"", signature=bytes(length))


@given(jwk=st.dictionaries(st.sampled_from(["kty", "crv", "x", "y"]), st.text(max_size=50)))
def test_a_strange_public_key_is_refused_with_our_own_error(jwk: dict[str, str]) -> None:
    """Nothing but BadProof comes out, whatever the members hold."""
    for claimed in (jwk, {**jwk, "kty": "EC", "crv": "P-256"}, {**jwk, "kty": "OKP", "crv": "Ed25519"}):
        for algorithm in (ES256, EDDSA):
            with pytest.raises(BadProof):
                check_signature(algorithm, claimed, message=b"", signature=bytes(64))


@ALGORITHMS
def test_two_threads_sign_with_one_key(store: KeyStore, algorithm: Algorithm) -> None:
    """Many signatures from several threads all verify."""
    record = store.make("k-1", algorithm, Purpose.SEAL, random=seeded(b"key"))
    messages = [b"message %d" % number for number in range(400)]

    with ThreadPoolExecutor(4) as pool:
        signatures = list(pool.map(lambda message: store.signer("k-1").sign(message), messages))

    for message, signature in zip(messages, signatures, strict=True):
        check_signature(algorithm, record.jwk, message=message, signature=signature)


def test_numbers_that_cannot_be_a_scalar_are_drawn_again(store: KeyStore) -> None:
    """Zero, n and more are passed over; the next number in range is the key."""
    drawn = source_of(bytes(32), ORDER.to_bytes(32), b"\xff" * 32, RFC6979_KEY)

    assert encode(RFC6979_X) == store.make("k-1", ES256, Purpose.SEAL, random=drawn).jwk["x"]


@pytest.mark.parametrize("scalar", [1, ORDER - 1])
def test_the_ends_of_the_range_are_keys(store: KeyStore, scalar: int) -> None:
    """1 and n - 1 are keys like any other."""
    store.make("k-1", ES256, Purpose.SEAL, random=source_of(scalar.to_bytes(32)))

    check_signer(store.signer("k-1"))


@pytest.mark.parametrize("source", [bytes, lambda size: b"\xff" * size, lambda size: b"short"])
def test_a_source_that_is_not_random_makes_no_key(store: KeyStore, source: Callable[[int], bytes]) -> None:
    """A stuck or short source is refused by name, and nothing is written."""
    with pytest.raises(NotAvailable):
        store.make("k-1", ES256, Purpose.SEAL, random=source)

    assert store.records() == ()


def test_sm2_is_refused_by_name(store: KeyStore) -> None:
    """The suite exists in the registry; software keys of it do not, and the error says so."""
    with pytest.raises(NotAvailable, match="SM2SM3"):
        store.make("k-1", SM2SM3, Purpose.SEAL, random=seeded(b"key"))


def test_a_key_of_one_suite_is_not_read_as_another() -> None:
    """PKCS#8 of one suite is refused by the other."""
    for right, wrong in ((ES256, EDDSA), (EDDSA, ES256)):
        der = suite(right).to_pkcs8(suite(right).generate(seeded(b"key")))
        with pytest.raises(ValueError):
            suite(wrong).from_pkcs8(der)


@given(der=st.binary(max_size=200))
def test_noise_is_not_a_key(der: bytes) -> None:
    """Whatever is not PKCS#8 is refused with the one error that is promised."""
    with pytest.raises(ValueError):
        suite(ES256).from_pkcs8(der)


def test_a_signer_does_not_print_its_key() -> None:
    """What a log line would show of a signer tells nothing secret."""
    assert "_key" not in repr(fixed_signer())


@dataclass(frozen=True)
class Careless:
    """A signer that is wrong in one way."""

    real: SoftwareSigner
    kid: str
    jwk: Mapping[str, str]
    algorithm: Algorithm
    spoil: Callable[[bytes, bytes], Any]

    def sign(self, message: bytes) -> bytes:
        """Sign, then spoil."""
        spoiled: bytes = self.spoil(message, self.real.sign(message))
        return spoiled


def high_s(message: bytes, signature: bytes) -> bytes:
    """The other spelling of a signature."""
    return signature[:32] + (ORDER - int.from_bytes(signature[32:])).to_bytes(32)


FAULTS: dict[str, Callable[[bytes, bytes], Any]] = {
    "high s": high_s,
    "DER length": lambda message, signature: b"\x30\x46" + signature,
    "refuses the empty message silently": lambda message, signature: signature if message else b"",
    "same signature always": lambda message, signature: fixed_signer().sign(b"always"),
    "not bytes": lambda message, signature: bytearray(signature),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_contract_catches_a_careless_signer(fault: str) -> None:
    """Each fault alone breaks the contract."""
    real = fixed_signer()
    with pytest.raises(BrokenContract):
        check_signer(Careless(real, real.kid, real.jwk, ES256, FAULTS[fault]))


def test_the_contract_catches_a_wrong_public_face() -> None:
    """A private member, a foreign key, another suite or a name that is a path breaks the contract."""
    real = fixed_signer()
    jwk = dict(real.jwk)
    faces: list[tuple[str, Mapping[str, str], Algorithm]] = [
        ("k-1", {**jwk, "d": "secret"}, ES256),
        ("k-1", fixed_signer("another-1").jwk, ES256),
        ("k-1", jwk, EDDSA),
        ("../k", jwk, ES256),
    ]
    for kid, face, algorithm in faces:
        with pytest.raises(BrokenContract):
            check_signer(Careless(real, kid, face, algorithm, lambda _, signature: signature))


def test_the_contract_catches_what_is_not_a_signer() -> None:
    """A thing without the members is refused in words."""
    with pytest.raises(BrokenContract):
        check_signer(object())  # type: ignore[arg-type]
