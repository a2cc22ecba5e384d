"""What is particular to a kind of post is kept with its versions; votes and who comes are answers, counted beside the post.

Quick on big tables: columns with constant defaults and a new table.
"""

from alembic import op

revision = "0060"
down_revision = "0075"
branch_labels = None
depends_on = None

STATEMENTS = (
    # First how many people answered, then how often each choice was made.
    "ALTER TABLE swannery.posts ADD answer_counts integer[] NOT NULL DEFAULT '{}'",
    "ALTER TABLE swannery.post_versions ADD card jsonb",
    """
    CREATE TABLE swannery.answers (
        post_id bigint NOT NULL REFERENCES swannery.posts (id),
        member_id bigint NOT NULL REFERENCES swannery.members (id),
        choices smallint[] NOT NULL CHECK (cardinality(choices) BETWEEN 1 AND 6),
        answered_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (post_id, member_id)
    )
    """,
    "CREATE INDEX answers_member ON swannery.answers (member_id)",
)


def upgrade() -> None:
    """Add the columns and the table."""
    for statement in STATEMENTS:
        op.execute(statement)
