"""Cases with a hub of our own: SQLite, every commit on the disk before it is answered."""

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from certhub_schemas.purposes import Purpose
from certhub_verifier.formats import codes
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.status.statuslist import (
    SUSPENDED,
    StatusList,
    parse_statement,
    statement,
    status_uri,
)

from certhub.flows.records.import_ import import_file
from certhub.flows.verification import show, verify
from certhub.flows.verification.filing import VerificationRequest
from certhub.flows.verification.show import Choice, Mode
from certhub.jobs.status_lists import TYP, publish_due
from certhub.records.certificates.record import Certificate
from certhub.records.status import store as status
from certhub.records.status.store import Slot
from certhub.verification.tickets.item import TicketItem
from tests.bench import made
from tests.bench.figures import Case, Effort, Figure, Kind, Round, Taken
from tests.bench.floor import done_by
from tests.bench.meters import spend, stopwatch
from tests.support.credentials import MATTER
from tests.support.region import Clock, Region, make_regions

ROWS = 2_000
REVOKED = 1_310  # suspended, to come back; of 131,072 slots: 1 %, as in the yardstick's figures
WINDOW = "1号窗口"


class RunningClock(Clock):
    """The machine's clock, where tests have one that stands still: row ids then come in order of time.

    It can be put forward, for what happens once a second and is measured more often.
    """

    ahead = timedelta()

    def now(self) -> datetime:
        """Return the current time, and what it was put forward by."""
        return datetime.now(UTC) + self.ahead

    def pass_(self, **time: float) -> None:
        """Put it forward."""
        self.ahead += timedelta(**time)

    def monotonic(self) -> float:
        """Return seconds that only differ."""
        return time.monotonic()


@contextmanager
def home(folder: Path) -> Iterator[Region]:
    """Give a region that runs, its demo in it."""
    with make_regions(folder, clock=RunningClock()) as (region, _):
        yield region


def shown(region: Region) -> Certificate:
    """Return the licence that 张演示 may show."""
    return next(h.certificate for h in show.held_by(region.holder, hub=region.hub) if h.acting_for)


def ticket(region: Region, certificate: Certificate) -> str:
    """Return a fresh ticket that shows it."""
    choice = Choice((TicketItem(certificate.certificate_id),), Mode.TICKET)
    return show.show(choice, by=region.holder, hub=region.hub).code


@contextmanager
def _import(folder: Path, effort: Effort) -> Iterator[Round]:
    with home(folder) as region:
        by, number, first = region.agency, effort.sized(ROWS), count(0, effort.sized(ROWS))

        def one_file() -> None:
            data = io.BytesIO(made.rows(next(first), number))
            tally = import_file(data, "bench.csv", by=by, hub=region.hub)
            assert (tally.issued, tally.refused) == (number, [])

        one_file()

        def measure() -> list[Taken]:
            with stopwatch() as watch:
                one_file()
            more = {"certificates_per_s": number / watch.wall_us * 1e6}
            return [
                Taken("import", watch.wall_us / number, more=more),
                Taken("import-cpu", watch.cpu_us / number),
            ]

        yield measure


@contextmanager
def _show(folder: Path, effort: Effort) -> Iterator[Round]:
    with home(folder) as region:
        certificate, by, hub = shown(region), region.holder, region.hub
        choice = Choice((TicketItem(certificate.certificate_id),), Mode.TICKET)

        def deed(_: int) -> None:
            made_out = show.show(choice, by=by, hub=hub)
            assert isinstance(codes.read_code(made_out.code), codes.Ticket)
            assert not made_out.warnings

        yield lambda: [Taken("show", spend(deed, seconds=effort.seconds).cpu_us, done_by(lambda: deed(0)))]


@contextmanager
def _verify(folder: Path, effort: Effort) -> Iterator[Round]:
    """The whole flow behind POST /api/v1/verifications, without HTTP: used once, filed, receipt signed."""
    with home(folder) as region:
        certificate, by, number = shown(region), region.clerk, effort.sized(100)

        def deed(code: str) -> None:
            report = verify.verify(VerificationRequest(code, MATTER, WINDOW), by=by, hub=region.hub)
            assert (report["verdict"], len(report["items"])) == ("valid", 1)

        work = done_by(lambda: deed(ticket(region, certificate)))

        def measure() -> list[Taken]:
            tickets = [ticket(region, certificate) for _ in range(number)]
            with stopwatch() as watch:
                for code in tickets:
                    deed(code)
            return [Taken("verify-flow", watch.cpu_us / number, work)]

        yield measure


@contextmanager
def _publish(folder: Path, effort: Effort) -> Iterator[Round]:
    with home(folder) as region:
        hub, numbers = region.hub, count()
        with hub.writing() as unit:
            owners = [(0, unit.new_id()) for _ in range(effort.sized(REVOKED))]
            slots = status.allocate(unit, owners)
            for slot, owner in zip(slots, owners, strict=True):
                status.set_value(unit, slot, SUSPENDED, owner=owner)
        list_no = slots[0].list_no

        def change(at: int) -> tuple[Slot, int]:
            number, value = at % len(slots), SUSPENDED * (at // len(slots) % 2)
            slot = slots[number]
            with hub.writing() as unit:
                status.set_value(unit, slot, value, owner=owners[number])
            return slot, value

        def measure() -> list[Taken]:
            us, rebuilt, number = 0.0, 0.0, effort.sized(20)
            for _ in range(number):
                slot, value = change(next(numbers))
                region.clock.pass_(seconds=1)
                with stopwatch() as watch:
                    published = publish_due(hub, {list_no})
                us += watch.cpu_us / number
                assert (published, _says(region, slot)) == ([list_no], value)
                with stopwatch() as watch:
                    token = _rebuilt(region, list_no)
                rebuilt += watch.cpu_us / number
            size = len(hub.public_files.get(f"status/{list_no}"))
            more: dict[str, float | str] = {"bytes": size, "bytes_level_6": len(token)}
            return [Taken("publish", us, against_us=rebuilt, more=more), Taken("publish-cpu", us)]

        yield measure


def _says(region: Region, slot: Slot) -> int:
    """Return what the list among the public files says of a slot."""
    token = region.hub.public_files.get(f"status/{slot.list_no}")
    return parse_statement(jws.parse(token, TYP).payload).statuses.get(slot.index)


def _rebuilt(region: Region, list_no: int) -> str:
    """Build and sign the whole list the plain way, at zlib's level 6, in memory."""
    hub = region.hub
    with hub.reading() as unit:
        spoken, at = status.values_of(unit, list_no), int(unit.now.timestamp())
        size = next(one.size for one in status.lists(unit) if one.list_no == list_no)
    packed = StatusList.blank(size).with_statuses(spoken)
    name = status_uri(hub.region, list_no)
    said = statement(sub=name, bits=packed.bits, lst=packed.pack(6), iat=at, exp=at + 86_400, ttl=30)
    return jws.sign(said, typ=TYP, key=hub.signer(Purpose.STATUS))


CASES = (
    Case(
        "import",
        (
            Figure("import", Kind.RATE, "certificates/s ÷ signatures/s, one process, all durable", ">= 0.15"),
            Figure(
                "import-cpu",
                Kind.SIGNS,
                "CPU of one imported certificate, in signatures",
                "<= 6.7 (1 ÷ 0.15)",
            ),
        ),
        _import,
    ),
    Case("show", (Figure("show", Kind.SIGNS, "CPU of one ticket minted, in signatures"),), _show),
    Case(
        "verify-flow",
        (Figure("verify-flow", Kind.SHARE, "the flow behind the HTTP call, in process"),),
        _verify,
    ),
    Case(
        "publish",
        (
            Figure(
                "publish",
                Kind.AGAINST,
                "list after one change ÷ plain rebuild at level 6",
                "<= 0.20 (1e7 slots)",
            ),
            Figure("publish-cpu", Kind.SIGNS, "the same, in signatures (131,072 slots, 1 % set)"),
        ),
        _publish,
    ),
)
