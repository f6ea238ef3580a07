"""certhub message: what waits and how it went, and a test message to see that a medium works."""

import json

import pytest

from certhub.cli import main
from certhub.flows.sharing import messages
from tests.support.mail_sink import mail_sink
from tests.support.messages import PLANTED, by_mail, on_record, posted
from tests.support.messages import a_message as message
from tests.support.region import Region


def ran(capsys, *line):
    """Run the command as somebody types it; return its exit code, stdout and stderr."""
    with pytest.raises(SystemExit) as ended:
        main(list(line))
    said = capsys.readouterr()
    return ended.value.code or 0, said.out, said.err


def test_a_test_message_is_queued_and_told_how_it_went(capsys, home: Region, tmp_path) -> None:
    """It says that nothing is set up; with a server it is sent, and the list says so without naming anybody."""
    data = ("--data", str(home.hub.settings.data))
    code, out, err = ran(capsys, "message", "test", PLANTED, "--language", "en", *data, "--json")
    told = json.loads(out)

    assert (0, False, "mail") == (code, told["set_up"], told["medium"])
    assert "没有配置" in err
    assert "not set up" in err
    with mail_sink(tmp_path / "mails") as sink:
        messages.send(by_mail(home.hub, sink.port))
        [(to, mail)] = sink.taken()
    code, out, err = ran(capsys, "message", "list", *data, "--json")
    [item] = json.loads(out)["items"]
    assert (PLANTED, "Certificate exchange hub: a test message") == (to, mail["Subject"])
    assert (told["id"], "sent", 1, None) == (item["id"], item["state"], item["attempts"], item["trouble"])
    assert PLANTED not in out + err


def test_the_list_says_why_something_waits(capsys, home: Region, tmp_path) -> None:
    """In both languages, with the code of the answer; whole, however narrow the screen."""
    data = ("--data", str(home.hub.settings.data))
    assert "没有消息" in ran(capsys, "message", "list", *data)[2]
    with mail_sink(tmp_path / "mails", "--refuse", "1") as sink:
        hub = by_mail(home.hub, sink.port)
        posted(hub, message(hub, "1"), message(hub, "2", "nobody@example.org"))
        messages.send(hub)
    code, _, err = ran(capsys, "message", "list", *data)
    cells = zip(*(line.split("│") for line in err.splitlines() if line.startswith("│")), strict=True)
    flat = "".join("".join(column).replace(" ", "") for column in cells)

    assert 0 == code
    assert all(
        word in flat for word in ("暂时不收", "refusedfornow", "(450)", "拒收", "(550)", "已放弃", "→")
    )
    assert "…" not in err
    assert all(file.id in flat for file in on_record(hub))


def test_an_address_that_is_none_is_told(capsys, home: Region) -> None:
    """Exit 1, what to do, and nothing queued."""
    code, _, err = ran(capsys, "message", "test", "alice", "--data", str(home.hub.settings.data))

    assert (1, True, False) == (code, "[ADDRESS_UNFIT]" in err, "Traceback" in err), err
    assert "下一步 / next" in err
    assert [] == on_record(home.hub)
