"""Files 0600 and folders 0700, whatever the umask; what is open to others is found, told and closed."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from certhub_keys.cost import Cost
from typer.testing import CliRunner

from certhub.adapters import private
from certhub.adapters.public_files import PublicFiles
from certhub.cli import whole_app
from certhub.db.engine import open_engine
from certhub.demo.regions import Plan, prepare
from certhub.hub import Hub
from certhub.jobs.status_lists import publish
from certhub.settings import Profile, Settings
from certhub.setup.health import all_checks
from tests.support.region import Clock


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """The umask that somebody started the hub with."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    """What others may do with anything in a folder, by path."""
    return {
        str(path.relative_to(folder)): oct(path.stat().st_mode & 0o777)
        for path in private.open_to_others(folder)
    }


def test_a_hub_is_made_for_its_own_account_alone(tmp_path, umask):
    """Data folder, settings, passphrase, keys, trust, database with -wal and -shm, public files, tokens and more."""
    folder = tmp_path / "above" / "demo"
    plan = Plan(folder, ("http://420700.test", "http://420100.test"), cost=Cost.TEST, profile=Profile.TEST)
    prepare(plan, clock=Clock())
    hub = Hub.open(Settings.load(folder / "420700"), clock=Clock())
    publish(hub)

    made = {path.relative_to(folder / "420700").as_posix() for path in (folder / "420700").rglob("*")}
    assert {"certhub.db-wal", "certhub.db-shm", "public/status/1", "demo-tokens.json", "adopted.json"} <= made
    assert {} == modes(tmp_path / "above")
    hub.close()


def test_what_is_open_to_others_is_told_and_closed(tmp_path):
    """`doctor` says so, and `certhub migrate` closes it; links are not followed."""
    plan = Plan(tmp_path, ("http://420700.test", "http://420100.test"), cost=Cost.TEST, profile=Profile.TEST)
    prepare(plan, clock=Clock())
    folder, outside = tmp_path / "420700", tmp_path / "outside"
    outside.write_text("x")
    outside.chmod(0o644)
    (folder / "link").symlink_to(outside)
    (folder / "certhub.toml").chmod(0o640)
    (folder / "trust").chmod(0o755)

    def light() -> tuple[bool, str]:
        hub = Hub.open(Settings.load(folder), clock=Clock())
        [found] = [finding for finding in all_checks(hub) if finding.check == "folder"]
        hub.close()
        return found.ok, found.says

    good, says = light()
    assert not good
    assert "2 files or folders" in says
    told = CliRunner().invoke(whole_app(), ["migrate", "--data", str(folder)])
    assert 0 == told.exit_code
    assert light()[0]
    assert 0o644 == stat.S_IMODE(outside.stat().st_mode)


def test_a_file_that_was_open_is_closed_when_it_is_written_again(tmp_path):
    """Tokens and public files are replaced, never written into what somebody prepared."""
    public_files = PublicFiles(tmp_path / "public")
    (tmp_path / "public" / "status").mkdir(parents=True)
    (tmp_path / "public" / "status" / "1").write_text("old")
    (tmp_path / "public" / "status" / "1").chmod(0o666)
    public_files.put("status/1", b"new")

    assert 0o600 == stat.S_IMODE((tmp_path / "public" / "status" / "1").stat().st_mode)
    assert b"new" == public_files.get("status/1")


def test_a_database_is_for_its_own_account_from_its_first_moment(tmp_path, umask):
    """Made by whoever opens it first, before anything could close the folder: the file, its -wal and its -shm."""
    engine = open_engine(f"sqlite:///{tmp_path / 'new.db'}")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x INTEGER)")
        made = {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()}
    engine.dispose()

    assert {"new.db": "0o600", "new.db-wal": "0o600", "new.db-shm": "0o600"} == made
