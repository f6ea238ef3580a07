"""credential.json: credentials whole and in part, and every way to bend one."""

# ruff: noqa: E501 - the tables read across

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Any

from tests.support.signing import NumberedKey, twin
from tests.vectors import wire, world
from tests.vectors.identifiers import identifier
from tests.vectors.vector import OURS, Vector, VectorFile
from tests.vectors.verdicts import Expected, reported

NOW = world.seconds(world.NOW)
MONTH, YEAR = 30 * 86_400, 365 * 86_400
INDEX = 40_961
IDENTIFIER = identifier()
CLAIMS: dict[str, Any] = {
    "证照标识": IDENTIFIER,
    "证照编号": "92420799MA99990138",
    "持证主体": ["示例小面馆"],
    "持证主体代码": [{"type": "001", "number": "92420799MA99990138"}],
    "名称": "示例小面馆",
    "住所": "鄂州市鄂城区示例路 1 号",
}
_GIVEN = {"how": "ticket", "trust": "base", "matter": world.OFFLINE_MATTER, "status": "fresh", "asker": None}
RFC = "RFC 9901 §7.1"


def credential_file() -> VectorFile:
    """Return credential.json."""
    return VectorFile(
        name="credential",
        about="Credentials (SD-JWT VC, dc+sd-jwt) and what is reported of them.",
        read="Judge at `now` as what came by a redeemed ticket (`how`: ticket, so that one_time is yes) or as a file "
        "that anybody may hold; `trust`, `matter`, `status`, `asker` as in sealed-code.json. `expect` is the report.",
        given=_GIVEN,
        vectors=[
            *_good(),
            *_dates(),
            *_trouble(),
            *_issuers(),
            *_disclosures(),
            *_clear_members(),
            *_forms(),
        ],
    )


def salt(name: str) -> str:
    """Return the salt of a claim, fixed by its name."""
    return wire.b64(sha256(f"salt of {name}".encode()).digest()[:16])


def disclosures(claims: dict[str, Any] | None = None) -> dict[str, str]:
    """Return the disclosure of each claim by its name."""
    chosen = CLAIMS if claims is None else claims
    return {name: wire.disclosure(salt(name), name, value) for name, value in chosen.items()}


def payload(digests: list[str] | None = None, **changes: Any) -> dict[str, Any]:
    """Return what an agency signs; None takes a member away."""
    told = [wire.disclosure_digest(one) for one in disclosures().values()] if digests is None else digests
    plain = {
        "iss": f"urn:certhub:agency:{world.AGENCY}",
        "vct": f"urn:certhub:kind:{world.LICENCE}:1",
        "iat": NOW - MONTH,
        "nbf": NOW - MONTH,
        "exp": NOW + YEAR,
        "status": {"status_list": {"idx": INDEX, "uri": "https://420700.certhub.example/status/3"}},
        "_sd": sorted(told),
        "_sd_alg": "sha-256",
    }
    return {name: value for name, value in (plain | changes).items() if value is not None}


def sealed(content: Any = None, key: NumberedKey | None = None, **options: Any) -> str:
    """Return the issuer's JWT."""
    return wire.jws(
        payload() if content is None else content, "dc+sd-jwt", key or world.seal_key(), **options
    )


def whole(content: Any = None, key: NumberedKey | None = None) -> str:
    """Return a credential with every disclosure."""
    return wire.sd_jwt(sealed(content, key), *disclosures().values())


def with_name(told: str, *, hidden: tuple[str, ...] = ()) -> str:
    """Return a credential with one disclosure, those within it, and the name, which the matter needs."""
    name = disclosures()["名称"]
    return wire.sd_jwt(
        sealed(payload([wire.disclosure_digest(one) for one in (told, name)])), told, *hidden, name
    )


def _vector(
    name: str, why: str, text: str, verdict: str, code: str, origin: str = OURS, **given: Any
) -> Vector:
    return reported("credential", name=name, why=why, origin=origin, text=text, given=given, default=_GIVEN,
                    expected=Expected(verdict, code))  # fmt: skip


def _good() -> Iterator[Vector]:
    text, told = whole(), disclosures()
    yield _vector("whole", "Every field, in force.", text, "valid", "OK")
    yield _vector(
        "as-a-file",
        "It proves what the agency sealed, not who shows it.",
        text,
        "check",
        "NOT_BOUND",
        how="file",
    )
    yield _vector("two-fields", "Fewer disclosures are the holder's choice.",
                  wire.sd_jwt(sealed(), told["名称"], told["证照编号"]), "valid", "OK")  # fmt: skip
    yield _vector("no-field", "No disclosure at all: genuine, and not enough for the matter.", wire.sd_jwt(sealed()),
                  "check", "FIELDS_WITHHELD")  # fmt: skip
    yield _vector("no-field-and-no-matter", "No disclosure, and nobody who needs one.", wire.sd_jwt(sealed()),
                  "valid", "OK", matter=None)  # fmt: skip
    yield _vector("another-order", "Disclosures may stand in any order.",
                  wire.sd_jwt(sealed(), *reversed(told.values())), "valid", "OK")  # fmt: skip
    decoys = [wire.disclosure_digest(one) for one in told.values()] + [
        wire.b64(sha256(f"decoy {n}".encode()).digest()) for n in range(3)
    ]
    yield _vector("decoys", "Digests of nothing hide how many claims there are.",
                  wire.sd_jwt(sealed(payload(decoys)), *told.values()), "valid", "OK", "RFC 9901 §4.2.7")  # fmt: skip
    yield _vector(
        "without-end", "A certificate without an end has no exp.", whole(payload(exp=None)), "valid", "OK"
    )
    yield _vector(
        "from-before-1970",
        "A licence of 1965: times may be negative.",
        whole(payload(nbf=-157_766_400)),
        "valid",
        "OK",
    )
    yield _vector("bound", "Bound to a device, and shown without the device's word: the ticket stands for it.",
                  whole(payload(cnf={"jwk": dict(world.DEVICE.jwk)})), "valid", "OK")  # fmt: skip
    yield _vector(
        "ed25519", "An agency with a key of the other suite.", whole(key=world.seal_key(n=2)), "valid", "OK"
    )
    token = sealed()
    yield _vector("twin", "The other signature of the pair (r, n-s): agencies may send either.",
                  wire.sd_jwt(wire.with_signature(token, twin(wire.signature_of(token))), *told.values()), "valid", "OK")  # fmt: skip
    yield _vector(
        "no-sd-alg", "sha-256 is the default.", whole(payload(_sd_alg=None)), "valid", "OK", "RFC 9901 §4.1.1"
    )
    yield _vector("with-blanks-in-a-disclosure", "A disclosure is hashed as it was sent, never printed again.",
                  *_respelled(), "valid", "OK", "RFC 9901 §4.2.1")  # fmt: skip
    version_999 = whole(payload(vct=f"urn:certhub:kind:{world.LICENCE}:999"))
    yield _vector(
        "version-unknown",
        "The catalogue has no version 999 of this kind.",
        version_999,
        "check",
        "VERSION_UNKNOWN",
    )
    strange = wire.disclosure("s1", "月相", "满月")
    yield _vector("claim-unknown", "The catalogue has no such claim of this kind.",
                  with_name(strange), "check", "CLAIM_UNKNOWN")  # fmt: skip
    yield _vector(
        "nested",
        "A claim that holds a claim that is disclosed by itself.",
        _nested(),
        "valid",
        "OK",
        "RFC 9901 §6.2",
    )
    yield _vector(
        "an-element",
        "One element of a list is disclosed, another is not.",
        _element(),
        "valid",
        "OK",
        "RFC 9901 §4.2.2",
    )
    yield _vector(
        "another-region",
        "Shown in Wuhan: the agreement cuts the fields.",
        text,
        "valid",
        "OK",
        asker=world.AWAY,
    )


def _respelled() -> tuple[str]:
    spelled = wire.b64(
        b'["s", "\\u540d\\u79f0", "\xe7\xa4\xba\xe4\xbe\x8b\xe5\xb0\x8f\xe9\x9d\xa2\xe9\xa6\x86"]'
    )
    return (wire.sd_jwt(sealed(payload([wire.disclosure_digest(spelled)])), spelled),)


def _nested() -> str:
    inner = wire.disclosure("s1", "区", "鄂城区")
    outer = wire.disclosure("s2", "住所", {"市": "鄂州市", "_sd": [wire.disclosure_digest(inner)]})
    return with_name(outer, hidden=(inner,))


def _element() -> str:
    one, other = wire.disclosure("s1", "餐饮服务"), wire.disclosure("s2", "食品销售")
    places = [{"...": wire.disclosure_digest(one)}, {"...": wire.disclosure_digest(other)}]
    listed = wire.disclosure("s3", "经营范围", places)
    return with_name(listed, hidden=(other,))


def _dates() -> Iterator[Vector]:
    rows: list[tuple[str, str, dict[str, Any], dict[str, Any], str, str]] = [
        ("expired", "The first second after its end.", {"exp": NOW}, {}, "invalid", "EXPIRED"),
        ("expires-soon", "20 days left.", {"exp": NOW + 20 * 86_400}, {}, "check", "EXPIRES_SOON"),
        ("not-yet", "It begins tomorrow.", {"nbf": NOW + 86_400}, {}, "invalid", "NOT_YET_VALID"),
        ("from-the-future", "Sealed tomorrow: this clock is slow.", {"iat": NOW + 86_400}, {}, "undetermined", "CLOCK_WRONG"),
        ("slow-clock", "This clock is a month and more behind the seal.", {},
         {"now": world.instant(world.NOW - timedelta(days=40))}, "undetermined", "CLOCK_WRONG"),
        ("expired-and-revoked", "The worse of two is told.", {"exp": NOW}, {"status": "revoked"}, "invalid", "REVOKED"),
    ]  # fmt: skip
    for name, why, changes, given, verdict, code in rows:
        yield _vector(name, why, whole(payload(**changes)), verdict, code, **given)


def _trouble() -> Iterator[Vector]:
    text = whole()
    rows: list[tuple[str, str, dict[str, Any], str, str]] = [
        ("no-trust", "No trust list.", {"trust": None}, "undetermined", "ISSUER_UNKNOWN"),
        ("no-status", "No list is to be had.", {"status": None}, "undetermined", "STATUS_UNKNOWN"),
        ("revoked", "The list says 1.", {"status": "revoked"}, "invalid", "REVOKED"),
        ("suspended", "The list says 2.", {"status": "suspended"}, "invalid", "SUSPENDED"),
        ("status-aged", "An hour old; online, a fresh one is required.", {"status": "an hour old"}, "undetermined", "STATUS_AGED"),
        ("status-aged-of-a-file", "An hour old; of a file that is said.", {"status": "an hour old", "how": "file"}, "check", "STATUS_AGED"),
        ("trust-of-73-hours", "A trust list that nobody relies on any more.", {"trust": "73 hours old"}, "undetermined", "LIST_TOO_OLD"),
        ("trust-of-25-hours-online", "Stale, and the matter must be settled online.",
         {"trust": "25 hours old", "matter": world.ONLINE_MATTER}, "undetermined", "LIST_TOO_OLD"),
        ("no-agreement", "The two regions have agreed on nothing.", {"asker": world.AWAY, "trust": "no agreement"},
         "undetermined", "NO_AGREEMENT"),
    ]  # fmt: skip
    for name, why, given, verdict, code in rows:
        yield _vector(name, why, text, verdict, code, **given)


def _issuers() -> Iterator[Vector]:
    away = world.seal_key(world.AWAY_AGENCY)
    text = whole()
    yield _vector("kind-not-theirs", "The agency may not issue this kind.", text, "invalid", "ISSUER_NOT_ENTITLED",
                  trust="licence not theirs")  # fmt: skip
    yield _vector("food-permit", "A kind that the trust list does not give them.",
                  wire.sd_jwt(sealed(payload([], vct=f"urn:certhub:kind:{world.FOOD}:1"))), "invalid", "ISSUER_NOT_ENTITLED")  # fmt: skip
    yield _vector("other-agencys-key", "Wuhan's agency signs in the name of Ezhou's.", whole(key=away), "invalid",
                  "ISSUER_NOT_ENTITLED")  # fmt: skip
    yield _vector("regions-key", "A region's key is no agency's seal.", whole(key=world.region_key("receipt")), "invalid",
                  "ISSUER_NOT_ENTITLED")  # fmt: skip
    yield _vector("nobodys-key", "Nobody vouches for that key.", whole(key=world.seal_key("11420699MB99990019")),
                  "undetermined", "ISSUER_UNKNOWN")  # fmt: skip
    yield _vector("second-suite", "Signed with SM2SM3, which this installation cannot compute; whoever can finds the "
                  "signature wrong.", wire.sd_jwt(_of_the_second_suite()), "undetermined", "SUITE_MISSING")  # fmt: skip
    yield _vector("key-compromised", "Dated before the compromise: only the ledger could say so.", text, "undetermined",
                  "NOT_LOGGED", trust="seal compromised")  # fmt: skip
    yield _vector("key-compromised-and-dated-after", "A thief may have signed it.", whole(payload(iat=NOW - 3600)),
                  "invalid", "ISSUER_NOT_ENTITLED", trust="seal compromised")  # fmt: skip
    yield _vector("key-of-last-week", "Dated before the key began.", text, "invalid", "ISSUER_NOT_ENTITLED",
                  trust="seal of last week")  # fmt: skip
    yield _vector("key-past-checking", "Too long ago to be checked by this key.", text, "undetermined", "ISSUER_UNKNOWN",
                  trust="seal past checking")  # fmt: skip
    yield _vector("region-suspended", "Nobody vouches for a suspended member.", text, "undetermined", "ISSUER_UNKNOWN",
                  trust="home suspended")  # fmt: skip
    yield _vector("region-left", "What was signed before a region left can still be checked.", text, "valid", "OK",
                  trust="home left")  # fmt: skip
    other = {"status_list": {"idx": INDEX, "uri": "https://420100.certhub.example/status/3"}}
    yield _vector("status-of-another-region", "No other region can speak of it.", whole(payload(status=other)),
                  "undetermined", "STATUS_UNKNOWN")  # fmt: skip


def _of_the_second_suite() -> str:
    header = {"alg": "SM2SM3", "typ": "dc+sd-jwt", "kid": f"{world.AGENCY}-3"}
    return sealed(payload([]), header=header, signature=bytes([1]) * 64)


def _disclosures() -> Iterator[Vector]:
    told = disclosures()
    issuer = sealed()
    name = told["名称"]
    forged = wire.disclosure(salt("名称"), "名称", "别人的面馆")
    rows: list[tuple[str, str, list[str], str]] = [
        ("forged", "A disclosure with another value: no digest of it was signed.", [forged], RFC),
        ("added", "A claim that nobody signed.", [name, wire.disclosure("s", "注册资本", "一亿元")], RFC),
        ("repeated", "The same disclosure twice.", [name, name], RFC),
        ("padded", "A second spelling of the same bytes.", [name + "="], RFC),
        ("empty", "Nothing between two tildes.", [name, ""], RFC),
        ("not-base64", "Not base64url.", ["%%%%"], RFC),
        ("not-json", "Not JSON.", [wire.b64(b"hello")], RFC),
        ("of-four", "Two or three elements.", [wire.disclosure("s", "名称", "示例小面馆", "x")], RFC),
        ("of-one", "Two or three elements.", [wire.b64(b'["s"]')], RFC),
        ("an-object", "An array.", [wire.b64(b'{"s":1}')], RFC),
        ("salt-a-number", "A salt is text.", [wire.b64(b'[1,"x","y"]')], RFC),
    ]  # fmt: skip
    for label, why, chosen, origin in rows:
        yield _vector(f"disclosure-{label}", why, wire.sd_jwt(issuer, *chosen), "invalid", "TAMPERED", origin)
    signed: list[tuple[str, str, list[str], str]] = [
        ("name-a-number", "A name is text.", [wire.b64(b'["s",1,"y"]')], RFC),
        ("called-sd", "_sd is the format's own.", [wire.disclosure("s", "_sd", [])], "RFC 9901 §4.2.1"),
        ("called-dots", "... is the format's own.", [wire.disclosure("s", "...", "x")], "RFC 9901 §4.2.1"),
        ("called-iss", "Who signs may not be disclosed selectively.", [wire.disclosure("s", "iss", "urn:x")], "draft-ietf-oauth-sd-jwt-vc §3.2.2.2"),
        ("called-status", "The status may not be disclosed selectively.", [wire.disclosure("s", "status", {})], "draft-ietf-oauth-sd-jwt-vc §3.2.2.2"),
        ("called-cnf", "The holder's key may not be disclosed selectively.", [wire.disclosure("s", "cnf", {})], "draft-ietf-oauth-sd-jwt-vc §3.2.2.2"),
        ("called-exp", "The end may not be disclosed selectively.", [wire.disclosure("s", "exp", 1)], "draft-ietf-oauth-sd-jwt-vc §3.2.2.2"),
        ("called-sd-alg", "The hash's name may not come from a disclosure.", [wire.disclosure("s", "_sd_alg", "sha-256")], OURS),
        ("same-name-twice", "Two disclosures of one name.", [wire.disclosure("s", "名称", "甲"), wire.disclosure("t", "名称", "乙")], RFC),
        ("an-element-as-claim", "An element of a list stands where a claim belongs.", [wire.disclosure("s", "甲")], RFC),
        ("a-fraction", "Numbers are whole.", [wire.b64('["s","面积",1.5]'.encode())], OURS),
        ("a-member-twice", "Two readers read two values.", [wire.b64('["s","甲",{"a":1,"a":2}]'.encode())], OURS),
        ("a-surrogate", "A lone surrogate is no character.", [wire.b64(b'["s","x","\\ud800"]')], OURS),
        ("a-direction-mark-in-a-name", "A name shows what it is.", [wire.disclosure("s", "\u202e名称", "甲")], OURS),
        ("identifier-of-another-kind", "The identifier is that of another kind.", [wire.disclosure("s", "证照标识", identifier(world.FOOD))], OURS),
        ("identifier-of-another-agency", "The identifier is that of another agency.", [wire.disclosure("s", "证照标识", identifier(issuer=world.AWAY_AGENCY))], OURS),
        ("identifier-misprinted", "The identifier's check character is wrong.", [wire.disclosure("s", "证照标识", IDENTIFIER[:-1] + "0")], OURS),
        ("holders-as-text", "Holders are a list.", [wire.disclosure("s", "持证主体", "示例小面馆")], OURS),
    ]  # fmt: skip
    for label, why, chosen, origin in signed:
        digests = [wire.disclosure_digest(one) for one in chosen]
        text = wire.sd_jwt(sealed(payload(digests)), *chosen)
        yield _vector(f"disclosure-{label}", why, text, "invalid", "TAMPERED", origin)
    yield from _digests()


def _digests() -> Iterator[Vector]:
    name = disclosures()["名称"]
    own = wire.disclosure_digest(name)
    claim_as_element = {"...": own}
    rows: list[tuple[str, str, dict[str, Any], list[str]]] = [
        ("twice", "A digest stands twice.", payload([own, own]), [name]),
        ("twice-undisclosed", "A digest stands twice, and nobody shows what it is of.", payload([own, own]), []),
        ("not-text", "A digest is text.", payload() | {"_sd": [1]}, []),
        ("no-list", "_sd is a list.", payload() | {"_sd": own}, []),
        ("sha-512", "Only sha-256 is read.", payload(_sd_alg="sha-512"), []),
        ("md5", "Only sha-256 is read.", payload(_sd_alg="md5"), []),
    ]  # fmt: skip
    for label, why, content, chosen in rows:
        yield _vector(
            f"digest-{label}", why, wire.sd_jwt(sealed(content), *chosen), "invalid", "TAMPERED", RFC
        )
    listed = wire.disclosure("s", "清单", [claim_as_element])
    yield _vector("claim-as-an-element", "A claim is disclosed where an element belongs.",
                  wire.sd_jwt(sealed(payload([wire.disclosure_digest(listed)])), listed, name), "invalid", "TAMPERED", RFC)  # fmt: skip
    mixed = wire.disclosure("s", "清单", [claim_as_element | {"x": 1}])
    yield _vector("placeholder-with-a-member", "A placeholder holds ... and nothing else.",
                  wire.sd_jwt(sealed(payload([wire.disclosure_digest(mixed)])), mixed), "invalid", "TAMPERED", RFC)  # fmt: skip
    chain = _chain(100)
    yield _vector("chain-of-100", "Each disclosure holds the digest of the next: nested deeper than 64.",
                  wire.sd_jwt(sealed(payload([wire.disclosure_digest(chain[0])])), *chain), "invalid", "TAMPERED")  # fmt: skip


def _chain(length: int) -> list[str]:
    """Return disclosures, each inside the one before it."""
    made = [wire.disclosure("s", "x", "end")]
    for _ in range(length - 1):
        made.insert(0, wire.disclosure("s", "x", {"_sd": [wire.disclosure_digest(made[0])]}))
    return made


def _clear_members() -> Iterator[Vector]:
    slot = {"idx": INDEX, "uri": "https://420700.certhub.example/status/3"}
    rows: list[tuple[str, str, dict[str, Any]]] = [
        ("no-iss", "Every clear member has to be there.", {"iss": None}),
        ("no-vct", "Every clear member has to be there.", {"vct": None}),
        ("no-nbf", "Every clear member has to be there.", {"nbf": None}),
        ("no-status", "Every clear member has to be there.", {"status": None}),
        ("a-claim-in-clear", "Nothing of a person stands in clear.", {"名称": "示例小面馆"}),
        ("jti", "No other member may be there.", {"jti": "x" * 22}),
        ("iss-a-url", "An agency is named by its code.", {"iss": "https://agency.example"}),
        ("iss-check-character", "The code's check character is wrong.", {"iss": f"urn:certhub:agency:{world.AGENCY[:-1]}3"}),
        ("vct-without-version", "A kind has a version.", {"vct": f"urn:certhub:kind:{world.LICENCE}"}),
        ("vct-version-0", "Versions begin at 1.", {"vct": f"urn:certhub:kind:{world.LICENCE}:0"}),
        ("exp-before-nbf", "It ends before it begins.", {"exp": NOW - 2 * MONTH}),
        ("exp-true", "True is no number.", {"exp": True}),
        ("status-elsewhere", "A list of ours has a name of ours.", {"status": {"status_list": slot | {"uri": "https://evil.example/status/3"}}}),
        ("status-index-negative", "An index is no less than 0.", {"status": {"status_list": slot | {"idx": -1}}}),
        ("status-index-text", "An index is a number.", {"status": {"status_list": slot | {"idx": "1"}}}),
        ("cnf-with-a-secret", "A holder's key is public.", {"cnf": {"jwk": {**world.DEVICE.jwk, "d": "x" * 43}}}),
    ]  # fmt: skip
    for name, why, change in rows:
        yield _vector(f"clear-{name}", why, whole(payload(**change)), "invalid", "TAMPERED")


def _forms() -> Iterator[Vector]:
    text, issuer = whole(), sealed()
    other = payload([wire.disclosure_digest(one) for one in disclosures({"名称": "别人的面馆"}).values()])
    borrowed = disclosures({"名称": "别人的面馆"})["名称"]
    head, _, tail = issuer.split(".")
    yield _vector(
        "bare-token", "Without a tilde it is no SD-JWT.", issuer, "invalid", "TAMPERED", "RFC 9901 §4"
    )
    yield _vector("no-last-tilde", "The last part of an SD-JWT is a key binding or nothing.", text[:-1], "invalid",
                  "TAMPERED", "RFC 9901 §4")  # fmt: skip
    yield _vector("line-end", "Nothing follows the last tilde.", text + "\n", "invalid", "TAMPERED")
    yield _vector(
        "borrowed-disclosure",
        "Another credential's disclosure.",
        wire.sd_jwt(issuer, borrowed),
        "invalid",
        "TAMPERED",
    )
    yield _vector("borrowed-signature", "Two good credentials, one's payload over the other's signature.",
                  wire.sd_jwt(f"{head}.{sealed(other).split('.')[1]}.{tail}", borrowed), "invalid", "TAMPERED")  # fmt: skip
    flipped = bytes([wire.signature_of(issuer)[0] ^ 1]) + wire.signature_of(issuer)[1:]
    yield _vector("one-bit", "One bit of the signature.",
                  wire.sd_jwt(wire.with_signature(issuer, flipped), *disclosures().values()), "invalid", "TAMPERED")  # fmt: skip
    header = {"alg": "none", "typ": "dc+sd-jwt", "kid": f"{world.AGENCY}-1"}
    unsigned = ".".join((*map(wire.b64, (wire.compact(header), wire.compact(payload()))), "AA"))
    yield _vector(
        "alg-none", "Unsigned, and it says so.", wire.sd_jwt(unsigned), "invalid", "TAMPERED", "RFC 8725 §3.1"
    )
    older = {"alg": "ES256", "typ": "vc+sd-jwt", "kid": f"{world.AGENCY}-1"}
    yield _vector("older-type", "vc+sd-jwt is the draft's former name.", wire.sd_jwt(sealed(header=older)), "invalid", "TAMPERED",
                  "draft-ietf-oauth-sd-jwt-vc, change log")  # fmt: skip
    yield _vector("a-receipt", "A good token of another type.", wire.jws({"iss": "420700", "iat": NOW}, "receipt+jwt",
                  world.region_key("receipt")) + "~", "invalid", "TAMPERED")  # fmt: skip
    yield _vector("nothing", "Nothing.", "", "invalid", "TAMPERED")
