"""What a counter would see, decided ahead of any showing: each certificate as it would be told, and what that meets.

Pure: the holder's certificates and the world of the trip go in, and nothing is read and nothing is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from certhub_schemas import Matter
from certhub_verifier.materials import Candidate, Case, materials_of
from certhub_verifier.report import UntoldItem, kind_names
from certhub_verifier.requirement_report import MaterialsReport

from certhub.flows.verification.shown_item import Examined, Shown, shown_item
from certhub.flows.verification.world import world_at
from certhub.hub.trip import Trip
from certhub.records.certificates.record import Certificate
from certhub.verification.tickets.item import TicketItem


@dataclass(frozen=True)
class Ahead:
    """What a counter would be told: each certificate, and how the requirements would stand (None: no matter)."""

    items: tuple[Examined | UntoldItem, ...]
    materials: MaterialsReport | None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form: {"requirements", "materials", "counter_sees"}; `materials` None without a matter."""
        return {
            "requirements": requirements_out(self.materials),
            "materials": None if self.materials is None else self.materials.materials.value,
            "counter_sees": [
                (item.item if isinstance(item, Examined) else item).to_dict() for item in self.items
            ],
        }


def requirements_out(materials: MaterialsReport | None) -> list[dict[str, Any]]:
    """Return requirements as an answer has them; none where no matter was named."""
    return [] if materials is None else [one.to_dict() for one in materials.requirements]


def look_ahead(
    items: Sequence[TicketItem], held: Mapping[str, Certificate], matter_code: str | None, *, trip: Trip
) -> Ahead:
    """Decide what a counter would see of certificates; nothing is read and nothing is written."""
    matter = None if matter_code is None else trip.matter(matter_code)
    how = Shown(is_for_matter=matter is not None)
    found = examined(items, held, how, matter, trip=trip)
    return Ahead(found, None if matter is None else standing(found, matter, trip=trip))


def examined(
    items: Sequence[TicketItem],
    held: Mapping[str, Certificate],
    how: Shown,
    matter: Matter | None,
    *,
    trip: Trip,
) -> tuple[Examined | UntoldItem, ...]:
    """Examine what the holder holds as it would be shown now."""
    world = world_at(trip, matter, subjects=_of_one_person)
    return tuple(shown_item(one, held.get(one.certificate_id), trip.now, how, world) for one in items)


def standing(items: Sequence[Examined | UntoldItem], matter: Matter, *, trip: Trip) -> MaterialsReport:
    """Decide how a matter's requirements would stand over these items alone."""
    shown = [
        Candidate(item.item, place, item.kept_by)
        for place, item in enumerate(items)
        if isinstance(item, Examined)
    ]
    return materials_of(
        Case(
            requirements=matter.requirements,
            candidates=shown,
            now=trip.now,
            names=lambda kind: kind_names(kind, trip.catalogue),
            deficiency_allowed=matter.deficiency_allowed,
        )
    )


def _of_one_person(certificate: Certificate) -> tuple[str, ...]:
    """Name the holders for this look alone: whose certificates these are, the holder knows."""
    return tuple(f"{one.id_type}:{one.id_number}" for one in certificate.record.holders)
