"""Which P-256 operations a deed really did: a test says that none was left out, a figure is held against them."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any


@dataclass(frozen=True, slots=True)
class Work:
    """Signatures checked and made."""

    verifies: int = 0
    signs: int = 0


def done_by(deed: Callable[[], object]) -> Work:
    """Do `deed` once, in this thread, and return which P-256 operations it really did."""
    seen: list[str] = []

    def look(_: FrameType, event: str, called: Any) -> None:
        if event == "c_call":
            owner = type(getattr(called, "__self__", None)).__name__
            seen.append(f"{owner}.{called.__name__}")

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        deed()
    finally:
        sys.setprofile(before)
    return Work(verifies=seen.count("ECPublicKey.verify"), signs=seen.count("ECPrivateKey.sign"))
