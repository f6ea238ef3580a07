"""How a matter's requirements stand over what a case holds: judged now, from values that were read before."""

from collections.abc import Mapping

from certhub_schemas import Matter
from certhub_verifier.materials import Case, materials_of
from certhub_verifier.report import kind_names
from certhub_verifier.requirement_report import MaterialsReport

from certhub.flows.verification.case_items import CaseRecord, judged_again
from certhub.flows.verification.recording import held_lists
from certhub.flows.verification.subjects import Names
from certhub.flows.verification.world import world_at
from certhub.hub.trip import Trip


def case_standing(
    record: CaseRecord | None,
    matter: Matter,
    *,
    subjects: Names | None,
    declared: Mapping[str, str],
    trip: Trip,
) -> MaterialsReport:
    """Return how the requirements stand over what was shown in a case; without a case nothing was shown.

    `subjects` names holders in the case; `declared` are the requirements that were declared not applicable, and by
    whom. It checks signatures: no transaction waits for it.
    """
    world = world_at(trip, matter, subjects=subjects)
    return materials_of(
        Case(
            requirements=matter.requirements,
            candidates=judged_again(record, world=world, held=held_lists(record, trip=trip)),
            now=trip.now,
            names=lambda kind: kind_names(kind, trip.catalogue),
            deficiency_allowed=matter.deficiency_allowed,
            declared=declared,
        )
    )
