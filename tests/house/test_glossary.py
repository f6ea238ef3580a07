"""One word means one thing, and what the glossary forbids is not said in code."""

import ast
import re
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from tests.house.glossary import CODE, PAGE, Gone, forbidden, gone, naming, terms
from tests.house.source import ROOT, Module, modules

TEXT = PAGE.read_text(encoding="utf-8")
TERMS, GONE = terms(TEXT), gone(TEXT)
EMPTY = gone(TEXT, "Words that name nothing by themselves")
NAMED_FILE = re.compile(r"(?<![\w./])((?:[a-z_]\w*/)*[a-z_]\w*\.py)\b")
PATH = re.compile(r"^(?:certhub|keys|verifier|schemas|tests)/[\w./-]+$")
RENAMED = {
    *("Looked", "Found", "Spends", "Use", "use_now", "spend", "SpentRow", "Asked", "Founding", "AgencySeed"),
    *("record_all", "audit", "Need", "News", "exhibits", "What", "shapes", "desk", "intake.py", "runs.py"),
    *("anchors.py", "stir", "spoken", "relying.py", "Door", "Edge", "hear_out", "_let_in", "Shelf", "cid"),
    *(
        "_told",
        "_mine",
        "provision",
        "provision.py",
        "deed",
        "members.py",
        "stated.py",
        "shapes.py",
    ),
}
"""What the redesign renamed. A row that is taken out of the glossary lets its word back in."""
WITHOUT_MEANING = {"found", "shown", "listed", "stated", "told", "one", "each", "mine", "used", "Question"}
PLANTED = '''
def receive(cert_type, /):
    """A cert_type in a sentence is no name."""
    return record.certificate_type
'''


def sources() -> Iterator[Path]:
    """Every file of Python of ours."""
    for folder in ("certhub", "keys", "schemas", "verifier", "tests"):
        yield from (ROOT / folder).rglob("*.py")


def twice(words: list[str]) -> list[str]:
    """The words that stand there more than once."""
    return [word for word, count in Counter(words).items() if count > 1]


def test_each_term_has_one_row():
    """A second row for a word is a second meaning, in either language."""
    assert len(TERMS) > 50
    assert [] == twice([term.english for term in TERMS])
    assert [] == twice([term.chinese for term in TERMS])


def test_each_term_says_what_it_is_in_both_languages():
    """No cell is empty; the Chinese word is Chinese, and nothing else of the row is."""
    assert [] == [term for term in TERMS if not all((term.english, term.chinese, term.where, term.meaning))]
    assert [] == [term.english for term in TERMS if not re.search("[\u4e00-\u9fff]", term.chinese)]


def test_what_a_term_points_at_is_there():
    """A glossary once sent its readers to a folder that had been renamed."""
    named = [one for term in TERMS for one in CODE.findall(term.where) if PATH.match(one)]

    assert len(named) > 30
    assert [] == [one for one in named if not (ROOT / one).exists()]


def missing_files(module: Module, files: Collection[str]) -> list[str]:
    """Return the files of Python that a module speaks of and that are nowhere."""
    return [
        f"{module.path} {name}"
        for name in dict.fromkeys(NAMED_FILE.findall(module.text))
        if not any(f"/{file}".endswith(f"/{name}") for file in files)
    ]


def test_a_file_that_is_spoken_of_is_there():
    """The edge's first page named two of its files by the names that they had before they were renamed."""
    files = [path.relative_to(ROOT).as_posix() for path in (ROOT / "dev.py", *sources())]

    assert [] == [named for module in modules() for named in missing_files(module, files)]
    planted = Module("certhub/planted.py", '"""See hub/trip.py, http/door.py and door.py."""', ast.parse(""))
    assert ["certhub/planted.py http/door.py", "certhub/planted.py door.py"] == missing_files(planted, files)


def test_no_name_that_is_gone_comes_back():
    """Four words for one act (redeem, spend, use, consume) stood in the code, and each reader chose another."""
    assert GONE
    assert [] == [where for module in modules() for where in forbidden(module, GONE)]


def test_what_was_renamed_stays_in_the_tables():
    """The glossary lists every word of the renaming; a lint can only hold what the page says."""
    assert set() == RENAMED - {one.name for one in GONE}
    assert set() == WITHOUT_MEANING - {one.name for one in EMPTY}


def test_nothing_is_called_by_a_word_that_names_nothing():
    """`found` once stood 583 times in the code, for a row, a report, a kind and a hub that was founded."""
    assert len(EMPTY) >= 9
    assert [] == [where for module in modules() for where in naming(module, EMPTY)]


def test_a_name_is_gone_once():
    """A name has one word that is said instead of it."""
    assert [] == twice([one.name for one in [*GONE, *EMPTY]])
    assert [] == [one.name for one in [*GONE, *EMPTY] if not one.instead]


def test_where_a_name_may_stay_it_still_is():
    """An exception that is no longer needed is a door left open."""
    everywhere = [Gone(one.name, one.instead, ()) for one in GONE if one.stays]
    said = [where for module in modules() for where in forbidden(module, everywhere)]
    exempt = [(one.name, path) for one in GONE for path in one.stays]

    still = [
        place
        for module in modules()
        for place in naming(module, [Gone(e.name, e.instead, ()) for e in EMPTY])
    ]
    said += still
    exempt += [(one.name, path) for one in EMPTY for path in one.stays]

    assert [] == [
        (name, path)
        for name, path in exempt
        if not any(where.startswith(path) and f" {name}: " in where for where in said)
    ]


def test_the_lint_sees_a_planted_word():
    """As an argument, as an attribute and as a file's name; not in a sentence, and not where it may stay."""
    planted = Module("certhub/records/old_desk.py", PLANTED, ast.parse(PLANTED))
    names = [*GONE, Gone("old_desk.py", "`judging.py`", ())]
    stays = [Gone("cert_type", "`kind`", ("certhub/records/",))]

    assert [
        "certhub/records/old_desk.py:1 old_desk.py: say `judging.py`",
        "certhub/records/old_desk.py:2 cert_type: say `kind`",
        "certhub/records/old_desk.py:4 certificate_type: say `kind`",
    ] == sorted(forbidden(planted, names))
    assert [] == forbidden(planted, stays)


def test_the_lint_sees_a_word_that_names_nothing():
    """As a function, a parameter, a field and an attribute; a variable, and a lambda's, may be called so."""
    text = "class Row:\n    told: str\ndef found(one, *shown):\n    each = lambda used: one\n    self.mine = each\n"
    planted = Module("certhub/planted.py", text, ast.parse(text))

    assert ["2 told", "3 found", "3 one", "3 shown", "5 mine"] == sorted(
        where.partition(":")[2].partition(":")[0] for where in naming(planted, EMPTY)
    )
