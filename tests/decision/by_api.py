"""The table by the API of a real hub: certificates of every kind, shown and requested as people do it.

    python -m tests.decision.by_api            every combination that certificates can be made for
    python -m tests.decision.by_api 300        so many of them, evenly spread

A combination that no certificate can have is passed over and counted: somebody who is sixty and not sixteen, or a
required claim that is absent.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from certhub_schemas import kinds
from certhub_schemas.codes import resident_id
from starlette.testclient import TestClient

from certhub.app import create_app
from certhub.demo import people as p
from certhub.demo.region_file import DemoRegion, read
from certhub.people.parties import store as parties
from certhub.people.parties.people import Party, Role
from tests.decision.expander import Case, Expected, Row, rules, table
from tests.decision.walk import Faults, faults
from tests.support.clients import client_of
from tests.support.region import Region, make_regions

PACKAGED = Path(__file__).parents[2] / "certhub" / "demo" / "region_files" / "420700.toml"
SOME = 300
OTHER_MATTER = {"PLACEHOLDER-901": "PLACEHOLDER-902"}
HERE, ELSEWHERE = "420704", "310101"
KINDS = {kind.code: kind for kind in kinds()}
READ = "id_card_reader"


def number_of(born: str) -> str:
    """Return the identity number of somebody born on a day, written YYYYMMDD."""
    body = f"420799{born}001"
    return body + resident_id.check_character(body)


PEOPLE = {
    "old": Party(p.ZHANG.name, "111", p.ZHANG.id_number),
    "grown": Party("甲样例", "111", number_of("19900101")),
    "child": Party("乙样例", "111", number_of("20200101")),
    "foreign": Party("丙样例", "414", "P1234567"),
}
AGES = {"old": ("yes", "yes"), "grown": ("yes", "no"), "child": ("no", "no")}
"""Whether somebody is sixteen, and sixty or older."""


@dataclass
class ByApi:
    """A hub whose first agency may issue every kind, and what was issued there, by what tells certificates apart."""

    region: Region
    client: TestClient
    numbers: Iterator[int] = field(default_factory=count)
    issued: dict[tuple[str, ...], str] = field(default_factory=dict)

    def call(self, method: str, path: str, who: str, body: Any = None) -> Any:
        """Call the API as somebody; anything but success fails here."""
        headers = {
            "Authorization": f"Bearer {self.region.tokens[who]}",
            "Idempotency-Key": f"k-{next(self.numbers)}",
        }
        answer = self.client.request(method, f"/api/v1{path}", json=body, headers=headers)
        assert answer.status_code < 300, (path, answer.text)
        return answer.json()

    def decide(self, case: Case) -> Expected:
        """Return what the hub says of a combination."""
        who = person_of(case)
        assert who is not None
        certificate = self.certificate(case, who)
        report = self.report(case, certificate, who)
        rows = {
            one["id"]: Row(one["state"], one.get("cause"), tuple(one.get("missing_fields", ())))
            for one in report["requirements"]
        }
        return Expected(report["verdict"], report["code"], bool(report["items"]), rows, report["materials"])

    def report(self, case: Case, certificate: str, who: str) -> Mapping[str, Any]:
        """Show a certificate as the combination says, and return the counter's report."""
        needed = rules().matters[case.matter].needed(case.kind)
        item: dict[str, Any] = {"certificate_id": certificate}
        if case.withheld:
            item["fields"] = [name for name in needed if name not in case.withheld]
        asked = {"matter": case.matter, "window": "1", "not_applicable": list(case.declared_away)}
        if case.mode in ("L2", "L3"):
            return self.requested(case, item, asked, who)
        body = {"items": [item], "mode": "sealed" if case.mode == "sealed" else "ticket"}
        if case.mode in ("ticket", "other"):
            body["matter"] = (
                case.matter if case.mode == "ticket" else OTHER_MATTER.get(case.matter, "PLACEHOLDER-901")
            )
        shown = self.call("POST", "/me/presentations", who, body)
        return dict(self.call("POST", "/verifications", "clerk", {"code": shown["code"], **asked}))

    def requested(
        self, case: Case, item: dict[str, Any], asked: dict[str, Any], who: str
    ) -> Mapping[str, Any]:
        """Let the counter request what the combination says, and the holder consent."""
        order = dict(asked)
        declared = declared_of(case)
        if declared is not None:
            order["declared"] = declared
            with self.region.hub.writing() as unit:
                unit.sql.exec_driver_sql(
                    "DELETE FROM case_quota"
                )  # a few holders, and more than three values a day
        if case.mode == "L3":
            person = PEOPLE[who]
            order["identity_check"] = {
                "method": READ,
                "id_type": person.id_type,
                "id_number": person.id_number,
            }
        request = self.call("POST", "/requests", "clerk", {**order, "case_number": f"c-{next(self.numbers)}"})
        self.call("GET", f"/me/requests/{request['code']}", who)
        match = self.call("GET", f"/requests/{request['request_id']}", "clerk")["match"]
        self.call("POST", f"/me/requests/{request['code']}/consent", who, {"items": [item], "match": match})
        return dict(self.call("GET", f"/requests/{request['request_id']}", "clerk")["report"])

    def certificate(self, case: Case, who: str) -> str:
        """Return a certificate of the combination's kind in its state, issued unless one is there."""
        division = division_of(case)
        made = (case.kind, case.state, who, division or "-")
        if made not in self.issued:
            self.issued[made] = self._issue(case, who, division)
        return self.issued[made]

    def _issue(self, case: Case, who: str, division: str | None) -> str:
        kind, today = KINDS[case.kind], self.region.clock.now().astimezone(UTC).date()
        ends = {"soon": today + timedelta(days=10), "expired": today - timedelta(days=1)}.get(case.state)
        person = PEOPLE[who]
        party = p.NOODLES if rules().kinds[case.kind].holder == "legal" else person
        holders = [party] if kind.min_holders == 1 else [party, PEOPLE["grown" if who != "grown" else "old"]]
        body = {
            "kind": case.kind,
            "holders": [
                {"name": one.name, "id_type": one.id_type, "id_number": one.id_number} for one in holders
            ],
            "number": f"n-{next(self.numbers)}",
            "issued_on": "2024-01-05",
            "valid_from": "2024-01-05",
            "valid_to": None if ends is None else ends.isoformat(),
            "claims": claims_of(case.kind, person, division),
        }
        made = self.call("POST", "/certificates", "agency", body)
        deed = {"suspended": "suspension", "revoked": "revocation", "superseded": "renewal"}.get(case.state)
        if deed is not None:
            order = {"reason": "演示", "decision_number": "1"}
            if deed == "renewal":
                order["valid_to"] = "2030-01-01"
            self.call("POST", f"/certificates/{made['id']}/{deed}", "agency", order)
        return str(made["id"])


def claims_of(code: str, person: Party, division: str | None) -> dict[str, str]:
    """Return claims that fit a kind, required ones and what the table asks for."""
    found = {}
    for one in KINDS[code].fields:
        if one.format == "division_code":
            if division is not None:
                found[one.title] = division
        elif one.format == "date":
            found[one.title] = "2020-01-05"
        elif one.format == "resident_id":
            found[one.title] = number_of("19900101")
        elif one.format == "uscc":
            found[one.title] = p.NOODLES.id_number
        elif one.title == COMPARED:
            found[one.title] = TRUE
        else:
            found[one.title] = "12"
    return found


COMPARED, TRUE, FALSE = "社会保障号码", number_of("19900101"), number_of("19900102")


def declared_of(case: Case) -> dict[str, str] | None:
    """Return what is declared for `equals`; None where nothing is."""
    for predicate, outcome in case.answers:
        if predicate.name == "equals" and outcome != "not computed":
            return {str(predicate.value): TRUE if outcome == "yes" else FALSE}
    return None


def division_of(case: Case) -> str | None:
    """Return the division code that gives the combination's answer; None where it is absent."""
    outcomes = {outcome for predicate, outcome in case.answers if predicate.name == "in_region"}
    return None if "undetermined" in outcomes else ELSEWHERE if "no" in outcomes else HERE


@cache
def person_of(case: Case) -> str | None:
    """Return who holds the certificate of a combination; None where nobody can."""
    answers = [
        (int(predicate.value), outcome)
        for predicate, outcome in case.answers
        if predicate.name == "age_at_least" and outcome != "not computed"
    ]
    if any(predicate.name == "equals" and outcome == "undetermined" for predicate, outcome in case.answers):
        return None  # the claim is required
    if not answers:
        return "old"
    if all(outcome == "undetermined" for _, outcome in answers):
        return "foreign"
    for who, (sixteen, sixty) in AGES.items():
        if all(outcome == (sixteen if years == 16 else sixty) for years, outcome in answers):
            return who
    return None


def a_region() -> DemoRegion:
    """Return the region of the story, whose first agency may issue every kind, and no other agency any."""
    text = PACKAGED.read_text(encoding="utf-8")
    head, _, _ = text.partition("[[certificates]]")
    first, *_ = head.split("[[agencies]]")[1:]
    everything = ", ".join(f'"{code}"' for code in sorted(KINDS))
    lines = [line for line in first.splitlines() if not line.startswith("kinds")]
    top = head.split("[[agencies]]")[0]
    return read(f"{top}[[agencies]]\n{chr(10).join(lines)}\nkinds = [{everything}]\n".encode(), str(PACKAGED))


@contextmanager
def hub_by_api(folder: Path) -> Iterator[ByApi]:
    """Found a hub that may issue every kind, with an account for each person, and call it by its API."""
    with make_regions(folder, [a_region()]) as [region]:
        with region.hub.writing() as unit:
            shop = parties.register(unit, p.NOODLES)
            for name, person in PEOPLE.items():
                index = parties.register(unit, person)
                parties.let_act(unit, index, shop, role="经营者")
                account = parties.open_account(unit, Role.HOLDER, person.name, holder=index)
                parties.give_token(
                    unit, account.account, f"token-of-{name}", expires_at=datetime(2030, 1, 1, tzinfo=UTC)
                )
        region.tokens.update({name: f"token-of-{name}" for name in PEOPLE})
        with client_of(create_app(hub=region.hub), raises=False) as client:
            yield ByApi(region, client)


def pairs(number: int | None = None) -> list[tuple[Case, Expected]]:
    """Return the combinations that certificates can be made for, or so many of them, evenly spread."""
    found = [(case, expected) for case, expected in table() if person_of(case) is not None]
    if number is None:
        return found
    step = len(found) / number
    return [found[int(place * step)] for place in range(number)]


def walked(number: int | None = None) -> Faults[Case, Expected]:
    """Walk combinations by the API of a new hub."""
    with TemporaryDirectory() as folder, hub_by_api(Path(folder)) as hub:
        return faults(hub.decide, pairs(number))


def main() -> int:
    """Walk as many as were asked for; tell what differs."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else None
    found = walked(number)
    sys.stdout.write(f"{found}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
