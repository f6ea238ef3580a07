"""A receipt proves itself: any changed byte is found, and what cannot be told is not called false."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from certhub_schemas.purposes import Purpose
from certhub_verifier.causes import Verdict
from certhub_verifier.formats.exchange.receipt import Opening
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
    others = [0x00, 0x09, 0x0A, 0x0D, 0x20, 0x22, 0x2E, 0x41, 0x5C, 0x7B, 0x80, 0xFF]
    for place, byte in enumerate(good):
        for other in {byte ^ 1, byte ^ 0x20, *others} - {byte}:
            changed = good[:place] + bytes([other]) + good[place + 1 :]
            assert finding(changed) is Finding.ALTERED, (place, byte, other)


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
