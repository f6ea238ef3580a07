"""The story of the demo through HTTP alone, with the tokens of its ready line, as a stranger would try it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.ports import free_ports

pytestmark = pytest.mark.drill

ROOT = Path(__file__).parents[2]
TRIES = 3  # of what has a limit in seconds: one of them is within it, whatever else the machine does
LICENCE = "11100000MB0143028R001"
CLAIMS = {
    "名称": "示例小面馆",
    "类型": "个体工商户",
    "法定代表人": "张演示",
    "法定代表人身份证号": "420799190001010015",
    "注册资本": "10万元人民币",
    "成立日期": "2024-01-05",
    "住所": "湖北省鄂州市鄂城区演示路8号",
    "经营范围": "餐饮服务",
}


@dataclass
class Region:
    """One region of the running demo, spoken to over HTTP."""

    code: str
    url: str
    tokens: dict[str, str]

    def call(self, role: str, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        """Call the API as a role."""
        head = {"Authorization": f"Bearer {self.tokens[role]}"} | headers
        with httpx2.Client(trust_env=False, timeout=20) as client:
            return client.request(method, self.url + path, json=body, headers=head)

    def issue(self, number: str) -> dict[str, Any]:
        """Issue a business licence to the noodle shop."""
        body = {
            "kind": LICENCE,
            "holders": [{"name": "示例小面馆", "id_type": "001", "id_number": "92420799MA99990138"}],
            "number": number,
            "issued_on": "2024-01-05",
            "valid_from": "2024-01-05",
            "valid_to": None,
            "claims": CLAIMS,
        }
        key = {"Idempotency-Key": f"k-{number.encode().hex()}"}
        answer = self.call("agency", "POST", "/api/v1/certificates", body, **key)
        assert 201 == answer.status_code, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def ticket(self, *ids: str) -> str:
        """Let the holder show certificates."""
        items = [{"certificate_id": certificate_id} for certificate_id in ids]
        answer = self.call("holder", "POST", "/api/v1/me/presentations", {"items": items, "mode": "ticket"})
        assert 201 == answer.status_code, answer.text
        return str(answer.json()["code"])

    def verify(self, code: str, **more: str) -> dict[str, Any]:
        """Let the clerk scan a code under the first matter."""
        matter = self.call("clerk", "GET", "/api/v1/matters").json()["items"][0]["code"]
        body = {"code": code, "matter": matter, "window": "2号窗口"} | more
        answer = self.call("clerk", "POST", "/api/v1/verifications", body)
        assert 200 == answer.status_code, answer.text
        report: dict[str, Any] = answer.json()
        return report

    def change(self, certificate_id: str, what: str) -> None:
        """Suspend, reinstate or revoke."""
        body = {"reason": "演示", "decision_number": "演决字1号"}
        answer = self.call(
            "agency",
            "POST",
            f"/api/v1/certificates/{certificate_id}/{what}",
            body,
            **{"Idempotency-Key": f"{what}-{certificate_id}"},
        )
        assert 200 == answer.status_code, answer.text


@dataclass
class Running:
    """A running demo."""

    process: subprocess.Popen[str]
    folder: Path
    home: Region
    other: Region


def start(folder: Path, port: int | None = None) -> Running:
    """Start `certhub demo --json`, on two free ports unless one is named, and read its one ready line."""
    where = ["--data", str(folder), "--port", str(port or free_ports())]
    command = [sys.executable, "-m", "certhub", "demo", "--json", *where]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.stderr.read() if process.stderr else ""
    ready = json.loads(line)
    assert ready["ready"] is True
    regions = [Region(r["code"], r["url"], r["tokens"]) for r in ready["regions"]]
    return Running(process, folder, *regions)


def stop(running: Running) -> None:
    """End the demo as Ctrl+C would."""
    running.process.send_signal(signal.SIGTERM)
    ended(running)


def ended(running: Running) -> None:
    """Wait for the launcher's end and let go of its pipes."""
    running.process.wait(20)
    for pipe in (running.process.stdout, running.process.stderr):
        if pipe is not None:
            pipe.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A demo of both regions for the whole module."""
    running = start(tmp_path_factory.mktemp("demo"))
    yield running
    stop(running)


def test_the_whole_story(demo: Running) -> None:
    """Issue, see, show, verify, verify again, show two, the other region, suspend, reinstate, revoke."""
    home, other = demo.home, demo.other
    made = home.issue("验收-0001")
    mine = {
        item["id"]: item for item in home.call("holder", "GET", "/api/v1/me/certificates").json()["items"]
    }
    assert "示例小面馆" == mine[made["id"]]["acting_for"]

    code = home.ticket(made["id"])
    assert 20 == len(code)
    assert "valid" == home.verify(code)["verdict"]
    again = home.verify(code)
    assert ("invalid", "CODE_USED") == (again["verdict"], again["code"])
    assert "2号窗口" in again["headline"]

    second = home.issue("验收-0002")
    two = home.verify(home.ticket(made["id"], second["id"]))
    assert ["valid", "valid"] == [item["verdict"] for item in two["items"]]

    abroad = other.verify(home.ticket(made["id"]))
    assert "valid" == abroad["verdict"]
    assert "法定代表人身份证号" not in abroad["items"][0]["disclosed"]
    assert "名称" in abroad["items"][0]["disclosed"]

    for what, verdict, cause in (
        ("suspension", "invalid", "SUSPENDED"),
        ("reinstatement", "valid", "OK"),
        ("revocation", "invalid", "REVOKED"),
    ):
        home.change(made["id"], what)
        at_home, elsewhere = home.verify(home.ticket(made["id"])), other.verify(home.ticket(made["id"]))
        assert (verdict, cause) == (at_home["verdict"], at_home["code"])
        assert (verdict, cause) == (elsewhere["verdict"], elsewhere["code"])


def test_the_receipt_outlives_every_process(demo: Running, tmp_path: Path) -> None:
    """A receipt verifies with certhub-verify against a saved bundle; one changed byte is exit 20."""
    made = demo.home.issue("验收-0003")
    report = demo.home.verify(demo.home.ticket(made["id"]))
    receipt = demo.home.call("clerk", "GET", report["receipt_url"]).text
    bundle = demo.home.call("clerk", "GET", "/api/v1/offline-bundle").text
    (tmp_path / "receipt.json").write_text(receipt, encoding="utf-8")
    (tmp_path / "bundle.json").write_text(bundle, encoding="utf-8")

    assert 0 == verify_file(tmp_path / "receipt.json", tmp_path / "bundle.json")
    assert 0 == verify_file(tmp_path / "receipt.json", demo.folder / "420700" / "trust")
    token = json.loads(receipt)["receipt"]
    changed = token[:200] + ("A" if token[200] != "A" else "B") + token[201:]
    (tmp_path / "changed.json").write_text(receipt.replace(token, changed), encoding="utf-8")
    assert 20 == verify_file(tmp_path / "changed.json", tmp_path / "bundle.json")


def test_a_status_change_is_published_within_two_seconds(demo: Running) -> None:
    """What is suspended here is in the signed list that everybody reads, within two seconds."""
    assert 2.0 > min(published(demo.home, f"验收-0004-{n}") for n in range(TRIES))


def published(home: Region, number: str) -> float:
    """Suspend a certificate; return how many seconds later the list was another one."""
    made = home.issue(number)
    before = httpx2.get(f"{home.url}/status/1", trust_env=False).content
    home.change(made["id"], "suspension")
    changed = time.monotonic()
    while httpx2.get(f"{home.url}/status/1", trust_env=False).content == before:
        assert time.monotonic() < changed + 60
        time.sleep(0.05)
    return time.monotonic() - changed


def test_a_peer_that_is_gone_is_undetermined_in_four_seconds(tmp_path: Path) -> None:
    """The home region stopped dead: PEER_DOWN, undetermined, never valid, told within four seconds."""
    running = start(tmp_path / "demo")
    try:
        made = running.home.issue("验收-0005")
        codes = [running.home.ticket(made["id"]) for _ in range(TRIES)]
        children = subprocess.run(
            ["pgrep", "-f", f"serve --data {running.folder / '420700'} "],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for pid in children:
            os.kill(int(pid), signal.SIGSTOP)
        tries = [timed(running.other, code) for code in codes]
        for pid in children:
            os.kill(int(pid), signal.SIGCONT)
        assert {("undetermined", "PEER_DOWN")} == {(report["verdict"], report["code"]) for report, _ in tries}
        assert 4.0 > min(
            took for _, took in tries
        )  # a busy machine may be late, a missing deadline always is
        assert "容缺" in tries[0][0]["next_step"]
    finally:
        stop(running)


def timed(region: Region, code: str) -> tuple[dict[str, Any], float]:
    """Scan a code; return the report and how many seconds it took."""
    begun = time.monotonic()
    report = region.verify(code)
    return report, time.monotonic() - begun


def test_a_second_start_keeps_the_data_and_ends_with_its_launcher(tmp_path: Path) -> None:
    """Started again, a demo still has what was issued; and no region outlives its launcher, even killed."""
    port = free_ports()
    first = start(tmp_path / "demo", port)
    made = first.home.issue("验收-0006")
    first.process.kill()
    ended(first)
    deadline = time.monotonic() + 10
    pattern = f"serve --data {tmp_path / 'demo'}"
    while subprocess.run(["pgrep", "-f", pattern], capture_output=True, check=False).returncode == 0:
        assert time.monotonic() < deadline, "a region outlived its launcher"
        time.sleep(0.2)

    second = start(tmp_path / "demo", port)
    try:
        found = second.home.call("agency", "GET", f"/api/v1/certificates/{made['id']}").json()
        assert "active" == found["state"]
    finally:
        stop(second)


def verify_file(file: Path, trust: Path) -> int:
    """Run certhub-verify on a file and return its exit code."""
    command = [sys.executable, "-m", "certhub_verifier", str(file), "--trust", str(trust)]
    return subprocess.run(command, cwd=file.parent, capture_output=True, check=False).returncode
