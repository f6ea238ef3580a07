"""Server-sent events for pages that wait: one poller a process, however many pages wait.

    watch = Watch(read)                      read(ids) -> {id: state}, in a thread
    async for state in watch.follow(id): …   the state as it is now, then each change, until it is a last one

The database is asked for all ids together, a few times a second, and only while somebody waits.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection, Mapping

from starlette.concurrency import run_in_threadpool

PERIOD_SECONDS = 0.25
LONGEST_SECONDS = 900.0
"""A page waits no longer than this on one connection; it asks again."""


class Watch:
    """The one poller of a process; `last` are the states after which nothing changes."""

    def __init__(self, read: Callable[[Collection[str]], Mapping[str, str]], last: Collection[str]) -> None:
        self._read, self._last = read, frozenset(last)
        self._waiting: dict[str, list[asyncio.Queue[str]]] = {}
        self._states: dict[str, str] = {}
        self._poller: asyncio.Task[None] | None = None

    async def follow(self, key: str) -> AsyncIterator[str]:
        """Yield the state of a key now and after each change; ends with a last one, or after `LONGEST_SECONDS`."""
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._waiting.setdefault(key, []).append(queue)
        self._states.pop(key, None)
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll())
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                while True:
                    state = await queue.get()
                    yield state
                    if state in self._last:
                        return
        except TimeoutError:
            return
        finally:
            self._waiting[key].remove(queue)
            if not self._waiting[key]:
                del self._waiting[key]

    async def _poll(self) -> None:
        while self._waiting:
            found: Mapping[str, str] = {}
            with contextlib.suppress(Exception):  # a database that is away for a moment ends no page's wait
                found = await run_in_threadpool(self._read, tuple(self._waiting))
            for key, state in found.items():
                if self._states.get(key) != state:
                    self._states[key] = state
                    for queue in self._waiting.get(key, ()):
                        queue.put_nowait(state)
            await asyncio.sleep(PERIOD_SECONDS)
        self._states.clear()


def event(name: str, data: str) -> bytes:
    """Return one server-sent event (HTML §9.2); `data` is one line."""
    return f"event: {name}\ndata: {data}\n\n".encode()
