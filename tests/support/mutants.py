"""Broken neighbours of a good text or value, the same in every run."""

import random
from collections.abc import Iterator
from typing import Any

_BYTES = b'\x00\xff"{}[]:,.~-_=+ 0A9z\\'
_VALUES = (
    None,
    True,
    -1,
    1 << 62,
    0.5,
    "",
    "x" * 70,
    "\x00",
    "\u202e",
    [],
    {},
    [[]],
    {"_sd": []},
    {"...": "x"},
)


def mutants(good: bytes, *, seed: int, count: int) -> Iterator[bytes]:
    """Yield `count` neighbours: bytes changed, dropped, doubled or put in, and pieces cut out or swapped."""
    chance = random.Random(seed)
    for _ in range(count):
        data = bytearray(good)
        for _ in range(chance.choice((1, 1, 1, 2, 5))):
            at = chance.randrange(len(data))
            match chance.randrange(5):
                case 0:
                    data[at] ^= 1 << chance.randrange(8)
                case 1:
                    data[at] = chance.choice(_BYTES)
                case 2:
                    del data[at : at + chance.choice((1, 1, 3, 40))]
                case 3:
                    data[at:at] = data[at : at + chance.choice((1, 8, 60))]
                case 4:
                    data[at:at] = bytes([chance.choice(_BYTES)])
            if not data:
                break
        yield bytes(data)


def value_mutants(good: Any, *, seed: int, count: int) -> Iterator[Any]:
    """Yield `count` neighbours of a JSON value: one member or element changed, dropped, renamed or added."""
    chance = random.Random(seed)
    for _ in range(count):
        yield _changed(good, chance)


def _changed(value: Any, chance: random.Random) -> Any:
    if isinstance(value, dict) and value and chance.random() < 0.85:
        copy, name = dict(value), chance.choice(list(value))
        match chance.randrange(8):
            case 0:
                del copy[name]
            case 1:
                copy[chance.choice(["extra", "_sd", "...", "exp", ""])] = chance.choice(_VALUES)
            case 2:
                copy[name + "x"] = copy.pop(name)
            case _:
                copy[name] = _changed(value[name], chance)
        return copy
    if isinstance(value, list) and value and chance.random() < 0.85:
        items, at = list(value), chance.randrange(len(value))
        match chance.randrange(6):
            case 0:
                del items[at]
            case 1:
                items.append(items[at])
            case _:
                items[at] = _changed(value[at], chance)
        return items
    if isinstance(value, str) and value and chance.random() < 0.5:
        at = chance.randrange(len(value))
        return value[:at] + chance.choice("0aZ~\n \u202e") + value[at + chance.randrange(2) :]
    return chance.choice(_VALUES)
