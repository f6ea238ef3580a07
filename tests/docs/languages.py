"""Which document speaks which language, and which of its lines speak another one as well.

    both        README, and what city staff read: x.md in English and x.zh-CN.md in Chinese, each whole
    English     everything else that stands in the repository

What stands in `code`, in a fenced block, in a link's target or in a tag is data and belongs to no language; a comment
in a block of commands is prose like any other.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAIRED = (
    "README",
    "docs/operations",
    "docs/verify-a-receipt",
    "docs/for-agencies",
    "docs/for-clerks",
)
NOT_OURS = (".venv", ".git", "node_modules", ".certhub-demo", "tests/published")
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\u3000-\u303f\uff00-\uffef]")
SENTENCE = re.compile(r"(?:\b[A-Za-z][a-z'’-]*[,;:]? ){4,}[a-z]+")
"""Five words of English in a row: names such as PostgreSQL or Token Status List are shorter."""
CODE, TARGET, TAG = re.compile(r"`+[^`]+`+"), re.compile(r"\]\([^)]*\)"), re.compile(r"<[^>]*>")
SWITCH = re.compile(r"\[(?:简体中文|English)\]\([\w./-]+\)")


@dataclass(frozen=True)
class Line:
    """A line of a document as it is read: without what belongs to no language."""

    number: int
    text: str


def chinese(page: str) -> str:
    """Return the Chinese twin of a page that is paired."""
    return f"{page}.zh-CN.md"


def documents() -> list[str]:
    """Return every document under the root, as a path from there."""
    found = (path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.md"))
    return sorted(one for one in found if not one.startswith(NOT_OURS))


def prose(text: str) -> Iterator[Line]:
    """Yield the lines of a document, each without code, link targets and tags; of fenced blocks the comments."""
    fence = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            fence = "" if fence else (line.strip(" `") or "text")
        elif not fence:
            yield Line(number, TAG.sub("", TARGET.sub("]", CODE.sub("", line))))
        elif fence in {"sh", "python"}:
            yield Line(number, line.partition("# ")[2])


def strange_lines(text: str, *, lang: str) -> list[int]:
    """Return the numbers of the lines that hold another language than `lang`, the switch to the twin left aside."""
    other = HAN if lang == "en" else SENTENCE
    lines = text.splitlines()
    return [
        line.number
        for line in prose(text)
        if other.search(line.text) and not SWITCH.fullmatch(lines[line.number - 1].strip())
    ]
