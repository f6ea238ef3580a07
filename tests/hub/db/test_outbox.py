"""Word for a background job is left with what was changed, and taken away when it is done."""

from certhub.db import outbox


def test_word_for_the_worker_waits_until_it_is_done(database):
    """Oldest first, by topic; what came meanwhile stays."""
    with database.writing() as unit:
        for ref in ("1", "2"):
            outbox.post(unit, "status", ref)
        outbox.post(unit, "other", "3")
    database.clock.pass_(seconds=1)
    with database.writing() as unit:
        waiting = outbox.posted(unit, "status")
        outbox.post(unit, "status", "4")
        outbox.done(unit, [row_id for row_id, _ in waiting])
        outbox.done(unit, [])
        assert {"1", "2"} == {ref for _, ref in waiting}
        assert ["4"] == [ref for _, ref in outbox.posted(unit, "status")]
        assert ["3"] == [ref for _, ref in outbox.posted(unit, "other")]
