"""A hub is founded once, in an empty folder; production is not founded like a demo."""

import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from certhub_keys.cost import Cost
from certhub_schemas.codes.uscc import check_character
from certhub_schemas.purposes import KEY_PURPOSES, Purpose

from certhub.db import migrate
from certhub.errors import Conflict
from certhub.hub import PASSPHRASE, SQLITE, TRUST, Hub
from certhub.hub.keyring import NoKey
from certhub.settings import BadSettings, Profile, Settings
from certhub.setup.health import all_checks
from certhub.setup.initialise import initialise
from tests.support import named
from tests.support.region import Clock

NOW = datetime(2026, 11, 24, 9, 41, tzinfo=UTC)
EZHOU = named.EZHOU.setup("http://420700.test")


def founded(folder: Path, profile: Profile = Profile.TEST, passphrase: bytes = b"open sesame") -> Settings:
    """A hub in a folder."""
    return initialise(
        folder, EZHOU, profile=profile, passphrase=passphrase, now=NOW, random=os.urandom, cost=Cost.TEST
    )


def lights(settings: Settings) -> dict[str, bool]:
    """What the health checks of the hub say."""
    hub = Hub.open(settings, clock=Clock(NOW))
    try:
        return {finding.check: finding.ok for finding in all_checks(hub)}
    finally:
        hub.close()


def test_a_founded_hub_is_ready(tmp_path):
    """Keys, trust, database, rows, folder: every light is green, but for the worker that nobody started yet."""
    lit = lights(founded(tmp_path / "hub"))

    assert {"database", "trust", "signer-show", "profile", "rows", "folder", "clock", "disk"} <= set(lit)
    assert {"worker"} == {name for name, good in lit.items() if not good}


def test_a_second_founding_is_refused_and_changes_nothing(tmp_path):
    """Nobody's keys are overwritten by a slip."""
    founded(tmp_path / "hub")
    before = {path: path.read_bytes() for path in (tmp_path / "hub").rglob("*") if path.is_file()}

    with pytest.raises(Conflict) as refused:
        founded(tmp_path / "hub")

    assert "HUB_EXISTS" == refused.value.code
    assert before == {path: path.read_bytes() for path in (tmp_path / "hub").rglob("*") if path.is_file()}


def test_it_has_a_key_for_every_purpose_and_a_seal_for_every_agency(tmp_path):
    """One key, one purpose, one name."""
    hub = Hub.open(founded(tmp_path / "hub"), clock=Clock(NOW))

    kids = {hub.signer(purpose).kid for purpose, row in KEY_PURPOSES.items() if not row.of_agency}
    seals = {hub.seal(agency.uscc).kid for agency in EZHOU.agencies}
    hub.close()

    assert {f"420700-{purpose}-1" for purpose in Purpose if purpose is not Purpose.SEAL} == kids
    assert {f"{agency.uscc}-1" for agency in EZHOU.agencies} == seals


def test_keys_sign_for_a_year_and_not_a_day_longer(tmp_path):
    """A hub whose keys have run out signs nothing, and says what to do."""
    clock = Clock(NOW)
    hub = Hub.open(founded(tmp_path / "hub"), clock=clock)
    assert hub.signer(Purpose.STATUS)
    clock.pass_(days=366)

    with pytest.raises(NoKey, match="make one and publish it"):
        hub.signer(Purpose.STATUS)
    assert not {f.check: f.ok for f in all_checks(hub)}["signer-show"]
    hub.close()


def test_an_unknown_agency_has_no_seal(tmp_path):
    """And no other region's."""
    hub = Hub.open(founded(tmp_path / "hub"), clock=Clock(NOW))

    with pytest.raises(NoKey):
        hub.seal(named.WUHAN)
    hub.close()


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_private_files_are_their_owners_alone(tmp_path):
    """Passphrase and keys."""
    founded(tmp_path / "hub")
    private = [tmp_path / "hub" / PASSPHRASE, *(tmp_path / "hub" / "keys" / "keys").iterdir()]

    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in private}


def test_no_private_key_lies_in_the_clear(tmp_path):
    """The trust folder holds public halves; the key store's files hold none of the passphrase."""
    founded(tmp_path / "hub", passphrase=b"a very special passphrase")

    for path in (tmp_path / "hub" / TRUST).rglob("*.json"):
        assert b'"d"' not in path.read_bytes()
    for path in (tmp_path / "hub" / "keys").rglob("*.json"):
        assert b"a very special passphrase" not in path.read_bytes()


def test_production_keeps_no_passphrase_beside_its_keys(tmp_path):
    """Founding writes none, and a hub that finds one there refuses to open."""
    settings = founded(tmp_path / "hub", Profile.PRODUCTION)
    assert not (tmp_path / "hub" / PASSPHRASE).exists()
    beside = tmp_path / "hub" / "somewhere.txt"
    beside.write_bytes(b"open sesame")

    for told in (None, beside):
        with pytest.raises(BadSettings, match="CERTHUB_PASSPHRASE_FILE"):
            Hub.open(settings.model_copy(update={"passphrase_file": told}), clock=Clock(NOW))


def test_production_opens_with_a_passphrase_from_elsewhere(tmp_path):
    """A file in another place."""
    settings = founded(tmp_path / "hub", Profile.PRODUCTION)
    elsewhere = tmp_path / "passphrase"
    elsewhere.write_bytes(b"open sesame\n")

    hub = Hub.open(settings.model_copy(update={"passphrase_file": elsewhere}), clock=Clock(NOW))
    assert hub.signer(Purpose.STATUS)
    hub.close()


def test_production_refuses_demo_agencies(tmp_path):
    """A demo backup can never be taken live: its light is red."""
    settings = founded(tmp_path / "hub", Profile.PRODUCTION)
    elsewhere = tmp_path / "passphrase"
    elsewhere.write_bytes(b"open sesame")

    found_lights = lights(settings.model_copy(update={"passphrase_file": elsewhere}))

    assert not found_lights["profile"]


def test_production_refuses_a_demo_agency_that_has_a_namesake(tmp_path):
    """Where two agencies have one name the code stands behind it, and the demo's mark is no longer the end."""
    settings = founded(tmp_path / "hub", Profile.PRODUCTION)
    elsewhere = tmp_path / "passphrase"
    elsewhere.write_bytes(b"open sesame")
    [file] = (tmp_path / "hub" / TRUST).rglob("issuers.json")
    listed = json.loads(file.read_bytes())
    for number, issuer in enumerate(listed["issuers"][:2]):
        code = f"11420700MB000000{number}"
        issuer |= {"agency": code + check_character(code), "name": "某局（演示）", "keys": []}
    listed["issuers"] = listed["issuers"][:2]
    file.write_bytes(json.dumps(listed, ensure_ascii=False).encode())

    found_lights = lights(settings.model_copy(update={"passphrase_file": elsewhere}))

    assert found_lights["trust"]
    assert not found_lights["profile"]


def test_a_missing_passphrase_is_told(tmp_path):
    """Which file, and which setting."""
    settings = founded(tmp_path / "hub")
    (tmp_path / "hub" / PASSPHRASE).unlink()

    with pytest.raises(BadSettings, match="CERTHUB_PASSPHRASE_FILE"):
        Hub.open(settings, clock=Clock(NOW))


def test_an_empty_trust_set_is_a_red_light(tmp_path):
    """The one thing that an operator must never meet is a green one over it."""
    settings = founded(tmp_path / "hub")
    for path in (tmp_path / "hub" / TRUST).rglob("*.json"):
        path.unlink()

    seen = lights(settings)

    assert not seen["trust"]
    assert not seen["signer-show"]
    assert seen["database"]


def test_a_trust_set_without_this_region_is_a_red_light(tmp_path):
    """Members are listed, and we are not one of them."""
    settings = founded(tmp_path / "hub")
    for path in (tmp_path / "hub" / TRUST / "regions").rglob("*.json"):
        path.unlink()

    assert not lights(settings)["trust"]


def test_a_database_that_was_not_migrated_is_a_red_light(tmp_path):
    """`serve` never creates one."""
    settings = founded(tmp_path / "hub")
    hub = Hub.open(settings, clock=Clock(NOW))
    migrate.downgrade(hub.database.engine, "base")
    hub.close()
    assert not lights(settings)["database"]

    (tmp_path / "hub" / SQLITE).unlink()
    assert not lights(settings)["database"]


def test_a_check_that_crashes_is_a_red_light_and_not_a_crash(tmp_path):
    """A key file that is no key file."""
    settings = founded(tmp_path / "hub")
    hub = Hub.open(settings, clock=Clock(NOW))
    for path in (tmp_path / "hub" / "keys" / "keys").iterdir():
        path.write_bytes(b"\x00")

    assert not {f.check: f.ok for f in all_checks(hub)}["signer-show"]
    hub.close()
