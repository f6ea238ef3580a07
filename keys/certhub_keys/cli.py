"""certhub-keys: make keys, list them, prove that one is held.

Results go to stdout, with `--json` as one line; words go to stderr, and a failure ends with a next step.
Exit codes: 0 done, 1 not done, 2 asked wrongly. A passphrase comes from a file or a prompt, never from
the command line, where every user of the machine could read it.
"""

import argparse
import getpass
import json
import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, NoReturn

from certhub_schemas.algorithms import REGISTRY, Algorithm
from certhub_schemas.purposes import KEY_PURPOSES, Purpose

from certhub_keys.errors import KeysError, NotAvailable
from certhub_keys.proof import prove, thumbprint
from certhub_keys.software import KeyRecord, KeyStore
from certhub_keys.suites import encode
from certhub_keys.uri import open_signer

WORDS: Mapping[str, Any] = json.loads(files("certhub_keys").joinpath("words.json").read_bytes())


class Parser(argparse.ArgumentParser):
    """argparse, whose complaints end with a next step too, and which wants options in full.

    Abbreviated, `--passphrase hunter2` would be taken for `--passphrase-file`.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command line, and leave with 2."""
        self.print_usage(sys.stderr)
        _say_failed(message, "Usage")
        raise SystemExit(2)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        result, lines = arguments.run(arguments)
    except KeysError as failure:
        known = next(sort.__name__ for sort in type(failure).__mro__ if sort.__name__ in WORDS["next"])
        _say_failed(str(failure), known)
        return 1
    text = json.dumps(result, ensure_ascii=False) if arguments.json else "\n".join(lines)
    sys.stdout.write(text + "\n" if text else "")
    return 0


def _make(arguments: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    passphrase = _passphrase(arguments, str(arguments.store), twice=arguments.new_store)
    if arguments.new_store:
        store = KeyStore.create(arguments.store, passphrase, random=os.urandom)
        _say(_both(WORDS["software_store"]))
    else:
        store = KeyStore.open(arguments.store, passphrase)
    record = store.make(arguments.kid, _algorithm(arguments), Purpose(arguments.purpose), random=os.urandom)
    return _members(record), [_line(record)]


def _list(arguments: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    store = KeyStore.open(arguments.store, _passphrase(arguments, str(arguments.store)))
    records, secrets = store.records(), store.secret_names()
    told = {"keys": [_members(record) for record in records], "secrets": list(secrets)}
    return told, [*map(_line, records), *(f"{name}\t-\t-\t-" for name in secrets)]


def _prove(arguments: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    signer = open_signer(arguments.uri, passphrase=lambda folder: _passphrase(arguments, folder))
    proof = prove(signer, arguments.challenge)
    told = {
        "kid": proof.kid,
        "algorithm": proof.algorithm.name,
        "jwk": dict(proof.jwk),
        "thumbprint": thumbprint(proof.jwk),
        "challenge": proof.challenge,
        "signature": encode(proof.signature),
    }
    return told, [f"{name}\t{told[name]}" for name in ("kid", "thumbprint", "signature")]


def _algorithm(arguments: argparse.Namespace) -> Algorithm:
    if arguments.algorithm:
        return REGISTRY[arguments.algorithm]
    return KEY_PURPOSES[Purpose(arguments.purpose)].algorithm


def _members(record: KeyRecord) -> dict[str, Any]:
    return {
        "kid": record.kid,
        "algorithm": record.algorithm.name,
        "purpose": record.purpose.value,
        "jwk": dict(record.jwk),
        "thumbprint": thumbprint(record.jwk),
    }


def _line(record: KeyRecord) -> str:
    return f"{record.kid}\t{record.purpose}\t{record.algorithm.name}\t{thumbprint(record.jwk)}"


def _passphrase(arguments: argparse.Namespace, folder: str, *, twice: bool = False) -> bytes:
    """Return the passphrase from the file named, or else ask for it; `twice` when it is a new one."""
    if arguments.passphrase_file:
        try:
            text: bytes = arguments.passphrase_file.read_bytes()
        except OSError as broken:
            raise NotAvailable(f"{arguments.passphrase_file} cannot be read: {broken.strerror}") from broken
        return text.removesuffix(b"\n").removesuffix(b"\r")
    given = _ask(f"{_both(WORDS['ask'])} ({folder}): ")
    if twice and given != _ask(f"{_both(WORDS['ask_again'])}: "):
        raise NotAvailable("the two passphrases differ; nothing was made")
    return given


def _ask(prompt: str) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)  # it would show what is typed
        try:
            return getpass.getpass(prompt).encode()
        except (getpass.GetPassWarning, EOFError, UnicodeError) as broken:
            raise NotAvailable("there is no terminal to ask at; give --passphrase-file") from broken


def _parser() -> Parser:
    parser = Parser(prog="certhub-keys", description=_help("program"))
    commands = parser.add_subparsers(required=True, metavar="make | list | prove")

    make = commands.add_parser("make", help=_help("make"))
    make.add_argument("store", type=Path, help=_help("store"))
    make.add_argument("kid", help=_help("kid"))
    make.add_argument("--purpose", required=True, choices=[p.value for p in Purpose], help=_help("purpose"))
    make.add_argument("--algorithm", choices=list(REGISTRY), help=_help("algorithm"))
    make.add_argument("--new-store", action="store_true", help=_help("new_store"))
    make.set_defaults(run=_make)

    listing = commands.add_parser("list", help=_help("list"))
    listing.add_argument("store", type=Path, help=_help("store"))
    listing.set_defaults(run=_list)

    proving = commands.add_parser("prove", help=_help("prove"))
    proving.add_argument("uri", help=_help("uri"))
    proving.add_argument("--challenge", required=True, help=_help("challenge"))
    proving.set_defaults(run=_prove)

    for command in (make, listing, proving):
        command.add_argument("--passphrase-file", type=Path, help=_help("passphrase_file"))
        command.add_argument("--json", action="store_true", help=_help("json"))
    return parser


def _help(name: str) -> str:
    return _both(WORDS["help"][name])


def _both(words: Mapping[str, str]) -> str:
    return f"{words['zh']} {words['en']}"


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


def _say_failed(message: str, sort: str) -> None:
    _say(f"{WORDS['failed']['zh']} {WORDS['failed']['en']}: {message}")
    for language in ("zh", "en"):
        _say(f"{WORDS['next_step'][language]}: {WORDS['next'][sort][language]}")
