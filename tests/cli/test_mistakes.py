"""A command line that is wrong ends in a sentence of both languages, a next step and exit code 2."""

import contextlib
import re
import socket

import pytest
import typer
from certhub_keys import cli as keys_cli
from certhub_verifier import cli as verify_cli

from certhub.cli import main, whole_app
from certhub.regions.peers import store as peers
from certhub.server import SlowServer, require_fast_parts
from tests.support.drawn import written
from tests.support.region import Region


def commands(group, line=()):
    """Every command and sub-command, by what is typed for it."""
    for name, command in sorted(group.commands.items()):
        yield [*line, name], command
        if hasattr(command, "commands"):
            yield from commands(command, [*line, name])


COMMANDS = list(commands(typer.main.get_command(whole_app())))
ARGUMENTS = [
    (line, command, [each for each in command.params if not each.opts[0].startswith("--")])
    for line, command in COMMANDS
]


def options():
    """Every command with every option, and a value that the option cannot take."""
    for line, command in COMMANDS:
        yield line, ["--no-such-option"]
        for parameter in command.params:
            flag = next((each for each in parameter.opts if each.startswith("--")), None)
            if flag is None or flag == "--help":
                continue
            if getattr(parameter, "is_flag", False):
                yield line, [f"{flag}=x"]
                continue
            yield line, [flag]
            if "int" in str(parameter.type_descriptor).lower():
                yield line, [flag, "x"]
                yield line, [flag, "99999"]


def arguments():
    """Every command with an argument left out, one too many, and one that names nothing."""
    for line, command, taken in ARGUMENTS:
        if hasattr(command, "commands"):
            yield line, ["no-such-command"]
            continue
        if any(each.required for each in taken):
            yield line, []
        if taken:
            yield line, [*(["x"] * len(taken)), "one-too-many"]
        else:
            yield line, ["one-too-many"]
        if any("Path" in str(each.type_descriptor) for each in taken):
            yield line, ["no/such/file"]


def typed(capsys, *line):
    """Run the command as somebody types it; return its exit code and what stands on stderr."""
    with pytest.raises(SystemExit) as ended:
        main(list(line))
    return ended.value.code, capsys.readouterr().err


def shown_as(each):
    """The name of a case: what is typed."""
    return " ".join(each) or "nothing"


@pytest.mark.parametrize(("command", "rest"), [*options(), *arguments()], ids=shown_as)
def test_a_wrong_command_line_ends_in_a_sentence(capsys, command, rest):
    """Whatever command, option and argument: what is wrong in Chinese and English, whose help to read, exit 2."""
    code, told = typed(capsys, *command, *rest)

    assert (2, True) == (code, f"下一步 / next: certhub {' '.join(command)} --help\n" in told), told
    assert any("\u4e00" <= character <= "\u9fff" for character in told.split("/")[0])
    assert "Traceback" not in told


def test_an_unknown_command_is_told(capsys):
    """And no command at all shows the help."""
    assert 2 == typed(capsys, "nonsense")[0]
    assert 2 == typed(capsys)[0]


@pytest.mark.parametrize("region", ["", "x", "999999", "４２０１００", "../420100"])
@pytest.mark.parametrize("command", ["stop", "resume"])
def test_a_region_that_nobody_knows_is_told(capsys, home: Region, command, region):
    """Exit 1, a sentence and a next step; nothing is put on record."""
    code, told = typed(capsys, "peer", command, region, "--data", str(home.hub.settings.data))

    assert (1, True, False) == (code, "下一步 / next" in told, "Traceback" in told), told
    with home.hub.reading() as unit:
        assert set() == set(peers.stopped(unit))


def test_a_certificate_that_is_not_there_is_told(capsys, home: Region):
    """An argument that names nothing: exit 1, a sentence and a next step."""
    data = ["--data", str(home.hub.settings.data)]
    code, told = typed(capsys, "revoke", "nonsense", "--reason", "r", "--decision", "d", "--yes", *data)

    assert (1, True, False) == (code, "下一步 / next" in told, "Traceback" in told), told


def test_a_demo_on_a_used_port_says_so(capsys, tmp_path):
    """The port is named and another is asked for; nothing is made in the folder."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, told = typed(capsys, "demo", "--data", str(tmp_path / "demo"), "--port", port, "--no-browser")

    assert (1, True, True) == (code, port in told, "--port" in told.split("next")[-1]), told
    assert "Traceback" not in told
    assert not (tmp_path / "demo").exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--regions", "9"], "9 regions were asked for and 3 files are there"),
        (["--regions-from", "."], "mine.toml: code: "),
    ],
)
def test_a_demo_of_regions_that_cannot_be_says_why(capsys, tmp_path, more, said):
    """Too few files, or one with a wrong field: its name and the field are told, and nothing is made."""
    (tmp_path / "mine.toml").write_text(
        written("659900").replace('code = "659900"', 'code = "123"'), encoding="utf-8"
    )
    with contextlib.chdir(tmp_path):
        code, told = typed(capsys, "demo", "--data", "demo", "--no-browser", *more)

    assert (1, True, True) == (code, said in told, "region_files" in told.split("next")[-1]), told
    assert not (tmp_path / "demo").exists()


VERIFY = [
    [],
    ["--no-such-option", "x"],
    ["x", "--lang", "fr"],
    ["x", "--at", "yesterday"],
    ["x", "--at"],
    ["x", "--trust"],
    ["x", "--trust", "no/such/folder"],
    ["x", "--matter", "NO-SUCH-MATTER"],
    ["x", "--json=x"],
]
KEYS = [
    [],
    ["nonsense"],
    ["make"],
    ["make", "store", "kid", "--purpose", "nonsense"],
    ["make", "store", "kid", "--purpose", "show", "--algorithm", "RSA"],
    ["make", "store", "kid", "--purpose"],
    ["list"],
    ["list", "store", "--no-such-option"],
    ["list", "store", "one-too-many"],
    ["prove", "uri"],
    ["prove", "uri", "--challenge"],
    ["list", "store", "--passphrase", "x"],
]


@pytest.mark.parametrize(
    ("main_", "line"),
    [*((verify_cli.main, line) for line in VERIFY), *((keys_cli.main, line) for line in KEYS)],
    ids=lambda each: shown_as(each) if isinstance(each, list) else each.__module__,
)
def test_the_other_two_programs_end_in_a_sentence_too(main_, line, tmp_path, capsys):
    """`certhub-verify` and `certhub-keys`: Chinese and English, a next step, exit 2, nothing on stdout."""
    with contextlib.chdir(tmp_path):
        try:
            code = main_(line)
        except SystemExit as ended:
            code = ended.code

    said = capsys.readouterr()
    assert (2, "") == (code, said.out), said.err
    assert "下一步" in said.err
    assert "next" in said.err.lower()
    assert "Traceback" not in said.err


def test_serving_on_a_used_port_says_so(capsys, home: Region):
    """The port is named and another is asked for, before any server starts."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, told = typed(capsys, "serve", "--data", str(home.hub.settings.data), "--port", port)

    assert 1 == code
    assert "PORT_TAKEN" in told

    assert "--port" in told


def test_a_hub_is_not_served_without_its_loop_and_its_parser():
    """On the plain loop each answer of two processes takes 43 ms: said at the start, with what to do."""
    require_fast_parts()
    with pytest.raises(SlowServer, match="no_such_loop is missing"):
        require_fast_parts(["uvloop", "no_such_loop"])


@pytest.mark.parametrize(("line", "command"), COMMANDS, ids=[" ".join(line) for line, _ in COMMANDS])
def test_every_help_text_speaks_both_languages(line, command):
    """Chinese, a stroke, English: the command and each of its options."""
    texts = [
        command.help,
        *(getattr(one, "help", None) for one in command.params if "--help" not in one.opts),
    ]

    assert [] == [text for text in texts if not re.search(r"[\u4e00-\u9fff].*/ .*[A-Za-z]{2}", text or "")]


def test_an_error_of_the_hub_speaks_both_languages(capsys, tmp_path):
    """A folder without a hub: what the code means in Chinese and English, then what exactly was found."""
    status, told = typed(capsys, "doctor", "--data", str(tmp_path))

    assert 1 == status
    assert told.splitlines()[0].startswith("✕ 系统设置有误 / The settings cannot be used: no hub in ")
    assert told.splitlines()[0].endswith("[BAD_SETTINGS]")
