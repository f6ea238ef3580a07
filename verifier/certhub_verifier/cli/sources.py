"""Where the command's inputs come from: texts, files, standard input, and folders down to the last leaf.

A folder stands for every file in it whose ending says that it may be ours, in the order of their names, one
folder after the other. Hidden files are left alone, links to folders are not followed, other files are
passed over and counted, and so is what `--trust` names: a case folder may hold its own bundle. Nothing is
read before it is asked for, so a folder may be as large as it likes.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_INPUT_BYTES = 32 << 20  # a photograph of 48 megapixels; every token of ours is smaller
ENDINGS = [
    ".json",
    ".txt",
    ".jwt",
    ".sd-jwt",
    ".sdjwt",
    ".code",
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".bmp",
    ".webp",
]  # of what the command reads, in a folder
_SHOWN = 32  # columns of a text that stands for its own name


class TooLarge(Exception):
    """More than `MAX_INPUT_BYTES`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One input, not read yet: a path, or the text itself.

    `in_folder` says that a folder brought it. `ours` is False for a file that is passed over.
    """

    name: str
    path: Path | None = None
    text: bytes | None = None
    in_folder: bool = False
    ours: bool = True

    def read(self) -> bytes:
        """Return the whole content.

        Raises:
            OSError: the system does not give it.
            TooLarge: there is more of it than can be one of ours.
        """
        if self.text is not None:
            return self.text
        if self.path is None:
            content = sys.stdin.buffer.read(MAX_INPUT_BYTES + 1)
        else:
            with self.path.open("rb") as file:
                content = file.read(MAX_INPUT_BYTES + 1)
        if len(content) > MAX_INPUT_BYTES:
            raise TooLarge(self.name)
        return content


def sources(arguments: Iterable[str], *, besides: Path | None = None) -> Iterator[Source]:
    """Yield what the arguments stand for; `besides` is passed over in folders, since all is judged by it.

    Raises:
        FileNotFoundError: an argument looks like a path, and there is nothing.
    """
    for argument in arguments:
        path = _path(argument)
        if argument == "-":
            yield Source(name="-")
        elif path is None:
            yield _text(argument)
        elif path.is_dir():
            yield from _walk(path, besides)
        else:
            yield Source(name=argument, path=path)


def _path(argument: str) -> Path | None:
    """Return the path that an argument names, None where it is a text."""
    if not argument or argument == "-":  # an empty path would be this folder
        return None
    try:
        return Path(argument) if Path(argument).exists() else None
    except (ValueError, OSError):  # too long for a path, or with a NUL: it is a text
        return None


def _text(argument: str) -> Source:
    looks_like_a_path = os.sep in argument or argument.lower().endswith(tuple(ENDINGS))
    if looks_like_a_path and "://" not in argument and "~" not in argument:  # no address, no credential
        raise FileNotFoundError(argument)
    name = argument if len(argument) <= _SHOWN else f"{argument[: _SHOWN - 1]}…"
    return Source(name=name, text=argument.encode("utf-8", "surrogateescape"))


def _walk(top: Path, besides: Path | None) -> Iterator[Source]:
    """Yield the files below `top`; a folder that cannot be opened is an input that cannot be read."""
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as found:
                entries = sorted(
                    (entry for entry in found if not entry.name.startswith(".")),
                    key=lambda entry: entry.name,
                )
        except OSError:
            yield Source(name=str(folder), path=folder, in_folder=True)
            continue
        folders = []
        for entry in entries:
            path = folder / entry.name
            if besides is not None and _same(path, besides):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(path)
                continue
            yield Source(name=str(path), path=path, in_folder=True, ours=_ours(entry))
        waiting += reversed(folders)


def _ours(entry: "os.DirEntry[str]") -> bool:
    """Tell whether to open it: by its ending, and never a pipe or a device, which could make us wait."""
    if not entry.name.lower().endswith(tuple(ENDINGS)):
        return False
    try:
        return entry.is_file() or (entry.is_symlink() and not os.path.exists(entry))
    except OSError:  # links in a circle: that it cannot be read is told when it is
        return True


def _same(path: Path, other: Path) -> bool:
    try:
        return path.name == other.name and path.samefile(other)
    except OSError:
        return False
