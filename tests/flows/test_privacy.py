"""No personal value is found where it does not belong: database files, public files, logs, addresses (DESIGN D19).

Distinctive values are planted in every place where a person's data can enter; every flow is run, with its
errors; then every byte that a thief, an operator or a log collector could see is searched for them.
"""

import base64
import json
import logging
import traceback
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from certhub_schemas.codes import resident_id, uscc
from sqlalchemy import text
from sqlmodel import SQLModel

from certhub.demo import people as p
from certhub.errors import HubError
from certhub.flows.records import change as revoke
from certhub.flows.records import import_, issue, renew
from certhub.flows.records.change import Order
from certhub.flows.verification import outcome, results, reveal, show, verify
from certhub.flows.verification.filing import VerificationRequest
from certhub.flows.verification.offline_bundle import offline_bundle
from certhub.flows.verification.show import Choice, Mode
from certhub.jobs.peer_lists import fetch_peer_lists
from certhub.jobs.status_lists import publish
from certhub.jobs.sweeping import sweep
from certhub.people.parties import store as parties
from certhub.people.parties.people import Party, Role
from certhub.records.catalog.draft import RawDraft
from certhub.records.certificates.rules import Transition
from certhub.verification.receipts.result import Result
from certhub.verification.tickets.item import TicketItem
from tests.support import named
from tests.support.exports import csv_file, row
from tests.support.region import Region
from tests.support.story import BUSINESS, FOOD, LAND, change, key, scan

PERSON = Party("诸葛紫嫣验", "111", "420799190012310037")
SHOP = Party("紫嫣隐私测试饭铺", "001", "92420799MAPR77310")
NUMBER, ADDRESS, TRADE = "隐私编号-PRV-7731", "湖北省鄂州市紫嫣巷7731号", "紫嫣特制热食"
BAD_NUMBER = "420799190012310038"
REASON, DECISION, NOTE = "因紫嫣举报而处理", "紫嫣字第7731号", "紫嫣的照面可疑7731"
WINDOW, OFFICE, CASE, CLERK, ROLE = "紫嫣窗7731", "紫嫣办事大厅", "紫嫣案7731", "紫嫣窗口员", "紫嫣经营者"


def well_formed(party: Party) -> Party:
    """The party with the check character that its number needs."""
    body = party.id_number[:17]
    check = resident_id if party.id_type == "111" else uscc
    return replace(party, id_number=body + check.check_character(body))


PERSON, SHOP = well_formed(PERSON), well_formed(SHOP)
TYPED = (REASON, DECISION, NOTE, WINDOW, OFFICE, CASE, CLERK, ROLE)
PLANTED = (
    PERSON.name,
    PERSON.id_number,
    SHOP.name,
    SHOP.id_number,
    NUMBER,
    ADDRESS,
    TRADE,
    BAD_NUMBER,
    *TYPED,
)


def draft(number: str = NUMBER, **claims: str) -> RawDraft:
    """A licence full of planted values."""
    usual = {
        "名称": SHOP.name,
        "类型": "个体工商户",
        "法定代表人": PERSON.name,
        "法定代表人身份证号": PERSON.id_number,
        "注册资本": "10万元人民币",
        "成立日期": "2024-01-05",
        "住所": ADDRESS,
        "经营范围": TRADE,
    }
    holder = (SHOP.name, SHOP.id_type, SHOP.id_number)
    return RawDraft(
        p.LICENCE, named.MARKET, [holder], number, "2024-01-05", "2024-01-05", None, usual | claims
    )


def spellings(value: str) -> list[bytes]:
    """How a value may lie in a file: UTF-8, UTF-16, GB18030, JSON escapes, base64 at each of its three offsets, hex."""
    plain = value.encode()
    found = [
        plain,
        value.encode("utf-16-le"),
        value.encode("gb18030"),
        json.dumps(value)[1:-1].encode(),
        plain.hex().encode(),
    ]
    for offset in range(3):
        coded = base64.urlsafe_b64encode(b"\x00" * offset + plain).rstrip(b"=")
        found.append(coded[(0, 2, 3)[offset] : -2])  # the ends depend on the neighbours
    return [spelling for spelling in found if len(spelling) >= 8]


def every_flow(home: Region, other: Region, folder: Path) -> None:
    """Let the planted person and shop meet everything that the hub does, also what goes wrong."""
    with home.hub.writing() as unit:
        person, shop = (parties.register(unit, party) for party in (PERSON, SHOP))
        parties.let_act(unit, person, shop, role=ROLE)
        named = parties.open_account(unit, Role.CLERK, CLERK, office=OFFICE, window=WINDOW)
        parties.give_token(unit, named.account, "planted", expires_at=unit.now + timedelta(hours=1))
        holder = parties.open_account(unit, Role.HOLDER, PERSON.name, holder=person)

    def shown(certificate_id: str, mode: Mode = Mode.TICKET, matter: str | None = None) -> str:
        return show.show(Choice((TicketItem(certificate_id),), mode, matter), by=holder, hub=home.hub).code

    made, _ = issue.issue(draft(), by=home.agency, hub=home.hub, key=key("same"))
    issue.issue(draft(), by=home.agency, hub=home.hub, key=key("same"))
    certificate_id = str(made["id"])
    code = shown(certificate_id, matter=FOOD)
    scan(home, code, FOOD, case_number=CASE, window=WINDOW)
    question = VerificationRequest(shown(certificate_id), BUSINESS, WINDOW, CASE, "planted-1")
    verify.verify(question, by=named, hub=home.hub)
    results.receipt("planted-1", by=named, hub=home.hub)
    scan(home, code, FOOD)
    scan(home, code)  # for another matter than it was made for
    scan(other, shown(certificate_id))
    scan(home, shown(certificate_id), LAND)
    report = scan(other, shown(certificate_id, matter=FOOD), FOOD)
    assert {ADDRESS, TRADE} < {*report["items"][0]["disclosed"].values()}
    results.receipt(report["verification_id"], by=other.clerk, hub=other.hub)
    results.receipt(report["verification_id"], by=replace(other.clerk, is_page=True), hub=other.hub)
    outcome.conclude(report["verification_id"], Result.REPORTED, NOTE, by=other.clerk, hub=other.hub)
    outcome.latest(limit=10, by=other.clerk, hub=other.hub)
    outcome.reported(limit=10, before=None, hub=other.hub)
    for field in report["items"][0]["disclosed"]:
        reveal.reveal(report["verification_id"], 0, field, by=other.clerk, hub=other.hub)
    scan(home, shown(certificate_id, Mode.SEALED))
    scan(other, shown(certificate_id, Mode.SEALED))
    home.wire.down.add("420700")
    scan(other, shown(certificate_id))
    scan(other, shown(certificate_id, Mode.SEALED))
    home.wire.down.clear()
    order = Order(REASON, DECISION)
    revoke.change(certificate_id, Transition.SUSPEND, order, by=home.agency, hub=home.hub, key=key())
    scan(home, shown(certificate_id))
    revoke.change(certificate_id, Transition.REINSTATE, order, by=home.agency, hub=home.hub, key=key())
    renewed = renew.renew(certificate_id, order, None, by=home.agency, hub=home.hub, key=key())
    scan(other, shown(str(renewed["id"])))
    for wrong in (
        lambda: issue.issue(draft(经营范围="别的"), by=home.agency, hub=home.hub, key=key()),
        lambda: issue.issue(draft(法定代表人身份证号=BAD_NUMBER), by=home.agency, hub=home.hub, key=key()),
        lambda: issue.issue(replace(draft(), kind=NUMBER), by=home.agency, hub=home.hub, key=key()),
        lambda: issue.issue(replace(draft(), valid_from=ADDRESS), by=home.agency, hub=home.hub, key=key()),
        lambda: change(home, certificate_id, Transition.REVOKE),
        lambda: show.show(Choice((TicketItem(NUMBER),), Mode.TICKET), by=holder, hub=home.hub),
        lambda: scan(home, PERSON.id_number, matter=ADDRESS),
    ):
        with pytest.raises(HubError) as refused:
            wrong()
        logging.getLogger("certhub.test").warning(
            "%s %r %s", refused.value, refused.value, refused.value.detail
        )
    scan(home, PERSON.id_number)
    scan(home, NUMBER)
    good = row(
        "PRV-进-1", 持证主体=SHOP.name, 持证主体代码=SHOP.id_number, 经营者名称=SHOP.name, 经营场所=ADDRESS
    )
    bad = row(NUMBER, 持证主体=PERSON.name, 持证主体代码=BAD_NUMBER, 持证主体代码类型代码="111", 经营项目="")
    for check_only in (True, False):
        tally = import_.import_file(
            csv_file(good, bad, good), "x.csv", by=home.agency, hub=home.hub, check_only=check_only
        )
        for fault in tally.refused:
            logging.getLogger("certhub.test").warning("%s", fault)
    for region in (home, other):
        publish(region.hub)
        fetch_peer_lists(region.hub)
        sweep(region.hub)
        offline_bundle(by=region.clerk, hub=region.hub)


def searched(folder: Path) -> dict[str, bytes]:
    """Every file of both regions, with the write-ahead log while it is open."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_planted_values_are_found_nowhere(regions, home, other, tmp_path, caplog):
    """Zero hits in database files, public files, trust folders, logs and error texts, in every spelling."""
    with caplog.at_level(logging.DEBUG):
        every_flow(home, other, tmp_path)
    places = searched(tmp_path / "regions") | {"logs": caplog.text.encode()}

    hits = [
        (place, value)
        for place, content in places.items()
        for value in PLANTED
        for spelling in spellings(value)
        if spelling in content
    ]
    assert [] == hits
    if not home.hub.settings.database_url:
        assert {"420700/certhub.db", "420700/certhub.db-wal", "420700/public/status/1"} <= set(places)


@pytest.mark.parametrize("value", PLANTED)
def test_the_search_would_find_them(value):
    """A search that finds nothing proves something only if it finds what is there."""
    claims = json.dumps(["salt", "名称", value], ensure_ascii=False).encode()
    disclosure = base64.urlsafe_b64encode(claims).rstrip(b"=")
    hidden = [claims, json.dumps({"name": value}).encode(), disclosure, b"x'" + claims.hex().encode() + b"'"]

    for content in hidden:
        assert any(spelling in content for spelling in spellings(value))


@pytest.mark.postgres
def test_planted_values_are_found_in_no_table(home, other, tmp_path, caplog):
    """The same on PostgreSQL, where the files are the server's: every cell of every table, as bytes."""
    every_flow(home, other, tmp_path)

    for region in (home, other):
        with region.hub.reading() as unit:
            for table in SQLModel.metadata.sorted_tables:
                cells = [cell for found in unit.sql.execute(table.select()) for cell in found]
                content = b"\0".join(
                    cell if isinstance(cell, bytes) else str(cell).encode() for cell in cells
                )
                for value in PLANTED:
                    assert not any(spelling in content for spelling in spellings(value)), table.name


def test_between_regions_only_the_agreed_fields_travel(home, other, tmp_path):
    """What goes over the wire is meant for the other region; what is outside the agreement is not in it."""
    every_flow(home, other, tmp_path)

    for _, question, reply in home.wire.sent:
        for token in (question, reply):
            payload = base64.urlsafe_b64decode(token.split(b".")[1] + b"==").decode()
            assert PERSON.id_number not in payload
            assert SHOP.id_number not in payload


def test_no_address_carries_a_value(home, other, tmp_path):
    """Neither codes nor names are part of a URL that the hub asks for."""
    asked: list[str] = []

    class Noted:
        """The wire, with its addresses noted."""

        def post(self, url: str, body: bytes, *, content_type: str, timeout: float) -> bytes:
            asked.append(url)
            return home.wire.post(url, body, content_type=content_type, timeout=timeout)

        def get(self, url: str, *, timeout: float) -> bytes:
            asked.append(url)
            return home.wire.get(url, timeout=timeout)

    curious = replace(other, hub=replace(other.hub, network=Noted()))
    made, _ = issue.issue(draft(), by=home.agency, hub=home.hub, key=key())
    with home.hub.writing() as unit:
        holder = parties.open_account(unit, Role.HOLDER, "x", holder=parties.register(unit, SHOP))
    code = show.show(Choice((TicketItem(str(made["id"])),), Mode.TICKET), by=holder, hub=home.hub).code
    publish(home.hub)
    fetch_peer_lists(curious.hub)
    report = scan(curious, code, matter=BUSINESS)

    assert "valid" == report["verdict"]
    assert {
        "http://420700.test/xr/v1/query",
        "http://420700.test/status/",
        "http://420700.test/status/1",
        "http://420700.test/status/2",
    } == set(asked)
    assert code not in report["receipt_url"]


def test_an_error_of_the_database_carries_no_value(home):
    """A statement that fails is told without its parameters."""
    wrong = text("SELECT * FROM nowhere WHERE name = :name")

    with pytest.raises(Exception, match=r"nowhere|database") as broken, home.hub.reading() as unit:
        unit.sql.execute(wrong, {"name": PERSON.name})
    told_ = "".join(traceback.format_exception(broken.value))

    assert PERSON.name not in told_
