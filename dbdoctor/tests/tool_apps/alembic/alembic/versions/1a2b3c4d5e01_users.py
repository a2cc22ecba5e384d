"""users."""

import sqlalchemy as sa
from alembic import op

revision = "1a2b3c4d5e01"
down_revision = None


def upgrade() -> None:
    op.create_table("users", sa.Column("id", sa.Uuid, primary_key=True), sa.Column("email", sa.Text, nullable=False))


def downgrade() -> None:
    op.drop_table("users")
