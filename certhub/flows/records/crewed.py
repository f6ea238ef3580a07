"""The writer of an import whose rows are carried by helpers (carrying.py): the one process that writes.

1 imports       file → lots of rows, in order; at most two for each helper on their way
2 carrying      a helper: rows → drafts or faults → intents, sealed: an offer
3 certificates  the writer: numbers claimed, slots given, intents on record; committed
4 carrying      the same helper signs what was committed, reads it back, and seals it
5 certificates, events   the writer, one transaction: active, told

Offers are taken in the order of the file, so that of two equal rows the first is issued. At most `IN_FLIGHT` lots for
each helper are between file and store, however long the file is. A helper has one piece of work at a time.

What is not plain is set aside for the ordinary stairs (flows/records/issue.py), which wait and take over: rows that
another run still holds, and those whose slot somebody took meanwhile.

A crew belongs to one hub and one trust set: it is forked for one import, and anew when the trust set is replaced.
Should a helper be killed, the import ends; its rows are intended and taken over by the next run, as after any death.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from certhub.adapters.crew import Crew
from certhub.flows.records.carrying import Carrier, Lot, Offer, Signed, Signing
from certhub.flows.records.issue import Outcome, outcome_of
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.people.parties.people import Actor
from certhub.records.catalog.draft import Draft
from certhub.records.certificates import ready
from certhub.records.certificates import store as certificates
from certhub.records.imports.columns import Cells
from certhub.records.imports.faults import row_fault
from certhub.records.imports.reading import Row
from certhub.records.imports.rules import NUMBER_COLUMN, FirstSeen, duplicate
from certhub.records.status import store as status
from certhub.spelling.row_faults import RowFault, RowFaults

FEWEST_ROWS = 100
"""For fewer rows no helper is forked: they are issued before it has begun."""
LOT = 250  # rows
IN_FLIGHT = 2  # lots for each helper
ASIDE = 500
"""So many rows are set aside at most before they are settled."""


@dataclass
class Settled:
    """What became of the rows so far, but for those that are set aside."""

    rows: int = 0
    issued: int = 0
    existing: int = 0
    refused: list[RowFault] = field(default_factory=list)


@dataclass
class _Flight:
    """A lot on its way: which helper has it, what it holds, and the places of its good rows that are on record."""

    helper: int
    lot: Lot
    offer: Offer | None = None
    places: Sequence[int] = ()


@dataclass
class CrewedImport:
    """Carries the rows of one file. Each lot of them is a trip of its own, as each batch of the ordinary stairs is.

    `accept` judges a row's cells; `progress` is told the number of rows settled so far.
    """

    rows: Iterator[Row | RowFaults]
    helpers: int
    accept: Callable[[Cells], Draft]
    hub: Hub
    by: Actor
    progress: Callable[[int], None]
    settled: Settled = field(default_factory=Settled)
    aside: list[Row] = field(default_factory=list)
    _seen: FirstSeen = field(default_factory=FirstSeen)
    _flights: dict[int, _Flight] = field(default_factory=dict)
    _signings: list[deque[Signing]] = field(default_factory=list)
    _is_read: bool = False
    _taken: int = 0
    _offered: int = 0

    @property
    def is_done(self) -> bool:
        """Whether every row of the file is settled or set aside."""
        return self._is_read and not self._flights

    def run(self) -> None:
        """Carry rows until the file ends, the trust set is replaced, or too many rows are set aside.

        Raises:
            HelperDied: a helper was killed.
        """
        trip = self.hub.at(self.by)
        self._signings = [deque[Signing]() for _ in range(self.helpers)]
        with Crew(self.helpers, Carrier(self.accept, trip, self.by)) as crew:
            for helper in range(self.helpers):
                self._give(helper, crew, trip)
            while not crew.is_idle:
                helper, made = crew.next()
                if isinstance(made, Offer):
                    self._flights[made.number].offer = made
                self._give(helper, crew, trip)  # before it waits for what this process does now
                if isinstance(made, Signed):
                    self._activate(made, trip)
                self._intend_in_order(trip)
                for other in range(self.helpers):
                    self._give(other, crew, trip)

    def _give(self, helper: int, crew: Crew, trip: Trip) -> None:
        """Give a helper that is idle its next piece of work, if there is any."""
        if crew.is_busy(helper):
            return
        if self._signings[helper]:
            crew.give(helper, self._signings[helper].popleft())
        elif len(self._flights) < IN_FLIGHT * self.helpers and (lot := self._lot(trip)):
            self._flights[lot.number] = _Flight(helper, lot)
            crew.give(helper, lot)

    def _lot(self, trip: Trip) -> Lot | None:
        """Take the next rows from the file, with slots for them; None where no more are to be taken now."""
        if self._is_read or len(self.aside) >= ASIDE:
            return None
        now = self.hub.at(self.by)
        if now.trust.digest != trip.trust.digest:
            return None
        rows = list(islice(self.rows, LOT))
        if len(rows) < LOT:
            self._is_read = True
        if not rows:
            return None
        trip.step("import:2")
        promised = {slot for flight in self._flights.values() for slot in flight.lot.slots}
        with trip.writing() as unit:
            slots = status.free_slots(unit, len(rows), but=promised)
        lot = Lot(self._taken, now.now, rows, slots)
        self._taken += 1
        return lot

    def _intend_in_order(self, trip: Trip) -> None:
        """Put on record what was offered, lot by lot in the order of the file."""
        while (flight := self._flights.get(self._offered)) and flight.offer:
            flight.places = self._intend(flight.offer, flight, trip)
            signing = Signing(flight.lot.number, self.hub.at(self.by).now, flight.places)
            self._signings[flight.helper].append(signing)
            self._offered += 1

    def _intend(self, offer: Offer, flight: _Flight, trip: Trip) -> list[int]:
        """Put the intents of a lot on record; return the places of those that are."""
        self.settled.refused += offer.faults
        wanted = self._first_of_their_kind(offer)
        claims = offer.intents.claims
        trip.step("issue:2")
        with trip.writing() as unit:
            standing = ready.claim(unit, offer.intents, wanted)
            fresh = [at for at in wanted if standing[claims[at].number_hash].place == claims[at].place]
            kept = status.keep(unit, offer.slots.only(fresh))
            intended = [at for at, is_ours in zip(fresh, kept, strict=True) if is_ours]
            lost = set(fresh).difference(intended)
            for at in lost:
                certificates.release_number(unit, claims[at].number_hash)
            ready.add(unit, offer.intents, set(intended))
            met = [at for at in wanted if at not in set(fresh)]
            theirs = [standing[claims[at].number_hash] for at in met]
            stored = {c.place: c for c in certificates.get_many(unit, {one.place for one in theirs})}
        aside = [offer.rows[at] for at in lost]
        for at, their in zip(met, theirs, strict=True):
            outcome = outcome_of(their, claims[at], stored.get(their.place))
            if outcome is Outcome.EXISTING:
                self.settled.existing += 1
            elif outcome is Outcome.CONFLICT:
                self.settled.refused.append(row_fault(offer.rows[at], NUMBER_COLUMN, "CONFLICT_WITH_STORED"))
            else:
                aside.append(offer.rows[at])
        self._set_aside(flight, aside)
        return intended

    def _first_of_their_kind(self, offer: Offer) -> list[int]:
        """Return the places of an offer's rows that are not the second of two equal ones, which are refused."""
        wanted = []
        for at, (row, claim) in enumerate(zip(offer.rows, offer.intents.claims, strict=True)):
            first = self._seen.first_row(claim.number_hash, row)
            if first == row:
                wanted.append(at)
            else:
                self.settled.refused.append(duplicate(row, first))
        return wanted

    def _activate(self, signed: Signed, trip: Trip) -> None:
        """Make what was signed active, and tell of it."""
        flight = self._flights.pop(signed.number)
        events, salts = signed.events
        trip.step("issue:6")
        with trip.writing() as unit:
            moved = ready.activate(unit, signed.activations)
            unit.put(events.only(moved))
            unit.put(salts.only(moved))
        trip.step("issue:7")
        self.settled.issued += len(moved)
        rows = flight.offer.rows if flight.offer else ()
        self._set_aside(
            flight, [rows[flight.places[at]] for at in set(range(len(flight.places))).difference(moved)]
        )
        self.settled.rows += len(flight.lot.rows)
        self.progress(self.settled.rows - len(self.aside))

    def _set_aside(self, flight: _Flight, numbers: Sequence[int]) -> None:
        wanted = set(numbers)
        self.aside += [row for row in flight.lot.rows if isinstance(row, Row) and row.number in wanted]
