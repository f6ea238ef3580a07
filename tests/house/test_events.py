"""The history is insert-only."""

import ast
import re

from tests.house.source import modules

TABLES = {"event", "EventRow", "_EVENT"}
CHANGING = {"update", "delete", "merge"}


def test_nothing_updates_or_deletes_an_event():
    """A clean-up job once "corrected" a history; from then on nobody could say what it had been."""
    found = []
    for module in modules("certhub"):
        if "/migrations/" in module.path:
            continue
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            on = called.rpartition(".")[0]
            what = called.rpartition(".")[2]
            arguments = {ast.unparse(argument) for argument in node.args}
            if what in CHANGING and (on.rpartition(".")[2] in TABLES or arguments & TABLES):
                found.append(f"{module.path}:{node.lineno} {called}")
    assert [] == found


def test_no_sql_text_changes_an_event():
    """The same, said in SQL's own words."""
    words = re.compile(r"(update|delete\s+from|drop\s+table|truncate)\s+\"?event\b", re.IGNORECASE)
    assert [] == [module.path for module in modules("certhub") if words.search(module.text)]


def test_only_the_audit_room_knows_the_event_table():
    """One door to the history, so that the lint above sees everybody who could change it."""
    knowing = {module.path for module in modules("certhub") if "EventRow" in module.text}
    assert {"certhub/history/events/store.py", "certhub/history/events/tables.py"} == knowing
