"""Codes as a counter's camera meets them: drawn on a phone's screen, small, blurred, turned, dim, and read back."""

import pytest
from certhub_schemas import kinds
from certhub_verifier.formats import codes

from tests.formats.test_code_sizes import code

WHY = "reading codes back takes what `dev.py check` installs"
qrcode = pytest.importorskip("qrcode", reason="drawing codes takes qrcode, which the hub brings")
zxingcpp = pytest.importorskip("zxingcpp", reason=WHY)
Image = pytest.importorskip("PIL.Image", reason=WHY)
ImageFilter = pytest.importorskip("PIL.ImageFilter", reason=WHY)

SCREEN = 1080  # pixels across a phone's screen
CAMERA = 480  # pixels of it that a counter's camera sees across the code
QUIET_ZONE = 4  # modules, ISO/IEC 18004 §9.1


def longest():
    """The longest code that an ordinary certificate gets."""
    return max((code(kind)[0] for kind in kinds()), key=len)


CODES = {
    "ticket": codes.mint_ticket("420700", random=lambda size: b"\xa7" * size),
    "least sealed code": code(kinds()[0], claims={})[0],
    "longest sealed code": longest(),
    "longest paper code": code(kinds()[0], "EC3")[0],
}


def drawn(text):
    """The code on a phone's screen: alphanumeric, level M, as large as whole pixels allow."""
    drawing = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=QUIET_ZONE)
    drawing.add_data(qrcode.util.QRData(text.encode(), mode=qrcode.util.MODE_ALPHA_NUM), optimize=0)
    rows = drawing.get_matrix()
    side = len(rows)
    picture = Image.new("L", (side, side), 255)
    picture.putdata([0 if dark else 255 for row in rows for dark in row])
    scale = SCREEN // side
    return picture.resize((side * scale, side * scale), Image.Resampling.NEAREST), side


def seen(picture):
    """What the camera makes of it."""
    return picture.resize((CAMERA, CAMERA), Image.Resampling.BILINEAR)


def blurred(picture, side):
    """Out of focus: a third of a module in every direction; at a half not even a ticket is read."""
    return seen(picture).filter(ImageFilter.GaussianBlur(CAMERA / side / 3))


def turned(picture, degrees):
    """The phone is held at an angle, on a white counter."""
    return seen(picture).rotate(degrees, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC)


def dim(picture):
    """A dark screen behind a cracked glass: little contrast."""
    return seen(picture).point(lambda value: 70 + value // 5)


WAYS = {
    "plain": lambda picture, side: picture,
    "small": lambda picture, side: seen(picture),
    "at the far end of the counter": lambda picture, side: picture.resize(
        (300, 300), Image.Resampling.BILINEAR
    ),
    "blurred": blurred,
    "turned by 7°": lambda picture, side: turned(picture, 7),
    "turned by 33°": lambda picture, side: turned(picture, 33),
    "upside down": lambda picture, side: turned(picture, 180),
    "dim": lambda picture, side: dim(picture),
    "mirrored": lambda picture, side: seen(picture).transpose(Image.Transpose.FLIP_LEFT_RIGHT),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", CODES)
def test_a_code_on_a_phone_is_read_back(name, way):
    """The same text comes back, character by character."""
    picture, side = drawn(CODES[name])

    assert [CODES[name]] == [one.text for one in zxingcpp.read_barcodes(WAYS[way](picture, side))]


def test_a_ticket_has_the_largest_modules_there_are():
    """20 characters are version 1: 21 modules, each of 37 pixels on a phone."""
    picture, side = drawn(CODES["ticket"])

    assert (21 + 2 * QUIET_ZONE, 37) == (side, picture.width // side)


def test_the_longest_code_still_has_modules_of_ten_pixels():
    """The longest ordinary code is version 16: 81 modules, each of 12 pixels on a phone."""
    picture, side = drawn(CODES["longest sealed code"])

    assert side <= 81 + 2 * QUIET_ZONE
    assert 12 <= picture.width // side
