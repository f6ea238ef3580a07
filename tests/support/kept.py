"""What this code signs, in one file: `python -m tests.support.kept > tests/formats/kept/format-3.json`.

Two demo regions of its own and their own flows: questions and answers, a counter's requests, receipts with their
openings, a device bundle, an agreement, and the trust files of that day. Whoever changes a format lets the code of
before write its file first: what is kept is read for ever, and only the code that wrote a format can write it.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from certhub.demo import people as p
from certhub.flows.verification import results
from certhub.flows.verification.counter_request import CheckOrder
from certhub.flows.verification.offline_bundle import offline_bundle
from certhub.jobs.status_lists import publish
from certhub.records.catalog.draft import RawDraft
from certhub.records.certificates.rules import Transition
from tests.support import named
from tests.support.drafts import draft_of
from tests.support.region import Region, make_regions
from tests.support.requests import consented, opened
from tests.support.story import FOOD, LAND, change, food, issued, licence, marriage, scan, sealed, ticket

SOCIAL_INSURANCE, MEDICAL_PAYMENT = "PLACEHOLDER-907", "PLACEHOLDER-911"
CASE = "鄂受-2026-1"
AGREEMENT = "regions/420100/agreements/420700.1.json"


@dataclass
class Kept:
    """What was signed so far, by what it shows."""

    home: Region
    other: Region
    asked: list[dict[str, Any]] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)

    def receipt(self, what: str, region: Region, report: Mapping[str, Any]) -> None:
        """Keep the receipt of a report, and what the report said."""
        filed = results.receipt(report["verification_id"], by=region.clerk, hub=region.hub)
        self.receipts.append(
            {
                "what": what,
                "file": json.dumps(filed, ensure_ascii=False, separators=(",", ":")),
                "verdict": report["verdict"],
                "code": report["code"],
                "items": len(report["items"]),
                "materials": report["materials"],
                "requirements": {one["id"]: one["state"] for one in report["requirements"]},
                "identifiers": [one["identifier"] for one in filed["opening"] if "identifier" in one],
                "arguments": [one["argument"] for one in filed["opening"] if "argument" in one],
            }
        )

    def at_home(self, what: str, code: str, matter: str, **more: Any) -> None:
        """Scan at home, and keep the receipt."""
        self.receipt(what, self.home, scan(self.home, code, matter, **more))

    def elsewhere(self, what: str, code: str, matter: str) -> None:
        """Scan in the other region, and keep question, answer and receipt."""
        before = len(self.home.wire.sent)
        report = scan(self.other, code, matter, window="2号窗口")
        if len(self.home.wire.sent) > before:
            _, question, answer = self.home.wire.sent[-1]
            self.asked.append({"what": what, "question": question.decode(), "answer": answer.decode()})
        self.receipt(what, self.other, report)

    def requested(self, what: str, matter: str, certificate: str, **order: Any) -> None:
        """Let the other region's counter request, and the holder consent at home; keep what both sent."""
        before = len(self.home.wire.sent)
        found = consented(self.home, self.other, opened(self.other, matter, **order), certificate)
        sent = self.home.wire.sent[before:]
        given = [(body.decode(), json.loads(reply)) for _, body, reply in sent]
        self.requests.append(
            {
                "what": what,
                "questions": [body for body, reply in given if "request" in reply],
                "request": next(reply["request"] for _, reply in given if "request" in reply),
                "checks": [reply["check"] for _, reply in given if reply.get("check")],
                "answer": next(body for body, reply in given if "request" not in reply),
            }
        )
        self.receipt(what, self.other, found["report"])


def _insurance(number: str) -> RawDraft:
    return draft_of(
        named.SOCIAL,
        named.LABOUR,
        number,
        p.ZHANG,
        姓名=p.ZHANG.name,
        社会保障号码=p.ZHANG.id_number,
        参保地="湖北省鄂州市",
        参保险种="城镇职工基本医疗保险",
    )


def _benefits(number: str) -> RawDraft:
    return draft_of(
        named.SENIOR,
        named.CIVIL,
        number,
        p.ZHANG,
        姓名=p.ZHANG.name,
        出生日期="1900-01-01",
        优待类别="公共交通",
    )


def _estate(number: str) -> RawDraft:
    return draft_of(
        named.ESTATE,
        named.LAND,
        number,
        p.ZHANG,
        坐落="湖北省鄂州市鄂城区演示路8号",
        不动产单元号="420704001001GB00001F00010001",
        权利类型="国有建设用地使用权/房屋所有权",
        面积="86.5平方米",
    )


def keep(home: Region, other: Region) -> dict[str, Any]:
    """Let two regions do what people do, and return all that they signed."""
    kept = Kept(home, other)
    shop, kitchen = issued(home, licence("营-1")), issued(home, food("食-1"))
    insured = issued(home, _insurance("社-1"))

    code = ticket(home, shop, matter=FOOD)
    kept.elsewhere("one certificate, valid", code, FOOD)
    kept.elsewhere("the same code again", code, FOOD)
    kept.at_home("not needed", ticket(home, issued(home, marriage("婚-2")), matter=FOOD), FOOD)
    kept.elsewhere("fields withheld", ticket(home, shop, matter=FOOD, fields=("名称",)), FOOD)
    kept.elsewhere(
        "not needed, and outside the agreement",
        ticket(home, issued(home, marriage("婚-1")), matter=FOOD),
        FOOD,
    )
    kept.elsewhere("two certificates, one outside the agreement", ticket(home, shop, kitchen, insured), FOOD)
    kept.elsewhere("outside the agreement", ticket(home, shop), SOCIAL_INSURANCE)
    aged = ticket(home, issued(home, _benefits("老-1")), insured, matter=SOCIAL_INSURANCE)
    kept.elsewhere("an answer in the place of a value", aged, SOCIAL_INSURANCE)
    kept.elsewhere("a sealed code", sealed(home, shop), "PLACEHOLDER-901")
    kept.elsewhere("two certificates of a case", ticket(home, shop, kitchen, matter=FOOD), FOOD)
    gone = issued(home, licence("营-2"))
    code = ticket(home, gone, matter=FOOD)
    change(home, gone, Transition.REVOKE)
    kept.elsewhere("one certificate, revoked", code, FOOD)

    kept.at_home("the first of a case", ticket(home, shop, matter=FOOD), FOOD, case_number=CASE)
    kept.at_home("the second of a case", ticket(home, kitchen, matter=FOOD), FOOD, case_number=CASE)
    kept.at_home(
        "declared not applicable", ticket(home, shop, matter=FOOD), FOOD, not_applicable=("former-permit",)
    )
    kept.requested("consented in another region", LAND, issued(home, _estate("产-1")), check=_checked())
    kept.requested("consented, in a mode outside the agreement", LAND, issued(home, _estate("产-2")))
    unchecked = consented(home, home, opened(home, LAND), issued(home, _estate("产-3")))
    kept.receipt("consented, identity not checked", home, unchecked["report"])
    request = opened(
        home,
        MEDICAL_PAYMENT,
        case_number=CASE,
        declared={"社会保障号码": p.ZHANG.id_number},
    )
    kept.receipt("compared with what was declared", home, consented(home, home, request, insured)["report"])

    publish(home.hub)
    return {
        "made_by": "",
        "at": home.clock.now().isoformat().replace("+00:00", "Z"),
        "asked": kept.asked,
        "requests": kept.requests,
        "receipts": kept.receipts,
        "bundle": offline_bundle(by=home.clerk, hub=home.hub),
        "trust": {name: content.decode() for name, content in home.hub.trust_folder.files().items()},
        "agreement": AGREEMENT,
    }


def _checked() -> CheckOrder:
    return CheckOrder("id_card_reader", p.ZHANG.id_type, p.ZHANG.id_number)


def main() -> None:
    """Write the file."""
    with TemporaryDirectory() as folder, make_regions(Path(folder)) as [home, other]:
        made = keep(home, other)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
    )
    made["made_by"] = f"CertHub at commit {commit.stdout.strip()}: its own two regions, its own flows"
    sys.stdout.write(json.dumps(made, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
