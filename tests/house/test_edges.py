"""An edge translates: it opens no unit of work. What it imports is a contract (pyproject.toml), and crossed there."""

import ast

from tests.house.source import Module, modules

EDGES = ("certhub/api", "certhub/web", "certhub/cli")
OPENING = {"reading", "writing"}


def openings(module: Module) -> list[str]:
    """Return where a module opens a unit of work."""
    return [
        f"{module.path}:{node.lineno}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in OPENING
        and not node.args
    ]


def test_an_edge_opens_no_unit():
    """`certhub peer stop` once did the deed of the operator's route a second time, and left no history."""
    assert [] == [place for module in modules(*EDGES) for place in openings(module)]


def test_the_lint_sees_what_it_forbids():
    """A flow opens units; a lint that finds none there finds none anywhere."""
    assert [] != [place for module in modules("certhub/flows") for place in openings(module)]
