"""ticket.json, sealed-code.json and paper-code.json: what a QR code says, and what comes of it."""

# ruff: noqa: E501 - the tables read across

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Any

from tests.support.signing import twin
from tests.vectors import wire, world
from tests.vectors.vector import OURS, Vector, VectorFile
from tests.vectors.verdicts import Expected, reported

NOW = world.seconds(world.NOW)
HOME, AWAY, LICENCE = world.HOME, world.AWAY, world.LICENCE
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SECRET = int.from_bytes(sha256(b"a ticket").digest()[:9], "big") >> 7
INDEX = 40_961


def ticket_file() -> VectorFile:
    """Return ticket.json."""
    return VectorFile(
        name="ticket",
        about="What a scanner, a keyboard or a clipboard gave, and which ticket it is.",
        read="Normalise (narrow characters, upper case, no blanks and hyphens, O as 0, I and L as 1), then read. "
        "`sha256` is what a hub keeps in place of the ticket; `secret` is 65 bits in hexadecimal.",
        vectors=list(_tickets()),
    )


def sealed_file() -> VectorFile:
    """Return sealed-code.json."""
    return VectorFile(
        name="sealed-code",
        about="Sealed codes (EC2, 60 s) and what is reported of them.",
        read=_READ,
        given=_GIVEN,
        vectors=[*_good_codes(), *_policies(), *_bad_text(), *_bad_payloads(), *_bad_keys()],
    )


def paper_file() -> VectorFile:
    """Return paper-code.json."""
    return VectorFile(
        name="paper-code",
        about="Paper codes (EC3, at most 180 days) and what is reported of them.",
        read=_READ,
        given=_GIVEN,
        vectors=list(_papers()),
    )


_READ = (
    "Judge at `now` by the trust list `trust` (null: there is none), the matter `matter`, the status list `status` "
    "(null: none to be had) what the region says of the code's use (null: it cannot be asked) and the version of the "
    "kind that the row of its certificate names (null: the row is not at hand; a code has no room for it); `asker` is "
    "the counter's region where it is another. `expect` is the report: verdict, code, every fact with its cause, age and "
    "the SHA-256 of what was looked at, and the claims that may be shown."
)
_GIVEN = {
    "trust": "base",
    "matter": world.OFFLINE_MATTER,
    "status": "fresh",
    "use": {"used": False},
    "kind_version": 1,
    "asker": None,
}


# tickets


def _digits(number: int, length: int) -> str:
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(length)))


def _ticket(region: int = int(HOME), secret: int = SECRET) -> str:
    return f"EC1{_digits(region, 4)}{_digits(secret, 13)}"


def _tickets() -> Iterator[Vector]:
    plain = _ticket()
    known = {
        "outcome": "ticket",
        "region": HOME,
        "secret": f"{SECRET:017x}",
        "text": plain,
        "sha256": wire.digest(plain),
    }

    def good(name: str, why: str, text: str, expect: dict[str, Any] | None = None) -> Vector:
        return Vector(name=name, why=why, input=text, expect=expect or known)

    def bad(name: str, why: str, text: str, code: str = "NOT_OUR_CODE", **numbers: int) -> Vector:
        return Vector(name=name, why=why, input=text, expect={"outcome": "refused", "code": code, **numbers})

    yield good("plain", "20 characters: EC1, the region in 4, 65 random bits in 13.", plain)
    yield good("lower-case", "Scanners and people write lower case.", plain.lower())
    yield good("with-blanks", "Read aloud in groups.", f" {plain[:7]} {plain[7:12]} {plain[12:]}\n")
    yield good("with-hyphens", "Any hyphen is none.", f"{plain[:7]}-{plain[7:12]}\u2011{plain[12:]}")
    yield good("full-width", "An input method was on.", "".join(chr(ord(c) + 0xFEE0) for c in plain))
    alike = {
        **known,
        "secret": f"{0:017x}",
        "text": _ticket(secret=0),
        "sha256": wire.digest(_ticket(secret=0)),
    }
    yield good(
        "o-is-0", "O is what people read where 0 is written.", _ticket(secret=0).replace("0", "O"), alike
    )
    ones = sum(1 << 5 * place for place in range(13))
    alike = {
        **known,
        "secret": f"{ones:017x}",
        "text": _ticket(secret=ones),
        "sha256": wire.digest(_ticket(secret=ones)),
    }
    yield good("i-and-l-are-1", "I and L are what people read where 1 is written.",
               _ticket(secret=ones)[:7] + "IL" * 6 + "i", alike)  # fmt: skip
    most = (1 << 65) - 1
    last = _ticket(999_999, most)
    yield good("largest", "The largest region and the largest secret.", last,
               {"outcome": "ticket", "region": "999999", "secret": f"{most:017x}", "text": last,
                "sha256": wire.digest(last)})  # fmt: skip
    yield bad("region-too-large", "20 bits hold more than six digits.", _ticket(1_000_000))
    yield bad("a-u", "U is not in the alphabet.", plain[:-1] + "U")
    yield bad(
        "a-zero-width-space", "An invisible character is a character.", plain[:9] + "\u200b" + plain[9:]
    )
    yield bad("a-letter-of-another-script", "Cyrillic С is no C.", plain.replace("C", "\u0421"))
    yield bad("one-short", "A scanner stopped early.", plain[:-1], "CODE_PARTIAL", received=19, expected=20)
    yield bad("prefix-alone", "A scanner stopped early.", "EC1", "CODE_PARTIAL", received=3, expected=20)
    yield bad("one-too-many", "Longer than a ticket.", plain + "0")
    yield bad("another-prefix", "EC5 is nothing yet.", "EC5" + plain[3:])
    yield bad(
        "request",
        "EC4 is the code of a counter's request: a phone reads it, a counter does not.",
        "EC4" + plain[3:],
    )
    yield bad("payment-code", "Somebody else's code.", "weixin://wxpay/bizpayurl?pr=DEMO")
    yield bad("address", "Somebody else's code.", "https://certhub.example/t/" + plain)
    yield bad("health-certificate", "Somebody else's code.", "HC1:NCFOXN%TSMAHN-H")
    yield bad("empty", "Nothing was scanned.", "")
    yield bad("blanks", "Nothing was scanned.", " \t\r\n")
    yield bad("chinese", "A person typed a name.", "张演示")


# sealed codes


def payload(**changes: Any) -> dict[str, Any]:
    """Return the payload of a sealed code made at NOW; None takes a member away."""
    plain = {
        "iss": HOME,
        "exp": NOW + 60,
        "jti": wire.b64(b"twelve bytes"),
        "k": LICENCE,
        "s": [3, INDEX],
        "d": wire.b64(sha256(b"a credential").digest()[:16]),
        "c": {"名称": "示例小面馆", "成立日期": "2024-01-05"},
    }
    return {name: value for name, value in (plain | changes).items() if value is not None}


def sealed(content: Any = None, *, key: Any = None, prefix: str = "EC2", **options: Any) -> str:
    """Return a sealed code of a payload, signed by the region's show key."""
    typ, purpose = {"EC2": ("show+jwt", "show"), "EC3": ("paper+jwt", "paper")}[prefix]
    signed_by = key or world.region_key(purpose)
    return wire.pack(wire.jws(payload() if content is None else content, typ, signed_by, **options), prefix)


def _code(name: str, why: str, text: str, expected: Expected, origin: str = OURS, **given: Any) -> Vector:
    return reported("sealed-code", name=name, why=why, origin=origin, text=text, given=given, default=_GIVEN,
                    expected=expected)  # fmt: skip


VALID, TAMPERED = Expected("valid", "OK"), Expected("invalid", "TAMPERED")


def _good_codes() -> Iterator[Vector]:
    plain = sealed()
    yield _code("plain", "Fresh, unused, in force.", plain, VALID)
    yield _code("lower-case", "The same code in lower case.", plain.lower(), VALID)
    yield _code("in-groups", "The same code with blanks and hyphens.",
                " ".join(plain[at : at + 40] for at in range(0, len(plain), 40)), VALID)  # fmt: skip
    yield _code("no-claims", "The least that a code can say: genuine, and not enough for the matter.",
                sealed(payload(c={})), Expected("check", "FIELDS_WITHHELD"))  # fmt: skip
    yield _code(
        "left-out", "A value that did not fit is named, never cut.", sealed(payload(x=["住所"])), VALID
    )
    yield _code("four-claims", "The most: four claims, 120 bytes as JSON.",
                sealed(payload(c={"名称": "示例面馆", "成立日期": "2024-01-05", "类型": "个体户", "注册资本": 36})), VALID)  # fmt: skip
    yield _code("claim-unknown", "The catalogue has no such claim of this kind.", sealed(payload(c={"名称": "示例小面馆", "月相": "满月"})),
                Expected("check", "CLAIM_UNKNOWN"))  # fmt: skip
    yield _code("another-regions", "Shown in Wuhan, under an agreement that names only some fields.", plain, VALID,
                asker=AWAY)  # fmt: skip
    yield _code(
        "last-second",
        "It lives for 60 s; by now the list is older than its ttl.",
        plain,
        Expected("check", "STATUS_AGED"),
        now=world.instant(world.NOW + timedelta(seconds=59)),
    )


def _policies() -> Iterator[Vector]:
    plain, later = sealed(), world.NOW + timedelta(seconds=60)
    minute = {"now": world.instant(world.NOW - timedelta(minutes=5))}
    rows: list[tuple[str, str, Expected, dict[str, Any]]] = [
        ("offline", "Whether it was used cannot be asked.", Expected("check", "USE_UNKNOWN"),
         {"use": None, "kind_version": None}),
        ("offline-where-that-is-not-allowed", "The matter must be settled online.",
         Expected("undetermined", "USE_UNKNOWN"), {"use": None, "matter": world.ONLINE_MATTER}),
        ("version-unknown", "The row names a version of the kind that the catalogue does not hold.",
         Expected("check", "VERSION_UNKNOWN"), {"kind_version": 999}),
        ("version-unstated", "Without the row nobody knows the version: it is not taken for the newest.",
         Expected("check", "VERSION_UNSTATED"), {"kind_version": None}),
        ("no-status", "No list is to be had.", Expected("undetermined", "STATUS_UNKNOWN"), {"status": None}),
        ("status-aged", "The list is an hour old, its ttl 30 s.", Expected("check", "STATUS_AGED"), {"status": "an hour old"}),
        ("status-too-old", "The list is 25 hours old, the matter allows 24.", Expected("undetermined", "LIST_TOO_OLD"),
         {"status": "25 hours old"}),
        ("revoked", "The list says 1.", Expected("invalid", "REVOKED"), {"status": "revoked"}),
        ("revoked-by-an-old-list", "What was withdrawn stays withdrawn.", Expected("invalid", "REVOKED"),
         {"status": "revoked, 25 hours old"}),
        ("suspended", "The list says 2.", Expected("invalid", "SUSPENDED"), {"status": "suspended"}),
        ("status-3", "A status that is not ours.", Expected("undetermined", "STATUS_UNKNOWN"), {"status": "status 3"}),
        ("list-of-another-name", "A good list, of other certificates.", Expected("undetermined", "STATUS_UNKNOWN"),
         {"status": "another list"}),
        ("list-of-another-region", "Signed by a region that does not keep the list.",
         Expected("undetermined", "STATUS_UNKNOWN"), {"status": "signed by the other region"}),
        ("used", "The region has seen it before.", Expected("invalid", "CODE_USED"),
         {"use": {"used": True, "used_at": world.instant(world.NOW - timedelta(seconds=20)), "used_where": "2 号窗口"}}),
        ("expired", "60 s are over.", Expected("undetermined", "CODE_EXPIRED"), {"now": world.instant(later)}),
        ("from-the-future", "More life left than it may have: this clock is slow.", Expected("undetermined", "CLOCK_WRONG"), minute),
        ("no-trust", "No trust list.", Expected("undetermined", "ISSUER_UNKNOWN"), {"trust": None}),
        ("trust-of-73-hours", "A trust list that nobody relies on any more.", Expected("undetermined", "LIST_TOO_OLD"),
         {"trust": "73 hours old"}),
        ("trust-ahead", "The trust list has seen a later time than this clock.", Expected("undetermined", "CODE_EXPIRED"),
         {"trust": "ten minutes ahead"}),
        ("region-suspended", "Nobody vouches for a suspended member.", Expected("undetermined", "ISSUER_UNKNOWN"),
         {"trust": "home suspended"}),
        ("region-unknown", "The region is no member.", Expected("undetermined", "ISSUER_UNKNOWN"), {"trust": "home unknown"}),
        ("kind-not-theirs", "No agency of the region issues this kind.", Expected("invalid", "ISSUER_NOT_ENTITLED"),
         {"trust": "licence not theirs"}),
        ("status-key-compromised", "A list by a key that somebody else may hold.", Expected("undetermined", "STATUS_UNKNOWN"),
         {"trust": "status key compromised"}),
        ("no-agreement", "The two regions have agreed on nothing.", Expected("undetermined", "NO_AGREEMENT"),
         {"asker": AWAY, "trust": "no agreement"}),
        ("agreed-by-one-side", "What one side publishes is a proposal.", Expected("undetermined", "NO_AGREEMENT"),
         {"asker": AWAY, "trust": "agreed by one side"}),
        ("agreement-over", "The agreement ended now.", Expected("undetermined", "NO_AGREEMENT"),
         {"asker": AWAY, "trust": "agreement over"}),
        ("matter-not-agreed", "The agreement does not name this matter.", Expected("undetermined", "NO_AGREEMENT"),
         {"asker": AWAY, "matter": world.ONLINE_MATTER}),
    ]  # fmt: skip
    for name, why, expected, given in rows:
        yield _code(name, why, plain, expected, **given)
    yield _code("no-matter", "Without a matter nobody asks whether it is needed, and how it was shown.", sealed(payload(c={})), VALID,
                matter=None)  # fmt: skip
    asked: list[tuple[str, str, Expected, str]] = [
        ("not-needed", "The matter needs another kind.", Expected("check", "NOT_NEEDED"), world.OTHER_MATTER),
        ("too-light", "The matter takes a request to which the holder consents; a code alone is less.",
         Expected("check", "MODE_L2"), world.REQUEST_MATTER),
        ("nobody-checked-the-identity", "The matter takes an identity check: without it nothing is known of who stands there.",
         Expected("undetermined", "MODE_L3"), world.PERSON_MATTER),
    ]  # fmt: skip
    for name, why, expected, matter in asked:
        yield _code(name, why, plain, expected, matter=matter)
    yield _code("not-needed-and-revoked", "What is bad is bad, whatever it was shown for.", plain,
                Expected("invalid", "REVOKED"), matter=world.OTHER_MATTER, status="revoked")  # fmt: skip


def _bad_text() -> Iterator[Vector]:
    plain = sealed()
    body = plain[3:]
    header, content, signature = map(
        wire.unb64, wire.jws(payload(), "show+jwt", world.region_key("show")).split(".")
    )
    cut = Expected("undetermined", "CODE_PARTIAL")

    def again(data: bytes) -> str:
        return "EC2" + wire.crockford(data)

    rows = [
        ("cut-short", "A scanner stopped early.", plain[:-1], cut),
        ("cut-in-half", "A scanner stopped early.", plain[: len(plain) // 2], cut),
        ("prefix-alone", "A scanner stopped early.", "EC2", cut),
        ("one-character-changed", "The signature does not fit any more.",
         plain[:200] + ("0" if plain[200] != "0" else "2") + plain[201:], TAMPERED),
        ("one-character-too-many", "Longer than it says.", plain + "0", TAMPERED),
        ("a-u-inside", "U is not in the alphabet.", plain[:50] + "U" + plain[51:], TAMPERED),
        ("total-too-small", "It says that it is shorter than it is.",
         again(wire.packed(header, content, signature, total=100)), TAMPERED),
        ("lengths-beyond-the-end", "The header's length points behind the end.",
         again(wire.packed(header, content, signature)[:2] + b"\xff\xff" + wire.packed(header, content, signature)[4:]), TAMPERED),
        ("empty-payload", "No payload.", again(wire.packed(header, b"", signature)), TAMPERED),
        ("signature-of-63-bytes", "A signature has 64 bytes.", again(wire.packed(header, content, signature[:-1])), TAMPERED),
        ("paper-prefix", "A show code under the paper code's prefix.", "EC3" + body, TAMPERED),
        ("ticket", "A ticket is no sealed code.", _ticket(), Expected("undetermined", "NOT_OUR_CODE")),
        ("bare-token", "The token itself is no code.", wire.jws(payload(), "show+jwt", world.region_key("show")),
         Expected("undetermined", "NOT_OUR_CODE")),
    ]  # fmt: skip
    for name, why, text, expected in rows:
        yield _code(name, why, text, expected)


def _bad_payloads() -> Iterator[Vector]:
    changes: list[tuple[str, str, dict[str, Any]]] = [
        ("no-iss", "Every member has to be there.", {"iss": None}),
        ("no-jti", "Every member has to be there.", {"jti": None}),
        ("no-claims-member", "Every member has to be there.", {"c": None}),
        ("iat", "A sealed code has no iat: no other member may be there.", {"iat": NOW}),
        ("iss-of-five-digits", "A region has six digits.", {"iss": "42070"}),
        ("jti-too-short", "96 bits.", {"jti": wire.b64(b"eleven byte")}),
        ("jti-loose-bits", "16 characters hold 96 bits exactly; = is no character.", {"jti": wire.b64(b"twelve bytes") + "="}),
        ("kind-in-lower-case", "A kind is 21 digits and capitals.", {"k": LICENCE.lower()}),
        ("slot-negative", "An index is no less than 0.", {"s": [3, -1]}),
        ("slot-of-three", "A list and an index.", {"s": [3, 4, 5]}),
        ("slot-true", "True is no number.", {"s": [3, True]}),
        ("list-too-large", "No status list has that number.", {"s": [1_000_000_000, 1]}),
        ("ref-too-long", "16 bytes of the hash.", {"d": wire.b64(sha256(b"x").digest())}),
        ("five-claims", "At most four.", {"c": dict.fromkeys("abcde", "1")}),
        ("claims-too-long", "At most 120 bytes as JSON.", {"c": {"住所": "鄂" * 40}}),
        ("claim-a-list", "A claim is text or a whole number.", {"c": {"名称": ["示例小面馆"]}}),
        ("claims-a-list", "An object.", {"c": ["名称"]}),
        ("x-empty", "Nothing left out is not said.", {"x": []}),
        ("x-twice", "A name stands once.", {"x": ["住所", "住所"]}),
        ("x-names-what-is-there", "Left out and there at once.", {"x": ["名称"]}),
        ("exp-text", "A time is a whole number.", {"exp": str(NOW + 60)}),
    ]  # fmt: skip
    for name, why, change in changes:
        yield _code(f"payload-{name}", why, sealed(payload(**change)), TAMPERED)
    yield _code("status-list-of-another-region", "A region speaks of its own lists only: the name follows from iss.",
                sealed(payload(iss=AWAY), key=world.region_key("show", AWAY)),
                Expected("undetermined", "STATUS_UNKNOWN"))  # fmt: skip


def _bad_keys() -> Iterator[Vector]:
    token = wire.jws(payload(), "show+jwt", world.region_key("show"))
    yield _code("twin", "The other signature (r, n-s) of a hub's code.",
                wire.pack(wire.with_signature(token, twin(wire.signature_of(token))), "EC2"), TAMPERED)  # fmt: skip
    yield _code("receipt-key", "Another purpose.", sealed(key=world.region_key("receipt")),
                Expected("invalid", "ISSUER_NOT_ENTITLED"))  # fmt: skip
    yield _code("other-regions-key", "Wuhan signs in Ezhou's name.", sealed(key=world.region_key("show", AWAY)),
                Expected("invalid", "ISSUER_NOT_ENTITLED"))  # fmt: skip
    yield _code("agencys-key", "A seal signs credentials, no codes.", sealed(key=world.seal_key()),
                Expected("invalid", "ISSUER_NOT_ENTITLED"))  # fmt: skip
    yield _code("stranger", "Nobody vouches for that key.", sealed(key=world.region_key("show", world.STRANGER)),
                Expected("undetermined", "ISSUER_UNKNOWN"))  # fmt: skip
    yield _code("long-lived", "exp two minutes off: either made to last, or this clock is slow; it cannot be told.",
                sealed(payload(exp=NOW + 180)), Expected("undetermined", "CLOCK_WRONG"))  # fmt: skip


def _papers() -> Iterator[Vector]:
    half_a_year = NOW + 180 * 86_400
    plain = sealed(payload(exp=half_a_year), prefix="EC3")
    months = world.instant(world.NOW + timedelta(days=179))
    yield _code("plain", "Made now, good for 180 days.", plain, VALID)
    yield _code(
        "offline", "Whether it was used cannot be asked.", plain, Expected("check", "USE_UNKNOWN"), use=None
    )
    yield _code("months-later", "Alive, but every list here is half a year old.", plain,
                Expected("undetermined", "LIST_TOO_OLD"), now=months)  # fmt: skip
    yield _code("expired", "Half a year is over.", plain, Expected("undetermined", "CODE_EXPIRED"),
                now=world.instant(world.NOW + timedelta(days=180)))  # fmt: skip
    yield _code("longer-than-it-may", "181 days: this clock is a day slow, or it was made to last.",
                sealed(payload(exp=half_a_year + 86_400), prefix="EC3"), Expected("undetermined", "CLOCK_WRONG"))  # fmt: skip
    yield _code("show-key", "A show key makes no paper codes.",
                sealed(payload(exp=half_a_year), prefix="EC3", key=world.region_key("show")),
                Expected("invalid", "ISSUER_NOT_ENTITLED"))  # fmt: skip
    yield _code("show-prefix", "A paper code under the show code's prefix.", "EC2" + plain[3:], TAMPERED)
    yield _code("revoked", "The list says 1.", plain, Expected("invalid", "REVOKED"), status="revoked")
    yield _code("suspended", "The list says 2.", plain, Expected("invalid", "SUSPENDED"), status="suspended")
    yield _code(
        "used", "The region has seen it before.", plain, Expected("invalid", "CODE_USED"), use={"used": True}
    )
    yield _code("cut-short", "A fold in the paper.", plain[:-100], Expected("undetermined", "CODE_PARTIAL"))
