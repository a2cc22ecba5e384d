"""Replies to comments, reactions to them, earlier versions of them, who deleted one, and the accepted answer of a question.

Quick on big tables: columns with constant defaults, under which every comment of before stands at the top, and two new tables. The indexes
are a migration of their own: while they are built comments are read, and no lock of this one is held.
"""

from alembic import op

revision = "0065"
down_revision = "0070"
branch_labels = None
depends_on = None

STATEMENTS = (
    # First what everybody reads: where it has to wait for others, nothing else waits with it.
    "ALTER TABLE swannery.posts ADD accepted_comment_id bigint",
    # `ancestors` are the ids above a comment, the topmost first; `score` is what the order "best" goes by.
    """
    ALTER TABLE swannery.comments ADD parent_id bigint, ADD ancestors bigint[] NOT NULL DEFAULT '{}', ADD score integer NOT NULL DEFAULT 0,
        ADD reaction_count integer NOT NULL DEFAULT 0, ADD reaction_counts integer[] NOT NULL DEFAULT '{0,0,0,0,0}',
        ADD mentioned bigint[] NOT NULL DEFAULT '{}', ADD edited_at timestamptz, ADD deleted_by bigint
    """,
    """
    CREATE TABLE swannery.comment_reactions (
        post_id bigint NOT NULL,
        comment_id bigint NOT NULL,
        member_id bigint NOT NULL REFERENCES swannery.members (id),
        kind text NOT NULL CHECK (kind IN ('like', 'strong', 'fire', 'cheer', 'laugh', 'hug')),
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (post_id, comment_id, member_id),
        FOREIGN KEY (post_id, comment_id) REFERENCES swannery.comments (post_id, id)
    )
    """,
    "CREATE INDEX comment_reactions_member ON swannery.comment_reactions (member_id)",
    """
    CREATE TABLE swannery.comment_versions (
        post_id bigint NOT NULL,
        comment_id bigint NOT NULL,
        number integer NOT NULL,
        body text NOT NULL,
        body_html text NOT NULL,
        written_at timestamptz NOT NULL,
        PRIMARY KEY (post_id, comment_id, number),
        FOREIGN KEY (post_id, comment_id) REFERENCES swannery.comments (post_id, id)
    )
    """,
)


def upgrade() -> None:
    """Add the columns and tables."""
    for statement in STATEMENTS:
        op.execute(statement)
