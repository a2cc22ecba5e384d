"""Authors whom very many follow: what they write is read where it stands instead of being put into every follower's list."""

from alembic import op

revision = "0095"
down_revision = "0090"
branch_labels = None
depends_on = None

PULLED = """
CREATE TABLE swannery.pulled_authors (
    author_id bigint PRIMARY KEY REFERENCES swannery.members (id),
    since timestamptz NOT NULL,
    leaving_at timestamptz
);
"""


def upgrade() -> None:
    """Create the table. It fills by itself, with the next post of whoever has so many followers."""
    op.execute(PULLED)
