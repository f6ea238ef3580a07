"""Runs flows for the routes that people wait for.

    SQLite       in the event loop: a read takes less time than a change of threads; the process's one writer commits
    PostgreSQL   in a thread of the pool: each read waits for the server; the same writer commits

A flow may take a few hundred microseconds between two of its waits. Whoever asks for many at once lets the others in
between (`answered_each`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.concurrency import run_in_threadpool

from certhub.db.writer import Ended
from certhub.hub import Hub
from certhub.hub.effects import Commit, Effect, Flow, Leave, Wait, drive, resume

Result = TypeVar("Result")
TOGETHER = 20
"""How many flows of a batch are under way at a time."""
OUTSIDE = 6
"""How many of them ask other regions at a time: a region has places for eight."""
THREADS = 8
"""How many threads a batch takes on PostgreSQL: the pool's others are left to everybody else."""


async def read(do: Callable[[], Result], hub: Hub) -> Result:
    """Do what only reads."""
    return do() if hub.is_embedded else await run_in_threadpool(do)


async def answered(
    flow: Flow[Result],
    hub: Hub,
    *,
    turn: asyncio.Lock | None = None,
    outside: CapacityLimiter | None = None,
) -> Result:
    """Run a flow to its end.

    With `turn` each of its steps waits for the steps of others, and lets the loop in between; `outside` bounds how many
    of them wait for other regions.
    """
    if not hub.is_embedded:
        return await run_in_threadpool(drive, flow, hub.writer)
    ended = Ended()
    while True:
        try:
            if turn is None:
                effect = resume(flow, ended)
            else:
                async with turn:
                    await asyncio.sleep(0)
                    effect = resume(flow, ended)
        except StopIteration as end:
            result: Result = end.value
            return result
        ended = await _ended(effect, hub, outside)


async def answered_each(flows: Sequence[Flow[Result]], hub: Hub) -> list[Result | BaseException]:
    """Run many flows side by side, some at a time; return what each gave or raised, in order.

    Between any two steps of theirs the loop serves somebody else. Of other regions they ask fewer at once than there
    are places for (certhub/adapters/network.py).
    """
    ended: list[Any] = [None] * len(flows)
    waiting = iter(enumerate(flows))
    share = _Share()

    async def some() -> None:
        for number, flow in waiting:
            ended[number] = await share.answered(flow, hub)

    await asyncio.gather(*(some() for _ in range(min(TOGETHER, len(flows)))))
    return ended


async def answered_in_turn(flows: Sequence[Flow[Result]], hub: Hub) -> list[Result | BaseException]:
    """Run many flows one after another, in a thread; return what each gave or raised, in order.

    Each of a case is judged with those before it: that may take long, and is nothing for the loop.
    """
    ended: list[Any] = []
    for flow in flows:
        ended.append(await _caught(run_sync(drive, flow, hub.writer)))
    return ended


class _Share:
    """What the flows of one batch share: one of them steps at a time, and few of them wait for other regions."""

    def __init__(self) -> None:
        self._turn, self._outside, self._threads = (
            asyncio.Lock(),
            CapacityLimiter(OUTSIDE),
            CapacityLimiter(THREADS),
        )

    async def answered(self, flow: Flow[Result], hub: Hub) -> Result | BaseException:
        """Run one of the flows; return what it gave or raised."""
        if not hub.is_embedded:
            return await _caught(run_sync(drive, flow, hub.writer, limiter=self._threads))
        return await _caught(answered(flow, hub, turn=self._turn, outside=self._outside))


async def _caught(ending: Awaitable[Result]) -> Result | BaseException:
    try:
        return await ending
    except Exception as raised:  # noqa: BLE001 — told in its place
        return raised


async def _ended(effect: Effect, hub: Hub, outside: CapacityLimiter | None) -> Ended:
    """Wait for what a flow waits for; return how it ended."""
    try:
        match effect:
            case Commit():
                return await _committed(effect, hub)
            case Wait():
                return Ended(await run_sync(effect.do, limiter=outside))
            case Leave():
                hub.writer.leave(effect.write)
    except Exception as failed:  # noqa: BLE001 — the flow's own to answer
        return Ended(raised=failed)
    return Ended()


async def _committed(effect: Commit, hub: Hub) -> Ended:
    loop = asyncio.get_running_loop()
    waiting: asyncio.Future[Ended] = loop.create_future()

    def done(ended: Ended) -> None:
        """Called in the writer's thread; the loop may have ended before its writer."""
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, waiting, ended)

    hub.writer.submit(effect.write, rows=effect.rows, done=done)
    return await waiting


def _settle(waiting: "asyncio.Future[Ended]", ended: Ended) -> None:
    if not waiting.done():  # nobody waits any more: the client went away
        waiting.set_result(ended)
