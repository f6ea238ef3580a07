"""What a person reads of many results: how many of each, and the worst of them with their sentences."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from certhub_verifier.causes import Verdict
from certhub_verifier.cli.layout import table
from certhub_verifier.cli.tally import Line, Tally
from certhub_verifier.cli.view import BOTH, SYMBOL, View
from certhub_verifier.sentences import Lang, Sentence

_BY_BADNESS = {-verdict.badness: verdict for verdict in Verdict}


def overview_lines(tally: Tally, view: View) -> Iterator[str]:
    """Yield the summary of a run, headed by its worst verdict; valid ones are named where there is room."""
    worst = max(tally.verdicts, key=lambda one: one.badness)
    yield view.band(worst, view.words("inputs", n=tally.inputs))
    yield ""
    rows = [
        (f"{count:>7}", *(word[BOTH.index(lang)] for lang in view.langs))
        for (_, *word), count in sorted(tally.words.items())
    ]
    symbols = [SYMBOL[_BY_BADNESS[badness]] for badness, *_ in sorted(tally.words)]
    for symbol, line in zip(symbols, table(rows), strict=True):
        yield f"  {view.mark(symbol)} {line}"
    yield from _recorded_lines(tally, view)
    if tally.passed_over:
        yield ""
        for lang in view.langs:
            yield from view.lines(View(langs=(lang,)).words("passed_over", n=tally.passed_over), first="  ")
    yield from _worst_lines(tally, view)


def _recorded_lines(tally: Tally, view: View) -> Iterator[str]:
    """Say what the genuine receipts record: a different thing from their being genuine."""
    if not tally.recorded:
        return
    yield ""
    yield f"  {view.words('recorded_sum')}"
    found = sorted(tally.recorded, key=lambda verdict: -verdict.badness)
    words = [{"zh": verdict.zh, "en": verdict.en} for verdict in found]
    rows = [
        (f"{tally.recorded[verdict]:>7}", *(word[lang] for lang in view.langs))
        for verdict, word in zip(found, words, strict=True)
    ]
    for verdict, line in zip(found, table(rows), strict=True):
        yield f"  {view.mark(SYMBOL[verdict])} {line}"


def _worst_lines(tally: Tally, view: View) -> Iterator[str]:
    everything = tally.inputs <= len(tally.worst)
    named = [line for line in tally.worst if everything or line.verdict is not Verdict.VALID]
    if not named:
        return
    yield ""
    yield f"  {view.words('worst_first')}"
    for sentences, lines in groupby(named, key=lambda line: (line.verdict, line.zh, line.en)):
        yield from _group_lines(sentences[0], {"zh": sentences[1], "en": sentences[2]}, lines, view)
    more = tally.inputs - tally.verdicts[Verdict.VALID] - len(named)
    yield ""
    notes = [*([("more", more)] if more > 0 else []), ("one_by_one", 0)]
    for name, n in notes:
        for lang in view.langs:
            yield from view.lines(View(langs=(lang,)).words(name, n=n), first="  ")


def _group_lines(
    verdict: Verdict, said: Mapping[Lang, Sentence], lines: Iterable[Line], view: View
) -> Iterator[str]:
    """Say once what is the case and what to do, and name all of whom it is said."""
    for i, lang in enumerate(view.langs):
        mark = view.mark(SYMBOL[verdict]) if i == 0 else " "
        yield from view.lines(said[lang].headline, first=f"  {mark} ", rest="    ")
        yield from view.lines(said[lang].next_step, first="    → ")
    for line in lines:
        yield from view.lines(line.name, first="      ")
