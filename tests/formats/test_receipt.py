"""Receipts: what is filed is what is read, an opening opens one item, and nothing else is let in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

import pytest
from certhub_schemas.requirements import MAX_PREDICATES, MAX_REQUIREMENTS
from certhub_verifier.errors import Malformed, UpgradeNeeded, VerifierError
from certhub_verifier.facts import NO_CAUSES, OPEN_CAUSES, Fact
from certhub_verifier.formats.exchange import receipt
from certhub_verifier.formats.exchange.openings import ArgumentOpening, Opening, cert_digest, read_opening
from certhub_verifier.formats.exchange.receipt import (
    IdentityCheck,
    Receipt,
    ReceiptItem,
    ReceiptMode,
    ReceiptPredicate,
    ReceiptRequirement,
    UntoldReceiptItem,
)
from certhub_verifier.formats.exchange.reported_fact import StatedFact
from certhub_verifier.formats.jose import fields, jws
from certhub_verifier.formats.jose.tokens import TOKEN_TYPES
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.fixed_keys import fixed_key
from tests.support.mutants import value_mutants
from tests.support.strategies import MOMENTS, WORDS

NOON = datetime(2026, 9, 1, 4, 0, tzinfo=UTC)
SALT = bytes(range(32))
DECLARED = "社会保障号码=A1"
IDENTIFIER = "1.2.156.3005.2.11100000MB0143028R001.11420799MB99990172.0123456789ABCDEFGHIJ.001.7"
ITEM = ReceiptItem(
    kind="11100000MB0143028R001",
    cert=cert_digest(SALT, IDENTIFIER),
    fields=("名称", "法定代表人"),
    facts=(
        StatedFact("signature", "yes", None, NOON, evidence="ab" * 32),
        StatedFact("status", "undetermined", "STATUS_AGED", NOON - timedelta(seconds=90)),
    ),
    verdict="check",
    code="STATUS_AGED",
    predicates=(
        ReceiptPredicate("in_force_on", None, "yes", "420700"),
        ReceiptPredicate("equals", cert_digest(SALT, DECLARED), "undetermined", "420700"),
    ),
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
    unit="420100-GD",
    matter_digest="01" * 32,
    catalogue="23" * 32,
    agreements=("420100-420700-demo@sha256:" + "45" * 32,),
    mode=ReceiptMode("L2", "L3"),
    identity_check=IdentityCheck("id_card_reader", NOON - timedelta(minutes=1)),
    requirements=(
        ReceiptRequirement("insurance", "met", item=0),
        ReceiptRequirement("residence", "undetermined", cause="STATUS_AGED", item=2, vid="v" * 22),
        ReceiptRequirement("hardship", "not_applicable", declared_by="op-7f3a"),
    ),
    materials="undetermined",
)
OF_FORMAT_3 = (
    *("unit", "matter_digest", "catalogue", "agreements", "mode", "identity_check", "requirements"),
    "materials",
)
BEFORE = (1, 2)  # the formats that say nothing of a matter


def in_format(number: int, **changes: Any) -> dict[str, Any]:
    """The payload of the same receipt in an earlier format, as its release signed it; `changes` go into it."""
    items = tuple(replace(one, predicates=()) for one in (ITEM,))
    return replace(RECEIPT, format=number, items=items).to_payload() | changes


def test_the_largest_receipt_has_room() -> None:
    """As many items as there may be, each with every fact, every predicate and two dozen fields; all requirements."""
    causes = {fact: max(NO_CAUSES[fact] + OPEN_CAUSES[fact], key=len) for fact in Fact}
    asked = ReceiptPredicate("same_organisation_as", None, "undetermined", "420700")
    item = replace(
        ITEM,
        fields=("证照编号证照编号",) * 24,
        facts=tuple(StatedFact(fact.value, "undetermined", causes[fact], NOON, "ab" * 32) for fact in Fact),
        predicates=(ITEM.predicates[1], *(asked for _ in range(MAX_PREDICATES - 1))),
    )
    told = ReceiptRequirement("r" * 32, "undetermined", "ISSUER_NOT_ENTITLED", 15, "v" * 22, "o" * 64)
    whole = replace(RECEIPT, items=(item,) * 16, requirements=(told,) * MAX_REQUIREMENTS)

    key = fixed_key("420100-receipt-1")
    size = len(jws.sign(whole.to_payload(), typ=receipt.TYP, key=key))

    assert 112 << 10 < size <= TOKEN_TYPES[receipt.TYP].max_bytes


def test_the_payload_is_the_design_member_by_member() -> None:
    """What a clerk files has these members and no other, times in UTC, no value of any field."""
    assert {
        "format": 3,
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
                "predicates": [
                    {"name": "in_force_on", "argument": None, "outcome": "yes", "by": "420700"},
                    {
                        "name": "equals",
                        "argument": sha256(SALT + DECLARED.encode()).hexdigest(),
                        "outcome": "undetermined",
                        "by": "420700",
                    },
                ],
            },
            {"verdict": "undetermined", "code": "NO_AGREEMENT"},
        ],
        "policy": "cd" * 32,
        "trust": "ef" * 32,
        "verdict": "check",
        "code": "STATUS_AGED",
        "unit": "420100-GD",
        "matter_digest": "01" * 32,
        "catalogue": "23" * 32,
        "agreements": ["420100-420700-demo@sha256:" + "45" * 32],
        "mode": {"demanded": "L2", "reached": "L3"},
        "identity_check": {"method": "id_card_reader", "at": "2026-09-01T03:59:00Z"},
        "requirements": [
            {"id": "insurance", "state": "met", "item": 0},
            {
                "id": "residence",
                "state": "undetermined",
                "cause": "STATUS_AGED",
                "item": 2,
                "vid": "v" * 22,
            },
            {"id": "hardship", "state": "not_applicable", "declared_by": "op-7f3a"},
        ],
        "materials": "undetermined",
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
PREDICATES = st.builds(
    ReceiptPredicate,
    st.sampled_from(["equals", "same_person_as", "age_at_least"]),
    st.none() | st.binary(min_size=32, max_size=32).map(bytes.hex),
    st.sampled_from(["yes", "no", "undetermined"]),
    st.sampled_from(["420100", "420700"]),
)
REQUIREMENTS = st.builds(
    ReceiptRequirement,
    st.from_regex(r"\A[a-z][a-z0-9-]{0,31}\Z"),
    st.sampled_from(receipt.REQUIREMENT_STATES),
    st.sampled_from([None, "REVOKED", "SUBJECT_UNLINKED"]),
    st.none() | st.integers(0, 15),
    st.none() | st.from_regex(r"\A[0-9A-Za-z_-]{1,64}\Z"),
    st.none() | WORDS,
)
ITEMS = st.builds(
    ReceiptItem,
    kind=st.just("11100000MB0143028R001"),
    cert=st.binary(min_size=32, max_size=32).map(bytes.hex),
    fields=st.lists(WORDS, max_size=3).map(tuple),
    facts=st.lists(FACTS, max_size=3).map(tuple),
    verdict=st.sampled_from(["valid", "check", "invalid", "undetermined"]),
    code=st.just("EXPIRED"),
    predicates=st.lists(PREDICATES, max_size=3).map(tuple),
)


@settings(max_examples=60)
@given(
    MOMENTS,
    st.none() | WORDS,
    WORDS,
    st.lists(ITEMS | st.just(UNTOLD), max_size=3),
    st.integers(0, fields.LATEST),
    st.lists(REQUIREMENTS, max_size=3),
    st.none() | st.builds(IdentityCheck, st.sampled_from(receipt.IDENTITY_CHECKS), MOMENTS),
)
def test_every_receipt_that_we_print_we_can_read(
    at: datetime,
    case: str | None,
    window: str,
    items: list[ReceiptItem | UntoldReceiptItem],
    issued_at: int,
    requirements: list[ReceiptRequirement],
    checked: IdentityCheck | None,
) -> None:
    """Receipts survive a trip through their payload, microseconds included."""
    filed = replace(
        RECEIPT,
        at=at,
        case=case,
        window=window,
        items=tuple(items),
        issued_at=issued_at,
        requirements=tuple(requirements),
        identity_check=checked,
    )

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
    assert cert_digest(salt, identifier) == opening.cert_digest()


def test_an_opening_of_another_certificate_does_not_open() -> None:
    """Another salt or another identifier gives another digest."""
    assert ITEM.cert == Opening(SALT, IDENTIFIER).cert_digest()
    assert ITEM.cert != Opening(SALT, IDENTIFIER[:-1] + "8").cert_digest()
    assert ITEM.cert != Opening(SALT[::-1], IDENTIFIER).cert_digest()


@settings(max_examples=40)
@given(st.binary(min_size=32, max_size=32), WORDS, WORDS)
def test_an_opening_of_an_argument_that_we_print_we_can_read(salt: bytes, title: str, declared: str) -> None:
    """It is told from the opening of a certificate by its members, and opens the digest that it was made with."""
    opening = ArgumentOpening(salt, f"{title}={declared}={title}")

    assert opening == read_opening(opening.to_payload())
    assert opening == ArgumentOpening.from_payload(opening.to_payload())
    assert cert_digest(salt, opening.argument) == opening.argument_digest()
    assert Opening(salt, title) == read_opening(Opening(salt, title).to_payload())


@pytest.mark.parametrize(
    "members",
    [
        {"argument": DECLARED, "identifier": IDENTIFIER},
        {"argument": "社会保障号码"},
        {"argument": "=A1"},
        {"argument": "社会保障号码="},
        {"argument": ""},
        {"argument": None},
        {"argument": 7},
        {"argument": "社会保障号码=A\u200b1"},
        {"argument": "社会保障号码=" + "长" * 571},
        {"argument": DECLARED, "salt": "AAAA"},
        {"argument": DECLARED, "value": "A1"},
    ],
)
def test_another_payload_opens_no_argument(members: dict[str, Any]) -> None:
    """Salt, field and value, each of them, and nothing that nobody sees."""
    good = ArgumentOpening(SALT, DECLARED).to_payload()
    with pytest.raises(Malformed):
        read_opening(good | members)
    with pytest.raises(Malformed):
        ArgumentOpening.from_payload(good | members)


def test_the_longest_argument_is_read() -> None:
    """A title of 64 characters, and what was declared in 512."""
    argument = f"{'名' * 64}={'长' * 512}"

    assert argument == ArgumentOpening.from_payload(ArgumentOpening(SALT, argument).to_payload()).argument


@pytest.mark.parametrize("salt", [b"", SALT[:-1], SALT + IDENTIFIER[:1].encode()])
def test_a_salt_of_another_length_is_refused(salt: bytes) -> None:
    """A longer salt could swallow the head of an identifier and open the same digest as another one."""
    with pytest.raises(Malformed):
        cert_digest(salt, IDENTIFIER[1:])


def changed(**members: Any) -> dict[str, Any]:
    """Return the payload with some members replaced, and those set to ... left out."""
    merged = {**RECEIPT.to_payload(), **members}
    return {name: value for name, value in merged.items() if value is not ...}


def item(**members: Any) -> dict[str, Any]:
    """Return the payload with one item, changed."""
    merged = {**ITEM.to_payload(), **members}
    return changed(items=[{name: value for name, value in merged.items() if value is not ...}])


def predicate(**members: Any) -> dict[str, Any]:
    """Return the payload with one item, and in it one predicate, changed."""
    merged = {**ITEM.predicates[1].to_payload(), **members}
    return item(predicates=[{name: value for name, value in merged.items() if value is not ...}])


def requirement(**members: Any) -> dict[str, Any]:
    """Return the payload with one requirement, changed."""
    merged = {**RECEIPT.requirements[0].to_payload(), **members}
    return changed(requirements=[{name: value for name, value in merged.items() if value is not ...}])


FACT = ITEM.facts[0].to_payload()
BAD = {
    **{f"no {name}": changed(**{name: ...}) for name in RECEIPT.to_payload() if name != "format"},
    **{f"item without {name}": item(**{name: ...}) for name in ITEM.to_payload()},
    "unknown member": changed(holder="张演示"),
    "format 1 written out": changed(format=1),
    "format 0": changed(format=0),
    "format true": changed(format=True),
    "format text": changed(format="3"),
    "a placeholder in format 1": in_format(1, items=[UNTOLD.to_payload()]),
    **{
        f"{name} in format {number}": in_format(number, **{name: RECEIPT.to_payload()[name]})
        for number in BEFORE
        for name in OF_FORMAT_3
    },
    **{f"predicates in format {number}": in_format(number, items=[ITEM.to_payload()]) for number in BEFORE},
    "a unit of another shape": changed(unit="420100-gd"),
    "a matter without a digest": changed(matter_digest=None),
    "agreements without a digest": changed(agreements=["420100-420700-demo"]),
    "a mode of two words": changed(mode="L2"),
    "a mode that there is not": changed(mode={"demanded": "L4", "reached": "L1"}),
    "a mode without what was reached": changed(mode={"demanded": "L2"}),
    "an identity check of another sort": changed(
        identity_check={"method": "trust", "at": "2026-09-01T04:00:00Z"}
    ),
    "an identity check without a time": changed(identity_check={"method": "id_card_seen"}),
    "materials unknown": changed(materials="enough"),
    "requirements an object": changed(requirements={}),
    "thirty-three requirements": changed(requirements=[RECEIPT.requirements[0].to_payload()] * 33),
    "a requirement without a state": requirement(state=...),
    "a state unknown": requirement(state="fulfilled"),
    "a requirement by another name": requirement(id="Licence"),
    "an item below none": requirement(item=-1),
    "an item true": requirement(item=True),
    "an earlier verification of another shape": requirement(vid="a/b"),
    "a requirement with its values": requirement(disclosed={"名称": "示例小面馆"}),
    "a predicate that there is not": predicate(name="is_rich"),
    "an argument in the clear": predicate(argument="社会保障号码=A1"),
    "a predicate with arguments": predicate(arguments={"field": "社会保障号码"}),
    "a predicate without argument": predicate(argument=...),
    "an outcome of a predicate unknown": predicate(outcome="maybe"),
    "a predicate by nobody": predicate(by=None),
    "seventeen predicates": item(predicates=[ITEM.predicates[0].to_payload()] * 17),
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


def test_nothing_of_the_good_ones_is_refused() -> None:
    """What the list above changes is read where it is not changed."""
    for payload in (item(), predicate(), requirement(), in_format(1), in_format(2), changed()):
        Receipt.from_payload(payload)


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


@pytest.mark.parametrize("number", BEFORE)
def test_a_receipt_of_an_earlier_format_is_read_for_ever(number: int) -> None:
    """Without what later formats added: it says nothing of a matter's requirements, and nobody reads anything in."""
    items = [ITEM.to_payload(number), *([UNTOLD.to_payload()] if number > 1 else [])]
    payload = {
        name: value for name, value in RECEIPT.to_payload().items() if name not in {"format", *OF_FORMAT_3}
    }
    payload |= {"items": items, **({"format": number} if number > 1 else {})}

    first = Receipt.from_payload(payload)

    assert (number, "420100", len(items)) == (first.format, first.region, len(first.items))
    assert (None, None, (), None) == (first.unit, first.mode, first.requirements, first.materials)
    assert replace(ITEM, predicates=()) == first.items[0]
    assert payload == first.to_payload()


@pytest.mark.parametrize("number", [4, 1 << 40])
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
        replace(RECEIPT, mode=None),
        replace(RECEIPT, requirements=(ReceiptRequirement("insurance", "fulfilled"),)),
    ):
        with pytest.raises(Malformed):
            slip.to_payload()
    with pytest.raises(Malformed):
        Opening(SALT[1:], IDENTIFIER).to_payload()


def test_nothing_but_our_own_error_escapes() -> None:
    """Six thousand seeded mutants of a receipt and its openings are read, or refused by one error."""
    for reader, good in (
        (Receipt, RECEIPT.to_payload()),
        (Opening, Opening(SALT, IDENTIFIER).to_payload()),
        (ArgumentOpening, ArgumentOpening(SALT, DECLARED).to_payload()),
    ):
        for mutant in value_mutants(good, seed=3, count=2000):
            try:
                reader.from_payload(mutant)
            except VerifierError:
                continue
