"""An edge translates: it opens no unit of work. What it imports is a contract (pyproject.toml), and crossed there."""

import ast
import subprocess
import sys

from certhub import cli
from tests.house.source import Module, modules

EDGES = ("certhub/api", "certhub/web", "certhub/cli")
OPENING = {
    "reading",
    "writing",
    "database",
    "engine",
    "begin",
    "execute",
    "exec_driver_sql",
    "scalar",
}
ENGINES = {"certhub/cli/keeping.py"}
"""`init` and `migrate` are given an address and not a hub; the engine goes to setup, which does the deed."""
CHECKS_SCHEMA = {"certhub/cli/serving.py"}
"""A server that starts looks at the schema first; it reads no row."""
PLANTED = """
def stop(hub):
    opened = hub.writing
    with opened() as unit, hub.database.engine.begin():
        pass
"""


def openings(module: Module) -> list[str]:
    """Return where a module opens a unit of work."""
    return [
        f"{module.path}:{node.lineno}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in OPENING
        and not ast.unparse(node.value).endswith("db")
    ]


def test_an_edge_opens_no_unit():
    """`certhub peer stop` once did the deed of the operator's route a second time, and left no history."""
    edges = [module for module in modules(*EDGES) if module.path not in CHECKS_SCHEMA]

    assert [] == [place for module in edges for place in openings(module)]


def test_an_edge_makes_no_engine():
    """Whoever has one has every table, and no lint of units sees it."""
    making = {
        module.path
        for module in modules(*EDGES)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] in ("open_engine", "create_engine")
    }

    assert ENGINES == making


def test_the_lint_sees_what_it_forbids():
    """A flow opens units; a lint that finds none there finds none anywhere."""
    assert [] != [place for module in modules("certhub/flows") for place in openings(module)]


def test_the_lint_sees_a_unit_that_is_opened_by_another_name():
    """A unit under another name, and a transaction of the engine's own."""
    planted = Module("certhub/cli/planted.py", PLANTED, ast.parse(PLANTED))

    assert 4 == len(openings(planted))


def loaded_by(line: str) -> list[str]:
    """Return every module that is there after a line of Python, in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-c", f"{line}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return told.stdout.split()


def test_a_hub_that_serves_has_no_demo_in_its_process():
    """Every command is there, `demo` too; what a demo is made of is imported when one is asked for."""
    loaded = loaded_by("import certhub.cli, certhub.server; certhub.cli.whole_app()")

    assert "certhub.cli.serving" in loaded
    assert [] == [name for name in loaded if name.startswith("certhub.demo")]


def test_a_command_loads_its_own_module_and_no_server():
    """`certhub show` took three seconds of a slow machine to say a word, two of them to import FastAPI and jobs."""
    loaded = loaded_by("from certhub.cli import app_for; app_for(['show'])")

    assert "certhub.cli.counter" in loaded
    assert [] == [name for name in loaded if name.startswith(("fastapi", "uvicorn", "certhub.cli.serving"))]


def test_each_command_is_listed_with_the_module_that_holds_it():
    """A command that is not listed would be found by `--help` and by nobody who types it."""
    app = cli.whole_app()
    held = [(one.name, one.callback) for one in app.registered_commands]
    held += [(one.name, one.typer_instance.registered_commands[0].callback) for one in app.registered_groups]

    assert {name: callback.__module__ for name, callback in held} == {
        name: f"certhub.cli.{module}" for name, module in cli.COMMANDS.items()
    }
