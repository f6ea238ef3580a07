"""certhub-verify: a code, a credential or a receipt, checked without the hub; the exit code is the verdict.

    0 valid · 10 check · 20 invalid · 30 undetermined · 2 the command was used wrongly

A receipt's exit code is about the receipt: 0 genuine, whatever it records. With several inputs the worst
one decides, and a known bad (20) is worse than an unknown (30). Results go to stdout, words about them to
stderr. This file is the edge: here, and nowhere below, a clock is read and files are opened.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from certhub_schemas.matters import Matter, matters

from certhub_verifier import console, intake, pictures
from certhub_verifier.anchors import NOTHING, Anchor, read_anchor
from certhub_verifier.engine import PresentedCredential, SealedCode, examine, run
from certhub_verifier.policy import Channel, Policy, policy_for
from certhub_verifier.receipts import ReceiptReport, examine_receipt
from certhub_verifier.report import Report, failed, overall
from certhub_verifier.sentences import Lang, phrase

MAX_INPUT_BYTES = 16 << 20
_FILE_ENDINGS = (".json", ".jwt", ".txt", ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".sd-jwt")
EXAMPLES = """\
examples:
  certhub-verify receipt.json --trust bundle.jwt       is this receipt genuine?
  certhub-verify EC2… --trust bundle.jwt               a code that a phone or a sheet of paper shows
  certhub-verify case-folder/ --trust trust/ --json    every file of a folder, for a program
exit codes:
  0 valid · 10 valid, please check · 20 invalid · 30 undetermined · 2 used wrongly
"""


class _Usage(Exception):
    """The command was used wrongly; the message says how, `next_step` what to do."""

    def __init__(self, message: str, next_step: str) -> None:
        super().__init__(message)
        self.next_step = next_step


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _Usage(message, "certhub-verify --help")


@dataclass(frozen=True, slots=True)
class _Input:
    """One thing to verify, under the name that the person gave it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class _Desk:
    """What everything is judged by."""

    anchor: Anchor
    matter: Matter
    now: datetime
    matter_named: bool


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; `argv` without the program's name. Returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(
                errors="backslashreplace"
            )  # a terminal of another encoding is no reason to fail
    try:
        arguments = _parser().parse_args(argv)
        desk = _desk(arguments)
        inputs = [one for argument in arguments.input for one in _inputs(argument)]
        reports = [(one.name, _verified(one, desk)) for one in inputs]
    except _Usage as wrong:
        sys.stderr.write(f"certhub-verify: {wrong}\n{_both('next_step')}: {wrong.next_step}\n")
        return 2
    several = len(arguments.input) > 1 or len(reports) != 1
    _tell_about_trust(desk.anchor)
    if arguments.json:
        sys.stdout.write(_json(reports, desk.anchor, several=several, lang=arguments.lang or "zh") + "\n")
    else:
        _show(reports, several=several, lang=arguments.lang)
    return _worst(report for _, report in reports)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="certhub-verify",
        description=_both("about"),
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "input",
        nargs="+",
        metavar="CODE|FILE|FOLDER",
        help="a code as text; a file with a code, credential or receipt; a picture; a folder; - for stdin",
    )
    parser.add_argument(
        "--trust",
        metavar="DIR|BUNDLE",
        type=Path,
        help="a folder of trust files, or a saved offline bundle; without it no issuer is known",
    )
    parser.add_argument(
        "--matter", metavar="CODE", help="whose limits hold (the first matter's if not given)"
    )
    parser.add_argument("--at", metavar="TIME", help="judge as of this time, RFC 3339 with an offset")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--lang", choices=("zh", "en"), help="one language instead of both")
    return parser


def _desk(arguments: argparse.Namespace) -> _Desk:
    anchor = NOTHING
    if arguments.trust is not None:
        try:
            anchor = read_anchor(arguments.trust)
        except OSError as missing:
            raise _Usage(
                f"--trust {arguments.trust}: {missing.strerror or missing}",
                "give a folder or a saved offline bundle",
            ) from missing
    return _Desk(anchor, _matter(arguments.matter, anchor), _time(arguments.at), arguments.matter is not None)


def _matter(code: str | None, anchor: Anchor) -> Matter:
    """Return the matter of that code, else the first one: of the bundle, or of the package."""
    known = (anchor.trust.matters if anchor.trust else ()) or matters()
    if code is None:
        return known[0]
    found = next((matter for matter in known if matter.code == code), None)
    if found is None:
        names = ", ".join(f"{matter.code} {matter.name}" for matter in known)
        raise _Usage(f"--matter {code}: no such matter", f"one of {names}")
    return found


def _time(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise _Usage(
            f"--at {text}: no RFC 3339 time with an offset", "for example --at 2026-11-24T09:41:00+08:00"
        )
    return time


def _inputs(argument: str) -> Iterator[_Input]:
    """Yield what an argument stands for: stdin, every file of a folder, a file, or its own text."""
    if argument == "-":
        yield _Input("-", sys.stdin.buffer.read(MAX_INPUT_BYTES + 1))
        return
    if not argument:  # an empty path would be this folder
        yield _text(argument)
        return
    path = Path(argument)
    try:
        if path.is_dir():
            files = sorted(
                file for file in path.iterdir() if file.is_file() and not file.name.startswith(".")
            )
            if not files:
                raise _Usage(
                    f"{argument}: an empty folder", "give a folder that holds codes, credentials or receipts"
                )
            for file in files:
                yield _Input(file.name, _read(file))
        elif path.exists():
            yield _Input(argument, _read(path))
        else:
            yield _text(argument)
    except (ValueError, OSError):  # too long for a path, or with a NUL: it is a text
        yield _text(argument)


def _text(argument: str) -> _Input:
    if argument.lower().endswith(_FILE_ENDINGS) and "://" not in argument and "~" not in argument:
        raise _Usage(f"{argument}: no such file", "give the path of a file, or a code as text")
    name = argument if len(argument) <= 32 else f"{argument[:29]}…"
    return _Input(name, argument.encode("utf-8", "surrogateescape"))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_INPUT_BYTES + 1)
    except OSError as wrong:
        raise _Usage(f"{path}: {wrong.strerror or wrong}", "give a file that can be read") from wrong
    if len(content) > MAX_INPUT_BYTES:
        raise _Usage(
            f"{path}: more than {MAX_INPUT_BYTES >> 20} MiB", "give a code, a credential or a receipt"
        )
    return content


def _verified(one: _Input, desk: _Desk) -> Report | ReceiptReport:
    content = one.content
    if pictures.is_picture(content):
        try:
            texts = pictures.texts_in(content)
        except pictures.NoReader as missing:
            raise _Usage(f"{one.name}: {missing}", "pip install 'certhub-verifier[image]'") from missing
        if not texts:
            return failed("CODE_PARTIAL", channel=Channel.FILE, as_of=desk.now)
        content = texts[0].encode()
    match intake.take(content):
        case intake.ReceiptFile(content=receipt):
            return examine_receipt(receipt, trust=desk.anchor.trust, now=desk.now)
        case intake.Bundle():
            raise _Usage(
                f"{one.name}: an offline bundle is nothing to verify", f"give it as --trust {one.name}"
            )
        case intake.Failed(channel=channel, code=code, received=received):
            detail = {} if received is None else {"received": str(received)}
            return failed(code, detail, channel=channel, as_of=desk.now)
        case intake.Code(channel=channel, text=text):
            return _examined(channel, text, desk)


def _examined(channel: Channel, text: str, desk: _Desk) -> Report:
    asker = desk.anchor.region
    evidence = (
        PresentedCredential(text, "file", asker=asker)
        if channel is Channel.FILE
        else SealedCode(text, asker=asker)
    )
    policy = _limited(policy_for(desk.matter, channel), desk.anchor)
    offered = policy.deficiency_allowed and desk.matter_named  # limits can be assumed, an offer cannot
    item = run(examine(evidence, trust=desk.anchor.trust, policy=policy, now=desk.now), desk.anchor.fetch)
    return overall([item], channel=channel, as_of=desk.now, deficiency_allowed=offered)


def _limited(policy: Policy, anchor: Anchor) -> Policy:
    """Hold a bundle to its own life, where that is shorter than what the matter allows."""
    if anchor.life is None:
        return policy
    life = int(anchor.life.total_seconds())
    return replace(policy, max_trust_age_seconds=min(policy.max_trust_age_seconds, life))


def _both(name: str) -> str:
    return " / ".join(phrase(name, lang) for lang in console.BOTH)


def _tell_about_trust(anchor: Anchor) -> None:
    if anchor.trust is None:
        sys.stderr.write(
            f"{_both('no_trust')}: {anchor.trouble}\n{_both('next_step')}: {_both('get_trust')}\n"
        )
    elif anchor.origin == "bundle":
        sys.stderr.write(_both("own_anchor") + "\n")


def _show(reports: Sequence[tuple[str, Report | ReceiptReport]], *, several: bool, lang: Lang | None) -> None:
    if several:
        lines = [console.short_line(name, report, lang=lang or "zh") for name, report in reports]
    else:
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        lines = list(
            console.report_lines(reports[0][1], langs=(lang,) if lang else console.BOTH, colour=colour)
        )
    sys.stdout.write("\n".join(lines) + "\n")


def _json(
    reports: Sequence[tuple[str, Report | ReceiptReport]], anchor: Anchor, *, several: bool, lang: Lang
) -> str:
    results: list[dict[str, Any]] = [
        {"input": name, "exit_code": console.report_exit_code(report), **report.to_dict(lang)}
        for name, report in reports
    ]
    whole: dict[str, Any] = results[0]
    if several:
        whole = {"version": 1, "exit_code": _worst(report for _, report in reports), "results": results}
    return json.dumps({**whole, "trust": anchor.to_dict()}, ensure_ascii=False)


def _worst(reports: Iterator[Report | ReceiptReport]) -> int:
    return max(
        (console.verdict_of(report) for report in reports), key=lambda verdict: verdict.badness
    ).exit_code
