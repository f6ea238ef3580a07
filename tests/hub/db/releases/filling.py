"""A day's work over HTTP alone, the same for the code of every commit: what a release of ours must find again."""

import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.support.answers import answers
from tests.support.exports import csv_file, row
from tests.support.old_code import Code, Served

LICENCE = "11100000MB0143028R001"
MATTER = "PLACEHOLDER-901"
SHOP, SHOP_NUMBER = "示例小面馆", "92420799MA99990138"
REASON, DECISION, CASE = "当事人诸葛紫嫣7731来电", "鄂演决字〔2026〕第7731号", "案号-7731"
STATES = {
    "suspended": ("suspension",),
    "reinstated": ("suspension", "reinstatement"),
    "revoked": ("revocation",),
    "cancelled": ("cancellation",),
    "withdrawn": ("withdrawal",),
    "renewed": ("renewal",),
    "good": (),
}
"""What is done to each certificate after it was issued, by its name."""
UNREAD = "before-unread"
"""The verification whose receipt nobody has fetched, so that it is not signed yet."""
REGION_STOPPED = "420100"
PUBLISHED_SECONDS = 2.5
LEFT = 8  # rows of the import that is killed


def issue(hub: Served, number: str, *, key: str = "") -> str:
    """Issue a business licence to the noodle shop; return its id."""
    claims = {
        "名称": SHOP,
        "类型": "个体工商户",
        "法定代表人": "张演示",
        "法定代表人身份证号": "420799190001010015",
        "注册资本": "10万元人民币",
        "成立日期": "2024-01-05",
        "住所": "湖北省鄂州市鄂城区演示路8号",
        "经营范围": "餐饮服务",
    }
    body = {
        "kind": LICENCE,
        "holders": [{"name": SHOP, "id_type": "001", "id_number": SHOP_NUMBER}],
        "number": number,
        "issued_on": "2024-01-05",
        "valid_from": "2024-01-05",
        "valid_to": None,
        "claims": claims,
    }
    return str(hub.post("agency", "/api/v1/certificates", body, key=key)["id"])


def change(hub: Served, certificate_id: str, what: str) -> None:
    """Do something to a certificate, for a reason that names somebody."""
    body = {"reason": REASON, "decision_number": DECISION}
    hub.post("agency", f"/api/v1/certificates/{certificate_id}/{what}", body)


def show(hub: Served, *certificate_ids: str, mode: str = "ticket") -> str:
    """Let the holder show certificates; return the code."""
    items = [{"certificate_id": certificate_id} for certificate_id in certificate_ids]
    return str(hub.post("holder", "/api/v1/me/presentations", {"items": items, "mode": mode})["code"])


def verify(hub: Served, code: str, verification_id: str, **more: str) -> dict[str, Any]:
    """Let the clerk scan a code."""
    body = {"code": code, "matter": MATTER, "window": "1", "verification_id": verification_id} | more
    report: dict[str, Any] = hub.post("clerk", "/api/v1/verifications", body)
    return report


def told(report: dict[str, Any]) -> list[str]:
    """Return the verdict and its code."""
    return [report["verdict"], report["code"]]


def fill(home: Served, other: Served) -> dict[str, Any]:
    """Issue, change, show, verify at home and in the other region, conclude, reveal, stop; return what was made."""
    ids = {name: issue(home, f"升级-{name}") for name in STATES}
    for name, deeds in STATES.items():
        for what in deeds:
            change(home, ids[name], what)
    verdicts: dict[str, list[str]] = {}
    for name, certificate_id in ids.items():
        verdicts[f"before-{name}"] = told(
            verify(home, show(home, certificate_id), f"before-{name}", case_number=CASE)
        )
    used = show(home, ids["good"])
    verdicts["before-used"] = told(verify(home, used, "before-used"))
    verdicts["before-two"] = told(verify(home, show(home, ids["good"], ids["suspended"]), "before-two"))
    verdicts["before-sealed"] = told(verify(home, show(home, ids["good"], mode="sealed"), "before-sealed"))
    verdicts["before-abroad"] = told(verify(other, show(home, ids["good"]), "before-abroad"))
    verdicts["before-refused"] = told(verify(home, "EC1ABCDEFGHJKMNPQRST", "before-refused"))
    home.post(
        "clerk", "/api/v1/verifications/before-suspended/outcome", {"result": "reported", "note": REASON}
    )
    home.post("clerk", "/api/v1/verifications/before-good/outcome", {"result": "confirmed", "note": None})
    home.post("clerk", "/api/v1/verifications/before-good/reveal", {"item": 0, "field": "法定代表人"})
    home.post("operator", f"/api/v1/peers/{REGION_STOPPED}/suspension", {"reason": "演练"})
    home.post("operator", f"/api/v1/peers/{REGION_STOPPED}/resumption", {"reason": "演练"})
    verdicts[UNREAD] = told(verify(home, show(home, ids["good"]), UNREAD))
    receipts = {
        vid: home.get("clerk", f"/api/v1/verifications/{vid}/receipt")
        for vid in ("before-good", "before-suspended", "before-two")
    }
    return {"ids": ids, "verdicts": verdicts, "used": used, "receipts": receipts}


def finish(home: Served, facts: dict[str, Any]) -> None:
    """Say all that the code answers, and leave a code open."""
    time.sleep(PUBLISHED_SECONDS)
    facts["answers"] = answers(home.get, unread=UNREAD)
    facts["open"] = show(home, facts["ids"]["good"])
    facts["at"] = datetime.now(UTC).isoformat()


def leave_intended(code: Code, data: Path) -> int:
    """Kill an import between what it put on record and its signatures; return how many certificates it left so."""
    file = data.parent / "killed.csv"
    file.write_bytes(csv_file(*(row(f"升级-左-{at}") for at in range(LEFT))).getvalue())
    process = code.start("-m", "certhub", "import", str(file), "--data", str(data), stdout=subprocess.DEVNULL)
    with closing(sqlite3.connect(f"file:{data / 'certhub.db'}?mode=ro", uri=True)) as database:
        before = _intended(database)
        while process.poll() is None:
            if _intended(database) > before:
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.0005)
        process.wait(30)
        return _intended(database) - before


def _intended(database: sqlite3.Connection) -> int:
    found = database.execute("SELECT count(*) FROM certificate WHERE state = 'intended'").fetchone()
    return int(found[0])
