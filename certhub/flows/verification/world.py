"""What judges a code or a request: a moment, a trust set, a catalogue and a matter, and what may be told to whom.

Values and small functions alone, so that whoever decides opens no door.
"""

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import datetime

from certhub_schemas import Catalogue, Matter
from certhub_verifier.memory import SignatureMemory
from certhub_verifier.trust import TrustSet

from certhub.flows.verification.subjects import Names
from certhub.hub.trip import Trip
from certhub.verification.tickets.store import Redemption


class _Everything(Container[str]):
    """Every field there is: what a clerk of the own region may be shown is bounded by the matter alone."""

    def __contains__(self, _: object) -> bool:
        return True


EVERYTHING = _Everything()


@dataclass(frozen=True)
class Grant:
    """What of a kind somebody may be told at all: which fields, and the names of the predicates that are answered."""

    fields: Container[str] = EVERYTHING
    predicates: Container[str] = EVERYTHING


def no_bound(kind: str) -> Grant | None:
    """Let everything of every kind out."""
    return Grant()


def window_of(redemption: Redemption) -> str:
    """Word the place of an earlier redemption for somebody of this region: the window."""
    return redemption.window


@dataclass(frozen=True)
class World:
    """What judges a code: when, by which trust set and catalogue, in which region, for which matter (None: a glance).

    `memory` knows of which credentials the issuer's signature was good (None: each is checked). `random` makes the
    salts of digests. `allowed` gives what of a kind the asker may be told at all, None where that
    kind may not be told; `place` words the place of an earlier redemption. `subjects` gives a certificate's holders a
    name that means nothing outside the case (None: no name is asked for).
    """

    now: datetime
    trust: TrustSet
    catalogue: Catalogue
    region: str
    matter: Matter | None
    random: Callable[[int], bytes]
    allowed: Callable[[str], Grant | None] = no_bound
    place: Callable[[Redemption], str] = window_of
    subjects: Names | None = None
    memory: SignatureMemory | None = None


def world_at(
    trip: Trip,
    matter: Matter | None,
    *,
    allowed: Callable[[str], Grant | None] = no_bound,
    place: Callable[[Redemption], str] = window_of,
    subjects: Names | None = None,
) -> World:
    """Return what judges for a matter on a trip: the trip's moment, trust and catalogue, and nothing that it opens."""
    return World(
        trip.now,
        trip.trust,
        trip.catalogue,
        trip.region,
        matter,
        trip.random,
        allowed,
        place,
        subjects,
        trip.memory,
    )
