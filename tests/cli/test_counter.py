"""`certhub show` and `certhub scan` do over HTTP what the phone and the counter do."""

import io
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from certhub_verifier import cli as verify_cli

from certhub.app import create_app
from certhub.cli import main
from certhub.setup.initialise import write_endpoint
from tests.support.region import Region
from tests.support.serving import serving
from tests.support.story import BUSINESS

pytestmark = pytest.mark.parametrize("stock", ["sqlite"], indirect=True)  # a command sees HTTP, not the store
LICENCE = "演示-营-0001"
ELSEWHERE = """
import os, signal, sys
for module in ("fcntl", "grp", "pwd", "resource", "termios"):
    sys.modules[module] = None
for here, name in ((os, "fchmod"), (os, "O_NOFOLLOW"), (os, "O_NONBLOCK"), (os, "geteuid"), (signal, "SIGHUP")):
    delattr(here, name)
from certhub.cli import main
main(sys.argv[1:])
"""
"""The command as it would run where what POSIX alone has is missing."""


@dataclass
class Typed:
    """What a command line came to."""

    code: object
    out: str
    err: str


@dataclass
class Terminal:
    """A terminal of somebody who stands beside two regions that are served."""

    capsys: pytest.CaptureFixture[str]
    home: Path
    urls: list[str]

    def type(self, *line: str, at: Path | None = None) -> Typed:
        """Type a command; it speaks to Ezhou unless the line names another address."""
        with pytest.raises(SystemExit) as ended:
            main([*line, "--data", str(at or self.home)])
        said = self.capsys.readouterr()
        return Typed(ended.value.code or 0, said.out, said.err)

    def show(self, *more: str) -> str:
        """Return the code that stands on stdout when the licence is shown."""
        return self.type("show", LICENCE, *more).out.strip()

    def scan(self, code: str, *more: str) -> Typed:
        """Scan at the first window for the matter of the story."""
        return self.type("scan", code, "--matter", BUSINESS, "--window", "1号窗口", *more)


@pytest.fixture
def terminal(regions: tuple[Region, Region], capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    """Both regions answer on loopback ports, and say so in what they publish."""
    with ExitStack() as stack:
        urls = [stack.enter_context(serving(create_app(hub=region.hub))) for region in regions]
        for region, url in zip(regions, urls, strict=True):
            write_endpoint(region.hub.settings.data, region.hub.region, url)
        yield Terminal(capsys, regions[0].hub.settings.data, urls)


def test_what_is_held_is_listed(terminal: Terminal) -> None:
    """Without a certificate `show` lists: number, id and state, in both languages; `--json` is the API's answer."""
    told = terminal.type("show")
    items = json.loads(terminal.type("show", "--json").out)["items"]

    assert 0 == told.code
    assert all(one["number"] in told.err and one["id"] in told.err for one in items)
    assert LICENCE in [one["number"] for one in items]


def test_a_code_is_valid_once(terminal: Terminal) -> None:
    """Shown, scanned: valid, exit 0. Scanned again: used, exit 20. stdout of `show` is the code and nothing else."""
    code = terminal.show()
    first, second = terminal.scan(code), terminal.scan(code)

    assert 20 == len(code)
    assert (0, True) == (first.code, "有效 / valid [OK]" in first.out)
    assert (20, True) == (second.code, "无效 / invalid [CODE_USED]" in second.out)
    assert "示例小面馆" in first.out


@pytest.mark.parametrize("named", ["营业执照", "Business licence", LICENCE])
def test_a_certificate_goes_by_its_name(terminal: Terminal, named: str) -> None:
    """Whoever stands before one licence need not copy an id: its name in either language, or its number, will do."""
    assert 20 == len(terminal.type("show", named).out.strip())


def test_what_could_not_be_checked_exits_30(terminal: Terminal) -> None:
    """A payment code is no certificate code: undetermined, with what to do in Chinese, then in English."""
    told = terminal.scan("289900001234567890")

    assert 30 == told.code
    assert told.out.startswith("无法判定 / undetermined [NOT_OUR_CODE]\n")
    assert "请持证人打开" in told.out
    assert "Ask the holder" in told.out


def test_the_other_region_is_named_by_its_address(terminal: Terminal) -> None:
    """`--url` of the demo's other region signs in there: of a glance the face is told, without ID number."""
    told = terminal.scan(terminal.show(), "--url", terminal.urls[1])

    assert (0, True) == (told.code, "成立日期" in told.out), told
    assert "经营范围" not in told.out
    assert "法定代表人身份证号" not in told.out


def test_the_codes_are_read_from_a_file_too(terminal: Terminal, tmp_path: Path) -> None:
    """`show --save` writes what `scan` reads: a ticket, and a sealed code of hundreds of characters."""
    for more in ([], ["--sealed"]):
        kept = tmp_path / "code.txt"
        saved = terminal.type("show", LICENCE, "--save", str(kept), *more)
        told = terminal.scan(str(kept), "--json")

        assert (0, "") == (saved.code, saved.out)
        assert "OK" == json.loads(told.out)["code"]


def test_the_code_may_come_on_stdin(terminal: Terminal) -> None:
    """`certhub show … | certhub scan -` works: what stands on stdin is the code."""
    code, before = terminal.show(), sys.stdin
    sys.stdin = io.StringIO(code + "\n")
    try:
        told = terminal.scan("-")
    finally:
        sys.stdin = before

    assert 0 == told.code


def test_the_receipt_is_kept_as_it_came(terminal: Terminal, tmp_path: Path, capsys) -> None:
    """certhub-verify finds it genuine, and one character more in it: altered. It is for its owner alone."""
    kept, trust = tmp_path / "receipt.json", terminal.home / "trust"
    told = terminal.scan(terminal.show(), "--receipt", str(kept))
    line = [str(kept), "--trust", str(trust), "--at", "2026-11-24T09:42:00Z"]

    assert 0 == told.code
    assert 0o600 == kept.stat().st_mode & 0o777
    assert 0 == verify_cli.main(line), capsys.readouterr().out
    with kept.open("a") as more:
        more.write("x")
    assert 20 == verify_cli.main(line)


def test_a_receipt_that_cannot_be_kept_costs_no_code(terminal: Terminal, tmp_path: Path) -> None:
    """A folder that is not there is told before the code is used: exit 2, and the code is still good."""
    code = terminal.show()
    told = terminal.scan(code, "--receipt", str(tmp_path / "nowhere" / "receipt.json"))

    assert (2, "") == (told.code, told.out)
    assert 0 == terminal.scan(code).code


def test_json_is_the_report(terminal: Terminal) -> None:
    """One object on stdout, the API's own; the exit code stays that of the verdict."""
    told = terminal.scan("289900001234567890", "--json")

    assert (30, "NOT_OUR_CODE") == (told.code, json.loads(told.out)["code"])
    shown = json.loads(terminal.type("show", LICENCE, "--json").out)
    assert {"code", "expires_at", "warnings", "requirements"} == shown.keys()


def test_a_certificate_that_is_not_held_is_told(terminal: Terminal) -> None:
    """Neither number nor id: exit 1, and `certhub show` is the next step."""
    told = terminal.type("show", "nonsense")

    assert (1, True) == (told.code, "下一步 / next: certhub show\n" in told.err), told


def test_the_hub_s_own_refusal_is_told(terminal: Terminal) -> None:
    """A matter that is none: the problem's code, its words in both languages and its next step; exit 1."""
    told = terminal.type("scan", "x", "--matter", "NONE", "--window", "1")

    assert (1, "") == (told.code, told.out)
    assert "事项目录中没有这个事项 / There is no such matter [MATTER_UNKNOWN]" in told.err


def test_a_demo_that_is_not_running_is_told(terminal: Terminal, home: Region) -> None:
    """Nothing answers at its address: exit 1, and what to run. No verdict was given, and none is printed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        write_endpoint(terminal.home, home.hub.region, f"http://127.0.0.1:{free.getsockname()[1]}")
        told = terminal.scan("x")

    assert (1, "") == (told.code, told.out)
    assert "[HUB_SILENT]" in told.err
    assert "下一步 / next: certhub demo\n" in told.err


def test_a_token_goes_to_its_own_hub_alone(terminal: Terminal) -> None:
    """The demo's tokens are for the demo's addresses: for another one CERTHUB_TOKEN is asked for, nothing is sent."""
    told = terminal.scan("x", "--url", "http://127.0.0.1:1")

    assert (1, True) == (told.code, "CERTHUB_TOKEN" in told.err), told
    assert "[UNAUTHENTICATED]" in told.err


def test_what_answers_and_is_no_hub_is_told(terminal: Terminal) -> None:
    """A page of something else is no verdict: exit 1 and the address."""

    async def page(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"<html>"})

    with serving(page) as url:
        told = terminal.scan("x", "--url", url, "--token", "any")

    assert (1, "", True) == (told.code, told.out, "[NOT_A_HUB]" in told.err), told


def test_no_answer_asks_the_same_verification_again(terminal: Terminal, home: Region) -> None:
    """The first answer is lost on the way: the second try has the same id, so the code is not used twice."""
    app, lost = create_app(hub=home.hub), []

    async def losing(scope, receive, send):
        if scope["path"] != "/api/v1/verifications" or lost:
            await app(scope, receive, send)
            return

        async def cut_off(message):
            lost.append(message["type"])
            if message["type"] == "http.response.start":
                await send(message)

        await app(scope, receive, cut_off)

    with serving(losing) as url:
        write_endpoint(terminal.home, home.hub.region, url)
        told = terminal.scan(terminal.show())

    assert lost
    assert 0 == told.code, told


def test_a_clerk_s_machine_need_not_be_posix(terminal: Terminal, tmp_path: Path) -> None:
    """Shown and scanned from a system without what POSIX alone has: the walk is for any system that calls a hub."""
    code, receipt = str(tmp_path / "code.txt"), str(tmp_path / "receipt.json")
    where = ["--data", str(terminal.home)]
    lines = (
        ["show", LICENCE, "--save", code],
        ["scan", code, "--matter", BUSINESS, "--window", "1", "--receipt", receipt],
    )
    ended = [
        subprocess.run(
            [sys.executable, "-c", ELSEWHERE, *line, *where], capture_output=True, text=True, check=False
        )
        for line in lines
    ]

    assert [0, 0] == [one.returncode for one in ended], ended
    assert "receipt" in json.loads(Path(receipt).read_bytes())
