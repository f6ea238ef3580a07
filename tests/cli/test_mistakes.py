"""A command line that is wrong ends in a sentence of both languages, a next step and exit code 2."""

import socket

import pytest
import typer

from certhub.cli import app, main
from tests.support.region import Region

COMMANDS = typer.main.get_command(app).commands


def options():
    """Every command with every option, and a value that the option cannot take."""
    for name, command in sorted(COMMANDS.items()):
        yield name, ["--no-such-option"]
        for parameter in command.params:
            flag = next((each for each in parameter.opts if each.startswith("--")), None)
            if flag is None or flag == "--help":
                continue
            if getattr(parameter, "is_flag", False):
                yield name, [f"{flag}=x"]
                continue
            yield name, [flag]
            if "int" in str(parameter.type_descriptor).lower():
                yield name, [flag, "x"]
                yield name, [flag, "99999"]


def typed(capsys, *line):
    """Run the command as somebody types it; return its exit code and what stands on stderr."""
    with pytest.raises(SystemExit) as ended:
        main(list(line))
    return ended.value.code, capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "rest"), list(options()), ids=lambda each: " ".join(each) if isinstance(each, list) else each
)
def test_a_wrong_option_ends_in_a_sentence(capsys, command, rest):
    """Whatever command and option: what is wrong in Chinese and English, what to do, exit 2, no traceback."""
    code, told = typed(capsys, command, *rest)

    assert (2, True) == (code, "下一步 / next" in told), told
    assert any("\u4e00" <= character <= "\u9fff" for character in told.split("/")[0])
    assert "Traceback" not in told


def test_an_unknown_command_is_told(capsys):
    """And no command at all shows the help."""
    assert 2 == typed(capsys, "nonsense")[0]
    assert 2 == typed(capsys)[0]


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
