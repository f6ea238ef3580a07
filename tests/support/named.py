"""Kinds of the catalogue and agencies of the demo's two usual regions, by the names that tests call them."""

from certhub.demo.region_file import chosen

EZHOU, WUHAN_CITY = chosen()

MARRIAGE, OPERATOR, WORKER = "111000000000131433001", "11100000000019713D008", "11100000000019713D071"
ESTATE, BUILDER = "11100000MB03271699001", "11100000000013338W001"
RESIDENCE, NURSE, SOCIAL, GRADUATION, SENIOR = (f"11420700MB99990011{n}" for n in (902, 903, 904, 905, 906))

MARKET, CIVIL, TRANSPORT, LAND, HOUSING, HEALTH, POLICE, LABOUR = (one.uscc for one in EZHOU.file.agencies)
[WUHAN] = (one.uscc for one in WUHAN_CITY.file.agencies)
assert EZHOU.file.unlisted is not None
HUANGGANG = EZHOU.file.unlisted.uscc
