"""A Dockerfile as values, and a replay of its steps without Docker.

    parse    logical lines → instructions (Dockerfile reference: comments, `\\` continuation, exec form as JSON)
    Replay   a folder stands for the image's file system, a fresh venv for the Python of the base image;
             FROM empties the folder, COPY copies, RUN runs with /opt, /src, /wheels, /own, /data inside it

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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass
class Replay:
    """Replays the stages of a Dockerfile in a folder."""

    context: Path
    folder: Path
    python: Path
    environment: dict[str, str] = field(default_factory=dict)
    stages: dict[str, Path] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        """What stands for `/`; the same path in every stage, as in an image."""
        return self.folder / "root"

    def run(self, stages: Sequence[Stage]) -> list[str]:
        """Replay every stage; return CMD or ENTRYPOINT of the last, to be run with `call`."""
        words: list[str] = []
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
        where, words = self.root, list[str]()
        for step in stage.steps:
            if step.name == "WORKDIR":
                where = self._inside(step.rest)
                where.mkdir(parents=True, exist_ok=True)
            elif step.name == "ENV":
                self._set(step.words)
            elif step.name == "COPY":
                self._copy(step, where)
            elif step.name == "RUN":
                self._run(step, where)
            elif step.name in {"CMD", "ENTRYPOINT"}:
                words = step.words if step.name == "CMD" and not words else words or step.words
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
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True)
    return folder / "bin" / "python"
