"""What a photo looks like, kept with its prediction."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("details", sa.Column("looks_like", sa.JSON, nullable=False, server_default=sa.text("'[]'")))
