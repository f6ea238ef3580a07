"""A trip sees one world: a flow takes time, trust and catalogue once, and hands them down (certhub/hub/trip.py).

A trust file that was rewritten in the middle of a verification once gave a receipt that named another trust set than
the one that had judged.
"""

import ast

from tests.house.source import Module, modules

WORLD = {"trust", "now", "catalogue", "signer", "seal", "clock"}


def asked_again(module: Module) -> list[str]:
    """Return where a module asks the hub itself for what a trip holds."""
    return [
        f"{module.path}:{node.lineno} {ast.unparse(node)}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in WORLD
        and ast.unparse(node.value).rpartition(".")[2] == "hub"
    ]


def begun(function: ast.FunctionDef) -> int:
    """Count the trips that a function begins."""
    return sum(
        isinstance(node, ast.Call) and ast.unparse(node.func).endswith("hub.at")
        for node in ast.walk(function)
    )


def functions(module: Module) -> list[ast.FunctionDef]:
    """Return the functions of a module that stand in no other."""
    return [node for node in module.tree.body if isinstance(node, ast.FunctionDef)]


def test_no_flow_asks_the_hub_for_what_its_trip_holds():
    """What judged is what the receipt names."""
    assert [] == [place for module in modules("certhub/flows") for place in asked_again(module)]


def test_a_trip_begins_once_and_where_a_flow_is_entered():
    """A helper that began a second trip would see a second world."""
    trips = {
        f"{module.path} {function.name}": begun(function)
        for module in modules("certhub/flows")
        for function in functions(module)
    }

    assert {0, 1} == set(trips.values())
    assert [] == [name for name, number in trips.items() if number and name.split()[1].startswith("_")]


def test_the_lint_sees_what_it_forbids():
    """Health is no flow, and asks the hub."""
    assert [] != [place for module in modules("certhub/setup") for place in asked_again(module)]
