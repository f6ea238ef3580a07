"""The world of the vectors: two regions of a fixed day, their keys, trust lists and matters.

Keys follow from their names, signatures from keys and bytes (RFC 6979), and nothing is random. The file
`world.json` holds all of it, secret halves of the keys included, so that others can make vectors of their
own; nobody may ever trust these keys.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from certhub_schemas.algorithms import EDDSA, ES256, Algorithm

from tests.support.fixed_keys import fixed_key
from tests.support.signing import NumberedKey
from tests.vectors import wire

NOW = datetime(2026, 11, 24, 1, 41, tzinfo=UTC)
DAY, YEAR = timedelta(days=1), timedelta(days=365)
HOME, AWAY, STRANGER = "420700", "420100", "420600"
AGENCY, AWAY_AGENCY = "11420799MB99990172", "11420198MB9999017L"
LICENCE, FOOD, MARRIAGE = "11100000MB0143028R001", "11420700MB99990011901", "111000000000131433001"
OFFLINE_MATTER, ONLINE_MATTER = "PLACEHOLDER-901", "PLACEHOLDER-902"
REQUEST_MATTER, PERSON_MATTER, OTHER_MATTER = "PLACEHOLDER-903", "PLACEHOLDER-904", "PLACEHOLDER-905"
PURPOSES = ("show", "paper", "status", "exchange", "bundle", "receipt")
SM2 = {
    "kty": "EC",
    "crv": "SM2",
    "x": wire.b64(bytes.fromhex("3740edb63a466784d25e14018fb77e945b1e6b87a7d800a0718636d2f82fe339")),
    "y": wire.b64(bytes.fromhex("2c1bf00f8c21bf75e466dcf8075ad0e8f98ef8ae5aff7d5fbb45cf6bacdf678d")),
}
"""A public key of the second suite, made with OpenSSL 3.0.19; its secret half was thrown away."""

Files = dict[str, Any]


def seconds(moment: datetime) -> int:
    """Return a numeric date."""
    return int(moment.timestamp())


def instant(moment: datetime) -> str:
    """Return an RFC 3339 time in UTC."""
    return moment.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


@cache
def key(kid: str, algorithm: Algorithm = ES256) -> NumberedKey:
    """Return the key of that name; the `n` of the second ones is 2, and they are Ed25519."""
    return fixed_key(kid, EDDSA if kid.endswith("-2") else algorithm)


def region_key(purpose: str, region: str = HOME, n: int = 1) -> NumberedKey:
    """Return a region's key for one purpose."""
    return key(f"{region}-{purpose}-{n}")


def seal_key(agency: str = AGENCY, n: int = 1) -> NumberedKey:
    """Return an agency's seal."""
    return key(f"{agency}-{n}")


DEVICE = fixed_key("a holder's device")


def listed(kid: str, purpose: str | None, **changes: Any) -> dict[str, Any]:
    """Return a key as the trust list carries it; a seal has no `purpose`."""
    suite = {"alg": "SM2SM3", "jwk": SM2} if kid.endswith("-3") else {}
    entry = {
        "kid": kid,
        "jwk": dict(key(kid).jwk),
        "alg": key(kid).algorithm.name,
        "purpose": purpose,
        "from": instant(NOW - YEAR),
        "until": instant(NOW + YEAR),
        "verify_until": instant(NOW + 10 * YEAR),
        "state": "active",
        "compromised_since": None,
    }
    return {name: value for name, value in (entry | suite | changes).items() if name != "purpose" or value}


def keys_file(region: str, **changes: Any) -> Files:
    """Return a region's own keys; `changes` by purpose go into the entry of its first key."""
    entries = [listed(f"{region}-{p}-1", p, **dict(changes.get(p, {}))) for p in PURPOSES]
    if region == HOME:
        entries += [listed(f"{region}-receipt-2", "receipt")]
        entries += [listed(f"{region}-log-2", "log")]
    return {"region": region, "keys": entries}


def issuers_file(region: str, kinds: Any = (LICENCE, MARRIAGE), **changes: Any) -> Files:
    """Return a region's agencies, one; `changes` go into the entry of its first seal."""
    agency = AGENCY if region == HOME else AWAY_AGENCY
    names = {
        HOME: ("鄂州市市场监督管理局（演示）", "Ezhou Market Regulation (demo)"),
        AWAY: ("武汉市市场监督管理局（演示）", "Wuhan Market Regulation (demo)"),
    }
    seals = [listed(f"{agency}-1", None) | changes, listed(f"{agency}-2", None)]
    if region == HOME:
        seals.append(listed(f"{agency}-3", None))
    entry = {"agency": agency, "name": names[region][0], "name_en": names[region][1], "kinds": list(kinds)}
    return {"region": region, "issuers": [entry | {"keys": seals}]}


def members_file(home: str = "full", away: str = "full", *, ver: int = 7, issued_at: datetime = NOW) -> Files:
    """Return the member regions in the states given."""
    entries = [
        {"code": HOME, "name": "鄂州市", "name_en": "Ezhou", "state": home, "since": instant(NOW - YEAR)},
        {"code": AWAY, "name": "武汉市", "name_en": "Wuhan", "state": away, "since": instant(NOW - YEAR)},
    ]
    return {"ver": ver, "issued_at": instant(issued_at), "members": entries}


def agreement_file(n: int = 1, **changes: Any) -> Files:
    """Return what the two regions have agreed: the licence, for one matter, without some fields."""
    item = {
        "kind": LICENCE,
        "matters": [OFFLINE_MATTER],
        "purposes": ["verify"],
        "fields": ["证照编号", "持证主体", "名称", "住所"],
        "direction": "both",
    }
    agreed = {
        "typ": "agreement",
        "id": "420700-420100-1",
        "n": n,
        "parties": [HOME, AWAY],
        "from": instant(NOW - YEAR),
        "until": instant(NOW + YEAR),
        "basis": "示例协议第 1 条",
        "items": [item],
    }
    return agreed | changes


def agreed(agreement: Files, *by: str) -> dict[str, Files | None]:
    """Return the agreement's file under each region that publishes it."""
    other = {HOME: AWAY, AWAY: HOME}
    return {f"regions/{code}/agreements/{other[code]}.{agreement['n']}.json": agreement for code in by}


def base_files() -> dict[str, Files | None]:
    """Return the trust list: what every other one here is a change of."""
    files: dict[str, Files | None] = {"members.json": members_file(), **agreed(agreement_file(), HOME, AWAY)}
    for region in (HOME, AWAY):
        files[f"regions/{region}/keys.json"] = keys_file(region)
        files[f"regions/{region}/issuers.json"] = issuers_file(region)
        files[f"regions/{region}/endpoints.json"] = {
            "region": region,
            "url": f"https://{region}.hub.example",
        }
    return files


def trust_lists() -> dict[str, tuple[datetime, dict[str, Files | None]]]:
    """Return every trust list by name: as of when, and how it differs from the base."""
    keys, issuers = f"regions/{HOME}/keys.json", f"regions/{HOME}/issuers.json"
    gone = {path: None for path in base_files() if path.startswith(f"regions/{HOME}/")}
    lost = {"state": "compromised", "compromised_since": instant(NOW - DAY)}
    away_only = members_file() | {"members": members_file()["members"][1:]}
    others = {
        "73 hours old": -timedelta(hours=73),
        "25 hours old": -timedelta(hours=25),
        "ten minutes ahead": timedelta(minutes=10),
    }
    two_seals = issuers_file(HOME)  # one public key may not go by two ids
    two_seals["issuers"][0]["keys"].pop()
    receipts_lost = [
        entry | (lost if entry["kid"] == f"{HOME}-receipt-1" else {}) for entry in keys_file(HOME)["keys"]
    ]
    return {
        "base": (NOW, {}),
        **{
            name: (NOW + off, {"members.json": members_file(issued_at=NOW + off)})
            for name, off in others.items()
        },
        "home unknown": (
            NOW,
            gone | dict.fromkeys(agreed(agreement_file(), AWAY), None) | {"members.json": away_only},
        ),
        "home suspended": (NOW, {"members.json": members_file(home="suspended")}),
        "home left": (NOW, {"members.json": members_file(home="left")}),
        "no agreement": (NOW, dict.fromkeys(agreed(agreement_file(), HOME, AWAY), None)),
        "agreed by one side": (NOW, dict.fromkeys(agreed(agreement_file(), AWAY), None)),
        "agreement over": (NOW, {**agreed(agreement_file(until=instant(NOW)), HOME, AWAY)}),
        "licence not theirs": (NOW, {issuers: issuers_file(HOME, (MARRIAGE,))}),
        "seal compromised": (NOW, {issuers: issuers_file(HOME, **lost)}),
        "seal of last week": (NOW, {issuers: issuers_file(HOME, **{"from": instant(NOW - 7 * DAY)})}),
        "seal past checking": (
            NOW,
            {
                issuers: issuers_file(
                    HOME, until=instant(NOW - DAY), verify_until=instant(NOW), state="retired"
                )
            },
        ),
        "status key compromised": (NOW, {keys: keys_file(HOME, status=lost)}),
        "receipt key compromised": (NOW, {keys: keys_file(HOME) | {"keys": receipts_lost}}),
        "receipt key past checking": (
            NOW,
            {
                keys: keys_file(
                    HOME, receipt={"until": instant(NOW + DAY), "verify_until": instant(NOW + DAY)}
                )
            },
        ),
        "receipt key of tomorrow": (NOW, {keys: keys_file(HOME, receipt={"from": instant(NOW + DAY)})}),
        "receipt key of the second suite": (
            NOW,
            {keys: keys_file(HOME, receipt={"alg": "SM2SM3", "jwk": SM2}), issuers: two_seals},
        ),
    }


def trust_json() -> dict[str, Any]:
    """Return the trust lists as `world.json` holds them: files are texts, null takes one away."""
    made: dict[str, Any] = {}
    for name, (as_of, changes) in trust_lists().items():
        files = base_files() if name == "base" else changes
        texts = {
            path: None if value is None else wire.compact(value).decode() for path, value in files.items()
        }
        like = {} if name == "base" else {"like": "base"}
        made[name] = {**like, "as_of": instant(as_of), "files": texts}
    return made


def trust_bytes(name: str = "base") -> dict[str, bytes]:
    """Return the bytes of one trust list's files."""
    files = base_files() | trust_lists()[name][1]
    return {path: wire.compact(value) for path, value in files.items() if value is not None}


def trust_digest(files: Mapping[str, bytes]) -> str:
    """Return the digest of a trust list: over path, NUL and SHA-256 of each file, sorted by path."""
    return wire.digest(
        b"".join(path.encode() + b"\0" + sha256(data).digest() for path, data in sorted(files.items()))
    )


def requirement(*kinds: str) -> dict[str, Any]:
    """Return what a matter requires: one of these kinds, and of it the least that there is to see."""
    fields = {LICENCE: "名称", MARRIAGE: "登记日期"}
    return {
        "id": "document",
        "name": "示例材料",
        "name_en": "An example document",
        "whose": "organisation",
        "optional": False,
        "accepts": [
            {
                "kind": kind,
                "fields": [{"title": fields[kind], "reason": "示例理由", "reason_en": "An example reason"}],
                "predicates": [],
            }
            for kind in kinds
        ],
    }


def matter(code: str, name: str, name_en: str, **changes: Any) -> dict[str, Any]:
    """Return a matter that may be settled offline and needs the licence, but for `changes`."""
    plain = {
        "code": code,
        "code_origin": "placeholder",
        "name": f"示例事项（{name}）",
        "name_en": f"Example, {name_en}",
        "tier": "metro-circle",
        "mode": "L1",
        "max_status_age_seconds": 86_400,
        "offline_allowed": True,
        "deficiency_allowed": True,
        "purposes": ["verify"],
        "legal_basis": "示例依据",
        "retention_days": 3650,
        "requirements": [requirement(LICENCE)],
    }
    return plain | changes


def matters() -> list[dict[str, Any]]:
    """Return the matters: one that may be settled offline, one that may not, and three that ask for more or else."""
    online = {"max_status_age_seconds": 300, "offline_allowed": False, "deficiency_allowed": False}
    return [
        matter(OFFLINE_MATTER, "可离线", "may be settled offline"),
        matter(ONLINE_MATTER, "须联网", "must be settled online", **online),
        matter(REQUEST_MATTER, "须征得同意", "takes a request", mode="L2"),
        matter(PERSON_MATTER, "须当面核验", "takes an identity check", mode="L3"),
        matter(OTHER_MATTER, "用结婚证", "needs another kind", requirements=[requirement(MARRIAGE)]),
    ]


def first_form(matter: Mapping[str, Any]) -> dict[str, Any]:
    """Return a matter as bundles of formats 1 and 2 spell it: kinds with their fields."""
    kinds = [way for one in matter["requirements"] for way in one["accepts"]]
    needs = [{"kind": one["kind"], "fields": [field["title"] for field in one["fields"]]} for one in kinds]
    return {name: value for name, value in matter.items() if name != "requirements"} | {"needs": needs}


def keys_json() -> list[dict[str, Any]]:
    """Return every key with its secret half, by name."""
    kids = [f"{region}-{purpose}-1" for region in (HOME, AWAY) for purpose in PURPOSES]
    kids += [f"{HOME}-receipt-2", f"{HOME}-log-2", f"{STRANGER}-receipt-1", f"{STRANGER}-show-1"]
    kids += [f"{agency}-{n}" for agency in (AGENCY, AWAY_AGENCY) for n in (1, 2)]
    made = [*(key(kid) for kid in kids), DEVICE]
    return [
        {"kid": one.kid, "jwk": {**one.jwk, "d": wire.b64(one.number.to_bytes(32, "big"))}} for one in made
    ]
