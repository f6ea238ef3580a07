"""Codes in photographs and screenshots: the extra `[image]`.

zxing-cpp finds the codes, pillow opens the file. Neither is needed for anything else, and neither is
loaded before a picture is handed in.
"""

import io

from certhub_verifier.formats import codes

_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF")  # PNG, JPEG, GIF, BMP, WebP


class NoReader(Exception):
    """The extra is not installed."""


def is_picture(content: bytes) -> bool:
    """Tell by its first bytes whether a file is a picture."""
    return content.startswith(_STARTS)


def texts_in(content: bytes) -> list[str]:
    """Return what the codes in a picture say, ours first; none where nothing can be read.

    Raises:
        NoReader: the extra `[image]` is not installed.
    """
    try:
        import zxingcpp
        from PIL import Image, UnidentifiedImageError
    except ImportError as missing:
        raise NoReader("reading pictures needs certhub-verifier[image]") from missing
    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.draft("L", (4096, 4096))
            found = zxingcpp.read_barcodes(picture.convert("L"))
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError):
        return []
    return sorted(
        (str(one.text) for one in found), key=lambda text: not codes.normalise(text).startswith("EC")
    )
