"""One frozen value, read once: arguments before environment before file, and no word that is not known."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from certhub.hub.messengers import messengers_of
from certhub.settings import FILE, BadSettings, Profile, Settings
from certhub.sharing.messages.rules import Medium

GOOD = 'region = "420700"\nname = "鄂州市"\nprofile = "test"\nurl = "http://file.test"\n'


def hub_folder(folder: Path, text: str) -> Path:
    """A folder with these settings."""
    (folder / FILE).write_text(text, encoding="utf-8")
    return folder


def shown(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What `certhub config --json` says in an environment."""
    command = [sys.executable, "-m", "certhub", "config", "--json", "--data", str(folder)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CERTHUB_")}
    return subprocess.run(command, env=clean | environment, capture_output=True, text=True, check=False)


def test_the_file_says_what_the_hub_is(tmp_path):
    """And defaults say the rest; production is the default profile."""
    settings = Settings.load(hub_folder(tmp_path, GOOD))

    assert ("420700", "鄂州市", Profile.TEST, 60) == (
        settings.region, settings.name, settings.profile, settings.ticket_seconds,
    )  # fmt: skip
    assert (
        Profile.PRODUCTION is Settings.load(hub_folder(tmp_path, 'region = "420700"\nname = "x"\n')).profile
    )


def test_the_environment_outranks_the_file(tmp_path):
    """CERTHUB_URL beats url."""
    folder = hub_folder(tmp_path, GOOD)

    assert "http://file.test" == json.loads(shown(folder).stdout)["url"]
    assert "http://env.test" == json.loads(shown(folder, CERTHUB_URL="http://env.test").stdout)["url"]


def test_a_variable_that_is_not_ours_is_left_alone(tmp_path):
    """Kubernetes gives every container of a service named certhub a CERTHUB_PORT."""
    folder = hub_folder(tmp_path, GOOD)

    assert 0 == shown(folder, CERTHUB_PORT="tcp://10.0.0.1:80").returncode


def test_arguments_outrank_both(tmp_path):
    """What a program hands in is what holds."""
    folder = hub_folder(tmp_path, GOOD)

    assert "http://argument.test" == Settings(data=folder, url="http://argument.test").url


@pytest.mark.parametrize("line", ['colour = "red"', "ticket_second = 60", "[section]\nx = 1"])
def test_a_key_that_is_not_known_is_refused_by_name(tmp_path, line):
    """A slip of the pen is not silently nothing."""
    with pytest.raises(BadSettings) as refused:
        Settings.load(hub_folder(tmp_path, GOOD + line + "\n"))
    assert line.split(" ")[0].split("\n")[0].strip("[]") in str(refused.value)


@pytest.mark.parametrize(
    "line",
    [
        'region = "4207"',
        'region = "鄂州"',
        'profile = "prod"',
        "ticket_seconds = 0",
        "ticket_seconds = 100000",
        "peer_timeout_seconds = 60",
        "status_resign_seconds = 0",
        "region = ",
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(tmp_path, line):
    """Out of range, of the wrong shape, or not TOML."""
    name = line.split(" ")[0]
    text = "".join(f"{good}\n" for good in GOOD.splitlines() if not good.startswith(name)) + line + "\n"

    with pytest.raises(BadSettings):
        Settings.load(hub_folder(tmp_path, text))


def test_where_there_is_no_hub_one_is_told_what_to_do(tmp_path):
    """An empty folder is not a hub with defaults."""
    with pytest.raises(BadSettings, match="certhub init"):
        Settings.load(tmp_path)


def test_settings_do_not_change(tmp_path):
    """Frozen: nobody turns a production hub into a demo at run time."""
    settings = Settings.load(hub_folder(tmp_path, GOOD))

    with pytest.raises(ValidationError):
        settings.profile = Profile.DEMO


def test_no_secret_has_a_default_or_a_place_in_the_settings():
    """The passphrase is a file elsewhere; the settings hold its path."""
    assert not [name for name in Settings.model_fields if "secret" in name or name.endswith("password")]
    assert None is Settings.model_fields["passphrase_file"].default


def test_a_password_in_the_database_url_is_not_shown(tmp_path):
    """`certhub config` prints settings into terminals and tickets."""
    text = GOOD + 'database_url = "postgresql://hub:geheim@db.test/certhub"\n'

    told = shown(hub_folder(tmp_path, text))

    assert 0 == told.returncode
    assert "geheim" not in told.stdout + told.stderr
    assert "db.test" in told.stdout


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ('mail_url = "smtp://mail.example"', "mail_url: .*mail_from"),
        ('mail_from = "a@b.example"\nmail_url = "http://mail.example"', "mail_url"),
        (
            'mail_from = "a@b.example"\nmail_url = "smtp://hub:secret@mail.example"',
            "mail_url: .*mail_password_file",
        ),
        ('mail_from = "a@b.example>, <c@d.example"', "mail_from"),
        ('sms_webhook_url = "https://sms.example/send"', "sms_webhook_url: .*webhook_key_file"),
        ('webhook_key_file = "k"\nsms_webhook_url = "http://sms.example/send"', "sms_webhook_url"),
        ('webhook_key_file = "k"\napp_webhook_url = "ftp://app.example"', "app_webhook_url"),
    ],
)
def test_a_way_to_people_that_is_not_whole_or_not_safe_is_refused(tmp_path, lines, key):
    """With the key's name, when the hub is opened, and not when the first message waits."""
    with pytest.raises(BadSettings, match=key) as refused:
        Settings.load(hub_folder(tmp_path, f"{GOOD}{lines}\n"))

    assert "secret@" not in str(refused.value)


def test_each_way_to_people_that_is_set_up_has_a_messenger(tmp_path):
    """None by default; a gateway on this machine may go without TLS."""
    ways = (
        'mail_from = "a@b.example"\nmail_url = "smtps://hub@mail.example"\nwebhook_key_file = "k"\n'
        'sms_webhook_url = "https://sms.example/send"\napp_webhook_url = "http://127.0.0.1:8080/"\n'
    )

    assert {} == messengers_of(Settings.load(hub_folder(tmp_path, GOOD)))
    assert [*Medium] == [*messengers_of(Settings.load(hub_folder(tmp_path, GOOD + ways)))]
