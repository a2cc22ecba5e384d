"""Members, sign-in, connections, communities, activities, posts, feed lists, and the queue of jobs.

Laid out to grow (platform §11): bigint keys from sequences, children carry their parent's key in their primary key, lists per member are
keyed by member, no triggers and no functions of ours. Whatever is unique is unique within what a table would be distributed by.
"""

from alembic import context, op
from procrastinate.schema import SchemaManager

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MEMBERS = """
CREATE SEQUENCE swannery.members_id_seq;
CREATE TABLE swannery.members (
    id bigint PRIMARY KEY DEFAULT nextval('swannery.members_id_seq'),
    user_id {key_type} UNIQUE,
    handle text NOT NULL CHECK (handle ~ '^[a-z0-9_]{{2,30}}$'),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    bio text NOT NULL DEFAULT '' CHECK (char_length(bio) <= 500),
    role text NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'trainer', 'moderator', 'admin')),
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'inactive', 'erased')),
    joined_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz
);
ALTER SEQUENCE swannery.members_id_seq OWNED BY swannery.members.id;
CREATE UNIQUE INDEX members_handle ON swannery.members (handle);
CREATE INDEX members_name ON swannery.members (lower(name) text_pattern_ops);

CREATE TABLE swannery.secrets (
    name text PRIMARY KEY,
    value bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE SEQUENCE swannery.sign_ins_id_seq;
CREATE TABLE swannery.sign_ins (
    id bigint PRIMARY KEY DEFAULT nextval('swannery.sign_ins_id_seq'),
    token_hash bytea NOT NULL UNIQUE,
    member_id bigint NOT NULL REFERENCES swannery.members (id),
    password_mark bytea NOT NULL,
    device text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
ALTER SEQUENCE swannery.sign_ins_id_seq OWNED BY swannery.sign_ins.id;
CREATE INDEX sign_ins_member ON swannery.sign_ins (member_id);
CREATE INDEX sign_ins_expiry ON swannery.sign_ins (expires_at);

CREATE TABLE swannery.throttles (
    key bytea PRIMARY KEY,
    count integer NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX throttles_expiry ON swannery.throttles (expires_at);

CREATE TABLE swannery.idempotency_keys (
    member_id bigint NOT NULL REFERENCES swannery.members (id),
    key uuid NOT NULL,
    subject text NOT NULL,
    subject_id bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (member_id, key)
);
CREATE INDEX idempotency_keys_age ON swannery.idempotency_keys (created_at);
"""

CONNECTIONS = """
CREATE TABLE swannery.follows (
    follower_id bigint NOT NULL REFERENCES swannery.members (id),
    followee_id bigint NOT NULL REFERENCES swannery.members (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (follower_id, followee_id),
    CHECK (follower_id <> followee_id)
);
CREATE INDEX follows_followee ON swannery.follows (followee_id, follower_id);

CREATE TABLE swannery.friend_requests (
    sender_id bigint NOT NULL REFERENCES swannery.members (id),
    addressee_id bigint NOT NULL REFERENCES swannery.members (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (sender_id, addressee_id),
    CHECK (sender_id <> addressee_id)
);
CREATE INDEX friend_requests_addressee ON swannery.friend_requests (addressee_id, created_at);

CREATE TABLE swannery.friendships (
    member_id bigint NOT NULL REFERENCES swannery.members (id),
    friend_id bigint NOT NULL REFERENCES swannery.members (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (member_id, friend_id),
    CHECK (member_id <> friend_id)
);
CREATE INDEX friendships_friend ON swannery.friendships (friend_id);

CREATE TABLE swannery.blocks (
    blocker_id bigint NOT NULL REFERENCES swannery.members (id),
    blocked_id bigint NOT NULL REFERENCES swannery.members (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (blocker_id, blocked_id),
    CHECK (blocker_id <> blocked_id)
);
CREATE INDEX blocks_blocked ON swannery.blocks (blocked_id);
"""

COMMUNITIES = """
CREATE SEQUENCE swannery.communities_id_seq;
CREATE TABLE swannery.communities (
    id bigint PRIMARY KEY DEFAULT nextval('swannery.communities_id_seq'),
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9-]{2,60}$'),
    name text NOT NULL CHECK (char_length(name) BETWEEN 2 AND 80),
    purpose text NOT NULL DEFAULT '' CHECK (char_length(purpose) <= 500),
    access text NOT NULL DEFAULT 'open' CHECK (access IN ('open', 'request', 'invitation')),
    listed boolean NOT NULL DEFAULT true,
    member_count integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    archived_at timestamptz
);
ALTER SEQUENCE swannery.communities_id_seq OWNED BY swannery.communities.id;

CREATE TABLE swannery.community_members (
    community_id bigint NOT NULL REFERENCES swannery.communities (id),
    member_id bigint NOT NULL REFERENCES swannery.members (id),
    role text NOT NULL DEFAULT 'member' CHECK (role IN ('owner', 'moderator', 'member')),
    joined_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (community_id, member_id)
);
CREATE INDEX community_members_member ON swannery.community_members (member_id);
"""

ACTIVITIES = """
CREATE SEQUENCE swannery.activities_id_seq;
CREATE TABLE swannery.activities (
    member_id bigint NOT NULL REFERENCES swannery.members (id),
    id bigint NOT NULL DEFAULT nextval('swannery.activities_id_seq'),
    source text NOT NULL,
    source_key text NOT NULL,
    partner_id bigint REFERENCES swannery.members (id),
    happened_at timestamptz NOT NULL,
    noticed_at timestamptz NOT NULL DEFAULT now(),
    shared_post_id bigint,
    PRIMARY KEY (member_id, id),
    UNIQUE (member_id, source, source_key)
);
ALTER SEQUENCE swannery.activities_id_seq OWNED BY swannery.activities.id;
CREATE INDEX activities_latest ON swannery.activities (member_id, happened_at DESC);
"""

POSTS = """
CREATE SEQUENCE swannery.posts_id_seq;
CREATE TABLE swannery.posts (
    id bigint PRIMARY KEY DEFAULT nextval('swannery.posts_id_seq'),
    author_id bigint NOT NULL REFERENCES swannery.members (id),
    community_id bigint REFERENCES swannery.communities (id),
    kind text NOT NULL DEFAULT 'text' CHECK (kind IN ('text', 'activity')),
    audience text NOT NULL CHECK (audience IN ('public', 'members', 'followers', 'friends', 'circle', 'community', 'mentioned', 'me')),
    state text NOT NULL DEFAULT 'shown' CHECK (state IN ('shown', 'held', 'removed')),
    body text NOT NULL CHECK (char_length(body) <= 5000),
    body_html text NOT NULL,
    card jsonb,
    reaction_count integer NOT NULL DEFAULT 0,
    comment_count integer NOT NULL DEFAULT 0,
    published_at timestamptz NOT NULL DEFAULT now(),
    edited_at timestamptz,
    deleted_at timestamptz,
    CHECK ((audience = 'community') = (community_id IS NOT NULL))
);
ALTER SEQUENCE swannery.posts_id_seq OWNED BY swannery.posts.id;
CREATE INDEX posts_latest ON swannery.posts (published_at DESC, id DESC);
CREATE INDEX posts_author ON swannery.posts (author_id, published_at DESC, id DESC);
CREATE INDEX posts_community ON swannery.posts (community_id, published_at DESC, id DESC) WHERE community_id IS NOT NULL;

CREATE SEQUENCE swannery.comments_id_seq;
CREATE TABLE swannery.comments (
    post_id bigint NOT NULL REFERENCES swannery.posts (id),
    id bigint NOT NULL DEFAULT nextval('swannery.comments_id_seq'),
    author_id bigint NOT NULL REFERENCES swannery.members (id),
    state text NOT NULL DEFAULT 'shown' CHECK (state IN ('shown', 'held', 'removed')),
    body text NOT NULL CHECK (char_length(body) <= 2000),
    body_html text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    PRIMARY KEY (post_id, id)
);
ALTER SEQUENCE swannery.comments_id_seq OWNED BY swannery.comments.id;
CREATE INDEX comments_author ON swannery.comments (author_id);

CREATE TABLE swannery.reactions (
    post_id bigint NOT NULL REFERENCES swannery.posts (id),
    member_id bigint NOT NULL REFERENCES swannery.members (id),
    kind text NOT NULL DEFAULT 'like' CHECK (kind IN ('like')),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (post_id, member_id)
);
CREATE INDEX reactions_member ON swannery.reactions (member_id);
"""

FEEDS = """
CREATE TABLE swannery.feed_entries (
    member_id bigint NOT NULL REFERENCES swannery.members (id),
    post_id bigint NOT NULL,
    author_id bigint NOT NULL,
    published_at timestamptz NOT NULL,
    PRIMARY KEY (member_id, post_id)
);
CREATE INDEX feed_entries_latest ON swannery.feed_entries (member_id, published_at DESC, post_id DESC);
"""


def upgrade() -> None:
    """Create everything; the schema itself is made by the deployment, which keeps Alembic's ledger in it."""
    host = context.config.attributes["host"]
    op.execute(MEMBERS.format(key_type=host.key_type))
    if host.link == "foreign_key":
        op.execute(
            "ALTER TABLE swannery.members ADD CONSTRAINT members_user"
            f" FOREIGN KEY (user_id) REFERENCES {host.users_table} ({host.users_key}) ON DELETE SET NULL"
        )
    for part in (CONNECTIONS, COMMUNITIES, ACTIVITIES, POSTS, FEEDS):
        op.execute(part)
    create_queue()


def create_queue() -> None:
    """Make procrastinate's own tables; its names are unqualified, so the search path says where they go."""
    # Raw, not op.execute: the functions' bodies hold colons and percent signs that are no parameters.
    driver = op.get_bind().connection.driver_connection
    assert driver is not None  # noqa: S101 - a migration runs on an open connection
    driver.execute("SET LOCAL search_path = swannery, pg_catalog")
    driver.execute(SchemaManager.get_schema())
    driver.execute("SET LOCAL search_path = DEFAULT")
