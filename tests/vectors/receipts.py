"""receipt.json: receipts as files, genuine, aged, altered, and beyond this trust list."""

# ruff: noqa: E501 - the tables read across

import json
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Any

from tests.support.fixed_keys import fixed_key
from tests.support.signing import NumberedKey, twin
from tests.vectors import wire, world
from tests.vectors.identifiers import identifier
from tests.vectors.vector import LIBRARY, OURS, Vector, VectorFile

NOW = world.seconds(world.NOW)
TYP = "receipt+jwt"
CODES = {"GENUINE": 0, "AGED": 10, "ALTERED": 20}


def receipt_file() -> VectorFile:
    """Return receipt.json."""
    return VectorFile(
        name="receipt",
        about="Receipt files, byte for byte, and whether they are what their region signed.",
        read="`input` is the whole file's text. Judge it at `now` by the trust list `trust` (null: there is none). "
        "docs/verify-a-receipt.md says how, and what the findings mean.",
        given={"trust": "base", "now": world.instant(world.NOW + timedelta(hours=1))},
        vectors=[
            *_genuine(),
            *_aged(),
            *_unknown(),
            *_newer(),
            *_files(),
            *_payloads(),
            *_tokens(),
            *_openings(),
        ],
    )


def opening(n: int = 1) -> dict[str, str]:
    """Return what opens the n-th item."""
    return {"salt": wire.b64(sha256(f"opening {n}".encode()).digest()), "identifier": identifier(version=n)}


def declared(n: int = 1) -> dict[str, str]:
    """Return what opens the n-th value that somebody declared."""
    return {"salt": wire.b64(sha256(f"declared {n}".encode()).digest()), "argument": f"社会保障号码=A{n}"}


def argument(n: int = 1) -> str:
    """Return the digest of the n-th declared value: over salt and field=value."""
    return wire.digest(wire.unb64(declared(n)["salt"]) + declared(n)["argument"].encode())


def asked(*declared_ones: int | None) -> list[dict[str, Any]]:
    """Return predicates: of each number one that compares what was declared, of None one that compares nothing."""
    plain = {"outcome": "yes", "by": world.HOME}
    return [
        {"name": "in_force_on", "argument": None, **plain}
        if n is None
        else {"name": "equals", "argument": argument(n), **plain}
        for n in declared_ones
    ]


def cert(n: int = 1) -> str:
    """Return the digest of the n-th certificate: over salt and identifier."""
    return wire.digest(wire.unb64(opening(n)["salt"]) + opening(n)["identifier"].encode())


def item(n: int = 1, **changes: Any) -> dict[str, Any]:
    """Return one item of a receipt."""
    facts = [
        {
            "fact": "signature",
            "outcome": "yes",
            "evidence": wire.digest("signed bytes"),
            "as_of": world.instant(world.NOW),
        },
        {"fact": "status", "outcome": "yes", "as_of": world.instant(world.NOW)},
    ]
    plain = {
        "kind": world.LICENCE,
        "cert": cert(n),
        "fields": ["名称", "住所"],
        "facts": facts,
        "verdict": "valid",
        "code": "OK",
        "predicates": [],
    }
    return {name: value for name, value in (plain | changes).items() if value is not ...}


OF_THE_MATTER: dict[str, Any] = {
    "unit": world.HOME,
    "matter_digest": wire.digest("the matter"),
    "catalogue": wire.digest("the catalogue"),
    "agreements": [],
    "mode": {"demanded": "L1", "reached": "L1"},
    "identity_check": None,
    "requirements": [{"id": "document", "state": "met", "item": 0}],
    "materials": "complete",
}
"""What format 3 adds to a receipt."""


def in_format(number: int, **changes: Any) -> dict[str, Any]:
    """Return the payload of a receipt of an earlier format; `...` takes a member away."""
    earlier = dict.fromkeys(OF_THE_MATTER, ...) | {"items": [item(predicates=...)]}
    return payload(**(earlier | {"format": ... if number == 1 else number} | changes))


def payload(**changes: Any) -> dict[str, Any]:
    """Return the payload of a receipt; `...` takes a member away."""
    plain = {
        "format": 3,
        "iss": world.HOME,
        "iat": NOW,
        "vid": "v" * 22,
        "at": world.instant(world.NOW),
        "region": world.HOME,
        "office": "鄂州市政务服务中心",
        "window": "2 号窗口",
        "operator": "o" * 22,
        "case": None,
        "matter": world.OFFLINE_MATTER,
        "purpose": "verify",
        "channel": "ticket",
        "items": [item()],
        "policy": wire.digest("the rules"),
        "trust": wire.digest("the trust list"),
        "verdict": "valid",
        "code": "OK",
        **OF_THE_MATTER,
    }
    return {name: value for name, value in (plain | changes).items() if value is not ...}


def signed(content: Any = None, key: NumberedKey | None = None, **options: Any) -> str:
    """Return the token."""
    return wire.jws(
        payload() if content is None else content, TYP, key or world.region_key("receipt"), **options
    )


def as_file(token: str | None = None, openings: list[Any] | None = None, **spelling: Any) -> str:
    """Return the JSON that the API gives, compact unless `spelling` says otherwise."""
    content = {"receipt": token or signed(), "opening": [opening()] if openings is None else openings}
    return json.dumps(content, **{"ensure_ascii": False, "separators": (",", ":"), **spelling})


def _vector(
    name: str,
    why: str,
    file: str,
    finding: str,
    *,
    verdict: str | None = None,
    opens: tuple[Any, ...] = (),
    declares: tuple[tuple[int, int, str], ...] = (),
    origin: str = OURS,
    **given: Any,
) -> Vector:
    expect = {
        "exit_code": CODES.get(finding, 30),
        "finding": finding,
        "recorded_verdict": verdict,
        "identifiers": list(opens),
        "arguments": [
            {"item": item, "predicate": predicate, "argument": argument}
            for item, predicate, argument in declares
        ],
    }
    return Vector(name=name, why=why, origin=origin, given=given, input=file, expect=expect)


def _genuine() -> Iterator[Vector]:
    one, two = opening()["identifier"], opening(2)["identifier"]
    both = signed(payload(items=[item(), item(2)]))

    def good(
        name: str,
        why: str,
        file: str,
        *opens: str | None,
        verdict: str = "valid",
        declares: tuple[tuple[int, int, str], ...] = (),
    ) -> Vector:
        return _vector(name, why, file, "GENUINE", verdict=verdict, opens=opens, declares=declares)

    yield good("bare", "The token alone.", signed(), None)
    yield good("bare-with-line-end", "An editor put a line end.", signed() + "\n", None)
    yield good("bare-with-line-end-of-windows", "An editor put a line end.", signed() + "\r\n", None)
    yield good(
        "with-opening", "As the API gives it: the opening says which certificate it was.", as_file(), one
    )
    yield good("indented", "Printed by another program.", as_file(indent=2, separators=None), one)
    yield good(
        "indented-by-4-with-line-end",
        "Printed by another program.",
        as_file(indent=4, separators=None) + "\n",
        one,
    )
    yield good("with-blanks", "Printed by another program.", as_file(separators=None), one)
    yield good(
        "lines-of-windows", "Saved on Windows.", as_file(indent=2, separators=None).replace("\n", "\r\n"), one
    )
    yield good("no-opening", "The clerk did not file it.", as_file(openings=[]), None)
    yield good(
        "two-items", "Two certificates, both opened.", as_file(both, [opening(), opening(2)]), one, two
    )
    yield good("second-item-opened", "What another region answered comes without an opening.",
               as_file(both, [opening(2)]), None, two)  # fmt: skip
    yield good("invalid", "It is genuine whatever it records.",
               signed(payload(items=[item(verdict="invalid", code="REVOKED")], verdict="invalid", code="REVOKED")),
               None, verdict="invalid")  # fmt: skip
    yield good("undetermined", "It is genuine whatever it records.",
               signed(payload(items=[], verdict="undetermined", code="PEER_DOWN")), verdict="undetermined")  # fmt: skip
    untold = {"verdict": "undetermined", "code": "NO_AGREEMENT"}
    yield good("one-not-told", "Format 2: a certificate that was shown and not told has a placeholder, without kind or digest.",
               as_file(signed(payload(items=[item(), untold], verdict="undetermined", code="NO_AGREEMENT"))), one, None,
               verdict="undetermined")  # fmt: skip
    yield good("one-not-told-comes-first", "An opening passes over it.",
               as_file(signed(payload(items=[untold | {"code": "RECORD_GONE"}, item()], verdict="undetermined", code="RECORD_GONE"))),
               None, one, verdict="undetermined")  # fmt: skip
    yield good("format-1", "Without the member it is in format 1, which is read for ever.",
               as_file(signed(in_format(1))), one)  # fmt: skip
    yield good("format-2", "It knows placeholders, and nothing of what a matter requires; it is read for ever.",
               as_file(signed(in_format(2))), one)  # fmt: skip
    token = signed(payload(items=[item(predicates=asked(None, 1, 2)), item(2, predicates=asked(3))]))
    said = [declared(n)["argument"] for n in (1, 2, 3)]
    yield good("declared", "What was declared for predicates, opened after each item in the order of its predicates.",
               as_file(token, [opening(), declared(), declared(2), opening(2), declared(3)]), one, two,
               declares=((0, 1, said[0]), (0, 2, said[1]), (1, 0, said[2])))  # fmt: skip
    yield good(
        "declared-and-not-opened",
        "Digests alone tell nobody what was declared.",
        as_file(token, [opening(), opening(2)]),
        one,
        two,
    )
    yield good("declared-and-opened-in-part", "An opening may be left out, also that of the item.",
               as_file(token, [declared(2), declared(3)]), None, None, declares=((0, 2, said[1]), (1, 0, said[2])))  # fmt: skip
    stands = [
        {"id": "insurance", "state": "met", "item": 0},
        {"id": "residence", "state": "undetermined", "cause": "STATUS_AGED", "item": 1, "vid": "w" * 22},
        {"id": "hardship", "state": "not_applicable", "declared_by": "o" * 22},
        {"id": "graduation", "state": "missing"},
        {"id": "title", "state": "deferred", "cause": "PEER_DOWN"},
    ]
    yield good("with-requirements", "Every state that a requirement may have, and an identity that was checked.",
               signed(payload(unit=f"{world.HOME}-GD", mode={"demanded": "L3", "reached": "L3"}, requirements=stands,
                              identity_check={"method": "id_card_reader", "at": world.instant(world.NOW)},
                              agreements=["420700-420100-1@sha256:" + wire.digest("the agreement")], materials="incomplete")), None)  # fmt: skip
    yield good(
        "ed25519",
        "A region with a key of the other suite.",
        signed(key=world.region_key("receipt", n=2)),
        None,
    )
    yield good("no-window-and-a-case", "A window may be empty, a case may be named.",
               signed(payload(window="", case="演示 2026-1")), None)  # fmt: skip
    yield good("to-the-microsecond", "Times may have six decimals.",
               signed(payload(at="2026-11-24T01:41:00.000001Z")), None)  # fmt: skip
    left = {
        "fact": "logged",
        "outcome": "undetermined",
        "cause": "NOT_LOGGED",
        "as_of": world.instant(world.NOW),
    }
    yield good(
        "a-fact-with-a-cause", "Facts carry their causes.", signed(payload(items=[item(facts=[left])])), None
    )


def _aged() -> Iterator[Vector]:
    one = opening()["identifier"]
    yield _vector("key-past-checking", "Genuine, by a key that nobody should check by any more.", as_file(), "AGED",
                  verdict="valid", opens=(one,), trust="receipt key past checking",
                  now=world.instant(world.NOW + timedelta(days=2)))  # fmt: skip
    yield _vector("trust-of-74-hours", "Genuine, by a trust list of three days ago.", as_file(), "AGED", verdict="valid",
                  opens=(one,), trust="73 hours old")  # fmt: skip
    content = json.loads(as_file()) | {"proof": {"index": 1}}
    yield _vector("with-a-proof", "Genuine; the proof beside it was not looked at.",
                  json.dumps(content, ensure_ascii=False, separators=(",", ":")), "AGED", verdict="valid", opens=(one,))  # fmt: skip
    yield _vector("region-suspended", "What a region signed stays signed; a suspended member's receipts can be checked.",
                  as_file(), "GENUINE", verdict="valid", opens=(one,), trust="home suspended")  # fmt: skip


def _unknown() -> Iterator[Vector]:
    stranger = world.region_key("receipt", world.STRANGER)
    other = signed(payload(iss=world.STRANGER, region=world.STRANGER), stranger)
    yield _vector("no-trust", "No trust list.", as_file(), "NO_TRUST", trust=None)
    yield _vector(
        "region-unknown",
        "The trust list does not hold that region.",
        as_file(),
        "NO_TRUST",
        trust="home unknown",
    )
    yield _vector("another-region", "A region that is no member.", other, "NO_TRUST")
    yield _vector("key-compromised-later", "Signed before the compromise, as it says itself: only the ledger could tell.",
                  signed(payload(iat=NOW - 2 * 86_400)), "NO_TRUST", trust="receipt key compromised")  # fmt: skip
    yield _vector(
        "key-compromised",
        "Dated after the compromise.",
        as_file(),
        "ALTERED",
        trust="receipt key compromised",
    )
    yield _vector("second-suite", "Signed with a suite that this installation cannot compute; whoever can finds the "
                  "signature wrong.",
                  signed(header={"alg": "SM2SM3", "typ": TYP, "kid": "420700-receipt-1"}, signature=bytes([1]) * 64),
                  "SUITE_MISSING", trust="receipt key of the second suite")  # fmt: skip
    yield _vector("from-the-future", "Dated two hours after this clock.", as_file(), "CLOCK_WRONG",
                  now=world.instant(world.NOW - timedelta(hours=2)))  # fmt: skip
    yield _vector("a-minute-ahead", "60 s between two clocks are allowed.", signed(payload(iat=NOW + 60)), "GENUINE",
                  verdict="valid", opens=(None,), now=world.instant(world.NOW))  # fmt: skip
    yield _vector("61-seconds-ahead", "More than two clocks may differ.", signed(payload(iat=NOW + 61)), "CLOCK_WRONG",
                  now=world.instant(world.NOW))  # fmt: skip


def _newer() -> Iterator[Vector]:
    newer = signed(payload(format=4, requirements={}))
    yield _vector("format-4", "Newer than these vectors: not altered, and nothing can be said of it.", newer,
                  "UPGRADE_NEEDED")  # fmt: skip
    yield _vector("format-4-in-a-file", "Newer, with an opening beside it.", as_file(newer), "UPGRADE_NEEDED")
    yield _vector("format-4-with-nothing-else", "All but the region that signs may be another thing in it.",
                  signed({"format": 4, "iss": world.HOME, "iat": NOW}), "UPGRADE_NEEDED")  # fmt: skip
    yield _vector("format-4-without-trust", "Newer, and no trust list.", newer, "UPGRADE_NEEDED", trust=None)
    yield _vector("format-4-of-another-region", "Newer, of a region that is no member.",
                  signed({"format": 4, "iss": world.STRANGER, "iat": NOW}, world.region_key("receipt", world.STRANGER)), "UPGRADE_NEEDED")  # fmt: skip
    yield _altered("format-4-bent", "Newer, and not what its key signed.",
                   wire.with_signature(newer, wire.signature_of(signed())))  # fmt: skip
    yield _altered("format-4-by-a-status-key", "Newer, and signed by a key for something else.",
                   signed({"format": 4, "iss": world.HOME, "iat": NOW}, world.region_key("status")))  # fmt: skip
    yield _altered("format-4-for-another-region", "Newer, and one region's key under another's name.",
                   signed({"format": 4, "iss": world.AWAY, "iat": NOW}))  # fmt: skip
    yield _altered(
        "format-4-of-no-region", "Who signs stands in every format.", signed({"format": 4, "iat": NOW})
    )


def _altered(name: str, why: str, file: str, origin: str = OURS, **given: Any) -> Vector:
    return _vector(name, why, file, "ALTERED", origin=origin, **given)


def _files() -> Iterator[Vector]:
    token = signed(in_format(2))  # shorter, and what is wrong with a file is wrong in every format
    plain = as_file(token)
    rows = [
        ("empty", "Nothing.", ""),
        ("a-text", "No receipt at all.", "已核验"),
        ("blank-before", "Not even a blank may change.", " " + token),
        ("two-line-ends", "One line end at most.", token + "\n\n"),
        ("a-blank-more", "A blank that no program prints.", plain.replace(",", ", ", 1)),
        ("tab-indented", "Tabs, which none of the programs print.", json.dumps(json.loads(plain), ensure_ascii=False, indent="\t")),
        ("escaped", "A slash escaped, as some libraries print it: one more spelling that could hide a change.",
         plain.replace('"receipt"', '"\\u0072eceipt"')),
        ("member-twice", "Two receipts in one file.", plain[:-1] + f',"receipt":"{token}"}}'),
        ("member-unknown", "Something else beside it.", plain[:-1] + ',"note":"x"}'),
        ("no-receipt", "An opening of nothing.", json.dumps({"opening": [opening()]}, separators=(",", ":"))),
        ("receipt-not-text", "The token is text.", '{"receipt":1}'),
        ("array", "An object.", f'["{token}"]'),
        ("bom", "A byte order mark.", "\ufeff" + plain),
        ("cut-short", "The file ends early.", plain[:-1]),
        ("credential", "A good token of another type.", wire.jws({"iss": "x"}, "dc+sd-jwt", world.seal_key())),
        ("opening-not-a-list", "A list.", json.dumps({"receipt": token, "opening": opening()}, separators=(",", ":"))),
    ]  # fmt: skip
    for name, why, file in rows:
        yield _altered(f"file-{name}", why, file)
    yield _altered(
        "file-garbage-without-trust",
        "What does not even read is altered without any trust.",
        plain[:-1],
        trust=None,
    )


def _payloads() -> Iterator[Vector]:
    rows: list[tuple[str, str, dict[str, Any]]] = [
        ("member-missing", "Every member has to be there.", {"office": ...}),
        ("member-unknown", "No other member may be there.", {"name": "张演示"}),
        ("regions-differ", "One region signs and is the one that is named.", {"region": world.AWAY}),
        ("iss-of-five-digits", "A region has six digits.", {"iss": "42070", "region": "42070"}),
        ("iss-from-0", "No region begins with 0.", {"iss": "042070", "region": "042070"}),
        ("iat-text", "A time is a whole number.", {"iat": str(NOW)}),
        ("at-without-zone", "Times are UTC and end in Z.", {"at": "2026-11-24T01:41:00"}),
        ("at-with-offset", "Times are UTC and end in Z.", {"at": "2026-11-24T09:41:00+08:00"}),
        ("at-no-such-day", "February has no 30th.", {"at": "2026-02-30T00:00:00Z"}),
        ("at-three-decimals", "No decimals, or six.", {"at": "2026-11-24T01:41:00.123Z"}),
        ("at-zero-decimals", "Whole seconds have no decimals.", {"at": "2026-11-24T01:41:00.000000Z"}),
        ("vid-empty", "1 to 64 characters.", {"vid": ""}),
        ("vid-with-blank", "Letters, digits, _ and -.", {"vid": "v v"}),
        ("office-empty", "1 to 64 characters.", {"office": ""}),
        ("office-of-65", "1 to 64 characters.", {"office": "鄂" * 65}),
        ("office-with-a-line-break", "Printable characters.", {"office": "鄂州\n武汉"}),
        ("office-with-a-direction-mark", "Printable characters, and none that turn the text around.", {"office": "\u202e鄂州"}),
        ("window-of-21", "At most 20 characters.", {"window": "窗" * 21}),
        ("case-empty", "1 to 64 characters, or null.", {"case": ""}),
        ("matter-with-blank", "A code.", {"matter": "a b"}),
        ("purpose-in-capitals", "A lower-case word.", {"purpose": "VERIFY"}),
        ("channel-a-number", "A lower-case word.", {"channel": 1}),
        ("policy-in-capitals", "64 lower-case hexadecimal digits.", {"policy": wire.digest("x").upper()}),
        ("trust-too-short", "64 lower-case hexadecimal digits.", {"trust": "ab"}),
        ("verdict-unknown", "One of four words.", {"verdict": "ok"}),
        ("code-in-lower-case", "A code in capitals.", {"code": "ok"}),
        ("items-null", "A list.", {"items": None}),
        ("format-1-written", "Format 1 is told by the absence of the member.", {"format": 1}),
        ("format-0", "A whole number above 1.", {"format": 0}),
        ("format-text", "A whole number above 1.", {"format": "3"}),
        ("format-true", "A whole number above 1.", {"format": True}),
        ("format-null", "A whole number above 1.", {"format": None}),
        ("placeholder-in-format-1", "Format 1 has none.", dict.fromkeys(OF_THE_MATTER, ...) | {"format": ..., "items": [{"verdict": "undetermined", "code": "NO_AGREEMENT"}]}),
        ("format-3-without-a-matter", "Format 3 says what the matter required.", dict.fromkeys(OF_THE_MATTER, ...)),
        ("format-2-with-a-matter", "Format 2 says nothing of it.", {"format": 2, "items": [item(predicates=...)]}),
        ("format-1-with-a-matter", "Nor does format 1.", {"format": ..., "items": [item(predicates=...)]}),
        ("unit-in-lower-case", "A region, or a unit of it.", {"unit": "420700-gd"}),
        ("matter-without-a-digest", "64 lower-case hexadecimal digits.", {"matter_digest": None}),
        ("catalogue-too-short", "64 lower-case hexadecimal digits.", {"catalogue": "ab"}),
        ("agreement-without-a-digest", "An id, and the SHA-256 of the file.", {"agreements": ["420100-420700-demo"]}),
        ("agreements-17", "At most 16.", {"agreements": ["420100-420700-demo@sha256:" + wire.digest("x")] * 17}),
        ("mode-of-one-word", "Demanded and reached.", {"mode": "L1"}),
        ("mode-unknown", "L1, L2 or L3.", {"mode": {"demanded": "L0", "reached": "L1"}}),
        ("identity-check-unknown", "One of three ways.", {"identity_check": {"method": "trust", "at": world.instant(world.NOW)}}),
        ("identity-check-without-a-time", "How, and when.", {"identity_check": {"method": "id_card_seen"}}),
        ("requirement-without-a-state", "Each says how it stands.", {"requirements": [{"id": "document"}]}),
        ("requirement-state-unknown", "One of five words.", {"requirements": [{"id": "document", "state": "fulfilled"}]}),
        ("requirement-in-capitals", "Lower case, digits and hyphens.", {"requirements": [{"id": "Document", "state": "met"}]}),
        ("requirement-of-item-16", "There are at most 16 items.", {"requirements": [{"id": "document", "state": "met", "item": 16}]}),
        ("requirement-of-item-true", "A whole number.", {"requirements": [{"id": "document", "state": "met", "item": True}]}),
        ("requirement-cause-null", "A cause, or none at all.", {"requirements": [{"id": "document", "state": "met", "cause": None}]}),
        ("requirements-33", "At most 32.", {"requirements": [{"id": "document", "state": "met"}] * 33}),
        ("materials-unknown", "One of three words.", {"materials": "enough"}),
        ("materials-null", "One of three words.", {"materials": None}),
        ("placeholder-that-is-valid", "What was not told was not checked.", {"items": [{"verdict": "valid", "code": "OK"}]}),
        ("placeholder-with-its-kind", "A placeholder says nothing of what it was.", {"items": [{"verdict": "undetermined", "code": "NO_AGREEMENT", "kind": world.LICENCE}]}),
        ("placeholder-empty", "Verdict and cause.", {"items": [{}]}),
        ("item-a-number", "Each is an object.", {"items": [1]}),
        ("items-17", "At most 16.", {"items": [{"verdict": "undetermined", "code": "NO_AGREEMENT"}] * 17}),
    ]  # fmt: skip
    for name, why, change in rows:
        yield _altered(f"payload-{name}", f"Signed by the region, and not a receipt: {why[0].lower()}{why[1:]}",
                       signed(payload(**change)))  # fmt: skip
    fact = {"fact": "status", "outcome": "yes", "as_of": world.instant(world.NOW)}
    inside: list[tuple[str, str, dict[str, Any]]] = [
        ("kind", "21 characters.", {"kind": "x"}),
        ("cert", "64 hexadecimal digits.", {"cert": "x"}),
        ("fields", "Names of at most 64 characters.", {"fields": ["x" * 65]}),
        ("field-empty", "Names of at least one.", {"fields": [""]}),
        ("values", "Names of fields are told, values never.", {"fields": {"名称": "示例小面馆"}}),
        ("fact-outcome", "yes, no or undetermined.", {"facts": [fact | {"outcome": "maybe"}]}),
        ("fact-cause-null", "A cause, or none at all.", {"facts": [fact | {"cause": None}]}),
        ("fact-detail", "A receipt carries no detail.", {"facts": [fact | {"detail": {}}]}),
        ("fact-as-of", "Every fact has its age.", {"facts": [{"fact": "status", "outcome": "yes"}]}),
        ("fact-evidence", "64 hexadecimal digits.", {"facts": [fact | {"evidence": "x"}]}),
        ("facts-33", "At most 32.", {"facts": [fact] * 33}),
        ("predicates-missing", "Format 3 says what was answered.", {"predicates": ...}),
        ("predicate-unknown", "A closed list.", {"predicates": [asked(None)[0] | {"name": "is_rich"}]}),
        (
            "predicate-argument-in-the-clear",
            "A digest, or null.",
            {"predicates": [asked(None)[0] | {"argument": "社会保障号码=A1"}]},
        ),
        (
            "predicate-outcome",
            "yes, no or undetermined.",
            {"predicates": [asked(None)[0] | {"outcome": "maybe"}]},
        ),
        ("predicate-by-nobody", "A region answers.", {"predicates": [asked(None)[0] | {"by": None}]}),
        ("predicate-with-its-value", "Never.", {"predicates": [asked(None)[0] | {"value": "1990"}]}),
        ("predicates-17", "At most 16.", {"predicates": asked(None) * 17}),
    ]
    for name, why, change in inside:
        yield _altered(f"item-{name}", f"Signed by the region, and not a receipt: {why[0].lower()}{why[1:]}",
                       signed(payload(items=[item(**change)])))  # fmt: skip


def _tokens() -> Iterator[Vector]:
    content = in_format(2)  # shorter, and what is wrong with a token is wrong in every format
    token = signed(content)
    head, body, tail = token.split(".")
    raw = wire.signature_of(token)
    loose = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    plain = wire.compact(content)
    rows = [
        ("twin", "The other signature (r, n-s); hubs make the one with the smaller s.", wire.with_signature(token, twin(raw)), LIBRARY),
        ("loose-bits", "Bits beyond the last byte.", token[:-1] + loose[loose.index(token[-1]) ^ 1], LIBRARY),
        ("padded", "Padding.", token + "==", LIBRARY),
        ("one-bit", "One bit of the signature.", wire.with_signature(token, bytes([raw[0] ^ 1]) + raw[1:]), OURS),
        ("zeros", "r and s are zero.", wire.with_signature(token, bytes(64)), "CVE-2022-21449"),
        ("verdict-changed", "invalid became valid; the signature is the old one.",
         f"{head}.{wire.b64(wire.compact(in_format(2, verdict='invalid', code='REVOKED')))}.{tail}", OURS),
        ("header-extra", "The header is exactly alg, typ, kid.",
         signed(content, header={"alg": "ES256", "typ": TYP, "kid": "420700-receipt-1", "jku": "https://evil.example"}), LIBRARY),
        ("header-type", "Another type.", signed(content, header={"alg": "ES256", "typ": "JWT", "kid": "420700-receipt-1"}), LIBRARY),
        ("alg-none", "Unsigned, and it says so.", ".".join((wire.b64(b'{"alg":"none","typ":"receipt+jwt","kid":"420700-receipt-1"}'), body, "")), "RFC 8725 §3.1"),
        ("alg-of-another-key", "The key is for ES256.", signed(content, header={"alg": "EdDSA", "typ": TYP, "kid": "420700-receipt-1"}), OURS),
        ("member-twice", "Two readers read two verdicts.", signed(plain[:-1] + b',"verdict":"check"}'), LIBRARY),
        ("fraction", "Payloads hold whole numbers.", signed(plain.replace(b'"iat":', b'"iat":0.5,"x":')), OURS),
        ("nul", "NUL ends a string in some readers.", signed(plain.replace(b'"window":"', b'"window":"\\u0000')), LIBRARY),
        ("surrogate", "A lone surrogate is no character.", signed(plain.replace(b'"window":"', b'"window":"\\ud800')), LIBRARY),
        ("four-segments", "Three segments.", token + "." + tail, OURS),
    ]  # fmt: skip
    for name, why, file, origin in rows:
        yield _altered(f"token-{name}", why, file, origin)
    keys = [
        ("show-key", "A show key signs no receipts.", signed(content, key=world.region_key("show"))),
        ("other-regions-key", "Wuhan signs in Ezhou's name.", signed(content, key=world.region_key("receipt", world.AWAY))),
        ("seal-key", "An agency signs no receipts.", signed(content, key=world.seal_key())),
        ("unlisted-key", "A key that a known region does not have.", signed(content, key=fixed_key("420700-receipt-9"))),
        ("somebody-elses-key", "A stranger under a listed name.",
         signed(content, key=fixed_key("a stranger"), header={"alg": "ES256", "typ": TYP, "kid": "420700-receipt-1"})),
        ("unknown-region-by-a-known-key", "A known key signs for a region that nobody knows.",
         signed(in_format(2, iss=world.STRANGER, region=world.STRANGER))),
    ]  # fmt: skip
    for name, why, file in keys:
        yield _altered(f"key-{name}", why, file)
    yield _altered(
        "key-of-tomorrow", "Dated before its key began.", as_file(token), trust="receipt key of tomorrow"
    )


def _openings() -> Iterator[Vector]:
    salt = opening()["salt"]
    rows: list[tuple[str, str, list[Any]]] = [
        ("another-identifier", "The digest is of another identifier.", [opening() | {"identifier": identifier(version=3)}]),
        ("another-salt", "The digest is of another salt.", [opening() | {"salt": opening(2)["salt"]}]),
        ("of-no-item", "One opening too many.", [opening(), opening(2)]),
        ("twice", "One item, two openings.", [opening(), opening()]),
        ("salt-of-31", "32 bytes.", [opening() | {"salt": wire.b64(wire.unb64(salt)[:31])}]),
        ("salt-that-swallows", "The salt has 32 bytes, so that it cannot swallow a part of the identifier.",
         [{"salt": wire.b64(wire.unb64(salt) + b"1"), "identifier": opening()["identifier"][1:]}]),
        ("salt-padded", "One salt, one text.", [opening() | {"salt": salt + "="}]),
        ("member-missing", "Salt and identifier.", [{"salt": salt}]),
        ("member-unknown", "Salt and identifier.", [opening() | {"name": "x"}]),
        ("of-two-things", "An identifier or an argument.", [opening() | {"argument": declared()["argument"]}]),
        ("of-nothing-declared", "The item has no predicate that compares something.", [opening(), declared()]),
        ("null", "An object.", [None]),
    ]  # fmt: skip
    for name, why, openings in rows:
        yield _altered(f"opening-{name}", why, as_file(openings=openings))
    token = signed(payload(items=[item(predicates=asked(None, 1, 2)), item(2, predicates=asked(3))]))
    bad: list[tuple[str, str, list[Any]]] = [
        ("another-value", "The digest is of another value.", [opening(), declared() | {"argument": "社会保障号码=A9"}]),
        ("another-field", "The digest is of another field.", [opening(), declared() | {"argument": "参保地=A1"}]),
        ("another-salt", "The digest is of another salt.", [opening(), declared() | {"salt": declared(2)["salt"]}]),
        ("salt-of-31", "32 bytes.", [declared() | {"salt": wire.b64(bytes(31))}]),
        ("without-field", "field=value.", [declared() | {"argument": "A1"}]),
        ("without-value", "field=value.", [declared() | {"argument": "社会保障号码="}]),
        ("before-its-item", "An item is opened before its predicates.", [declared(), opening()]),
        ("in-another-order", "In the order of the predicates.", [opening(), declared(2), declared(1)]),
        ("after-the-next-item", "In the order of the items.", [opening(), opening(2), declared()]),
        ("twice", "One argument, two openings.", [opening(), declared(), declared()]),
        ("as-an-identifier", "What was declared is no certificate.",
         [{"salt": declared()["salt"], "identifier": declared()["argument"]}]),
    ]  # fmt: skip
    for name, why, openings in bad:
        yield _altered(f"argument-{name}", why, as_file(token, openings))
    both = signed(payload(items=[item(), item(2)]))
    yield _altered(
        "opening-order", "Openings stand in the order of the items.", as_file(both, [opening(2), opening()])
    )
