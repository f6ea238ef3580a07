"""Everything that a hub answers of what it holds, so that two versions of the code can be held against each other.

answers(get, region)    {what: answer} of certificates, states, holders' lists, verifications, receipts, documents
                        and the published list, read as the API's own callers read them; nothing is changed
"""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.status.statuslist import parse_statement

Get = Callable[[str, str], Any]
"""Get a path as a role: JSON, or text where it is none."""


def answers(get: Get, *, unread: str = "") -> dict[str, Any]:
    """Read everything; what differs from one moment to the next (an age, a signature of now) is left out.

    `unread` is a verification whose receipt is not fetched: it stays unsigned.
    """
    certificates = _certificates(get)
    verifications = get("clerk", "/api/v1/verifications?limit=50")["items"]
    receipts = {
        line["verification_id"]: _receipt(get, line["verification_id"])
        for line in verifications
        if line["verification_id"] != unread
    }
    return {
        "certificates": {
            one["id"]: get("agency", f"/api/v1/certificates/{one['id']}") for one in certificates
        },
        "held": sorted(get("holder", "/api/v1/me/certificates")["items"], key=lambda one: one["id"]),
        "verifications": {
            line["verification_id"]: {
                "line": line,
                "report": get("clerk", f"/api/v1/verifications/{line['verification_id']}"),
            }
            for line in verifications
        },
        "receipts": receipts,
        "incidents": get("operator", "/api/v1/incidents")["items"],
        "peers": [one["code"] for one in get("operator", "/api/v1/peers")["items"]],
        "list": published(get),
    }


def published(get: Get) -> dict[str, int]:
    """Return what the newest published list says of each slot that does not say 0."""
    statement = parse_statement(jws.parse(get("", "/status/1").encode(), "statuslist+jwt").payload)
    statuses = statement.statuses
    return {str(index): statuses.get(index) for index in range(statuses.size) if statuses.get(index)}


def _certificates(get: Get) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = get("agency", f"/api/v1/certificates?limit=100{cursor}")
        found += page["items"]
        if not page["next_cursor"]:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def _receipt(get: Get, verification_id: str) -> Any:
    return get("clerk", f"/api/v1/verifications/{verification_id}/receipt")


def digests(receipt: str) -> Mapping[str, str]:
    """Return what a receipt names by digest: {"policy": …, "trust": …}."""
    payload = json.loads(base64.urlsafe_b64decode(receipt.split(".")[1] + "=="))
    return {name: payload[name] for name in ("policy", "trust") if name in payload}
