"""The list of every control of every page and of what it does: controls.json, read here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

FILE = Path(__file__).with_name("controls.json")
Does = Literal["asks", "carries", "goes", "prints", "here"]


@dataclass(frozen=True)
class Control:
    """A control by its CSS selector, in the state of the page in which it is seen, and its effect.

    asks      a request, METHOD and path (`*` stands for anything), in `what`
    carries   what is typed (`write`, where not every text will do) is in the body of the request `what`,
              after `press`; `first` is filled before
    goes      the address that it leads to, in `to`
    prints    the browser's print dialog
    here      a change that only this page has, on purpose: `shows` matches afterwards, `why` says for what
    """

    page: str
    control: str
    does: Does
    state: str = "start"
    what: str = ""
    press: str = ""
    write: str = ""
    to: str = ""
    shows: str = ""
    why: str = ""
    first: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return how a test names it."""
        return f"{self.page} {self.state} {self.control}"


def controls() -> list[Control]:
    """Return every entry."""
    listed: Mapping[str, list[dict[str, Any]]] = json.loads(FILE.read_text(encoding="utf-8"))
    return [
        Control(page=page, state=one.pop("in", "start"), **one)
        for page, rows in listed.items()
        for one in rows
    ]
