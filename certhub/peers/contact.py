"""When another region answered last, and why it did not: kept beside its lists on the shelf, by whoever fetches them.

peers/<region>/contact.json   {"good": ISO time|null, "failed": ISO time|null, "cause": code|null, "list_at": …}
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from certhub.errors import NotFound
from certhub.publisher import Shelf


@dataclass(frozen=True)
class Contact:
    """One region as we met it: last good answer, last failure with its cause, and the time of its oldest list."""

    good: datetime | None = None
    failed: datetime | None = None
    cause: str | None = None
    list_at: datetime | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "good": _told(self.good),
            "failed": _told(self.failed),
            "cause": self.cause,
            "list_at": _told(self.list_at),
        }


def read(shelf: Shelf, region: str) -> Contact:
    """Return what is on record of a region.

    Raises:
        NotFound: it was never asked.
    """
    found = json.loads(shelf.get(_name(region)))
    moments = {name: _read(found[name]) for name in ("good", "failed", "list_at")}
    return Contact(cause=found["cause"], **moments)


def answered(shelf: Shelf, region: str, at: datetime, list_at: datetime | None) -> None:
    """Put on record that a region answered; its last failure stays to be seen."""
    _write(shelf, region, replace(_before(shelf, region), good=at, list_at=list_at))


def failed(shelf: Shelf, region: str, at: datetime, cause: str) -> None:
    """Put on record that a region did not answer, or said what cannot be believed."""
    _write(shelf, region, replace(_before(shelf, region), failed=at, cause=cause))


def _before(shelf: Shelf, region: str) -> Contact:
    try:
        return read(shelf, region)
    except (NotFound, ValueError, KeyError, TypeError):
        return Contact()


def _write(shelf: Shelf, region: str, found: Contact) -> None:
    shelf.put(_name(region), json.dumps(found.to_dict()).encode())


def _name(region: str) -> str:
    return f"peers/{region}/contact.json"


def _told(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
