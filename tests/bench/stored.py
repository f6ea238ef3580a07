"""Cases with a hub of our own: SQLite, every commit on the disk before it is answered.

The hub holds certificates that were imported (tests/bench/stores.py); each showing is of another one.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
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
from certhub.flows.verification.show import Choice
from certhub.jobs.status_lists import TYP, publish_due
from certhub.people.parties.people import Actor
from certhub.records.status import store as status
from certhub.records.status.store import Slot
from tests.bench import made
from tests.bench.figures import Case, Effort, Figure, Kind, Round, Taken
from tests.bench.holders import Holders
from tests.bench.meters import stopwatch
from tests.bench.stores import Backend
from tests.support.credentials import MATTER
from tests.support.region import Region
from tests.support.signatures import Work, done_by

ROWS = 2_000
REVOKED = 1_310  # suspended, to come back; of 131,072 slots: 1 %, as in the yardstick's figures
WINDOW = "1号窗口"


@contextmanager
def home(effort: Effort, backend: Backend = Backend.SQLITE) -> Iterator[Region]:
    """Give a region that runs and holds what the effort says; its own copy."""
    with effort.stores.regions(effort.filled, backend) as (region, _):
        yield region


@contextmanager
def _import(_: Path, effort: Effort) -> Iterator[Round]:
    with home(effort) as region:
        by, number = region.agency, effort.sized(ROWS)
        first = count(effort.filled, number)

        def one_file(rows: int, processes: int = 1) -> None:
            data = io.BytesIO(made.rows(next(first), rows))
            tally = import_file(data, "bench.csv", by=by, hub=region.hub, processes=processes)
            assert (tally.issued, tally.refused) == (rows, [])

        one_file(number)
        work = done_by(lambda: one_file(1))

        def measure() -> list[Taken]:
            with stopwatch() as watch:
                one_file(number)
            cpu_us, more = watch.cpu_us / number, {"certificates_per_s": number / watch.wall_us * 1e6}
            with stopwatch() as by_two:
                one_file(number, processes=2)
            two = {"certificates_per_s": number / by_two.wall_us * 1e6}
            return [
                Taken("import-two", by_two.wall_us / number, against_us=watch.wall_us / number, more=two),
                Taken("import", watch.wall_us / number, work, cpu_us=cpu_us, more=more),
                Taken("import-cpu", cpu_us, work),
            ]

        yield measure


@contextmanager
def _show(_: Path, effort: Effort) -> Iterator[Round]:
    with home(effort) as region:
        holders = Holders(region)

        def measure() -> list[Taken]:
            number = effort.sized(100)
            choices = iter([holders.choice() for _ in range(number + 1)])
            work = done_by(lambda: showing(next(choices), region))
            with stopwatch() as watch:
                for one in choices:
                    showing(one, region)
            return [Taken("show", watch.cpu_us / number, work)]

        yield measure


def showing(one: tuple[Choice, Actor], region: Region) -> None:
    """Let a holder show, and look at the ticket."""
    choice, by = one
    made_out = show.show(choice, by=by, hub=region.hub)
    assert isinstance(codes.read_code(made_out.code), codes.Ticket)
    assert not made_out.warnings


def verifying(code: str, region: Region, by: Actor) -> None:
    """Verify a code by the flow behind POST /api/v1/verifications, and look at the answer."""
    report = verify.verify(VerificationRequest(code, MATTER, WINDOW), by=by, hub=region.hub)
    assert (report["verdict"], len(report["items"])) == ("valid", 1), report


def work_of(code: str, region: Region, by: Actor) -> Work:
    """Return the cryptography of one verification, counted in this thread."""
    return done_by(lambda: verifying(code, region, by))


@contextmanager
def _verify(_: Path, effort: Effort) -> Iterator[Round]:
    """The whole flow behind POST /api/v1/verifications, without HTTP: used once, filed, receipt signed."""
    with home(effort) as region:
        holders, by, number = Holders(region), region.clerk, effort.sized(100)
        verifying(holders.ticket(), region, by)

        def measure() -> list[Taken]:
            work = work_of(holders.ticket(), region, by)
            tickets = [holders.ticket() for _ in range(number)]
            with stopwatch() as watch:
                for code in tickets:
                    verifying(code, region, by)
            return [Taken("verify-flow", watch.cpu_us / number, work)]

        yield measure


@contextmanager
def _publish(_: Path, effort: Effort) -> Iterator[Round]:
    with home(effort) as region:
        hub, changes = region.hub, Changes(region, effort.sized(REVOKED))
        list_no = changes.list_no

        def measure() -> list[Taken]:
            us, rebuilt, number = 0.0, 0.0, effort.sized(20)
            for _ in range(number):
                slot, value = changes.next()
                region.clock.pass_(seconds=1)
                with stopwatch() as watch:
                    published = publish_due(hub, {list_no})
                us += watch.cpu_us / number
                assert (published, says(region, slot)) == ([list_no], value)
                with stopwatch() as watch:
                    token = _rebuilt(region, list_no)
                rebuilt += watch.cpu_us / number
            size = len(hub.public_files.get(f"status/{list_no}"))
            more: dict[str, float | str] = {"bytes": size, "bytes_level_6": len(token)}
            return [Taken("publish", us, against_us=rebuilt, more=more), Taken("publish-cpu", us)]

        yield measure


class Changes:
    """Slots of nobody in the newest list of a region: each is suspended, and comes back and goes in turn."""

    def __init__(self, region: Region, number: int) -> None:
        self._hub, self._numbers = region.hub, count()
        with region.hub.writing() as unit:
            self._owners = [(0, unit.new_id()) for _ in range(number)]
            slots = status.allocate(unit, self._owners)
            self.list_no = slots[0].list_no
            self._slots = [slot for slot in slots if slot.list_no == self.list_no]
            for slot, owner in zip(self._slots, self._owners, strict=False):
                status.set_value(unit, slot, SUSPENDED, owner=owner)

    def next(self) -> tuple[Slot, int]:
        """Change the next slot; return it and what it says now."""
        at = next(self._numbers)
        number, value = at % len(self._slots), SUSPENDED * (at // len(self._slots) % 2)
        slot = self._slots[number]
        with self._hub.writing() as unit:
            status.set_value(unit, slot, value, owner=self._owners[number])
        return slot, value


def says(region: Region, slot: Slot) -> int:
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
            Figure("import", Kind.RATE, "certificates/s ÷ signatures/s, one process, all durable"),
            Figure("import-two", Kind.GAIN, "certificates/s by two processes ÷ by one"),
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
