"""No region is wired into the code: which there are is data, so that a city's hub is not the demo's.

`certhub show` once looked for the folder of one region by its code, and a card for one region was made where the demo's
first one was meant.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from certhub.demo.region_file import packaged
from tests.house.source import ROOT, Module, modules

CODES = re.compile(rf"(?<![0-9A-Z])(?:{'|'.join(one.code for one in packaged())})(?![0-9A-Z])")
PAGES = [
    path
    for package in ("web", "demo")
    for pattern in ("templates/*.html", "static/js/*.js", "texts/*.json")
    for path in sorted((ROOT / "certhub" / package).glob(pattern))
]


def wired(module: Module) -> Iterator[str]:
    """Yield where a text in code, other than a docstring's, names a region of the demo."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in docstrings:
            continue
        if CODES.search(node.value):
            yield f"{module.path}:{node.lineno} {node.value}"


def test_no_code_names_a_region_of_the_demo() -> None:
    """Not in a command, a flow, a page or the demo itself: the region files alone have codes."""
    assert [] == [place for module in modules() for place in wired(module)]


def test_no_page_names_a_region_of_the_demo() -> None:
    """Templates, scripts and words are the same for every region."""
    assert PAGES
    assert [] == [str(path) for path in PAGES if CODES.search(Path(path).read_text(encoding="utf-8"))]


def test_the_lint_sees_what_it_forbids() -> None:
    """A code alone, in a path or in a set is seen; in a longer number or a docstring it is no region."""
    code = packaged()[0].code
    text = f'"""Such as {code}."""\nhome = "{code}"\nfolder = ".x/{code}"\nkind = "11{code}MB99990011901"\n'

    assert ["x.py:2", "x.py:3"] == [
        place.split()[0] for place in wired(Module("x.py", text, ast.parse(text)))
    ]
