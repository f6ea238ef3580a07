"""Certificates that several tests issue, as an agency drafts them."""

from dataclasses import replace

from certhub.demo import people as p
from certhub.people.parties.people import Party
from certhub.records.catalog.draft import RawDraft
from tests.support import named
from tests.support.story import marriage


def draft_of(
    kind: str, agency: str, number: str, *holders: Party, valid_to: str | None = None, **claims: str
) -> RawDraft:
    """A certificate of a kind, issued on the day of all that tests issue."""
    return RawDraft(
        kind=kind,
        agency=agency,
        holders=[(one.name, one.id_type, one.id_number) for one in holders],
        number=number,
        issued_on="2024-01-05",
        valid_from="2024-01-05",
        valid_to=valid_to,
        claims=claims,
    )


def title_of(number: str, *owners: Party) -> RawDraft:
    """A title to an estate of these owners."""
    return draft_of(
        named.ESTATE,
        named.LAND,
        number,
        *owners,
        坐落="演示路8号",
        不动产单元号="420704001001GB00001F00010001",
        权利类型="所有权",
        面积="88",
    )


def marriage_of(number: str, *spouses: Party) -> RawDraft:
    """A marriage certificate that names the spouses in this order."""
    return replace(marriage(number), holders=[(one.name, one.id_type, one.id_number) for one in spouses])


def insured() -> RawDraft:
    """A proof of 张演示's social security card."""
    return draft_of(
        named.SOCIAL,
        named.LABOUR,
        "社-1",
        p.ZHANG,
        姓名=p.ZHANG.name,
        社会保障号码=p.ZHANG.id_number,
        参保地="鄂州市",
        参保险种="城乡居民基本医疗保险",
    )
