"""A region of the demo is a file: what it says is what is founded; what does not fit is told with file and field."""

import contextlib
import json
import shutil
from datetime import date
from importlib.resources import files
from pathlib import Path
from random import Random

import pytest
from certhub_schemas.codes.regions import region
from certhub_schemas.predicates import Predicate

from certhub.cli import console
from certhub.demo.certificates import seeds
from certhub.demo.launcher import DemoFailed, Options, start
from certhub.demo.prepare import arguments_of
from certhub.demo.region_file import BadRegionFile, chosen, packaged, read, read_folder
from certhub.demo.seed import issued, region_of
from certhub.records.certificates import store as certificates
from certhub.records.certificates.rules import State
from certhub.records.credentials.predicates import PredicateContext, answer
from certhub.settings import FILE, BadSettings
from tests.support.drawn import PROVINCES, agency_of, code_of, written
from tests.support.ports import free_ports
from tests.support.region import Region

CODE = "659900"
GOOD = written(CODE)
FILES = Path(str(files("certhub.demo").joinpath("region_files")))
WRONG = {
    "a word that no region file has": (f'code = "{CODE}"', f'code = "{CODE}"\ncolour = "red"', "colour: "),
    "a name is missing": ('name_en = "Sample City 659900"\n', "", "name_en: Field required"),
    "a code of five digits": (f'code = "{CODE}"', 'code = "65990"', "code: "),
    "a number where a text belongs": (f'code = "{CODE}"', f"code = {CODE}", "code: "),
    "an agency whose code does not check": (
        f'uscc = "{agency_of(CODE)}"',
        'uscc = "11420799MB99990173"',
        "agencies.0.uscc: 11420799MB99990173 is no unified social credit code",
    ),
    "an agency that does not say that it is made up": (
        "样例市市场监督管理局（演示）",
        "样例市市场监督管理局",
        "agencies.0.name: 样例市市场监督管理局 does not say （演示）",
    ),
    "a kind that nobody knows": (
        'kinds = ["11100000MB0143028R001"]',
        'kinds = ["11100000MB0143028R999"]',
        "agencies.0.kinds.0: 11100000MB0143028R999 is no kind of the catalogue",
    ),
    "no agency": ("[[agencies]]", "[[people]]", "agencies: Field required"),
    "a holder whom nobody knows": (
        'holders = ["示例小面馆"]',
        'holders = ["无名氏"]',
        "certificates.0.holders: nobody here is called 无名氏",
    ),
    "a phone of somebody whom nobody knows": (
        'operator = "演示运维"',
        'operator = "演示运维"\nholder = "无名氏"',
        "staff.holder: nobody here is called 无名氏",
    ),
    "a kind that the agency may not issue": (
        'kind = "11100000MB0143028R001"',
        'kind = "11420700MB99990011905"',
        f"certificates.0.agency: {agency_of(CODE)} may not issue 11420700MB99990011905",
    ),
    "a day that is none": (
        'valid_from = "today-365"',
        'valid_from = "2025-02-30"',
        "certificates.0.valid_from: ",
    ),
    "a change that cannot be": (
        'valid_from = "today-365"',
        'valid_from = "today-365"\nchange = "reinstate"',
        "certificates.0: change: reinstate cannot be done",
    ),
    "no TOML": ("place = 9", "place = = 9", "is no TOML: "),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_told_with_file_and_field(name: str) -> None:
    """Whoever writes a region reads which file, which field, and what is wrong with it."""
    before, after, said = WRONG[name]
    assert before in GOOD
    with pytest.raises(BadRegionFile) as refused:
        read(GOOD.replace(before, after).encode(), "here/659900.toml")

    assert str(refused.value).startswith("here/659900.toml"), refused.value
    assert said in str(refused.value)


def test_two_certificates_of_one_name_are_refused() -> None:
    """A test card and a reset find a certificate by its name."""
    twice = GOOD + GOOD[GOOD.index("[[certificates]]") :]

    with pytest.raises(BadRegionFile, match=r"certificates\.1\.name: only-licence stands here twice"):
        read(twice.encode(), "x.toml")


def test_the_package_has_three_regions_and_a_demo_takes_two() -> None:
    """In the order of their places; a third one is asked for."""
    assert [1, 2, 3] == [one.file.place for one in packaged()]
    assert packaged()[:2] == chosen()
    assert packaged() == chosen(3)
    assert {f"{one.code}.toml" for one in packaged()} == {path.name for path in FILES.iterdir()}


def test_a_folder_outside_gives_the_third(tmp_path: Path) -> None:
    """Its regions come after the two usual ones, and before the package's others."""
    (tmp_path / "mine.toml").write_text(GOOD, encoding="utf-8")

    assert [*(one.code for one in packaged()[:2]), CODE] == [one.code for one in chosen(outside=tmp_path)]
    assert [CODE, packaged()[2].code] == [one.code for one in chosen(4, tmp_path)[2:]]
    assert packaged()[:2] == chosen(2, tmp_path)


def test_more_regions_than_files_are_refused() -> None:
    """And who asks is told what to write."""
    with pytest.raises(BadRegionFile, match="7 regions were asked for and 3 files are there"):
        chosen(7)


def test_one_region_twice_is_refused(tmp_path: Path) -> None:
    """Two files of one code, or of one agency, would be one hub with two keys."""
    shutil.copy(FILES / f"{packaged()[0].code}.toml", tmp_path)
    with pytest.raises(BadRegionFile, match=f"code: {packaged()[0].code} is the code of two region files"):
        chosen(outside=tmp_path)

    [known] = (one for one in tmp_path.iterdir())
    known.write_text(known.read_text().replace(f'code = "{packaged()[0].code}"', f'code = "{CODE}"'))
    with pytest.raises(BadRegionFile, match=f"agencies of {CODE}: .* is another region's"):
        chosen(outside=tmp_path)


def test_a_folder_without_a_region_file_is_refused(tmp_path: Path) -> None:
    """A wrong folder is told, not taken for an empty one."""
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(BadRegionFile, match=str(folder)):
            read_folder(folder)


def test_dates_are_counted_from_the_day_on_which_the_demo_is_filled() -> None:
    """`today-365` on 2028-02-29 is a day of the year before; a date that is written out stays."""
    [seed] = seeds(read(GOOD.encode(), "x"), date(2028, 2, 29))
    [fixed] = seeds(read(GOOD.replace("today-365", "2024-01-05").encode(), "x"), date(2028, 2, 29))

    assert ("2027-03-01", "2027-03-01") == (seed.draft.valid_from, seed.draft.claims["成立日期"])
    assert ("2024-01-05", "2024-01-05") == (fixed.draft.valid_from, fixed.draft.claims["成立日期"])
    assert (None, State.ACTIVE) == (seed.draft.valid_to, seed.standing)


def test_a_hub_keeps_the_file_that_it_was_filled_from(home: Region) -> None:
    """A reset fills it again, also when the file lay outside the package; sealed, since it names people."""
    folder = home.hub.settings.data
    kept = (folder / "demo-region.sealed").read_bytes()

    assert packaged()[0] == region_of(home.hub)
    assert [] == [party.name for party in packaged()[0].people if party.name.encode() in kept]
    assert [] == [path for path in folder.rglob("*.toml") if b"[[certificates]]" in path.read_bytes()]
    (folder / "demo-region.sealed").unlink()
    with pytest.raises(BadRegionFile, match="start the demo again"):
        region_of(home.hub)


def test_codes_are_drawn_in_the_shape_of_gb_t_2260_and_are_nobodys() -> None:
    """One seed is one code; a thousand seeds meet no region of the package."""
    drawn = [code_of(Random(seed)) for seed in range(1000)]

    assert drawn[7] == code_of(Random(7))
    assert not {*drawn} & {one.code for one in packaged()}
    assert {int(code[:2]) for code in drawn} == {*PROVINCES}
    assert all(code.endswith("00") and len(code) == 6 for code in drawn)


def test_each_region_wants_a_port_of_its_own(tmp_path: Path) -> None:
    """Three in a row are asked for; the last one beyond the end of all ports is told before anything is founded."""
    with pytest.raises(DemoFailed, match="not all ports from 65534 to 65536 are free"):
        start(Options(tmp_path / "demo", 65534, regions=chosen(3)))

    assert not (tmp_path / "demo").exists()
    assert free_ports() < 65534


def test_containers_name_as_many_regions_as_addresses() -> None:
    """`python -m certhub.demo.prepare` takes two addresses or more, and a folder of more region files."""
    asked = arguments_of(
        ["--data", "x", "--url", "http://a", "http://b", "http://c", "--regions-from", "more"]
    )

    assert (3, Path("more")) == (len(asked.url), asked.regions_from)


def test_a_command_without_a_folder_takes_the_demos_first_region(tmp_path: Path) -> None:
    """The first that was asked for, whatever its code; of a demo of an earlier version the lowest; else none."""
    with contextlib.chdir(tmp_path):
        with pytest.raises(BadSettings):
            console.folder_of(None)
        for code in ("659900", "110000"):
            (console.DEMO_FOLDER / code).mkdir(parents=True)
            (console.DEMO_FOLDER / code / FILE).touch()

        assert console.DEMO_FOLDER / "110000" == console.folder_of(None)
        (console.DEMO_FOLDER / "demo.json").write_text(json.dumps({"regions": ["659900", "110000"]}))
        assert console.DEMO_FOLDER / "659900" == console.folder_of(None)


@pytest.mark.parametrize(
    ("prefix", "expected"), [("42", "yes"), ("4207", "yes"), ("420703", "yes"), ("4201", "no")]
)
def test_where_the_demos_resident_lives_can_be_answered(home: Region, prefix: str, expected: str) -> None:
    """The permit of 李样例 states the division of her address, which the first version of its kind could not."""
    with home.hub.reading() as unit:
        permit = certificates.find(unit, issued(home.hub)["expires-soon"])
    assert permit is not None
    kind = home.hub.catalogue.version(permit.kind, permit.kind_version)
    asked = PredicateContext(permit, kind, home.clock.now().date(), {})

    told = answer(Predicate("in_region", {"prefix": prefix}), asked, now=home.clock.now(), by="420700")

    assert told is not None
    assert (2, expected) == (permit.kind_version, told.outcome)
    assert region("420703").name in permit.record.claims["居住地址"]
