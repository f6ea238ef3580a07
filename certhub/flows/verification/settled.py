"""What of a request's matter needs no certificate any more, before its holder chooses what to show.

settled_in(file)       what the case of a request holds, and what its clerk declared, as far as it settles anything
case_of_request(file)  the name of that case
"""

from collections.abc import Mapping

from certhub_verifier.requirement_report import RequirementState

from certhub.flows.verification.case_items import declared_in, read_case
from certhub.flows.verification.case_standing import case_standing
from certhub.flows.verification.subjects import scope_of, subjects_of
from certhub.hub.trip import Trip
from certhub.matters.cases.store import CaseName
from certhub.verification.requests.store import CounterRequestFile

SETTLED = (RequirementState.MET, RequirementState.NOT_APPLICABLE)


def case_of_request(file: CounterRequestFile) -> CaseName | None:
    """Name the case of a request; None where its clerk gave no number."""
    order = file.order
    return None if order.case_number is None else CaseName(order.office, order.matter, order.case_number)


def settled_in(file: CounterRequestFile, *, trip: Trip) -> Mapping[str, str]:
    """Return the requirements that are met or not applicable already, judged now: id → state.

    A case without a number holds nothing; what the clerk declared for the request counts all the same.
    """
    order, name = file.order, case_of_request(file)
    with trip.reading() as unit:
        record = None if name is None else read_case(unit, name)
        subjects = subjects_of(unit.vault, scope_of(unit, name, file.request_id))
    declared = {**declared_in(record), **dict.fromkeys(order.not_applicable, file.clerk)}
    standing = case_standing(
        record, trip.matter(order.matter), subjects=subjects, declared=declared, trip=trip
    )
    return {one.requirement.id: one.state.value for one in standing.requirements if one.state in SETTLED}
