"""Codes in photographs and screenshots: the extra `[image]`.

zxing-cpp finds the codes, pillow opens the file. Neither is needed for anything else, and neither is
loaded before a picture is handed in. A picture may show several codes: every one of ours is read, so that
none hides behind another.
"""

import io
import warnings
from typing import TYPE_CHECKING

from certhub_verifier.formats import codes

if TYPE_CHECKING:
    from PIL import Image

MAX_PIXELS = 50_000_000  # twice what a counter's camera makes; as grey values 50 MB
_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF")  # PNG, JPEG, GIF, BMP, WebP
_SIDE = 4096  # pixels: a larger JPEG is read at a half, a quarter or an eighth


class NoReader(Exception):
    """The extra is not installed."""


class TooManyPixels(Exception):
    """More than `MAX_PIXELS`: not opened, whatever the file's size."""


def is_picture(content: bytes) -> bool:
    """Tell by its first bytes whether a file is a picture."""
    return content.startswith(_STARTS)


def texts_in(content: bytes) -> list[str]:
    """Return what our codes in a picture say; else what one code of somebody else says; else nothing.

    Raises:
        NoReader: the extra `[image]` is not installed.
        TooManyPixels: it claims more than `MAX_PIXELS`.
    """
    try:
        import zxingcpp
        from PIL import Image, UnidentifiedImageError
    except ImportError as missing:
        raise NoReader("reading pictures needs certhub-verifier[image]") from missing
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of broken camera data; its size is judged here
            with Image.open(io.BytesIO(content)) as picture:
                picture.draft("L", (_SIDE, _SIDE))  # of a JPEG, before its size is judged
                if picture.width * picture.height > MAX_PIXELS:
                    raise TooManyPixels(f"{picture.width} by {picture.height} pixels")
                found = zxingcpp.read_barcodes(_grey(picture))
    except Image.DecompressionBombError as large:
        raise TooManyPixels("as pillow says") from large
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError):
        return []
    texts = list(dict.fromkeys(str(one.text) for one in found))
    ours = [text for text in texts if codes.normalise(text).startswith("EC")]
    return ours or texts[:1]


def _grey(picture: "Image.Image") -> "Image.Image":
    """Return the picture in grey; what is transparent is white, as on a page."""
    if not picture.has_transparency_data:
        return picture.convert("L")
    from PIL import Image

    drawn = picture.convert("RGBA")
    page = Image.new("RGBA", drawn.size, "white")
    page.alpha_composite(drawn)
    return page.convert("L")
