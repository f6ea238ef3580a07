"""token.json: the strict front that every signed token passes, whatever its type.

Each vector is one token, read as every type there is. `reads_as` lists the types as which its form is good
and its signature is right; for a good token that is one, for a bad one none.
"""

import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Any

from certhub_schemas.algorithms import ES256

from tests.support.fixed_keys import fixed_key
from tests.support.signing import twin
from tests.vectors import wire, world
from tests.vectors.vector import LIBRARY, OURS, Vector, VectorFile

ORDER = ES256.order or 0
NOW = world.seconds(world.NOW)
TYP = "receipt+jwt"
PAYLOAD = {"iss": world.HOME, "iat": NOW, "vid": "v" * 22}
"""The front reads registered claims only; what a receipt holds besides is not its business."""


def token_file() -> VectorFile:
    """Return token.json."""
    return VectorFile(
        name="token",
        about="One token, read as each of the nine types: which of them takes it.",
        read="For every type: parse strictly, look the key up by kid in the trust list (for kb+jwt: the holder's "
        "device), require its purpose and algorithm, verify. `reads_as` names the types that take it.",
        given={"trust": "base"},
        vectors=[*_good(), *_segments(), *_headers(), *_payloads(), *_signatures(), *_keys()],
    )


def good_tokens() -> dict[str, str]:
    """Return one good token of every type, with no more in it than the front reads."""
    region = {"iss": world.HOME, "aud": world.AWAY, "iat": NOW, "exp": NOW + 60, "jti": "j" * 22}
    code = {"iss": world.HOME, "exp": NOW + 60, "jti": "j" * 16}
    key = world.region_key
    return {
        "show+jwt": wire.jws(code, "show+jwt", key("show")),
        "paper+jwt": wire.jws(code, "paper+jwt", key("paper")),
        "kb+jwt": wire.jws({"iat": NOW, "aud": "urn:certhub:region:420700"}, "kb+jwt", world.DEVICE),
        "statuslist+jwt": wire.jws(
            {"sub": "x", "iat": NOW, "exp": NOW + 86_400}, "statuslist+jwt", key("status")
        ),
        "xr-req+jwt": wire.jws(region, "xr-req+jwt", key("exchange")),
        "xr-res+jwt": wire.jws(region, "xr-res+jwt", key("exchange")),
        "bundle+jwt": wire.jws({"iss": world.HOME, "iat": NOW, "exp": NOW + 60}, "bundle+jwt", key("bundle")),
        TYP: _receipt(),
        "dc+sd-jwt": wire.jws({"iss": "x"}, "dc+sd-jwt", world.seal_key()),
    }


def _receipt(payload: Any = None, **options: Any) -> str:
    return wire.jws(PAYLOAD if payload is None else payload, TYP, world.region_key("receipt"), **options)


def _vector(name: str, why: str, token: str, origin: str = OURS, *reads_as: str) -> Vector:
    return Vector(name=name, why=why, origin=origin, input=token, expect={"reads_as": list(reads_as)})


def _good() -> Iterator[Vector]:
    for typ, token in good_tokens().items():
        yield _vector(f"a-good-{typ}", f"A {typ} is taken as a {typ} and as nothing else.", token, OURS, typ)
    second = wire.jws(PAYLOAD, TYP, world.region_key("receipt", n=2))
    yield _vector("ed25519", "Every suite of the registry is read, by the key's own.", second, OURS, TYP)
    seal = good_tokens()["dc+sd-jwt"]
    yield _vector(
        "the-twin-of-an-agencys-signature",
        "HSMs and browsers make either of the two signatures (r, s) and (r, n-s), so an agency's twin is taken.",
        wire.with_signature(seal, twin(wire.signature_of(seal))),
        OURS,
        "dc+sd-jwt",
    )
    yield _vector(
        "blanks-in-the-json",
        "The bytes are signed as they are; JSON may be spelled with blanks.",
        _receipt(json.dumps(PAYLOAD).encode()),
        OURS,
        TYP,
    )
    yield _vector(
        "an-unknown-claim",
        "The front passes what it does not know.",
        _receipt({**PAYLOAD, "x": [1]}),
        OURS,
        TYP,
    )
    yield _vector("nested-8-deep", "The most that a payload may be nested.", _receipt(_deep(7)), OURS, TYP)


def _deep(levels: int) -> dict[str, Any]:
    """Return a payload with `levels` arrays inside its object."""
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return {**PAYLOAD, "x": value}


def _segments() -> Iterator[Vector]:
    good = _receipt()
    head, body, tail = good.split(".")
    loose = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    slack = tail[:-1] + loose[loose.index(tail[-1]) ^ 1]
    bad = [
        ("two-segments", "A token has three segments.", f"{head}.{body}"),
        ("four-segments", "A token has three segments.", f"{good}.{tail}"),
        ("no-signature", "A token without a signature is no token.", f"{head}.{body}."),
        ("empty", "Nothing is no token.", ""),
        ("dots", "Three empty segments are no token.", ".."),
        ("space-before", "No blank belongs to a token.", f" {good}"),
        ("line-end-after", "A reader of files takes line ends off; a token has none.", f"{good}\n"),
        ("line-break-inside", "Folded text is another text.", f"{head}.{body[:20]}\n{body[20:]}.{tail}"),
        ("not-ascii", "A full-width dot is no dot.", f"{head}．{body}．{tail}"),
        ("json-serialisation", "Only the compact serialisation is read.",
         json.dumps({"protected": head, "payload": body, "signature": tail})),
        ("cut-short", "The signature lacks its last byte.", good[:-2]),
    ]  # fmt: skip
    for name, why, token in bad:
        yield _vector(name, why, token)
    other = [
        ("padded-signature", "One token has one text: padding is refused.", f"{head}.{body}.{tail}=="),
        ("padded-payload", "One token has one text: padding is refused.", f"{head}.{body}=.{tail}"),
        ("loose-bits", "The last character carries two bits beyond the bytes; they have to be zero.",
         f"{head}.{body}.{slack}"),
        ("standard-alphabet", "+ and / are another alphabet.",
         f"{head}.{body}.{tail.replace('-', '+').replace('_', '/')}"),
    ]  # fmt: skip
    for name, why, token in other:
        yield _vector(name, why, token, LIBRARY)
    question = wire.jws(PAYLOAD | {"x": "x" * 6_144}, "xr-req+jwt", world.region_key("exchange", world.AWAY))
    yield _vector("longer-than-6-kib", "A question has at most 6,144 bytes.", question)


def _headers() -> Iterator[Vector]:
    key = world.region_key("receipt")
    plain = {"alg": "ES256", "typ": TYP, "kid": key.kid}
    changed: list[tuple[str, str, dict[str, Any], str]] = [
        ("alg-none", "An unsigned token that says so.", {"alg": "none"}, "RFC 8725 §3.1"),
        ("alg-none-in-capitals", "Names of algorithms are compared exactly.", {"alg": "NONE"}, "RFC 8725 §2.1"),
        ("alg-in-lower-case", "Names of algorithms are compared exactly.", {"alg": "es256"}, OURS),
        ("alg-of-another-key", "The key is for ES256, whatever the token says.", {"alg": "EdDSA"}, "RFC 8725 §3.1"),
        ("alg-unknown", "Not in the registry.", {"alg": "ES384"}, OURS),
        ("alg-a-list", "An algorithm is one name.", {"alg": ["ES256"]}, OURS),
        ("typ-missing", "The type is part of what is signed, and it is required.", {"typ": None}, LIBRARY),
        ("typ-jwt", "Another type.", {"typ": "JWT"}, LIBRARY),
        ("typ-in-capitals", "Types are compared exactly.", {"typ": "RECEIPT+JWT"}, OURS),
        ("typ-as-media-type", "We write the short form, and take no other.", {"typ": "application/receipt+jwt"}, OURS),
        ("kid-missing", "No key is named.", {"kid": None}, LIBRARY),
        ("kid-a-path", "A kid is looked up, never followed.", {"kid": "../../keys/420700-receipt-1"}, OURS),
        ("kid-sql", "A kid is looked up, never run.", {"kid": "x' OR '1'='1"}, OURS),
        ("kid-a-number", "A kid is text.", {"kid": 1}, OURS),
        ("kid-of-nobody", "Nobody vouches for that key.", {"kid": "420700-receipt-9"}, OURS),
        ("crit", "The header is exactly alg, typ, kid.", {"crit": ["exp"]}, "RFC 7515 §4.1.11"),
        ("b64-false", "The header is exactly alg, typ, kid.", {"b64": False, "crit": ["b64"]}, "RFC 7797"),
        ("jku", "No token says where its key is.", {"jku": "https://evil.example/jwks"}, LIBRARY),
        ("jwk", "No token brings its own key.", {"jwk": dict(key.jwk)}, LIBRARY),
        ("x5u", "No token says where its key is.", {"x5u": "https://evil.example/x5u"}, LIBRARY),
        ("x5c", "Our own tokens carry no certificates.", {"x5c": ["MIIB"]}, LIBRARY),
        ("zip", "Nothing is inflated on a token's word.", {"zip": "DEF"}, LIBRARY),
        ("cty", "The header is exactly alg, typ, kid.", {"cty": "JWT"}, LIBRARY),
    ]  # fmt: skip
    for name, why, change, origin in changed:
        header = {member: value for member, value in {**plain, **change}.items() if value is not None}
        yield _vector(f"header-{name}", why, _receipt(header=header), origin)
    secret = wire.compact(dict(key.jwk))
    signed = ".".join(map(wire.b64, (wire.compact({**plain, "alg": "HS256"}), wire.compact(PAYLOAD))))
    mac = hmac.digest(secret, signed.encode(), "sha256")
    yield _vector(
        "header-hs256-with-the-public-key",
        "The public key used as a secret: the old confusion of algorithms.",
        f"{signed}.{wire.b64(mac)}",
        "RFC 8725 §2.1",
    )
    raw = [
        ("alg-twice", "A member twice: two readers see two algorithms.",
         b'{"alg":"none","alg":"ES256","typ":"receipt+jwt","kid":"420700-receipt-1"}', LIBRARY),
        ("bom", "A byte order mark.", b"\xef\xbb\xbf" + wire.compact(plain), LIBRARY),
        ("not-utf-8", "Not UTF-8.", wire.compact(plain).replace(b"receipt-1", b"receipt-\xff"), OURS),
        ("an-array", "A header is an object.", b'["alg","ES256"]', OURS),
        ("deep", "3,000 arrays, before anything is verified.", b'{"alg":' + b"[" * 3000 + b"]" * 3000 + b"}", OURS),
    ]  # fmt: skip
    for name, why, header_bytes, origin in raw:
        yield _vector(f"header-{name}", why, _receipt(header=header_bytes), origin)


def _payloads() -> Iterator[Vector]:
    plain = wire.compact(PAYLOAD)
    raw = [
        ("a-member-twice", "Two readers read two payloads.", plain[:-1] + b',"iss":"420100"}', LIBRARY),
        ("a-member-twice-alike", "Twice the same is twice.", plain[:-1] + b',"iss":"420700"}', LIBRARY),
        ("nan", "NaN is no JSON.", plain[:-1] + b',"x":NaN}', LIBRARY),
        ("infinity", "Infinity is no JSON.", plain[:-1] + b',"x":-Infinity}', LIBRARY),
        ("a-number-out-of-range", "1e400 is infinite where numbers are doubles.", plain[:-1] + b',"x":1e400}', LIBRARY),
        ("a-fraction", "Payloads hold whole numbers only.", plain[:-1] + b',"x":1.5}', OURS),
        ("an-exponent", "1E2 is 100 to some and a fraction to others.", plain[:-1] + b',"x":1E2}', OURS),
        ("a-number-of-19-digits", "Beyond 18 digits readers differ.", plain[:-1] + b',"x":1000000000000000000}', OURS),
        ("a-number-of-5000-digits", "Reading it takes quadratic time in some libraries.",
         plain[:-1] + b',"x":' + b"9" * 5000 + b"}", OURS),
        ("bom", "A byte order mark.", b"\xef\xbb\xbf" + plain, LIBRARY),
        ("not-utf-8", "Not UTF-8.", plain[:-1] + b',"x":"\xff"}', OURS),
        ("surrogate", "A lone surrogate is no character.", plain[:-1] + b',"x":"\\ud800"}', LIBRARY),
        ("surrogates-the-wrong-way-round", "Two lone surrogates.", plain[:-1] + b',"x":"\\udc00\\ud800"}', OURS),
        ("nul", "NUL ends a string in some readers.", plain[:-1] + b',"x":"\\u0000"}', LIBRARY),
        ("nul-in-a-name", "Names of members are strings too.", plain[:-1] + b',"\\u0000":1}', OURS),
        ("a-second-value", "One text, one value.", plain + b"{}", OURS),
        ("a-trailing-nul", "One text, one value.", plain + b"\x00", OURS),
        ("cut-short", "No value at all.", plain[:-1], OURS),
        ("single-quotes", "Another language.", b"{'iss':'420700'}", OURS),
        ("an-array", "A payload is an object.", b"[]", OURS),
        ("null", "A payload is an object.", b"null", OURS),
        ("nested-9-deep", "One level more than a payload may have.", wire.compact(_deep(8)), OURS),
        ("nested-3000-deep", "The depth is counted before anything is parsed.",
         plain[:-1] + b',"x":' + b"[" * 3000 + b"]" * 3000 + b"}", OURS),
        ("brackets-that-do-not-match", "[{]} is as deep as it is wrong.", plain[:-1] + b',"x":[{]}}', OURS),
    ]  # fmt: skip
    for name, why, payload, origin in raw:
        yield _vector(f"payload-{name}", why, _receipt(payload), origin)
    yield from _claims()


def _claims() -> Iterator[Vector]:
    changed: list[tuple[str, str, dict[str, Any], str]] = [
        ("iat-missing", "A receipt says when it was written.", {"iat": None}, OURS),
        ("iat-text", "A time is a whole number.", {"iat": str(NOW)}, LIBRARY),
        ("iat-true", "True is no number.", {"iat": True}, OURS),
        ("iat-negative", "No receipt is older than 1970.", {"iat": -1}, OURS),
        ("iat-in-milliseconds", "Beyond the year 9999.", {"iat": NOW * 1000}, "a frequent slip"),
        ("iss-missing", "Somebody signs.", {"iss": None}, OURS),
        ("iss-a-list", "One signer.", {"iss": [world.HOME]}, OURS),
        ("iss-empty", "Somebody signs.", {"iss": ""}, OURS),
        ("aud-a-list", "One audience, as text.", {"aud": [world.AWAY]}, LIBRARY),
        ("jti-a-number", "An id is text.", {"jti": 7}, OURS),
        ("exp-a-text", "A time is a whole number.", {"exp": "1795484460"}, LIBRARY),
        ("nbf-a-list", "A time is a whole number.", {"nbf": [NOW]}, OURS),
    ]  # fmt: skip
    for name, why, change, origin in changed:
        payload = {member: value for member, value in {**PAYLOAD, **change}.items() if value is not None}
        yield _vector(f"claim-{name}", why, _receipt(payload), origin)
    for typ, purpose, life in (
        ("xr-req+jwt", "exchange", timedelta(seconds=60)),
        ("statuslist+jwt", "status", timedelta(days=1)),
        ("bundle+jwt", "bundle", timedelta(days=1)),
    ):
        lived = int(life.total_seconds())
        payload = {"iss": world.HOME, "aud": world.AWAY, "sub": "x", "jti": "j" * 22, "iat": NOW}
        for name, why, exp in (
            ("longer-than-it-may", f"A {typ} lives for at most {lived} s.", NOW + lived + 1),
            ("no-time", f"A {typ} that ends when it begins.", NOW),
        ):
            token = wire.jws({**payload, "exp": exp}, typ, world.region_key(purpose))
            yield _vector(f"{typ}-that-lives-{name}", why, token)


def _signatures() -> Iterator[Vector]:
    good = _receipt()
    raw = wire.signature_of(good)
    r, s = raw[:32], raw[32:]
    der = b"\x02\x20" + r + b"\x02\x20" + s
    numbers = int.from_bytes(r, "big"), int.from_bytes(s, "big")
    wrapped = (numbers[1] + ORDER) % (1 << 256)
    bad = [
        ("twin", "(r, n-s) verifies too; of what hubs sign only the smaller s is taken.", twin(raw), LIBRARY),
        ("zeros", "r and s lie between 1 and n-1.", bytes(64), "CVE-2022-21449"),
        ("r-zero", "r lies between 1 and n-1.", bytes(32) + s, "CVE-2022-21449"),
        ("s-zero", "s lies between 1 and n-1.", r + bytes(32), "CVE-2022-21449"),
        ("r-is-n", "r lies between 1 and n-1.", ORDER.to_bytes(32, "big") + s, OURS),
        ("s-is-n", "s lies between 1 and n-1.", r + ORDER.to_bytes(32, "big"), OURS),
        ("s-and-n", "s + n is s to whoever reduces it first.", r + wrapped.to_bytes(32, "big"), OURS),
        ("swapped", "s‖r.", s + r, OURS),
        ("der", "Raw r‖s, never DER.", b"\x30" + bytes([len(der)]) + der, "RFC 7518 §3.4"),
        ("one-bit", "One bit of the signature.", bytes([raw[0] ^ 1]) + raw[1:], OURS),
        ("a-byte-more", "64 bytes.", raw + b"\x00", OURS),
    ]  # fmt: skip
    for name, why, signature, origin in bad:
        yield _vector(f"signature-{name}", why, wire.with_signature(good, signature), origin)
    other = _receipt({**PAYLOAD, "vid": "w" * 22})
    yield _vector(
        "signature-of-another-token",
        "Two good tokens, one's signature under the other.",
        wire.with_signature(good, wire.signature_of(other)),
    )
    head, _, tail = good.split(".")
    yield _vector(
        "payload-of-another-token", "The same, the other way.", f"{head}.{other.split('.')[1]}.{tail}"
    )
    ed = wire.jws(PAYLOAD, TYP, world.region_key("receipt", n=2))
    broken = bytes([wire.signature_of(ed)[0] ^ 1]) + wire.signature_of(ed)[1:]
    yield _vector("signature-ed25519-one-bit", "One bit of the signature.", wire.with_signature(ed, broken))


def _keys() -> Iterator[Vector]:
    show = world.region_key("show")
    yield _vector(
        "key-of-another-purpose",
        "A show key signs no receipts, however well it signs.",
        wire.jws(PAYLOAD, TYP, show),
    )
    yield _vector(
        "key-under-anothers-name",
        "Signed by a stranger who writes a listed kid.",
        wire.jws(
            PAYLOAD,
            TYP,
            fixed_key("a stranger"),
            header={"alg": "ES256", "typ": TYP, "kid": f"{world.HOME}-receipt-1"},
        ),
    )
    stranger = world.region_key("receipt", world.STRANGER)
    yield _vector(
        "key-that-nobody-lists", "The trust list holds no such key.", wire.jws(PAYLOAD, TYP, stranger)
    )
    digest = sha256(b"").hexdigest()
    yield _vector(
        "key-binding-with-a-kid",
        "A key binding names no key: the credential does.",
        wire.jws(
            {"iat": NOW, "aud": digest}, "kb+jwt", world.DEVICE,
            header={"alg": "ES256", "typ": "kb+jwt", "kid": world.DEVICE.kid},
        ),
    )  # fmt: skip
