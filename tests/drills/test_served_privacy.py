"""No personal value where it does not belong, with real processes: everything that two servers write is searched.

Allowed, since it leaves the hub on purpose: the answers over HTTP, the code that a holder shows, the receipt and
its opening in the hands of the clerk, and what an agreement lets another region's clerk read.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest
from certhub_schemas.codes import resident_id

from certhub.demo import people as p
from tests.drills.served import run_demo, words_of
from tests.flows.test_privacy import spellings
from tests.support.story import BUSINESS, FOOD

PERSON, PERSON_NUMBER = "诸葛紫嫣验", "42079919001231003" + resident_id.check_character("42079919001231003")
NUMBER, ADDRESS, TRADE = "隐私编号-HTTP-7731", "湖北省鄂州市紫嫣巷7731号", "紫嫣特制热食"
BAD_NUMBER = "420799190012310000"
PLANTED = (
    *(PERSON, PERSON_NUMBER, NUMBER, ADDRESS, TRADE, BAD_NUMBER),
    *(party.id_number for party in p.PEOPLE),
    *(party.name for party in p.PEOPLE),
)
PROBLEMS = {400, 404, 405, 409, 413, 415, 422}


def draft(number: str = NUMBER, **claims: str) -> dict[str, Any]:
    """A licence full of planted values, as an agency's system would send it."""
    usual = {
        "名称": p.NOODLES.name,
        "类型": "个体工商户",
        "法定代表人": PERSON,
        "法定代表人身份证号": PERSON_NUMBER,
        "注册资本": "10万元人民币",
        "成立日期": "2024-01-05",
        "住所": ADDRESS,
        "经营范围": TRADE,
    }
    holder = {"name": p.NOODLES.name, "id_type": p.NOODLES.id_type, "id_number": p.NOODLES.id_number}
    days = {"issued_on": "2024-01-05", "valid_from": "2024-01-05", "valid_to": None}
    return {"kind": p.LICENCE, "holders": [holder], "number": number, **days, "claims": usual | claims}


class Caller:
    """Speaks to one region as its people do."""

    def __init__(self, http: httpx2.Client, region: Mapping[str, Any]) -> None:
        self.http, self.url, self.tokens = http, region["url"], region["tokens"]
        self._count = 0

    def call(self, role: str, path: str, body: Any = None, *, raw: bytes | None = None) -> httpx2.Response:
        """POST a body (or raw bytes), or GET without one."""
        self._count += 1
        head = {"Authorization": f"Bearer {self.tokens[role]}", "Idempotency-Key": f"privacy-{self._count}"}
        if raw is not None:
            return self.http.post(
                self.url + path, content=raw, headers=head | {"Content-Type": "application/json"}
            )
        if body is None:
            return self.http.get(self.url + path, headers=head)
        return self.http.post(self.url + path, json=body, headers=head)

    def code(self, certificate_id: str, mode: str = "ticket", matter: str | None = None) -> str:
        """Let the holder show a certificate, for a matter where one is named."""
        body = {"items": [{"certificate_id": certificate_id}], "mode": mode}
        body |= {} if matter is None else {"matter": matter}
        answer = self.call("holder", "/api/v1/me/presentations", body)
        assert 201 == answer.status_code, answer.text
        return str(answer.json()["code"])

    def scan(self, code: str, matter: str = BUSINESS) -> Mapping[str, Any]:
        """Let the clerk scan a code, and fetch the receipt."""
        body = {"code": code, "matter": matter, "window": "1号窗口", "case_number": "案-7731"}
        answer = self.call("clerk", "/api/v1/verifications", body)
        assert 200 == answer.status_code, answer.text
        report: Mapping[str, Any] = answer.json()
        assert 200 == self.call("clerk", report["receipt_url"]).status_code
        return report


def every_route(home: Caller, other: Caller) -> None:
    """Issue, show, scan in both regions, change; then everything that is refused, with the values in it."""
    made = home.call("agency", "/api/v1/certificates", draft())
    assert 201 == made.status_code, made.text
    certificate_id = made.json()["id"]
    for caller in (home, other):
        for mode in ("ticket", "sealed"):
            assert "valid" == caller.scan(home.code(certificate_id, mode))["verdict"]
        [item] = caller.scan(home.code(certificate_id, matter=FOOD), FOOD)["items"]
        assert {ADDRESS, TRADE} < set(item["disclosed"].values())
    decided = {"reason": "演示", "decision_number": "演决字1号"}
    for what in ("suspension", "reinstatement", "revocation"):
        assert (
            200 == home.call("agency", f"/api/v1/certificates/{certificate_id}/{what}", decided).status_code
        )
        home.scan(home.code(certificate_id))
        other.scan(home.code(certificate_id))
    assert 200 == home.call("clerk", "/api/v1/offline-bundle").status_code
    whole = json.dumps(draft(), ensure_ascii=False).encode()
    refused = [
        home.call("agency", "/api/v1/certificates", draft(经营范围=TRADE + ADDRESS)),
        home.call("agency", "/api/v1/certificates", draft("x", 法定代表人身份证号=BAD_NUMBER)),
        home.call("agency", "/api/v1/certificates", draft("x", **{ADDRESS: PERSON})),
        home.call("agency", "/api/v1/certificates", draft() | {"kind": PERSON, "valid_from": ADDRESS}),
        home.call("agency", "/api/v1/certificates", draft() | {PERSON_NUMBER: PERSON}),
        home.call("agency", "/api/v1/certificates", raw=whole[:-2]),
        home.call("agency", "/api/v1/certificates", raw=whole.replace(b"}", b", NaN}", 1)),
        home.call("agency", "/api/v1/certificates", raw=b"[" * 500 + whole),
        home.call(
            "holder", "/api/v1/me/presentations", {"items": [{"certificate_id": PERSON}], "mode": TRADE}
        ),
        home.call("clerk", "/api/v1/verifications", {"code": "x", "matter": ADDRESS, "window": PERSON}),
        home.call("clerk", "/xr/v1/query", raw=whole),
    ]
    assert set() == {answer.status_code for answer in refused} - PROBLEMS
    for code in (PERSON_NUMBER, NUMBER, ADDRESS):
        home.scan(code)


@pytest.mark.drill
def test_servers_write_no_personal_value_anywhere(tmp_path: Path) -> None:
    """Databases and their logs of writes, keys, public files, trust, server logs, the launcher's words: 0 hits."""
    folder = tmp_path / "demo"
    with (
        run_demo(folder) as ready,
        httpx2.Client(trust_env=False, timeout=20) as http,
    ):
        home, other = (Caller(http, region) for region in ready["regions"])
        every_route(home, other)
        while_running = contents(folder)
    afterwards = contents(folder) | {"launcher": words_of(folder).read_bytes()}

    assert {"420700/certhub.db", "420700/certhub.db-wal"} <= set(while_running)
    assert any(name.endswith(".log") for name in afterwards)
    for places in (while_running, afterwards):
        assert [] == [
            (place, value)
            for place, content in places.items()
            for value in PLANTED
            for spelling in spellings(value)
            if spelling in content
        ]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file under a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
