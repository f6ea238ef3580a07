"""The fuzzer of worlds: plain ones are believed, every way to bend one is tried, holes made on purpose are found."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.fuzz import worlds
from tests.fuzz.believed import Belief, believed
from tests.fuzz.campaign import judged
from tests.fuzz.found import Found
from tests.fuzz.worlds import AXES, PLAIN, SCENES, recipe_of, world_targets

ROOT = Path(__file__).parents[2]
TARGETS = {target.name.removeprefix("world-"): target for target in world_targets()}


def world(scene: str, **changes: str) -> bytes:
    """A recipe; an axis's spaces are written as underscores."""
    return json.dumps(
        {"scene": scene, **{axis.replace("_", " "): value for axis, value in changes.items()}}
    ).encode()


@pytest.mark.parametrize("scene", SCENES)
def test_a_plain_world_is_believed(scene):
    """Nothing bent: as green as it can be, by the reader and by the model."""
    assert (Found.SAME.value, "") == judged(TARGETS[scene], world(scene))
    assert (Belief.CHECK if scene == "file" else Belief.VALID) == believed(scene, PLAIN)


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("axis", AXES)
def test_each_thing_bent_alone_is_no_greener_than_it_may_be(scene, axis):
    """Every value of every axis, one at a time: what the dice might miss."""
    found = {value: judged(TARGETS[scene], world(scene, **{axis: value})) for value in AXES[axis]}

    assert {} == {value: why for value, (outcome, why) in found.items() if why}


def test_worlds_are_bent_everywhere():
    """Two thousand worlds of a scene bend each axis many times, and more than one at a time."""
    chance = random.Random(5)
    recipes = [recipe_of(TARGETS["ticket"].bend(chance))[1] for _ in range(2_000)]
    times = Counter(axis for recipe in recipes for axis in AXES if recipe[axis] != PLAIN[axis])

    assert AXES.keys() == {axis for axis, count in times.items() if count > 50}
    assert {1, 2, 3} == {sum(recipe[axis] != PLAIN[axis] for axis in AXES) for recipe in recipes}


def test_a_world_that_is_greener_than_the_model_is_a_finding():
    """The comparison bites: by a model that believes nothing, a plain world is a finding, and so is check as valid."""
    assert Found.ACCEPTED is worlds.judged(world("ticket"), model=lambda scene, recipe: Belief.NONE)
    assert Found.ACCEPTED is worlds.judged(world("ticket"), model=lambda scene, recipe: Belief.CHECK)
    assert Found.SAME is worlds.judged(world("file"), model=lambda scene, recipe: Belief.CHECK)


PLANTS = {
    "any key signs anything": (
        "trustedkey.py",
        "if self.purpose is not token.purpose or self.owner != by:",
        "if False:",
    ),
    "any key signs a list": (
        "checks/status.py",
        "        if standing is not Standing.YES:\n",
        "        if False:\n",
    ),
    "any key signs a sealed code": (
        "checks/core.py",
        "    standing = key.may_have_signed(typ, by=region, at=moment) if issues else Standing.FOREIGN\n",
        "    standing = Standing.YES if issues else Standing.FOREIGN\n",
    ),
    "a retired key speaks of now": (
        "trustedkey.py",
        "if self.state is KeyState.RETIRED and not token.lasts:",
        "if False:",
    ),
    "a stolen key is believed": (
        "trustedkey.py",
        "if self.compromised_since is not None and",
        "if False and",
    ),
    "a key has no term": ("trustedkey.py", "if not self.from_ <= at < self.until:", "if False:"),
    "a suspended region is one": ("checks/core.py", " or region.state is MemberState.SUSPENDED", ""),
    "one side makes an agreement": (
        "trust.py",
        "isinstance(other, Agreement) and other.digest == file.digest",
        "True",
    ),
}
WORLDS = 1_500  # fewer than the gate's 200,000 mutants hold


@pytest.mark.drill
@pytest.mark.parametrize("plant", PLANTS)
def test_a_hole_made_on_purpose_is_found(plant, tmp_path):
    """In a copy of the verifier, within a part of what the gate spends on worlds; the source stays as it is."""
    file, whole, hole = PLANTS[plant]
    shutil.copytree(ROOT / "verifier" / "certhub_verifier", tmp_path / "certhub_verifier")
    source = tmp_path / "certhub_verifier" / file
    text = source.read_text("utf-8")
    assert 1 == text.count(whole), "the plant has no place to stand"
    source.write_text(text.replace(whole, hole), "utf-8")
    script = (
        "import sys, random\n"
        "from tests.fuzz.campaign import fuzz\n"
        "from tests.fuzz.mutate import Mutator\n"
        "from tests.fuzz.worlds import world_targets\n"
        "import certhub_verifier\n"
        f"assert certhub_verifier.__file__.startswith({str(tmp_path)!r})\n"
        f"found = fuzz(world_targets(), Mutator(random.Random('plant'), ()), {WORLDS})\n"
        "sys.exit(len(found.findings))\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert 0 < found.returncode <= 20, found.stderr[-2_000:]
    assert "" == found.stderr
