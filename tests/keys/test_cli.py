"""The command: results on stdout, words on stderr, a next step after every failure."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import certhub_keys
import pytest
from certhub_keys import KeysError, cli
from certhub_keys.proof import Proof, thumbprint
from certhub_keys.software import KeyStore
from certhub_keys.suites import decode
from certhub_schemas.algorithms import algorithm

COMMAND = [sys.executable, "-m", "certhub_keys"]


@pytest.fixture
def secret(tmp_path: Path, passphrase: bytes) -> str:
    """A file with the passphrase and a line end, as an editor writes it."""
    path = tmp_path / "passphrase"
    path.write_bytes(passphrase + b"\n")
    return str(path)


def result(capsys: pytest.CaptureFixture[str]) -> Any:
    """The one line of JSON on stdout."""
    out = capsys.readouterr().out
    assert out.endswith("\n")
    assert out.count("\n") == 1
    return json.loads(out)


def test_make_list_and_prove(
    folder: Path, secret: str, passphrase: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    """A key that was made is listed, opens with the store, and is proved to a stranger."""
    rest = ["--passphrase-file", secret, "--json"]
    assert cli.main(["make", str(folder), "420700-show-1", "--purpose", "show", "--new-store", *rest]) == 0
    made = result(capsys)
    assert cli.main(["make", str(folder), "420700-log-1", "--purpose", "log", *rest]) == 0
    log = result(capsys)
    assert cli.main(["list", str(folder), *rest]) == 0
    listed = result(capsys)
    assert cli.main(["prove", f"file:{folder}?kid=420700-show-1", "--challenge", "你好", *rest]) == 0
    proved = result(capsys)

    assert (made["algorithm"], log["algorithm"]) == ("ES256", "EdDSA")
    assert {"keys": [log, made], "secrets": []} == listed
    assert thumbprint(made["jwk"]) == made["thumbprint"] == proved["thumbprint"]
    suite = algorithm(proved["algorithm"])
    Proof(proved["kid"], suite, proved["jwk"], proved["challenge"], decode(proved["signature"])).check()
    assert len(KeyStore.open(folder, passphrase).records()) == 2


def test_without_json_there_are_lines(
    store: KeyStore, folder: Path, secret: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line per key, with tabs, and none for an empty store."""
    assert cli.main(["list", str(folder), "--passphrase-file", secret]) == 0
    assert capsys.readouterr().out == ""

    arguments = [str(folder), "k-1", "--purpose", "seal", "--passphrase-file", secret]
    assert cli.main(["make", *arguments]) == 0
    made = capsys.readouterr()
    assert made.out.split("\t")[:3] == ["k-1", "seal", "ES256"]
    assert made.err == ""

    store.make_secret("data", random=os.urandom)
    assert cli.main(["list", str(folder), "--passphrase-file", secret]) == 0
    assert made.out + "data\t-\t-\t-\n" == capsys.readouterr().out

    assert cli.main(["prove", f"file:{folder}?kid=k-1", "--challenge", "x", "--passphrase-file", secret]) == 0
    assert [line.split("\t")[0] for line in capsys.readouterr().out.splitlines()] == [
        "kid",
        "thumbprint",
        "signature",
    ]


def test_a_new_store_is_called_what_it_is(
    folder: Path, secret: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever makes a software store is told what it is good for."""
    arguments = [str(folder), "k-1", "--purpose", "seal", "--new-store", "--passphrase-file", secret]

    assert cli.main(["make", *arguments]) == 0
    assert "small sites and tests" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["list", "/nowhere/at/all"],
        ["list", "STORE", "--passphrase-file", "/nowhere/at/all"],
        ["list", "STORE", "--passphrase-file", __file__],
        ["make", "STORE", "../k", "--purpose", "seal"],
        ["make", "STORE", "k-1", "--purpose", "seal", "--new-store"],
        ["make", "STORE", "k-1", "--purpose", "seal", "--algorithm", "SM2SM3"],
        ["prove", "STORE", "--challenge", "x"],
        ["prove", "pkcs11:token=x", "--challenge", "x"],
        ["prove", "file:STORE?kid=nobody", "--challenge", "x"],
    ],
)
@pytest.mark.usefixtures("store")
def test_a_failure_ends_with_a_next_step(
    arguments: list[str], folder: Path, secret: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing on stdout, exit code 1, and the last two lines say what to do."""
    if "--passphrase-file" not in arguments:
        arguments = [*arguments, "--passphrase-file", secret]

    assert cli.main([argument.replace("STORE", str(folder)) for argument in arguments]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    zh, en = said.err.splitlines()[-2:]
    assert zh.startswith("下一步: ")
    assert en.startswith("Next: ")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["burn"],
        ["make"],
        ["make", "d", "k-1", "--purpose", "everything"],
        ["list", "d", "--passphrase", "hunter2"],
    ],
)
def test_what_was_asked_wrongly_is_exit_code_two(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The usage is shown, and a next step too; a passphrase on the command line is not a thing."""
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)

    assert left.value.code == 2
    assert "下一步" in capsys.readouterr().err


def errors(root: type[KeysError] = KeysError) -> Iterator[type[KeysError]]:
    """Every error of the tree."""
    yield root
    for sort in root.__subclasses__():
        yield from errors(sort)


def test_every_error_has_a_next_step() -> None:
    """The catalogue and the tree are the same, in both languages."""
    assert {"Usage", *(sort.__name__ for sort in errors())} == set(cli.WORDS["next"])
    assert all({"zh", "en"} == set(words) for words in cli.WORDS["next"].values())


def test_the_public_face_is_what_all_says() -> None:
    """Every error and every name in __all__ can be had from the package itself."""
    assert sorted(certhub_keys.__all__) == list(certhub_keys.__all__)
    assert all(hasattr(certhub_keys, name) for name in certhub_keys.__all__)
    assert {sort.__name__ for sort in errors()} <= set(certhub_keys.__all__)


def test_without_a_terminal_a_passphrase_is_not_guessed(folder: Path) -> None:
    """With neither file nor terminal the command says what to give, and reads nothing from a pipe."""
    done = subprocess.run(
        [*COMMAND, "list", str(folder)],
        input=b"hunter2\n",
        capture_output=True,
        start_new_session=True,  # no controlling terminal
        check=False,
        timeout=60,
    )

    assert done.returncode == 1
    assert b"--passphrase-file" in done.stderr


def at_terminal(arguments: list[str], typed: list[bytes]) -> tuple[int, bytes]:
    """Run the command at a terminal, answer each prompt, return exit code and what the screen shows."""
    child, screen = pty.fork()
    if child == 0:
        os.execv(sys.executable, [*COMMAND, *arguments])
    shown, waiting = b"", list(typed)
    while True:
        try:
            got = os.read(screen, 4096)
        except OSError:  # how Linux says that the other end is closed
            got = b""
        if not got:
            break
        shown += got
        if waiting and shown.endswith(b": "):
            shown += b"<typed>"
            os.write(screen, waiting.pop(0) + b"\n")
    os.close(screen)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown


def test_a_passphrase_typed_at_a_terminal_is_not_shown(folder: Path) -> None:
    """A new passphrase is asked for twice, an old one once, and neither appears on the screen."""
    make = ["make", str(folder), "k-1", "--purpose", "seal", "--new-store"]
    code, shown = at_terminal(make, [b"hunter2", b"hunter3"])
    assert code == 1
    assert not folder.exists()

    code, shown = at_terminal(make, [b"hunter2", b"hunter2"])
    assert code == 0
    assert b"hunter" not in shown

    code, shown = at_terminal(["list", str(folder)], [b"hunter2"])
    assert code == 0
    assert b"k-1" in shown
    assert b"hunter" not in shown
