"""What holders hold: all of it, what is named of it, and page by page; a row that is not ours is nobody's."""

import pytest
from sqlalchemy import update

from certhub.db.columns import table_of
from certhub.demo import people as p
from certhub.flows.records import issue
from certhub.records.certificates import holdings
from certhub.records.certificates import store as certificates
from certhub.records.certificates.tables import CertificateRow, HoldingRow
from tests.support.plans import watched
from tests.support.plug import PulledPlug, cut
from tests.support.region import Region
from tests.support.story import issued, key, marriage

CERTIFICATE, HOLDING = table_of(CertificateRow), table_of(HoldingRow)


def couple(unit):
    """The blind indexes of two who hold their marriage certificates together."""
    return [unit.vault.index(one.id_type, one.id_number) for one in (p.ZHANG, p.LI)]


def pages(region: Region, *, limit: int, holders=couple) -> list[list[str]]:
    """Every page of what is held, by public ids."""
    made, after = [], None
    while True:
        with region.hub.reading() as unit:
            page = holdings.held_after(unit, holders(unit), after, limit=limit)
        made.append([certificate.certificate_id for _, certificate in page.held])
        if page.following is None:
            return made
        after = page.following


def all_held(region: Region) -> list[str]:
    """What the two hold, without pages: oldest first, each once."""
    with region.hub.reading() as unit:
        return list(dict.fromkeys(c.certificate_id for _, c in holdings.held_by(unit, couple(unit))))


def named(region: Region, *certificate_ids: str) -> set[str]:
    """Which of these the two hold."""
    with region.hub.reading() as unit:
        return set(holdings.held_and_named(unit, couple(unit), certificate_ids))


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_every_certificate_is_on_one_page(home, clock, limit):
    """Once, oldest first, though each of the two holds it; no page is longer than was asked for."""
    for number in range(5):
        clock.pass_(seconds=1)
        issued(home, marriage(f"婚-{number}"))
    made = pages(home, limit=limit)

    assert all_held(home) == [one for page in made for one in page]
    assert [limit] * (len(made) - 1) == [len(page) for page in made[:-1]]
    assert limit >= len(made[-1]) > 0


def test_what_is_issued_meanwhile_moves_nothing_to_another_page(home, clock):
    """A page goes on after a certificate, and not after so many."""
    first = issued(home, marriage("婚-1"))
    clock.pass_(seconds=1)  # ids of one millisecond come in any order
    second = issued(home, marriage("婚-2"))
    with home.hub.reading() as unit:
        at = next(c.id for _, c in holdings.held_by(unit, couple(unit)) if c.certificate_id == first)
    clock.pass_(seconds=1)
    third = issued(home, marriage("婚-3"))

    with home.hub.reading() as unit:
        page = holdings.held_after(unit, couple(unit), at, limit=50)
    assert {second, third} <= {c.certificate_id for _, c in page.held}
    assert first not in {c.certificate_id for _, c in page.held}
    assert page.following is None


def test_who_holds_nothing_has_one_empty_page(home):
    """Nor does anything follow."""
    assert [[]] == pages(home, limit=5, holders=lambda unit: [b"\x00" * 16])
    assert [[]] == pages(home, limit=5, holders=lambda unit: [])


def test_of_what_is_named_only_what_is_held_is_there(home):
    """Another's certificate, and an id that there is not, are not the holder's."""
    mine = issued(home, marriage("婚-1"))

    assert {mine} == named(home, mine, "0" * 26)
    with home.hub.reading() as unit:
        assert {} == holdings.held_and_named(unit, [b"\x00" * 16], [mine])
        assert {} == holdings.held_and_named(unit, [], [mine])
        found = holdings.held_and_named(unit, couple(unit), [mine])
        assert {mine: certificates.find(unit, mine)} == found


def test_what_is_intended_is_nobodys(home):
    """It was never signed: it is in no list and cannot be named; the page it would stand on is not the last."""
    with pytest.raises(PulledPlug):
        issue.issue(marriage("婚-9"), by=home.agency, hub=cut(home, "issue:4"), key=key())
    with home.hub.reading() as unit:
        row = unit.sql.execute(CERTIFICATE.select().where(CERTIFICATE.c.state == "intended")).first()

    assert row is not None
    assert row.cid not in all_held(home)
    assert row.cid not in [one for page in pages(home, limit=1) for one in page]
    assert set() == named(home, row.cid)


@pytest.mark.disagrees("a row is altered, and the history does not tell it")
@pytest.mark.parametrize("table", [CERTIFICATE, HOLDING], ids=str)
def test_a_row_that_is_not_ours_is_nobodys(home, table):
    """A share and its certificate are believed each by its own MAC; what is left out is counted."""
    spoilt, good = issued(home, marriage("婚-1")), issued(home, marriage("婚-2"))
    with home.hub.writing() as unit:
        [at] = [c.id for _, c in holdings.held_by(unit, couple(unit)[:1]) if c.certificate_id == spoilt]
        column = table.c.id if table is CERTIFICATE else table.c.certificate
        unit.sql.execute(update(table).where(column == at).values(mac=bytes(32)))
    before = home.hub.database.refused[table.name]

    assert {good} == named(home, spoilt, good)
    assert before < home.hub.database.refused[table.name]
    assert spoilt not in all_held(home)
    assert good in all_held(home)
    assert spoilt not in [one for page in pages(home, limit=1) for one in page]
    assert all_held(home) == [one for page in pages(home, limit=1) for one in page]


@pytest.mark.disagrees("a row is altered, and the history does not tell it")
def test_a_public_id_that_points_at_another_certificate_names_nothing(home):
    """The index of public ids carries no MAC: the certificate says whose id it is."""
    mine, other = issued(home, marriage("婚-1")), issued(home, marriage("婚-2"))
    with home.hub.writing() as unit:
        there = certificates.find(unit, other)
        unit.sql.exec_driver_sql(
            f"UPDATE certificate_id SET bucket = {there.bucket}, certificate = "
            f"(SELECT certificate FROM certificate_id WHERE cid = '{other}') WHERE cid = '{mine}'"
        )

    assert {other} == named(home, mine, other)
    with home.hub.reading() as unit:
        assert None is certificates.find(unit, mine)
        assert {other: there} == certificates.find_many(unit, [mine, other])


def test_what_is_shown_is_all_that_is_read(home):
    """Whoever holds ten certificates and shows one has one opened."""
    mine = [issued(home, marriage(f"婚-{number}")) for number in range(10)]
    with watched(home.hub) as (hub, statements), hub.reading() as unit:
        holdings.held_and_named(unit, couple(unit), mine[:1])
        [text] = statements.sent
        rows = unit.line.run(text, statements.sent[text])

    assert 1 == len(rows)
