"""Kinds and matters come from the hub, by the day: no module of the hub asks the package's data by itself.

A module function over package data once knew one version of each kind and no day: 23 calls of it would have judged,
issued and shown by a version that was not in force yet.
"""

import ast
from importlib import import_module
from types import FunctionType, ModuleType

from tests.house.source import Module, modules

WAY_IN = "certhub/hub/__init__.py"
DEMO = "certhub/demo/"  # data of the demo, made before a hub is there
SOURCES = ("certhub_schemas", "certhub_schemas.kinds", "certhub_schemas.matters", "certhub_schemas.catalogue")


def readers(source: ModuleType) -> set[str]:
    """Return the functions of a module that read the package's data, or any folder of entries."""
    return {
        name
        for name, value in vars(source).items()
        if not name.startswith("_") and _is_function(value) and _gives_entries(value)
    }


def _is_function(value: object) -> bool:
    return isinstance(getattr(value, "__wrapped__", value), FunctionType)


def _gives_entries(value: object) -> bool:
    told = getattr(value, "__wrapped__", value).__annotations__.get("return")
    return any(word in str(told) for word in ("Kind", "Matter", "Catalogue"))


def asked(module: Module) -> list[str]:
    """Return where a module imports such a function, or reaches it through its module."""
    forbidden = {f"{name}.{reader}" for name in SOURCES for reader in readers(import_module(name))}
    found = [f"{module.path}:{line} {name}" for line, name in module.names() if name in forbidden]
    whole = {
        alias.name
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.module == "certhub_schemas"
        for alias in node.names
        if alias.name in {"kinds", "matters", "catalogue"}
    }
    return found + [f"{module.path} {name}" for name in sorted(whole)]


def test_the_hub_is_the_one_way_to_kinds_and_matters():
    """Everything else gets them from a hub or a trip, or is handed them."""
    places = [
        place
        for module in modules("certhub")
        if module.path != WAY_IN and not module.path.startswith(DEMO)
        for place in asked(module)
    ]

    assert [] == places


def test_the_lint_sees_what_it_forbids():
    """The way in itself imports the shipped catalogue, and the functions are those that give entries."""
    [way_in] = [module for module in modules("certhub") if module.path == WAY_IN]
    known = set().union(*(readers(import_module(name)) for name in SOURCES))

    assert [] != asked(way_in)
    assert {"kind", "kinds", "matter", "matters", "shipped_catalogue", "load_kinds", "load_matters"} <= known
