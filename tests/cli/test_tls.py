"""certhub tls: an authority is made, renewed from and shown with steps; every refusal has a next step."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from certhub.adapters.tls import AUTHORITY, AUTHORITY_KEY, FOLDER, SERVER
from certhub.app import create_app
from certhub.cli import main
from certhub.setup import trusting
from certhub.setup.health import all_checks
from certhub.setup.tls import describe, read_x509
from certhub.web.language import HAN
from tests.support.clients import client_of
from tests.support.region import Region

SYSTEMS = ("windows", "macos", "debian", "uos-kylin", "android", "ios")


def ran(capsys, home: Region, *line: str) -> tuple[int, str, str]:
    """Run the command on a hub's own machine; return exit code, stdout and stderr."""
    with pytest.raises(SystemExit) as ended:
        main(["tls", line[0], "--data", str(home.hub.settings.data), *line[1:]])
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def tls_check(home: Region, **settings: object) -> tuple[str, str | None]:
    """What the doctor says of TLS: state and code."""
    hub = replace(home.hub, settings=home.hub.settings.model_copy(update=settings))
    [check] = [one for one in all_checks(hub) if one.check == "tls"]
    return check.state, check.code


def test_an_authority_and_a_server_are_made_renewed_and_shown(capsys, home: Region):
    """One object on stdout each time; the names are the hub's own and those that were given."""
    code, out, err = ran(
        capsys, home, "init", "--host", "certs.example.cn", "--network", "203.0.113.0/24", "--json"
    )
    made = json.loads(out)
    _, issued, _ = ran(capsys, home, "issue", "--host", "certs.example.cn", "--json")
    renewed = json.loads(issued)["server"]
    shown = json.loads(ran(capsys, home, "show", "--json")[1])

    assert 0 == code
    assert "203.0.113.0/24" in made["authority"]["networks"]
    own = {"localhost", "420700.localhost", "127.0.0.1", "::1", "420700.test", "certs.example.cn"}
    assert own == set(made["server"]["names"]) == set(renewed["names"])
    assert made["server"]["sha256"] != renewed["sha256"]
    assert (made["authority"], renewed) == (shown["authority"], shown["server"])
    assert list(SYSTEMS) == [one["system"] for one in shown["systems"]]
    assert "还不应答 certs.example.cn" in err
    assert "tls = true" in err


def test_the_steps_are_told_in_both_languages(capsys, home: Region):
    """Each system in whole sentences of each, and the fingerprint and the address before them."""
    ran(capsys, home, "init")
    _, _, shown = ran(capsys, home, "show")
    description = describe(read_x509(home.hub.settings.data / FOLDER / AUTHORITY))

    assert description.sha256[:47] in shown
    assert "http://420700.test/authority.crt" in shown
    for steps in (trusting.before(), *trusting.systems()):
        assert len(steps.zh) == len(steps.en) >= 2
        assert all(HAN.search(sentence) and sentence.endswith("。") for sentence in steps.zh)
        assert all(not HAN.search(sentence) and sentence.endswith(".") for sentence in steps.en)
        assert all(sentence in shown for sentence in (*steps.zh, *steps.en))


@pytest.mark.parametrize(
    ("line", "code", "step"),
    [
        (("show",), "TLS_NO_AUTHORITY", "certhub tls init"),
        (("issue",), "TLS_NO_AUTHORITY", "certhub tls init"),
        (("init",), "TLS_AUTHORITY_EXISTS", "--replace"),
        (("issue", "--host", "example.com"), "TLS_NAME_NOT_PERMITTED", "--replace"),
    ],
)
def test_a_refusal_names_its_code_and_the_next_step(capsys, home: Region, line, code, step):
    """And exits 1."""
    if code != "TLS_NO_AUTHORITY":
        ran(capsys, home, "init")
    exit_code, _, said = ran(capsys, home, *line)

    assert 1 == exit_code
    assert f"[{code}]" in said
    assert step in said.partition("下一步 / next:")[2]


@pytest.mark.parametrize("line", [("--host", "a b"), ("--network", "10.0.0.1/8"), ("--network", "x")])
def test_what_is_no_name_and_no_network_is_a_mistake_of_the_command_line(capsys, home: Region, line):
    """Exit 2, and nothing is made."""
    assert 2 == ran(capsys, home, "init", *line)[0]
    assert not (home.hub.settings.data / FOLDER).exists()


def test_another_authority_takes_the_place_when_that_is_asked_for(capsys, home: Region):
    """And what is served is of the new one."""
    first = json.loads(ran(capsys, home, "init", "--json")[1])
    second = json.loads(ran(capsys, home, "init", "--replace", "--json")[1])

    assert first["authority"]["sha256"] != second["authority"]["sha256"]
    folder = home.hub.settings.data / FOLDER
    read_x509(folder / SERVER).verify_directly_issued_by(read_x509(folder / AUTHORITY))


def test_the_doctor_tells_when_tls_ends_and_who_can_read_its_keys(capsys, home: Region):
    """Good without TLS and with it; bad for each cause, and good again when it is gone."""
    ran(capsys, home, "init")
    folder = home.hub.settings.data / FOLDER
    ends = describe(read_x509(folder / SERVER)).ends

    def at(**left: float) -> tuple[str, str | None]:
        home.clock.time = ends - timedelta(**left)
        return tls_check(home, tls=True)

    assert ("good", None) == tls_check(home) == at(days=31)
    assert ("bad", "TLS_ENDS_SOON") == at(days=29)
    assert ("bad", "TLS_ENDED") == at(days=0)
    assert ("good", None) == at(days=300)
    assert ("bad", "TLS_NAME_MISSING") == tls_check(home, tls=True, url="https://certs.example.cn")
    for key in (AUTHORITY_KEY, SERVER):
        (folder / key).chmod(0o640)
        assert ("bad", "TLS_KEY_OPEN") == tls_check(home, tls=True)
        (folder / key).chmod(0o600)
    assert ("good", None) == tls_check(home, tls=True)


def test_the_doctor_looks_at_files_of_another_maker_too(capsys, home: Region, tmp_path):
    """A group may read their key, everybody may not; among public files it lies wrong; a stranger's key is told."""
    ran(capsys, home, "init")
    made = (home.hub.settings.data / FOLDER / SERVER).read_bytes()
    key, public = tmp_path / "key.pem", home.hub.settings.data / "public" / "key.pem"
    for path in (key, public):
        path.write_bytes(made)
        path.chmod(0o640)

    def served(path: object) -> tuple[str, str | None]:
        return tls_check(home, tls_certificate=key, tls_key=path)

    assert ("good", None) == served(key)
    assert ("bad", "TLS_KEY_OPEN") == served(public)
    key.chmod(0o644)
    assert ("bad", "TLS_KEY_OPEN") == served(key)
    key.chmod(0o640)
    ran(capsys, home, "issue")
    assert ("bad", "TLS_UNUSABLE") == served(home.hub.settings.data / FOLDER / SERVER)
    assert ("bad", "TLS_UNUSABLE") == served(tmp_path / "nothing.pem")


def test_devices_fetch_the_authority_from_the_hub(home: Region, capsys):
    """404 while there is none."""
    client = client_of(create_app(hub=home.hub), raises=False)
    before = client.get("/authority.crt")
    ran(capsys, home, "init")
    after = client.get("/authority.crt")

    assert (404, 200) == (before.status_code, after.status_code)
    assert "application/x-x509-ca-cert" == after.headers["content-type"]
    assert b"PRIVATE" not in after.content
