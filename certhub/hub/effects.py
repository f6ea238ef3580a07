"""What a flow waits for, as values: the flow says what, whoever drives it decides how.

    Commit(write)   one transaction; what `write` returns comes back, what it raises is raised in the flow
    Wait(do)        something that lasts: another region is asked
    Leave(write)    a transaction that the flow does not wait for: losing it loses nothing

A flow that waits is a generator of these. `drive` runs it in this thread (command line, demo, simulation, and the
server on PostgreSQL); certhub/api/http/driving.py runs it in the event loop.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from certhub.db.engine import Unit
from certhub.db.writer import Ended

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Commit:
    """Write in one transaction, and go on once it is on the disk; `rows` is about how many rows that are."""

    write: Callable[[Unit], Any]
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Wait:
    """Do what lasts, outside any transaction."""

    do: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Leave:
    """Write in a transaction of the writer's choice; the flow goes on at once."""

    write: Callable[[Unit], Any]


Effect = Commit | Wait | Leave
Flow = Generator[Effect, Any, Result]


class Committing(Protocol):
    """What writes: the hub, each time in a transaction of its own, or the process's one writer."""

    def commit(self, write: Callable[[Unit], Any], *, rows: int = 1) -> Any:
        """Write in one transaction; return what was returned, or raise what was raised."""

    def leave(self, write: Callable[[Unit], Any]) -> None:
        """Write in a transaction that nobody need wait for."""


def resume(flow: Flow[Result], ended: Ended) -> Effect:
    """Run a flow on, with how what it waited for ended, to what it waits for next.

    Raises:
        StopIteration: the flow has ended; its value is what the flow returned.
    """
    return flow.send(ended.value) if ended.raised is None else flow.throw(ended.raised)


def drive(flow: Flow[Result], writer: Committing) -> Result:
    """Run a flow to its end in this thread."""
    ended = Ended()
    while True:
        try:
            effect = resume(flow, ended)
        except StopIteration as end:
            result: Result = end.value
            return result
        try:
            ended = Ended(_done(effect, writer))
        except Exception as failed:  # noqa: BLE001 — the flow's own to answer
            ended = Ended(raised=failed)


def _done(effect: Effect, writer: Committing) -> Any:
    match effect:
        case Wait():
            return effect.do()
        case Commit():
            return writer.commit(effect.write, rows=effect.rows)
        case Leave():
            writer.leave(effect.write)
    return None
