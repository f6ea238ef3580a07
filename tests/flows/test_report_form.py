"""What the hub answers fits the schema of a report that certhub-schemas ships, and so does its receipt's report."""

import json

from certhub_verifier.receipts import examine_receipt

from certhub.flows.verification import results
from certhub.records.certificates.rules import Transition
from tests.support.forms import report_validator
from tests.support.story import LAND, change, food, issued, licence, marriage, scan, sealed, ticket, told


def test_whatever_a_hub_answers_fits(home, other):
    """Valid, revoked, used, sealed, not ours, for another matter; two at once; at home and in the other region."""
    validator = report_validator()
    good, gone = issued(home, licence("营-1")), issued(home, food("食-1"))
    change(home, gone, Transition.REVOKE)
    used = ticket(home, good)
    scan(home, used)
    codes = [
        ticket(home, good),
        ticket(home, gone),
        ticket(home, good, gone),
        ticket(home, issued(home, marriage("结-1"))),
        used,
        sealed(home, good),
        "EC1" + "0" * 17,
        sealed(home, good)[:-5],
        "https://pay.example/1",
    ]
    seen = set()
    for region in (other, home):
        for code in codes:
            report = scan(region, code)
            validator.validate(json.loads(json.dumps(report, ensure_ascii=False)))
            seen.add(told(report)[0])
    validator.validate(json.loads(json.dumps(scan(home, ticket(home, good), LAND), ensure_ascii=False)))

    assert {"valid", "invalid", "undetermined"} <= seen


def test_a_hubs_receipt_has_a_report_that_fits(home):
    """Genuine, and everything that it records."""
    report = scan(home, ticket(home, issued(home, licence("营-1"))))
    file = results.receipt(report["verification_id"], by=home.clerk, hub=home.hub)
    found = examine_receipt(json.dumps(file, ensure_ascii=False), trust=home.hub.trust, now=home.hub.now())

    assert found.to_dict()["finding"] == "GENUINE"
    report_validator().validate(found.to_dict())
