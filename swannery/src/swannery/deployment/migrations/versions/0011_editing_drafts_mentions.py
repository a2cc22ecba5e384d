"""Earlier versions of posts, drafts and scheduled posts, mentions, content warnings, pinned posts, and what was deleted lately.

Quick on big tables: columns with constant defaults, new tables, and one index for which the posts are read through once.
"""

from alembic import op

revision = "0011"
down_revision = "0050"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    ALTER TABLE swannery.posts ADD warning text NOT NULL DEFAULT '', ADD mentioned bigint[] NOT NULL DEFAULT '{}', ADD pinned_at timestamptz
    """,
    "CREATE INDEX posts_deleted ON swannery.posts (deleted_at) WHERE deleted_at IS NOT NULL",
    """
    CREATE TABLE swannery.post_versions (
        post_id bigint NOT NULL REFERENCES swannery.posts (id),
        number integer NOT NULL,
        body text NOT NULL,
        body_html text NOT NULL,
        warning text NOT NULL DEFAULT '',
        written_at timestamptz NOT NULL,
        PRIMARY KEY (post_id, number)
    )
    """,
    "CREATE SEQUENCE swannery.drafts_id_seq",
    """
    CREATE TABLE swannery.drafts (
        member_id bigint NOT NULL REFERENCES swannery.members (id),
        id bigint NOT NULL DEFAULT nextval('swannery.drafts_id_seq'),
        kind text NOT NULL DEFAULT 'text',
        body text NOT NULL CHECK (char_length(body) <= 5000),
        audience text NOT NULL,
        community_id bigint,
        circle_id bigint,
        warning text NOT NULL DEFAULT '',
        fields jsonb,
        publish_at timestamptz,
        problem text NOT NULL DEFAULT '',
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (member_id, id)
    )
    """,
    "ALTER SEQUENCE swannery.drafts_id_seq OWNED BY swannery.drafts.id",
    "CREATE INDEX drafts_due ON swannery.drafts (publish_at) WHERE publish_at IS NOT NULL",
)


def upgrade() -> None:
    """Add the columns and tables."""
    for statement in STATEMENTS:
        op.execute(statement)
