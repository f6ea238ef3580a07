"""An import killed at any moment and run again: no row lost, none doubled, nothing told that is not there."""

import csv
import json
import random
from pathlib import Path

import pytest

from certhub.demo import people as p
from certhub.people.parties.people import Role
from certhub.records.certificates import store as certificates
from certhub.records.certificates.record import Certificate
from certhub.records.certificates.rules import State
from tests.drills.child import account
from tests.drills.orders import KILLED, Scene
from tests.support import named

ROWS = 520  # a batch of five hundred, and one more
HEAD = (
    "证照类型代码",
    "证照编号",
    "持证主体",
    "持证主体代码",
    "持证主体代码类型代码",
    "证照颁发机构",
    "证照颁发机构代码",
    "证照颁发日期",
    "证照有效期起始日期",
    "证照有效期截止日期",
    "经营者名称",
    "经营场所",
    "主体业态",
    "经营项目",
)


def write_file(file: Path, numbers: list[str]) -> None:
    """Write a department's export: one food licence for each number."""
    agency = named.EZHOU.file.agencies[0]
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(HEAD)
        for number in numbers:
            holder = (p.NOODLES.name, p.NOODLES.id_number, p.NOODLES.id_type)
            dates = ("2024-01-05", "2024-01-05", "2029-01-04")
            claims = (p.NOODLES.name, "湖北省鄂州市鄂城区演示路8号", "餐饮服务经营者", "热食类食品制售")
            rows.writerow((p.FOOD, number, *holder, agency.name, agency.uscc, *dates, *claims))


def stored(scene: Scene, prefix: str) -> dict[str, list[Certificate]]:
    """Return every certificate whose number starts so, by number."""
    found: dict[str, list[Certificate]] = {}
    with scene.hub() as hub:
        by = account(hub, Role.AGENCY)
        with hub.reading() as unit:
            newest = certificates.issued_by(unit, by.agencies, limit=2 * ROWS)
    for one in newest:
        if one.record.number.startswith(prefix):
            found.setdefault(one.record.number, []).append(one)
    return found


@pytest.mark.drill
@pytest.mark.parametrize("times", [4, pytest.param(20, marks=pytest.mark.long)])
@pytest.mark.parametrize("processes", [1, 2])
def test_an_import_survives_deaths(scene: Scene, times: int, processes: int) -> None:
    """Five hundred and twenty rows, killed at a random moment, finished by running the file again, time after time."""
    chance = random.Random(36904)
    killed = sum(killed_and_finished(scene, time, chance, processes) for time in range(times))
    assert times / 2 <= killed  # a moment of the clock may come after the end; a statement never does


def killed_and_finished(scene: Scene, time: int, chance: random.Random, processes: int) -> bool:
    """Kill one import, by turns at a random statement and at a random moment; run it again; say whether it died."""
    prefix = f"JY-杀-{time}-"
    numbers = [f"{prefix}{n}" for n in range(ROWS)]
    file = scene.folder / f"drill-{time}.csv"
    write_file(file, numbers)
    by_statement = {"kill": {"statement": chance.randrange(3, ROWS)}}
    by_moment = {"after_seconds": chance.uniform(0.05, 0.6)}

    ended = scene.order(
        "import", file=str(file), processes=processes, **(by_statement if time % 2 else by_moment)
    )
    assert ended in ([KILLED], [0])
    told = [int(line.split()[1]) for line in scene.told() if line.startswith("settled")]
    before = stored(scene, prefix)
    assert max(told, default=0) <= sum(one.state is State.ACTIVE for [one] in before.values())
    on_record = {one.record.signing_input for [one] in before.values()}
    assert set(scene.signed()) <= on_record

    scene.clock.pass_(seconds=11)
    assert [0] == scene.order("import", file=str(file), processes=processes)
    tally = json.loads(scene.told()[-1])
    after = stored(scene, prefix)
    assert (ROWS, []) == (tally["issued"] + tally["existing"], tally["refused"])
    assert sorted(numbers) == sorted(after)
    assert {State.ACTIVE} == {one.state for [one] in after.values()}
    assert on_record <= {one.record.signing_input for [one] in after.values()}
    for left in (scene.acks, scene.journal):
        left.unlink(missing_ok=True)
    return ended == [KILLED]
