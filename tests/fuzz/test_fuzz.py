"""The fuzzer itself: it makes what it says, it bites, and a short run of it finds nothing."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import jwt
import pytest
from certhub_verifier.errors import Malformed
from certhub_verifier.formats.jose import base64url
from certhub_verifier.formats.jose.jwk import public_key

from tests.fuzz import memory
from tests.fuzz.campaign import Tally, fuzz, judged
from tests.fuzz.corpus import Corpus
from tests.fuzz.memory import MAX_GROWTH, Held
from tests.fuzz.mutate import Mutator
from tests.fuzz.targets import Found, Target, targets
from tests.support.credentials import World
from tests.support.signing import NumberedKey

CORPUS = Corpus()
TARGETS = targets(CORPUS)


def mutator(seed):
    """A mutator of its own chance."""
    return Mutator(random.Random(seed), CORPUS.everything)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_good_inputs_are_taken_and_their_neighbours_are_not(target):
    """What mutants are made of is good; fifty of its neighbours are refused or mean the same."""
    if target.name not in ("intake", "desk"):
        assert {Found.SAME.value} == {judged(target, good)[0] for good in target.good}
    assert [] == fuzz((target,), mutator(target.name), 50).findings


def test_what_a_key_signed_elsewhere_in_the_corpus_is_genuine_alone_too():
    """A key binding lent by a shown credential was once told as a forgery, at the ten-millionth mutant."""
    target = next(target for target in TARGETS if target.name == "token-kb+jwt")

    assert {Found.SAME.value} == {judged(target, token)[0] for token in CORPUS.device_words}


def test_every_token_type_and_every_format_is_fuzzed():
    """Ten token types, and the parsers by the names of what they read."""
    names = {target.name for target in TARGETS}

    assert 11 == sum(name.startswith("token-") for name in names)
    assert {
        "credential",
        "binding",
        "stranger",
        "desk",
        "receipt-file",
        "bundle",
        "code",
        "identifier",
        "trust-set",
        "status-list",
    } <= names


def test_the_same_seed_makes_the_same_mutants():
    """A finding can be made again, in another process too."""
    made = [[mutator(seed).mutant(good) for good in CORPUS.everything] for seed in (3, 3, 4)]

    assert made[0] == made[1] != made[2]


def test_a_mutant_is_never_what_it_was_made_of():
    """What is counted was changed."""
    mutate = mutator(5)

    assert not any(mutate.mutant(good) == good for good in CORPUS.everything * 5)


def test_a_library_without_a_strict_front_takes_mutants():
    """The mutants bite: some of 4,000 get through a library of good name, in front of which we stand."""
    key = NumberedKey("420700-receipt-1", number=7)
    token = World().receipt(key=key).encode()
    known = public_key(key.jwk, key.algorithm)

    def lax(data: bytes) -> Found:
        try:
            jwt.decode(data, known, algorithms=["ES256"], options={"verify_iat": False})
        except (jwt.PyJWTError, ValueError) as refused:
            raise Malformed("refused") from refused
        return Found.SAME if data == token else Found.ACCEPTED

    found = fuzz((Target("lax", (token,), lax),), mutator(6), 4_000)

    assert found.total("accepted") > 0
    assert all(len(base64url.decode(data.split(b".")[2].rstrip(b"="))) == 64 for _, _, data in found.findings)


def test_what_gets_out_of_a_parser_is_a_finding():
    """An exception that is not the package's own is kept with where it came from."""
    leaky = Target("leaky", (b"12",), lambda data: Found.SAME if int(data) else Found.REFUSED)
    tally = fuzz((leaky,), mutator(7), 50)

    assert tally.total("foreign") > 0
    assert "ValueError" in tally.findings[0][1]


def test_what_is_kept_of_inputs_is_seen_as_growth():
    """A target that remembers its inputs grows from chunk to chunk; one dear input raises the peak alone."""
    kept, good = [], (b"x" * 100,)
    hoarding = Target("hoarding", good, lambda data: kept.append(bytearray(1 << 20)) or Found.SAME)
    size = memory.peak() - memory.resident() + (40 << 20)  # more than any test before ever held
    dear = Target("dear", good, lambda data: Found.SAME if bytearray(size) else Found.REFUSED)

    tallies = {}
    for target in (dear, hoarding):
        tallies[target.name] = whole = Tally()
        for chunk in range(3):
            whole.add(fuzz((target,), mutator(chunk), 20))

    assert tallies["dear"].growth < 8 << 20
    assert "dear" == tallies["dear"].step[1]
    assert tallies["hoarding"].growth > MAX_GROWTH
    assert 60 == len(kept)


def test_the_largest_step_of_a_peak_has_a_name():
    """Of three chunks the second raised the peak most; what the third adds changes the peak alone."""
    first, second, third = (
        Held(10 << 20, last << 20, peak << 20, step << 20, by)
        for last, peak, step, by in ((10, 20, 3, "desk"), (11, 90, 70, "picture"), (12, 91, 1, "desk"))
    )
    held = first.then(second).then(third)

    assert Held(10 << 20, 12 << 20, 91 << 20, 70 << 20, "picture") == held
    assert 2 << 20 == held.growth


def children_of(pid):
    """The processes that `pid` started and that still run."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def runs(pid):
    """Whether there is such a process, other than a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def hears_no_interrupt(pid):
    """Whether a process leaves Ctrl+C to others: the last bit but one of the signals that it ignores."""
    told = Path(f"/proc/{pid}/status").read_text().splitlines()
    ignored = next(line.split()[1] for line in told if line.startswith("SigIgn"))
    return bool(int(ignored, 16) >> signal.SIGINT - 1 & 1)


def until(true, *, seconds=60):
    """Wait until something is true, and fail where it does not become so."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


@contextlib.contextmanager
def running_campaign():
    """A campaign of two processes, all of them at work; and the one that counts their semaphores."""
    command = [sys.executable, "-m", "tests.fuzz", "--seconds", "600", "--jobs", "2", "--only", "base64url"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as campaign:
        try:
            until(lambda: [hears_no_interrupt(pid) for pid in children_of(campaign.pid)] == [True] * 3)
            yield campaign
        finally:
            campaign.kill()


in_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="processes are counted in /proc")


@pytest.mark.drill
@in_proc
def test_nothing_outlives_a_campaign_that_is_killed():
    """Its processes end when it does, even where it was given no time to tell them."""
    with running_campaign() as campaign:
        started = children_of(campaign.pid)
        campaign.kill()
        campaign.wait()

        until(lambda: not any(map(runs, started)), seconds=10)


@pytest.mark.drill
@in_proc
def test_a_campaign_that_is_stopped_by_hand_tells_what_it_found():
    """Ctrl+C: nothing that was counted is lost; also where the shell that started it had it ignore that."""
    with running_campaign() as campaign:
        os.killpg(campaign.pid, signal.SIGINT)  # as a terminal does: to all of them
        told, _ = campaign.communicate(timeout=90)

        assert 0 == campaign.returncode
        assert "stopped by hand" in told
        assert "memory held" in told
