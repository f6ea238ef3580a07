"""The process that dies: `python -m tests.drills.child`, ordered about by tests/drills/orders.py.

It imports the hub once, then forks for every order, so that a death costs milliseconds. What a forked process
does, and where it kills itself (SIGKILL: no handler, no flush, no goodbye), is in the order, one JSON object a line:

    {"do": "issue", "folder": DIR, "time": ISO, "kill": {"step": "issue:4"}, "journal": FILE, "acks": FILE, …}
    kill   {"step": name} before a numbered step, {"statement": n} before the n-th SQL statement,
           {"commit": n} before the n-th commit, {} never
    ← {"ended": [-9]}      the exit status of every process that was forked (negative: a signal)
"""

import json
import multiprocessing
import os
import signal
import sqlite3
import sys
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from itertools import repeat
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any
from uuid import UUID

from certhub_keys.signer import Signer
from certhub_verifier.formats.exchange.notice import Settlement
from sqlalchemy import Engine, event

from certhub.db import leases
from certhub.demo.people import LICENCE, NOODLES
from certhub.flows.people import disputes, enrolment, looks, organisation, sign_in, staff
from certhub.flows.records import change, issue, renew
from certhub.flows.records.change import Order
from certhub.flows.records.import_ import import_file
from certhub.flows.regions.switch import switch
from certhub.flows.verification import (
    case,
    consent,
    counter_request,
    offline_bundle,
    outcome,
    reveal,
    show,
    verify,
)
from certhub.flows.verification.counter_request import CheckOrder, RequestOrder
from certhub.flows.verification.filing import VerificationRequest
from certhub.flows.verification.show import Choice, Mode
from certhub.hub import Hub
from certhub.hub.keyring import Keyring
from certhub.jobs.runner import run_once
from certhub.people.organisation.nodes import NodeKind
from certhub.people.parties import store as parties
from certhub.people.parties.people import Actor, Role
from certhub.records.certificates.rules import Transition
from certhub.settings import Settings
from certhub.setup.adopting import bring_up
from certhub.verification.receipts.result import Result
from certhub.verification.tickets.item import TicketItem
from tests.support.meddled import Meddled
from tests.support.messages import by_mail
from tests.support.organisation import agency
from tests.support.region import Clock, Wire
from tests.support.staff_deeds import MEMBER, PASSWORD
from tests.support.story import BUSINESS, key, licence

Order_ = Mapping[str, Any]
FORK = multiprocessing.get_context("fork")


def die() -> None:
    """End as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def journalled(signer: Signer, journal: Path) -> Meddled:
    """Return a signer that leaves every signing input on disk, durably, before its signature exists."""

    def sign(signer: Signer, message: bytes) -> bytes:
        write_down(journal, message.decode("ascii"))
        return signer.sign(message)

    return Meddled(signer, sign)


def write_down(file: Path, line: str) -> None:
    """Append one line, durably: what stands there happened."""
    written = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(written, line.encode() + b"\n")
    os.fsync(written)
    os.close(written)


def open_hub(order: Order_, *, region: str = "", dies: bool = True) -> Hub:
    """Open the order's hub, with a journal of what is signed and the plug pulled where the order says.

    `region` names the hub in the folder beside it instead; one that does not die is nobody's victim.
    """
    kill = order.get("kill", {}) if dies else {}
    folder = Path(order["folder"])

    def step(name: str) -> None:
        if name == kill.get("step"):
            die()

    hub = Hub.open(
        Settings.load(folder.parent / region if region else folder),
        clock=Clock(datetime.fromisoformat(order["time"])),
        network=Wire(),
        step=step,
    )
    pull_at(hub.database.engine, kill)
    lend = hub.keyring.lend
    journal = Path(order["journal"])
    return replace(hub, keyring=Keyring(hub.region, lambda kid: journalled(lend(kid), journal)))


def pull_at(engine: Engine | type[Engine], kill: Mapping[str, Any]) -> None:
    """Die before the n-th statement or commit of an engine.

    SQLite itself tells of each statement, also of those of the driver; on PostgreSQL those are not heard of.
    """
    for what, moment in (("statement", "before_cursor_execute"), ("commit", "commit")):
        if what in kill:
            die_at = _at_the(kill[what])

            def trace(
                connection: Any, _: object, what: str = what, die_at: Callable[..., None] = die_at
            ) -> None:
                def hear(text: str) -> None:
                    word = text.split(maxsplit=1)[0].upper()
                    if word == "COMMIT" if what == "commit" else word not in SQLITE_ALONE:
                        die_at()

                if isinstance(connection, sqlite3.Connection):
                    connection.set_trace_callback(hear)

            event.listen(engine, "connect", trace)

            def core(connection: Any, *_: object, die_at: Callable[..., None] = die_at) -> None:
                if connection.dialect.name != "sqlite":
                    die_at()

            event.listen(engine, moment, core)


SQLITE_ALONE = {"BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "--"}
"""What is no statement of ours: transactions, settings, and what a trigger or an index does inside."""


def _at_the(number: int) -> Callable[..., None]:
    """Return a listener that dies when it hears of the n-th."""
    left = [number]

    def listen(*_: object) -> None:
        left[0] -= 1
        if left[0] <= 0:
            die()

    return listen


def account(hub: Hub, role: Role) -> Actor:
    """Return the demo's account of a role."""
    with hub.reading() as unit:
        return next(actor for actor in parties.accounts(unit) if actor.role is role)


def issue_one(order: Order_) -> None:
    """Issue the licence with the order's number, and acknowledge it with its id."""
    hub = open_hub(order)
    by = account(hub, Role.AGENCY)
    made, _ = issue.issue(licence(order["number"]), by=by, hub=hub, key=key(order["number"]))
    acknowledge(order, made["id"])


def verify_one(order: Order_) -> None:
    """Verify the order's code, and acknowledge the report with its verdict."""
    hub = open_hub(order)
    question = VerificationRequest(
        order["code"], BUSINESS, "1号窗口", verification_id=order["verification_id"]
    )
    report = verify.verify(question, by=account(hub, Role.CLERK), hub=hub)
    acknowledge(order, f"{order['verification_id']} {report['verdict']} {report['code']}")


def ask_one(order: Order_) -> None:
    """Scan the order's code of 420700 in 420100, where one of the two dies; acknowledge the report's code."""
    wire = Wire()
    home = open_hub(order, dies=order["victim"] == "provider")
    other = replace(open_hub(order, region="420100", dies=order["victim"] == "asker"), network=wire)
    wire.hubs |= {home.region: home, other.region: other}
    question = VerificationRequest(
        order["code"], BUSINESS, "1号窗口", verification_id=order["verification_id"]
    )
    acknowledge(order, verify.verify(question, by=account(other, Role.CLERK), hub=other)["code"])


def bundle_one(order: Order_) -> None:
    """Take an offline bundle, and acknowledge it."""
    hub = open_hub(order)
    acknowledge(order, offline_bundle.offline_bundle(by=account(hub, Role.CLERK), hub=hub))


def work_one(order: Order_) -> None:
    """Let the worker have its turn: the lease, the clock, publish, then sweep."""
    hub = open_hub(order)
    with hub.writing() as unit:
        leases.beat(unit, leases.WORKER, "drill")
    for job in ("clock", "publish", "sweep"):
        run_once(hub, job)
    acknowledge(order, "worked")


def show_one(order: Order_) -> None:
    """Show the order's certificate, and acknowledge the code."""
    hub = open_hub(order)
    choice = Choice((TicketItem(order["certificate_id"], None),), Mode(order["mode"]))
    acknowledge(order, show.show(choice, by=account(hub, Role.HOLDER), hub=hub).code)


def revoke_one(order: Order_) -> None:
    """Revoke the order's certificate, and acknowledge it."""
    hub = open_hub(order)
    decided = Order("演示", "鄂演决字〔2026〕第9号")
    by, once = account(hub, Role.AGENCY), key(f"revoke {order['certificate_id']}")
    acknowledge(
        order,
        change.change(order["certificate_id"], Transition.REVOKE, decided, by=by, hub=hub, key=once)["state"],
    )


def renew_one(order: Order_) -> None:
    """Renew the order's certificate, and acknowledge the id of the next version."""
    hub = open_hub(order)
    decided = Order("演示", "鄂演决字〔2026〕第9号")
    by, once = account(hub, Role.AGENCY), key(f"renew {order['certificate_id']}")
    acknowledge(order, renew.renew(order["certificate_id"], decided, None, by=by, hub=hub, key=once)["id"])


def outcome_one(order: Order_) -> None:
    """Conclude the order's verification, and acknowledge the result that counts."""
    hub = open_hub(order)
    by, result = account(hub, Role.CLERK), Result(order["result"])
    told = outcome.conclude(order["vid"], result, order["note"], by=by, hub=hub)
    acknowledge(order, f"{order['vid']} {told['result']}")


def request_one(order: Order_) -> None:
    """Open a request at the counter, and acknowledge its code."""
    hub = open_hub(order)
    opened = counter_request.open_counter_request(
        RequestOrder(BUSINESS, "1号窗口", order["case_number"], check=CheckOrder("id_card_seen")),
        by=account(hub, Role.CLERK),
        hub=hub,
    )
    acknowledge(order, f"{opened.request_id} {opened.code}")


def offer_one(order: Order_) -> None:
    """See the order's request as its holder, and acknowledge it."""
    hub = open_hub(order)
    offered = consent.offer(order["code"], by=account(hub, Role.HOLDER), hub=hub)
    acknowledge(order, f"{order['code']} {offered['state']}")


def consent_one(order: Order_) -> None:
    """Consent to the order's request, and acknowledge it."""
    hub = open_hub(order)
    items = (TicketItem(order["certificate_id"]),)
    done = consent.consent(order["code"], items, order["match"], by=account(hub, Role.HOLDER), hub=hub)
    acknowledge(order, f"{order['code']} {done['state']}")


def dispute_one(order: Order_) -> None:
    """Object to the order's look, and acknowledge it."""
    hub = open_hub(order)
    made = looks.dispute(order["look"], "不是我", by=account(hub, Role.HOLDER), hub=hub)
    acknowledge(order, made["state"])


def settle_one(order: Order_) -> None:
    """Settle the order's dispute in 420100, where the look was made, and acknowledge it."""
    hub = open_hub(order, region="420100")
    by = account(hub, Role.OPERATOR)
    settled = disputes.settle("420700", order["look"], Settlement.JUSTIFIED, None, by=by, hub=hub)
    acknowledge(order, settled["state"])


def notify_one(order: Order_) -> None:
    """Let 420700 send its notices to 420100, where one of the two dies; acknowledge how many were sent."""
    wire = Wire()
    home = replace(open_hub(order, dies=order["victim"] == "sender"), network=wire)
    other = open_hub(order, region="420100", dies=order["victim"] == "taker")
    wire.hubs |= {home.region: home, other.region: other}
    acknowledge(order, str(run_once(home, "notices").how_many))


def send_message_one(order: Order_) -> None:
    """Let the worker send what waits for people, by the mail server of the order, and acknowledge how many ended."""
    hub = by_mail(open_hub(order), order["port"])
    acknowledge(order, str(run_once(hub, "messages").how_many))


def ask_holder_one(order: Order_) -> None:
    """Ask whether the noodle shop could show what the order's case needs, and acknowledge it."""
    hub = open_hub(order)
    shop = (NOODLES.id_type, NOODLES.id_number)
    case.ask_holder(order["case_id"], shop, by=account(hub, Role.CLERK), hub=hub)
    acknowledge(order, order["case_id"])


def reveal_one(order: Order_) -> None:
    """Reveal a value of the order's verification, and acknowledge that it was given."""
    hub = open_hub(order)
    reveal.reveal(order["vid"], 0, order["field"], by=account(hub, Role.CLERK), hub=hub)
    acknowledge(order, order["vid"])


def switch_one(order: Order_) -> None:
    """Stop the other region, or resume it, and acknowledge that it is done."""
    hub = open_hub(order)
    by = account(hub, Role.OPERATOR).key
    switch("420100", is_stopped=order["is_stopped"], reason="演练", by=by, hub=hub)
    acknowledge(order, f"switched {order['n']}")


def import_one(order: Order_) -> None:
    """Import the order's file, and acknowledge how it ended."""
    hub = open_hub(order)
    file = Path(order["file"])
    with file.open("rb") as source:
        tally = import_file(
            source,
            file.name,
            by=account(hub, Role.AGENCY),
            hub=hub,
            processes=order.get("processes", 1),
            progress=lambda rows: acknowledge(order, f"settled {rows}"),
        )
    acknowledge(order, json.dumps(tally.to_dict() | {"done": True}))


def race(order: Order_, place: int, start: Barrier) -> None:
    """Let this process' share of the clients ask for each code at the same moment as all the others."""
    hub = open_hub(order)
    clerk = account(hub, Role.CLERK)
    mine = range(place, order["clients"], order["processes"])
    told = Path(f"{order['acks']}.{place}")

    def ask(client: int, number: int, code: str) -> str:
        by = replace(clerk, account=UUID(int=client))
        question = VerificationRequest(
            code, BUSINESS, f"{client}号窗口", verification_id=f"race-{number}-{client}"
        )
        report = verify.verify(question, by=by, hub=hub)
        return f"{number} {client} {report['verdict']} {report['code']}\n"

    with ThreadPoolExecutor(len(mine)) as clients, told.open("a", encoding="utf-8") as file:
        for number, code in enumerate(order["codes"]):
            start.wait(60)
            file.writelines([*clients.map(ask, mine, repeat(number), repeat(code))])


def acknowledge(order: Order_, text: str) -> None:
    """Tell the outside world that it is done: from here on it must not be lost."""
    write_down(Path(order["acks"]), text)


def migrate_one(order: Order_) -> None:
    """Bring the order's hub of before up to this version, and acknowledge how many rows were adopted."""
    kill = order.get("kill", {})

    def step(name: str) -> None:
        if name == kill.get("step"):
            die()

    pull_at(Engine, kill)  # the engine is opened inside
    adopted = bring_up(
        Settings.load(Path(order["folder"])),
        now=datetime.fromisoformat(order["time"]),
        random=os.urandom,
        step=step,
    )
    acknowledge(order, str(0 if adopted is None else sum(adopted.rows.values())))


def add_agency_one(order: Order_) -> None:
    """Put the order's agency on record."""
    hub = open_hub(order)
    organisation.add(
        NodeKind.AGENCY, agency(order["code"], kinds=LICENCE), by=account(hub, Role.OPERATOR), hub=hub
    )


def list_agencies_one(order: Order_) -> None:
    """Let the trust list say what the organisation says."""
    run_once(open_hub(order), "list")


def add_staff_one(order: Order_) -> None:
    """Enter a member of staff."""
    hub = open_hub(order)
    staff.add_staff({**MEMBER, "number": order["number"]}, by=account(hub, Role.OPERATOR), hub=hub)


def enrol_one(order: Order_) -> None:
    """Use the order's invitation."""
    hub = open_hub(order)
    enrolment.accept(order["token"], PASSWORD, order["code"], device="a browser", hub=hub)


def sign_in_one(order: Order_) -> None:
    """Sign in with the order's number and code."""
    hub = open_hub(order)
    sign_in.sign_in(order["number"], PASSWORD, order["code"], device="a browser", hub=hub)


DEEDS: Mapping[str, Callable[[Order_], None]] = {
    "issue": issue_one,
    "verify": verify_one,
    "ask": ask_one,
    "bundle": bundle_one,
    "work": work_one,
    "show": show_one,
    "revoke": revoke_one,
    "renew": renew_one,
    "outcome": outcome_one,
    "reveal": reveal_one,
    "request": request_one,
    "offer": offer_one,
    "consent": consent_one,
    "dispute": dispute_one,
    "settle": settle_one,
    "notify": notify_one,
    "ask_holder": ask_holder_one,
    "send_message": send_message_one,
    "switch": switch_one,
    "import": import_one,
    "migrate": migrate_one,
    "add_agency": add_agency_one,
    "list_agencies": list_agencies_one,
    "add_staff": add_staff_one,
    "enrol": enrol_one,
    "sign_in": sign_in_one,
}


def fork(deed: Callable[[], None]) -> int:
    """Do something in a process of its own; return its id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        deed()
    except BaseException:  # noqa: BLE001  the zygote's stack must never go on in the child
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def obey(order: Order_) -> list[int]:
    """Carry an order out; return how each process ended."""
    if order["do"] == "race":
        start = FORK.Barrier(order["processes"])
        pids = [fork(lambda place=place: race(order, place, start)) for place in range(order["processes"])]
    else:
        pids = [fork(lambda: DEEDS[order["do"]](order))]
    if "after_seconds" in order:
        signal.sigtimedwait([signal.SIGCHLD], order["after_seconds"])
        os.kill(pids[0], signal.SIGKILL)
    return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]


def main() -> None:
    """Obey, line by line."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    for line in sys.stdin:
        print(json.dumps({"ended": obey(json.loads(line))}), flush=True)  # noqa: T201  how the two speak


if __name__ == "__main__":
    main()
