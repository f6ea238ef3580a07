"""A Dockerfile as values, and a replay of its steps without Docker.

    parse    logical lines → instructions (Dockerfile reference: comments, `\\` continuation, exec form as JSON)
    Replay   a folder stands for the image's file system, a fresh venv for the Python of the base image;
             FROM empties the folder, COPY copies, RUN runs with /opt, /src, /wheels, /own, /data inside it
    Layers   what steps that two Dockerfiles begin with have left, kept for the second, as Docker keeps it

A replay says that the steps fit together. It says nothing of the base image, of users and capabilities, or
of a read-only root: those need Docker.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

# ADD is left out on purpose: it fetches addresses and unpacks archives by itself.
KNOWN = {
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "RUN",
    "USER",
    "WORKDIR",
}
KEPT = ("PIP_", "SSL_", "REQUESTS_", "http", "HTTP", "no_", "NO_")
ROOTED = re.compile(r"(?<![\w./-])/(?=(?:opt|src|wheels|own|data)\b)")


class BadDockerfile(ValueError):
    """A line that cannot be read, with its number."""


@dataclass(frozen=True)
class Instruction:
    """One instruction; `flags` are its `--name=value`, `rest` what stands after them."""

    line: int
    name: str
    flags: Mapping[str, str]
    rest: str

    @property
    def words(self) -> list[str]:
        """The arguments, exec form or shell form."""
        return json.loads(self.rest) if self.rest.startswith("[") else shlex.split(self.rest)


@dataclass(frozen=True)
class Stage:
    """What one FROM begins."""

    base: str
    name: str | None
    steps: tuple[Instruction, ...]


def parse(text: str) -> list[Stage]:
    """Read a Dockerfile.

    Raises:
        BadDockerfile: an instruction is not known, has no argument, or stands before the first FROM.
    """
    stages: list[tuple[Instruction, list[Instruction]]] = []
    for one in _instructions(text):
        if one.name not in KNOWN:
            raise BadDockerfile(f"line {one.line}: {one.name} is not an instruction that we use")
        if not one.rest:
            raise BadDockerfile(f"line {one.line}: {one.name} says nothing")
        if one.name == "FROM":
            stages.append((one, []))
        elif stages:
            stages[-1][1].append(one)
        elif one.name != "ARG":
            raise BadDockerfile(f"line {one.line}: {one.name} stands before the first FROM")
    return [_stage(begun, steps) for begun, steps in stages]


def _stage(begun: Instruction, steps: Sequence[Instruction]) -> Stage:
    words = begun.words
    if len(words) not in (1, 3) or (len(words) == 3 and words[1].upper() != "AS"):
        raise BadDockerfile(f"line {begun.line}: FROM image [AS name]")
    return Stage(words[0], words[2] if len(words) == 3 else None, tuple(steps))


def _instructions(text: str) -> Iterator[Instruction]:
    begun, said = 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("#") or (not line.strip() and not said):
            continue
        begun = begun or number
        said += line.strip()
        if said.endswith("\\"):
            said = said[:-1]
            continue
        yield _instruction(begun, said)
        begun, said = 0, ""
    if said:
        raise BadDockerfile(f"line {begun}: the last line is continued")


def _instruction(number: int, said: str) -> Instruction:
    name, _, rest = said.partition(" ")
    flags = {}
    while (rest := rest.lstrip()).startswith("--"):
        flag, _, rest = rest.partition(" ")
        key, _, value = flag[2:].partition("=")
        flags[key] = value
    return Instruction(number, name.upper(), flags, rest.strip())


Begun = tuple[str, ...]
"""The base image and the steps of a stage so far, each as it is spelled."""


@dataclass
class Layers:
    """What was left by the first steps of a stage, where two stages have them in common; of one context alone."""

    folder: Path
    shared: frozenset[Begun]

    @classmethod
    def of(cls, folder: Path, stages: Iterable[Stage]) -> "Layers":
        """Return an empty store for these stages, in `folder`."""
        counted = Counter(begun for stage in stages for begun in _beginnings(stage))
        return cls(folder, frozenset(begun for begun, times in counted.items() if times > 1))

    def longest(self, stage: Stage) -> int:
        """Return after how many steps of a stage the last layer stands that is kept, 0 where none is."""
        kept = [at for at, begun in enumerate(_beginnings(stage), start=1) if self._place(begun).is_dir()]
        return max(kept, default=0)

    def keep(self, stage: Stage, steps: int, root: Path) -> None:
        """Keep what so many steps left, if another stage will begin with the same ones and no longer beginning."""
        beginnings = _beginnings(stage)
        is_last = steps == len(beginnings) or beginnings[steps] not in self.shared
        if beginnings[steps - 1] in self.shared and is_last:
            shutil.copytree(root, self._place(beginnings[steps - 1]), symlinks=True, dirs_exist_ok=True)

    def bring_back(self, stage: Stage, steps: int, root: Path) -> None:
        """Put what so many steps left where it was made: an environment knows its own place."""
        shutil.copytree(self._place(_beginnings(stage)[steps - 1]), root, symlinks=True, dirs_exist_ok=True)

    def _place(self, begun: Begun) -> Path:
        return self.folder / sha256("\n".join(begun).encode()).hexdigest()


def _beginnings(stage: Stage) -> list[Begun]:
    spelled = [f"{step.name} {sorted(step.flags.items())} {step.rest}" for step in stage.steps]
    return [(stage.base, *spelled[:count]) for count in range(1, len(spelled) + 1)]


@dataclass
class Replay:
    """Replays the stages of a Dockerfile in a folder, which has to be the same one for all that share layers."""

    context: Path
    folder: Path
    python: Path
    layers: Layers
    environment: dict[str, str] = field(default_factory=dict)
    stages: dict[str, Path] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        """What stands for `/`; the same path in every stage, as in an image."""
        return self.folder / "root"

    def run(self, stages: Sequence[Stage]) -> list[str]:
        """Replay every stage; return CMD or ENTRYPOINT of the last, to be run with `call`."""
        words: list[str] = []
        shutil.rmtree(self.folder, ignore_errors=True)
        for number, stage in enumerate(stages):
            if self.root.exists():
                self.stages[stages[number - 1].name or str(number - 1)] = self.root.rename(
                    self.folder / f"stage{number}"
                )
            self.root.mkdir(parents=True)
            self.environment = {"PATH": f"{self.python.parent}:/usr/local/bin:/usr/bin:/bin"}
            words = self._stage(stage)
        for left in self.stages.values():
            shutil.rmtree(left)  # an image has nothing of the stages before it
        return words

    def call(self, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run a command in what was built."""
        return subprocess.run(
            words, cwd=self.root, env=self._environment(), capture_output=True, text=True, check=False
        )

    def _stage(self, stage: Stage) -> list[str]:
        where, words, kept = self.root, list[str](), self.layers.longest(stage)
        if kept:
            self.layers.bring_back(stage, kept, self.root)
        for number, step in enumerate(stage.steps, start=1):
            if step.name == "WORKDIR":
                where = self._inside(step.rest)
                where.mkdir(parents=True, exist_ok=True)
            elif step.name == "ENV":
                self._set(step.words)
            elif step.name == "COPY" and number > kept:
                self._copy(step, where)
            elif step.name == "RUN" and number > kept:
                self._run(step, where)
            elif step.name in {"CMD", "ENTRYPOINT"}:
                words = step.words if step.name == "CMD" and not words else words or step.words
            if number > kept:
                self.layers.keep(stage, number, self.root)
        return words

    def _set(self, words: Sequence[str]) -> None:
        for word in words:
            name, _, value = word.partition("=")
            value = ROOTED.sub(f"{self.root}/", value)
            self.environment[name] = f"{value}:{self.python.parent}" if name == "PATH" else value

    def _copy(self, step: Instruction, where: Path) -> None:
        *sources, target = step.words
        origin = self.stages[step.flags["from"]] if "from" in step.flags else self.context
        into = self._inside(target) if target.startswith("/") else where / target
        for source in sources:
            found = origin / source.lstrip("/")
            if found.is_dir():
                ignore = shutil.ignore_patterns("__pycache__", "*.pyc")
                shutil.copytree(found, into, symlinks=True, dirs_exist_ok=True, ignore=ignore)
            else:
                shutil.copy2(found, into / found.name if target.endswith("/") else into)

    def _run(self, step: Instruction, where: Path) -> None:
        command = ROOTED.sub(f"{self.root}/", step.rest)
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=where,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise AssertionError(f"line {step.line}: {command}\n{done.stdout}\n{done.stderr}")

    def _environment(self) -> dict[str, str]:
        """Nothing of ours but what lets pip find its index: settings, certificates, home."""
        kept = {k: v for k, v in os.environ.items() if k.startswith(KEPT)}
        return kept | {"HOME": os.environ.get("HOME", "/tmp"), "LANG": "C.UTF-8"} | self.environment

    def _inside(self, path: str) -> Path:
        return self.root / path.lstrip("/")


def base_python(folder: Path) -> Path:
    """Make the venv that stands for the Python of the base image; return its `python`."""
    command = [sys.executable, "-m", "venv", "--without-pip", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "bin" / "python"
