"""status-list.json: packed lists of every width, and signed lists with what they say of one index."""

# ruff: noqa: E501 - the tables read across

import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tests.support.deflate import zlib_bomb, zlib_runs
from tests.support.signing import NumberedKey
from tests.vectors import wire, world
from tests.vectors.vector import OURS, Vector, VectorFile

NOW = world.seconds(world.NOW)
SLOTS = 131_072
INDEX = 40_961
DRAFT = "draft-ietf-oauth-status-list-20 §4.1"


def uri(region: str = world.HOME, list_no: int = 3) -> str:
    """Return the name of a list."""
    return f"https://{region}.certhub.example/status/{list_no}"


def statement(changes: Any = None, *, bits: int = 2, **members: Any) -> dict[str, Any]:
    """Return the payload of a list; None takes a member away."""
    lst = wire.b64(zlib_runs(wire.statuses(SLOTS, bits, changes or {})))
    plain = {
        "sub": uri(),
        "iat": NOW,
        "exp": NOW + 86_400,
        "ttl": 30,
        "status_list": {"bits": bits, "lst": lst},
    }
    return {name: value for name, value in (plain | members).items() if value is not None}


def signed(payload: dict[str, Any], key: NumberedKey | None = None, **options: Any) -> str:
    """Return a list token, by the region's status key."""
    return wire.jws(payload, "statuslist+jwt", key or world.region_key("status"), **options)


def made_at(moment: datetime) -> dict[str, Any]:
    """Return the times of a list made then."""
    at = world.seconds(moment)
    return {"iat": at, "exp": at + 86_400}


def status_lists() -> dict[str, str]:
    """Return the lists of `world.json`, by name."""
    hour, old = made_at(world.NOW - timedelta(hours=1)), made_at(world.NOW - timedelta(hours=25))
    return {
        "fresh": signed(statement()),
        "an hour old": signed(statement(**hour)),
        "25 hours old": signed(statement(**old)),
        "revoked": signed(statement({INDEX: 1})),
        "revoked, 25 hours old": signed(statement({INDEX: 1}, **old)),
        "suspended": signed(statement({INDEX: 2})),
        "status 3": signed(statement({INDEX: 3})),
        "another list": signed(statement(sub=uri(list_no=4))),
        "signed by the other region": signed(statement(), world.region_key("status", world.AWAY)),
    }


def status_list_file() -> VectorFile:
    """Return status-list.json."""
    return VectorFile(
        name="status-list",
        about="Packed status lists (`lst`), and status list tokens with what they say of one index.",
        read="`lst`: unpack with `bits`; `first` are the first 32 statuses. `token`: verify it at `now` as the list "
        "called `uri` and look at `index`; `expect` is the fact `status` as a sealed code's report would carry it.",
        given={"trust": "base", "matter": world.OFFLINE_MATTER},
        vectors=[*_packed(), *_bad_packed(), *_tokens(), *_bad_tokens()],
    )


def _packed() -> Iterator[Vector]:
    published = (
        (1, "eNrbuRgAAhcBXQ", [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]),
        (2, "eNo76fITAAPfAgc", [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]),
    )
    for bits, lst, statuses in published:
        yield Vector(
            name=f"published-{bits}-bit",
            why="The example of the specification: statuses fill each byte from its least significant bit up.",
            origin=DRAFT,
            input={"bits": bits, "lst": lst},
            expect={"outcome": "read", "size": len(statuses), "first": statuses},
        )
    for bits in (1, 2, 4, 8):
        values = [(index * 7 + 3) % (1 << bits) for index in range(64)]
        data = wire.statuses(64, bits, dict(enumerate(values)))
        yield Vector(
            name=f"{bits}-bit",
            why=f"64 statuses of {bits} bits.",
            input={"bits": bits, "lst": wire.b64(zlib_runs(data))},
            expect={"outcome": "read", "size": 64, "first": values[:32]},
        )
    stored = zlib.compress(wire.statuses(64, 2, {0: 1, 63: 2}), 0)
    yield Vector(
        name="not-compressed",
        why="Any level of zlib is read, level 0 too.",
        input={"bits": 2, "lst": wire.b64(stored)},
        expect={"outcome": "read", "size": 64, "first": [1] + [0] * 31},
    )
    yield Vector(
        name="empty",
        why="A list of nothing can be read; no index is in it.",
        input={"bits": 2, "lst": wire.b64(zlib_runs(b""))},
        expect={"outcome": "read", "size": 0, "first": []},
    )


def _bad_packed() -> Iterator[Vector]:
    good = zlib_runs(wire.statuses(64, 2, {0: 1}))
    rows: list[tuple[str, str, Any, str]] = [
        ("bits-3", "A status has 1, 2, 4 or 8 bits.", {"bits": 3, "lst": wire.b64(good)}, OURS),
        ("bits-0", "A status has 1, 2, 4 or 8 bits.", {"bits": 0, "lst": wire.b64(good)}, OURS),
        ("padded", "One list has one text.", {"bits": 2, "lst": wire.b64(good) + "="}, OURS),
        ("standard-alphabet", "+ and / are another alphabet.", {"bits": 2, "lst": "eNo7/+"}, OURS),
        ("raw-deflate", "zlib form, with its head and its checksum.", {"bits": 2, "lst": wire.b64(good[2:-4])}, OURS),
        ("gzip", "zlib form, not gzip.", {"bits": 2, "lst": wire.b64(bytes.fromhex("1f8b08000000000002ff030000000000000000"))}, OURS),
        ("checksum", "The Adler-32 checksum is wrong.", {"bits": 2, "lst": wire.b64(good[:-1] + bytes([good[-1] ^ 1]))}, OURS),
        ("cut-short", "The stream does not end.", {"bits": 2, "lst": wire.b64(good[:-5])}, OURS),
        ("bytes-behind", "Something follows the stream.", {"bits": 2, "lst": wire.b64(good + b"\x00")}, OURS),
        ("two-streams", "Two streams are not one list.", {"bits": 2, "lst": wire.b64(good * 2)}, OURS),
        ("bomb", "17 KiB that inflate to 17 MiB: inflating stops at 16 MiB.",
         {"bits": 8, "lst": wire.b64(zlib_bomb(17 << 20))}, "peers were taken down by such"),
    ]  # fmt: skip
    for name, why, value, origin in rows:
        yield Vector(
            name=f"packed-{name}", why=why, origin=origin, input=value, expect={"outcome": "refused"}
        )


def _fact(
    token: str, outcome: str, cause: str | None, as_of: int = NOW, *, believed: bool = True
) -> dict[str, Any]:
    """Return the fact that a list gives; one that is not believed is told as of now."""
    moment = world.NOW.fromtimestamp(as_of if believed else NOW, world.NOW.tzinfo)
    told = (moment + timedelta(hours=8)).replace(tzinfo=None).isoformat(timespec="seconds") + "+08:00"
    why = {} if cause is None else {"cause": cause}
    return {"outcome": outcome, **why, "as_of": told, "evidence": wire.digest(token)}


def _vector(
    name: str, why: str, token: str, outcome: str, cause: str | None, *, index: int = INDEX, **fact: Any
) -> Vector:
    given: dict[str, Any] = {key: fact.pop(key) for key in ("trust", "now", "matter") if key in fact}
    return Vector(
        name=name,
        why=why,
        given=given,
        input={"uri": uri(), "index": index, "token": token},
        expect=_fact(token, outcome, cause, **fact),
    )


def _tokens() -> Iterator[Vector]:
    hour = world.NOW - timedelta(hours=1)
    old = world.NOW - timedelta(hours=25)
    ahead = world.NOW + timedelta(seconds=61)
    skewed = world.NOW + timedelta(seconds=60)
    yield _vector("valid", "0, and no older than its ttl.", signed(statement()), "yes", None)
    yield _vector("revoked", "1 is invalid.", signed(statement({INDEX: 1})), "no", "REVOKED")
    yield _vector("suspended", "2 is suspended.", signed(statement({INDEX: 2})), "no", "SUSPENDED")
    yield _vector("status-3", "3 is for applications, and we have no use for it.", signed(statement({INDEX: 3})),
                  "undetermined", "STATUS_UNKNOWN")  # fmt: skip
    yield _vector("neighbours", "Both neighbours are invalid, this one is not.",
                  signed(statement({INDEX - 1: 1, INDEX + 1: 1})), "yes", None)  # fmt: skip
    yield _vector(
        "last-index", "The last slot.", signed(statement({SLOTS - 1: 2})), "no", "SUSPENDED", index=SLOTS - 1
    )
    yield _vector(
        "one-bit", "A list of one bit each.", signed(statement({INDEX: 1}, bits=1)), "no", "REVOKED"
    )
    yield _vector("eight-bits", "A list of eight bits each, smaller than ours.",
                  signed(statement({INDEX: 200}, bits=8)), "undetermined", "STATUS_UNKNOWN")  # fmt: skip
    yield _vector(
        "an-unknown-member", "What a list says besides is passed over.", signed(statement(x=1)), "yes", None
    )
    yield _vector("aged", "An hour old, where a newer one could be had every 30 s.",
                  signed(statement(**made_at(hour))), "undetermined", "STATUS_AGED", as_of=world.seconds(hour))  # fmt: skip
    yield _vector("too-old", "25 hours, where the matter takes 24.", signed(statement(**made_at(old))), "undetermined",
                  "LIST_TOO_OLD", as_of=world.seconds(old))  # fmt: skip
    yield _vector("past-its-end", "An hour old, and it ended half an hour ago.",
                  signed(statement(iat=NOW - 3600, exp=NOW - 1800)), "undetermined", "LIST_TOO_OLD", as_of=NOW - 3600)  # fmt: skip
    yield _vector("revoked-long-ago", "What was withdrawn stays withdrawn, however old the list.",
                  signed(statement({INDEX: 1}, **made_at(old))), "no", "REVOKED", as_of=world.seconds(old))  # fmt: skip
    yield _vector("a-minute-ahead", "60 s between two clocks are allowed.",
                  signed(statement(**made_at(skewed))), "yes", None, as_of=NOW + 60)  # fmt: skip
    yield _vector("from-the-future", "61 s ahead: this clock is slow.", signed(statement(**made_at(ahead))),
                  "undetermined", "CLOCK_WRONG", as_of=NOW + 61)  # fmt: skip


def _bad_tokens() -> Iterator[Vector]:
    away = world.region_key("status", world.AWAY)
    rows: list[tuple[str, str, str, dict[str, Any]]] = [
        ("index-beyond", "The list has no such index: it says nothing, never that it is good.", signed(statement()),
         {"index": SLOTS}),
        ("index-far-beyond", "The list has no such index.", signed(statement()), {"index": (1 << 32) - 1}),
        ("another-list", "Another list than the credential names.", signed(statement(sub=uri(list_no=4))), {}),
        ("another-regions-list", "A list of the other region under the name of ours.", signed(statement(), away), {}),
        ("receipt-key", "A key of another purpose.", signed(statement(), world.region_key("receipt")), {}),
        ("key-compromised", "A key that somebody else may hold.", signed(statement()), {"trust": "status key compromised"}),
        ("no-ttl", "Ours say when a newer one is to be fetched.", signed(statement(ttl=None)), {}),
        ("ttl-zero", "No time.", signed(statement(ttl=0)), {}),
        ("ttl-text", "A number of seconds.", signed(statement(ttl="30")), {}),
        ("no-exp", "A list ends.", signed(statement(exp=None)), {}),
        ("two-days", "A list lives for at most a day.", signed(statement(exp=NOW + 2 * 86_400)), {}),
        ("no-sub", "A list has a name.", signed(statement(sub=None)), {}),
        ("no-list", "A list holds a list.", signed(statement(status_list=None)), {}),
        ("bits-text", "A number of bits.", signed(statement(status_list={"bits": "2", "lst": "eNo76fITAAPfAgc"})), {}),
        ("lst-a-list", "Text.", signed(statement(status_list={"bits": 2, "lst": [0]})), {}),
        ("unsigned", "An empty signature.", signed(statement(), signature=b""), {}),
        ("not-a-token", "An error page.", "<html>404</html>", {}),
        ("nothing", "An empty answer.", "", {}),
    ]  # fmt: skip
    for name, why, token, options in rows:
        yield _vector(name, why, token, "undetermined", "STATUS_UNKNOWN", believed=False, **options)
