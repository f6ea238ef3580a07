"""The pages' scripts as files: small, whole, hand-written, and nothing that needs the network or a build."""

import re
from pathlib import Path

import pytest

STATIC = [Path(__file__).parents[2] / "certhub" / package / "static" for package in ("web", "demo")]
SCRIPTS = sorted(path for folder in STATIC for path in folder.rglob("*.js") if "vendor" not in path.parts)
STYLES = sorted(path for folder in STATIC for path in (folder / "css").glob("*.css"))
OURS = {path.name for path in SCRIPTS if STATIC[0] in path.parents}
SVG_NAME = "http://www.w3.org/2000/svg"  # a name, not an address
NEWER_THAN_ES2020 = (r"\?\?=", r"\|\|=", r"&&=", r"^await ", r"^\s*static \{", r"\bat\(-\d\)", r"#\w+ in ")

by_name = pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)


@by_name
def test_a_module_is_small_and_says_what_it_is(path: Path) -> None:
    """A module has fewer than 250 lines and begins with what it is for."""
    text = path.read_text(encoding="utf-8")

    assert text.startswith("// ")
    assert text.count("\n") < 250


@by_name
def test_a_module_imports_what_is_there(path: Path) -> None:
    """Every import names a file under /assets/js/, where both folders are one, and a name that the file exports."""
    text = path.read_text(encoding="utf-8")
    for names, source in re.findall(r"(?m)^import \{([^}]*)\} from \"(\./[\w.-]+)\"", text):
        [file] = [one for one in SCRIPTS if one.name == source[2:]]
        imported = file.read_text(encoding="utf-8")
        for name in (one.strip() for one in names.split(",")):
            assert re.search(rf"export (?:async )?(?:const|function|class) {name}\b", imported), (
                source,
                name,
            )
            assert len(re.findall(rf"\b{name}\b", text)) > 1, f"{name} is imported and not used"


@by_name
def test_a_module_of_the_product_imports_none_of_the_demo(path: Path) -> None:
    """A hub serves the product's scripts without the demo's; no name stands in both folders, where one would win."""
    imported = set(re.findall(r"\"\./([\w.-]+)\"", path.read_text(encoding="utf-8")))

    assert 1 == len([one for one in SCRIPTS if one.name == path.name])
    assert path.name not in OURS or imported <= OURS


@by_name
def test_a_module_goes_nowhere_else(path: Path) -> None:
    """No address of another origin, no markup from strings, no evaluation, nothing newer than ES2020."""
    text = path.read_text(encoding="utf-8").replace(SVG_NAME, "")

    assert not re.search(r"https?://|//[a-z]+\.[a-z]", text)
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text
    )
    assert not [newer for newer in NEWER_THAN_ES2020 if re.search(newer, text, re.MULTILINE)]


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_a_style_sheet_loads_nothing(path: Path) -> None:
    """No font, picture or sheet is fetched by a style sheet."""
    assert not re.search(r"url\(|@import", path.read_text(encoding="utf-8"))
