"""A region of the demo is a file: who is founded, who works there, and which certificates it begins with.

    place, code, name, name_en    its place in the row; six digits of GB/T 2260; its name in both languages
    [staff]                       clerk, office, window, agency, operator, and holder (张演示 unless named)
    [[agencies]]                  uscc, name, name_en, and the kinds that it may issue
    [[people]]                    name, id_type, id_number: holders beside those whom every region knows (people.py)
    [[certificates]]              name (test cards find it by this), kind, agency, holders (by name), number,
                                  valid_from, valid_to, [certificates.claims]
                                  change and reason (done to it after it was issued), renewed, dated,
                                  left = "intended" or "voided" (never signed)
    [unlisted]                    uscc, name, name_en, certificate: of an agency that is on no trust list

A date is `2024-01-05`, or counted in days from the day on which the demo is filled: `today`, `today-365`.
The package's own files lie in region_files/; a file from anywhere else is as good.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from certhub_schemas import SchemasError, shipped_catalogue
from certhub_schemas.codes import uscc
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from certhub.demo.people import PEOPLE, ZHANG
from certhub.errors import HubError
from certhub.people.parties.people import Party
from certhub.records.certificates.rules import STEPS, State, Transition
from certhub.setup.health import DEMO_MARK
from certhub.setup.initialise import AgencySetup, RegionSetup

USUAL = 2  # regions of a demo, unless somebody asks for more
ENDING = ".toml"
_DAY = re.compile(r"today([+-]\d{1,5})?")


class BadRegionFile(HubError):
    """A region file cannot be used; says which file, which field, and why."""

    code = "BAD_REGION_FILE"


def _agency_code(text: str) -> str:
    try:
        return uscc.parse(text)
    except SchemasError as wrong:
        raise ValueError(f"{text} is no unified social credit code: {wrong}") from wrong


def _made_up(name: str) -> str:
    if DEMO_MARK not in name:
        raise ValueError(f"{name} does not say {DEMO_MARK}: a production hub could not refuse it")
    return name


def _kind(code: str) -> str:
    if shipped_catalogue().kind(code) is None:
        raise ValueError(f"{code} is no kind of the catalogue")
    return code


def _day(text: str) -> str:
    if not _DAY.fullmatch(text):
        date.fromisoformat(text)
    return text


Text = Annotated[str, Field(min_length=1, max_length=120)]
Code = Annotated[str, Field(pattern=r"^[1-9][0-9]{5}$")]
Uscc = Annotated[str, AfterValidator(_agency_code)]
AgencyName = Annotated[str, AfterValidator(_made_up)]
KindCode = Annotated[str, AfterValidator(_kind)]
Day = Annotated[str, AfterValidator(_day)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Staff(_Part):
    """Who sits at the counters and consoles of a region, and whose phone shows."""

    clerk: Text
    office: Text
    window: Text
    agency: Text
    operator: Text
    holder: Text = ZHANG.name


class Agency(_Part):
    """An agency and what it may issue."""

    uscc: Uscc
    name: AgencyName
    name_en: Text
    kinds: list[KindCode] = Field(min_length=1)


class Person(_Part):
    """A holder, person or organisation."""

    name: Text
    id_type: Text
    id_number: Text


class CertificateEntry(_Part):
    """A certificate that the region begins with, and what is done to it once it is issued."""

    name: Text = "unlisted"
    kind: KindCode
    agency: Uscc
    holders: list[Text] = Field(min_length=1)
    number: Text
    valid_from: Day
    valid_to: Day | None = None
    claims: dict[str, str]
    change: Annotated[Transition | None, Field(strict=False)] = None
    reason: str = ""
    renewed: bool = False
    left: Literal["intended", "voided"] | None = None
    dated: bool = False

    @model_validator(mode="after")
    def _can_be_done(self) -> Self:
        if self.change is not None and (State.ACTIVE, self.change) not in STEPS:
            raise ValueError(f"change: {self.change.value} cannot be done to a certificate in force")
        return self


class Unlisted(_Part):
    """An agency that never applied to be listed, and one certificate of its."""

    uscc: Uscc
    name: AgencyName
    name_en: Text
    certificate: CertificateEntry


class RegionFile(_Part):
    """What one file says."""

    place: int = Field(ge=1)
    code: Code
    name: Text
    name_en: Text
    staff: Staff
    agencies: list[Agency] = Field(min_length=1)
    people: list[Person] = []
    certificates: list[CertificateEntry] = []
    unlisted: Unlisted | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        for wrong in self._wrong():
            raise ValueError(wrong)
        return self

    def _wrong(self) -> Iterator[str]:
        may = {one.uscc: one.kinds for one in self.agencies}
        known = {one.name for one in PEOPLE} | {one.name for one in self.people}
        if self.staff.holder not in known:
            yield f"staff.holder: nobody here is called {self.staff.holder}"
        names = [one.name for one in self.certificates]
        for place, one in enumerate(self.certificates):
            if one.kind not in may.get(one.agency, ()):
                yield f"certificates.{place}.agency: {one.agency} may not issue {one.kind}"
            if one.name in names[:place]:
                yield f"certificates.{place}.name: {one.name} stands here twice"
        if self.unlisted is not None and self.unlisted.certificate.agency != self.unlisted.uscc:
            yield "unlisted.certificate.agency: it is not the agency's own"
        for where, entry in self._entries():
            for name in entry.holders:
                if name not in known:
                    yield f"{where}.holders: nobody here is called {name}"

    def _entries(self) -> Iterator[tuple[str, CertificateEntry]]:
        yield from ((f"certificates.{place}", one) for place, one in enumerate(self.certificates))
        if self.unlisted is not None:
            yield "unlisted.certificate", self.unlisted.certificate


@dataclass(frozen=True)
class DemoRegion:
    """A region of the demo, and its file as it was read."""

    file: RegionFile
    content: bytes

    @property
    def code(self) -> str:
        """Its six digits."""
        return self.file.code

    @property
    def name(self) -> str:
        """Its name in Chinese."""
        return self.file.name

    @property
    def people(self) -> tuple[Party, ...]:
        """Everybody who is known there: the people of every region, and its own."""
        return (*PEOPLE, *(Party(one.name, one.id_type, one.id_number) for one in self.file.people))

    def setup(self, url: str) -> RegionSetup:
        """Return what its hub is founded with."""
        agencies = tuple(
            AgencySetup(one.uscc, one.name, one.name_en, tuple(one.kinds)) for one in self.file.agencies
        )
        return RegionSetup(self.code, self.name, self.file.name_en, url, agencies)


def on(text: str, today: date) -> str:
    """Return a date of a region file as of `today`, in ISO 8601; another text as it is."""
    found = _DAY.fullmatch(text)
    return text if found is None else (today + timedelta(days=int(found[1] or 0))).isoformat()


def read(content: bytes, where: str) -> DemoRegion:
    """Read a region file; `where` names it in what is said of it.

    Raises:
        BadRegionFile: it is no TOML, or a field is missing, unknown or wrong.
    """
    try:
        return DemoRegion(RegionFile.model_validate(tomllib.loads(content.decode())), content)
    except ValidationError as wrong:
        raise BadRegionFile(f"{where}: {'; '.join(map(_said, wrong.errors()))}") from wrong
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise BadRegionFile(f"{where} is no TOML: {broken}") from broken


def _said(error: Any) -> str:
    field, why = ".".join(map(str, error["loc"])), error["msg"].removeprefix("Value error, ")
    return f"{field}: {why}" if field else str(why)


def read_folder(folder: Path | Traversable) -> tuple[DemoRegion, ...]:
    """Read every region file of a folder, in the order of their places.

    Raises:
        BadRegionFile: one cannot be read, two are of one region, or there is none.
    """
    try:
        found = [(one, one.read_bytes()) for one in folder.iterdir() if one.name.endswith(ENDING)]
    except OSError as broken:
        raise BadRegionFile(f"{folder} cannot be read: {broken.strerror}") from broken
    if not found:
        raise BadRegionFile(f"{folder} holds no region file (*{ENDING})")
    regions = [read(content, str(one)) for one, content in sorted(found, key=lambda pair: pair[0].name)]
    return tuple(sorted(regions, key=lambda one: one.file.place))


@cache
def packaged() -> tuple[DemoRegion, ...]:
    """Return the regions whose files ship with the package."""
    return read_folder(files("certhub.demo").joinpath("region_files"))


def chosen(count: int | None = None, outside: Path | None = None) -> tuple[DemoRegion, ...]:
    """Return the regions of a demo: the two usual ones, then those of a folder outside, then the package's others.

    Without a count: the two, and every one of the folder.

    Raises:
        BadRegionFile: a file cannot be used, a region is there twice, or there are fewer than `count`.
    """
    extra = () if outside is None else read_folder(outside)
    every = (*packaged()[:USUAL], *extra, *packaged()[USUAL:])
    count = USUAL + len(extra) if count is None else count
    found = every[:count]
    _refuse_twice(found)
    if len(found) < count:
        raise BadRegionFile(
            f"{count} regions were asked for and {len(every)} files are there: write more, and name their folder"
        )
    return found


def _refuse_twice(regions: Sequence[DemoRegion]) -> None:
    codes, agencies = set[str](), set[str]()
    for one in regions:
        if one.code in codes:
            raise BadRegionFile(f"code: {one.code} is the code of two region files")
        twice = agencies & {agency.uscc for agency in one.file.agencies}
        if twice:
            raise BadRegionFile(f"agencies of {one.code}: {min(twice)} is another region's")
        codes.add(one.code)
        agencies |= {agency.uscc for agency in one.file.agencies}
