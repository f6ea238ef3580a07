"""Read, decide, write: a module that decides holds values alone; it opens no unit, sends nothing and signs nothing.

What a decision reads again while it is being made can have moved, and a queue can only put together what is a value.
"""

import ast

import pytest

from tests.house.source import Module, modules

DECIDING = (
    "certhub/flows/verification/resolve.py",
    "certhub/flows/verification/peer_answer.py",
    "certhub/flows/verification/peer_decision.py",
    "certhub/flows/verification/filing.py",
)
DOORS = {
    "reading",
    "writing",
    "network",
    "public_files",
    "signer",
    "seal",
    "step",
    "hub",
    "sql",
    "clock",
    "keyring",
}
DECIDE = ("decide", "resolve", "examine_reply", "file")
MOST_PARAMETERS, GIVEN = 6, {"self", "cls", "by", "hub", "key"}
PLANTED = """
def decide(question, trip):
    with trip.reading() as unit:
        return unit.sql
def helper(a, b, c, d, e, f, *, g):
    pass
"""


def doors(tree: ast.AST) -> list[str]:
    """Return the doors that are opened in a tree, with their lines."""
    return sorted(
        f"{node.lineno} {ast.unparse(node)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in DOORS
    )


def many(module: Module) -> list[str]:
    """Return the functions of a module that take more than six values, besides who asks, the hub and the key."""
    return [
        f"{module.path}:{node.lineno} {node.name}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef)
        and len({one.arg for one in node.args.args + node.args.kwonlyargs} - GIVEN) > MOST_PARAMETERS
    ]


@pytest.mark.parametrize("path", DECIDING)
def test_a_module_that_decides_opens_no_door(path):
    """It gets what was read, and gives what is to be written."""
    [module] = [one for one in modules("certhub/flows") if one.path == path]

    assert [] == doors(module.tree)
    assert [
        node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef) and node.name in DECIDE
    ]


def test_a_function_that_decides_opens_no_door_wherever_it_stands():
    """`decide` of showing stands beside the flow that reads and writes."""
    deciding = [
        (module.path, node)
        for module in modules("certhub/flows")
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef) and node.name.lstrip("_").startswith("decide")
    ]

    assert len(deciding) >= 3
    assert [] == [f"{path}:{door}" for path, node in deciding for door in doors(node)]


def test_no_step_of_a_flow_takes_seven_values():
    """What seven parameters hand on is one value with a name: VerificationInProgress, IssuanceInProgress."""
    assert [] == [place for module in modules("certhub/flows") for place in many(module)]


def test_the_lint_sees_what_it_forbids():
    """A unit that is opened in a decision, and a seventh parameter."""
    planted = Module("certhub/flows/planted.py", PLANTED, ast.parse(PLANTED))

    assert ["3 trip.reading", "4 unit.sql"] == doors(planted.tree)
    assert ["certhub/flows/planted.py:5 helper"] == many(planted)
