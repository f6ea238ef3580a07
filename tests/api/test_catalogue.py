"""What the API says of kinds and matters goes by the day: the version that is in force when it is asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from certhub.demo import people as p
from certhub.web.views import COUNTER, island
from tests.api.conftest import Api, api_of
from tests.support.catalogues import (
    COVERED,
    MATTER,
    NAME_EN,
    NEEDED,
    NEW_CLAIM,
    into_force,
    knowing,
    last_moment,
)
from tests.support.region import Region, make_regions
from tests.support.story import issued, licence


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Region]:
    """A region whose hub knows two versions."""
    with make_regions(tmp_path) as (made, *_):
        yield knowing(made)


@pytest.fixture
def api(region: Region) -> Api:
    """Its app."""
    return api_of(region)


def licence_of(items: list[dict]) -> dict:
    """Return the licence's line of a list of kinds."""
    [found] = [one for one in items if one["code"] == p.LICENCE]
    return dict(found)


def test_kinds_are_those_in_force(region, api):
    """The list, one kind, its schema and its type metadata change at midnight in China."""
    seen = []
    for moment in (last_moment, into_force):
        moment(region)
        listed = licence_of(api.get("/api/v1/kinds", "agency").json()["items"])
        whole = api.get(f"/api/v1/kinds/{p.LICENCE}", "agency").json()
        schema = api.get(f"/api/v1/kinds/{p.LICENCE}/schema", "agency").json()
        metadata = api.get(f"/types/{p.LICENCE}").json()
        seen.append(
            (
                listed["name_en"],
                whole["version"],
                whole.get("in_force_from"),
                NEW_CLAIM in schema["properties"],
                metadata["vct"].rpartition(":")[2],
            )
        )

    assert [
        ("Business licence", 1, None, False, "1"),
        (NAME_EN, 2, "2026-12-01", True, "2"),
    ] == seen


def test_matters_are_those_in_force(region, api):
    """Each once, in the same order, by the version of the day."""
    seen = []
    for moment in (last_moment, into_force):
        moment(region)
        items = api.get("/api/v1/matters", "clerk").json()["items"]
        assert len({one["code"] for one in items}) == len(items)
        [found] = [one for one in items if one["code"] == MATTER]
        seen.append((items.index(found), found.get("version"), found["max_status_age_seconds"]))

    assert [(0, None, 86400), (0, 2, 3600)] == seen


def test_what_a_holder_has_goes_by_the_name_that_it_was_issued_under(region, api):
    """A certificate of the first version keeps its name when the second one comes into force."""
    certificate_id = issued(region, licence("称-1"))
    into_force(region)
    newer = issued(region, licence("称-2", **{NEW_CLAIM: "演示"}))

    held = {one["id"]: one["name_en"] for one in api.get("/api/v1/me/certificates", "holder").json()["items"]}

    assert ("Business licence", NAME_EN) == (held[certificate_id], held[newer])


def test_an_agency_issues_by_the_version_of_the_day(region, api):
    """The same request is taken on the eve and refused from the day on, by the place of what is missing."""
    draft = licence("称-3")
    body = {
        "kind": draft.kind,
        "holders": [{"name": n, "id_type": t, "id_number": i} for n, t, i in draft.holders],
        "issued_on": draft.issued_on,
        "valid_from": draft.valid_from,
        "valid_to": None,
        "claims": dict(draft.claims),
    }
    last_moment(region)
    taken = api.post("/api/v1/certificates", body | {"number": "称-3"}, "agency")
    into_force(region)
    refused = api.post("/api/v1/certificates", body | {"number": "称-4"}, "agency")

    assert 201 == taken.status_code
    assert (422, [f"/claims/{NEW_CLAIM}"]) == (
        refused.status_code,
        [fault["pointer"] for fault in refused.json()["errors"]],
    )


def test_the_fields_of_every_version_have_their_names_on_a_counter(region):
    """Certificates of both versions are shown, whatever the day."""
    last_moment(region)
    names = island(COUNTER, "en", region.hub, region.clerk)["field_names"]

    assert ("Trade style", True) == (names[NEW_CLAIM], COVERED in names and set(NEEDED) <= set(names))
