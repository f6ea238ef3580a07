"""Depth, size and bombs: refused for what they are, before they cost memory.

    nested 100,000 deep · a chain of 3,000 disclosures · 1 GiB out of 1 MiB · a byte more than each cap

Each input is made before it is measured. Memory is what the refusal itself allocates at its peak
(tracemalloc): 20 MB, or four times what was handed in where that is more, so that nothing swells. Times are
printed with `pytest -s`, and not asserted: a slow machine is not a wrong program.
"""

import json
import sys
import time
import tracemalloc

import pytest
from certhub_verifier import examine_receipt, open_bundle, read_code
from certhub_verifier.cli.detect import Failed, take
from certhub_verifier.errors import VerifierError
from certhub_verifier.formats.credential import identifier, sdjwt, vc
from certhub_verifier.formats.jose import base64url, jws, strict_json
from certhub_verifier.formats.jose.tokens import TOKEN_TYPES
from certhub_verifier.formats.status import statuslist
from certhub_verifier.formats.trust.trustlist import parse_file
from certhub_verifier.receipts import Finding

from tests.support.credentials import NOW, World
from tests.support.deflate import zlib_bomb

MOST = 20_000_000  # bytes that a refusal may allocate
COPIES = 4  # of an input that is large itself: as text, as bytes, decoded, and compared
WORLD = World()
TRUST = WORLD.trust()


def token(payload: bytes, typ: str, header: bytes | None = None) -> str:
    """A token of any header and payload; its signature is none, and nobody gets so far."""
    head = header or b'{"alg":"ES256","typ":"%s","kid":"420700-status-1"}' % typ.encode()
    return ".".join(map(base64url.encode, (head, payload, bytes(64))))


def arrays(levels: int) -> bytes:
    """Arrays in arrays."""
    return b"[" * levels + b"]" * levels


def objects(levels: int) -> bytes:
    """Objects in objects."""
    return b'{"a":' * levels + b"1" + b"}" * levels


def chain(length: int) -> tuple[dict, list[str]]:
    """Disclosures that each hold the digest of the next, and the payload that holds the first."""
    made = [base64url.encode(b'["s","x",1]')]
    for _ in range(length - 1):
        inside = {"_sd": [sdjwt.digest(made[-1])]}
        made.append(base64url.encode(json.dumps(["s", "x", inside]).encode()))
    return {"_sd": [sdjwt.digest(made[-1])]}, made[::-1]


def many(part: bytes, typ: str, start: bytes) -> str:
    """A payload at the type's cap, of as many small parts as it takes."""
    count = (TOKEN_TYPES[typ].max_bytes * 3 // 4 - 500) // len(part)
    return token(start + b',"x":[' + part * count + b"1]}", typ)


LIST, BUNDLE = (b'{"sub":"x","iat":1,"exp":2,"ttl":1', b'{"iss":"x","iat":1,"exp":2')


def status_list(lst: str) -> dict:
    """The payload of a list, unsigned."""
    return statuslist.statement(sub="x", bits=2, lst=lst, iat=1, exp=2, ttl=1)


def receipt(content):
    """A receipt is never thrown out: it is altered."""
    found = examine_receipt(content, trust=TRUST, now=NOW).finding
    if found is Finding.ALTERED:
        raise VerifierError("altered")


def handed_in(content):
    """Whatever is handed in is told apart: this is nothing of ours."""
    if isinstance(take(content), Failed):
        raise VerifierError("failed")


CAPS = {typ: one.max_bytes for typ, one in TOKEN_TYPES.items()}
LONG_CHAIN, SHORT_CHAIN = chain(3_000), chain(500)
BOMB = base64url.encode(zlib_bomb(1 << 30))
HOSTILE = {
    "JSON of 100,000 arrays": (strict_json.loads, arrays(100_000)),
    "JSON of 100,000 objects": (strict_json.loads, objects(100_000)),
    "JSON of 4 million brackets": (strict_json.loads, arrays(2_000_000)),
    "JSON of 100,000 pairs beside one too deep": (strict_json.loads, b"[" + b"[]," * 100_000 + arrays(8) + b"]"),
    "JSON of a million strings with brackets": (strict_json.loads, b"[" + b'"[",' * 1_000_000 + arrays(8) + b"]"),
    "a number of a million digits": (strict_json.loads, b"9" * 1_000_000),
    "a header of 100,000 arrays": (
        lambda text: jws.parse(text, "statuslist+jwt"),
        token(b"{}", "statuslist+jwt", arrays(100_000)),
    ),
    "a payload of 100,000 arrays": (
        lambda text: jws.parse(text, "statuslist+jwt"),
        token(b'{"x":' + arrays(100_000) + b"}", "statuslist+jwt"),
    ),
    "a bundle of 100,000 objects": (open_bundle, token(objects(100_000), "bundle+jwt")),
    **{
        f"{typ} of millions of {part.decode()}": (lambda text, typ=typ: jws.parse(text, typ), many(part, typ, start))
        for typ, start in (("statuslist+jwt", LIST), ("bundle+jwt", BUNDLE))
        for part in (b"[],", b'"ab",')
    },
    "a disclosure of 10,000 arrays": (sdjwt.read_disclosure, base64url.encode(b'["s","x",' + arrays(10_000) + b"]")),
    "a chain of 3,000 disclosures": (lambda made: sdjwt.process(*made), LONG_CHAIN),
    "a chain of 500 disclosures": (lambda made: sdjwt.process(*made), SHORT_CHAIN),
    "a credential with 3,000 disclosures": (vc.parse, sdjwt.join("a.b.c", LONG_CHAIN[1])),
    "a credential of 60,000 tildes": (vc.parse, "a.b.c" + "~" * 60_000),
    "a status list of 1 GiB": (lambda lst: statuslist.StatusList.unpack(lst, 2), BOMB),
    "a status list token of 1 GiB": (statuslist.parse_statement, status_list(BOMB)),
    "a code of 10 million characters": (read_code, "EC2" + "0" * 10_000_000),
    "an identifier of 10 million characters": (identifier.read, "1.2.156.3005.2." + "0" * 10_000_000),
    "a receipt of 10 million blanks": (receipt, b"{" + b" " * 10_000_000),
    "a receipt nested 50,000 deep": (receipt, b'{"receipt":' + arrays(50_000) + b"}"),
    "a trust file of 5 MiB": (lambda data: parse_file("members.json", data), b"[" * (5 << 20)),
    "a trust file of 4 MiB of brackets": (lambda data: parse_file("members.json", data), arrays(2 << 20)),
    "a file of 16 MiB": (handed_in, b"\xff" * (16 << 20)),
    **{
        f"a {typ} of a byte too many": (lambda text, typ=typ: jws.parse(text, typ), "e" * (cap + 1))
        for typ, cap in CAPS.items()
    },
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_and_costs_no_more_than_it_is(name):
    """The package's own error, and no memory to speak of."""
    read, hostile = HOSTILE[name]
    begun = time.perf_counter()
    with pytest.raises(VerifierError):
        read(hostile)
    spent = time.perf_counter() - begun

    tracemalloc.start()
    try:
        with pytest.raises(VerifierError):
            read(hostile)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    sys.stdout.write(f"{spent * 1000:8.1f} ms {peak / 1e6:7.2f} MB  {name}\n")

    size = len(hostile) if isinstance(hostile, str | bytes) else 0
    assert peak < max(MOST, COPIES * size)
