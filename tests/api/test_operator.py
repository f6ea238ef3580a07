"""What an operator calls, through HTTP."""

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from certhub.api.http.problem_words import catalogue
from certhub.api.routes import answers
from certhub.cli import whole_app
from certhub.db.leases import Lease
from certhub.flows.regions.switch import COMMAND_LINE
from certhub.history.events import store as history
from certhub.jobs.clocks import watch
from certhub.jobs.peer_lists import fetch_peer_lists
from certhub.jobs.status_lists import publish
from certhub.regions.peers import contact
from certhub.regions.peers import store as peers
from certhub.regions.trust.folder import TrustFolder
from certhub.setup.health import all_checks
from tests.api.conftest import api_of
from tests.api.test_relying import scan, shown


def checks(answer):
    """Return the checks by name: ok, or what fails."""
    return {c.check: c.code or "ok" for c in answers.HealthOut.model_validate(answer.json()).checks}


def test_the_other_regions_are_listed(api):
    """Each with its address, its agreement and whether it is stopped here."""
    [peer] = answers.PeerList.model_validate(api.get("/api/v1/peers", "operator").json()).items

    assert ("420100", "武汉市", False, 1) == (peer.code, peer.name, peer.stopped, peer.agreement.n)


def test_a_stopped_region_is_not_asked(api, other):
    """A stop works at once, is on record with its reason, and can be taken away."""
    stopped = other.post("/api/v1/peers/420700/suspension", {"reason": "演练"}, "operator")
    refused = scan(other, shown(api)).json()
    other.region.clock.pass_(seconds=1)
    resumed = other.post("/api/v1/peers/420700/resumption", {"reason": "演练结束"}, "operator")

    assert (200, True) == (stopped.status_code, answers.PeerOut.model_validate(stopped.json()).stopped)
    assert ("undetermined", "NO_AGREEMENT") == (refused["verdict"], refused["code"])
    assert "本地运维人员已停止与鄂州市互询" == refused["headline"]
    assert (200, False) == (resumed.status_code, resumed.json()["stopped"])
    assert "OK" == scan(other, shown(api)).json()["code"]
    with other.hub.reading() as unit:
        deeds = [(one.type, one.body) for one in history.events(unit, subject="420700")]
    assert [("peer.resumed", {"reason": "演练结束"}), ("peer.stopped", {"reason": "演练"})] == deeds


def test_the_command_line_leaves_the_same_events(api):
    """One deed, two edges: type, subject and body are the same, only who did it differs."""
    folder, command = str(api.hub.settings.data), CliRunner()
    api.post("/api/v1/peers/420100/suspension", {"reason": "演练"}, "operator")
    api.region.clock.pass_(seconds=1)
    api.post("/api/v1/peers/420100/resumption", None, "operator")
    with api.hub.reading() as unit:
        by_page = [(one.type, one.subject, one.body) for one in history.events(unit, subject="420100")]
    api.region.clock.pass_(seconds=1)
    for line in (["stop", "420100", "--reason", "演练"], ["resume", "420100"]):
        assert 0 == command.invoke(whole_app(), ["peer", *line, "--data", folder]).exit_code
    with api.hub.reading() as unit:
        events = [one for one in history.events(unit, subject="420100") if one.actor == COMMAND_LINE]
        assert frozenset() == peers.stopped(unit)

    assert ["peer.resumed", "peer.stopped"] == [type_ for type_, _, _ in by_page]
    assert sorted(map(str, by_page)) == sorted(str((one.type, one.subject, one.body)) for one in events)


def test_a_region_that_was_stopped_is_not_green(api):
    """Nobody looks at it: unknown, with its own code and words, until it is resumed."""
    api.post("/api/v1/peers/420100/suspension", {"reason": "演练"}, "operator")
    stopped = health_of(api)["peer-420100"]
    api.post("/api/v1/peers/420100/resumption", {"reason": "演练结束"}, "operator")

    assert ("unknown", "PEER_STOPPED") == stopped
    assert "PEER_STOPPED" != health_of(api)["peer-420100"][1]


def test_what_is_not_good_is_explained_where_it_is_told(api):
    """The page and `certhub doctor --json` get the same sentence and next step, in both languages."""
    folder = str(api.hub.settings.data)
    told = json.loads(
        CliRunner().invoke(whole_app(), ["doctor", "--data", folder, "--json"]).stdout.splitlines()[-1]
    )
    page = api.get("/api/v1/health", "operator").json()["checks"]
    words = ("title", "title_en", "next_step", "next_step_en")

    bad = [one for one in page if not one["ok"]]
    assert bad
    for one in bad:
        zh, en = catalogue()["problems"][one["code"]]["zh"], catalogue()["problems"][one["code"]]["en"]
        assert [zh[0], en[0], zh[1], en[1]] == [one[name] for name in words]
    assert [[one.get(name) for name in words] for one in told["checks"]] == [
        [one.get(name) for name in words] for one in page
    ]


def test_a_stop_needs_no_reason(api):
    """In a hurry an empty body will do, and stopping twice is stopping."""
    for _ in range(2):
        assert (
            200
            == api.client.post("/api/v1/peers/420100/suspension", headers=api.headers("operator")).status_code
        )
    assert (
        200 == api.client.post("/api/v1/peers/420100/resumption", headers=api.headers("operator")).status_code
    )


@pytest.mark.parametrize("region", ["420700", "110000", "x", "%00", "4201000"])
def test_only_another_region_can_be_stopped(api, region):
    """404 for ourselves and for what is no region."""
    assert 404 == api.post(f"/api/v1/peers/{region}/suspension", {"reason": "x"}, "operator").status_code


def test_health_is_told_with_reasons(api):
    """Green only when the status lists are published, too."""
    before = checks(api.get("/api/v1/health", "operator"))
    publish(api.hub)
    with api.hub.writing() as unit:
        Lease("worker", "worker-1").is_mine(unit, monotonic=api.hub.clock.monotonic())
    watch(api.hub)
    contact.answered(api.hub.public_files, "420100", api.hub.now(), None)
    after = checks(api.get("/api/v1/health", "operator"))

    assert "LIST_NOT_PUBLISHED" == before["status-lists"]
    assert {"ok"} == set(after.values())
    assert "seal-11420799MB99990172" in after


def test_no_green_light_over_an_empty_trust_list(api, tmp_path):
    """503: a hub that trusts nothing can judge nothing."""
    blind = api_of(api.region, replace(api.hub, trust_folder=TrustFolder(tmp_path, api.hub.clock)))

    answer = blind.get("/readyz")
    assert (503, False, "NO_TRUST") == (answer.status_code, answer.json()["ready"], checks(answer)["trust"])
    assert 200 == blind.get("/healthz").status_code


def test_no_green_light_over_a_database_that_is_gone(api, tmp_path):
    """503, and the driver's message is not told."""
    from certhub.db.engine import open_engine

    gone = replace(api.hub.database, engine=open_engine(f"sqlite:///{tmp_path}/nothing.db"))

    answer = api_of(api.region, replace(api.hub, database=gone)).get("/readyz")
    assert (503, "NO_DATABASE") == (answer.status_code, checks(answer)["database"])
    assert "sqlite3" not in answer.text


def test_no_green_light_without_a_signer(api):
    """503 names each purpose that nobody can sign for."""

    def lends_none(kid):
        raise OSError("token removed")

    locked = replace(api.hub, keyring=replace(api.hub.keyring, lend=lends_none, _lent={}))

    answer = api_of(api.region, locked).get("/readyz")
    assert (503, "UNAVAILABLE") == (answer.status_code, checks(answer)["signer-receipt"])


def test_ready_says_so(api):
    """200 with every check."""
    answer = api.get("/readyz")

    assert (200, {"ok"}) == (answer.status_code, set(checks(answer).values()))


def health_of(api):
    """The checks by name: their state and code."""
    told = api.get("/api/v1/health", "operator").json()
    return {one["check"]: (one["state"], one["code"]) for one in told["checks"]}


def test_a_peer_that_does_not_answer_is_not_green(regions):
    """Never asked is unknown; answered is good; silent for two minutes is bad, with the last failure and its cause."""
    home, away = api_of(regions[1]), regions[0]
    folder = home.hub.public_files.folder / "peers" / "420700"
    for found in folder.glob("contact.json"):
        found.unlink()
    never = health_of(home)["peer-420700"]
    publish(away.hub)
    fetch_peer_lists(home.hub)
    answered = health_of(home)["peer-420700"]
    away.wire.down.add("420700")
    home.region.wire.down.add("420700")
    home.region.clock.pass_(minutes=3)
    publish(home.hub)
    fetch_peer_lists(home.hub)
    [silent] = [
        one
        for one in home.get("/api/v1/health", "operator").json()["checks"]
        if "peer-420700" == one["check"]
    ]
    for wire in (away.wire, home.region.wire):
        wire.down.discard("420700")

    assert ("unknown", "PEER_NOT_ASKED") == never
    assert ("good", None) == answered
    assert ("bad", "PEER_SILENT", "PEER_DOWN") == (silent["state"], silent["code"], silent["detail"]["cause"])
    assert silent["detail"]["good"] < silent["detail"]["failed"]


def test_the_command_and_the_page_run_the_same_checks(api):
    """`certhub doctor` names every check of the operator's page, with the same outcome."""
    folder = str(api.hub.settings.data)
    told = json.loads(
        CliRunner().invoke(whole_app(), ["doctor", "--data", folder, "--json"]).stdout.splitlines()[-1]
    )

    page = health_of(api)
    assert list(page) == [one["check"] for one in told["checks"]]
    assert {
        "database",
        "trust",
        "agencies",
        "status-lists",
        "clock",
        "disk",
        "worker",
        "peer-420100",
        "rows",
    } <= set(page)


def test_what_could_not_be_looked_at_is_unknown(api):
    """An error of the machine says nothing of what it hides: its own state, and not green."""

    def lends_none(kid):
        raise OSError("token removed")

    locked = replace(api.hub, keyring=replace(api.hub.keyring, lend=lends_none, _lent={}))
    [found] = [one for one in all_checks(locked) if "signer-receipt" == one.check]

    assert ("unknown", False) == (found.state, found.ok)
