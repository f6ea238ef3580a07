"""Rows of many certificates, made in one process and written by another: nothing is left to do but to run them.

    Intents       numbers to claim, and all rows of certificates that are intended
    Activations   what makes them active, and the rows that keep these changes

Which of them are written is decided where they are written: by the places that the certificates have in their lot.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from certhub.db.engine import FarPen, Unit
from certhub.db.prepared import Filled
from certhub.db.statements import filled
from certhub.records.certificates import making, states, store
from certhub.records.certificates.record import Certificate, NumberClaim


@dataclass(frozen=True, slots=True)
class Intents:
    """Intended certificates in one lot; beside each statement, the place of the certificate of each of its rows."""

    claims: Sequence[NumberClaim]
    numbers: Filled
    rows: Sequence[tuple[Filled, Sequence[int]]]


@dataclass(frozen=True, slots=True)
class Activations:
    """What makes certificates active, in their order."""

    moves: Filled
    changes: Filled


def intents(pen: FarPen, claims: Sequence[NumberClaim], certificates: Sequence[Certificate]) -> Intents:
    """Make the rows of intended certificates, each with its claim."""
    place = {certificate.id: at for at, certificate in enumerate(certificates)}
    numbers = pen.filled(store.CLAIM, [making.number_row(pen, one) for one in claims])
    rows = [
        (
            filled(pen, table, made),
            [place[row["certificate" if "certificate" in row else "id"]] for row in made],
        )
        for table, made in making.rows_of(pen, certificates)
    ]
    return Intents(claims, numbers, rows)


def claim(unit: Unit, lot: Intents, places: Sequence[int]) -> dict[bytes, NumberClaim]:
    """Claim the numbers of some certificates of a lot, as `store.claim_numbers` does."""
    return store.claim_by(unit, [lot.claims[at] for at in places], lot.numbers.only(places))


def add(unit: Unit, lot: Intents, places: Collection[int]) -> None:
    """Put some certificates of a lot on record."""
    for rows, owners in lot.rows:
        unit.put(rows.only([at for at, owner in enumerate(owners) if owner in places]))


def activations(pen: FarPen, certificates: Sequence[Certificate], *, by: str) -> Activations:
    """Make the rows that make signed certificates active; `by` is who has them issued."""
    moves = making.activations(pen, certificates, by=by)
    return Activations(
        pen.filled(store.MOVE, [move.row for move in moves]),
        states.filled(pen, [move.change for move in moves]),
    )


def activate(unit: Unit, lot: Activations) -> list[int]:
    """Make certificates active; return the places of those that nobody moved meanwhile."""
    moved = store.move_by(unit, lot.moves)
    unit.put(lot.changes.only(moved))
    return moved
