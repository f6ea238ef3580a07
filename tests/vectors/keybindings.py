"""key-binding.json: what the holder's device signs, to whom and when; and presentations that only look bound."""

# ruff: noqa: E501 - the tables read across

from collections.abc import Iterator
from typing import Any

from certhub_schemas.algorithms import EDDSA

from tests.support.fixed_keys import fixed_key
from tests.support.signing import NumberedKey, twin
from tests.vectors import wire, world
from tests.vectors.credentials import disclosures, payload, sealed
from tests.vectors.vector import OURS, Vector, VectorFile
from tests.vectors.verdicts import Expected, reported

NOW = world.seconds(world.NOW)
ED25519 = fixed_key("a holder's other device", EDDSA)
EXPECT = {"audience": "urn:certhub:region:420700", "nonce": "n" * 22}
_GIVEN = {
    "how": "file",
    "trust": "base",
    "matter": world.OFFLINE_MATTER,
    "status": "fresh",
    "asker": None,
    "expect": EXPECT,
}
RFC = "RFC 9901 §7.3"


def key_binding_file() -> VectorFile:
    """Return key-binding.json."""
    return VectorFile(
        name="key-binding",
        about="Presentations with a key binding (kb+jwt) and what is reported of them.",
        read="As in credential.json, for a credential whose cnf names the holder's device; `expect` is what the holder "
        "was asked to sign (null: nobody knows).",
        given=_GIVEN,
        vectors=[*_good(), *_bad()],
    )


def bound(content: Any = None, key: NumberedKey = world.DEVICE, **options: Any) -> str:
    """Return a presentation of one field with a key binding; `content` changes its payload."""
    cnf = {"jwk": dict(key.jwk)} if options.pop("named", True) else None
    told = options.pop("told", [disclosures()["名称"]])
    whole = wire.sd_jwt(options.pop("issuer", None) or sealed(payload(cnf=cnf)), *told)
    plain = {
        "iat": NOW,
        "aud": EXPECT["audience"],
        "nonce": EXPECT["nonce"],
        "sd_hash": wire.disclosure_digest(whole),
    }
    members = {name: value for name, value in (plain | (content or {})).items() if value is not None}
    return whole + wire.jws(members, "kb+jwt", options.pop("signer", key), **options)


def _vector(
    name: str, why: str, text: str, verdict: str, code: str, origin: str = OURS, **given: Any
) -> Vector:
    return reported("key-binding", name=name, why=why, origin=origin, text=text, given=given, default=_GIVEN,
                    expected=Expected(verdict, code))  # fmt: skip


def _good() -> Iterator[Vector]:
    yield _vector(
        "bound", "The holder's device, to this counter, with its nonce, now.", bound(), "valid", "OK"
    )
    yield _vector(
        "five-minutes-old", "A showing takes minutes: 300 s.", bound({"iat": NOW - 300}), "valid", "OK"
    )
    yield _vector(
        "a-minute-ahead", "60 s between two clocks are allowed.", bound({"iat": NOW + 60}), "valid", "OK"
    )
    yield _vector(
        "an-unknown-member", "What a wallet says besides is passed over.", bound({"x": 1}), "valid", "OK"
    )
    yield _vector("ed25519", "A device with a key of the other suite.", bound(key=ED25519), "valid", "OK")
    text = bound()
    head, _, last = text.rpartition("~")
    yield _vector("twin", "Browsers and phones make either of the two signatures.",
                  f"{head}~{wire.with_signature(last, twin(wire.signature_of(last)))}", "valid", "OK")  # fmt: skip
    yield _vector("nobody-knows-for-whom", "The holder's, and made for somebody who is not known: no binding.", bound(),
                  "check", "NOT_BOUND", expect=None)  # fmt: skip
    yield _vector("none", "Asked for, and not there.", text.rpartition("~")[0] + "~", "check", "NOT_BOUND")


def _bad() -> Iterator[Vector]:
    failed = ("invalid", "BINDING_FAILED")
    rows: list[tuple[str, str, dict[str, Any], tuple[str, str]]] = [
        ("for-another-counter", "Made for somebody else, and sent on.", {"aud": "urn:certhub:region:420100"}, ("invalid", "WRONG_COUNTER")),
        ("another-nonce", "An earlier showing, played again.", {"nonce": "m" * 22}, failed),
        ("301-seconds-old", "Older than a showing takes.", {"iat": NOW - 301}, failed),
        ("61-seconds-ahead", "Of two clocks one is wrong.", {"iat": NOW + 61}, ("undetermined", "CLOCK_WRONG")),
        ("past-its-own-end", "It says itself that it is over.", {"exp": NOW}, failed),
        ("sd-hash-of-something-else", "Signed over another choice of fields.", {"sd_hash": wire.disclosure_digest("x")}, failed),
        ("no-sd-hash", "It binds nothing.", {"sd_hash": None}, failed),
        ("no-nonce", "Every member has to be there.", {"nonce": None}, failed),
        ("no-aud", "Every member has to be there.", {"aud": None}, failed),
        ("no-iat", "Every member has to be there.", {"iat": None}, failed),
        ("aud-a-list", "One audience, as text.", {"aud": [EXPECT["audience"]]}, failed),
        ("iat-text", "A time is a whole number.", {"iat": str(NOW)}, failed),
    ]  # fmt: skip
    for name, why, change, (verdict, code) in rows:
        yield _vector(name, why, bound(change), verdict, code, RFC)
    key = world.DEVICE
    told = disclosures()
    text = bound()
    issuer, first, last = text.split("~")
    flipped = bytes([wire.signature_of(last)[0] ^ 1]) + wire.signature_of(last)[1:]
    forms = [
        ("another-device", "Signed by a device that the credential does not name.", bound(signer=fixed_key("a thief"))),
        ("one-bit", "One bit of the signature.", f"{issuer}~{first}~{wire.with_signature(last, flipped)}"),
        ("a-field-added", "A field that the holder did not choose.", f"{issuer}~{first}~{told['住所']}~{last}"),
        ("a-field-taken-away", "The choice is what was signed.", f"{issuer}~{last}"),
        ("no-key-in-the-credential", "The credential names no device.", bound(named=False)),
        ("with-a-kid", "A key binding names no key: the credential does.",
         bound(header={"alg": "ES256", "typ": "kb+jwt", "kid": key.kid})),
        ("type-jwt", "Another type.", bound(header={"alg": "ES256", "typ": "JWT"})),
        ("alg-none", "Unsigned, and it says so.", bound(header={"alg": "none", "typ": "kb+jwt"}, signature=b"\x00")),
        ("alg-of-another-key", "The device's key is for ES256.", bound(header={"alg": "EdDSA", "typ": "kb+jwt"})),
        ("member-twice", "Two readers read two audiences.", f"{issuer}~{first}~{_twice(issuer, first)}"),
    ]  # fmt: skip
    for name, why, shown in forms:
        yield _vector(name, why, shown, *failed, RFC)
    yield _vector("by-a-ticket-and-not-holding", "A ticket does not make up for a key binding that fails.",
                  bound({"nonce": "m" * 22}), *failed, RFC, how="ticket")  # fmt: skip
    yield _vector("nobody-asked-and-not-holding", "It fails even where nobody asked for one.",
                  bound(signer=fixed_key("a thief")), *failed, RFC, expect=None)  # fmt: skip


def _twice(issuer: str, disclosed: str) -> str:
    over = wire.disclosure_digest(f"{issuer}~{disclosed}~")
    plain = wire.compact({"iat": NOW, "aud": EXPECT["audience"], "nonce": EXPECT["nonce"], "sd_hash": over})
    return wire.jws(plain[:-1] + b',"aud":"x"}', "kb+jwt", world.DEVICE)
