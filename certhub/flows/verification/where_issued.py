"""Where a certificate can be had: the agencies of our own region that may issue it. Pure."""

from collections.abc import Iterable

from certhub.hub.trip import Trip


def where_issued(kinds: Iterable[str], *, trip: Trip) -> list[dict[str, str]]:
    """Return the agencies of this region that may issue any of these kinds, by code.

    Returns:
        [{"agency", "agency_name", "agency_name_en"}].
    """
    wanted = set(kinds)
    found = {
        one.uscc: one
        for one in trip.trust.agencies.values()
        if one.region == trip.region and wanted & one.kinds
    }
    return [
        {"agency": uscc, "agency_name": one.name, "agency_name_en": one.name_en}
        for uscc, one in sorted(found.items())
    ]
