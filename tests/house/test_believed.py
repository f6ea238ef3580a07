"""A granting table is read where its MAC is checked, or by a function that is named here with its reason."""

import ast
from collections.abc import Iterator

import certhub.app  # noqa: F401  every noun's tables are known once the app is
from certhub.db.grants import Granting
from tests.house.source import Module, modules

MODELS = {model.__name__ for model in Granting.__subclasses__()}
CHECKS = {"believed", "is_ours", "count_not_ours"}
UNCHECKED = {
    (
        "certhub/records/certificates/search.py",
        "fill",
    ): "places alone; what lies there is opened by the store, which checks",
    (
        "certhub/records/certificates/states.py",
        "_lacks_a_change",
    ): "places alone; what is filled in is read by the stores, which check",
    (
        "certhub/regions/notices/store.py",
        "count_waiting",
    ): "a number on the operator's page; what is sent is read by `waiting`, which checks",
    (
        "certhub/sharing/messages/store.py",
        "waiting",
    ): "numbers for health; what is sent is read by `due` and `letter`, which check",
    ("certhub/verification/receipts/store.py", "keep_receipt"): "a blob that opens for its row alone",
    (
        "certhub/records/certificates/states.py",
        "incomplete",
    ): "places alone; what is filled in is read by the stores, which check",
    ("certhub/records/status/store.py", "bare_lists"): "whether decoys are still to be given",
    (
        "certhub/records/status/store.py",
        "free_slots",
    ): "what is drawn is kept by inserting it, which decides",
    (
        "certhub/records/status/store.py",
        "values_of",
    ): "what is compared with the published list, whose changes are checked",
}


def granting(module: Module) -> set[str]:
    """The names under which a module knows granting tables: `_ACCOUNT = table_of(AccountRow)`, alone or in a row."""
    names: set[str] = set()
    for node in module.tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            pairs = zip(_each(node.targets[0]), _each(node.value), strict=False)
            for target, value in pairs:
                if (
                    isinstance(value, ast.Call)
                    and ast.unparse(value.func) == "table_of"
                    and ast.unparse(value.args[0]) in MODELS
                ):
                    names.add(ast.unparse(target))
    return names


def _each(node: ast.expr) -> list[ast.expr]:
    return list(node.elts) if isinstance(node, ast.Tuple) else [node]


def called(node: ast.AST) -> set[str]:
    """The names of what is called in a piece of source."""
    return {ast.unparse(one.func) for one in ast.walk(node) if isinstance(one, ast.Call)}


def selects(node: ast.AST, tables: set[str]) -> bool:
    """Whether a piece of source selects from one of these tables."""
    calls = (one for one in ast.walk(node) if isinstance(one, ast.Call) and ast.unparse(one.func) == "select")
    return any({ast.unparse(one).split(".")[0] for one in call.args} & tables for call in calls)


def prepared(module: Module, tables: set[str]) -> set[str]:
    """The names of a module's statements that select from these tables, and of those made out of them."""
    names: set[str] = set()
    for node in module.tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            made_of = {one.id for one in ast.walk(node.value) if isinstance(one, ast.Name)}
            if selects(node.value, tables) or made_of & names:
                names.add(ast.unparse(node.targets[0]))
    return names


def readers() -> Iterator[tuple[str, str, bool]]:
    """Every function that selects from a granting table: its module, its name, and whether it checks.

    A statement that stands at the top of a module is read by every function that names it.
    """
    for module in modules("certhub"):
        tables = granting(module)
        statements = prepared(module, tables)
        functions = [node for node in module.tree.body if isinstance(node, ast.FunctionDef)]
        checking = {f.name for f in functions if called(f) & CHECKS}
        for function in functions:
            named = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
            if selects(function, tables) or named & statements:
                yield module.path, function.name, bool(called(function) & (CHECKS | checking))


def test_every_reader_of_a_granting_table_checks_its_mac():
    """Somebody who reads such a table and believes it opens the door again."""
    unchecked = {(path, name) for path, name, checks in readers() if not checks}

    assert UNCHECKED.keys() == unchecked


def test_the_lint_sees_the_readers():
    """A lint that finds nothing keeps nothing out: the ten tables are read in at least twelve functions."""
    assert 12 <= len(set(readers()))
