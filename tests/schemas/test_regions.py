"""Regions by their six digits."""

import pytest
from certhub_schemas import BadCode
from certhub_schemas.codes import regions

WUHAN_CIRCLE = {
    "420100": "武汉市",
    "420200": "黄石市",
    "420700": "鄂州市",
    "420900": "孝感市",
    "421100": "黄冈市",
    "421200": "咸宁市",
    "429004": "仙桃市",
    "429005": "潜江市",
    "429006": "天门市",
}


@pytest.mark.parametrize(("code", "name"), WUHAN_CIRCLE.items())
def test_the_wuhan_circle_is_known(code, name):
    """Nine cities, three of them directly under the province."""
    assert name == regions.region(code).name


def test_ezhou_has_three_districts():
    """Liangzihu, Huarong and Echeng."""
    districts = [each.name for code, each in regions.REGIONS.items() if code.startswith("42070")][1:]

    assert districts == ["梁子湖区", "华容区", "鄂城区"]


def test_every_province_is_known():
    """Thirty-four, Taiwan under the number that GB/T 2260 prints."""
    provinces = [code for code in regions.REGIONS if code.endswith("0000")]

    assert len(provinces) == 34
    assert "710000" in provinces


def test_the_other_number_of_taiwan_is_read_as_the_same_region():
    """Some platforms list 830000."""
    assert regions.region("710000") == regions.region("830000")


def test_every_region_has_two_names_and_knows_its_own_code():
    """Chinese for the screens, English beside it."""
    for code, each in regions.REGIONS.items():
        assert code == each.code
        assert each.name
        assert each.name_en.isascii()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("4207", "CODE_LENGTH"),
        ("420700000000", "CODE_LENGTH"),
        ("42O700", "CODE_ALPHABET"),
        ("420799", "REGION_UNKNOWN"),
    ],
)
def test_a_region_that_is_not_there_is_told(code, reason):
    """420799, the demo's own, is in no table on purpose."""
    with pytest.raises(BadCode) as caught:
        regions.region(code)

    assert reason == caught.value.reason
