"""The types of the pages' scripts without a compiler: true to the API and the templates, and none of them loose.

tests/web/types has the compiler (the lane `javascript`); what stands here cannot drift between two runs of it.
"""

import json
import re
from pathlib import Path

import pytest
from certhub_schemas import text as schemas_text

from certhub.api.http.access import read_rows
from tests.web import answer_types
from tests.web.conftest import PATHS, Markup, Site

ROOT = Path(__file__).parents[2]
WEB, DEMO = ROOT / "certhub" / "web", ROOT / "certhub" / "demo"
SCRIPTS = {
    path.name: path for package in (WEB, DEMO) for path in sorted((package / "static/js").glob("*.js"))
}
TYPES = [path for package in (WEB, DEMO) for path in sorted((package / "types").iterdir())]
OPENAPI = json.loads((Path(schemas_text.__file__).parent / "openapi.json").read_text(encoding="utf-8"))
TAGS = {
    "HTMLButtonElement": "button",
    "HTMLDetailsElement": "details",
    "HTMLDialogElement": "dialog",
    "HTMLFormElement": "form",
    "HTMLImageElement": "img",
    "HTMLInputElement": "input",
    "HTMLSelectElement": "select",
    "HTMLTextAreaElement": "textarea",
}
SVG = {"SVGElement": {"circle", "path", "rect", "svg"}}
LOOSE = r"\bany\b|\*\}|\{\??(?:Object|object|Function|function)\b"
"""Types that say nothing: any, the JSDoc {*}, and what tsc reads as one of them."""
ENTRY = re.compile(r'(?:"|\[\w+: `)(GET|POST) ([^"`]+)["`]\]?: (\w+(?:<\w+>)?);')


def loose(text: str) -> list[str]:
    """Return what a script's JSDoc, or a file of types, leaves unchecked: loose types and switched-off checks."""
    comments = re.findall(r"/\*\*.*?\*/", text, re.DOTALL)
    types = [part for comment in comments for part in re.findall(r"\{[^@].*\}", comment)]
    declared = re.findall(r"[:<|]\s*any\b", re.sub(r"//.*", "", text))
    return [
        *(found.group() for part in types for found in re.finditer(LOOSE, part)),
        *declared,
        *re.findall(r"@ts-\w+", text),
    ]


@pytest.mark.parametrize("path", [*SCRIPTS.values(), *TYPES], ids=lambda path: path.name)
def test_no_type_is_loose_and_no_check_is_off(path: Path) -> None:
    """The central entry of the counter took `any` once: eleven callers read members that nothing checked."""
    assert [] == loose(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        "/** @returns {any} */",
        "/** @param {*} given */",
        "/** @type {Map<string, any>} */",
        "/** @param {{body: any, key: string}} options */",
        "/** @param {Object} report */",
        "/** @param {(...args: any[]) => void} heard */",
        "// @ts-nocheck\n",
        "// @ts-ignore: later\n",
        "export interface One {\n  detail: any;\n}",
    ],
)
def test_a_loose_type_is_seen(text: str) -> None:
    """Each way to say nothing is one finding, so that the test above is worth something."""
    assert loose(text)


def test_the_answers_are_those_of_the_models() -> None:
    """`python -m tests.web.answer_types` writes the file anew after a member changed in Python."""
    assert answer_types.declarations() == answer_types.FILE.read_text(encoding="utf-8")


def described(method: str, route: str) -> set[str]:
    """Return the names of what OpenAPI says a route of the scripts answers; "" where it describes none."""
    path = route.partition("?")[0]
    wanted = re.compile("[^/]+".join(re.escape(part) for part in path.split("${string}")) + "$")
    return {
        content["schema"].get("$ref", "").rsplit("/", 1)[-1]
        for path, operations in OPENAPI["paths"].items()
        if wanted.match(path)
        for status, response in operations.get(method.lower(), {}).get("responses", {}).items()
        if status.startswith("2")
        for content in response["content"].values()
    }


def test_each_request_has_the_answer_that_openapi_describes() -> None:
    """What OpenAPI leaves to certhub_schemas (kinds, matters) is held in tests/web/types."""
    text = (WEB / "types" / "routes.d.ts").read_text(encoding="utf-8")
    entries = ENTRY.findall(text)
    elsewhere = {"Kind": {""}, "List<Matter>": {"ItemList"}}

    assert len(entries) == len(re.findall(r"\b(?:GET|POST) /", text)) > 15
    for method, route, answer in entries:
        assert elsewhere.get(answer, {answer}) == described(method, route), (method, route)


def test_each_request_of_the_demo_is_a_row_of_its_own() -> None:
    """OpenAPI describes none of them: they are no part of what the product offers."""
    entries = ENTRY.findall((DEMO / "types" / "demo.d.ts").read_text(encoding="utf-8"))

    assert {f"{method} {re.sub('[{].*?[}]', '{}', row)}" for method, row, _ in entries} == {
        re.sub("[{].*?[}]", "{}", row.replace("{name}", "${name}")) for row in read_rows("certhub.demo")
    }
    assert not any(described(method, route) for method, route, _ in entries)


def modules(name: str) -> set[str]:
    """Return the texts of a page's script and of all that it imports."""
    found, waiting = set[str](), [f"{name}.js"]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            text = SCRIPTS[module].read_text(encoding="utf-8")
            waiting += re.findall(r'(?m)^import .* from "\./([\w.-]+)";', text)
    return {SCRIPTS[module].read_text(encoding="utf-8") for module in found}


@pytest.mark.parametrize("page", PATHS)
def test_each_element_that_a_script_asks_for_is_in_its_page(site: Site, page: str) -> None:
    """`byId` throws when an element is missing or of another kind: here it is seen before a browser is."""
    tags: dict[str | None, str] = {
        attributes.get("id"): tag for tag, attributes in Markup(site.visit().get(PATHS[page]).text).tags
    }
    asked = {pair for text in modules(page) for pair in re.findall(r'byId\("([\w-]+)"(?:, (\w+))?\)', text)}

    assert len(asked) > 5
    for name, kind in asked:
        assert name in tags, f"{page} has no #{name}"
        if kind:
            assert tags[name] in SVG.get(kind, {TAGS.get(kind)}), (name, kind, tags[name])
