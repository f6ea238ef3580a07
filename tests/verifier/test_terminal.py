"""On a real terminal: colours, lines that fit, a bar while it runs; into a pipe nothing of all that."""

import os
import re
import struct
import subprocess
import sys

import pytest
from certhub_verifier.causes import Verdict
from certhub_verifier.cli.layout import width
from certhub_verifier.cli.view import SYMBOL, Colours, View, colours_of

from tests.support.credentials import NOW, World
from tests.support.shelves import put

pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")
fcntl = pytest.importorskip("fcntl", reason="this system has no pseudo-terminals")
termios = pytest.importorskip("termios", reason="this system has no pseudo-terminals")
WORLD = World()


def on_a_terminal(*arguments, columns=72, **environment):
    """Run the command on a terminal of its own; returns exit code and what the terminal was sent."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    unset = ("NO_COLOR", "COLUMNS", "LINES", "COLORTERM")
    inherited = {name: value for name, value in os.environ.items() if name not in unset}
    command = [sys.executable, "-m", "certhub_verifier", *map(str, arguments), "--at", NOW.isoformat()]
    with subprocess.Popen(
        command, stdin=its, stdout=its, stderr=its, env={**inherited, "TERM": "xterm-256color", **environment}
    ) as running:
        os.close(its)
        said = b""
        while True:
            try:
                piece = os.read(ours, 65_536)
            except OSError:  # Linux says so when the other end is closed
                piece = b""
            if not piece:
                break
            said += piece
    os.close(ours)
    return running.returncode, said.decode().replace("\r\n", "\n")


@pytest.fixture(scope="module")
def trust(tmp_path_factory):
    """A folder of trust files, with the list that everything points to."""
    files = {**WORLD.trust_files(), "status/420700/3": WORLD.status_token()}
    return put(tmp_path_factory.mktemp("trust"), files)


def test_the_verdict_is_a_band_and_no_line_is_wider_than_the_terminal(trust):
    """In a narrow window too: the band from edge to edge, in the colours of every other screen."""
    code, said = on_a_terminal(
        WORLD.credential(), "--trust", trust, "--why", columns=48, COLORTERM="truecolor"
    )
    lines = said.splitlines()

    assert code == 10
    assert lines[0].startswith("\x1b[1;38;2;0;0;0;48;2;255;197;61m ▲  有效·请核对  VALID, PLEASE CHECK")
    assert width(lines[0]) == 48
    assert max(map(width, lines)) == 48


def test_who_wants_no_colour_gets_none(trust):
    """NO_COLOR, as everywhere."""
    code, said = on_a_terminal(WORLD.receipt(), "--trust", trust, NO_COLOR="1")

    assert (code, "\x1b" in said) == (0, False)
    assert said.splitlines()[0] == " ✔  回执属实  RECEIPT GENUINE"


def test_a_terminal_says_what_it_can_show():
    """24 bits where it says so, its own eight else; a dumb one none."""
    assert colours_of({}) is Colours.EIGHT
    assert colours_of({"COLORTERM": "truecolor"}) is Colours.FULL
    assert colours_of({"COLORTERM": "truecolor", "NO_COLOR": "1"}) is Colours.NONE
    assert colours_of({"NO_COLOR": ""}) is Colours.EIGHT
    assert colours_of({"TERM": "dumb"}) is Colours.NONE
    assert colours_of({}, system="nt") is Colours.NONE
    assert colours_of({"WT_SESSION": "1"}, system="nt") is Colours.EIGHT


def test_a_symbol_says_what_a_colour_says():
    """Four verdicts, four symbols, with and without colours."""
    for verdict in Verdict:
        bands = [View(colours=colours, columns=20).band(verdict, "x") for colours in Colours]
        assert all(SYMBOL[verdict] in band for band in bands)
        assert len(set(bands)) == len(Colours)
    assert len(set(SYMBOL.values())) == len(Verdict)


def test_a_long_run_draws_its_bar_and_takes_it_away(trust, tmp_path):
    """On stderr, and the summary stands on a clean line."""
    put(tmp_path, {"0.txt": WORLD.receipt()})
    for i in range(1, 3000):
        os.link(tmp_path / "0.txt", tmp_path / f"{i}.txt")
    code, said = on_a_terminal(tmp_path, "--trust", trust)

    assert code == 0
    assert re.search(r"\r\x1b\[2K核验 verifying  █*░* +\d+/3000 +\d+%", said)
    assert "\r\x1b[2K\x1b[1;97;42m ✔  共 3000 件" in said
