"""A receipt proves itself: any changed byte is found, and what cannot be told is not called false."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from certhub_schemas.purposes import Purpose
from certhub_verifier.causes import Verdict
from certhub_verifier.formats.exchange.openings import ArgumentOpening, Opening
from certhub_verifier.formats.exchange.receipt import UntoldReceiptItem
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.trust.listedkey import KeyState
from certhub_verifier.receipts import Finding, examine_receipt

from tests.support.credentials import AWAY, HOME, NOW, YEAR, World, named_key, seconds

WORLD = World()
TRUST = WORLD.trust()
RECEIPT = WORLD.receipt()
DAY = timedelta(days=1)
SPELLINGS = {
    "as the API sends it": {},
    "json.dumps": {"separators": None, "ensure_ascii": True},
    "json.dump, indented": {"separators": None, "indent": 2},
    "json.tool": {"separators": None, "indent": 4, "ensure_ascii": True},
}


def finding(file, *, trust=TRUST, now=NOW):
    """Return what is found of a receipt file."""
    return examine_receipt(file, trust=trust, now=now).finding


def test_a_genuine_receipt_is_genuine_whatever_it_records():
    """0, and what was found then stands in the report; an invalid certificate's receipt is as genuine."""
    good = examine_receipt(RECEIPT, trust=TRUST, now=NOW)
    bad = examine_receipt(WORLD.receipt(verdict="invalid", code="REVOKED"), trust=TRUST, now=NOW)

    assert (good.finding, good.exit_code, good.recorded_verdict) == (Finding.GENUINE, 0, Verdict.VALID)
    assert (bad.finding, bad.exit_code, bad.recorded_verdict) == (Finding.GENUINE, 0, Verdict.INVALID)


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_saved_answer_is_read_as_programs_print_it(spelling, end):
    """Compact, printed or indented, with a last line end or without, of either system."""
    text = WORLD.receipt_file(**spelling) + end

    assert finding(text) is Finding.GENUINE
    assert finding(text.encode()) is Finding.GENUINE


def test_line_ends_of_windows_are_line_ends():
    """An indented file saved there."""
    text = WORLD.receipt_file(separators=None, indent=2) + "\n"

    assert finding(text.replace("\n", "\r\n").encode()) is Finding.GENUINE


def test_an_opening_tells_which_certificate_it_was():
    """Whoever holds both can prove it; the receipt alone shows nobody."""
    opened = examine_receipt(WORLD.receipt_file(), trust=TRUST, now=NOW)

    assert opened.identifiers == (WORLD.identifier(),)
    assert examine_receipt(RECEIPT, trust=TRUST, now=NOW).identifiers == (None,)


def test_what_another_region_answered_comes_without_an_opening():
    """Only that region could give one; the rest of the file is judged all the same."""
    file = json.dumps({"receipt": RECEIPT, "opening": []})

    assert finding(file) is Finding.GENUINE
    assert examine_receipt(file, trust=TRUST, now=NOW).identifiers == (None,)


DECLARED = [WORLD.declared(n) for n in (1, 2, 3)]
OTHER = Opening(bytes(range(1, 33)), "another certificate")
ASKED = WORLD.receipt(
    items=(
        WORLD.receipt_item(None, DECLARED[0], DECLARED[1]),
        UntoldReceiptItem("undetermined", "NO_AGREEMENT"),
        WORLD.receipt_item(DECLARED[2], cert=OTHER.cert_digest()),
    )
)
IN_ORDER = [WORLD.opening(), DECLARED[0], DECLARED[1], OTHER, DECLARED[2]]
"""The openings of the receipt that records what was declared, as they are filed: each item, then what was declared."""


def test_openings_tell_what_was_declared():
    """Each with its item and its predicate; the one that compares nothing has no opening, nor has what was not told."""
    found = examine_receipt(WORLD.receipt_file(ASKED, IN_ORDER), trust=TRUST, now=NOW)

    assert (Finding.GENUINE, (WORLD.identifier(), None, OTHER.identifier)) == (
        found.finding,
        found.identifiers,
    )
    assert found.to_dict()["arguments"] == [
        {"item": 0, "predicate": 1, "argument": "社会保障号码=A1"},
        {"item": 0, "predicate": 2, "argument": "社会保障号码=A2"},
        {"item": 2, "predicate": 0, "argument": "社会保障号码=A3"},
    ]


@pytest.mark.parametrize("chosen", [(), (1,), (2, 4), (0, 3), (4,), (0, 1, 2), (3, 4)])
def test_any_of_the_openings_may_be_left_out(chosen):
    """Whoever hands a receipt on decides what it opens; what is opened is still told of its own item."""
    openings = [IN_ORDER[n] for n in chosen]
    found = examine_receipt(WORLD.receipt_file(ASKED, openings), trust=TRUST, now=NOW)
    opened = [one for one in (*found.identifiers, *(one.argument for one in found.arguments)) if one]

    assert Finding.GENUINE is found.finding
    assert sorted(getattr(one, "identifier", getattr(one, "argument", "")) for one in openings) == sorted(
        opened
    )


def test_without_openings_nothing_of_what_was_declared_is_told():
    """The bare token holds digests alone."""
    found = examine_receipt(ASKED, trust=TRUST, now=NOW)

    assert (Finding.GENUINE, (), (None, None, None)) == (found.finding, found.arguments, found.identifiers)
    assert "社会保障号码" not in json.dumps(found.to_dict(), ensure_ascii=False)


def with_opening(place, changed):
    """The openings with another one in a place."""
    return [changed if n == place else one for n, one in enumerate(IN_ORDER)]


@pytest.mark.parametrize("place", [1, 2, 4])
def test_an_altered_salt_or_value_of_an_argument_is_found(place):
    """As an altered byte of the receipt is."""
    good = IN_ORDER[place]
    for bad in (
        replace(good, salt=good.salt[:-1] + b"\x00"),
        replace(good, argument=good.argument + "0"),
        replace(good, argument=good.argument.replace("社会保障号码", "参保地")),
    ):
        assert Finding.ALTERED is finding(WORLD.receipt_file(ASKED, with_opening(place, bad)))


@pytest.mark.parametrize(("one", "other"), [(a, b) for a in range(5) for b in range(a)])
def test_openings_in_another_order_are_found(one, other):
    """Any two of them exchanged: they stand in the order of the items, each with its predicates after it."""
    openings = list(IN_ORDER)
    openings[one], openings[other] = openings[other], openings[one]

    assert Finding.ALTERED is finding(WORLD.receipt_file(ASKED, openings))


@pytest.mark.parametrize("place", range(5))
def test_an_opening_that_stands_twice_is_found(place):
    """One digest, one opening."""
    assert Finding.ALTERED is finding(WORLD.receipt_file(ASKED, [*IN_ORDER[: place + 1], *IN_ORDER[place:]]))


def test_an_opening_opens_only_what_it_is_for():
    """A declared value is no certificate, and a certificate was declared by nobody: not by one digest either."""
    as_certificate = Opening(DECLARED[0].salt, DECLARED[0].argument)
    named = Opening(bytes(range(32)), "field=value")
    of_that_name = WORLD.receipt(items=(WORLD.receipt_item(cert=named.cert_digest()),))

    assert Finding.ALTERED is finding(WORLD.receipt_file(ASKED, [as_certificate]))
    assert Finding.GENUINE is finding(WORLD.receipt_file(of_that_name, [named]))
    as_argument = ArgumentOpening(named.salt, named.identifier)
    assert Finding.ALTERED is finding(WORLD.receipt_file(of_that_name, [as_argument]))


def test_a_receipt_of_an_earlier_format_has_nothing_that_an_argument_opens():
    """Its items have no predicates."""
    for number in (1, 2):
        receipt = WORLD.receipt(format=number)
        assert Finding.GENUINE is finding(WORLD.receipt_file(receipt))
        assert Finding.ALTERED is finding(WORLD.receipt_file(receipt, [WORLD.opening(), DECLARED[0]]))


def test_nothing_declared_is_told_of_a_receipt_that_is_not_believed():
    """From the future, it opens nothing."""
    late = WORLD.receipt(issued_at=seconds(NOW + DAY), items=(WORLD.receipt_item(DECLARED[0]),))
    found = examine_receipt(WORLD.receipt_file(late, IN_ORDER[:2]), trust=TRUST, now=NOW)

    assert (Finding.CLOCK_WRONG, ()) == (found.finding, found.arguments)


FILES = {
    "bare": RECEIPT.encode(),
    "bare with a line end": RECEIPT.encode() + b"\n",
    "JSON": WORLD.receipt_file().encode(),
    "indented JSON": (WORLD.receipt_file(separators=None, indent=2) + "\n").encode(),
}


@pytest.mark.parametrize("good", FILES.values(), ids=FILES)
def test_any_one_changed_byte_is_found(good):
    """At every position: another bit or case, blanks, line ends, punctuation, zero, or a byte of no text."""
    assert finding(good) is Finding.GENUINE
    find_every_change(good, range(len(good)))


def test_any_one_changed_byte_of_what_was_declared_is_found():
    """The openings of a receipt with three declared values, byte by byte."""
    good = WORLD.receipt_file(ASKED, IN_ORDER).encode()

    assert finding(good) is Finding.GENUINE
    find_every_change(good, range(good.index(b'"opening"'), len(good)))


def find_every_change(good, places):
    """At each place, put each of a few other bytes, and see it found."""
    others = [0x00, 0x09, 0x0A, 0x0D, 0x20, 0x22, 0x2E, 0x41, 0x5C, 0x7B, 0x80, 0xFF]
    for place in places:
        for other in {good[place] ^ 1, good[place] ^ 0x20, *others} - {good[place]}:
            changed = good[:place] + bytes([other]) + good[place + 1 :]
            assert finding(changed) is Finding.ALTERED, (place, good[place], other)


def test_any_missing_or_doubled_byte_is_found():
    """Cut, or stuttered, anywhere."""
    good = FILES["JSON"]
    for place in range(0, len(good), 7):
        assert finding(good[:place] + good[place + 1 :]) is Finding.ALTERED
        assert finding(good[:place] + good[place : place + 1] + good[place:]) is Finding.ALTERED


@pytest.mark.parametrize(
    "file",
    [
        "",
        "{}",
        "null",
        '{"receipt": 5}',
        json.dumps({"receipt": RECEIPT, "verdict": "valid"}),
        json.dumps({"receipt": RECEIPT, "opening": [WORLD.opening().to_payload()] * 2}),
        json.dumps({"receipt": RECEIPT, "opening": {}}),
        json.dumps({"receipt": RECEIPT, "opening": [Opening(bytes(32), WORLD.identifier()).to_payload()]}),
        json.dumps({"receipt": RECEIPT, "opening": [Opening(bytes(range(32)), "another").to_payload()]}),
        json.dumps({"opening": None, "receipt": RECEIPT}, indent="\t"),
        "\ufeff" + RECEIPT,
        " " + RECEIPT,
        RECEIPT + "\n\n",
        RECEIPT + "\r",
        "x" * 300_000,
    ],
)
def test_what_is_no_receipt_file_is_altered(file):
    """Another shape, another member, an opening of something else, or another spelling."""
    assert finding(file) is Finding.ALTERED


@pytest.mark.parametrize(
    "receipt",
    [
        WORLD.receipt(key=named_key("420700-receipt-2")),
        WORLD.receipt(key=WORLD.region_key(Purpose.RECEIPT, AWAY)),
        WORLD.receipt(key=WORLD.region_key(Purpose.EXCHANGE)),
        WORLD.receipt(key=replace(WORLD.region_key(Purpose.RECEIPT), number=3)),
        WORLD.receipt(issued_at=seconds(NOW - 2 * YEAR)),
        WORLD.receipt(key=named_key("999999-receipt-1")),
        WORLD.receipt(region="999999", key=WORLD.region_key(Purpose.RECEIPT)),
    ],
    ids=[
        "unlisted",
        "another region's",
        "purpose",
        "forged",
        "too early",
        "unknown region's key",
        "unknown region",
    ],
)
def test_a_wrong_key_of_a_known_region_is_wrong(receipt):
    """A region that we know says which keys sign its receipts."""
    assert finding(receipt) is Finding.ALTERED


def test_without_trust_for_its_region_nothing_can_be_said():
    """Neither true nor false: no trust list, or one that knows neither region."""
    foreign = WORLD.receipt(region="999999", key=named_key("999999-receipt-1"))

    assert finding(foreign) is Finding.NO_TRUST
    assert finding(RECEIPT, trust=None) is Finding.NO_TRUST
    assert examine_receipt(foreign, trust=TRUST, now=NOW).exit_code == 30


def test_what_does_not_even_read_is_altered_without_any_trust():
    """No key is needed to see that."""
    assert finding(RECEIPT[:-1], trust=None) is Finding.ALTERED


def aged_world(**entry):
    """A world whose receipt key's entry says something else."""
    return World(entries={"420700-receipt-1": entry})


def test_a_key_past_the_time_for_checking_makes_it_aged():
    """Genuine as far as that key still says anything."""
    world = aged_world(until=NOW + DAY, verify_until=NOW + 2 * DAY)
    found = examine_receipt(RECEIPT, trust=world.trust(NOW + 3 * DAY), now=NOW + 3 * DAY)

    assert (found.finding, found.exit_code, found.recorded_verdict) == (Finding.AGED, 10, Verdict.VALID)


def test_a_trust_list_of_days_ago_makes_it_aged():
    """A key may have been lost since."""
    assert finding(RECEIPT, now=NOW + 3 * DAY) is Finding.GENUINE
    assert finding(RECEIPT, now=NOW + 3 * DAY + timedelta(seconds=1)) is Finding.AGED


def test_a_proof_that_was_not_examined_is_told():
    """It is no reason to call the receipt false, nor to call everything checked."""
    found = examine_receipt(json.dumps({"receipt": RECEIPT, "proof": {"index": 1}}), trust=TRUST, now=NOW)

    assert (found.finding, found.to_dict()["proof"]) == (Finding.AGED, "not_examined")


@pytest.mark.parametrize(("since", "expected"), [(-DAY, Finding.ALTERED), (DAY, Finding.NO_TRUST)])
def test_a_lost_key_proves_nothing(since, expected):
    """After the loss it is refused; dated before it, nobody can tell."""
    world = aged_world(state=KeyState.COMPROMISED, compromised_since=NOW + since)

    assert finding(RECEIPT, trust=world.trust()) is expected


def test_a_receipt_from_the_future_says_that_the_clock_is_wrong():
    """A minute's difference is none."""
    assert finding(WORLD.receipt(issued_at=seconds(NOW) + 60)) is Finding.GENUINE
    assert finding(WORLD.receipt(issued_at=seconds(NOW) + 61)) is Finding.CLOCK_WRONG


def test_nothing_in_it_is_believed_before_it_is_genuine():
    """An altered receipt's verdict is not repeated to anybody."""
    signed = jws.parse(RECEIPT, "receipt+jwt")
    forged = jws.assemble(signed.signing_input, WORLD.region_key(Purpose.SHOW).sign(signed.signing_input))
    form = examine_receipt(forged, trust=TRUST, now=NOW).to_dict()

    assert (form["finding"], form["recorded_verdict"], form["recorded"]) == ("ALTERED", None, None)


def test_the_form_says_what_programs_need():
    """`recorded_verdict` beside the finding, in both languages."""
    found = examine_receipt(WORLD.receipt_file(), trust=TRUST, now=NOW)

    assert found.to_dict()["recorded_verdict"] == "valid"
    assert found.to_dict()["recorded"]["region"] == HOME
    assert found.to_dict("en")["headline"] == "The receipt is genuine and unaltered"
