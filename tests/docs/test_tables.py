"""What the documents say of settings, commands, codes and routes is what the code says."""

from collections.abc import Callable
from pathlib import Path

import pytest

from certhub.settings import Settings
from tests.docs.pages import API_PAGE, OPERATIONS_PAGE, commands_table, pages, settings_table, with_table


@pytest.mark.parametrize("path", [OPERATIONS_PAGE, API_PAGE], ids=lambda path: path.name)
def test_the_tables_are_those_of_the_code(path: Path) -> None:
    """Every table is what the code gives now; `python -m tests.docs.pages` writes them anew."""
    assert pages()[path] == path.read_text(encoding="utf-8")


def test_every_setting_has_a_row_and_a_sentence() -> None:
    """Each field of Settings is in the table, with a description."""
    table = settings_table()

    assert [] == [name for name in Settings.model_fields if f"| `{name}` |" not in table]
    assert [] == [name for name, field in Settings.model_fields.items() if not field.description]


def test_every_command_says_what_it_does_in_both_languages() -> None:
    """A command's help is Chinese / English."""
    rows = commands_table().splitlines()[2:]

    assert [] == [row for row in rows if "/ " not in row or row.isascii()]


@pytest.mark.parametrize("table", [settings_table, commands_table])
def test_a_table_that_the_page_does_not_hold_is_told(table: Callable[[], str]) -> None:
    """A page that lost its marks is an error, never a page without a table."""
    with pytest.raises(ValueError, match="no table called"):
        with_table("# A page without marks\n", "settings", table())
