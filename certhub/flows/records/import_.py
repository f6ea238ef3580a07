"""Import a department's export: good rows issued once, bad rows told by line, column and cause.

    1 imports        bytes → rows → drafts or faults; all causes of a row are told, nothing is guessed
    2 issue          up to 500 good rows at a time walk the stairs of flows/records/issue.py
    3 events         one event with the counts

The kinds in force when the import began judge every row of it. Running the same file again issues nothing twice: a
row's identity is (agency, kind, number), and rows of a run that was killed are taken over when their ten-second lease
has ended.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any, BinaryIO

from certhub.flows.records.crewed import FEWEST_ROWS, CrewedImport
from certhub.flows.records.issue import BATCH, Outcome, Result, entitled, issue_many
from certhub.history.events.bodies import Imported
from certhub.history.events.catalogue import IMPORT_FINISHED, Event
from certhub.history.events.store import append
from certhub.hub import Hub
from certhub.hub.trip import Trip
from certhub.people.parties.people import Actor
from certhub.records.catalog.accept import accept
from certhub.records.catalog.draft import Draft, content_digest_parts, identity_parts
from certhub.records.certificates import store as certificates
from certhub.records.imports.columns import Cells
from certhub.records.imports.faults import row_fault
from certhub.records.imports.reading import Row, read_rows
from certhub.records.imports.rules import NUMBER_COLUMN, judge_row, judge_rows
from certhub.spelling.file_dates import read_date
from certhub.spelling.row_faults import RowFault, RowFaults


@dataclass
class Tally:
    """How an import ended; `row` of a refusal is the line that a spreadsheet shows, the header being 1.

    `would_issue` is None after an import; after a check it counts what an import would issue, and nothing
    was issued.
    """

    rows: int = 0
    issued: int = 0
    existing: int = 0
    refused: list[RowFault] = field(default_factory=list)
    would_issue: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the summary of DESIGN §4."""
        refused = [asdict(fault) for fault in sorted(self.refused, key=lambda f: f.row)]
        told = {"rows": self.rows, "issued": self.issued, "existing": self.existing, "refused": refused}
        return told if self.would_issue is None else {**told, "would_issue": self.would_issue}


def import_file(
    data: BinaryIO,
    name: str,
    *,
    by: Actor,
    hub: Hub,
    check_only: bool = False,
    processes: int = 1,
    progress: Callable[[int], None] = lambda rows: None,
    wait: Callable[[float], None] = lambda seconds: None,
) -> Tally:
    """Import one file.

    `progress` is told the number of rows settled so far; `wait` is called between tries while another run
    still holds some of the rows (its lease is at most ten seconds).

    With more than one of `processes`, so many helpers carry the rows and this process writes (crewed.py). None is
    forked for a short file, for a check, or where randomness is not the machine's: copies of one seed would draw alike.
    """
    trip = hub.at(by)
    tally = Tally(would_issue=0 if check_only else None)
    hub.step("import:1")
    rows = read_rows(data, name, of=trip.kinds())
    if processes > 1 and rows.total >= FEWEST_ROWS and hub.is_random and not check_only:
        crewed = CrewedImport(
            iter(rows),
            helpers=processes,
            accept=_accepting(trip),
            hub=hub,
            by=by,
            progress=progress,
        )
        _carry(crewed, tally, by=by, trip=trip, wait=wait)
    else:
        for batch in _batches(_accepted(rows, tally, trip=trip)):
            hub.step("import:2")
            if check_only:
                _foresee(batch, tally, trip=trip)
            else:
                _issue(batch, tally, by=by, trip=trip, wait=wait)
            progress(tally.rows)
    hub.step("import:3")
    if not check_only:
        with hub.writing() as unit:
            counts = Imported(
                rows=tally.rows, issued=tally.issued, existing=tally.existing, refused=len(tally.refused)
            )
            append(unit, Event(IMPORT_FINISHED, by.key, _digest(data), counts))
    progress(tally.rows)
    return tally


def _accepting(trip: Trip) -> Callable[[Cells], Draft]:
    """Return what judges a row's cells by the kinds and rights of a trip."""

    def right(agency: str, kind: str) -> bool:
        return entitled(trip, agency, kind)

    return lambda cells: accept(cells, kind_of=trip.kind, entitled=right, read_date=read_date)


def _carry(
    crewed: CrewedImport, tally: Tally, *, by: Actor, trip: Trip, wait: Callable[[float], None]
) -> None:
    """Let helpers carry a file, and issue what they set aside by the ordinary stairs."""
    judge = _accepting(trip)
    while not crewed.is_done:
        crewed.run()
        aside = [(row.number, judge_row(row, accept=judge)) for row in crewed.aside]
        crewed.aside.clear()
        drafts = [(number, draft) for number, draft in aside if isinstance(draft, Draft)]
        for at in range(0, len(drafts), BATCH):
            _issue(drafts[at : at + BATCH], tally, by=by, trip=trip, wait=wait)
    found = crewed.settled
    tally.rows += found.rows
    tally.issued += found.issued
    tally.existing += found.existing
    tally.refused += found.refused


def _accepted(rows: Iterable[Row | RowFaults], tally: Tally, *, trip: Trip) -> Iterator[tuple[int, Draft]]:
    judged = judge_rows(rows, accept=_accepting(trip), identity=identity_parts)
    for row, found in judged:
        tally.rows += 1
        if isinstance(found, RowFaults):
            tally.refused.extend(found.faults)
        else:
            yield row, found


def _batches(rows: Iterable[tuple[int, Draft]]) -> Iterator[list[tuple[int, Draft]]]:
    batch: list[tuple[int, Draft]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _issue(
    batch: list[tuple[int, Draft]], tally: Tally, *, by: Actor, trip: Trip, wait: Callable[[float], None]
) -> None:
    waiting = batch
    for _ in range(TRIES):
        results = issue_many([draft for _, draft in waiting], by=by, hub=trip.hub)
        still = []
        for (row, draft), result in zip(waiting, results, strict=True):
            if result.outcome is Outcome.BUSY:
                still.append((row, draft))
            else:
                _count(row, result, tally)
        if not still:
            return
        waiting = still
        wait(PAUSE_SECONDS)
    for row, _ in waiting:
        tally.refused.append(row_fault(row, NUMBER_COLUMN, "IN_FLIGHT"))


TRIES, PAUSE_SECONDS = 13, 1.0  # a lease lasts ten seconds


def _count(row: int, result: Result, tally: Tally) -> None:
    if result.outcome is Outcome.ISSUED:
        tally.issued += 1
    elif result.outcome is Outcome.EXISTING:
        tally.existing += 1
    else:
        tally.refused.append(row_fault(row, NUMBER_COLUMN, "CONFLICT_WITH_STORED"))


def _foresee(batch: list[tuple[int, Draft]], tally: Tally, *, trip: Trip) -> None:
    """What issuing would do, with nothing written."""
    would_issue = 0
    with trip.reading() as unit:
        hashes = [unit.vault.digest("number", identity_parts(draft)) for _, draft in batch]
        standing = certificates.standing_numbers(unit, hashes)
        for (row, draft), number_hash in zip(batch, hashes, strict=True):
            theirs = standing.get(number_hash)
            if theirs is None:
                would_issue += 1
            elif theirs.content_hash == unit.vault.digest("content", content_digest_parts(draft)):
                tally.existing += 1
            else:
                tally.refused.append(row_fault(row, NUMBER_COLUMN, "CONFLICT_WITH_STORED"))
    tally.would_issue = (tally.would_issue or 0) + would_issue


def _digest(data: BinaryIO) -> str:
    data.seek(0)
    whole = sha256()
    while part := data.read(1 << 20):
        whole.update(part)
    return whole.hexdigest()
