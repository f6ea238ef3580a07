"""A fuzzing campaign: chunks of mutants over several processes, added up and told.

A chunk follows from the campaign's seed and its own number, whichever process makes it, so that a finding
can be made again. Each process builds the corpus once, and ends with whoever started the campaign. Memory
is told in `tests.fuzz.memory`'s two ways: what a process holds after each chunk, and the most it ever held.
"""

import hashlib
import itertools
import multiprocessing
import os
import random
import signal
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path

from certhub_verifier.errors import VerifierError

from tests.fuzz import memory
from tests.fuzz.corpus import Corpus
from tests.fuzz.memory import MAX_GROWTH, MAX_PEAK, Held
from tests.fuzz.mutate import Mutator
from tests.fuzz.targets import Found, Target, targets

CHUNK = 5_000
MAX_CPU_SECONDS = 1.0  # for one input; a hang is a finding
KEPT = 20  # findings kept of each campaign: one hole is found thousands of times
FINDINGS = Path(__file__).parent / "findings"


@dataclass(frozen=True, slots=True)
class Campaign:
    """What to do: so many mutants, or for so many seconds."""

    count: int | None
    seconds: float | None
    seed: int
    jobs: int
    only: str = ""


@dataclass(slots=True)
class Tally:
    """What came of some mutants: counts by (target, outcome), findings, the slowest input, memory by process."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    findings: list[tuple[str, str, bytes]] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    memory: dict[int, Held] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        """Add what another chunk found."""
        self.outcomes += other.outcomes
        self.findings += other.findings[: KEPT - len(self.findings)]
        self.slowest = max(self.slowest, other.slowest)
        for pid, held in other.memory.items():
            self.memory[pid] = self.memory[pid].then(held) if pid in self.memory else held

    def total(self, *outcomes: str) -> int:
        """Return how many mutants came out so; all of them if nothing is named."""
        return sum(count for (_, one), count in self.outcomes.items() if not outcomes or one in outcomes)

    @property
    def growth(self) -> int:
        """Return by how much what the worst process holds grew after its first chunk, in bytes."""
        return max((held.growth for held in self.memory.values()), default=0)

    @property
    def peak(self) -> int:
        """Return the most that a process ever held, in bytes."""
        return max((held.peak for held in self.memory.values()), default=0)

    @property
    def step(self) -> tuple[int, str]:
        """Return by how many bytes one input raised a peak at the most, and what was judged."""
        return max(((held.step, held.step_by) for held in self.memory.values()), default=(0, ""))


def judged(target: Target, data: bytes) -> tuple[str, str]:
    """Return what became of `data`, and for a finding why."""
    try:
        found = target.judge(data)
    except VerifierError:
        return Found.REFUSED.value, ""
    except Exception:  # noqa: BLE001 - whatever gets out is the finding
        return "foreign", traceback.format_exc()
    return found.value, "taken, and nobody signed it" if found is Found.ACCEPTED else ""


def fuzz(some: tuple[Target, ...], mutator: Mutator, count: int) -> Tally:
    """Judge `count` mutants of the good inputs of `some`, each by its weight."""
    tally, weights = Tally(), list(itertools.accumulate(target.weight for target in some))
    chance, watch = mutator.chance, memory.Watch()
    for target in chance.choices(some, cum_weights=weights, k=count):
        data = target.bend(chance) if target.bend else mutator.mutant(chance.choice(target.good))
        begun = time.process_time()
        outcome, why = judged(target, data)
        spent = time.process_time() - begun
        if spent > MAX_CPU_SECONDS:
            outcome, why = "slow", f"{spent:.1f} s of processor time"
        tally.outcomes[target.name, outcome] += 1
        tally.slowest = max(tally.slowest, (spent, target.name))
        watch.look(target.name)
        if why and len(tally.findings) < KEPT:
            tally.findings.append((target.name, f"{outcome}: {why}", data))
    tally.memory[os.getpid()] = watch.held()
    return tally


def campaign(wanted: Campaign, say: Callable[[str], None]) -> int:
    """Run it and tell the figures; returns 1 where anything was found, else 0."""
    begun, told, whole = time.monotonic(), 0.0, Tally()
    try:
        for tally in _tallies(wanted, begun):
            whole.add(tally)
            if time.monotonic() - begun > told + 30:
                told = time.monotonic() - begun
                held = max(held.last for held in whole.memory.values()) >> 20
                say(
                    f"{told:6.0f} s  {whole.total():>12,} mutants  {len(whole.findings)} findings  {held} MiB held"
                )
    except KeyboardInterrupt:
        say("stopped by hand; so far:")
    _tell(whole, time.monotonic() - begun, wanted, say)
    _keep(whole, say)
    return 1 if whole.findings or whole.growth > MAX_GROWTH or whole.peak > MAX_PEAK else 0


def _tallies(wanted: Campaign, begun: float) -> Iterator[Tally]:
    """Yield what each chunk found; a process that dies is a finding of its own."""
    chunks, running = _chunks(wanted, begun), set[Future[Tally]]()
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(wanted.jobs, spawn, _ready, (wanted.only,)) as pool:
        try:
            for order in chunks:
                running.add(pool.submit(_chunk, order))
                if len(running) > 2 * wanted.jobs:
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    yield from (one.result() for one in done)
            yield from (one.result() for one in running)
        except BrokenProcessPool:
            died = f"a process died; chunks follow from --seed {wanted.seed}"
            yield Tally(findings=[("process", died, b"")])
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def replay(path: Path, say: Callable[[str], None]) -> int:
    """Judge one kept input again, by the target that its name tells."""
    name = path.name.rpartition("-")[0]
    target = next(target for target in targets(Corpus()) if target.name == name)
    outcome, why = judged(target, path.read_bytes())
    say(f"{target.name}: {outcome} {why}")
    return 1 if why else 0


def _chunks(wanted: Campaign, begun: float) -> Iterator[tuple[int, int, int]]:
    """Yield (seed, number, size) until there are enough, or the time is up."""
    left = wanted.count
    for number in itertools.count():
        if left is not None and left <= 0:
            return
        if wanted.seconds is not None and time.monotonic() - begun > wanted.seconds:
            return
        size = CHUNK if left is None else min(CHUNK, left)
        left = None if left is None else left - size
        yield wanted.seed, number, size


_process: dict[str, tuple[tuple[Target, ...], Corpus]] = {}


def _ready(only: str) -> None:
    """Make this process's corpus and targets, once; Ctrl+C is the campaign's to hear, its end is ours too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_campaign, daemon=True).start()
    corpus = Corpus()
    chosen = tuple(target for target in targets(corpus) if target.name.startswith(only))
    _process["all"] = (chosen, corpus)


def _end_with_the_campaign() -> None:
    """Wait for the process that started this one to end, however it does, and end at once."""
    campaign = multiprocessing.parent_process()
    if campaign is not None:
        campaign.join()
        os._exit(1)


def _chunk(order: tuple[int, int, int]) -> Tally:
    seed, number, size = order
    chosen, corpus = _process["all"]
    return fuzz(chosen, Mutator(random.Random(f"{seed}.{number}"), corpus.everything), size)


def _tell(whole: Tally, seconds: float, wanted: Campaign, say: Callable[[str], None]) -> None:
    say(f"{'target':<22}{'mutants':>12}{'refused':>12}{'same':>10}{'accepted':>10}{'foreign':>9}{'slow':>6}")
    outcomes = ("refused", "same", "accepted", "foreign", "slow")
    widths = (12, 10, 10, 9, 6)
    for name in dict.fromkeys(name for name, _ in sorted(whole.outcomes)):
        counts = [whole.outcomes[name, outcome] for outcome in outcomes]
        cells = "".join(f"{count:>{width},}" for count, width in zip(counts, widths, strict=True))
        say(f"{name:<22}{sum(counts):>12,}{cells}")
    firsts = max((held.first for held in whole.memory.values()), default=0) >> 20
    lasts = max((held.last for held in whole.memory.values()), default=0) >> 20
    step, during = whole.step
    say("")
    worlds = sum(count for (name, _), count in whole.outcomes.items() if name.startswith("world-"))
    say(f"mutants             {whole.total():,} (seed {wanted.seed}, {wanted.jobs} processes)")
    say(f"of them             {whole.total() - worlds:,} of bytes, {worlds:,} of worlds, signed again")
    say(f"accepted            {whole.total('accepted'):,}")
    say(f"foreign exceptions  {whole.total('foreign'):,}")
    slowest, where = whole.slowest
    say(
        f"over {MAX_CPU_SECONDS:.0f} s            {whole.total('slow'):,} (slowest {slowest * 1000:.0f} ms, {where})"
    )
    say(f"mutants/s           {whole.total() / seconds:,.0f} in {seconds:.0f} s")
    say(f"memory held         {firsts} MiB after the first chunk, {lasts} MiB at the end")
    say(f"peak memory         {whole.peak >> 20} MiB (at one input +{step >> 20}, {during})")


def _keep(whole: Tally, say: Callable[[str], None]) -> None:
    if whole.growth > MAX_GROWTH:
        say(f"FOUND: what a process holds grew by {whole.growth >> 20} MiB")
    if whole.peak > MAX_PEAK:
        say(f"FOUND: a process held {whole.peak >> 20} MiB ({whole.step[1]})")
    for name, why, data in whole.findings:
        FINDINGS.mkdir(exist_ok=True)
        path = FINDINGS / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}"
        path.write_bytes(data)
        say(f"FOUND: {name}: {why.strip().splitlines()[-1]}\n       {path}")
