"""A credential that is handed over as a file, in the place of a code."""

import asyncio
from typing import Any

import pytest

from certhub.api.http.driving import answered_each
from certhub.errors import Conflict
from certhub.flows.people import looks
from certhub.flows.verification import verify
from certhub.flows.verification.filing import VerificationRequest
from certhub.flows.verification.verify import Silences, verification
from certhub.records.certificates import store as certificates
from certhub.records.certificates.rules import Transition
from certhub.records.credentials.present import present
from certhub.regions.notices import store as notices
from tests.support.invariants import settled
from tests.support.region import Region
from tests.support.story import BUSINESS, change, issued, licence, ticket

FIELDS = ("证照标识", "名称", "法定代表人", "成立日期", "注册资本")


def credential(region: Region, certificate_id: str, fields: tuple[str, ...] = FIELDS) -> str:
    """Return a certificate's credential as its holder could hand it over."""
    with region.hub.reading() as unit:
        certificate = certificates.find(unit, certificate_id)
    assert certificate is not None
    return present(certificate, fields)


def handed(region: Region, text: str, name: str, matter: str = BUSINESS) -> Any:
    """Verify a credential at a counter of a region."""
    request = VerificationRequest(text, matter, "1号窗口", None, name, is_credential=True)
    return verify.verify(request, by=region.clerk, hub=region.hub)


def test_it_proves_what_the_agency_sealed_and_not_who_shows_it(home: Region) -> None:
    """Genuine, its status from our own row, and at most 请核对; of its fields those that the matter needs are told."""
    certificate_id = issued(home, licence("交-1"))

    report = handed(home, credential(home, certificate_id), "handed-1")

    [item] = report["items"]
    facts = {fact["fact"]: (fact["outcome"], fact.get("cause")) for fact in item["facts"]}
    assert ("check", "file") == (report["verdict"], report["channel"])
    assert ("yes", None) == facts["status"] == facts["signature"]
    assert "undetermined" == facts["holder_binding"][0]
    assert {"名称", "法定代表人", "成立日期"} == item["disclosed"].keys()
    assert [] == settled(home.hub, home.clock)


def test_its_holder_sees_that_it_was_looked_at(home: Region) -> None:
    """As with every other look."""
    handed(home, credential(home, issued(home, licence("交-2"))), "handed-look")

    items, _ = looks.looks(limit=5, before=None, by=home.holder, hub=home.hub)
    assert any(one["verdict"] == "check" for one in items)


@pytest.mark.parametrize(
    ("transition", "code"), [(Transition.SUSPEND, "SUSPENDED"), (Transition.REVOKE, "REVOKED")]
)
def test_its_state_is_that_of_the_row(home: Region, transition: Transition, code: str) -> None:
    """What was handed over may be older than the news."""
    certificate_id = issued(home, licence(f"交-{code}"))
    text = credential(home, certificate_id)
    change(home, certificate_id, transition)

    report = handed(home, text, f"handed-{code.lower()}")

    assert code == report["code"]
    assert "valid" != report["verdict"]


def test_what_is_altered_or_none_of_ours_fails_as_a_code_does(home: Region) -> None:
    """No item, the cause on top, nothing told."""
    text = credential(home, issued(home, licence("交-3")))
    head, body = text.split(".", 1)
    for number, wrong in enumerate([text[:-2], f"{head}.{'A' + body[1:]}", "6217 0000", "~~", text + "x~"]):
        report = handed(home, wrong, f"handed-wrong-{number}")
        assert ([], "invalid") == (report["items"], report["verdict"]), wrong[:40]


def test_a_line_break_at_its_end_changes_nothing(home: Region) -> None:
    """A file often ends with one."""
    text = credential(home, issued(home, licence("交-4")))
    assert "check" == handed(home, f"\n{text}\r\n", "handed-line")["verdict"]


def test_an_id_stands_for_a_credential_or_a_code(home: Region) -> None:
    """The same text under the same id, called a code, is another question."""
    text = credential(home, issued(home, licence("交-5")))
    handed(home, text, "handed-id")
    with pytest.raises(Conflict):
        verify.verify(
            VerificationRequest(text, BUSINESS, "1号窗口", None, "handed-id"), by=home.clerk, hub=home.hub
        )


def test_another_regions_is_judged_by_the_list_that_is_held_and_nobody_is_told(
    home: Region, other: Region
) -> None:
    """Without its list the status is not known; the issuing region learns nothing of the showing."""
    text = credential(home, issued(home, licence("交-6")))

    report = handed(other, text, "handed-abroad")

    facts = {fact["fact"]: fact["outcome"] for fact in report["items"][0]["facts"]}
    assert ("yes", "yes") == (facts["signature"], facts["agreement"])
    assert report["verdict"] in {"check", "undetermined"}
    with other.hub.reading() as unit:
        waiting = notices.waiting(unit, limit=100)
    assert "handed-abroad" not in {one.verification for one in waiting}


def test_a_batch_of_another_regions_codes_is_asked_side_by_side(home: Region, other: Region) -> None:
    """Thirty good ones are good: nobody is taken for silent because others ask at the same time."""
    certificate_id = issued(home, licence("交-7"))
    by, hub, silences = other.clerk, other.hub, Silences()
    flows = [
        verification(
            VerificationRequest(ticket(home, certificate_id), BUSINESS, "1号窗口", None, f"handed-many-{n}"),
            by=by,
            hub=hub,
            silences=silences,
        )
        for n in range(30)
    ]

    reports = asyncio.run(answered_each(flows, hub))

    assert ["OK"] * 30 == [one["code"] for one in reports if not isinstance(one, BaseException)]


def test_a_region_that_is_silent_is_asked_once_for_a_batch(home: Region, other: Region) -> None:
    """The first question waits for it; of the others it is known, and each is filed as unreachable."""
    certificate_id, silences = issued(home, licence("交-8")), Silences()
    codes = [ticket(home, certificate_id) for _ in range(5)]
    other.wire.down.add(home.hub.region)
    try:
        asked = [
            verify.verification(
                VerificationRequest(code, BUSINESS, "1号窗口", None, f"handed-silent-{n}"),
                by=other.clerk,
                hub=other.hub,
                silences=silences,
            )
            for n, code in enumerate(codes)
        ]
        reports = [other.hub.drive(flow) for flow in asked]
    finally:
        other.wire.down.discard(home.hub.region)

    assert ["PEER_DOWN"] * 5 == [one["code"] for one in reports]
