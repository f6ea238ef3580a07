"""The pages' scripts under tsc: no finding as they stand, a finding for each planted mistake, and types that are true.

The types of pages, kinds, matters and test cards are written by hand (certhub/web/types). Real ones are put into
a script of a copy as literals: tsc then refuses a member too many, one too few and one of another type.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from certhub_schemas import kinds

from certhub.demo.cards import ALL_CARDS
from certhub.demo.resetting import PutBack
from tests.web.conftest import PATHS, Markup, Site
from tests.web.types.conftest import DEMO, WEB, Compile

pytestmark = pytest.mark.javascript

IMPORTS = """\
// A mistake that was planted.
import { call } from "./api.js";
import { byId } from "./dom.js";
import { page, pageOf } from "./page.js";
/** @import { Report } from "../../types/routes.js" */
/** @type {Report[]} */
export const reports = [];
export const used = [call, byId, page, pageOf];
"""
PLANTED = {
    "a member that no report has": (
        "/** @param {Report} report */\nexport const f = (report) => report.headlin;",
        "TS2551",
    ),
    "a holder of an item that may not be told": (
        "/** @param {Report} report */\nexport const f = (report) => report.items[0].holder;",
        "TS2339",
    ),
    "a parameter without a type": ("export const f = (words) => String(words);", "TS7006"),
    "a request that no route answers": ('export const f = () => call("GET", "/api/v1/nothing");', "TS2345"),
    "an answer taken for another": (
        '/** @returns {Promise<Report>} */\nexport const f = () => call("GET", "/api/v1/peers");',
        "TS2322",
    ),
    "a value of what is no field": ('export const f = () => byId("code").value;', "TS2339"),
    "what only another page knows": ("export const f = () => page.agencies;", "TS2339"),
    "what may be null": ("export const f = () => Date.parse(page.role);", "TS2345"),
    "newer than ES2020": ("export const f = () => [1].at(-1);", "TS2550"),
    "a verdict that is none": ('/** @type {Report["verdict"]} */\nexport const f = "green";', "TS2322"),
}


def test_the_scripts_as_they_stand_have_no_finding(findings: Compile):
    """Every type in the JSDoc holds, and nothing is without one: the product's alone, and the demo's with them."""
    assert [] == findings(WEB)
    assert [] == findings(DEMO)


def test_every_planted_mistake_is_found(findings: Compile, copy: Path):
    """One mistake a script, all in one copy: each is found where it stands, as what it is, and nothing else is."""
    for place, (mistake, _) in enumerate(PLANTED.values()):
        (copy / "static" / "js" / f"planted-{place}.js").write_text(f"{IMPORTS}{mistake}\n", encoding="utf-8")
    found = [line for line in findings(copy) if not line.startswith(" ")]

    for place, (what, (_, code)) in enumerate(PLANTED.items()):
        here = [line for line in found if line.startswith(f"static/js/planted-{place}.js(")]
        assert [code] == [line.split("error ")[1].split(":")[0] for line in here], (what, here)
    assert len(PLANTED) == len(found), found


def typed(found: Iterable[tuple[str, Any]]) -> str:
    """Return a script that has each value as a literal of its type."""
    parts = ["// Values as the hub gives them.\n"]
    for place, (type_, value) in enumerate(found):
        parts.append(f"/** @type {{{type_}}} */\nexport const v{place} = {json.dumps(value)};\n")
    return "".join(parts)


def test_what_the_hub_gives_is_what_the_types_say(findings: Compile, copy: Path, site: Site):
    """Pages in both languages, kinds, matters, test cards and a reset: as they are, so they are described."""
    page, routes = 'import("../../types/page.js").Pages', 'import("../../types/routes.js")'
    demo = 'import("../../types/demo.js")'
    visitor = site.visit()
    given: list[tuple[str, Any]] = [
        (
            f'{page}["{name}"]',
            json.loads(Markup(visitor.get(path, headers={"Accept-Language": lang}).text).data),
        )
        for name, path in PATHS.items()
        for lang in ("zh-CN", "en")
    ]
    given += [(f"{routes}.Kind", kind.to_json()) for kind in kinds()]
    visitor.get("/counter")
    told = visitor.get("/api/v1/matters", headers={"X-CertHub-Role": "clerk"}).json()["items"]
    given += [(f"{routes}.Matter", matter) for matter in told]
    for name in ALL_CARDS:
        dealt = visitor.post(f"/demo/cards/{name}", headers={"X-CertHub-Role": "clerk"})
        if dealt.status_code == 200:
            given.append((f"{demo}.DemoCard", dealt.json()))
    given.append((f"{demo}.DemoReset", PutBack({}, 1, ("420100",)).to_dict()))
    (copy / "static" / "js" / "given.js").write_text(typed(given), encoding="utf-8")

    assert [] == findings(copy)
    assert {"report", "offline_hours"} <= {name for _, value in given for name in value}
