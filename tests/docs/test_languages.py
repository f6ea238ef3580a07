"""A document speaks one language; what city staff read exists in both, and the two say the same."""

import json
import re

import pytest

from tests.docs.languages import CODE, PAIRED, ROOT, chinese, documents, strange_lines

YET_MIXED: tuple[str, ...] = ()
"""Documents that still speak two languages in one line: only ever shorter."""
MAY_HOLD = {
    "docs/glossary.md": re.compile(r"(?<=^\|)([^|]*\|)[^|]*\|"),  # the second column: Chinese terms
}
"""What a document may hold although it is of the other language: the part of the line is looked past."""
SAID_BY_BOTH = {
    "营业执照": '"Business licence"',
    "食品经营许可证": '"Food business permit"',
    "结婚证": '"Marriage certificate"',
    "1号窗口": '"Window 1"',
    "2号窗口": '"Window 2"',
    "提交虚假材料": "issued on false papers",
}
"""Values in commands that a reader of either language types in their own."""
STEPS = re.compile(r"^(#+) (\d+ )?", re.MULTILINE)
FENCE = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)
QUOTED = re.compile("“([^”]+)”")


def read(page: str) -> str:
    """The text of a document, by its path from the root."""
    return (ROOT / page).read_text(encoding="utf-8")


def twins(page: str) -> tuple[str, str]:
    """An English page and its Chinese twin."""
    return read(f"{page}.md"), read(chinese(page))


def headings(text: str) -> list[tuple[str, str]]:
    """The depth of each heading, and its number where it has one."""
    return STEPS.findall(FENCE.sub("", text))


def blocks(text: str) -> list[tuple[str, list[str]]]:
    """The fenced blocks: in those of commands each line without its comment, of others only the number of lines."""
    found = []
    for kind, block in FENCE.findall(text):
        lines = block.splitlines()
        if kind in {"sh", "json"}:
            commands = [re.sub(r"(^| +)# .*", "", line).rstrip() for line in lines]
            found.append((kind, [line for line in map(in_english, commands) if line]))
        else:
            found.append((kind, [str(len(lines))]))
    return found


def in_english(command: str) -> str:
    """A command as a reader of the English page types it."""
    for zh, en in SAID_BY_BOTH.items():
        command = command.replace(zh, en)
    return command


def tables(text: str) -> list[tuple[int, list[str]]]:
    """For each row of each table the number of its cells, and the code in them."""
    rows = [line for line in FENCE.sub("", text).splitlines() if line.startswith("|")]
    return [(len(re.findall(r"(?<!\\)\|", row)) - 1, CODE.findall(row)) for row in rows]


@pytest.mark.parametrize("page", [page for page in documents() if page not in YET_MIXED])
def test_no_line_mixes_languages(page: str) -> None:
    """An overseas engineer skipped half of each sentence of the README, and a clerk met "a minute the first time"."""
    lang = "zh" if page.endswith(".zh-CN.md") else "en"
    text = read(page)
    if page in MAY_HOLD:
        text = "\n".join(MAY_HOLD[page].sub(r"\1 |", line, count=1) for line in text.splitlines())

    assert [] == strange_lines(text, lang=lang)


def test_what_is_still_mixed_is_listed_once() -> None:
    """A document that speaks one language by now leaves the list."""
    assert [] == [page for page in YET_MIXED if not strange_lines(read(page), lang="en")]


@pytest.mark.parametrize("page", PAIRED)
def test_each_twin_names_the_other_at_its_top(page: str) -> None:
    """One line under the title leads to the other language."""
    en, zh = twins(page)
    name = page.rpartition("/")[2]

    assert f"[简体中文]({chinese(name)})" == en.splitlines()[2]
    assert f"[English]({name}.md)" == zh.splitlines()[2]


def test_every_chinese_page_has_its_twin() -> None:
    """No page exists in Chinese alone."""
    assert sorted(map(chinese, PAIRED)) == [page for page in documents() if page.endswith(".zh-CN.md")]


@pytest.mark.parametrize("page", PAIRED)
def test_the_headings_of_twins_agree(page: str) -> None:
    """The same sections in the same order, as deep, with the same numbers."""
    en, zh = twins(page)

    assert headings(en) == headings(zh)


@pytest.mark.parametrize("page", PAIRED)
def test_the_commands_of_twins_agree(page: str) -> None:
    """The same blocks with the same commands; only comments and what a reader types in their own language differ."""
    en, zh = twins(page)

    assert blocks(en) == blocks(zh)


@pytest.mark.parametrize("page", PAIRED)
def test_the_tables_of_twins_agree(page: str) -> None:
    """As many rows and cells, and the same code in each of them."""
    en, zh = twins(page)

    assert tables(en) == tables(zh)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("page", ["docs/for-agencies", "docs/for-clerks"])
def test_a_button_that_a_page_names_is_there(page: str, lang: str) -> None:
    """What stands in “quotes” is a word of the pages or of a verdict in that language."""
    catalogues = [json.loads(read(f"certhub/{package}/texts/{lang}.json")) for package in ("web", "demo")]
    words = " ".join(text for found in catalogues for text in found.values()).lower()
    words += " ".join(re.findall(r'"([^"]+)"', read("verifier/certhub_verifier/causes.py"))).lower()
    text = read(chinese(page) if lang == "zh" else f"{page}.md")

    assert [] == [one for one in QUOTED.findall(text) if one.lower() not in words]


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "Needs Python 3.11+（内网用镜像）."),
        ("en", "| a cell | 状态 |"),
        ("en", "```sh\ncerthub doctor  # 每项都要打勾\n```"),
        ("zh", "首次约 1 分钟 a demo of two regions, a minute the first time"),
        ("zh", "| 令牌 | at most one line end behind it |"),
    ],
)
def test_the_lint_sees_a_mixed_line(lang: str, line: str) -> None:
    """A lint that finds nothing anywhere proves nothing."""
    assert strange_lines(line, lang=lang)


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "The kind is `营业执照`, see [the list](x.md)."),
        ("en", "```sh\ncerthub show 营业执照   # what it shows\n```"),
        ("en", "[简体中文](README.zh-CN.md)"),
        (
            "zh",
            "状态列表是 Token Status List，依据 SD-JWT VC 草案，见 `certhub show the very long command`。",
        ),
    ],
)
def test_data_and_names_are_no_mix(lang: str, line: str) -> None:
    """Code, values of commands, the switch at the top, and the names of things stand in either language."""
    assert [] == strange_lines(line, lang=lang)
