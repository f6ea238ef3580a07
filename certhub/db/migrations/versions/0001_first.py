"""The first schema: certificates, status, tickets, receipts, parties, audit, idempotency, peers."""

import sqlalchemy as sa
from alembic import op

from certhub.db.columns import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("office", sa.String(length=60), nullable=False),
        sa.Column("window", sa.String(length=20), nullable=False),
        sa.Column("agencies", sa.String(length=400), nullable=False),
        sa.Column("holder", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("disabled_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "bearer_token",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_table(
        "certificate",
        sa.Column("bucket", sa.SmallInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cid", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=21), nullable=False),
        sa.Column("kind_version", sa.Integer(), nullable=False),
        sa.Column("agency", sa.String(length=18), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("state_since", Instant(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("decision", sa.String(length=100), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("list_no", sa.Integer(), nullable=False),
        sa.Column("list_index", sa.Integer(), nullable=False),
        sa.Column("ref", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("previous", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("bucket", "id"),
    )
    op.create_index("certificate_of_agency", "certificate", ["agency", "id"], unique=False)
    op.create_index("certificate_of_slot", "certificate", ["list_no", "list_index"], unique=True)
    op.create_index(op.f("ix_certificate_lease_until"), "certificate", ["lease_until"], unique=False)
    op.create_table(
        "certificate_id",
        sa.Column("cid", sa.String(length=26), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("certificate", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("cid"),
    )
    op.create_table(
        "certificate_number",
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("certificate", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("number_hash"),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_event_subject"), "event", ["subject"], unique=False)
    op.create_index(op.f("ix_event_type"), "event", ["type"], unique=False)
    op.create_table(
        "event_salt",
        sa.Column("event", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("event"),
    )
    op.create_table(
        "exchange",
        sa.Column("asker", sa.String(length=6), nullable=False),
        sa.Column("jti", sa.String(length=64), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("keep_until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("asker", "jti"),
    )
    op.create_table(
        "holding",
        sa.Column("bucket", sa.SmallInteger(), nullable=False),
        sa.Column("holder", sa.LargeBinary(), nullable=False),
        sa.Column("certificate", sa.Uuid(), nullable=False),
        sa.Column("certificate_bucket", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "holder", "certificate"),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("lease_until", Instant(), nullable=False),
        sa.Column("keep_until", Instant(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("key_hash"),
    )
    op.create_table(
        "mandate",
        sa.Column("bucket", sa.SmallInteger(), nullable=False),
        sa.Column("holder", sa.LargeBinary(), nullable=False),
        sa.Column("principal", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("bucket", "holder", "principal"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(length=20), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_outbox_topic"), "outbox", ["topic"], unique=False)
    op.create_table(
        "party",
        sa.Column("bucket", sa.SmallInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "id"),
    )
    op.create_index(op.f("ix_party_holder"), "party", ["holder"], unique=False)
    op.create_table(
        "peer_stop",
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("region"),
    )
    op.create_table(
        "publisher_lease",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("holder", sa.String(length=40), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "spent",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("clerk", sa.String(length=64), nullable=False),
        sa.Column("window", sa.String(length=20), nullable=False),
        sa.Column("verification_id", sa.String(length=64), nullable=False),
        sa.Column("keep_until", Instant(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_table(
        "status_list",
        sa.Column("list_no", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("published_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("list_no"),
    )
    op.create_table(
        "status_slot",
        sa.Column("list_no", sa.Integer(), nullable=False),
        sa.Column("list_index", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("certificate", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("list_no", "list_index"),
    )
    op.create_table(
        "ticket",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("minted_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("code_hash"),
    )
    op.create_table(
        "verification",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("clerk", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("verdict", sa.String(length=14), nullable=True),
        sa.Column("code", sa.String(length=32), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("receipt", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_verification_clerk"), "verification", ["clerk"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_verification_clerk"), table_name="verification")
    op.drop_table("verification")
    op.drop_table("ticket")
    op.drop_table("status_slot")
    op.drop_table("status_list")
    op.drop_table("spent")
    op.drop_table("publisher_lease")
    op.drop_table("peer_stop")
    op.drop_index(op.f("ix_party_holder"), table_name="party")
    op.drop_table("party")
    op.drop_index(op.f("ix_outbox_topic"), table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("mandate")
    op.drop_table("idempotency_key")
    op.drop_table("holding")
    op.drop_table("exchange")
    op.drop_table("event_salt")
    op.drop_index(op.f("ix_event_type"), table_name="event")
    op.drop_index(op.f("ix_event_subject"), table_name="event")
    op.drop_table("event")
    op.drop_table("certificate_number")
    op.drop_table("certificate_id")
    op.drop_index(op.f("ix_certificate_lease_until"), table_name="certificate")
    op.drop_index("certificate_of_slot", table_name="certificate")
    op.drop_index("certificate_of_agency", table_name="certificate")
    op.drop_table("certificate")
    op.drop_table("bearer_token")
    op.drop_table("account")
