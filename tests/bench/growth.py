"""How each hot figure grows with the number of certificates, on both databases.

The ratio is the cost at the largest size ÷ the cost at 10,000 (at the smallest, where 10,000 is the largest). A cost is
the median of the wall times of single items: what the database works for us is in it, and a neighbour's burst is not.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median

from certhub_keys.testing import fixed_signer
from certhub_verifier.trust import TrustSet

from certhub.db import outbox
from certhub.flows.records import find
from certhub.history.events import store as history
from certhub.history.events.catalogue import CERTIFICATE_ISSUED
from certhub.hub.keyring import Keyring
from certhub.jobs.status_lists import PUBLISH_SECONDS, publish_due, turn_decoys
from certhub.people.parties.people import Actor
from certhub.records.certificates.query import CertificateQuery
from tests.bench import made, stored
from tests.bench.figures import Case, Effort, Figure, Kind, Round, Taken
from tests.bench.gates import GROWING
from tests.bench.holders import Holders
from tests.bench.stores import Backend
from tests.support.credentials import HOME, NOW
from tests.support.region import Region

BASE = 10_000
TURNS, ITEMS, FEWEST, MOST_SECONDS = 3, 60, 3, 1.5
PAGE, CHANGED = 50, 400
PER_KEY = 100
"""Certificates for each key of the trust list: a million stand beside ten thousand keys."""

Deed = Callable[[], None]
Prepared = Callable[[], Deed]
"""Makes ready what one item needs, untimed, and returns the deed that is timed."""


@dataclass(frozen=True)
class Grown:
    """A region of some size, and who asks it."""

    region: Region
    agency: Actor
    clerk: Actor
    holders: Holders
    changes: stored.Changes

    @classmethod
    def of(cls, region: Region) -> "Grown":
        """Return a region with what the hot figures need."""
        return cls(
            region, region.agency, region.clerk, Holders(region), stored.Changes(region, number=CHANGED)
        )


def _verify(at: Grown) -> Deed:
    code = at.holders.ticket()
    return lambda: stored.verifying(code, at.region, at.clerk)


def _read(at: Grown) -> Deed:
    _, certificate = at.holders.next()

    def deed() -> None:
        found = find.certificate(certificate.certificate_id, by=at.agency, hub=at.region.hub)
        assert found.id == certificate.id

    return deed


def _show(at: Grown) -> Deed:
    one = at.holders.choice()
    return lambda: stored.showing(one, at.region)


def _publish(at: Grown) -> Deed:
    slot, value = at.changes.next()
    at.region.clock.pass_(seconds=1)

    def deed() -> None:
        assert slot.list_no in publish_due(at.region.hub, {slot.list_no})
        assert stored.says(at.region, slot) == value

    return deed


def _decoys(at: Grown) -> Deed:
    return lambda: turn_decoys(at.region.hub, seconds=PUBLISH_SECONDS, topic=outbox.STATUS_LISTS)


def _events(at: Grown) -> Deed:
    def deed() -> None:
        with at.region.hub.reading() as unit:
            assert len(history.events(unit, type_=CERTIFICATE_ISSUED.name, limit=PAGE)) == PAGE

    return deed


def _page(at: Grown) -> Deed:
    _, certificate = at.holders.next()

    def deed() -> None:
        page = find.page(
            CertificateQuery(),
            agency=None,
            limit=PAGE,
            cursor=certificate.certificate_id,
            by=at.agency,
            hub=at.region.hub,
        )
        assert page.certificates

    return deed


HOT: Mapping[str, tuple[str, Callable[[Grown], Deed]]] = {
    "verify-flow": ("the flow of a verification", _verify),
    "read": ("one certificate read", _read),
    "show": ("one ticket minted", _show),
    "publish": ("a list published after one change", _publish),
    "decoys": ("looking whether a decoy turns, twice a second", _decoys),
    "events": (f"the newest {PAGE} events of a type", _events),
    "page": (f"a page of {PAGE} certificates", _page),
}
KEYS = f"{GROWING}keys"


def _name(hot: str, backend: Backend) -> str:
    return f"{GROWING}{hot}" + ("" if backend is Backend.SQLITE else f"-{backend}")


@contextmanager
def _growth(_: Path, effort: Effort) -> Iterator[Round]:
    with ExitStack() as stack:
        grown = {
            (backend, size): Grown.of(stack.enter_context(effort.stores.regions(size, backend))[0])
            for backend in effort.backends
            for size in effort.sizes
        }
        rings = {size: _key_ring(size) for size in effort.sizes}

        def measure() -> list[Taken]:
            items = effort.sized(ITEMS)
            taken = [
                _compared(
                    _name(hot, backend),
                    {size: (lambda s=size, b=backend, p=prepare: p(grown[b, s])) for size in effort.sizes},  # type: ignore[misc]
                    items,
                )
                for hot, (_, prepare) in HOT.items()
                for backend in effort.backends
            ]
            return [
                *taken,
                _compared(KEYS, {size: (lambda r=ring: r) for size, ring in rings.items()}, items),
            ]  # type: ignore[misc]

        yield measure


def _compared(name: str, at: Mapping[int, Prepared], items: int) -> Taken:
    """Take the cost at each size, in turn and in turn again, and the largest against the base."""
    took: dict[int, list[float]] = {size: [] for size in at}
    for _ in range(TURNS):
        for size, prepare in at.items():
            took[size] += _costs(prepare, max(items // TURNS, FEWEST))
    us = {size: median(costs) for size, costs in took.items()}
    largest = max(us)
    base = BASE if BASE in us and largest > BASE else min(us)
    return Taken(name, us[largest], against_us=us[base], more={f"us_at_{size}": us[size] for size in us})


def _costs(prepare: Prepared, items: int) -> list[float]:
    """Return the wall time of each item, in microseconds; few items where each takes long."""
    prepare()()  # what another size has driven out is brought back now
    took: list[float] = []
    end = time.monotonic() + MOST_SECONDS
    while len(took) < items and (len(took) < FEWEST or time.monotonic() < end):
        deed = prepare()
        begun = time.perf_counter_ns()
        deed()
        took.append((time.perf_counter_ns() - begun) / 1e3)
    return took


def _key_ring(certificates: int) -> Deed:
    """Return the finding of a signer among so many keys; a hundred times, since one time is short."""
    keys = certificates // PER_KEY
    trust = TrustSet.from_files(made.trust_files(keys), as_of=NOW)
    signer, numbers = fixed_signer("bench-seal-1"), count()
    ring = Keyring(HOME, lambda kid: signer)

    def deed() -> None:
        for _ in range(100):
            agency = made.company(next(numbers) % -(-keys // 2))  # those of this region
            assert ring.seal_signer(agency, trust=trust, at=NOW) is signer

    return deed


def _figures() -> Sequence[Figure]:
    found = [
        Figure(_name(hot, backend), Kind.AGAINST, f"{says}, {backend}: largest store ÷ 10⁴")
        for hot, (says, _) in HOT.items()
        for backend in Backend
    ]
    return [*found, Figure(KEYS, Kind.AGAINST, "a signer found: largest trust list ÷ that of 10⁴")]


CASES = (
    Case(
        "growth",
        tuple(_figures()),
        _growth,
        {_name(hot, backend): backend for hot in HOT for backend in Backend},
    ),
)
