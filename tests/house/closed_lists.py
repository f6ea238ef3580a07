"""Closed lists and the tables that must name all of their members, read from the source under any root.

Nothing is imported: a copy of the house with one word more or one row less is read as the house itself is.
A table can be told to forget a member, which is how its check is seen to fail.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from tests.house.source import PACKAGES

GONE = "gone_for_a_test"


def file_of(module: str) -> str:
    """Return where a module of the four packages lies, under a root."""
    package, *rest = module.split(".")
    [folder] = [one for one in PACKAGES if Path(one).name == package]
    return str(Path(folder, *rest).with_suffix(".py"))


def _tree(root: Path, path: str) -> ast.Module:
    return _parsed((root / path).read_text(encoding="utf-8"))


@cache
def _parsed(text: str) -> ast.Module:
    """Read a file once: two hundred tables are read, and one of them says another thing each time."""
    return ast.parse(text)


class Table(Protocol):
    """Something that names members: in a file, and for one list."""

    path: str

    def read(self, root: Path) -> set[str]:
        """Return what it names."""

    def forget(self, root: Path, member: str) -> None:
        """Take a member out of the file."""


@dataclass(frozen=True)
class Members:
    """The members of an enumeration, as values; code names them by their names."""

    kind: type[StrEnum]

    @property
    def path(self) -> str:
        """Where it lies."""
        return file_of(self.kind.__module__)

    def by_name(self, root: Path) -> Mapping[str, str]:
        """Return {NAME: value}."""
        for node in ast.walk(_tree(root, self.path)):
            if isinstance(node, ast.ClassDef) and node.name == self.kind.__name__:
                return {
                    ast.unparse(line.targets[0]): str(ast.literal_eval(line.value))
                    for line in node.body
                    if isinstance(line, ast.Assign)
                }
        raise LookupError(f"{self.path} has no {self.kind.__name__}")

    def read(self, root: Path) -> set[str]:
        """Return the values."""
        return set(self.by_name(root).values())

    def __str__(self) -> str:
        return self.kind.__name__


@dataclass(frozen=True)
class Fields:
    """The annotated names of a class."""

    kind: type
    path: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", file_of(self.kind.__module__))

    def by_name(self, root: Path) -> Mapping[str, str]:
        """Return each by its own name."""
        return {name: name for name in self.read(root)}

    def read(self, root: Path) -> set[str]:
        """Return the names."""
        for node in ast.walk(_tree(root, self.path)):
            if isinstance(node, ast.ClassDef) and node.name == self.kind.__name__:
                return {ast.unparse(line.target) for line in node.body if isinstance(line, ast.AnnAssign)}
        raise LookupError(f"{self.path} has no {self.kind.__name__}")

    def __str__(self) -> str:
        return f"the fields of {self.kind.__name__}"


@dataclass(frozen=True)
class Rows:
    """The first word of each row: of `("X", …)`, of `Row("X", …)` and `Row(word="X", …)`, or the row `"X"` itself.

    The rows are those of a tuple, or of a `Literal`.
    """

    path: str
    name: str
    word: str = ""

    def by_name(self, root: Path) -> Mapping[str, str]:
        """Return each by its own name."""
        return {name: name for name in self.read(root)}

    def read(self, root: Path) -> set[str]:
        """Return the words."""
        value = _assigned(_tree(root, self.path), self.name)
        if isinstance(value, ast.Subscript):
            value = value.slice
        assert isinstance(value, ast.Tuple)
        return {str(ast.literal_eval(self._first(row))) for row in value.elts}

    def _first(self, row: ast.expr) -> ast.expr:
        if isinstance(row, ast.Call):
            named = [one.value for one in row.keywords if one.arg == self.word]
            return named[0] if named else row.args[0]
        return row.elts[0] if isinstance(row, ast.Tuple) else row

    def __str__(self) -> str:
        return f"{self.name} of {self.path}"


@dataclass(frozen=True)
class Made:
    """The names that a module gives to values of one class: `NAME = Kind(…)`."""

    path: str
    kind: str

    def by_name(self, root: Path) -> Mapping[str, str]:
        """Return each by its own name."""
        return {name: name for name in self.read(root)}

    def read(self, root: Path) -> set[str]:
        """Return the names."""
        return {
            ast.unparse(line.targets[0])
            for line in _tree(root, self.path).body
            if isinstance(line, ast.Assign)
            and isinstance(line.value, ast.Call)
            and ast.unparse(line.value.func) == self.kind
        }

    def __str__(self) -> str:
        return f"{self.kind}s of {self.path}"


@dataclass(frozen=True)
class Raised:
    """The codes of the errors that a package makes: `code = "X"` of a class, `raise …(code="X")`."""

    path: str
    but: frozenset[str]
    """Rooms whose errors speak for themselves: they go to a terminal, a file's reader or a page."""

    def by_name(self, root: Path) -> Mapping[str, str]:
        """Return each by its own name."""
        return {code: code for code in self.read(root)}

    def read(self, root: Path) -> set[str]:
        """Return the codes."""
        return {
            code
            for path in sorted((root / self.path).rglob("*.py"))
            if path.relative_to(root / self.path).parts[0] not in self.but
            for code in _codes(path.read_text(encoding="utf-8"))
        }

    def __str__(self) -> str:
        return f"codes of errors in {self.path}"


@cache
def _codes(text: str) -> frozenset[str]:
    """Return the codes of the errors that a file defines or raises."""
    codes: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        found: list[ast.expr] = []
        if isinstance(node, ast.ClassDef):
            lines = [line for line in node.body if isinstance(line, ast.Assign)]
            found = [line.value for line in lines if ast.unparse(line.targets[0]) == "code"]
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            found = [word.value for word in node.exc.keywords if word.arg == "code"]
        codes |= {one.value for one in found if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return frozenset(codes)


ClosedList = Members | Fields | Rows | Made | Raised


@dataclass(frozen=True)
class InCode:
    """The keys of the mapping, or the words of the list, that an assignment in a Python file makes."""

    path: str
    name: str

    def read(self, root: Path) -> set[str]:
        """Return what it names: texts as they are, attributes and names by their last part."""
        return set(_named(_assigned(_tree(root, self.path), self.name)))

    def forget(self, root: Path, member: str) -> None:
        """Take the entry out."""
        tree = ast.parse((root / self.path).read_text(encoding="utf-8"))
        _forget(_assigned(tree, self.name), member)
        (root / self.path).write_text(ast.unparse(tree), encoding="utf-8")

    def __str__(self) -> str:
        return f"{self.name} of {self.path}"


@dataclass(frozen=True)
class InJson:
    """The keys of an object, or the words of a list, in a JSON file; with `langs` only what speaks all of them."""

    path: str
    at: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()

    def read(self, root: Path) -> set[str]:
        """Return what it names."""
        found = self._part(self._whole(root))
        if not self.langs:
            return {str(one) for one in found}
        return {name for name, words in found.items() if all(words.get(lang) for lang in self.langs)}

    def forget(self, root: Path, member: str) -> None:
        """Take the entry out, or one of its languages."""
        whole = self._whole(root)
        found = self._part(whole)
        if self.langs:
            del found[member][self.langs[-1]]
        elif isinstance(found, list):
            found.remove(member)
        else:
            del found[member]
        (root / self.path).write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")

    def _whole(self, root: Path) -> Any:
        return json.loads((root / self.path).read_text(encoding="utf-8"))

    def _part(self, found: Any) -> Any:
        for name in self.at:
            found = found[int(name)] if isinstance(found, list) else found[name]
        return found

    def __str__(self) -> str:
        return f"{' '.join(self.at)} of {self.path}"


@dataclass(frozen=True)
class InText:
    """The words that a pattern finds in a file, between two marks: for scripts, style sheets and documents."""

    path: str
    pattern: str
    begin: str = ""
    end: str = ""

    def read(self, root: Path) -> set[str]:
        """Return the first group of each match."""
        return set(re.findall(self.pattern, self._parts(root)[1], flags=re.MULTILINE))

    def forget(self, root: Path, member: str) -> None:
        """Spell the word otherwise wherever it stands between the marks."""
        before, here, after = self._parts(root)
        for found in reversed([*re.finditer(self.pattern, here, flags=re.MULTILINE)]):
            if found[1] == member:
                here = here[: found.start(1)] + GONE + here[found.end(1) :]
        (root / self.path).write_text(before + here + after, encoding="utf-8")

    def _parts(self, root: Path) -> tuple[str, str, str]:
        text = (root / self.path).read_text(encoding="utf-8")
        before, begin, rest = text.partition(self.begin) if self.begin else ("", "", text)
        here, end, after = rest.partition(self.end) if self.end else (rest, "", "")
        assert here, f"{self.path} has nothing after {self.begin!r}"
        return before + begin, here, end + after

    def __str__(self) -> str:
        return f"{self.begin.strip() or self.pattern} of {self.path}"


@dataclass(frozen=True)
class Held:
    """One closed list against one table.

    apart      members that do not belong there
    beside     other words that do
    has_more   whether the table serves other lists too, and may name whatever it likes
    """

    closed: ClosedList
    table: InCode | InJson | InText
    apart: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()
    has_more: bool = False

    def faults(self, root: Path) -> list[str]:
        """Say what is missing where, and what is there and is no member; empty where all agree."""
        by_name = self.closed.by_name(root)
        told = {by_name.get(word, word) for word in self.table.read(root)}
        due = set(by_name.values()) - self.apart
        missing = [f"{word} of {self.closed} is missing in {self.table}" for word in sorted(due - told)]
        strange = [] if self.has_more else sorted(told - set(by_name.values()) - self.beside - {GONE})
        stale = sorted((self.apart - set(by_name.values())) | (self.beside - told))
        return [
            *missing,
            *(f"{word} in {self.table} is none of {self.closed}" for word in strange),
            *(f"{word} is excused in {self.table} for nothing" for word in stale),
        ]

    def due(self, root: Path) -> list[str]:
        """Return the members that the table must name, sorted."""
        return sorted(set(self.closed.by_name(root).values()) - self.apart)

    def spelled(self, root: Path, member: str) -> str:
        """Return how the table spells a member: by its value, or by its name in code."""
        names = [word for word, value in self.closed.by_name(root).items() if value == member]
        return next(word for word in (*names, member) if word in self.table.read(root))

    def __str__(self) -> str:
        return f"{self.closed} in {self.table}"


def _assigned(tree: ast.Module, name: str) -> ast.expr:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(one, ast.Name) and one.id == name for one in targets):
            return node.value
    raise LookupError(f"nothing is called {name}")


def _entries(value: ast.expr) -> ast.expr:
    """Return the mapping or list inside what wraps it: a proxy, a comprehension over rows, a Literal."""
    inner: list[ast.expr] = [
        node
        for node in ast.walk(value)
        if isinstance(node, ast.Dict | ast.Tuple | ast.List | ast.Set) and _size(node)
    ]
    return inner[0] if inner else value


def _size(node: ast.expr) -> int:
    return len(node.keys) if isinstance(node, ast.Dict) else len(getattr(node, "elts", ()))


def _named(value: ast.expr) -> Iterator[str]:
    found = _entries(value)
    for node in found.keys if isinstance(found, ast.Dict) else getattr(found, "elts", ()):
        if node is not None and not isinstance(node, ast.Starred):  # what is spread in stands elsewhere
            yield _word(node)


def _word(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ast.unparse(node).rpartition(".")[2]


def _forget(value: ast.expr, member: str) -> None:
    found = _entries(value)
    if isinstance(found, ast.Dict):
        kept = [
            (k, v) for k, v in zip(found.keys, found.values, strict=True) if k is None or _word(k) != member
        ]
        found.keys, found.values = [k for k, _ in kept], [v for _, v in kept]
    elif isinstance(found, ast.Tuple | ast.List | ast.Set):
        found.elts = [one for one in found.elts if _word(one) != member]
