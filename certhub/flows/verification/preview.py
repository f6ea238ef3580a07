"""What a counter will see, before anything is shown: a look ahead that writes nothing.

1 parties, certificates   of what is chosen, what the holder, or those they act for, hold
2 look_ahead              each certificate as it would be shown, for the matter or as a glance, examined now; what of
                          the matter that would meet, and what it would leave open

`proposals` asks the other way round: for each requirement of a matter, which of the holder's certificates would serve.
"""

from collections.abc import Mapping
from typing import Any

from certhub_schemas import Matter, MatterUnknown
from certhub_schemas.requirements import Requirement
from certhub_verifier.report import kind_names

from certhub.errors import NotFound
from certhub.flows.verification import show
from certhub.flows.verification.look_ahead import Ahead, examined, look_ahead, standing
from certhub.flows.verification.shown_item import Shown
from certhub.flows.verification.where_issued import where_issued
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.people.parties.people import Actor
from certhub.records.certificates.record import Certificate
from certhub.verification.tickets.item import TicketItem


def preview(choice: show.Choice, *, by: Actor, hub: Hub) -> Ahead:
    """Return what a counter would see of a choice. Raises as `show.show`."""
    trip = hub.at(by)
    hub.step("preview:1")
    with hub.reading() as unit:
        held = show.held_of(unit, by, choice)
    hub.step("preview:2")
    show.decide(choice, held, trip=trip)
    return look_ahead(choice.items, held, choice.matter, trip=trip)


def proposals(matter_code: str, *, by: Actor, hub: Hub) -> list[dict[str, Any]]:
    """Return, for each requirement of a matter, which of the holder's certificates would serve it.

    Returns:
        [{"id", "name", "name_en", "optional", "condition"?, "proposals": [{"certificate_id", "kind", "kind_name",
        "fields", "meets", "cause"?}], "missing", "accepts", "where"}]; `missing` where none of them serves, and then
        `where` are the agencies of this region that issue what would.

    Raises:
        NotFound: there is no such matter.
    """
    trip = hub.at(by)
    try:
        matter = trip.matter(matter_code)
    except MatterUnknown as unknown:
        raise NotFound("no such matter") from unknown
    hub.step("preview:1")
    with hub.reading() as unit:
        held = show.held_in(unit, by)
    hub.step("preview:2")
    how = Shown(is_for_matter=True, reached=matter.mode)
    return proposed(matter, held, how, is_ahead=True, trip=trip)


def proposed(
    matter: Matter, held: Mapping[str, Certificate], how: Shown, *, is_ahead: bool = False, trip: Trip
) -> list[dict[str, Any]]:
    """Decide which held certificates serve which requirement; nothing is read and nothing is written.

    `is_ahead` tells that no counter asks yet: a value that a clerk will declare keeps no certificate from serving.
    """
    return [_proposed(one, matter, held, how, is_ahead, trip=trip) for one in matter.requirements]


def _proposed(
    requirement: Requirement,
    matter: Matter,
    held: Mapping[str, Certificate],
    how: Shown,
    is_ahead: bool,
    *,
    trip: Trip,
) -> dict[str, Any]:
    kinds = dict.fromkeys(way.kind for way in requirement.accepts)
    fitting = [one for one in held.values() if one.kind in kinds]
    found = [_proposal(one, requirement, matter, how, is_ahead, trip=trip) for one in fitting]
    condition = requirement.condition
    is_missing = not any(one["meets"] for one in found)
    return {
        "id": requirement.id,
        "name": requirement.name,
        "name_en": requirement.name_en,
        "optional": requirement.optional,
        **({} if condition is None else {"condition": condition.to_json()}),
        "proposals": sorted(found, key=lambda one: (not one["meets"], one["certificate_id"])),
        "missing": is_missing,
        "where": where_issued(kinds, trip=trip) if is_missing else [],
        "accepts": [
            {"kind": kind, "kind_name": names[0], "kind_name_en": names[1]}
            for kind in kinds
            for names in (kind_names(kind, trip.catalogue),)
        ],
    }


def _proposal(
    certificate: Certificate,
    requirement: Requirement,
    matter: Matter,
    how: Shown,
    is_ahead: bool,
    *,
    trip: Trip,
) -> dict[str, Any]:
    """Say whether one certificate would serve a requirement, whatever it has to be compared with."""
    [item] = examined(
        [TicketItem(certificate.certificate_id)],
        {certificate.certificate_id: certificate},
        how,
        matter,
        trip=trip,
    )
    found = standing([item], matter, trip=trip)
    [mine] = [one for one in found.requirements if one.requirement.id == requirement.id]
    waits = is_ahead and mine.cause == "FIELDS_WITHHELD" and not mine.missing_fields
    meets = mine.state.value == "met" or mine.cause == "SUBJECT_UNLINKED" or waits
    names = kind_names(certificate.kind, trip.catalogue, version=certificate.kind_version)
    return {
        "certificate_id": certificate.certificate_id,
        "kind": certificate.kind,
        "kind_name": names[0],
        "kind_name_en": names[1],
        "fields": list(matter.fields_for(certificate.kind) or ()),
        "predicates": [one.to_json() for one in matter.predicates_for(certificate.kind)],
        "meets": meets,
        **({} if meets or mine.cause is None else {"cause": mine.cause}),
    }
