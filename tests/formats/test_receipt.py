"""Receipts: what is filed is what is read, an opening opens one item, and nothing else is let in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

import pytest
from certhub_verifier.errors import Malformed, UpgradeNeeded, VerifierError
from certhub_verifier.formats.exchange import receipt
from certhub_verifier.formats.exchange.receipt import Opening, Receipt, ReceiptItem, UntoldReceiptItem
from certhub_verifier.formats.exchange.reported_fact import StatedFact
from certhub_verifier.formats.jose import fields, jws
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.fixed_keys import fixed_key
from tests.support.mutants import value_mutants
from tests.support.strategies import MOMENTS, WORDS

NOON = datetime(2026, 9, 1, 4, 0, tzinfo=UTC)
SALT = bytes(range(32))
IDENTIFIER = "1.2.156.3005.2.11100000MB0143028R001.11420799MB99990172.0123456789ABCDEFGHIJ.001.7"
ITEM = ReceiptItem(
    kind="11100000MB0143028R001",
    cert=receipt.cert_digest(SALT, IDENTIFIER),
    fields=("名称", "法定代表人"),
    facts=(
        StatedFact("signature", "yes", None, NOON, evidence="ab" * 32),
        StatedFact("status", "undetermined", "STATUS_AGED", NOON - timedelta(seconds=90)),
    ),
    verdict="check",
    code="STATUS_AGED",
)
UNTOLD = UntoldReceiptItem("undetermined", "NO_AGREEMENT")
RECEIPT = Receipt(
    region="420100",
    issued_at=1_788_235_200,
    vid="0123456789abcdef0123456789abcdef",
    at=NOON,
    office="武汉市民之家（演示）",
    window="2号窗口",
    operator="op-7f3a",
    case=None,
    matter="PLACEHOLDER-CATERING",
    purpose="verify",
    channel="peer",
    items=(ITEM, UNTOLD),
    policy="cd" * 32,
    trust="ef" * 32,
    verdict="check",
    code="STATUS_AGED",
)


def test_the_payload_is_the_design_member_by_member() -> None:
    """What a clerk files has these members and no other, times in UTC, no value of any field."""
    assert {
        "format": 2,
        "iss": "420100",
        "iat": 1_788_235_200,
        "vid": "0123456789abcdef0123456789abcdef",
        "at": "2026-09-01T04:00:00Z",
        "region": "420100",
        "office": "武汉市民之家（演示）",
        "window": "2号窗口",
        "operator": "op-7f3a",
        "case": None,
        "matter": "PLACEHOLDER-CATERING",
        "purpose": "verify",
        "channel": "peer",
        "items": [
            {
                "kind": "11100000MB0143028R001",
                "cert": sha256(SALT + IDENTIFIER.encode()).hexdigest(),
                "fields": ["名称", "法定代表人"],
                "facts": [
                    {
                        "fact": "signature",
                        "outcome": "yes",
                        "evidence": "ab" * 32,
                        "as_of": "2026-09-01T04:00:00Z",
                    },
                    {
                        "fact": "status",
                        "outcome": "undetermined",
                        "cause": "STATUS_AGED",
                        "as_of": "2026-09-01T03:58:30Z",
                    },
                ],
                "verdict": "check",
                "code": "STATUS_AGED",
            },
            {"verdict": "undetermined", "code": "NO_AGREEMENT"},
        ],
        "policy": "cd" * 32,
        "trust": "ef" * 32,
        "verdict": "check",
        "code": "STATUS_AGED",
    } == RECEIPT.to_payload()


def test_a_receipt_is_a_token_that_reads_back() -> None:
    """Signed by a receipt key it comes back whole."""
    key = fixed_key("420100-receipt-1")
    parsed = jws.parse(jws.sign(RECEIPT.to_payload(), typ=receipt.TYP, key=key), receipt.TYP)

    assert Receipt.from_payload(jws.verify(parsed, key)) == RECEIPT


FACTS = st.builds(
    StatedFact,
    st.sampled_from(["status", "stands_behind"]),
    st.sampled_from(["yes", "no", "undetermined"]),
    st.sampled_from([None, "REVOKED", "LIST_TOO_OLD"]),
    MOMENTS,
    st.sampled_from([None, "0f" * 32]),
)
ITEMS = st.builds(
    ReceiptItem,
    kind=st.just("11100000MB0143028R001"),
    cert=st.binary(min_size=32, max_size=32).map(bytes.hex),
    fields=st.lists(WORDS, max_size=3).map(tuple),
    facts=st.lists(FACTS, max_size=3).map(tuple),
    verdict=st.sampled_from(["valid", "check", "invalid", "undetermined"]),
    code=st.just("EXPIRED"),
)


@settings(max_examples=60)
@given(
    MOMENTS,
    st.none() | WORDS,
    WORDS,
    st.lists(ITEMS | st.just(UNTOLD), max_size=3),
    st.integers(0, fields.LATEST),
)
def test_every_receipt_that_we_print_we_can_read(
    at: datetime, case: str | None, window: str, items: list[ReceiptItem | UntoldReceiptItem], issued_at: int
) -> None:
    """Receipts survive a trip through their payload, microseconds included."""
    filed = replace(RECEIPT, at=at, case=case, window=window, items=tuple(items), issued_at=issued_at)

    assert filed == Receipt.from_payload(filed.to_payload())


def test_the_zone_of_a_clock_does_not_change_what_is_filed() -> None:
    """Noon in China and four o'clock in UTC are one moment with one spelling."""
    there = NOON.astimezone(timezone(timedelta(hours=8)))

    assert RECEIPT.to_payload() == replace(RECEIPT, at=there).to_payload()


@settings(max_examples=40)
@given(
    st.binary(min_size=32, max_size=32),
    st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=60),
)
def test_an_opening_that_we_print_we_can_read(salt: bytes, identifier: str) -> None:
    """Openings survive a trip through their members, and open the digest they were made with."""
    opening = Opening(salt, identifier)

    assert opening == Opening.from_payload(opening.to_payload())
    assert receipt.cert_digest(salt, identifier) == opening.cert_digest()


def test_an_opening_of_another_certificate_does_not_open() -> None:
    """Another salt or another identifier gives another digest."""
    assert ITEM.cert == Opening(SALT, IDENTIFIER).cert_digest()
    assert ITEM.cert != Opening(SALT, IDENTIFIER[:-1] + "8").cert_digest()
    assert ITEM.cert != Opening(SALT[::-1], IDENTIFIER).cert_digest()


@pytest.mark.parametrize("salt", [b"", SALT[:-1], SALT + IDENTIFIER[:1].encode()])
def test_a_salt_of_another_length_is_refused(salt: bytes) -> None:
    """A longer salt could swallow the head of an identifier and open the same digest as another one."""
    with pytest.raises(Malformed):
        receipt.cert_digest(salt, IDENTIFIER[1:])


def changed(**members: Any) -> dict[str, Any]:
    """Return the payload with some members replaced, and those set to ... left out."""
    merged = {**RECEIPT.to_payload(), **members}
    return {name: value for name, value in merged.items() if value is not ...}


def item(**members: Any) -> dict[str, Any]:
    """Return the payload with one item, changed."""
    merged = {**ITEM.to_payload(), **members}
    return changed(items=[{name: value for name, value in merged.items() if value is not ...}])


FACT = ITEM.facts[0].to_payload()
BAD = {
    **{f"no {name}": changed(**{name: ...}) for name in RECEIPT.to_payload() if name != "format"},
    **{f"item without {name}": item(**{name: ...}) for name in ITEM.to_payload()},
    "unknown member": changed(holder="张演示"),
    "format 1 written out": changed(format=1),
    "format 0": changed(format=0),
    "format true": changed(format=True),
    "format text": changed(format="2"),
    "a placeholder in format 1": changed(format=...),
    "a placeholder that is valid": changed(items=[{"verdict": "valid", "code": "OK"}]),
    "a placeholder with its kind": changed(items=[{**UNTOLD.to_payload(), "kind": ITEM.kind}]),
    "a placeholder without cause": changed(items=[{"verdict": "undetermined"}]),
    "values of fields": item(disclosed={"名称": "示例小面馆"}),
    "detail in a receipt": item(facts=[{**FACT, "detail": {"name": "张演示"}}]),
    "two regions": changed(region="420700"),
    "region of four digits": changed(region="4201", iss="4201"),
    "exp": changed(exp=1_888_235_200),
    "iat text": changed(iat="1788235200"),
    "iat true": changed(iat=True),
    "at without zone": changed(at="2026-09-01T04:00:00"),
    "at with an offset": changed(at="2026-09-01T12:00:00+08:00"),
    "at with lower-case z": changed(at="2026-09-01T04:00:00z"),
    "at with milliseconds": changed(at="2026-09-01T04:00:00.123Z"),
    "at with zero microseconds": changed(at="2026-09-01T04:00:00.000000Z"),
    "at on 30 February": changed(at="2026-02-30T04:00:00Z"),
    "at at 24 o'clock": changed(at="2026-09-01T24:00:00Z"),
    "at in another digit": changed(at="２026-09-01T04:00:00Z"),
    "verdict in Chinese": changed(verdict="有效"),
    "verdict unknown": item(verdict="ok"),
    "code in lower case": changed(code="status_aged"),
    "digest in capitals": changed(policy="CD" * 32),
    "digest too short": changed(trust="ef" * 31),
    "cert not hex": item(cert=IDENTIFIER),
    "window too long": changed(window="窗" * 21),
    "window with a newline": changed(window="2\n3"),
    "office with direction marks": changed(office="\u202e武汉"),
    "case empty": changed(case=""),
    "items an object": changed(items={}),
    "seventeen items": changed(items=[ITEM.to_payload()] * 17),
    "fields a text": item(fields="名称"),
    "field null": item(fields=[None]),
    "outcome unknown": item(facts=[{**FACT, "outcome": "maybe"}]),
    "outcome true": item(facts=[{**FACT, "outcome": True}]),
    "cause null": item(facts=[{**FACT, "cause": None}]),
    "evidence short": item(facts=[{**FACT, "evidence": "ab"}]),
    "fact without as_of": item(facts=[{"fact": "status", "outcome": "yes"}]),
}


@pytest.mark.parametrize("payload", BAD.values(), ids=BAD)
def test_another_payload_is_no_receipt(payload: dict[str, Any]) -> None:
    """An unknown, missing or misshapen member is refused, whoever signed it."""
    with pytest.raises(Malformed):
        Receipt.from_payload(payload)


@pytest.mark.parametrize("payload", [None, [], "x", 7, True])
def test_what_is_no_object_is_no_receipt(payload: Any) -> None:
    """Only an object is looked into."""
    with pytest.raises(Malformed):
        Receipt.from_payload(payload)
    with pytest.raises(Malformed):
        Opening.from_payload(payload)


def test_a_receipt_of_format_1_is_read_for_ever() -> None:
    """Without the member, and without placeholders: what the first release signed."""
    payload = changed(format=..., items=[ITEM.to_payload()])

    first = Receipt.from_payload(payload)

    assert replace(RECEIPT, format=1, items=(ITEM,)) == first
    assert payload == first.to_payload()


@pytest.mark.parametrize("number", [3, 1 << 40])
def test_a_newer_receipt_is_neither_read_nor_malformed(number: int) -> None:
    """A reader that is too old says so, and nothing of the receipt."""
    with pytest.raises(UpgradeNeeded):
        Receipt.from_payload(changed(format=number, vid=...))


def test_a_refusal_names_the_member_and_not_its_value() -> None:
    """Errors end up in logs, so they tell where and what shape, never what stood there."""
    payload = item(facts=[FACT, {**FACT, "evidence": "420799190001010015"}])

    with pytest.raises(Malformed, match=r"receipt\.items\[0\]\.facts\[1\]\.evidence: 64") as refused:
        Receipt.from_payload(payload)
    assert "420799190001010015" not in str(refused.value)


def test_what_could_not_be_read_is_not_printed() -> None:
    """A slip shows before the receipt is signed, not years later in a file."""
    for slip in (
        replace(RECEIPT, region="4201"),
        replace(RECEIPT, window="窗" * 21),
        replace(RECEIPT, at=NOON.replace(tzinfo=None)),
        replace(RECEIPT, items=(replace(ITEM, verdict="ok"),)),
    ):
        with pytest.raises(Malformed):
            slip.to_payload()
    with pytest.raises(Malformed):
        Opening(SALT[1:], IDENTIFIER).to_payload()


def test_nothing_but_our_own_error_escapes() -> None:
    """Four thousand seeded mutants of a receipt and its opening are read, or refused by one error."""
    for reader, good in ((Receipt, RECEIPT.to_payload()), (Opening, Opening(SALT, IDENTIFIER).to_payload())):
        for mutant in value_mutants(good, seed=3, count=2000):
            try:
                reader.from_payload(mutant)
            except VerifierError:
                continue
