"""Watches what is done while a unit of work holds the database's write lock."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from certhub_keys.software import SoftwareSigner
from certhub_verifier.formats.jose import suites
from sqlalchemy import Connection, Engine, event

SIGNATURES = {SoftwareSigner.sign.__code__: "signed", suites.check.__code__: "checked"}


def signatures_under_lock(deed: Callable[[], object], *engines: Engine) -> list[str]:
    """Do `deed` in this thread; return which signatures it made or checked inside a writing unit of `engines`.

    Returns:
        For each of them "signed" or "checked", and the function that asked for it.
    """
    found: list[str] = []
    writing: set[int] = set()

    def look(frame: FrameType, what: str, _: Any) -> None:
        if what == "call" and writing and frame.f_code in SIGNATURES:
            found.append(f"{SIGNATURES[frame.f_code]} by {_caller(frame)}")

    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("certhub_writes"):
            writing.add(id(connection))

    def end(connection: Connection) -> None:
        writing.discard(id(connection))

    moments = {"begin": begin, "commit": end, "rollback": end}
    watched = [(engine, moment, listener) for engine in engines for moment, listener in moments.items()]
    for one in watched:
        event.listen(*one)
    before = sys.getprofile()
    sys.setprofile(look)
    try:
        deed()
    finally:
        sys.setprofile(before)
        for one in watched:
            event.remove(*one)
    return found


def _caller(frame: FrameType) -> str:
    """Name the innermost function of the hub that stands above a frame."""
    above = frame.f_back
    while above is not None and not above.f_globals.get("__name__", "").startswith("certhub."):
        above = above.f_back
    return "nobody" if above is None else f"{above.f_globals['__name__']}.{above.f_code.co_name}"
