"""Which version of a kind or of a matter counts at a time: the day in China decides (GB/T 36902)."""

from datetime import date, datetime

from certhub_schemas import Catalogue, Kind, KindUnknown, Matter, MatterUnknown

from certhub.records.certificates.rules import CHINA


def day_in_china(moment: datetime) -> date:
    """Return the day in China at an aware moment: what begins or ends on a day is judged by it."""
    return moment.astimezone(CHINA).date()


def kind_in_force(catalogue: Catalogue, code: str, at: datetime) -> Kind:
    """Return the version of kind `code` (21 characters) that is in force; raises KindUnknown."""
    found = catalogue.kind(code, on=day_in_china(at))
    if found is None:
        raise KindUnknown(code)
    return found


def matter_in_force(catalogue: Catalogue, code: str, at: datetime) -> Matter:
    """Return the version of matter `code` that is in force; raises MatterUnknown."""
    found = catalogue.matter(code, on=day_in_china(at))
    if found is None:
        raise MatterUnknown(code)
    return found
