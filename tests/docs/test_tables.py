"""What the documents say of settings, commands, codes, routes and layers is what the code says."""

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from certhub.cli import app
from certhub.settings import Settings
from tests.docs.architecture import architecture_svg
from tests.docs.languages import documents
from tests.docs.pages import ROOT, commands, commands_table, in_one, pages, settings_table, with_table


@pytest.mark.parametrize("path", list(pages()), ids=lambda path: path.name)
def test_the_tables_are_those_of_the_code(path: Path) -> None:
    """Every table is what the code gives now; `python -m tests.docs.pages` writes them anew."""
    assert pages()[path] == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_setting_has_a_row_and_a_sentence(lang: str) -> None:
    """Each field of Settings is in the table, with a description in its language."""
    rows = settings_table(lang).splitlines()[2:]

    assert list(Settings.model_fields) == [row.split("`")[1] for row in rows]
    assert [] == [row for row in rows if row.endswith("|  |")]


def test_every_command_says_what_it_does_in_both_languages() -> None:
    """A command's help is Chinese / English: the table of either language takes its half."""
    halves = {usage: (in_one(words, "zh"), in_one(words, "en")) for usage, words in commands()}

    assert {} == {usage: both for usage, both in halves.items() if not all(both)}
    assert {} == {usage: zh for usage, (zh, _) in halves.items() if zh.isascii()}
    assert {} == {usage: en for usage, (_, en) in halves.items() if not en.isascii()}


def lines_of_commands() -> Iterator[tuple[str, list[str]]]:
    """Every line of a block of commands that runs certhub: the document, and the line's words."""
    for page in documents():
        for block in re.findall(
            r"```sh\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL
        ):
            for line in block.splitlines():
                if line.startswith("certhub "):
                    yield page, shlex.split(line, comments=True)[1:]


@pytest.mark.parametrize(("page", "words"), list(lines_of_commands()), ids=str)
def test_a_command_that_a_document_names_is_there(page: str, words: list[str]) -> None:
    """Each command line of each document names a command, and options that it takes."""
    command: Any = typer.main.get_command(app)
    while words and hasattr(command, "commands"):
        command, words = command.commands[words[0]], words[1:]
    options = {name for parameter in command.params for name in parameter.opts}

    assert [] == [word for word in words if word.startswith("--") and word not in options], page


def test_a_help_in_one_language_is_told() -> None:
    """A help that forgot one of its languages is an error, never an empty cell."""
    with pytest.raises(ValueError, match="both languages"):
        in_one("show the settings in force", "zh")


@pytest.mark.parametrize("table", [settings_table, commands_table])
def test_a_table_that_the_page_does_not_hold_is_told(table: Callable[[], str]) -> None:
    """A page that lost its marks is an error, never a page without a table."""
    with pytest.raises(ValueError, match="no table called"):
        with_table("# A page without marks\n", "settings", table())


def test_the_picture_follows_the_contracts() -> None:
    """A layer that moves or is renamed in pyproject.toml changes the picture; a contract that is gone is told."""
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    renamed = pyproject.replace('"cli",', '"windowpane",')

    assert ">windowpane</text>" not in architecture_svg(pyproject)
    assert ">windowpane</text>" in architecture_svg(renamed)
    with pytest.raises(ValueError, match="The hub is read top down"):
        architecture_svg(pyproject.replace("The hub is read top down", "Another name"))
