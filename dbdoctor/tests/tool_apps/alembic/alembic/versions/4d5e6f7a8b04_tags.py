"""tags."""

import sqlalchemy as sa
from alembic import op

revision = "4d5e6f7a8b04"
down_revision = "3c4d5e6f7a03"


def upgrade() -> None:
    op.create_table(
        "tags",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("note_id", sa.Integer, sa.ForeignKey("notes.id")),
        sa.Column("word", sa.Text),
    )
    op.create_index("tags_by_word", "tags", ["word"])


def downgrade() -> None:
    op.drop_table("tags")
