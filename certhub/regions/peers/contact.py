"""When another region answered last, and why it did not: kept beside its lists among the public files.

peers/<region>/contact.json     {"good": ISO time|null, "failed": ISO time|null, "cause": code|null, "list_at": …}
peers/<region>/questions.json   the same of the questions that it was asked, without `list_at`

Two files, since two processes write: the worker what it fetched, a counter's process what it asked.
"""

import contextlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from certhub.adapters.public_files import PublicFiles
from certhub.errors import NotFound

LISTS, QUESTIONS = "contact", "questions"
NOT_BELIEVED, UPGRADE_NEEDED = "NOT_BELIEVED", "UPGRADE_NEEDED"
"""Causes of a region that did answer: with what cannot be believed, or in a newer format than we read."""
REPEATED = timedelta(minutes=1)
"""Questions come by the hundred: one that went like the one before is put on record once a minute."""


@dataclass(frozen=True)
class Contact:
    """One region as we met it: last good answer, last failure with its cause, and the time of its oldest list."""

    good: datetime | None = None
    failed: datetime | None = None
    cause: str | None = None
    list_at: datetime | None = None

    @property
    def is_bad(self) -> bool:
        """Whether the newest that is known is a failure."""
        return self.failed is not None and (self.good is None or self.failed > self.good)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "good": _text(self.good),
            "failed": _text(self.failed),
            "cause": self.cause,
            "list_at": _text(self.list_at),
        }


def read(public_files: PublicFiles, region: str, about: str = LISTS) -> Contact:
    """Return what is on record of a region, about its lists or about our questions.

    Raises:
        NotFound: it was never asked.
    """
    found = json.loads(public_files.get(_name(region, about)))
    moments = {name: _read(found[name]) for name in ("good", "failed", "list_at")}
    return Contact(cause=found["cause"], **moments)


def answered(public_files: PublicFiles, region: str, at: datetime, list_at: datetime | None) -> None:
    """Put on record that a region answered; its last failure stays to be seen."""
    _write(public_files, region, replace(_before(public_files, region), good=at, list_at=list_at))


def failed(public_files: PublicFiles, region: str, at: datetime, cause: str) -> None:
    """Put on record that a region did not answer, or said what cannot be believed."""
    _write(public_files, region, replace(_before(public_files, region), failed=at, cause=cause))


def note_answer(public_files: PublicFiles, region: str, at: datetime, cause: str | None) -> None:
    """Put on record how a question ended, `cause` None where it was answered: a change, or once in REPEATED.

    A disk that takes no more must not cost a counter its answer: the health page tells of the disk.
    """
    before = _before(public_files, region, QUESTIONS)
    last = before.good if cause is None else before.failed
    is_same = before.is_bad is (cause is not None) and (cause is None or cause == before.cause)
    if last is not None and is_same and abs(at - last) < REPEATED:
        return
    now = replace(before, good=at) if cause is None else replace(before, failed=at, cause=cause)
    with contextlib.suppress(OSError):
        _write(public_files, region, now, QUESTIONS)


def _before(public_files: PublicFiles, region: str, about: str = LISTS) -> Contact:
    try:
        return read(public_files, region, about)
    except (NotFound, ValueError, KeyError, TypeError):
        return Contact()


def _write(public_files: PublicFiles, region: str, contact: Contact, about: str = LISTS) -> None:
    public_files.put(_name(region, about), json.dumps(contact.to_dict()).encode())


def _name(region: str, about: str) -> str:
    return f"peers/{region}/{about}.json"


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
