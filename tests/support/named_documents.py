"""Receipts by the hundred, and what each names by digest, fetched as anybody would from the hub that made it."""

import itertools
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from certhub_verifier.formats.jose import jws
from certhub_verifier.trust import read_manifest
from starlette.testclient import TestClient

from certhub.app import create_app
from certhub.flows.verification import results
from tests.support.clients import client_of
from tests.support.region import Region
from tests.support.story import food, issued, licence, scan, sealed, ticket

OF_FACTS = {"agreement": "agreement", "catalogued": "catalogue"}
"""The facts whose evidence is a document, and what it is."""


def receipts(home: Region, other: Region, count: int) -> Iterator[Mapping[str, Any]]:
    """Yield the payloads of `count` receipts: home and across regions, every matter, every way of showing in turn."""
    shown = [issued(home, licence("百-照")), issued(home, food("百-食"))]
    matters = [one.code for one in home.hub.matters(home.clock.now())]
    ways = itertools.cycle(itertools.product(matters, (home, other), (ticket, sealed, offline)))
    for number, (matter, region, make) in enumerate(itertools.islice(ways, count)):
        if make is offline:
            home.wire.down.add(home.hub.region)
        certificate_id = shown[number % len(shown)]
        code = ticket(home, certificate_id, matter=matter) if make is ticket else sealed(home, certificate_id)
        report = scan(region, code, matter)
        home.wire.down.clear()
        filed = results.receipt(str(report["verification_id"]), by=region.clerk, hub=region.hub)
        yield jws.parse(filed["receipt"], "receipt+jwt").payload


def offline() -> None:
    """Stand for a sealed code whose region does not answer."""


def named(receipt: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what a receipt names, and its digest: rules, trust list, matter, catalogue, agreements.

    The evidence of facts that is a document as well.
    """
    for name in ("policy", "trust", "catalogue"):
        yield name, receipt[name]
    yield "matter", receipt["matter_digest"]
    for reference in receipt["agreements"]:
        yield "agreement", reference.rpartition(":")[2]
    for item in receipt["items"]:
        for fact in item.get("facts", ()):
            if fact["fact"] in OF_FACTS and fact["outcome"] == "yes":
                yield OF_FACTS[fact["fact"]], fact["evidence"]


def followed(regions: Sequence[Region], filed: Sequence[Mapping[str, Any]]) -> Counter[str]:
    """Fetch every digest of every receipt from the hub of its region; return how many of each hash to their name.

    Raises:
        AssertionError: one is not served, or is not what its name says.
    """
    clients = {region.hub.region: client_of(create_app(hub=region.hub)) for region in regions}
    counts: Counter[str] = Counter()
    for receipt in filed:
        client = clients[receipt["region"]]
        for what, digest in named(receipt):
            document = fetched(client, digest)
            counts[what] += 1
            if what == "trust":
                for file in read_manifest(document).values():
                    fetched(client, file)
                    counts["file of a trust list"] += 1
            elif what in {"policy", "catalogue", "matter"}:
                json.loads(document)
    return counts


def fetched(client: TestClient, digest: str) -> bytes:
    """Fetch a document and hold it against its name."""
    answer = client.get(f"/trust/documents/{digest}")
    assert 200 == answer.status_code, f"{digest}: {answer.text}"
    assert digest == sha256(answer.content).hexdigest()
    return answer.content
