"""What was asked of the command, read from its arguments; wrong use is told with what to do about it."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from certhub_verifier.cli.layout import printable
from certhub_verifier.cli.view import BOTH
from certhub_verifier.sentences import Lang, Sentence, explain_misuse, phrase

EXAMPLES = """\
examples:
  certhub-verify receipt.json --trust bundle.jwt       is this receipt genuine?
  certhub-verify receipt.json --trust trust/ --documents documents/    and is what it names at hand?
  certhub-verify EC2… --trust bundle.jwt               a code that a phone or a sheet of paper shows
  certhub-verify photo.jpg --trust bundle.jwt --why    a picture of a code, and what the answer rests on
  certhub-verify cases/ --trust trust/                 every receipt, credential, code and picture below it
  certhub-verify cases/ --trust trust/ --json          the same for a program: one JSON object a line
  certhub-verify --fields-table                        how little of the paper each matter sees
exit codes:
  0 valid · 10 valid, please check · 20 invalid · 30 undetermined · 2 used wrongly
  of a receipt: 0 genuine, whatever it records, also where a document that it names is not at hand; 10 where
  one is not what it is called; of several inputs the worst decides: 20, 30, 10, 0
"""


class WrongUse(Exception):
    """The command was used wrongly; `said` is what is the case and what to do, Chinese first."""

    def __init__(self, said: Sequence[Sentence], *, about: str = "") -> None:
        super().__init__(about + " / ".join(sentence.headline for sentence in said))
        self.said = tuple(said)

    @property
    def next_step(self) -> str:
        """What to do now, in both languages."""
        return " / ".join(sentence.next_step for sentence in self.said)


def misuse(code: str, **detail: str) -> WrongUse:
    """Return the refusal of that code, one of `misuse` in the catalogue."""
    shown = {name: printable(value) for name, value in detail.items()}
    return WrongUse([explain_misuse(code, shown, lang=lang) for lang in BOTH])


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The arguments; `at` is aware, and None stands for now. `langs` are Chinese and English, or one."""

    inputs: tuple[str, ...]
    trust: Path | None
    documents: Path | None
    matter: str | None
    at: datetime | None
    json: bool
    langs: tuple[Lang, ...]
    why: bool
    why_svg: Path | None
    fields_table: bool = False

    @property
    def explaining(self) -> bool:
        """Whether somebody asks what the answers rest on."""
        return self.why or self.why_svg is not None


def read_options(argv: Sequence[str] | None) -> Options:
    """Read the arguments, without the program's name; None is the process's own.

    Raises:
        WrongUse: an argument is missing, unknown or unreadable.
        SystemExit: help was asked for, and has been printed.
    """
    found = _parser().parse_args(argv)
    if found.fields_table and (found.input or found.json or found.why or found.why_svg or found.trust):
        raise misuse("TABLE_ALONE")
    if not found.input and not found.fields_table:
        raise misuse("NOTHING_NAMED")
    return Options(
        inputs=tuple(found.input),
        trust=found.trust,
        documents=found.documents,
        matter=found.matter,
        at=None if found.at is None else _time(found.at),
        json=found.json,
        langs=(found.lang,) if found.lang else BOTH,
        why=found.why,
        why_svg=found.why_svg,
        fields_table=found.fields_table,
    )


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise misuse("ARGUMENTS", message=message)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="certhub-verify",
        description=" / ".join(phrase("about", lang) for lang in BOTH),
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "input",
        nargs="*",
        metavar="CODE|FILE|FOLDER",
        help="a code as text; a file with a code, credential or receipt; a picture of a code; a folder of them, "
        "with all folders in it; - for standard input",
    )
    add(
        "--trust",
        metavar="DIR|BUNDLE",
        type=Path,
        help="a folder of trust files, or a saved offline bundle; without it no issuer is known",
    )
    add(
        "--documents",
        metavar="DIR",
        type=Path,
        help="a folder of what receipts name by digest, each under its SHA-256 (served at /trust/documents/)",
    )
    add(
        "--matter",
        metavar="CODE",
        help="whose requirements are told, and whose limits hold (without it the limits of the first matter alone)",
    )
    add("--at", metavar="TIME", help="judge as of this time, RFC 3339 with an offset")
    add("--why", action="store_true", help="draw what each answer rests on: evidence, signer, root")
    add("--why-svg", metavar="FILE", type=Path, help="the same drawing as a picture for a browser")
    add(
        "--fields-table", action="store_true", help="print what each matter sees of the paper; verify nothing"
    )
    add("--json", action="store_true", help="JSON on stdout: one object, or one a line for several inputs")
    add("--lang", choices=BOTH, help="one language instead of both")
    return parser


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise misuse("BAD_TIME", given=text)
    return time
