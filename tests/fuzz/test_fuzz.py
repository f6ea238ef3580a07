"""The fuzzer itself: it makes what it says, it bites, and a short run of it finds nothing."""

import random

import jwt
import pytest
from certhub_verifier.errors import Malformed
from certhub_verifier.formats import base64url
from certhub_verifier.formats.jwk import public_key

from tests.fuzz.campaign import fuzz, judged
from tests.fuzz.corpus import Corpus
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


def test_every_token_type_and_every_format_is_fuzzed():
    """Nine token types, and the parsers by the names of what they read."""
    names = {target.name for target in TARGETS}

    assert 9 == sum(name.startswith("token-") for name in names)
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
