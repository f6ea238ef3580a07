"""How each requirement of a matter stands, and the case as a whole: values, as a report and a receipt tell them.

What makes a requirement stand so is decided in materials.py.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from certhub_schemas.requirements import Requirement


class RequirementState(StrEnum):
    """How a requirement stands."""

    MET = "met"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"
    UNDETERMINED = "undetermined"
    DEFERRED = "deferred"


class Materials(StrEnum):
    """How the case stands."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A kind that meets a requirement, and what it is called."""

    kind: str
    name: str
    name_en: str

    def to_dict(self) -> dict[str, str]:
        """Return the JSON form."""
        return {"kind": self.kind, "kind_name": self.name, "kind_name_en": self.name_en}


@dataclass(frozen=True, slots=True)
class RequirementReport:
    """One requirement as it stands, and what would satisfy it.

    `vid` (None: this verification) and `item` say what met it, or came closest; `cause` what was wrong with that;
    `missing_fields` are the least fields that were not disclosed.
    """

    requirement: Requirement
    accepts: tuple[Accepted, ...]
    state: RequirementState
    cause: str | None = None
    item: int | None = None
    vid: str | None = None
    missing_fields: tuple[str, ...] = ()
    declared_by: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form in a report; what says nothing is left out."""
        one = self.requirement
        said = {
            "cause": self.cause,
            "item": self.item,
            "verification_id": self.vid,
            "missing_fields": list(self.missing_fields) or None,
            "declared_by": self.declared_by,
            "condition": None if one.condition is None else one.condition.to_json(),
        }
        return {
            "id": one.id,
            "name": one.name,
            "name_en": one.name_en,
            "whose": one.whose,
            "optional": one.optional,
            "state": self.state.value,
            **{name: value for name, value in said.items() if value is not None},
            "accepts": [kind.to_dict() for kind in self.accepts],
        }


@dataclass(frozen=True, slots=True)
class MaterialsReport:
    """Every requirement, in the order of the matter, and how the case stands."""

    requirements: tuple[RequirementReport, ...]
    materials: Materials
