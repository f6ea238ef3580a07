"""What may be believed of a bent world, at the most: a small model, written from the promise and not from the code.

It calls nothing of the verifier. It says no to whatever is not as it should be, and yes only to what nobody could
object to; where the verifier says less, that is its business (other tests say what it must accept).
"""

from collections.abc import Mapping
from enum import Enum

Recipe = Mapping[str, str]


class Belief(Enum):
    """How green something may come out."""

    NONE = 0
    CHECK = 1
    VALID = 2


LASTS = {"ticket", "file", "paper", "receipt"}  # the key may be retired: it was not when it signed


def believed(scene: str, world: Recipe) -> Belief:
    """Return how green `scene` may come out in a world."""
    if not _key_is_good(scene, world):
        return Belief.NONE
    if scene in ("answer", "bundle"):
        return Belief.VALID
    if scene == "question":
        return _only(_regions_agree(world) and world["quoted"] == "ours")
    if scene == "receipt":
        if world["clock"] == "slow":
            return Belief.NONE
        return Belief.CHECK if world["clock"] in ("four days", "two years") else Belief.VALID
    return min(_shown(scene, world), key=lambda belief: belief.value)


def _shown(scene: str, world: Recipe) -> list[Belief]:
    """Each thing that can make a showing less green than valid."""
    found = [Belief.CHECK if scene == "file" else Belief.VALID]
    found.append(_only(world["home"] != "suspended" and world["kinds"] == "licence"))
    found.append(_only(world["clock"] not in ("slow", "four days", "two years")))
    if scene == "sealed":
        found.append(_only(world["clock"] == "right"))  # it lives for 60 s
    if world["asker"] == "away":
        found.append(_only(_regions_agree(world) and _agreement_covers(world)))
    if scene == "ticket":
        found.append(_only(world["redeemed"] == "yes"))
    if scene in ("sealed", "paper"):
        found.append({"first": Belief.VALID, "used": Belief.NONE, "unknown": Belief.CHECK}[world["use"]])
        found.append(Belief.VALID if world["version"] == "by the row" else Belief.CHECK)
    found.append(_news(world))
    return found


def _key_is_good(scene: str, world: Recipe) -> bool:
    """It is the key for this, of whoever has to sign, in a state and a term in which it signed."""
    right = {
        "ticket": "home seal",
        "file": "home seal",
        "sealed": "home show",
        "paper": "home paper",
        "receipt": "home receipt",
        "bundle": "home bundle",
        "question": "away exchange",
        "answer": "home exchange",
    }[scene]
    if world["signer"] not in ("right", right) or world["term"] != "running":
        return False
    return world["state"] == "active" or (world["state"] == "retired" and scene in LASTS)


def _regions_agree(world: Recipe) -> bool:
    """Both are full members and publish the same agreement, which is in its term."""
    return world["home"] == "full" and world["agreement"] not in ("none", "one side", "ended")


def _agreement_covers(world: Recipe) -> bool:
    return world["agreement"] not in ("other matter", "other kind", "other way")


def _news(world: Recipe) -> Belief:
    """What is known of the certificate's state, by whom, and how old it is."""
    if world["news"] != "list":
        return _only(world["news"] == "record active")
    if world["list"] not in ("right", "home status") or world["list state"] != "active":
        return Belief.NONE
    if world["value"] != "0" or world["list name"] != "its own":
        return Belief.NONE
    if world["list date"] in ("ahead", "two days") or world["clock"] == "a day":
        return Belief.NONE
    aged = world["list date"] == "a minute" or world["clock"] == "two minutes"
    return Belief.CHECK if aged else Belief.VALID


def _only(holds: bool) -> Belief:
    return Belief.VALID if holds else Belief.NONE
