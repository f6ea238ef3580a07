"""A trip sees one world: a flow takes time, trust and catalogue once, and hands them down (certhub/hub/trip.py).

A trust file that was rewritten in the middle of a verification once gave a receipt that named another trust set than
the one that had judged.
"""

import ast

import pytest

from tests.house.source import Module, modules

WORLD = {
    *("trust", "trust_folder", "now", "clock", "catalogue", "kind", "kinds", "matter", "matters"),
    *("signer", "seal", "keyring", "database"),
}
HANDED_ON = {
    "certhub/flows/records/import_.py issue_many",
    "certhub/flows/records/import_.py CrewedImport",
    "certhub/flows/people/places.py _changed",
    "certhub/flows/people/organisation.py _conclude",
    "certhub/flows/people/sign_in.py _count",
    "certhub/flows/people/sign_in.py _refused",
    "certhub/flows/verification/show.py presentation",
    "certhub/flows/verification/verify.py verification",
}
"""What is handed the hub to write one thing, and asks it for no part of the world: a node's end, a file's counts,
an attempt. An import of an hour does not seal by the trust set of an hour ago: each of its batches, or of
its helpers' lots, is a trip of its own.

`verify` and `show` drive `verification` and `presentation`, and begin no trip themselves.
"""
KEEPS_THE_HUB = {"certhub/jobs/runner.py"}
"""The runner of jobs gives it to each step; it is no step itself."""
WATCHES_REAL_TIME = {"certhub/jobs/peer_lists.py"}
"""When another region answered, in the course of the step: nothing is judged by it."""
PLANTED = """
def show(by, hub):
    trip = world_of(by, hub)
    return trip.hub.matter("x", trip.hub.database.clock.now()), trip.hub.trust_folder.current()
def world_of(by, hub):
    return hub.at(by)
"""


def asked_again(module: Module) -> list[str]:
    """Return where a module asks the hub itself for what a trip holds."""
    return [
        f"{module.path}:{node.lineno} {ast.unparse(node)}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in WORLD
        and ast.unparse(node.value).rpartition(".")[2] == "hub"
    ]


def handed_on(module: Module) -> set[str]:
    """Return the calls that are given the hub itself: who has it can begin a second trip."""
    return {
        f"{module.path} {ast.unparse(node.func)}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        for given in [*node.args, *(keyword.value for keyword in node.keywords)]
        if ast.unparse(given).rpartition(".")[2] == "hub"
    }


def aliased(module: Module) -> list[str]:
    """Return where the hub gets another name, so that what is asked of it goes by that name."""
    asked = {id(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Attribute)}
    given = {
        id(argument)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        for argument in [*node.args, *(keyword.value for keyword in node.keywords)]
    }
    return [
        f"{module.path}:{node.lineno} {ast.unparse(node)}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Name | ast.Attribute)
        and isinstance(node.ctx, ast.Load)
        and ast.unparse(node).rpartition(".")[2] == "hub"
        and id(node) not in asked | given
    ]


def moments(module: Module) -> list[str]:
    """Return where a module asks what time it is now, beside the time of its trip."""
    return [
        f"{module.path}:{node.lineno}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr == "moment"
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


def test_no_flow_hands_the_hub_on():
    """A helper that is given the hub begins a trip of its own, and sees a second world."""
    assert HANDED_ON == set().union(*map(handed_on, modules("certhub/flows")))


def test_the_hub_has_one_name():
    """`door = trip.hub`, and `door.trust` is a second world that no other lint sees."""
    found = [place for module in modules("certhub/flows", "certhub/jobs") for place in aliased(module)]

    assert KEEPS_THE_HUB == {place.partition(":")[0] for place in found}


def test_nothing_is_judged_by_another_time_than_the_trips():
    """What a flow calls fresh is fresh at the time of its trip, also where another region took three seconds."""
    asking = {place.partition(":")[0] for module in modules("certhub") for place in moments(module)}

    assert WATCHES_REAL_TIME == asking - {"certhub/hub/trip.py"}


def test_a_job_asks_for_its_world_once_a_step():
    """A list was once signed under one trust set and kept under the digest of another."""
    jobs = [place for module in modules("certhub/jobs") for place in asked_again(module)]

    # `now` is when a region answered, in the course of the step: nothing is judged by it
    assert [] == [
        place for place in jobs if not place.endswith((".clock", ".database", ".catalogue", ".now"))
    ]


def test_the_lint_sees_what_it_forbids():
    """Health is no flow, and asks the hub."""
    assert [] != [place for module in modules("certhub/setup") for place in asked_again(module)]


def test_the_lint_sees_a_second_world_however_it_is_got():
    """By the trip's hub, by the folder of the trust list, and by a helper that begins another trip."""
    planted = Module("certhub/flows/planted.py", PLANTED, ast.parse(PLANTED))

    assert 3 == len([place for place in asked_again(planted) if "clock" not in place])
    assert {"certhub/flows/planted.py world_of"} == handed_on(planted)


@pytest.mark.parametrize(
    "line",
    ["door = trip.hub", "door: Hub = hub", "(door := trip.hub)", "return trip.hub", "[trip.hub][0].trust"],
)
def test_the_lint_sees_the_hub_under_another_name(line):
    """However it is renamed; asking it for a step, or for its region, renames nothing."""
    planted = f"def show(trip, hub):\n    hub.step('show:1')\n    {line}\n"

    assert 1 == len(aliased(Module("certhub/flows/planted.py", planted, ast.parse(planted))))
