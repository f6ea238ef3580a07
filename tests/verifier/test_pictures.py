"""Codes in pictures, with the extra [image]: what a phone shows, photographed as badly as people do."""

import io
import json
import struct
import subprocess
import sys
import zlib
from functools import partial
from pathlib import Path

import pytest
from certhub_schemas import matters
from certhub_verifier import cli
from certhub_verifier.cli import pictures

from tests.support.credentials import NOW, World

pytest.importorskip("zxingcpp", reason="the extra [image] is not installed")
Image = pytest.importorskip("PIL.Image", reason="the extra [image] is not installed")
qrcode = pytest.importorskip("qrcode", reason="no QR codes can be drawn: qrcode comes with the hub")

WORLD = World()
CODE, PAPER = WORLD.sealed_code(), WORLD.paper_code()


def drawn(text, *, box=4):
    """A QR code in grey, `box` pixels a module."""
    code = qrcode.QRCode(border=4)
    code.add_data(text)
    matrix = code.get_matrix()
    picture = Image.new("L", (len(matrix), len(matrix)), 255)
    picture.putdata([0 if dark else 255 for row in matrix for dark in row])
    return picture.resize((len(matrix) * box, len(matrix) * box), 0)


def saved(picture, form="PNG", **options):
    """The picture as the bytes of a file."""
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


QR = drawn(CODE)


def transparent():
    """Black modules on nothing at all, as some web pages save them: black on black, for who forgets it."""
    picture = Image.new("RGBA", QR.size, (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), mask=QR.point(lambda grey: 255 - grey))
    return picture


@pytest.mark.parametrize(
    "file",
    [
        saved(QR),
        saved(QR, "JPEG", quality=60),
        saved(QR.rotate(17, expand=True, fillcolor=255)),
        saved(QR.transpose(Image.Transpose.ROTATE_90)),
        saved(Image.eval(QR, lambda grey: 255 - grey)),
        saved(transparent()),
        saved(QR.convert("P")),
        saved(QR.convert("1")),
        saved(QR, "GIF"),
        saved(QR, "WEBP", lossless=True),
        saved(QR.reduce(2)),
    ],
    ids=[
        "png",
        "jpeg",
        "askew",
        "sideways",
        "inverted",
        "transparent",
        "palette",
        "bits",
        "gif",
        "webp",
        "half",
    ],
)
def test_a_picture_of_a_code_says_what_the_code_says(file):
    """A screenshot, a photograph, turned, inverted, transparent, in any of the formats."""
    assert pictures.is_picture(file)
    assert pictures.texts_in(file) == [CODE]


def side_by_side(*pieces):
    """Several codes in one picture."""
    wide = sum(piece.width for piece in pieces)
    picture = Image.new("L", (wide, max(piece.height for piece in pieces)), 255)
    left = 0
    for piece in pieces:
        picture.paste(piece, (left, 0))
        left += piece.width
    return picture


def test_every_code_of_ours_in_a_picture_is_read():
    """None hides behind another; a payment code beside them is nobody's business."""
    picture = saved(side_by_side(drawn("https://pay.example/1"), QR, drawn(PAPER)))

    assert set(pictures.texts_in(picture)) == {CODE, PAPER}
    assert pictures.texts_in(saved(drawn("https://pay.example/1"))) == ["https://pay.example/1"]


@pytest.mark.parametrize(
    "file",
    [
        saved(Image.new("L", (64, 64), 255)),
        saved(QR)[:-400],
        b"\x89PNG\r\n\x1a\n",
        b"BM" + bytes(60),
        b"RIFF",
    ],
)
def test_a_picture_of_nothing_says_nothing(file):
    """White, cut off in the middle, or a picture by its first bytes alone."""
    assert pictures.texts_in(file) == []


def chunk(name, data):
    """One chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def claiming(wide, high):
    """The beginning of a PNG that says it is so large."""
    header = struct.pack(">IIBBBBB", wide, high, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"")


def blank(form, mode, side, **options):
    """A white square: a few bytes that want a lot of memory."""
    return saved(Image.new(mode, (side, side), "white"), form, **options)


@pytest.mark.parametrize(
    ("file", "limit"),
    [
        (partial(claiming, 4097, 4096), 16),
        (partial(claiming, 30_000, 30_000), 16),
        (partial(blank, "GIF", "L", 4100), 16),
        (partial(blank, "WEBP", "RGB", 2900), 8),
        (partial(blank, "JPEG", "RGB", 4100, progressive=True), 16),
        (partial(blank, "JPEG", "L", 7100), 50),
    ],
    ids=["png", "vast", "gif", "webp", "progressive", "photo"],
)
def test_a_picture_that_would_fill_the_memory_is_not_opened(file, limit):
    """A few bytes can claim any number of pixels; how many would have been opened is told."""
    with pytest.raises(pictures.TooManyPixels) as refused:
        pictures.texts_in(file())

    assert limit == refused.value.limit // 10**6


def test_the_largest_photograph_is_read_smaller():
    """Nearly fifty megapixels, with a code in a corner of them, are read at half their size."""
    photo = Image.new("L", (8000, 6000), 255)
    photo.paste(drawn(CODE, box=8), (5000, 3000))

    assert pictures.texts_in(saved(photo, "JPEG", quality=80)) == [CODE]


def test_a_phones_photograph_with_another_in_it_is_a_photograph():
    """Portraits and stereo pictures are JPEGs too, whatever pillow calls them; the first picture is read."""
    photo = Image.new("RGB", (5000, 4000), "white")
    photo.paste(drawn(CODE, box=8).convert("RGB"), (100, 100))
    file = saved(photo, "MPO", save_all=True, append_images=[photo.resize((100, 80))], quality=80)
    assert file.startswith(b"\xff\xd8\xff")

    assert pictures.texts_in(file) == [CODE]


GROWTH = """
import sys
from certhub_verifier.cli import pictures
resident = lambda: int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
pictures.texts_in(open(sys.argv[1], "rb").read())
before = resident()
try:
    pictures.texts_in(open(sys.argv[2], "rb").read())
except pictures.TooManyPixels:
    pass
print((resident() - before) >> 10)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
@pytest.mark.parametrize(
    ("file", "mib"),
    [
        (partial(claiming, 30_000, 30_000), 20),
        (partial(blank, "PNG", "RGBA", 4100), 20),
        (partial(blank, "GIF", "L", 4100), 20),
        (partial(blank, "PNG", "RGBA", 4096), 160),
        (partial(blank, "PNG", "LA", 4096), 160),
        (partial(blank, "WEBP", "RGB", 2896), 160),
        (partial(blank, "JPEG", "CMYK", 4096), 160),
        (partial(blank, "JPEG", "RGB", 7000), 160),
    ],
    ids=["vast", "rgba+", "gif+", "rgba", "la", "webp", "cmyk", "photo"],
)
def test_no_picture_costs_more_memory_than_is_said(file, mib, tmp_path):
    """Refused, it costs next to nothing; taken, 5 to 10 bytes a pixel. A transparent one took 748 MiB once."""
    for name, content in (("small", saved(QR)), ("large", file())):
        (tmp_path / name).write_bytes(content)
    command = [sys.executable, "-c", GROWTH, str(tmp_path / "small"), str(tmp_path / "large")]
    grown = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert int(grown) < mib


@pytest.fixture
def verify(tmp_path, capsys):
    """Run the command on pictures by name, beside a bundle; returns exit code, stdout and stderr."""
    (tmp_path / "bundle.jwt").write_text(WORLD.bundle(matters=matters()))

    def run(files, *arguments):
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
        names = [str(tmp_path / name) for name in files]
        code = cli.main(
            [*names, "--trust", str(tmp_path / "bundle.jwt"), "--at", NOW.isoformat(), *arguments]
        )
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_the_command_reads_pictures(verify):
    """A sealed code is judged like its text; of a picture of nothing it is said that no code was found in it."""
    assert verify({"code.png": saved(QR)})[0] == 10
    assert verify({"photo.jpg": saved(QR, "JPEG")})[0] == 10
    code, out, _ = verify({"blank.png": saved(Image.new("L", (64, 64), 255))}, "--json")
    told = json.loads(out)
    assert (code, told["code"], told["headline"]) == (30, "CODE_PARTIAL", "图片里没有认出码")
    assert "扫码枪" not in told["next_step"]


def test_two_codes_in_one_picture_are_two_inputs(verify):
    """Each with its number, and told in sum."""
    code, out, _ = verify({"both.png": saved(side_by_side(QR, drawn(PAPER)))}, "--json")
    *lines, last = map(json.loads, out.splitlines())

    assert (code, last["summary"]["inputs"]) == (10, 2)
    assert {line["input"].rsplit("/")[-1] for line in lines} == {"both.png #1", "both.png #2"}


def test_a_picture_that_is_too_large_is_no_verdict(verify):
    """Alone it is wrong use, with what to do; among others it spoils its own line."""
    huge = claiming(7100, 7100)
    code, out, err = verify({"huge.png": huge})
    assert (code, out) == (2, "")
    assert "16 MP" in err

    code, out, _ = verify({"huge.png": huge, "code.png": saved(QR)}, "--json")
    assert (code, json.loads(out.splitlines()[0])["trouble"]) == (30, "TOO_LARGE")
