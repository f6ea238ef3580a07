"""The folder of trust files: read when it changed, kept when it breaks, and never mistaken for trust when empty."""

import os
import threading

import pytest
from certhub_verifier.facts import Fact, Outcome
from certhub_verifier.trust import manifest

from certhub.hub import TRUST
from certhub.regions.trust.folder import NoTrust, TrustFolder
from certhub.setup.health import all_checks
from tests.support.story import issued, licence, scan, ticket


def folder_of(home) -> TrustFolder:
    """The hub's own folder, looked at anew."""
    return TrustFolder(home.hub.settings.data / TRUST, home.clock)


def test_the_set_is_read_once_and_kept(home):
    """The same value until something changes."""
    trust = folder_of(home)

    assert trust.current() is trust.current()
    assert None is trust.problem


def test_a_change_is_seen_after_a_second(home, clock):
    """A peer's key that was taken away is unknown two seconds later."""
    trust = folder_of(home)
    before = trust.current()
    (trust.folder / "regions/420100/keys.json").unlink()
    assert before is trust.current()

    clock.pass_(seconds=1)

    assert before.digest != trust.current().digest
    assert not [key for key in trust.current().keys.values() if key.owner == "420100"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b'{"region": "420700"}', b"[]", b'{"region":"420700","keys":[],"keys":[]}']
)
def test_a_file_that_breaks_leaves_the_last_good_set(home, clock, content):
    """It grows old, which its facts then say; what is wrong is told to whoever asks for the hub's health."""
    trust = folder_of(home)
    good = trust.current()
    (trust.folder / "regions/420700/keys.json").write_bytes(content)
    clock.pass_(seconds=2)

    assert good is trust.current()
    assert trust.problem is not None


def test_a_mended_folder_is_taken_up_again(home, clock):
    """No restart is needed."""
    trust = folder_of(home)
    good = trust.current()
    file = trust.folder / "regions/420700/keys.json"
    content = file.read_bytes()
    file.write_bytes(b"{")
    clock.pass_(seconds=2)
    trust.current()
    file.write_bytes(content)
    clock.pass_(seconds=2)

    assert good.digest == trust.current().digest
    assert None is trust.problem


def test_an_empty_folder_is_no_trust(home, tmp_path):
    """Not an empty set: nothing at all, with the reason."""
    empty = tmp_path / "empty"
    empty.mkdir()

    with pytest.raises(NoTrust, match="no usable trust set"):
        TrustFolder(empty, home.clock).current()
    with pytest.raises(NoTrust):
        TrustFolder(tmp_path / "absent", home.clock).current()


def test_an_old_set_says_that_it_is_old(home, clock):
    """A folder that broke three days ago: what rests on it is undetermined, not valid."""
    broken = home.hub.trust_folder.folder / "regions/420700/keys.json"
    certificate_id = issued(home, licence("营-1"))
    home.hub.trust_folder.current()
    broken.write_bytes(b"{")
    clock.pass_(hours=73)

    report = scan(home, ticket(home, certificate_id))
    facts = {fact["fact"]: fact for fact in report["items"][0]["facts"]}

    assert "undetermined" == report["verdict"]
    assert Outcome.UNDETERMINED == facts[Fact.TRUST_FRESH]["outcome"]


def test_an_untouched_folder_stays_young(home, clock):
    """It is read again every five minutes, and is as old as the last look."""
    trust = folder_of(home)
    trust.current()
    clock.pass_(minutes=6)

    assert clock.now() == trust.current().as_of


def test_a_clock_that_was_put_back_does_not_freeze_the_folder(home, clock):
    """The look after a jump backwards is made, not waited for."""
    clock.pass_(hours=3)  # the keys are not older than the story
    trust = folder_of(home)
    good = trust.current()
    clock.pass_(hours=-2)
    (trust.folder / "regions/420100/keys.json").unlink()

    assert good.digest != trust.current().digest


def test_many_threads_get_one_set(home):
    """The first look is made once."""
    trust, found = folder_of(home), []
    threads = [threading.Thread(target=lambda: found.append(trust.current())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 == len({id(one) for one in found})


def test_hidden_files_are_not_trust(home):
    """A half-written file has a dot before its name until it is whole."""
    trust = folder_of(home)
    before = trust.current().digest
    (trust.folder / "regions/420700/.keys.json.123.tmp").write_bytes(b"{")
    (trust.folder / "regions/420700/.hidden.json").write_bytes(b"{")
    home.clock.pass_(minutes=6)

    assert before == trust.current().digest
    assert not [name for name in trust.files() if "/." in name]


def test_a_folder_that_broke_is_told_and_turns_red_when_nobody_relies_on_it_any_more(home, clock):
    """One broken file does not take a region down: the hub says so at once, and is red after three days."""
    home.hub.trust_folder.current()
    (home.hub.trust_folder.folder / "regions/420700/keys.json").write_bytes(b"{")
    clock.pass_(minutes=1)

    lights = {finding.check: finding for finding in all_checks(home.hub)}
    assert lights["trust"].ok
    assert "since" in lights["trust"].says

    clock.pass_(hours=72)
    assert not {finding.check: finding.ok for finding in all_checks(home.hub)}["trust"]


@pytest.mark.parametrize("where", ["regions/420100/keys.json", "regions/420100"])
def test_a_symbolic_link_is_not_followed(home, clock, tmp_path, where):
    """Neither a file nor a folder behind a link is trust, though its content is good; the link is named."""
    trust = folder_of(home)
    (trust.folder / where).rename(tmp_path / "elsewhere")
    (trust.folder / where).symlink_to(tmp_path / "elsewhere")
    clock.pass_(seconds=2)
    found = trust.current()

    assert [] == [key for key in found.keys.values() if key.owner == "420100"]
    assert [where] == [one.path for one in found.set_aside] == trust.links()
    assert not [path for path in trust.files() if path.startswith(where)]


def test_a_file_that_moves_is_seen_by_its_path(home, clock):
    """Its name, its size and its date are what they were: where it lies is part of what it is."""
    trust = folder_of(home)
    trust.current()
    file = trust.folder / "regions/420100/keys.json"
    (file.parent / "old").mkdir()
    file.rename(file.parent / "old/keys.json")
    clock.pass_(seconds=2)

    assert [] == [key for key in trust.current().keys.values() if key.owner == "420100"]


def test_a_change_that_keeps_size_and_date_is_seen(home, clock):
    """As by a tool that copies dates along: the file's own change is noticed."""
    trust = folder_of(home)
    before = trust.current().digest
    file = trust.folder / "regions/420700/endpoints.json"
    times = file.stat()
    file.write_bytes(file.read_bytes().replace(b"http://420700", b"http://420701"))
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    clock.pass_(seconds=2)

    assert before != trust.current().digest


def test_a_folder_that_changes_while_it_is_read_is_not_taken_torn(home, clock):
    """One file of the old state and one of the new are no set: the last good one stays until two looks agree."""
    trust = folder_of(home)
    good = trust.current()
    keys = trust.folder / "regions/420700/keys.json"

    class Restless(TrustFolder):
        def files(self):
            found = super().files()
            keys.touch()
            return found

    restless = Restless(trust.folder, home.clock)
    restless._set = good
    clock.pass_(seconds=2)

    assert good is restless.current()
    assert "changed" in restless.problem


def test_a_folder_that_is_gone_leaves_the_last_good_set(home, clock):
    """An operating system's refusal is told like any other fault of the folder."""
    trust = folder_of(home)
    good = trust.current()
    trust.folder.rename(trust.folder.with_name("moved"))
    clock.pass_(seconds=2)

    assert good is trust.current()
    assert "No such file" in trust.problem


def test_what_is_set_aside_is_told_with_the_hubs_health(home, clock):
    """One entry of a later release: the hub works on, and says what it does not know."""
    trust = home.hub.trust_folder
    file = trust.folder / "regions/420100/keys.json"
    file.write_bytes(file.read_bytes().replace(b'"state":"active"', b'"state":"resting"', 1))
    clock.pass_(seconds=2)
    light = {finding.check: finding for finding in all_checks(home.hub)}["trust"]

    assert light.ok
    assert "1 entry set aside: regions/420100/keys.json keys.keys[0], unknown state resting" in light.says


def test_a_list_that_cannot_be_kept_is_in_force_and_says_so(home):
    """A full disk takes no trust away; what receipts name is kept at the next look that can."""
    kept: list[bytes] = []
    full = [True]

    def keep(document: bytes) -> str:
        if full[0]:
            raise OSError(28, "No space left on device", "documents")
        kept.append(document)
        return ""

    folder = TrustFolder(home.hub.settings.data / TRUST, home.clock, keep)
    in_force, problem = folder.current(), folder.problem
    full[0] = False
    home.clock.pass_(seconds=2)
    later = folder.current()

    assert in_force.digest == later.digest == home.hub.trust.digest
    assert "what receipts name cannot be kept: No space left on device: documents" == problem
    assert folder.problem is None
    assert {*folder.files().values(), manifest(folder.files())} == set(kept)
