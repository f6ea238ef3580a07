"""A database that is newer than the code: served where it says so, refused where it does not."""

import json
from pathlib import Path
from typing import Any

import pytest
from alembic.script import Script, ScriptDirectory
from sqlmodel import SQLModel
from typer.testing import CliRunner

from certhub.cli import whole_app
from certhub.db import migrate
from certhub.db.engine import NoDatabase
from certhub.db.grants import Granting
from certhub.db.migrate import DatabaseTooNew
from certhub.jobs.runner import run
from certhub.jobs.status_lists import publish
from certhub.records.certificates.rules import Transition
from certhub.setup import health, state_history
from tests.api.conftest import api_of
from tests.api.test_operator import checks
from tests.support.newer import NEWEST, apply, breaks, newer, shape
from tests.support.region import Region
from tests.support.story import change, issued, licence, scan, ticket, told

FIRST = "0009"
"""The first code that asks the database whether it may serve it."""
GRANTING = {model.__tablename__: model for model in Granting.__subclasses__()}


def command(home: Region, *line: str) -> Any:
    """Run a command of `certhub` for a hub."""
    return CliRunner().invoke(whole_app(), [*line, "--data", str(home.hub.settings.data)])


def database_check(home: Region) -> health.Check:
    """What the health page says of the database."""
    [found] = [check for check in health.all_checks(home.hub) if check.check == "database"]
    return found


@pytest.mark.parametrize("later", [(NEWEST,), (FIRST, NEWEST, FIRST)], ids=["one", "three"])
def test_a_running_hub_serves_a_database_that_is_additive_revisions_ahead(home, tmp_path, later):
    """What was written before is read after; it issues, changes, verifies and publishes; it is ready and says so."""
    before = issued(home, licence("营-1"))
    apply(home.hub, newer(tmp_path, *later))

    found = migrate.check(home.hub.database.engine)
    assert (str(9000 + len(later)), NEWEST, True) == (found.revision, found.newest, found.is_newer)
    after = issued(home, licence("营-2"))
    assert [("valid", "OK")] * 2 == [
        told(scan(home, ticket(home, certificate_id))) for certificate_id in (before, after)
    ]
    change(home, before, Transition.REVOKE)
    home.clock.pass_(seconds=1)
    publish(home.hub)
    assert ("invalid", "REVOKED") == told(scan(home, ticket(home, before)))
    assert "ok" == checks(api_of(home).get("/readyz"))["database"]
    assert ("good", True) == (database_check(home).state, "newer than this" in database_check(home).says)


@pytest.mark.parametrize(
    ("later", "needs"),
    [(("9001",), "9001"), (("9001", FIRST), "9001"), ((FIRST, "9001"), "9001"), ((FIRST, "9002"), "9002")],
    ids=["the newest", "one before the newest", "one of tomorrow", "the newest of two"],
)
def test_a_database_that_needs_newer_code_is_refused(home, tmp_path, later, needs):
    """One revision that says so is enough; the sentence names the version to run; /readyz is 503, `doctor` red."""
    apply(home.hub, newer(tmp_path, *later))

    with pytest.raises(DatabaseTooNew, match=rf"older than {needs} .* run certhub 0\.1\.0 or newer"):
        migrate.check(home.hub.database.engine)
    answer = api_of(home).get("/readyz")
    assert (503, "DATABASE_TOO_NEW") == (answer.status_code, checks(answer)["database"])
    assert 1 == command(home, "doctor").exit_code


@pytest.mark.parametrize("line", [("serve",), ("worker",), ("migrate",)], ids=lambda line: line[0])
def test_no_command_starts_on_a_database_that_needs_newer_code(home, tmp_path, line):
    """Neither server nor worker comes up, and `migrate` changes nothing."""
    apply(home.hub, newer(tmp_path, "9001"))

    assert isinstance(command(home, *line).exception, DatabaseTooNew)
    assert "9001" == migrate.standing(home.hub.database.engine).revision


def test_migrate_of_an_older_version_leaves_a_newer_database_as_it_is(home, tmp_path):
    """It changes nothing, says so, and ends well: the database may be served."""
    apply(home.hub, newer(tmp_path, FIRST))
    before = shape(home.hub.database.engine, home.hub.settings.database_schema)

    ended = command(home, "migrate", "--json")

    assert (0, {"migrated": False, "newer": "9001", "closed": 0}) == (
        ended.exit_code,
        json.loads(ended.stdout.splitlines()[-1]),
    )
    assert "nothing was changed" in ended.stderr.replace("\n", " ")
    assert before == shape(home.hub.database.engine, home.hub.settings.database_schema)


def test_an_older_database_is_refused_with_what_to_run(home):
    """The code names its oldest: it works with no table that it does not expect."""
    migrate.downgrade(home.hub.database.engine, "0008")

    with pytest.raises(NoDatabase, match=r"at 0008, this version needs .* run `certhub migrate`"):
        migrate.check(home.hub.database.engine)
    answer = api_of(home).get("/readyz")
    assert (503, "NO_DATABASE") == (answer.status_code, checks(answer)["database"])
    assert isinstance(command(home, "serve").exception, NoDatabase)
    migrate.upgrade(home.hub.database.engine, schema=home.hub.settings.database_schema)
    state_history.fill_all(home.hub.database.engine, lambda: home.hub.database)


def test_a_revision_that_says_nothing_refuses(home, tmp_path):
    """Whoever changed a database without a word of older code did not think of it."""
    apply(home.hub, newer(tmp_path, FIRST))
    with home.hub.writing() as unit:
        unit.sql.exec_driver_sql("DELETE FROM schema_range WHERE revision = '9001'")

    with pytest.raises(DatabaseTooNew, match="run the newer version of certhub that changed it"):
        migrate.check(home.hub.database.engine)


def test_a_step_back_takes_its_word_along(home, tmp_path):
    """The next version's migration was taken back: nothing is left of what it said."""
    scripts = newer(tmp_path, "9001")
    apply(home.hub, scripts)
    migrate.downgrade(home.hub.database.engine, NEWEST, scripts=scripts)

    assert not migrate.check(home.hub.database.engine).is_newer
    with home.hub.reading() as unit:
        assert {NEWEST} <= set(unit.sql.exec_driver_sql("SELECT revision FROM schema_range").scalars())
        assert None is unit.sql.exec_driver_sql("SELECT 1 FROM schema_range WHERE revision > '9000'").first()


@pytest.mark.parametrize(("oldest_code", "works"), [(FIRST, True), ("9001", False)])
def test_a_worker_goes_on_beside_newer_code_or_lets_go(home, tmp_path, oldest_code, works):
    """It signs the lists anew on a database that it may serve, and does no round on one that needs newer code."""
    apply(home.hub, newer(tmp_path, oldest_code))
    before = home.hub.public_files.get("status/1")
    home.clock.pass_(seconds=20)

    class Stop:
        """Told to stop after the first round."""

        def wait(self, seconds: float) -> bool:
            """Say that it is time."""
            return True

    run(home.hub, Stop())  # type: ignore[arg-type]

    assert works == (before != home.hub.public_files.get("status/1"))


def scripts() -> list[Script]:
    """Every migration that says which older code may run beside it, oldest first."""
    found = reversed(list(ScriptDirectory(str(migrate.MIGRATIONS)).walk_revisions()))
    return [script for script in found if script.revision >= FIRST]


@pytest.mark.parametrize("script", scripts(), ids=lambda script: script.revision)
def test_every_migration_says_which_older_code_may_run_beside_it(script):
    """A revision of this line, from 0009 on, not newer than itself."""
    known = [one.revision for one in scripts()]

    assert script.module.oldest_code in known[: known.index(script.revision) + 1]


@pytest.mark.parametrize("script", scripts(), ids=lambda script: script.revision)
def test_a_migration_that_older_code_may_run_beside_only_adds(engine, script):
    """What older code reads and writes is all there, as it was; and no MAC covers a column that it does not know."""
    if script.module.oldest_code == script.revision:
        return
    migrate.upgrade(engine, revision=script.module.oldest_code)
    before = shape(engine)
    migrate.upgrade(engine, revision=script.revision)
    after = shape(engine)

    assert [] == breaks(before, after)
    assert [] == _covered(before, after)


def _covered(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """New columns under the MAC of a table of before: filled by newer code, they take the row away from older code."""
    tables = SQLModel.metadata.tables
    return [
        f"{name}.{column}"
        for name in before.keys() & GRANTING.keys() & tables.keys()
        for column in after[name]["columns"].keys() - before[name]["columns"].keys()
        if column in GRANTING[name].bound()
    ]


NOT_ADDITIVE = {
    "certificate is gone": 'op.rename_table("certificate", "certificates")',
    "ticket.minted_at is gone or another": 'op.drop_column("ticket", "minted_at")',
    "ticket.more must be given": 'op.add_column("ticket", sa.Column("more", sa.Integer(), nullable=False))',
    "ticket has another unique": 'op.create_index("one", "ticket", ["minted_at"], unique=True)',
}


@pytest.mark.parametrize("found", NOT_ADDITIVE)
def test_what_is_not_an_addition_is_seen(engine, tmp_path: Path, found):
    """The test above refuses what breaks older code: each of these in a migration that calls itself additive."""
    migrate.upgrade(engine)
    before = shape(engine)
    migrate.upgrade(engine, scripts=newer(tmp_path, FIRST, does=f"\n    {NOT_ADDITIVE[found]}\n"))

    assert [found] == breaks(before, shape(engine))
