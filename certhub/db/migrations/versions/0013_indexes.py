"""Indexes for what the jobs read again and again, and for what the sweeper forgets by.

No statement of the hub may read a growing table whole; tests/flows/test_plans.py asks both databases how they would
read. Milliseconds at a million certificates on SQLite without the index:

    ix_slot_of_nobody          decoys, twice a second: which lists have none, and which decoy turns    154
    ix_slot_set                what a list says, when it is published or signed anew                   153
    ix_event_type_id           the newest events of a type, where the index on the type alone sorted  1,650
    ix_number_of_certificate   the number of a certificate that is voided: its rows come in the order of their ids
    ix_ticket_expires_at, ix_spent_keep_until, ix_exchange_keep_until, ix_taken_notice_keep_until,
    ix_idempotency_key_keep_until, ix_counter_request_expires_at, ix_opened_request_expires_at, ix_case_quota_day
                               what is forgotten, each ten seconds: without them every row was looked at
    ix_spent_answer, ix_exchange_answer
                               answers that are forgotten a day before their use is: that day's uses are not looked at
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
oldest_code = "0012"
"""It adds indexes alone, and older code reads and writes the same rows."""

PARTIAL = (
    ("ix_slot_of_nobody", "status_slot", ["list_no", "value", "list_index"], "certificate IS NULL"),
    ("ix_slot_set", "status_slot", ["list_no", "list_index", "value"], "value != 0"),
    ("ix_spent_answer", "spent", ["keep_until"], "answer IS NOT NULL"),
    ("ix_exchange_answer", "exchange", ["keep_until"], "answer IS NOT NULL"),
)
WHOLE = (
    ("ix_event_type_id", "event", ["type", "id"]),
    ("ix_number_of_certificate", "certificate_number", ["certificate", "bucket"]),
    ("ix_ticket_expires_at", "ticket", ["expires_at"]),
    ("ix_spent_keep_until", "spent", ["keep_until"]),
    ("ix_exchange_keep_until", "exchange", ["keep_until"]),
    ("ix_taken_notice_keep_until", "taken_notice", ["keep_until"]),
    ("ix_idempotency_key_keep_until", "idempotency_key", ["keep_until"]),
    ("ix_counter_request_expires_at", "counter_request", ["expires_at"]),
    ("ix_opened_request_expires_at", "opened_request", ["expires_at"]),
    ("ix_case_quota_day", "case_quota", ["day"]),
)


def upgrade() -> None:
    for name, table, columns, where in PARTIAL:
        rows = sa.text(where)
        op.create_index(name, table, columns, sqlite_where=rows, postgresql_where=rows)
    for name, table, columns in WHOLE:
        op.create_index(name, table, columns)
    op.drop_index("ix_event_type", table_name="event")


def downgrade() -> None:
    op.create_index("ix_event_type", "event", ["type"])
    for name, table, _ in reversed(WHOLE):
        op.drop_index(name, table_name=table)
    for name, table, *_ in reversed(PARTIAL):
        op.drop_index(name, table_name=table)
