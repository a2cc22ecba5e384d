"""notes."""

import sqlalchemy as sa
from alembic import op

revision = "2b3c4d5e6f02"
down_revision = "1a2b3c4d5e01"


def upgrade() -> None:
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("author_id", sa.Uuid),
    )


def downgrade() -> None:
    op.drop_table("notes")
