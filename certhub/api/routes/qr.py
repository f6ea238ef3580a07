"""A code as a QR drawing: the library's matrix, our own path.

One SVG path of relative strokes, a row at a time (`m dx dy h n`): a quarter of what the library prints.
Codes are upper-case Crockford base32, so alphanumeric mode holds them (ISO/IEC 18004 §7.4.4): a ticket of
20 characters is version 1, whose modules are the largest there are, for cracked and dim phones.
"""

from itertools import groupby

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import MODE_ALPHA_NUM, QRData

QUIET_ZONE = 4  # modules of white on every side, ISO/IEC 18004 §9.1


def qr_svg(code: str) -> str:
    """Return an SVG document that draws `code` (digits and capital letters), dark on white."""
    rows = qr_matrix(code)
    side = len(rows) + 2 * QUIET_ZONE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path stroke="#000" d="{_strokes(rows)}"/></svg>'
    )


def qr_matrix(code: str) -> list[list[bool]]:
    """Return the modules of a code without its quiet zone, row by row; True is dark."""
    made: QRCode[object] = QRCode(error_correction=ERROR_CORRECT_M)
    made.add_data(QRData(code.encode("ascii"), mode=MODE_ALPHA_NUM), optimize=0)
    made.make(fit=True)
    return [[bool(module) for module in row] for row in made.modules]


def _strokes(rows: list[list[bool]]) -> str:
    """Return the path: each run of dark modules is a stroke through its middle, moved to from the last."""
    path = [f"M{QUIET_ZONE} {QUIET_ZONE}.5"]
    at_x = at_y = 0
    for y, row in enumerate(rows):
        x = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                path.append(f"m{x - at_x} {y - at_y}h{length}")
                at_x, at_y = x + length, y
            x += length
    return "".join(path)
