"""Each check of the hub goes bad for its own cause, and comes back when the cause is gone."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from certhub_verifier.trust import TrustSet
from typer.testing import CliRunner

from certhub.api.http.problem_words import catalogue
from certhub.cli import whole_app
from certhub.db import leases
from certhub.db.leases import Lease
from certhub.errors import NotFound
from certhub.jobs.clocks import watch
from certhub.jobs.peer_lists import fetch_peer_lists
from certhub.jobs.status_lists import publish
from certhub.regions.peers import contact
from certhub.setup import health
from certhub.setup.health import all_checks
from tests.api.conftest import api_of
from tests.api.test_relying import scan, shown
from tests.support import story
from tests.support.peers import BrokenWire, asked_through, lie


def state(hub, name):
    """What one check says: its state and code."""
    [found] = [one for one in all_checks(hub) if one.check == name]
    return found.state, found.code


def beat(hub, name="worker-1"):
    """One round of a worker."""
    lease = Lease(leases.WORKER, name)
    with hub.writing() as unit:
        lease.is_mine(unit, monotonic=hub.clock.monotonic())
    watch(hub)
    return lease


def test_nobody_has_the_worker_s_lease(home):
    """Never taken, given back, or held by a process that was killed: bad; a process that speaks: good."""
    never = state(home.hub, "worker")
    lease = beat(home.hub)
    works = state(home.hub, "worker")
    home.clock.pass_(seconds=31)
    killed = state(home.hub, "worker")
    beat(home.hub)
    again = state(home.hub, "worker")
    with home.hub.writing() as unit:
        leases.give_back(unit, lease.name, lease.me)

    assert ("bad", "NO_WORKER") == never == killed == state(home.hub, "worker")
    assert ("good", None) == works == again


def test_a_list_that_nobody_signs_anew_is_old(home):
    """After two minutes without a publisher: bad; once published: good."""
    home.clock.pass_(minutes=3)
    old = state(home.hub, "status-lists")
    publish(home.hub)

    assert (("bad", "LIST_OLD"), ("good", None)) == (old, state(home.hub, "status-lists"))


def test_a_disk_that_is_full_is_told(home):
    """/proc is a file system without a free byte: bad; the test's own folder has room: good."""
    full = replace(home.hub, settings=home.hub.settings.model_copy(update={"data": Path("/proc")}))
    found = [health.disk_check(hub) for hub in (full, home.hub)]

    assert [("bad", "DISK_FULL"), ("good", None)] == [(one.state, one.code) for one in found]
    assert found[1].check in {one.check for one in all_checks(home.hub)}


class Folder:
    """A trust folder that holds what it was given."""

    problem = None

    def __init__(self, trust: TrustSet) -> None:
        self.trust = trust

    def current(self) -> TrustSet:
        """What it was given."""
        return self.trust


def test_a_trust_list_without_an_agency_of_ours_is_not_green(home):
    """Nothing can be issued: bad; with the agencies: good."""
    away = {uscc: one for uscc, one in home.hub.trust.agencies.items() if one.region != home.hub.region}
    without = replace(home.hub, trust_folder=Folder(replace(home.hub.trust, agencies=away)))

    assert ("bad", "NO_AGENCY") == state(without, "agencies")
    assert ("good", None) == state(home.hub, "agencies")


def test_a_peer_whose_list_is_old_is_told(regions):
    """It answers, and nobody signs its lists anew: bad; once it publishes: good."""
    home, away = regions
    fetch_peer_lists(home.hub)
    home.clock.pass_(minutes=11)
    fetch_peer_lists(home.hub)
    old = state(home.hub, "peer-420100")
    publish(away.hub)
    fetch_peer_lists(home.hub)

    assert ("bad", "PEER_LIST_OLD") == old
    assert ("good", None) == state(home.hub, "peer-420100")


def test_a_question_that_failed_is_told(regions):
    """The lists come and the question does not: bad at once, with the cause; an answer makes it good again."""
    api, other = api_of(regions[0]), api_of(regions[1])
    fetch_peer_lists(other.hub)
    fresh = state(other.hub, "peer-420700")
    other.region.wire.down.add("420700")
    scan(other, shown(api))
    failed = state(other.hub, "peer-420700")
    other.region.wire.down.clear()
    other.region.clock.pass_(seconds=1)
    scan(other, shown(api))

    assert ("good", None) == fresh == state(other.hub, "peer-420700")
    assert ("bad", "PEER_SILENT") == failed
    found = contact.read(other.hub.public_files, "420700", contact.QUESTIONS)
    assert ("PEER_DOWN", True) == (found.cause, found.good > found.failed)


@pytest.mark.parametrize(
    ("bend", "code"),
    [
        (lambda reply: reply[:-8] + b"AAAAAAAA", "PEER_NOT_BELIEVED"),
        (lambda reply: b"<html>200 OK</html>", "PEER_NOT_BELIEVED"),
        ("newer", "PEER_NEWER"),
    ],
)
def test_a_region_that_answers_what_is_good_for_nothing_is_not_told_as_silent(regions, bend, code):
    """A bad signature and a format of tomorrow each have their own word on the health page."""
    api, other = api_of(regions[0]), api_of(regions[1])
    fetch_peer_lists(other.hub)
    if bend == "newer":
        bend = lie(regions[0].hub, lambda payload: payload.update(format=4, results={}))
    bent = replace(other.region, hub=asked_through(other.region, BrokenWire(other.region.wire, bend)))
    story.scan(bent, shown(api))

    assert ("bad", code) == state(other.hub, "peer-420700")


def test_a_region_whose_lists_cannot_be_believed_is_told_as_that(home, other, clock):
    """They come, and none verifies: two minutes later that is what the light says."""
    fetch_peer_lists(other.hub)
    for name in home.hub.public_files.names("status"):
        home.hub.public_files.put(f"status/{name}", b"nonsense")
    clock.pass_(minutes=3)
    fetch_peer_lists(other.hub)

    assert ("bad", "PEER_NOT_BELIEVED") == state(other.hub, "peer-420700")
    publish(home.hub)
    clock.pass_(seconds=1)
    fetch_peer_lists(other.hub)
    assert ("good", None) == state(other.hub, "peer-420700")


def test_questions_write_on_a_change_and_once_a_minute(home):
    """A hundred answers in a minute are one write; a failure between them is written at once, and so is its end."""
    public_files, start = home.hub.public_files, home.hub.now()
    said = []
    for seconds, cause in [(0, None), (5, None), (59, None), (61, None), (62, "PEER_DOWN"), (63, "PEER_DOWN"),
                           (64, "UPGRADE_NEEDED"), (65, None), (66, None)]:  # fmt: skip
        contact.note_answer(public_files, "420100", start + timedelta(seconds=seconds), cause)
        found = contact.read(public_files, "420100", contact.QUESTIONS)
        said.append(int((max(one for one in (found.good, found.failed) if one) - start).total_seconds()))

    assert [0, 0, 0, 61, 62, 62, 64, 65, 65] == said


def test_a_disk_that_takes_nothing_costs_no_answer(home):
    """What cannot be put on record is left out: the counter has its verdict all the same."""
    (home.hub.public_files.folder / "peers").mkdir(exist_ok=True)
    (home.hub.public_files.folder / "peers" / "420101").write_bytes(b"a file where a folder is needed")

    contact.note_answer(home.hub.public_files, "420101", home.hub.now(), "PEER_DOWN")
    with pytest.raises(NotFound):
        contact.read(home.hub.public_files, "420101", contact.QUESTIONS)


def test_the_doctor_explains_what_is_bad_in_both_languages(home):
    """The check by its name, the code, what is the case and what to do: Chinese and English."""
    told = CliRunner().invoke(whole_app(), ["doctor", "--data", str(home.hub.settings.data)])
    words = catalogue()["problems"]["NO_WORKER"]

    assert 1 == told.exit_code
    [line] = [one for one in told.stderr.splitlines() if "[NO_WORKER]" in one]
    assert all(text in line for lang in ("zh", "en") for text in words[lang])
    assert line.startswith("✕ 后台作业 / Worker")
    assert "伙伴地区：武汉市 / Partner region: Wuhan" in told.stderr
    assert "机关印章密钥：鄂州市民政局（演示） / Agency seal key: Ezhou Civil Affairs (demo)" in told.stderr


@pytest.mark.parametrize(
    "code",
    ["NO_AGENCY", "DISK_FULL", "LIST_OLD", "PEER_LIST_OLD", "PEER_SILENT", "NO_WORKER", "ROWS_REFUSED", "FOLDER_OPEN",
     "PEER_NOT_BELIEVED", "PEER_NEWER", "MAIL_NOT_SET_UP", "SMS_NOT_SET_UP", "APP_NOT_SET_UP", "MESSAGES_STUCK",
     "NO_TRUST", "NO_DATABASE", "CLOCK_JUMPED", "TEST_DATA", "KEYS", "PEER_NOT_ASKED", "PEER_STOPPED"],
)  # fmt: skip
def test_every_code_of_a_check_has_words(code):
    """In both languages; no check borrows those of another."""
    assert {"zh", "en"} <= set(catalogue()["problems"][code])
