"""Folders of receipts: every file judged, none stops the run, the worst told first, in no more memory for more."""

import io
import json
import os
import subprocess
import sys
import tracemalloc
from datetime import timedelta
from functools import partial

import pytest
from certhub_verifier.causes import Verdict
from certhub_verifier.cli.progress import Progress
from certhub_verifier.cli.results import Result, Trouble, Unread
from certhub_verifier.cli.sources import MAX_INPUT_BYTES, sources
from certhub_verifier.cli.tally import KEPT, Tally
from certhub_verifier.policy import Channel
from certhub_verifier.report import failed

from tests.support.credentials import NOW, World, named_key
from tests.support.shelves import bundle, lines_of, put, verify

WORLD = World()
GENUINE, REVOKED = WORLD.receipt_file(), WORLD.receipt(verdict="invalid", code="REVOKED")
ALTERED, FOREIGN = WORLD.receipt()[:-2], WORLD.receipt(key=named_key("999999-receipt-1"), region="999999")
CASES = {
    "b.json": GENUINE,
    "a.jwt": REVOKED,
    "2026/03/altered.jwt": ALTERED,
    "2026/03/code.TXT": WORLD.sealed_code(),
    "2026/02/foreign.jwt": FOREIGN,
    "2026/02/scan.pdf": "%PDF",
    ".hidden.json": ALTERED,
    ".git/altered.json": ALTERED,
}


@pytest.fixture(scope="module")
def trust(tmp_path_factory):
    """A bundle to verify by."""
    return bundle(tmp_path_factory.mktemp("trust"))


@pytest.fixture
def run(capsys, trust):
    """The command with that bundle."""
    return partial(verify, capsys, trust=trust)


def test_a_folder_stands_for_all_of_ours_in_it(run, tmp_path):
    """Down to the last folder, by name; hidden files are left alone, others counted."""
    code, out, _ = run(put(tmp_path, CASES), "--json")
    lines, last = lines_of(out)

    assert [line["input"].removeprefix(f"{tmp_path}/") for line in lines] == [
        "a.jwt",
        "b.json",
        "2026/02/foreign.jwt",
        "2026/03/altered.jwt",
        "2026/03/code.TXT",
    ]
    assert [line["exit_code"] for line in lines] == [0, 0, 30, 20, 10]
    assert (code, last["exit_code"], last["summary"]["passed_over"]) == (20, 20, 1)


def test_the_last_line_counts_each_by_what_it_is(run, tmp_path):
    """Codes by verdict, receipts by finding, and what the genuine ones record; then the trust used."""
    _, out, _ = run(put(tmp_path, CASES), "--json")
    _, last = lines_of(out)

    assert last["summary"]["verdicts"] == {"valid": 0, "check": 1, "invalid": 0, "undetermined": 0}
    assert {n: c for n, c in last["summary"]["findings"].items() if c} == {
        "GENUINE": 2,
        "ALTERED": 1,
        "NO_TRUST": 1,
    }
    assert last["summary"]["recorded"] == {"valid": 1, "check": 0, "invalid": 1, "undetermined": 0}
    assert last["trust"]["own_anchor"] is True


def test_a_person_sees_counts_and_then_the_worst_with_what_to_do(run, tmp_path):
    """A genuine receipt never counts as "valid"; what it records stands apart."""
    code, out, _ = run(put(tmp_path, CASES))
    lines = out.splitlines()

    assert (code, lines[0]) == (20, " ✖  共 5 件 5 in all")
    assert lines[2:6] == [
        "  ✖       1  回执不属实    receipt not genuine",
        "  ?       1  回执无法判定  receipt undetermined",
        "  ▲       1  有效·请核对   valid, please check",
        "  ✔       2  回执属实      receipt genuine",
    ]
    told = out[out.index("worst first") :]
    assert (
        told.index("altered.jwt") < told.index("foreign.jwt") < told.index("code.TXT") < told.index("b.json")
    )
    assert "向出具回执的窗口索取原件" in told


def test_one_language_if_asked(run, tmp_path):
    """No Chinese in an English summary."""
    out = run(put(tmp_path, CASES), "--lang", "en")[1]

    assert out.replace(str(tmp_path), "").isascii() or not any(
        "\u4e00" <= letter <= "\u9fff" for letter in out
    )


def test_broken_files_spoil_their_own_line(run, tmp_path):
    """A dead link, a circle of links, a giant: each is undetermined, and the good one is judged."""
    put(tmp_path, {"good.json": GENUINE})
    (tmp_path / "dead.json").symlink_to(tmp_path / "nowhere")
    (tmp_path / "circle.json").symlink_to(tmp_path / "circle.json")
    with (tmp_path / "giant.json").open("wb") as giant:
        giant.truncate(MAX_INPUT_BYTES + 1)
    code, out, _ = run(tmp_path, "--json")
    lines, last = lines_of(out)

    assert (code, last["summary"]["unread"]) == (30, 3)
    assert {line["input"].rsplit("/")[-1]: line.get("trouble") for line in lines} == {
        "circle.json": "UNREADABLE",
        "dead.json": "UNREADABLE",
        "giant.json": "TOO_LARGE",
        "good.json": None,
    }
    assert "读不了" in run(tmp_path)[1]


def test_a_pipe_or_a_loop_of_folders_makes_nobody_wait(run, tmp_path):
    """What is no file is not opened, and links to folders are not followed."""
    put(tmp_path, {"in/good.json": GENUINE})
    os.mkfifo(tmp_path / "in" / "pipe.json")
    (tmp_path / "in" / "again").symlink_to(tmp_path)
    code, out, _ = run(tmp_path, "--json")

    assert (code, lines_of(out)[1]["summary"]["inputs"]) == (0, 1)


def test_a_case_folder_may_keep_its_own_trust(run, tmp_path, capsys):
    """What --trust names is not verified, nor is another bundle: counted, and no reason to doubt the rest."""
    own = bundle(put(tmp_path, {"good.json": GENUINE, "old/bundle.json": json.dumps({"bundle": "x"})}))
    code, out, _ = verify(capsys, tmp_path, "--json", trust=own)

    assert (code, lines_of(out)[1]["summary"]["passed_over"]) == (0, 1)
    files = {f"trust/{path}": data for path, data in WORLD.trust_files().items()}
    put(tmp_path, files)
    assert verify(capsys, tmp_path, trust=tmp_path / "trust")[0] == 0


def test_a_bundle_named_among_others_is_told(run, trust):
    """Somebody forgot --trust: that one line says so."""
    code, out, _ = run(trust, WORLD.sealed_code(), "--json")

    assert (code, lines_of(out)[0][0]["trouble"]) == (30, "BUNDLE")


def test_names_of_files_cannot_write_on_the_screen(run, tmp_path):
    """An escape sequence in a name is shown as what it is."""
    put(tmp_path, {"\x1b[2J\x1b[32mok.json": ALTERED, "b.json": GENUINE})

    assert "\x1b" not in run(tmp_path)[1]


@pytest.mark.parametrize("missing", ["recipt.json", "cases", "a/b.png"])
def test_a_missing_file_is_found_before_anything_is_judged(run, tmp_path, missing):
    """Wrong use, and no half of a result."""
    code, out, err = run(put(tmp_path, CASES), tmp_path / missing)

    assert (code, out) == (2, "")
    assert "没有这个文件" in err


def test_a_folder_without_anything_of_ours_is_wrong_use(run, tmp_path):
    """Empty, or full of other things, beside one that is not."""
    put(tmp_path, {"full/a.json": GENUINE, "other/a.pdf": "x"})
    (tmp_path / "empty").mkdir()

    for name in ("other", "empty"):
        code, out, err = run(tmp_path / "full", tmp_path / name)
        assert (code, out) == (2, "")
        assert name in err


def test_lines_come_as_they_are_found_and_a_reader_may_stop():
    """A closed pipe is no verdict and no crash."""
    command = [sys.executable, "-m", "certhub_verifier", "--json", *[WORLD.sealed_code()] * 60]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        said = running.stderr.read().decode()

    assert running.returncode == 141
    assert "Traceback" not in said


def result(name, code="TAMPERED"):
    """A result of a code that failed by itself."""
    return Result(name=name, judgement=failed(code, channel=Channel.FILE, as_of=NOW))


def test_the_worst_are_kept_in_order_however_many_come():
    """By verdict, then in the order of causes, then as they came; the first of equals stay."""
    tally = Tally()
    for i in range(1000):
        tally.note(result(f"{i}", ("NOT_FOUND", "EXPIRED", "TAMPERED")[i % 3]))

    assert (tally.inputs, tally.exit_code) == (1000, 20)
    assert [line.name for line in tally.worst] == [str(i) for i in range(2, 3 * KEPT, 3)]


def test_a_longer_run_takes_no_more_memory():
    """What is kept after 20,000 is what was kept after 200."""
    tracemalloc.start()
    try:
        tally, sizes = Tally(), []
        for i in range(20_000):
            tally.note(result(f"cases/receipt-{i:06}.json"))
            if i in (200, 19_999):
                sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()

    assert sizes[1] - sizes[0] < 64 * 1024


def test_nothing_is_read_before_its_turn(tmp_path):
    """A folder is walked, its files are opened one by one."""
    put(tmp_path, CASES)
    found = sources([str(tmp_path)])
    first = next(found)
    (tmp_path / "a.jwt").unlink()

    with pytest.raises(FileNotFoundError):
        first.read()
    assert sum(source.ours for source in found) == 4


def test_progress_is_one_line_that_goes_away():
    """Nothing at first, then the bar over itself, and a clean line at the end."""
    stream, now = io.StringIO(), 0.0
    bar = Progress(stream, 1000, 80, lambda: now)
    tally = Tally()
    for i in range(412):
        tally.note(result(str(i), "TAMPERED" if i < 3 else "NOT_FOUND"))
    bar.show(tally)
    assert stream.getvalue() == ""

    now = 1.0
    bar.show(tally)
    bar.show(tally)
    bar.end()
    assert stream.getvalue().split("\r\x1b[2K") == [
        "",
        "核验 verifying  ██████████░░░░░░░░░░░░░░   412/1000   41%  ✖ 3  ? 409",
        "",
    ]


def test_what_cannot_be_read_is_undetermined():
    """It has a verdict's badness and exit code, and no verdict's word."""
    unread = Result(name="x", judgement=Unread(trouble=Trouble.UNREADABLE, as_of=NOW + timedelta(0)))

    assert (unread.verdict, unread.exit_code, unread.word("en")) == (
        Verdict.UNDETERMINED,
        30,
        "cannot be read",
    )
