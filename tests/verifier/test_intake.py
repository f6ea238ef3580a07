"""What was handed in is told by its look; what might have been ours and is not whole is altered."""

import pytest
from certhub_schemas import shipped_catalogue
from certhub_verifier.cli.detect import Bundle, Code, Failed, ReceiptFile, take
from certhub_verifier.engine import examine, run
from certhub_verifier.evidence import PresentedCredential
from certhub_verifier.policy import Channel, policy_for
from certhub_verifier.receipts import examine_receipt
from hypothesis import given
from hypothesis import strategies as st

from tests.support.credentials import NOW, World

WORLD = World()
TRUST = WORLD.trust()
FILES = {
    "bare": WORLD.receipt().encode() + b"\n",
    "JSON": WORLD.receipt_file().encode(),
    "indented": WORLD.receipt_file(separators=None, indent=2).encode(),
}


def exit_code(content):
    """Return what the command ends with for a file of this content."""
    match take(content):
        case ReceiptFile(content=receipt):
            return examine_receipt(receipt, trust=TRUST, now=NOW).exit_code
        case Failed(code=code):
            return 20 if code == "TAMPERED" else 30
        case Code(channel=Channel.FILE, text=text):
            steps = examine(
                PresentedCredential(text, "file", asker=None),
                trust=TRUST,
                policy=policy_for(None, Channel.FILE),
                now=NOW,
                catalogue=shipped_catalogue(),
            )
            return run(steps, lambda need: None).verdict.exit_code
    raise AssertionError("something else")


@pytest.mark.parametrize("good", FILES.values(), ids=FILES)
def test_a_receipt_with_any_changed_byte_is_altered_whatever_it_then_looks_like(good):
    """A broken brace, a tilde, a header that says another type: twenty, never "not ours"."""
    assert exit_code(good) == 0
    for place, byte in enumerate(good):
        for other in {byte ^ 1, byte ^ 0x20, 0x00, 0x0A, 0x20, 0x2E, 0x7B, 0x7E, 0xFF} - {byte}:
            changed = good[:place] + bytes([other]) + good[place + 1 :]
            assert exit_code(changed) == 20, (place, byte, other)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (WORLD.bundle().encode(), Bundle()),
        (b'{"bundle": "x"}', Bundle()),
        (b"EC1", Failed(Channel.TICKET, "CODE_PARTIAL", 3)),
        (b"ec2", Failed(Channel.SEALED, "CODE_PARTIAL", 3)),
        (b"EC1" + b"0" * 18, Failed(Channel.TICKET, "NOT_OUR_CODE")),
        (b"{}", Failed(Channel.FILE, "NOT_OUR_CODE")),
        (b"[]", Failed(Channel.FILE, "NOT_OUR_CODE")),
        (b"~", Failed(Channel.FILE, "NOT_OUR_CODE")),
        (b"", Failed(Channel.FILE, "NOT_OUR_CODE")),
        (b"\xff", Failed(Channel.FILE, "NOT_OUR_CODE")),
    ],
)
def test_the_look_of_it(content, expected):
    """Each kind by its first characters; a note or an address is not ours, and no accusation."""
    assert take(content) == expected


def test_a_code_is_told_from_a_code():
    """Sealed and paper codes by their prefix, credentials by their tildes."""
    assert take(WORLD.sealed_code().encode()) == Code(Channel.SEALED, WORLD.sealed_code())
    assert take(WORLD.paper_code().encode()) == Code(Channel.PAPER, WORLD.paper_code())
    assert take(WORLD.credential().encode() + b"\n") == Code(Channel.FILE, WORLD.credential())


@given(
    st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_anything_at_all_is_something(content):
    """Nothing is thrown at whoever hands in a picture of a cat."""
    take(content)
    take(b"EC2" + content)
    take(b"{" + content)
