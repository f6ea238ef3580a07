"""Helpers: copies of this process that do one kind of work, a job at a time, and send back what they made of it.

    crew = Crew(2, work)       two helpers, forked here and now: each holds whatever `work` holds
    crew.give(helper, job)     a helper that is idle gets a job
    helper, made = crew.next() what the first of those at work has made

A helper ends when the crew is closed. It also ends when this process does, however that happens: its pipe is closed
then, and nobody else holds the other end. Between jobs at the latest, so a job should be short.
"""

import os
import pickle
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Self

from certhub.errors import Unavailable

_FORK = get_context("fork")
_PATIENCE = 5.0  # seconds that a helper has to finish its job when the crew is closed


class HelperDied(Unavailable):
    """A helper was killed in the middle of a job."""


class Crew:
    """Helpers that all do the same work; a context manager."""

    def __init__(self, number: int, work: Callable[[Any], Any]) -> None:
        """Fork them. `work` is called in a helper with each job; jobs and what is made of them are pickled.

        What `work` reaches must be safe to copy: no lock that another thread holds, no connection that it would use.
        """
        self._pipes: list[Connection] = []
        self._processes = []
        self._busy: set[int] = set()
        for _ in range(number):
            ours, theirs = _FORK.Pipe()
            self._pipes.append(ours)
            process = _FORK.Process(target=_serve, args=(theirs, tuple(self._pipes), work), daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)

    @property
    def pids(self) -> tuple[int, ...]:
        """The process numbers of the helpers."""
        return tuple(process.pid or 0 for process in self._processes)

    def is_busy(self, helper: int) -> bool:
        """Whether a helper has a job."""
        return helper in self._busy

    @property
    def is_idle(self) -> bool:
        """Whether no helper is at work."""
        return not self._busy

    def give(self, helper: int, job: Any) -> None:
        """Give a job to a helper that is idle; helpers are numbered from 0.

        Raises:
            HelperDied: it is no more.
        """
        if helper in self._busy:  # two who write to each other at once may wait for each other for ever
            raise ValueError(f"helper {helper} is at work")
        try:
            self._pipes[helper].send_bytes(pickle.dumps(job, pickle.HIGHEST_PROTOCOL))
        except OSError as gone:
            raise HelperDied("a helper process is no more") from gone
        self._busy.add(helper)

    def next(self) -> tuple[int, Any]:
        """Wait for the first helper that is ready; return its number and what it made.

        Raises:
            HelperDied: one that was at work is no more.
            Exception: whatever the work raised.
        """
        [pipe, *_] = wait([self._pipes[helper] for helper in sorted(self._busy)])
        helper = self._pipes.index(pipe)  # type: ignore[arg-type]
        self._busy.discard(helper)
        try:
            made, raised = pickle.loads(self._pipes[helper].recv_bytes())  # noqa: S301  # our own copy wrote it
        except (EOFError, OSError) as gone:
            raise HelperDied("a helper process was killed in the middle of a job") from gone
        if raised is not None:
            raise raised
        return helper, made

    def close(self) -> None:
        """Let every helper go; one that does not is killed."""
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(_PATIENCE)
            if process.is_alive():
                process.kill()
                process.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _serve(pipe: Connection, not_ours: tuple[Connection, ...], work: Callable[[Any], Any]) -> None:
    """Work until the other end of the pipe is closed."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # who waits for us decides, and closes the pipe
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for other in not_ours:
            other.close()
        with suppress(EOFError, OSError):
            while True:
                pipe.send_bytes(_done(work, pickle.loads(pipe.recv_bytes())))  # noqa: S301  # our own original wrote it
    finally:
        os._exit(0)  # nothing of what was copied is ours to tidy up


def _done(work: Callable[[Any], Any], job: Any) -> bytes:
    """Do a job; return what was made of it, or what it raised, as bytes."""
    try:
        return pickle.dumps((work(job), None), pickle.HIGHEST_PROTOCOL)
    except Exception as broken:  # noqa: BLE001  whatever it is, who gave the job has to hear of it
        try:
            told = pickle.dumps((None, broken))
            pickle.loads(told)  # noqa: S301
        except Exception:  # noqa: BLE001  some errors cannot be made again from what they hold
            told = pickle.dumps((None, RuntimeError(f"a helper failed by {type(broken).__name__}")))
        return told
