"""Runs flows for the routes that people wait for.

    SQLite       in the event loop: a read takes less time than a change of threads; the process's one writer begins and
                 commits, and between the two the loop inserts
    PostgreSQL   in a thread of the pool: each read waits for the server; the same writer commits

A flow may take a few hundred microseconds between two of its waits. Whoever asks for many at once lets the others in
between (`answered_each`).
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from threading import Event, Lock
from typing import Any, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.concurrency import run_in_threadpool

from certhub.db.writer import Ended, Write
from certhub.hub import Hub
from certhub.hub.effects import Commit, Effect, Flow, Leave, Wait, drive, resume

Result = TypeVar("Result")
TOGETHER = 20
"""How many flows of a batch step before what they write is handed over, and how many of them wait at a time."""
OUTSIDE = 6
"""How many of them ask other regions at a time: a region has places for eight."""
LOOK_SECONDS = 1.0
"""How often the writer looks whether the loop that it waits for has ended."""
THREADS = 8
"""How many threads a batch takes on PostgreSQL: the pool's others are left to everybody else."""


async def read(do: Callable[[], Result], hub: Hub) -> Result:
    """Do what only reads."""
    return do() if hub.is_embedded else await run_in_threadpool(do)


async def answered(flow: Flow[Result], hub: Hub) -> Result:
    """Run a flow to its end."""
    if not hub.is_embedded:
        return await run_in_threadpool(drive, flow, hub.writer)
    ended = Ended()
    while True:
        try:
            effect = resume(flow, ended)
        except StopIteration as end:
            result: Result = end.value
            return result
        ended = await _ended(effect, hub)


async def answered_each(flows: Sequence[Flow[Result]], hub: Hub) -> list[Result | BaseException]:
    """Run many flows side by side, some at a time; return what each gave or raised, in order.

    Between any two steps of theirs the loop serves somebody else. Of other regions they ask fewer at once than there
    are places for (certhub/adapters/network.py).
    """
    if hub.is_embedded:
        return await _Batch(flows, hub).answered()
    threads = CapacityLimiter(THREADS)
    return list(
        await asyncio.gather(*(_caught(run_sync(drive, flow, hub.writer, limiter=threads)) for flow in flows))
    )


async def answered_in_turn(flows: Sequence[Flow[Result]], hub: Hub) -> list[Result | BaseException]:
    """Run many flows one after another, in a thread; return what each gave or raised, in order.

    Each of a case is judged with those before it: that may take long, and is nothing for the loop.
    """
    ended: list[Any] = []
    for flow in flows:
        ended.append(await _caught(run_sync(drive, flow, hub.writer)))
    return ended


class _Batch:
    """Flows that go on together: some of them step, one after another, and what they write is handed over at once.

    To hand each write over by itself costs a change of threads and a future for each, as much as its rows do.
    """

    def __init__(self, flows: Sequence[Flow[Any]], hub: Hub) -> None:
        self._flows, self._hub = flows, hub
        self._given: list[Any] = [None] * len(flows)
        self._ready = deque((number, Ended()) for number in range(len(flows)))
        self._outside = CapacityLimiter(OUTSIDE)
        self._asking = set[asyncio.Task[None]]()

    async def answered(self) -> list[Any]:
        """Run all of them to their ends."""
        try:
            while self._ready or self._asking:
                if self._ready and len(self._asking) < TOGETHER:
                    await self._go_on()
                else:
                    await asyncio.wait(self._asking, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in self._asking:  # the client went away: nobody asks on its behalf
                task.cancel()
        return self._given

    async def _go_on(self) -> None:
        """Let some step to what they wait for; have written what they leave, and go on with those that wrote."""
        commits, left = list[tuple[int, Commit]](), list[Write]()
        for _ in range(min(TOGETHER, len(self._ready))):
            number, ended = self._ready.popleft()
            await asyncio.sleep(0)
            effect = self._stepped(number, ended, left)
            if isinstance(effect, Commit):
                commits.append((number, effect))
            elif isinstance(effect, Wait):
                task = asyncio.create_task(self._ask(number, effect))
                self._asking.add(task)
                task.add_done_callback(self._asking.discard)
        self._hub.writer.leave(*left, place=_InLoop(asyncio.get_running_loop()))
        written = await _committed([effect for _, effect in commits], self._hub)
        self._ready.extendleft(
            (number, ended) for (number, _), ended in zip(reversed(commits), reversed(written), strict=True)
        )

    def _stepped(self, number: int, ended: Ended, left: list[Write]) -> Effect | None:
        """Run a flow on to what it waits for; None where it has ended. What it leaves is added to `left`."""
        try:
            effect = resume(self._flows[number], ended)
            while isinstance(effect, Leave):
                left.append(effect.write)
                effect = resume(self._flows[number], Ended())
        except StopIteration as end:
            self._given[number] = end.value
            return None
        except Exception as raised:  # noqa: BLE001 — told in its place
            self._given[number] = raised
            return None
        return effect

    async def _ask(self, number: int, effect: Wait) -> None:
        self._ready.append((number, await _outside(effect, self._outside)))


async def _caught(ending: Awaitable[Result]) -> Result | BaseException:
    try:
        return await ending
    except Exception as raised:  # noqa: BLE001 — told in its place
        return raised


async def _ended(effect: Effect, hub: Hub) -> Ended:
    """Wait for what a flow waits for; return how it ended."""
    match effect:
        case Commit():
            return (await _committed([effect], hub))[0]
        case Wait():
            return await _outside(effect)
        case Leave():
            hub.writer.leave(effect.write, place=_InLoop(asyncio.get_running_loop()))
    return Ended()


async def _outside(effect: Wait, limiter: CapacityLimiter | None = None) -> Ended:
    try:
        return Ended(await run_sync(effect.do, limiter=limiter))
    except Exception as failed:  # noqa: BLE001 — the flow's own to answer
        return Ended(raised=failed)


async def _committed(commits: Sequence[Commit], hub: Hub) -> list[Ended]:
    """Have these written, and wait for it; return how each ended."""
    if not commits:
        return []
    loop = asyncio.get_running_loop()
    waiting: asyncio.Future[list[Ended]] = loop.create_future()

    def done(ended: list[Ended]) -> None:
        """Called in the writer's thread; the loop may have ended before its writer."""
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, waiting, ended)

    try:
        hub.writer.submit_each([(one.write, one.rows) for one in commits], done=done, place=_InLoop(loop))
    except Exception as failed:  # noqa: BLE001 — each flow's own to answer
        return [Ended(raised=failed)] * len(commits)
    return await waiting


class _Once:
    """Something that one of two threads does, whichever comes first; the other one may wait for it."""

    def __init__(self, do: Callable[[], None]) -> None:
        self._do, self._taking, self._is_taken = do, Lock(), False
        self.is_over, self.raised = Event(), list[BaseException]()

    def run(self) -> None:
        """Do it, unless the other one does."""
        with self._taking:
            if self._is_taken:
                return
            self._is_taken = True
        try:
            self._do()
        except BaseException as broken:  # noqa: BLE001 — raised again by who waits for it
            self.raised.append(broken)
        self.is_over.set()


@dataclass(frozen=True, slots=True)
class _InLoop:
    """Where the writer's thread has inserts run: in the loop whose flows wait for them."""

    loop: asyncio.AbstractEventLoop

    def __call__(self, do: Callable[[], None]) -> None:
        """Run something in the loop and wait for it, in another thread; where the loop has ended, run it here."""
        once = _Once(do)
        try:
            self.loop.call_soon_threadsafe(once.run)
        except RuntimeError:  # it is closed
            once.run()
        while not once.is_over.wait(LOOK_SECONDS):
            if self.loop.is_closed():
                once.run()
        for broken in once.raised:
            raise broken


def _settle(waiting: "asyncio.Future[list[Ended]]", ended: list[Ended]) -> None:
    if not waiting.done():  # nobody waits any more: the client went away
        waiting.set_result(ended)
