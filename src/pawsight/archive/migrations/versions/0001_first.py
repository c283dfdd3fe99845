"""Uploads, their details, corrections, and files that are leaving."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _entries()
    _what_belongs_to_them()
    op.create_table(
        "leaving",
        sa.Column("stored", sa.String(64), nullable=False),
        sa.Column("format", sa.String(8), nullable=False),
        sa.PrimaryKeyConstraint("stored", name="pk_leaving"),
    )


def _entries() -> None:
    op.create_table(
        "entries",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("stored", sa.String(64)),
        sa.Column("uploaded", sa.String(64), nullable=False),
        sa.Column("format", sa.String(8), nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("verdict", sa.String, nullable=False),
        sa.Column("scores", sa.JSON, nullable=False),
        sa.Column("confidence", sa.Double, nullable=False),
        sa.Column("milliseconds", sa.Double, nullable=False),
        sa.Column("visitor", sa.String(64), nullable=False),
        sa.Column("correction", sa.String),
        sa.Column("corrected", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_entries"),
    )
    for column in ("created", "stored", "uploaded", "model", "verdict", "confidence", "visitor", "correction"):
        op.create_index(f"ix_entries_{column}", "entries", [column])


def _what_belongs_to_them() -> None:
    op.create_table(
        "details",
        sa.Column("entry", sa.String(32), nullable=False),
        sa.Column("shape", sa.JSON, nullable=False),
        sa.Column("features", sa.LargeBinary, nullable=False),
        sa.Column("maps", sa.LargeBinary, nullable=False),
        sa.Column("thumbnail", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_details"),
        sa.ForeignKeyConstraint(["entry"], ["entries.id"], name="fk_details_entry", ondelete="CASCADE"),
    )
    op.create_table(
        "corrections",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("entry", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("label", sa.String),
        sa.PrimaryKeyConstraint("number", name="pk_corrections"),
        sa.ForeignKeyConstraint(["entry"], ["entries.id"], name="fk_corrections_entry", ondelete="CASCADE"),
    )
    op.create_index("ix_corrections_entry", "corrections", ["entry"])
