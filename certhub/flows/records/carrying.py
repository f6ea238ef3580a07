"""What a helper of an import does: it carries rows from their cells to the bytes that are stored, and writes nothing.

1 imports      Lot: rows of a file, and slots that are free for them
2 issue        → Offer: faults; of each good row number, slot and the rows of its intent: the writer's first unit
3 issue        Signing: which of them are on record now
4 signer       → Signed: signatures made and read back, in the rows that make them active: the writer's second unit

Between the two a helper keeps its intents: nothing is signed that the writer has not committed (DESIGN D9). Time comes
with the work; keys and trust are those of the hub that the helper was forked from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from certhub.db.prepared import Filled
from certhub.flows.records.issue import (
    IssuanceInProgress,
    claim_of,
    intent_of,
    issued_event,
    sign_all,
)
from certhub.history.events import store as history
from certhub.hub.trip import Trip
from certhub.people.parties.people import Actor
from certhub.records.catalog.draft import Draft
from certhub.records.certificates import ready
from certhub.records.certificates.record import Certificate
from certhub.records.imports.columns import Cells
from certhub.records.imports.reading import Row
from certhub.records.imports.rules import judge_row
from certhub.records.status import store as status
from certhub.records.status.store import Slot
from certhub.spelling.row_faults import RowFault, RowFaults


@dataclass(frozen=True, slots=True)
class Lot:
    """Rows of one file, at least as many free slots, and the moment at which they are intended."""

    number: int
    at: datetime
    rows: Sequence[Row | RowFaults]
    slots: Sequence[Slot]


@dataclass(frozen=True, slots=True)
class Offer:
    """What became of a lot: the numbers of its good rows in order, what would put them on record, and the faults."""

    number: int
    faults: Sequence[RowFault]
    rows: Sequence[int]
    intents: ready.Intents
    slots: Filled


@dataclass(frozen=True, slots=True)
class Signing:
    """The good rows of a lot, by their place, that are on record now, and the moment at which they become active."""

    number: int
    at: datetime
    places: Sequence[int]


@dataclass(frozen=True, slots=True)
class Signed:
    """What makes the signed rows of a lot active, and tells of it, in the order of `Signing.places`."""

    number: int
    activations: ready.Activations
    events: tuple[Filled, Filled]


@dataclass
class Carrier:
    """Carries lots of one import; `trip` is the world by which its rows are built and sealed."""

    accept: Callable[[Cells], Draft]
    trip: Trip
    by: Actor
    _intended: dict[int, tuple[Trip, list[Certificate]]] = field(default_factory=dict)

    def __call__(self, work: Lot | Signing) -> Offer | Signed:
        """Do one piece of work."""
        return self._offer(work) if isinstance(work, Lot) else self._sign(work)

    def _offer(self, lot: Lot) -> Offer:
        trip = replace(self.trip, now=lot.at)
        issuance = IssuanceInProgress(trip, lot.at)
        pen, slots = self.trip.far_pen(lot.at), iter(lot.slots)
        faults: list[RowFault] = []
        rows, claims, owned = [], [], []
        intended: list[Certificate] = []
        for row in lot.rows:
            verdict = row if isinstance(row, RowFaults) else judge_row(row, accept=self.accept)
            if isinstance(verdict, RowFaults):
                faults += verdict.faults
                continue
            claim, slot = claim_of(pen, verdict), next(slots)
            rows.append(row.row if isinstance(row, RowFaults) else row.number)
            claims.append(claim)
            owned.append((slot, (claim.place.bucket, claim.place.id)))
            intended.append(intent_of(pen, verdict, claim, slot, issuance))
        self._intended[lot.number] = trip, intended
        intents = ready.intents(pen, claims, intended)
        return Offer(lot.number, faults, rows, intents, status.filled(pen, owned))

    def _sign(self, signing: Signing) -> Signed:
        trip, intended = self._intended.pop(signing.number)
        signed = sign_all([intended[at] for at in signing.places], trip=trip)
        pen = self.trip.far_pen(signing.at)
        told = history.rows(pen, *(issued_event(one, by=self.by) for one in signed))
        activations = ready.activations(pen, signed, by=self.by.key)
        return Signed(signing.number, activations, history.filled(pen, told))
