"""Which version of a kind and of a matter counts: the day in China on which a flow begins, and nothing else.

Each flow is gone through at 23:59:59 in China on the eve, and one second later. In UTC it is the same afternoon.
"""

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from certhub_schemas import Catalogue, Kind, Matter, shipped_catalogue
from certhub_verifier.formats.exchange import bundle
from certhub_verifier.formats.jose import jws

from certhub.demo import people as p
from certhub.errors import BadRequest, ClaimsInvalid
from certhub.flows.records.import_ import import_file
from certhub.flows.verification import results, verify
from certhub.flows.verification.filing import VerificationRequest
from certhub.flows.verification.offline_bundle import offline_bundle
from certhub.records.certificates import store as certificates
from certhub.records.certificates.rules import Transition
from certhub.records.imports.faults import BadFile
from tests.support.catalogues import (
    COVERED,
    MATTER,
    NEEDED,
    NEW_CLAIM,
    OFF_FACE,
    into_force,
    kind_version,
    knowing,
    last_moment,
    matter_version,
    two_versions,
)
from tests.support.region import Region
from tests.support.story import FOOD, change, issued, licence, scan, sealed, ticket, told

LATER = "PLACEHOLDER-950"
WHEN: dict[int, Callable[[Region], None]] = {1: last_moment, 2: into_force}
either = pytest.mark.parametrize("version", WHEN, ids={1: "the eve", 2: "the day"}.get)


@pytest.fixture
def home(home: Region) -> Region:
    """Ezhou, with two versions of the licence and of the matter."""
    return knowing(home)


@pytest.fixture
def other(other: Region) -> Region:
    """Wuhan, with the same."""
    return knowing(other)


def of_version(number: str, version: int) -> Any:
    """Return a licence as its version wants it."""
    return licence(number, **({NEW_CLAIM: "演示字号"} if version == 2 else {}))


def matter_of(version: int) -> Matter:
    """Return the matter as it is in force beside that version of the licence: the matter is one version ahead."""
    return matter_version(version)


def every_kind() -> list[Kind]:
    """Return both versions of the licence, and every other kind."""
    return [kind for versions in two_versions().versions.values() for kind in versions.values()]


def version_of(region: Region, certificate_id: str) -> int:
    """Return the version of its kind that a certificate was sealed by."""
    with region.hub.reading() as unit:
        found = certificates.find(unit, certificate_id)
    assert found is not None
    return found.kind_version


def catalogued(report: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return what the catalogue said of the one item."""
    [item] = report["items"]
    [fact] = [one for one in item["facts"] if one["fact"] == "catalogued"]
    return fact["outcome"], fact.get("cause")


@either
def test_what_is_issued_fits_the_version_of_the_day(home, version):
    """A claim of the other version is refused, or missing, by its place."""
    WHEN[version](home)

    with pytest.raises(ClaimsInvalid) as refused:
        issued(home, of_version("版-0", 3 - version))
    certificate_id = issued(home, of_version("版-1", version))

    assert [f"/claims/{NEW_CLAIM}"] == [fault.pointer for fault in refused.value.faults]
    assert version == version_of(home, certificate_id)


def export(version: int) -> io.BytesIO:
    """Return a department's file with one licence, as that version wants it."""
    draft = of_version("版-行", version)
    [(name, id_type, id_number)] = draft.holders
    cells = {
        "证照类型代码": draft.kind,
        "证照编号": draft.number,
        "持证主体": name,
        "持证主体代码": id_number,
        "持证主体代码类型代码": id_type,
        "证照颁发机构": "鄂州市市场监督管理局（演示）",
        "证照颁发机构代码": draft.agency,
        "证照颁发日期": draft.issued_on,
        "证照有效期起始日期": draft.valid_from,
        "证照有效期截止日期": "长期",
        **draft.claims,
    }
    text = io.StringIO(newline="")
    csv.writer(text).writerows([list(cells), list(cells.values())])
    return io.BytesIO(text.getvalue().encode())


@either
def test_what_is_imported_fits_the_version_of_the_day(home, version):
    """The column of the new claim is unknown on the eve, and missing from the day on."""
    WHEN[version](home)

    with pytest.raises(BadFile) as refused:
        import_file(export(3 - version), "x.csv", by=home.agency, hub=home.hub)
    tally = import_file(export(version), "x.csv", by=home.agency, hub=home.hub)

    expected = {1: "COLUMN_UNKNOWN", 2: "COLUMN_MISSING"}[version]
    assert (expected, NEW_CLAIM) == (refused.value.code, refused.value.column)
    assert (1, []) == (tally.issued, tally.refused)


@either
def test_a_sealed_code_shows_the_face_of_the_version_of_its_certificate(home, version):
    """A certificate of the first version shows what it always did, also after the newer one came into force."""
    first = issued(home, of_version("版-2", 1))
    WHEN[version](home)
    newer = issued(home, of_version("版-2b", version))

    for certificate_id, of in ((first, 1), (newer, version)):
        report = scan(home, sealed(home, certificate_id))
        [item] = report["items"]
        assert ("yes", None) == catalogued(report)
        assert (of, of == 1) == (item["kind_version"], OFF_FACE in item["disclosed"])


@either
def test_what_is_shown_for_a_matter_must_be_in_force(home, version):
    """A matter that begins on the day is unknown on its eve."""
    begins = replace(matter_of(2), code=LATER)
    region = knowing(home, Catalogue.of(every_kind(), [*two_versions().every_matter(), begins]))
    certificate_id = issued(region, of_version("版-3", 1))
    WHEN[version](region)

    if version == 1:
        for asks in (
            lambda: ticket(region, certificate_id, matter=begins.code),
            lambda: scan(region, "EC1ABC", begins.code),
        ):
            with pytest.raises(BadRequest) as refused:
                asks()
            assert "MATTER_UNKNOWN" == refused.value.code
    else:
        code = ticket(region, certificate_id, matter=begins.code)
        assert ("valid", "OK") == told(scan(region, code, begins.code))


@either
def test_at_home_the_matter_of_the_day_says_what_a_clerk_sees(home, version):
    """Fewer fields from the day on, and the receipt names the rules of the version that judged."""
    certificate_id = issued(home, of_version("版-4", 1))
    WHEN[version](home)

    report = scan(home, ticket(home, certificate_id, matter=MATTER))

    [item] = report["items"]
    fields = matter_of(version).fields_for(p.LICENCE)
    assert fields is not None
    assert {*fields} == {*item["disclosed"]}
    assert (set(NEEDED) == {*item["disclosed"]}) == (version == 2)
    assert ("valid", "OK") == told(report)
    assert matter_of(version).max_status_age_seconds == rules(home, report)["max_status_age_seconds"]


def rules(region: Region, report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the policy that the receipt of a report names."""
    filed = results.receipt(str(report["verification_id"]), by=region.clerk, hub=region.hub)["receipt"]
    named = jws.parse(filed, "receipt+jwt").payload["policy"]
    return dict(json.loads(region.hub.public_files.document(named)))


@either
def test_across_regions_both_go_by_the_day(home, other, version):
    """The region that answers cuts the fields by the matter of the day; the one that asks judges by it."""
    certificate_id = issued(home, of_version("版-5", 1))
    WHEN[version](home)

    report = scan(other, ticket(home, certificate_id, matter=MATTER))

    [item] = report["items"]
    assert ("valid", "OK") == told(report)
    assert (set(item["disclosed"]) <= set(NEEDED)) == (version == 2)
    assert matter_of(version).max_status_age_seconds == rules(other, report)["max_status_age_seconds"]


@either
def test_a_region_answers_of_a_matter_from_its_first_day_on(home, other, version):
    """The answering region alone begins later: what it does not know yet it does not agree to."""
    certificate_id = issued(home, of_version("版-6", 1))
    knowing(home, Catalogue.of(every_kind(), [replace(matter_of(2), version=1)]))
    WHEN[version](home)

    answer = told(scan(knowing(other, shipped_catalogue()), ticket(home, certificate_id)))

    assert {1: ("undetermined", "NO_AGREEMENT"), 2: ("valid", "OK")}[version] == answer


@either
def test_a_certificate_of_either_version_is_known_on_either_day(home, other, version):
    """The version that a certificate names is looked up, not the one in force."""
    first = issued(home, of_version("版-7", 1))
    WHEN[version](home)

    for region in (home, other):
        report = scan(region, ticket(home, first))
        assert ("yes", None) == catalogued(report)
        assert [(1, "Business licence")] == [
            (item["kind_version"], item["kind_name_en"]) for item in report["items"]
        ]


@either
def test_what_is_renewed_is_of_the_version_of_the_day(home, version):
    """A version that asks for no more than the first one takes over at renewal."""
    first = kind_version(1)
    second = replace(first, version=2, in_force_from=kind_version(2).in_force_from)
    region = knowing(home, Catalogue.of([first, second], two_versions().every_matter()))
    certificate_id = issued(region, of_version("版-8", 1))
    WHEN[version](region)

    renewed = change(region, certificate_id, Transition.SUPERSEDE)

    assert version == version_of(region, str(renewed["id"]))


@either
def test_the_offline_bundle_holds_the_matters_of_the_day(home, version):
    """One version of each matter, told whole: which version it is and what it requires."""
    WHEN[version](home)

    contents = bundle.read_bundle(offline_bundle(by=home.clerk, hub=home.hub)).contents

    [matter] = [one for one in contents.matters if one.code == MATTER]
    assert matter_of(version).max_status_age_seconds == matter.max_status_age_seconds
    assert [one.code for one in home.hub.matters(home.clock.now())] == [one.code for one in contents.matters]
    assert matter_of(version) == matter
    assert version == matter.version


def test_a_page_covers_by_the_version_that_an_item_names(home):
    """The address is public in the first version and personal in the second."""
    page = replace(home.clerk, is_page=True)
    codes = [issued(home, of_version("版-9", 1))]
    into_force(home)
    codes.append(issued(home, of_version("版-10", 2)))

    for code, covered in zip(codes, (False, True), strict=True):
        report = verify.verify(
            VerificationRequest(ticket(home, code, matter=FOOD), FOOD, "1号窗口"), by=page, hub=home.hub
        )
        assert COVERED in report["items"][0]["disclosed"]
        assert covered == (COVERED in report["items"][0]["masked"])
