"""Codes in photographs and screenshots: the extra `[image]`.

zxing-cpp finds the codes, pillow opens the file. Neither is needed for anything else, and neither is
loaded before a picture is handed in. A picture may show several codes: every one of ours is read, so that
none hides behind another.

A few bytes can claim any number of pixels, so memory is bounded by what is claimed, before anything is
opened: at most `MAX_PIXELS` are ever held, and all in all 5 to 10 bytes are spent on each. A photograph
(JPEG) of more is read at a half, a quarter or an eighth, which its decoder does without making the whole.
"""

import io
import warnings
from typing import TYPE_CHECKING

from certhub_verifier.formats import codes

if TYPE_CHECKING:
    from PIL import Image

MAX_PIXELS = 1 << 24  # 4096 by 4096: a screen of 5K, a page scanned at 400 dpi; 150 MB at the worst
MAX_PHOTO_PIXELS = 50_000_000  # of a JPEG before it is made smaller: what a phone's camera takes
_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF")  # PNG, JPEG, GIF, BMP, WebP
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")  # pillow knows forty more that nobody shows a code in
_PHOTOS = ("JPEG", "MPO")  # the second is what pillow calls a phone's JPEG that holds another picture
_HELD_TWICE = ("WEBP",)  # its decoder keeps two canvases besides what it returns
_SCALES = (1, 2, 4, 8)  # at which a JPEG decoder can read


class NoReader(Exception):
    """The extra is not installed."""


class TooManyPixels(Exception):
    """More than may be held: not opened, whatever the file's size; `limit` is how many would have been."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} pixels")
        self.limit = limit


def is_picture(content: bytes) -> bool:
    """Tell by its first bytes whether a file is a picture."""
    return content.startswith(_STARTS)


def texts_in(content: bytes) -> list[str]:
    """Return what our codes in a picture say; else what one code of somebody else says; else nothing.

    Raises:
        NoReader: the extra `[image]` is not installed.
        TooManyPixels: it claims more than `MAX_PIXELS`; as a photograph, more than `MAX_PHOTO_PIXELS`; as
            WebP, more than half of `MAX_PIXELS`.
    """
    try:
        import zxingcpp
        from PIL import Image
    except ImportError as missing:
        raise NoReader("reading pictures needs certhub-verifier[image]") from missing
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of broken camera data; its size is judged here
            found = zxingcpp.read_barcodes(_opened(content))
    except Image.DecompressionBombError as large:
        raise TooManyPixels(MAX_PIXELS) from large
    except (OSError, ValueError, SyntaxError):
        return []
    texts = list(dict.fromkeys(str(one.text) for one in found))
    ours = [text for text in texts if codes.normalise(text).startswith("EC")]
    return ours or texts[:1]


def _opened(content: bytes) -> "Image.Image":
    """Return the picture in grey; what it was made of is let go before anybody looks for codes in it."""
    from PIL import Image

    with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
        _fit(picture)
        return _grey(picture)


def _fit(picture: "Image.Image") -> None:
    """Have a photograph read as small as it has to be; refuse what is too large by what it claims.

    A progressive JPEG is held whole, whatever size it is read at, so it has to be no larger than others.
    """
    pixels = picture.width * picture.height
    limit = MAX_PIXELS // 2 if picture.format in _HELD_TWICE else MAX_PIXELS
    if picture.format in _PHOTOS and "progressive" not in picture.info:
        limit = MAX_PHOTO_PIXELS
    if pixels > limit:
        raise TooManyPixels(limit)
    scale = next(scale for scale in _SCALES if pixels <= MAX_PIXELS * scale**2)
    if scale > 1:
        picture.draft("L", (picture.width // scale, picture.height // scale))


def _grey(picture: "Image.Image") -> "Image.Image":
    """Return the picture in grey; what is transparent is white, as on a page."""
    if not picture.has_transparency_data:
        return picture.convert("L")
    from PIL import Image

    drawn = picture if picture.mode in ("RGBA", "LA") else picture.convert("RGBA")
    page = Image.new("L", drawn.size, "white")
    page.paste(drawn.convert("L"), mask=drawn.getchannel("A"))
    return page
