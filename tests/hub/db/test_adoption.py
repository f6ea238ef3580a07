"""A hub of the last release comes up in this one: nothing lost, nothing left in clear, and once only."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.status.statuslist import parse_statement
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from certhub.cli import whole_app
from certhub.db import adoption, migrate
from certhub.db.columns import table_of
from certhub.db.engine import open_engine
from certhub.db.grants import Granting, believed
from certhub.demo import people as p
from certhub.flows.verification import results
from certhub.flows.verification.show import held_by
from certhub.hub import Hub, database_url
from certhub.jobs.status_lists import publish
from certhub.people.parties import store as parties
from certhub.people.parties.people import Role
from certhub.records.certificates import states, terms
from certhub.records.certificates import store as certificates
from certhub.records.certificates.query import CertificateQuery, Sought
from certhub.records.certificates.record import Certificate
from certhub.records.certificates.rules import State
from certhub.records.certificates.search import search
from certhub.settings import Settings
from certhub.setup.adopting import FILE, AlreadyAdopted, bring_up
from tests.support import named
from tests.support.last_release import CASE, DECISION, REASON, WINDOW, to_postgres, unpack
from tests.support.region import Clock, Region, Wire
from tests.support.story import scan, told

DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
YOUNGER = {
    "certificate_state",
    "matter_case",
    "case_scan",
    "counter_request",
    "opened_request",
    *("division", "agency", "office", "office_window"),
    *("login", "login_account", "login_proof", "login_session", "invitation", "message"),
} | {
    "look",
    "dispute",
    "notice",
}
"""Granting tables that came after the MACs: none of their rows is of before."""
CHANGED_TABLES = {
    model.__tablename__: model for model in Granting.__subclasses__() if model.__tablename__ not in YOUNGER
}


class Old:
    """The hub of the last release, in this test's own folder."""

    def __init__(self, folder: Path, facts: dict) -> None:
        self.folder, self.facts, self.clock = folder, facts, Clock()

    @property
    def settings(self) -> Settings:
        """Its settings."""
        return Settings.load(self.folder)

    @property
    def engine(self) -> Engine:
        """Its database, without its keys: what a writer has."""
        return open_engine(database_url(self.settings))

    def write(self, *statements: str) -> None:
        """Write the database as somebody does who has no key."""
        engine = self.engine
        with engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        engine.dispose()

    def bring_up(self, **more):
        """Run what `certhub migrate` runs."""
        return bring_up(self.settings, now=self.clock.now(), random=bytes, **more)

    def open(self) -> Region:
        """Open it as this release does."""
        hub = Hub.open(self.settings, clock=self.clock, network=Wire())
        tokens = json.loads((self.folder / "demo-tokens.json").read_text())
        return Region(hub, tokens, self.clock, Wire())


@pytest.fixture(params=DATABASES)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Old]:
    """The hub of the last release; on PostgreSQL its rows are moved there first."""
    folder, facts = unpack(tmp_path)
    if request.param == "sqlite":
        yield Old(folder, facts)
        return
    server = request.getfixturevalue("postgres")
    name = server.create()
    to_postgres(folder, server.url(name))
    yield Old(folder, facts)
    server.drop(name)


@pytest.fixture
def up(old: Old) -> Iterator[Region]:
    """That hub, brought up and open."""
    old.bring_up()
    region = old.open()
    yield region
    region.hub.close()


def found(region: Region, certificate_id: str) -> Certificate:
    """A certificate that must be there."""
    with region.hub.reading() as unit:
        certificate = certificates.find(unit, certificate_id)
    assert certificate is not None
    return certificate


def test_every_row_of_before_is_adopted(old):
    """None is left, in any table; what the adoption writes out as covered is what the models cover."""
    adopted = old.bring_up()

    assert set(adopted.left.values()) == {0}
    assert CHANGED_TABLES.keys() | {"spent"} == adopted.rows.keys()
    assert all(count > 0 for count in adopted.rows.values()), adopted.rows
    assert {t.name: t.bound for t in adoption.TABLES if t.bound} == {
        name: model.bound() for name, model in CHANGED_TABLES.items()
    }
    region = old.open()
    with region.hub.reading() as unit:
        for model in CHANGED_TABLES.values():
            believed(unit, model, table_of(model).select())
    assert {} == dict(region.hub.database.refused)
    region.hub.close()


def test_what_was_there_is_there(old, up):
    """People, mandates, certificates with reason and decision, the open code, the used one, report and receipt."""
    facts = old.facts
    assert {p.ZHANG.name, p.NOODLES.name} >= {
        h.acting_for or p.ZHANG.name for h in held_by(up.holder, hub=up.hub)
    }
    assert {facts[name] for name in ("suspended", "revoked", "good")} <= {
        h.certificate.certificate_id for h in held_by(up.holder, hub=up.hub)
    }
    for name in ("suspended", "revoked"):
        one = found(up, facts[name])
        assert (name, REASON, DECISION) == (one.state.value, one.record.reason, one.record.decision)
    staff = named.EZHOU.file.staff
    assert (staff.clerk, staff.office, staff.window) == (up.clerk.name, up.clerk.office, up.clerk.window)
    assert (
        "old-verification-1"
        == results.stored("old-verification-1", by=up.clerk, hub=up.hub)["verification_id"]
    )
    assert facts["receipt"] == results.receipt("old-verification-1", by=up.clerk, hub=up.hub)
    assert ("check", "NOT_NEEDED") == told(scan(up, facts["ticket"]))  # of a kind that the matter took then
    assert ("invalid", "CODE_USED") == told(scan(up, facts["ticket"]))


def test_the_states_of_before_are_filled_in_from_the_history(old, up):
    """Who suspended and revoked it, when and why; run again there is nothing to fill in."""
    for name in ("suspended", "revoked"):
        one = found(up, old.facts[name])
        with up.hub.reading() as unit:
            first, last = states.changes_of(unit, one.place)
        assert (State.INTENDED, one.created_at, State.ACTIVE) == (*first.before, first.state)
        assert first.after == last.before
        assert (one.state, one.state_since, REASON, DECISION) == (*last.after, last.reason, last.decision)
        assert {up.agency.key} == {first.by, last.by}
    with up.hub.reading() as unit:
        assert [] == states.incomplete(unit.sql, None).incomplete


def test_no_free_text_is_left_in_the_files(old):
    """Reason, decision, case and window are in no byte of the database and its log, where they were before."""
    if old.settings.database_url:
        pytest.skip("the files are the server's; the columns are gone, which test_migrations shows")
    spelled = [word.encode() for word in (REASON, DECISION, WINDOW)]
    assert all(word in (old.folder / "certhub.db").read_bytes() for word in spelled)

    old.bring_up()

    here = b"".join(path.read_bytes() for path in old.folder.glob("certhub.db*"))
    assert [] == [word for word in spelled if word in here]
    assert CASE.encode() not in here


def test_the_list_goes_on_saying_what_it_said(old, up):
    """Slots have their MAC, so that the next list says the same as the last one of before."""
    before = (old.folder / "public" / "status" / "1").read_bytes()
    old.clock.pass_(seconds=20)
    publish(up.hub)
    after = up.hub.public_files.get("status/1")

    first, second = (parse_statement(jws.parse(token, "statuslist+jwt").payload) for token in (before, after))
    assert first.iat < second.iat
    assert first.statuses == second.statuses
    one = found(up, old.facts["revoked"])
    assert 1 == second.statuses.get(one.list_index)


def test_adopting_is_done_once(old):
    """Run again it does nothing, and a row that was added meanwhile grants nothing."""
    assert old.bring_up() is not None
    old.write("UPDATE account SET mac = NULL WHERE role = 'clerk'")

    assert None is old.bring_up()

    region = old.open()
    with region.hub.reading() as unit:
        assert None is parties.actor_of(unit, region.tokens["clerk"])
        assert Role.CLERK not in {actor.role for actor in parties.accounts(unit)}
    region.hub.close()


STEPS = [f"adopt:{table.name}:0" for table in adoption.TABLES]


class Killed(BaseException):
    """The process ended here."""


@pytest.mark.parametrize("at", STEPS)
def test_adopting_goes_on_where_it_was_cut(old, at):
    """Before any table's first transaction: run again, it ends as if it had never been cut."""

    def step(name: str) -> None:
        if name == at:
            raise Killed

    with pytest.raises(Killed):
        old.bring_up(step=step)
    assert not (old.folder / FILE).exists()

    adopted = old.bring_up()

    assert (set(adopted.left.values()), 4) == ({0}, len(adopted.accounts))
    region = old.open()
    assert ("check", "NOT_NEEDED") == told(scan(region, old.facts["ticket"]))
    assert {} == dict(region.hub.database.refused)
    region.hub.close()


def test_a_database_that_is_one_of_before_again_is_not_adopted(old, tmp_path):
    """Somebody who writes the database cannot turn it back and have the next `migrate` believe their rows."""
    (old.folder / FILE).write_text("{}")
    with pytest.raises(AlreadyAdopted, match="--restored"):
        old.bring_up()

    assert 4 == len(old.bring_up(restored=True).accounts)


CONTRADICTIONS: dict[str, tuple[str, Callable[[Old], list[str]]]] = {
    "a party under another's index": (
        "party",
        lambda old: ["UPDATE party SET holder = (SELECT holder FROM mandate LIMIT 1)"],
    ),
    "a holding of somebody else": (
        "holding",
        lambda old: ["UPDATE holding SET holder = (SELECT holder FROM mandate LIMIT 1)"],
    ),
    "a certificate's contents under another id": (
        "certificate",
        lambda old: ["UPDATE certificate SET sealed = (SELECT sealed FROM certificate ORDER BY id LIMIT 1)"],
    ),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_row_of_before_that_contradicts_itself_is_left(old, name):
    """What can be compared is compared before it is believed; the operator is told how many rows were left."""
    table, statements = CONTRADICTIONS[name]
    old.write(*statements(old))

    assert 0 < old.bring_up().left[table]


def test_a_ticket_of_before_that_never_ends_is_left(old):
    """No code lives longer than two minutes."""
    engine = old.engine
    with engine.begin() as connection:
        far = old.clock.now() + timedelta(days=400)
        stamp = far.isoformat() if old.settings.database_url else far.replace(tzinfo=None).isoformat(" ")
        connection.execute(text("UPDATE ticket SET expires_at = :far"), {"far": stamp})
    engine.dispose()

    assert {"ticket"} == {name for name, count in old.bring_up().left.items() if count}


def test_rows_of_before_need_the_keys(old):
    """Migrating the tables alone stops where rows must be adopted, and says what to run."""
    with pytest.raises(migrate.NoDatabase, match="certhub migrate"):
        migrate.bring_up(database_url(old.settings))


def migrate_command(old: Old, *options: str) -> Any:
    """Run `certhub migrate` as somebody types it."""
    return CliRunner().invoke(whole_app(), ["migrate", "--data", str(old.folder), *options])


def test_the_command_names_every_account_that_it_adopts(old):
    """The operator looks at them before the hub starts: from then on they are believed."""
    ended = migrate_command(old, "--json")

    staff = named.EZHOU.file.staff
    assert 0 == ended.exit_code
    told = json.loads(ended.stdout.splitlines()[-1])
    assert (4, {}) == (len(told["adopted"]["accounts"]), told["adopted"]["left"])
    assert 4 == told["adopted"]["rows"]["bearer_token"]
    for name in (staff.agency, staff.clerk, staff.operator, p.ZHANG.name):
        assert name in ended.stderr.replace("\n", "")
    assert "adopted" not in json.loads(migrate_command(old, "--json").stdout.splitlines()[-1])


def test_the_command_says_when_the_database_is_an_old_one_again(old):
    """And goes on when the operator says that they put it back."""
    (old.folder / FILE).write_text("{}")

    assert isinstance(migrate_command(old).exception, AlreadyAdopted)
    assert 0 == migrate_command(old, "--restored").exit_code


def test_what_was_stored_before_is_found_afterwards(old):
    """The search index of an earlier version's certificates is filled while the key store is open, and is complete."""
    old.bring_up()
    region = old.open()
    with region.hub.reading() as unit:
        stored = certificates.issued_by(unit, region.agency.agencies, limit=1000)
        assert stored
        assert terms.is_complete(unit.sql)
        for one in stored:
            question = CertificateQuery({Sought.IDENTIFIER: one.record.identifier})
            page = search(unit, region.agency.agencies, question, limit=5, before=None)
            assert [one.certificate_id] == [found.certificate_id for found in page.certificates]
    region.hub.close()
