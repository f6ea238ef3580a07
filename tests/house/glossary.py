"""The glossary, read as what it is: a table of terms, and a table of names that code does not say any more."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.house.source import ROOT, Module

PAGE = ROOT / "docs" / "glossary.md"
CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Term:
    """A row of the terms: the word of the code, the Chinese one, where it lives, what it is."""

    english: str
    chinese: str
    where: str
    meaning: str


@dataclass(frozen=True)
class Gone:
    """A name that code does not say any more, what it says instead, and the paths where it may stay."""

    name: str
    instead: str
    stays: tuple[str, ...]


def terms(page: str) -> list[Term]:
    """Return the rows of the terms."""
    return [Term(*cells) for cells in _rows(page, "Terms")]


def gone(page: str, heading: str = "Names that are gone") -> list[Gone]:
    """Return one entry for each name of a table of names that code does not say."""
    return [
        Gone(name, instead, tuple(CODE.findall(stays)))
        for names, instead, stays in _rows(page, heading)
        for name in CODE.findall(names)
    ]


def forbidden(module: Module, names: Iterable[Gone]) -> list[str]:
    """Return where a module says a name that is gone, and what to say instead."""
    banned = {one.name: one for one in names if not module.path.startswith(one.stays or ("\0",))}
    said = [(1, module.path.rpartition("/")[2]), *_names(module.tree)]
    return [
        f"{module.path}:{line} {name}: say {banned[name].instead}" for line, name in said if name in banned
    ]


def naming(module: Module, names: Iterable[Gone]) -> list[str]:
    """Return where a class, a function, a parameter or a field of a module is called by a word that names nothing."""
    banned = {one.name: one for one in names if not module.path.startswith(one.stays or ("\0",))}
    return [
        f"{module.path}:{line} {name}: say {banned[name].instead}"
        for line, name in _defined(module.tree)
        if name in banned
    ]


def _defined(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield (line, name) of every class, function, parameter and field that a module defines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.lineno, node.name
            yield from _fields(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name
            given = [
                *node.args.posonlyargs,
                *node.args.args,
                *node.args.kwonlyargs,
                node.args.vararg,
                node.args.kwarg,
            ]
            yield from ((one.lineno, one.arg) for one in given if one is not None)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr


def _fields(node: ast.ClassDef) -> Iterator[tuple[int, str]]:
    """Yield (line, name) of what a class sets in its body."""
    for statement in node.body:
        targets = (
            statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        )
        yield from ((statement.lineno, one.id) for one in targets if isinstance(one, ast.Name))


def _rows(page: str, heading: str) -> Iterator[list[str]]:
    """Yield the cells of each row of the one table under a heading."""
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    for line in lines[2:]:
        yield [cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")]


def _names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield (line, name) of everything that a module names or speaks of."""
    for node in ast.walk(tree):
        for place in ("id", "attr", "arg", "name", "asname"):
            found = getattr(node, place, None)
            if isinstance(found, str):
                yield getattr(node, "lineno", 1), found.rpartition(".")[2]
