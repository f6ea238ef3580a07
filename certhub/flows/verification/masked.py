"""What of a report reaches whom: a token of the API gets what was disclosed, a page's session gets it masked.

by a token   as it is stored
by a page    items[].disclosed masked; items[].masked, the titles that can be asked for (flows/verification/reveal.py);
             items[].holder, the covered name, for lists and paper
"""

from collections.abc import Mapping
from typing import Any

from certhub_schemas import Catalogue

from certhub.people.parties.people import Actor
from certhub.records.catalog.masking import Covering, holder_name, mask_name


def as_seen(report: Mapping[str, Any], *, by: Actor, catalogue: Catalogue) -> Mapping[str, Any]:
    """Return a report as this session may have it; `catalogue` says what of each item's kind and version is covered."""
    return masked(report, catalogue=catalogue) if by.is_page else report


def masked(report: Mapping[str, Any], *, catalogue: Catalogue) -> dict[str, Any]:
    """Return the report without a value that a screen keeps covered."""
    return {**report, "items": [_item(item, catalogue) for item in report["items"]]}


def covered_holder(report: Mapping[str, Any]) -> str:
    """Return the covered name of who holds the first certificate that names anybody; empty if none does."""
    return next((name for name in map(_covered, report["items"]) if name), "")


def _item(item: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    if "disclosed" not in item:  # an item that may not be told has nothing to mask
        return dict(item)
    covering = Covering(catalogue, str(item["kind"]), item.get("kind_version"))
    values, titles = covering.mask_disclosed(item["disclosed"])
    return {**item, "disclosed": values, "masked": titles, "holder": _covered(item)}


def _covered(item: Mapping[str, Any]) -> str:
    name = holder_name(item.get("disclosed", {}))
    return mask_name(name) if name else ""
