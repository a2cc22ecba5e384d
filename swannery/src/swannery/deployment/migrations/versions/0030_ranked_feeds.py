"""Two orders of the home feed: what a member chose, the ranked pages they are turning, what they have seen and what is not for them.

All of it belongs to one member and is keyed by them; of the posts only ids are kept.
"""

from alembic import op

revision = "0030"
down_revision = "0040"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE swannery.feed_settings (
        member_id bigint PRIMARY KEY REFERENCES swannery.members (id),
        feed_order text NOT NULL CHECK (feed_order IN ('latest', 'for_you'))
    )
    """,
    "CREATE SEQUENCE swannery.feed_snapshots_id_seq",
    """
    CREATE TABLE swannery.feed_snapshots (
        member_id bigint NOT NULL REFERENCES swannery.members (id),
        id bigint NOT NULL DEFAULT nextval('swannery.feed_snapshots_id_seq'),
        made_at timestamptz NOT NULL,
        items jsonb NOT NULL,
        ends_at timestamptz NOT NULL,
        ends_id bigint NOT NULL,
        PRIMARY KEY (member_id, id)
    )
    """,
    "ALTER SEQUENCE swannery.feed_snapshots_id_seq OWNED BY swannery.feed_snapshots.id",
    "CREATE INDEX feed_snapshots_age ON swannery.feed_snapshots (made_at)",
    """
    CREATE TABLE swannery.feed_seen (
        member_id bigint NOT NULL REFERENCES swannery.members (id),
        post_id bigint NOT NULL,
        seen_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (member_id, post_id)
    )
    """,
    "CREATE INDEX feed_seen_age ON swannery.feed_seen (seen_at)",
    """
    CREATE TABLE swannery.feed_dismissals (
        member_id bigint NOT NULL REFERENCES swannery.members (id),
        post_id bigint NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (member_id, post_id)
    )
    """,
    "CREATE INDEX feed_dismissals_post ON swannery.feed_dismissals (post_id, member_id)",
)


def upgrade() -> None:
    """Add the tables."""
    for statement in STATEMENTS:
        op.execute(statement)
