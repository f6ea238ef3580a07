"""certhub-verify: a code, a credential or a receipt, checked without the hub; the exit code is the verdict.

    0 valid · 10 check · 20 invalid · 30 undetermined · 2 the command was used wrongly

A receipt's exit code is about the receipt: 0 genuine, whatever it records. With several inputs the worst
one decides, and a known bad (20) is worse than an unknown (30). Results go to stdout, words about the run to
stderr. This file is the edge: here, and nowhere below, the time of day is read.
"""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from certhub_schemas.matters import Matter, matters

from certhub_verifier.cli.batch import Run
from certhub_verifier.cli.documents import Documents
from certhub_verifier.cli.fields_table import table_lines
from certhub_verifier.cli.judging import Judging
from certhub_verifier.cli.layout import wrap
from certhub_verifier.cli.options import Options, WrongUse, misuse, read_options
from certhub_verifier.cli.sources import Source, sources
from certhub_verifier.cli.trust_sources import NOTHING, Anchor, read_anchor
from certhub_verifier.cli.view import BOTH, View
from certhub_verifier.sentences import phrase

PIPE_CLOSED, INTERRUPTED = 141, 130  # 128 + SIGPIPE and 128 + SIGINT, as shells tell them: no verdict


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; `argv` without the program's name. Returns the exit code; help is a SystemExit."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal of another encoding is no reason to fail
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _run(read_options(argv))
        sys.stdout.flush()
    except WrongUse as wrong:
        sys.stderr.write(f"certhub-verify: {wrong}\n{_both('next_step')}: {wrong.next_step}\n")
        return 2
    except BrokenPipeError:  # whoever read along has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _run(options: Options) -> int:
    if options.fields_table:
        return _print_table(options)
    anchor = _anchor(options)
    judging = Judging(
        anchor=anchor,
        matter=_matter(options.matter, anchor),
        matter_named=options.matter is not None,
        now=options.at or datetime.now(UTC),
        documents=Documents(_documents(options.documents), anchor),
        explaining=options.explaining,
    )
    total, several = _counted(options)
    _tell_about_trust(anchor)
    run, found = Run(judging, options), _sources(options)
    return run.many(found, total) if several else run.result_of(next(found))


def _print_table(options: Options) -> int:
    """Print what the matters of this installation see of the paper, or one of them."""
    only = [*matters()] if options.matter is None else [_matter(options.matter, NOTHING)]
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    lines = table_lines(only, View(langs=options.langs, columns=columns))
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _anchor(options: Options) -> Anchor:
    if options.trust is None:
        return NOTHING
    try:
        return read_anchor(options.trust)
    except OSError as missing:
        raise misuse(
            "NO_TRUST_THERE", given=str(options.trust), why=missing.strerror or type(missing).__name__
        ) from missing


def _documents(folder: Path | None) -> Path | None:
    """Return the folder, once it is one that can be read."""
    try:
        if folder is not None:
            os.scandir(folder).close()
    except OSError as missing:
        why = missing.strerror or type(missing).__name__
        raise misuse("NO_DOCUMENTS_THERE", given=str(folder), why=why) from missing
    return folder


def _matter(code: str | None, anchor: Anchor) -> Matter:
    """Return the matter of that code, else the first one: of the bundle, or of the package."""
    known = (anchor.trust.matters if anchor.trust else ()) or matters()
    if code is None:
        return known[0]
    found = next((matter for matter in known if matter.code == code), None)
    if found is None:
        names = ", ".join(f"{matter.code} {matter.name}" for matter in known)
        raise misuse("NO_MATTER", given=code, names=names)
    return found


def _counted(options: Options) -> tuple[int, bool]:
    """Return how many inputs there are, and whether they are told in sum: several, or a folder.

    Raises:
        WrongUse: an argument is neither there nor a code, or a folder has nothing for us.
    """
    total, several = 0, len(options.inputs) > 1
    for argument in options.inputs:
        ours = 0
        for source in _sources(options, argument):
            several |= source.in_folder
            ours += source.ours
        if not ours:
            raise misuse("EMPTY_FOLDER", given=argument)
        total += ours
    return total, several


def _sources(options: Options, *only: str) -> Iterator[Source]:
    try:
        yield from sources(only or options.inputs, besides=options.trust)
    except FileNotFoundError as missing:
        raise misuse("NO_FILE", given=str(missing)) from missing


def _tell_about_trust(anchor: Anchor) -> None:
    if anchor.trust is None:
        sys.stderr.write(
            f"{_both('no_trust')}: {anchor.trouble}\n{_both('next_step')}: {_both('get_trust')}\n"
        )
    elif anchor.origin == "bundle":
        columns = shutil.get_terminal_size().columns if sys.stderr.isatty() else None
        for lang in BOTH:
            sys.stderr.write("\n".join(wrap(phrase("own_anchor", lang), columns)) + "\n")


def _both(name: str) -> str:
    return " / ".join(phrase(name, lang) for lang in BOTH)
