"""An example in a help text is a command that works as it stands: each one is run."""

import contextlib
import io
import json
import re
import shlex
import subprocess
import sys

import pytest
import qrcode
import typer
from certhub_keys import cli as keys_cli
from certhub_schemas import matters, shipped_catalogue
from certhub_verifier import cli as verify_cli
from PIL import Image
from typer.testing import CliRunner

from certhub.cli import whole_app
from tests.support.credentials import NOW, World

WORLD = World()
PROGRAMS = {"certhub": "certhub", "certhub-verify": "certhub_verifier", "certhub-keys": "certhub_keys"}
EXAMPLE = re.compile(r"^ *(?:\$ )?(certhub(?:-verify|-keys)? \S.*?)(?:  +\S.*)?$", re.MULTILINE)
DONE = {0, 10}
"""Done, or valid with something to check by eye: whatever else an example ends with, it did not work."""


def groups():
    """Every command whose help is looked at, by name."""
    yield from ([name] for name in PROGRAMS)
    yield from (["certhub-keys", command] for command in ("make", "list", "prove"))
    yield from below(["certhub"], typer.main.get_command(whole_app()))


def below(line, group):
    """The sub-commands of a command, and theirs."""
    for name, command in sorted(getattr(group, "commands", {}).items()):
        yield [*line, name]
        yield from below([*line, name], command)


def run(line, folder):
    """Run one of the three programs, as somebody types it who stands in a folder."""
    program, *rest = line
    command = [sys.executable, "-m", PROGRAMS[program], *rest]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def examples(text):
    """The examples of a help text, without what stands beside them."""
    return [found.strip() for found in EXAMPLE.findall(text)]


def picture(text):
    """The code as a photograph of a screen."""
    code = qrcode.QRCode(border=4)
    code.add_data(text)
    rows = code.get_matrix()
    drawn = Image.new("L", (len(rows), len(rows)), 255)
    drawn.putdata([0 if dark else 255 for row in rows for dark in row])
    return drawn.resize((len(rows) * 6, len(rows) * 6), 0)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """The folder that the examples speak of."""
    folder = tmp_path_factory.mktemp("desk")
    put = {
        "receipt.json": WORLD.receipt_file(),
        "bundle.jwt": WORLD.bundle(matters=matters()),
        "cases/receipt.json": WORLD.receipt_file(),
        "cases/older/code.txt": WORLD.sealed_code(),
        "trust/status/420700/3": WORLD.status_token().decode(),
        f"documents/{shipped_catalogue().digest}": shipped_catalogue().document().decode(),
        **{f"trust/{path}": data.decode() for path, data in WORLD.trust_files().items()},
    }
    for name, text in put.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())
    for name in ("photo.jpg", "cases/photo.jpg"):
        picture(WORLD.sealed_code()).save(folder / name, quality=80)
    return folder


def help_of(program, *line):
    """The help text of a command, as it is printed."""
    if program == "certhub":
        return CliRunner().invoke(whole_app(), [*line, "--help"]).stdout
    printed = io.StringIO()
    main = {"certhub-verify": verify_cli.main, "certhub-keys": keys_cli.main}[program]
    with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
        main([*line, "--help"])
    return printed.getvalue()


HELPS = {" ".join(line): help_of(*line) for line in groups()}
EXAMPLES = [one for text in HELPS.values() for one in examples(text)]


def test_the_examples_are_found():
    """No example hides from this file: each line that shows one of the programs, other than its usage, counts."""
    shown = [
        line
        for text in HELPS.values()
        for line in text.splitlines()
        if re.search(r"(?<!usage: )(?<!Usage: )\bcerthub(-verify|-keys)? (?=\S)", line)
        and "usage" not in line.lower()
    ]

    assert all(HELPS.values())
    assert len(shown) == len(EXAMPLES) >= 5, shown


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_in_a_help_works(example, desk):
    """As it stands, on the files that it names, as of the day when those were made; `EC2…` stands for a whole code."""
    line = [WORLD.sealed_code() if one.endswith("…") else one for one in shlex.split(example)]
    at = ["--at", NOW.isoformat()] if line[0] == "certhub-verify" else []

    done = run([*line, *at], desk)

    assert done.returncode in DONE, f"{example}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    if "--json" in line:
        assert all(json.loads(one) for one in done.stdout.splitlines())
