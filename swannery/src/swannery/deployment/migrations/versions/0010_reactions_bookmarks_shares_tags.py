"""Six kinds of reactions, bookmarks with folders, shares and quotes, hashtags, and the kinds of posts that are to come.

Quick on big tables: columns with constant defaults, new tables, and checks that are not looked up for rows of before. Those met narrower
checks, which these replace, so nothing is left to validate. What posts point to has no foreign key: the two may be stored apart.
"""

from alembic import op

revision = "0010"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    (
        "ALTER TABLE swannery.reactions DROP CONSTRAINT reactions_kind_check,"
        " ADD CONSTRAINT reactions_kind CHECK (kind IN ('like', 'strong', 'fire', 'cheer', 'laugh', 'hug')) NOT VALID"
    ),
    # `reaction_count` is of all kinds; `reaction_counts` of the kinds after `like`, so what was counted before is right as it is.
    (
        "ALTER TABLE swannery.posts ADD original_id bigint, ADD share_count integer NOT NULL DEFAULT 0,"
        " ADD reaction_counts integer[] NOT NULL DEFAULT '{0,0,0,0,0}', DROP CONSTRAINT posts_kind_check,"
        " ADD CONSTRAINT posts_kind CHECK (kind IN ('text', 'activity', 'share', 'album', 'workout', 'achievement', 'recipe', 'question',"
        " 'poll', 'event', 'tip')) NOT VALID"
    ),
    """
    CREATE TABLE swannery.shares (
        original_id bigint NOT NULL,
        post_id bigint NOT NULL,
        author_id bigint NOT NULL REFERENCES swannery.members (id),
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (original_id, post_id)
    )
    """,
    "CREATE INDEX shares_author ON swannery.shares (author_id)",
    """
    CREATE TABLE swannery.post_tags (
        post_id bigint NOT NULL REFERENCES swannery.posts (id),
        tag text NOT NULL CHECK (char_length(tag) BETWEEN 1 AND 50),
        published_at timestamptz NOT NULL,
        PRIMARY KEY (post_id, tag)
    )
    """,
    "CREATE INDEX post_tags_latest ON swannery.post_tags (tag, published_at DESC, post_id DESC)",
    "CREATE SEQUENCE swannery.bookmark_folders_id_seq",
    """
    CREATE TABLE swannery.bookmark_folders (
        member_id bigint NOT NULL REFERENCES swannery.members (id),
        id bigint NOT NULL DEFAULT nextval('swannery.bookmark_folders_id_seq'),
        name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 60),
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (member_id, id)
    )
    """,
    "ALTER SEQUENCE swannery.bookmark_folders_id_seq OWNED BY swannery.bookmark_folders.id",
    "CREATE UNIQUE INDEX bookmark_folders_name ON swannery.bookmark_folders (member_id, lower(name))",
    """
    CREATE TABLE swannery.bookmarks (
        member_id bigint NOT NULL REFERENCES swannery.members (id),
        post_id bigint NOT NULL,
        folder_id bigint,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (member_id, post_id),
        FOREIGN KEY (member_id, folder_id) REFERENCES swannery.bookmark_folders (member_id, id) ON DELETE SET NULL (folder_id)
    )
    """,
    "CREATE INDEX bookmarks_latest ON swannery.bookmarks (member_id, created_at DESC, post_id DESC)",
    "CREATE INDEX bookmarks_folder ON swannery.bookmarks (member_id, folder_id) WHERE folder_id IS NOT NULL",
    "CREATE INDEX bookmarks_post ON swannery.bookmarks (post_id)",
)


def upgrade() -> None:
    """Add the columns and tables."""
    for statement in STATEMENTS:
        op.execute(statement)
