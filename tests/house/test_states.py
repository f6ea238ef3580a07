"""A state changes at one place, and the row that keeps the change is never altered."""

import ast
from collections.abc import Iterator

from tests.house.source import modules

STORE = "certhub/records/certificates/store.py"
READY = "certhub/records/certificates/ready.py"
LEASES = {"take_over", "prolong"}
"""What else updates a certificate: who may go on with an intent. No state is among its values."""


def updates(*tables: str) -> Iterator[tuple[str, str, str]]:
    """Every `update(TABLE)`, `delete(TABLE)` or `TABLE.delete()` in the hub: module, function, and the whole call."""
    for module in modules("certhub"):
        if "/migrations/" in module.path:
            continue
        for function in ast.walk(module.tree):
            if isinstance(function, ast.FunctionDef):
                name = function.name
            elif isinstance(function, ast.Assign) and function in module.tree.body:
                name = ast.unparse(function.targets[0])
            else:
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.Call):
                    called = ast.unparse(node.func)
                    on = {ast.unparse(argument) for argument in node.args} | {called.rpartition(".")[0]}
                    if called.rpartition(".")[2] in ("update", "delete", "merge") and on & set(tables):
                        yield module.path, name, ast.unparse(function)


def test_a_certificate_is_changed_by_one_statement():
    """A flow that wrote the row past it would leave no trace of what the state had been."""
    found = {(path, name) for path, name, _ in updates("_CERTIFICATE", "CertificateRow")}

    assert {(STORE, name) for name in {"MOVE", *LEASES}} == found
    assert [] == [
        name
        for _, name, text in updates("_CERTIFICATE")
        if name in LEASES and ("_moved(" in text or "state=" in text)
    ]


def test_whoever_changes_a_certificate_keeps_the_change_beside_it():
    """The statement runs in one function, whose two callers write the row of the change."""
    callers = {
        (module.path, function.name): ast.unparse(function)
        for module in modules("certhub")
        for function in ast.walk(module.tree)
        if isinstance(function, ast.FunctionDef)
        and any(
            isinstance(one, ast.Call) and ast.unparse(one.func).endswith("move_by")
            for one in ast.walk(function)
        )
    }

    assert {(STORE, "_move"), (READY, "activate")} == callers.keys()
    assert "states.put(" in callers[STORE, "_move"]
    assert "lot.changes" in callers[READY, "activate"]
    running = [
        m.path for m in modules("certhub") if "returned(MOVE" in m.text or "returned(store.MOVE" in m.text
    ]
    assert [STORE] == running


def test_a_kept_change_is_never_altered():
    """Only added to: a correction is one more decision."""
    assert [] == list(updates("_STATE", "StateRow"))
    knowing = {module.path for module in modules("certhub") if "StateRow" in module.text}
    assert {f"certhub/records/certificates/{name}.py" for name in ("states", "tables")} == knowing
