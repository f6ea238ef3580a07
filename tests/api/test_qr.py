"""QR drawings: what is drawn is what was said."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certhub.api.routes.qr import QUIET_ZONE, qr_matrix, qr_svg

TICKET = "EC1CTTW4PGCSN9CNW8X4"
CODES = st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=17, max_size=17).map("EC1".__add__)


def drawn(svg):
    """Read our own path back: the dark modules as (x, y), from the corner of the drawing."""
    side = int(re.search(r'viewBox="0 0 (\d+) \1"', svg)[1])
    path = re.search(r'stroke="#000" d="M(\d+) (\d+)\.5([^"]*)"', svg)
    x, y, dark = int(path[1]), int(path[2]), set()
    for dx, dy, length in re.findall(r"m(-?\d+) (-?\d+)h(\d+)", path[3]):
        x, y = x + int(dx), y + int(dy)
        dark |= {(x + step, y) for step in range(int(length))}
        x += int(length)
    return side, dark


def test_a_ticket_is_version_1():
    """20 characters fit 21 modules a side, the largest there are."""
    assert [21] * 21 == [len(row) for row in qr_matrix(TICKET)]


@settings(max_examples=25, deadline=None)
@given(CODES)
def test_the_drawing_is_the_matrix(code):
    """Every dark module is drawn, no other, and the quiet zone is white."""
    rows = qr_matrix(code)
    side, dark = drawn(qr_svg(code))

    assert len(rows) + 2 * QUIET_ZONE == side
    assert {
        (x + QUIET_ZONE, y + QUIET_ZONE)
        for y, row in enumerate(rows)
        for x, module in enumerate(row)
        if module
    } == dark


def test_a_drawing_is_small():
    """A ticket's drawing is below 3 KB, and holds nothing that a strict page refuses."""
    svg = qr_svg(TICKET)

    assert len(svg) < 3000
    assert "style" not in svg


@pytest.mark.browser
@pytest.mark.parametrize("code", [TICKET, "EC2" + "0123456789ABCDEFGHJKMNPQRSTVWXYZ" * 19])
def test_a_reader_reads_what_we_draw(code):
    """zxing reads a rasterised drawing back, in the same characters."""
    image_module = pytest.importorskip("PIL.Image", reason="pillow is of the check group")
    reader = pytest.importorskip("zxingcpp", reason="zxing-cpp is of the check group")
    side, dark = drawn(qr_svg(code))
    image = image_module.new("L", (side, side), 255)
    for place in dark:
        image.putpixel(place, 0)

    [found] = reader.read_barcodes(image.resize((side * 4, side * 4), 0))
    assert code == found.text
