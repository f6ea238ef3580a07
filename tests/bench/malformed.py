"""Refusing what is broken has to be cheap: a gate that works more for garbage than for the real thing is a lever.

Each class breaks one good credential in one way that shape alone gives away, so that no signature needs to be
checked. Held against judging the good one in the same round. Forged ones, which only the signature gives
away, cost a check and are no class here.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from statistics import median

from certhub_schemas.algorithms import ES256
from certhub_verifier.causes import Verdict
from certhub_verifier.formats.credential.sdjwt import MAX_DISCLOSURES
from certhub_verifier.formats.jose import base64url, strict_json

from tests.bench import made
from tests.bench.figures import Case, Effort, Figure, Kind, Round, Taken
from tests.bench.meters import spend
from tests.bench.tokens import DISTINCT, judge
from tests.support.signatures import Work, done_by

GOAL = 0.20  # of a good one, for every class

Break = Callable[[list[str], list[str]], str]
"""Takes the three segments of the issuer's JWT and the disclosures; returns what is left of them."""


def _join(jwt: list[str], disclosures: list[str]) -> str:
    return "~".join((".".join(jwt), *disclosures, ""))


def _header(**changes: object) -> Break:
    def broken(jwt: list[str], disclosures: list[str]) -> str:
        header = strict_json.loads(base64url.decode(jwt[0]))
        changed = base64url.encode(strict_json.dumps({**header, **changes}))
        return _join([changed, *jwt[1:]], disclosures)

    return broken


def _payload(change: Callable[[bytes], bytes]) -> Break:
    def broken(jwt: list[str], disclosures: list[str]) -> str:
        changed = base64url.encode(change(base64url.decode(jwt[1])))
        return _join([jwt[0], changed, jwt[2]], disclosures)

    return broken


def _signature(change: Callable[[bytes], bytes]) -> Break:
    def broken(jwt: list[str], disclosures: list[str]) -> str:
        changed = base64url.encode(change(base64url.decode(jwt[2])))
        return _join([*jwt[:2], changed], disclosures)

    return broken


def _not_canonical(jwt: list[str], disclosures: list[str]) -> str:
    last = jwt[2][-1]
    return _join([*jwt[:2], jwt[2][:-1] + chr(ord(last) + 1)], disclosures)  # 64 bytes end in A, Q, g or w


CLASSES: Mapping[str, Break] = {
    "nothing": lambda jwt, disclosures: "",
    "cut in the middle": lambda jwt, disclosures: _join(jwt, disclosures)[: len(".".join(jwt)) // 2],
    "cut in a disclosure": lambda jwt, disclosures: _join(jwt, disclosures)[:-40],
    "a bare JWS": lambda jwt, disclosures: ".".join(jwt),
    "two segments": lambda jwt, disclosures: _join(jwt[:2], disclosures),
    "not ASCII": lambda jwt, disclosures: _join(jwt, disclosures) + "证",
    "a megabyte": lambda jwt, disclosures: _join(jwt, disclosures) + "A" * (1 << 20),
    "padding": lambda jwt, disclosures: _join([*jwt[:2], jwt[2] + "=="], disclosures),
    "bits beyond the end": _not_canonical,
    "algorithm none": _header(alg="none"),
    "algorithm HS256": _header(alg="HS256"),
    "another type": _header(typ="JWT"),
    "a key in the header": _header(jwk={"kty": "EC", "crv": "P-256"}),
    "a member twice": _payload(lambda raw: raw.replace(b'{"iss"', b'{"iss":"x","iss"', 1)),
    "not a number": _payload(lambda raw: raw.replace(b'"iat":', b'"iat":NaN,"x":', 1)),
    "a date as text": _payload(lambda raw: raw.replace(b'"iat":', b'"iat":"now","x":', 1)),
    "500 levels deep": _payload(lambda raw: raw[:-1] + b',"x":' + b"[" * 500 + b"]" * 500 + b"}"),
    "a lone surrogate": _payload(lambda raw: raw[:-1] + rb',"x":"\ud800"}'),
    "a byte order mark": _payload(lambda raw: b"\xef\xbb\xbf" + raw),
    "not UTF-8": _payload(lambda raw: raw.replace(b"urn:", b"ur\xff:", 1)),
    "an unknown member": _payload(lambda raw: raw[:-1] + b',"x":1}'),
    "a signature too short": _signature(lambda raw: raw[:-1]),
    "r beyond the order": _signature(lambda raw: (ES256.order or 0).to_bytes(32) + raw[32:]),
    "s of nothing": _signature(lambda raw: raw[:32] + bytes(32)),
    "a disclosure twice": lambda jwt, disclosures: _join(jwt, [*disclosures, disclosures[0]]),
    "a disclosure of nobody": lambda jwt, disclosures: _join(
        jwt, [*disclosures, base64url.encode(b'["a","b",1]')]
    ),
    "a disclosure altered": lambda jwt, disclosures: _join(
        jwt, [disclosures[1][:-4] + "AAAA", *disclosures[1:]]
    ),
    "too many disclosures": lambda jwt, disclosures: _join(jwt, ["W10"] * (MAX_DISCLOSURES + 1)),
}


def broken(text: str, how: Break) -> str:
    """Return a good credential, broken."""
    jwt, *disclosures, _ = text.split("~")
    return how(jwt.split("."), disclosures)


def refuse(text: str) -> None:
    """Judge a broken credential: altered, whatever else is said of it, and nothing of it shown."""
    report = judge(text)
    assert (report.verdict, report.code, report.disclosed) == (Verdict.INVALID, "TAMPERED", {})


@contextmanager
def _opened(_: Path, effort: Effort) -> Iterator[Round]:
    good, numbers = made.credentials(DISTINCT), count()
    bad = {name: [broken(text, how) for text in good[:16]] for name, how in CLASSES.items()}
    for name, texts in bad.items():
        assert done_by(lambda text=texts[0]: refuse(text)) == Work(), f"{name}: no shape gave it away"  # type: ignore[misc]

    checked = done_by(lambda: judge(good[0]))

    def measure() -> list[Taken]:
        accept = spend(lambda at: judge(good[at % DISTINCT]), seconds=effort.seconds, numbers=numbers)
        each = effort.seconds / 8
        took = {
            name: spend(lambda at, texts=texts: refuse(texts[at % 16]), seconds=each).cpu_us  # type: ignore[misc]
            for name, texts in bad.items()
        }
        worst = max(took, key=lambda name: took[name])
        over = sum(us > GOAL * accept.cpu_us for us in took.values())
        return [
            Taken("refuse", median(took.values()), against_us=accept.cpu_us, against_work=checked),
            Taken(
                "refuse-worst",
                took[worst],
                against_us=accept.cpu_us,
                against_work=checked,
                more={"class": worst, "over_the_goal": over},
            ),
        ]

    yield measure


CASE = Case(
    "refuse",
    (
        Figure(
            "refuse", Kind.AGAINST, f"a malformed credential ÷ a good one, median of {len(CLASSES)} classes"
        ),
        Figure("refuse-worst", Kind.AGAINST, "the dearest class of them", f"<= {GOAL:.2f}, every class"),
    ),
    _opened,
)
