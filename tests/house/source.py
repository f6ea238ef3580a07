"""The source of the house, read once, as trees."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "certhub",
    "keys/certhub_keys",
    "schemas/certhub_schemas",
    "verifier/certhub_verifier",
)


@dataclass(frozen=True)
class Module:
    """One file of ours: where it lies, its text, its tree."""

    path: str
    text: str
    tree: ast.Module

    def names(self) -> Iterator[tuple[int, str]]:
        """Yield (line, dotted name) of everything that is imported or reached by attribute."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
            elif isinstance(node, ast.Attribute):
                yield node.lineno, ast.unparse(node)


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Return every module under these folders (default: the four packages)."""
    found = []
    for folder in folders or PACKAGES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            found.append(Module(path.relative_to(ROOT).as_posix(), text, ast.parse(text)))
    assert found
    return tuple(found)
