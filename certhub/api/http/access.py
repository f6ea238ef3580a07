"""Who may call what: access.json, read once. A route without a row does not exist for the outside.

    "POST /api/v1/certificates": {"who": ["agency"], "body": "json", "zh": …, "en": …}

`who` is "public" or a list of roles; `body` names a rule of bodies.py (a POST that names none may bring JSON,
which is checked and ignored); `zh` and `en` are what OpenAPI says the call is for.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Self

from starlette.routing import compile_path

from certhub.api.http.bodies import RULES, BodyRule
from certhub.errors import NotFound, Refused
from certhub.people.parties.people import Role


class MethodNotAllowed(Refused):
    """The path exists, the method does not."""

    code = "METHOD_NOT_ALLOWED"

    def __init__(self, allowed: list[str]) -> None:
        super().__init__("this method is not allowed here", detail={"allow": ", ".join(allowed)})
        self.allowed = tuple(allowed)


@dataclass(frozen=True, slots=True)
class Row:
    """One route as the outside sees it; `roles` None is public, `body` None reads nothing."""

    method: str
    path: str
    roles: frozenset[Role] | None
    body: BodyRule | None
    summary: str

    @property
    def key(self) -> str:
        """The row's name in access.json."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class _Place:
    pattern: re.Pattern[str]
    rows: Mapping[str, Row]


@dataclass(frozen=True, slots=True)
class AccessTable:
    """Finds the row of a request: paths without parameters first, then the others as the file has them."""

    literal: Mapping[str, Mapping[str, Row]]
    patterns: tuple[_Place, ...]

    @classmethod
    def from_dict(cls, table: "Rows") -> Self:
        """Read a table; an unknown role or body rule is refused (ValueError, KeyError)."""
        by_path: dict[str, dict[str, Row]] = {}
        for key, value in table.items():
            method, path = key.split(" ", 1)
            by_path.setdefault(path, {})[method] = _row(method, path, value)
        return cls(
            {path: rows for path, rows in by_path.items() if "{" not in path},
            tuple(_Place(compile_path(path)[0], rows) for path, rows in by_path.items() if "{" in path),
        )

    def find(self, method: str, path: str) -> Row:
        """Return the row for a request.

        Raises:
            NotFound: no row has such a path.
            MethodNotAllowed: rows have the path, none the method.
        """
        rows = self.literal.get(path) or next((p.rows for p in self.patterns if p.pattern.match(path)), None)
        if rows is None:
            raise NotFound("there is nothing under this path", code="NO_SUCH_PATH")
        if method not in rows:
            raise MethodNotAllowed(sorted(rows))
        return rows[method]

    def rows(self) -> Iterator[Row]:
        """Return every row."""
        for rows in (*self.literal.values(), *(place.rows for place in self.patterns)):
            yield from rows.values()


Rows = Mapping[str, Mapping[str, Any]]


def access_table(added: Rows = MappingProxyType({})) -> AccessTable:
    """Return the table of this package, with the rows of whoever adds routes to the app.

    Raises:
        ValueError: an added row names a route of this package: nobody from outside says who may call it.
    """
    own = read_rows("certhub.api.http")
    taken = sorted(own.keys() & added.keys())
    if taken:
        raise ValueError(f"rows of certhub/api/http/access.json are said again: {', '.join(taken)}")
    return AccessTable.from_dict({**own, **added})


@cache
def read_rows(package: str) -> Rows:
    """Return the rows of the access.json that lies in a package."""
    found: Rows = json.loads(files(package).joinpath("access.json").read_text(encoding="utf-8"))
    return found


def _row(method: str, path: str, value: Mapping[str, Any]) -> Row:
    who = value["who"]
    return Row(
        method,
        path,
        roles=None if who == "public" else frozenset(Role(role) for role in who),
        body=None if method == "GET" else RULES[value.get("body", "json")],
        summary=f"{value['zh']} · {value['en']}" if "zh" in value else "",
    )
