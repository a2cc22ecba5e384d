"""notes author."""

from alembic import op

revision = "3c4d5e6f7a03"
down_revision = "2b3c4d5e6f02"


def upgrade() -> None:
    op.create_foreign_key("notes_author_fk", "notes", "users", ["author_id"], ["id"])


def downgrade() -> None:
    op.drop_constraint("notes_author_fk", "notes")
