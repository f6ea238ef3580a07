"""Several versions of one kind and of one matter: the newest whose first day has come is in force."""

import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from certhub_schemas import BadEntry, Catalogue, kinds, load_kinds, load_matters, matters, shipped_catalogue
from certhub_schemas.matters import Matter

from certhub.demo.people import LICENCE
from tests.support.catalogues import FROM, MATTER, SHIPPED, two_versions, write_kind, write_matter

OLDER = {"catalog": "business-licence/kind.json", "matters": "business-registration.json"}
EVE = FROM - timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped data that a test may add to."""
    for name in ("catalog", "matters"):
        shutil.copytree(SHIPPED / name, tmp_path / name)
    return tmp_path


def loaded(folder: Path) -> Catalogue:
    """Load the whole of a copy."""
    found = load_kinds(folder / "catalog")
    return Catalogue.of(found, load_matters(folder / "matters", found))


def edit(file: Path, **members: object) -> None:
    """Change members of a file."""
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | members), encoding="utf-8")


def refused(folder: Path) -> tuple[str, str]:
    """Return entry and member of the refusal."""
    with pytest.raises(BadEntry) as caught:
        loaded(folder)
    return caught.value.entry, caught.value.field


@pytest.mark.parametrize(("day", "version"), [(date.min, 1), (EVE, 1), (FROM, 2), (date.max, 2)])
def test_the_day_decides_which_version_is_in_force(day, version):
    """Of the kind and of the matter; each stays what it was where it has one version."""
    catalogue = two_versions()
    kind, matter = catalogue.kind(LICENCE, on=day), catalogue.matter(MATTER, on=day)

    assert (version, version) == (kind.version, matter.version)
    assert len(kinds()) == len(catalogue.kinds(on=day))
    assert [one.code for one in matters()] == [one.code for one in catalogue.matters(on=day)]
    assert [version] == [one.version for one in catalogue.matters(on=day) if one.code == MATTER]


def test_both_versions_are_kept_and_the_newest_is_what_is_asked_for_without_a_day():
    """What was sealed by an older version is judged by it for ever."""
    catalogue = two_versions()

    assert [1, 2] == sorted(catalogue.versions[LICENCE])
    assert (1, 2) == (catalogue.version(LICENCE, 1).version, catalogue.kind(LICENCE).version)
    assert [1, 2] == [one.version for one in catalogue.every_matter() if one.code == MATTER]


def test_what_is_not_yet_in_force_is_not_there(folder):
    """A matter and a kind that begin on a day are unknown on the day before."""
    edit(folder / "catalog" / "business-licence" / "kind.json", in_force_from="2026-12-01")
    edit(folder / "matters" / "business-registration.json", in_force_from="2026-12-01")
    catalogue = loaded(folder)

    assert (None, None) == (catalogue.kind(LICENCE, on=EVE), catalogue.matter(MATTER, on=EVE))
    assert LICENCE not in {one.code for one in catalogue.kinds(on=EVE)}
    assert MATTER not in {one.code for one in catalogue.matters(on=EVE)}
    assert LICENCE == catalogue.kind(LICENCE, on=FROM).code


@pytest.mark.parametrize(
    ("days", "member"),
    [
        ((None, None), "in_force_from"),
        (("2026-12-01", None), "in_force_from"),
        (("2026-12-01", "2026-12-01"), "in_force_from"),
        (("2026-12-01", "2026-11-30"), "in_force_from"),
        ((None, "2026-02-30"), "in_force_from"),
        ((None, "20261201"), "in_force_from"),
        ((None, "soon"), "in_force_from"),
    ],
)
def test_versions_that_contradict_each_other_in_time_are_refused(folder, days, member):
    """A newer one from the same day, from an earlier one, from always, or from no day of the calendar."""
    first, second = days
    for place, write in (("catalog", write_kind), ("matters", write_matter)):
        copy = Path(shutil.copytree(folder, folder.parent / f"{folder.name}-{place}"))
        made = write(copy / place, in_force_from=second)
        if first is not None:
            older = (
                copy
                / place
                / ("business-licence/kind.json" if place == "catalog" else "business-registration.json")
            )
            edit(older, in_force_from=first)

        assert (made.name, member) == refused(copy)


def test_two_entries_of_one_code_and_version_are_refused(folder):
    """The unmarked folder says version 2 as well: the second one is named, and its member."""
    write_kind(folder / "catalog")
    plain = folder / "catalog" / "business-licence"
    edit(plain / "kind.json", version=2)
    edit(plain / "claims.schema.json", **{"$id": f"urn:certhub:kind:{LICENCE}:2"})

    assert ("business-licence@2", "version") == refused(folder)


def test_two_matters_of_one_code_and_version_are_refused(folder):
    """The same of matters."""
    write_matter(folder / "matters")
    edit(folder / "matters" / "business-registration.json", version=2)

    assert ("business-registration@2.json", "version") == refused(folder)


def test_the_name_of_an_entry_says_its_version(folder):
    """A version under another number's name is told by its member."""
    write_kind(folder / "catalog").rename(folder / "catalog" / "business-licence@3")
    assert ("business-licence@3", "version") == refused(folder)
    shutil.rmtree(folder / "catalog" / "business-licence@3")

    write_matter(folder / "matters").rename(folder / "matters" / "business-registration@3.json")
    assert ("business-registration@3.json", "version") == refused(folder)


def test_versions_of_one_entry_have_one_code(folder):
    """A marked folder or file of another code is a slip of the hand."""
    made = write_matter(folder / "matters")
    edit(made, code="PLACEHOLDER-999")

    assert "business-registration" in refused(folder)[0]


def test_versions_of_a_matter_share_their_place(folder):
    """The order of the list does not hang on the day."""
    made = write_matter(folder / "matters")
    edit(made, order=len(matters()) + 1)

    assert "order" == refused(folder)[1]


def with_what_is_the_matters_own(entry: dict) -> dict:
    """Return the members of a matter's file, and in each alternative the mode and the age that it leaves out."""
    own = {"mode": entry["mode"], "max_age_seconds": entry["max_status_age_seconds"]}
    for one in entry["requirements"]:
        one["accepts"] = [own | way for way in one["accepts"]]
    return entry


def test_shipped_data_are_spelled_as_their_files_spell_them():
    """What a file does not state is stated nowhere, but for the mode and the age that an alternative takes over."""
    for file in sorted((SHIPPED / "matters").glob("*.json")):
        entry = json.loads(file.read_text(encoding="utf-8"))
        del entry["order"]
        [matter] = [one for one in matters() if one.code == entry["code"] and "@" not in file.name]
        assert with_what_is_the_matters_own(entry) == matter.to_json()
    for file in sorted((SHIPPED / "catalog").glob("*/kind.json")):
        entry = json.loads(file.read_text(encoding="utf-8"))
        kind = shipped_catalogue().version(entry["code"], entry["version"])
        assert set(entry) | {"slug", "vct", "fields", "claims_schema"} == set(kind.to_json())


def test_the_first_releases_bytes_have_not_changed():
    """SHA-256 over what the first releases spelled of the kinds that they shipped, in their order, and of the matters.

    That of the kinds was computed by the release before versions came; an entry that comes later is not part of it.
    The matters stand in their second version, the first that states requirements. Who edits one of these on purpose,
    without a new version, writes the digest in `first_entries.json` anew.
    """
    first = json.loads((Path(__file__).parent / "first_entries.json").read_text(encoding="utf-8"))
    catalogue = shipped_catalogue()
    spelled = {
        "kinds": [
            kinds_of[1].to_json() for code, kinds_of in catalogue.versions.items() if code in first["kinds"]
        ],
        "matters": [
            versions[2].to_json()
            for code, versions in catalogue.matter_versions.items()
            if code in first["matters"]
        ],
    }
    digests = {
        name: sha256(json.dumps(entries, ensure_ascii=False).encode()).hexdigest()
        for name, entries in spelled.items()
    }

    assert (32, 8) == (len(spelled["kinds"]), len(spelled["matters"]))
    assert first["sha256"] == digests


def test_a_second_version_reads_back():
    """Version and first day survive, a matter's and a kind's."""
    second = two_versions().matter(MATTER, on=FROM)
    assert second is not None
    told = second.to_json()

    assert (2, "2026-12-01") == (told["version"], told["in_force_from"])
    assert second == Matter.from_json(told)
    assert "2026-12-01" == two_versions().kind(LICENCE).to_json()["in_force_from"]


def test_a_catalogue_has_a_name_that_anybody_can_compute():
    """SHA-256 of its canonical form: sorted members, UTF-8, no white space; every version of everything is in it."""
    for catalogue in (shipped_catalogue(), two_versions()):
        document = catalogue.document()
        whole = json.loads(document)
        every = [kind for versions in catalogue.versions.values() for kind in versions.values()]

        assert catalogue.digest == sha256(document).hexdigest()
        assert (
            document == json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        )
        assert sorted((kind.code, kind.version) for kind in every) == [
            (one["code"], one["version"]) for one in whole["kinds"]
        ]
        assert len(catalogue.every_matter()) == len(whole["matters"])
    assert shipped_catalogue().digest != two_versions().digest


def test_the_name_does_not_hang_on_the_order_in_which_entries_come():
    """Two hubs that read the same data call it the same."""
    catalogue = two_versions()
    every = [kind for versions in catalogue.versions.values() for kind in versions.values()]

    assert catalogue.digest == Catalogue.of(reversed(every), reversed(catalogue.every_matter())).digest


def test_members_stand_in_the_order_of_rfc_8785():
    """By UTF-16 code units, in which a character beyond the first plane comes before one at its end."""
    kind = two_versions().kind(LICENCE)
    assert kind is not None
    odd = Catalogue.of([replace(kind, claims_schema={"\ufb01": 1, "\U00020000": 2})])

    assert '"\U00020000":2,"\ufb01":1'.encode() in odd.document()
