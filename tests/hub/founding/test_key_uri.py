"""Where a hub's keys are is one URI: signers and the vault's secrets come through that door, and through no other."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from certhub_keys import BadKeyUri, KeysError, NotAvailable
from certhub_keys.cost import Cost
from certhub_schemas.purposes import Purpose

from certhub.cli import main
from certhub.hub import Hub, keys_of, read_passphrase
from certhub.settings import FILE, BadSettings, Profile, Settings
from certhub.setup.initialise import initialise
from tests.hub.founding.test_provision import EZHOU, NOW
from tests.support.region import Clock


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A hub whose keys lie where they were made."""
    return initialise(
        tmp_path / "hub", EZHOU, profile=Profile.TEST, passphrase=b"open sesame", now=NOW, random=os.urandom,
        cost=Cost.TEST,
    )  # fmt: skip


def named(settings: Settings, uri: str) -> Settings:
    """The same hub, told of keys elsewhere, as an operator writes it."""
    file = settings.data / FILE
    file.write_text(f'{file.read_text(encoding="utf-8")}keys = "{uri}"\n', encoding="utf-8")
    return Settings.load(settings.data)


def works(settings: Settings) -> bool:
    """Whether the hub signs and reads what it sealed."""
    hub = Hub.open(settings, clock=Clock(NOW))
    sealed = hub.database.vault.seal("account", "1", b"sealed")
    try:
        return (64, b"sealed") == (
            len(hub.signer(Purpose.SHOW).sign(b"x")),
            hub.database.vault.open("account", "1", sealed),
        )
    finally:
        hub.close()


def test_keys_are_where_they_were_made(settings):
    """Nobody has to say it."""
    assert "file:keys" == settings.keys
    assert works(settings)


@pytest.mark.parametrize("spelled", ["file:{}", "file://{}", "FILE:{}"])
def test_keys_elsewhere_are_opened_by_their_uri(settings, tmp_path, spelled):
    """The folder was moved; signers and the vault come from there."""
    elsewhere = tmp_path / "safe"
    shutil.move(settings.data / "keys", elsewhere)
    with pytest.raises(NotAvailable, match="no key store"):
        Hub.open(settings, clock=Clock(NOW))

    assert works(named(settings, spelled.format(elsewhere)))


@pytest.mark.parametrize(
    "uri", ["pkcs11:token=certhub;object=keys", "remote:https://keys.example", "PKCS11:x"]
)
def test_keys_that_this_release_cannot_reach_are_refused(settings, uri, capsys):
    """By name, with what it does read, before a passphrase is asked for; the command says so and ends."""
    told = named(settings, uri)
    shutil.rmtree(settings.data / "keys")
    (settings.data / "keys.passphrase").unlink()

    with pytest.raises(NotAvailable, match="this release reads file: alone"):
        Hub.open(told, clock=Clock(NOW))
    with pytest.raises(SystemExit) as ended:
        main(["peer", "list", "--data", str(settings.data)])
    said = capsys.readouterr().err

    assert (1, True, True) == (ended.value.code, "this release reads file: alone" in said, "[KEYS]" in said)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "keys",
        "/keys",
        "http://x/keys",
        "file:",
        "file:../keys",
        "file:keys?kid=420700-show-1",
        "file://h/k",
    ],
)
def test_what_names_no_keys_is_refused(settings, uri):
    """Nothing is guessed."""
    with pytest.raises(BadKeyUri):
        keys_of(settings.model_copy(update={"keys": uri}))


def test_in_production_no_passphrase_lies_beside_keys_elsewhere(settings, tmp_path):
    """A store that was moved out of the hub's folder is no place for what opens it either."""
    elsewhere = tmp_path / "safe"
    shutil.move(settings.data / "keys", elsewhere)
    beside, apart = elsewhere / "passphrase", tmp_path / "passphrase"
    for file in (beside, apart):
        file.write_bytes(b"open sesame")
    strict = {"profile": Profile.PRODUCTION, "keys": f"file:{elsewhere}"}

    with pytest.raises(BadSettings, match="lies beside the keys"):
        keys_of(settings.model_copy(update=strict | {"passphrase_file": beside}))
    assert keys_of(settings.model_copy(update=strict | {"passphrase_file": apart})).secret("data")


def test_a_wrong_passphrase_opens_nothing(settings):
    """The store's own word comes through."""
    (settings.data / "keys.passphrase").write_bytes(b"another")

    with pytest.raises(KeysError, match="passphrase"):
        keys_of(settings)
    assert b"another" == read_passphrase(settings, settings.data / "keys")


def init(
    folder: Path, passphrase: Path, uri: str, region: str = "420700"
) -> subprocess.CompletedProcess[str]:
    """Found a hub as an operator does who names its keys in the environment."""
    line = (
        "init",
        "--data",
        str(folder),
        "--region",
        region,
        "--name",
        "鄂州市",
        "--passphrase-file",
        str(passphrase),
        *("--origin", "http://127.0.0.1:8000", "--operator", "ops@example.org"),
        *("--accept", "sqlite", "--accept", "software-keys", "--accept", "no-tls"),
    )
    return subprocess.run(
        [sys.executable, "-m", "certhub", *line],
        capture_output=True, text=True, check=False, env=os.environ | {"CERTHUB_KEYS": uri},
    )  # fmt: skip


def test_a_new_hub_makes_its_keys_where_the_setting_says(tmp_path):
    """And writes it down: from then on nobody has to say it."""
    elsewhere, passphrase = tmp_path / "safe", tmp_path / "passphrase"
    passphrase.write_bytes(b"open sesame")

    ended = init(tmp_path / "hub", passphrase, f"file:{elsewhere}")
    settings = Settings.load(tmp_path / "hub")

    assert 0 == ended.returncode, ended.stderr
    assert (f"file:{elsewhere}", False) == (settings.keys, (tmp_path / "hub" / "keys").exists())
    assert keys_of(settings.model_copy(update={"passphrase_file": passphrase})).signer("420700-show-1")


@pytest.mark.parametrize(
    ("uri", "region", "said"),
    [("pkcs11:x", "420700", "this release reads file: alone"), ("file:keys", "鄂州", "region")],
)
def test_a_hub_that_cannot_be_founded_leaves_nothing_behind(tmp_path, uri, region, said):
    """What is wrong with the settings is said before anything is made."""
    passphrase = tmp_path / "passphrase"
    passphrase.write_bytes(b"open sesame")

    ended = init(tmp_path / "hub", passphrase, uri, region)

    assert (1, True, False) == (ended.returncode, said in ended.stderr, (tmp_path / "hub").exists()), (
        ended.stderr
    )
