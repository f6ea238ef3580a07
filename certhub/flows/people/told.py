"""How times, regions, matters and kinds are told to people: shared by looks and disputes."""

from datetime import datetime
from typing import Any

from certhub_schemas import MatterUnknown
from certhub_verifier.report import kind_names

from certhub.hub.trip import Trip
from certhub.records.certificates.rules import CHINA


def time_out(moment: datetime) -> str:
    """Return a moment as an answer has it: in China, to the second."""
    return moment.astimezone(CHINA).isoformat(timespec="seconds")


def kept_time_out(text: str | None) -> str | None:
    """Return a moment that a sealed blob keeps as text; None stays None."""
    return None if text is None else time_out(datetime.fromisoformat(text))


def region_out(role: str, code: str, *, trip: Trip) -> dict[str, Any]:
    """Return a region's members under the name of what it is there; its code stands for names that nobody has."""
    region = trip.trust.region(code)
    return {
        role: code,
        f"{role}_name": region.name if region else code,
        f"{role}_name_en": region.name_en if region else code,
    }


def matter_out(code: str, *, trip: Trip) -> dict[str, Any]:
    """Return a matter's members; its code stands for the names where it is no longer in force."""
    try:
        matter = trip.matter(code)
    except MatterUnknown:
        return {"matter": code, "matter_name": code, "matter_name_en": code}
    return {"matter": code, "matter_name": matter.name, "matter_name_en": matter.name_en}


def kind_out(code: str | None, version: int | None = None, *, trip: Trip) -> dict[str, Any]:
    """Return a kind's members; all None where no kind was told."""
    name, name_en = (None, None) if code is None else kind_names(code, trip.catalogue, version=version)
    return {"kind": code, "kind_name": name, "kind_name_en": name_en}
