"""Indexes of conversations. Comments are read while they are built; whoever writes one waits."""

from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

# Sites that were deployed on 23 November have them already: they stood in the migration before.
INDEXES = (
    "CREATE INDEX IF NOT EXISTS comments_thread ON swannery.comments (post_id, parent_id, score DESC, id)",
    "CREATE INDEX IF NOT EXISTS comments_beneath ON swannery.comments (post_id, (ancestors[1])) WHERE parent_id IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS comments_deleted ON swannery.comments (deleted_at) WHERE deleted_at IS NOT NULL AND body <> ''",
)


def upgrade() -> None:
    """Build them, one after the other."""
    for index in INDEXES:
        op.execute(index)
