"""One input told in full, or many told in sum.

    one      the report as text; with --json one object
    many     how many of each and the worst of them; with --json one object a line, as each is found, and a
             last one with the counts

Several codes in one picture are several inputs. Nothing that an input holds stops a run.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from certhub_verifier.cli.console import result_lines
from certhub_verifier.cli.judging import Judging
from certhub_verifier.cli.layout import printable
from certhub_verifier.cli.options import Options, WrongUse, misuse
from certhub_verifier.cli.overview import overview_lines
from certhub_verifier.cli.progress import Progress
from certhub_verifier.cli.results import Result, Trouble, Unread
from certhub_verifier.cli.sources import Source
from certhub_verifier.cli.tally import Tally
from certhub_verifier.cli.view import BOTH, View, colours_of
from certhub_verifier.cli.why_svg import why_svg
from certhub_verifier.cli.why_text import why_lines
from certhub_verifier.report import VERSION, local_time
from certhub_verifier.sentences import phrase


@dataclass(frozen=True, slots=True)
class Run:
    """A desk, and what was asked of it. Both of its ways return the exit code."""

    judging: Judging
    options: Options

    def result_of(self, source: Source) -> int:
        """Judge one input and tell all about it.

        Raises:
            WrongUse: it cannot be read, or what it rests on cannot be drawn.
        """
        results = [*self.judging.results(source)]
        if len(results) > 1:
            return self._printed(iter(results), Tally(), None)
        result = results[0]
        if isinstance(result.judgement, Unread):
            about = f"{printable(result.name)}: "
            raise WrongUse([result.sentence(lang) for lang in BOTH], about=about)
        why = self.judging.why_of(result) if self.judging.explaining else None
        if why is not None and self.options.why_svg is not None:
            _write(self.options.why_svg, why_svg(result, why, langs=self.options.langs))
        if self.options.json:
            form = result.to_dict(self.options.langs[0]) | {"trust": self.judging.anchor.to_dict()}
            _print_json(form | ({"why": why.to_list()} if why else {}))
            return result.exit_code
        view = self._view()
        _print(result_lines(result, self.judging, view))
        if why is not None and self.options.why:
            _print(["", *why_lines(why, view)])
        return result.exit_code

    def many(self, sources: Iterator[Source], total: int) -> int:
        """Judge every input, one after the other, and tell how many there are of each.

        Raises:
            WrongUse: there was nothing to judge.
        """
        tally, progress = Tally(), self._progress(total)
        try:
            return self._printed(self._results(sources, tally), tally, progress)
        except KeyboardInterrupt:
            _end(progress)
            told = " / ".join(phrase("stopped", lang, n=tally.inputs, total=total) for lang in BOTH)
            sys.stderr.write(f"{told}\n")
            raise

    def _results(self, sources: Iterator[Source], tally: Tally) -> Iterator[Result]:
        for source in sources:
            if not source.ours:
                tally.passed_over += 1
                continue
            for result in self.judging.results(source):
                if (
                    source.in_folder
                    and isinstance(result.judgement, Unread)
                    and result.judgement.trouble is Trouble.BUNDLE
                ):
                    tally.passed_over += 1  # a case folder may keep its own bundle
                else:
                    yield result

    def _printed(self, results: Iterator[Result], tally: Tally, progress: Progress | None) -> int:
        if self.judging.explaining:
            raise misuse("WHY_ONE")
        try:
            for result in results:
                tally.note(result)
                if self.options.json:
                    _print_json(result.to_dict(self.options.langs[0]))
                if progress is not None:
                    progress.show(tally)
        finally:
            _end(progress)
        if not tally.inputs:
            raise misuse("NOTHING_THERE")
        if not self.options.json:
            _print(overview_lines(tally, self._view()))
            return tally.exit_code
        _print_json(
            {
                "version": VERSION,
                "summary": tally.to_dict(),
                "exit_code": tally.exit_code,
                "as_of": local_time(self.judging.now),
                "trust": self.judging.anchor.to_dict(),
            }
        )
        return tally.exit_code

    def _view(self) -> View:
        """Return how stdout is looked at: colours and line ends for a terminal alone."""
        if not sys.stdout.isatty():
            return View(langs=self.options.langs)
        columns = shutil.get_terminal_size().columns
        return View(langs=self.options.langs, columns=columns, colours=colours_of(os.environ, system=os.name))

    def _progress(self, total: int) -> Progress | None:
        same = self.options.json and sys.stdout.isatty()  # it would be drawn between the lines
        if same or not sys.stderr.isatty():
            return None
        return Progress(sys.stderr, total, shutil.get_terminal_size().columns, time.monotonic)


def _print(lines: Iterator[str] | list[str]) -> None:
    sys.stdout.write("\n".join(lines) + "\n")


def _print_json(form: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(form, ensure_ascii=False) + "\n")
    sys.stdout.flush()  # whoever reads along gets each line when it is found


def _end(progress: Progress | None) -> None:
    if progress is not None:
        progress.end()


def _write(path: Path, drawn: str) -> None:
    try:
        path.write_text(drawn, encoding="utf-8")
    except OSError as wrong:
        raise misuse("NOT_WRITTEN", given=str(path), why=wrong.strerror or type(wrong).__name__) from wrong
