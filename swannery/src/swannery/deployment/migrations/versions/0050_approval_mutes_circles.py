"""Followers by approval, mutes with an end, and circles: named lists of people that a post can be for."""

from alembic import op

revision = "0050"
down_revision = "0010"
branch_labels = None
depends_on = None

# A default that is a constant is quick on a big table; the constraint finds no row that could break it.
APPROVAL = """
ALTER TABLE swannery.members ADD COLUMN private boolean NOT NULL DEFAULT false;

CREATE TABLE swannery.follow_requests (
    asker_id bigint NOT NULL REFERENCES swannery.members (id),
    addressee_id bigint NOT NULL REFERENCES swannery.members (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (asker_id, addressee_id),
    CHECK (asker_id <> addressee_id)
);
CREATE INDEX follow_requests_addressee ON swannery.follow_requests (addressee_id, created_at);
"""

MUTES = """
CREATE TABLE swannery.mutes (
    member_id bigint NOT NULL REFERENCES swannery.members (id),
    muted_id bigint NOT NULL REFERENCES swannery.members (id),
    until timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (member_id, muted_id),
    CHECK (member_id <> muted_id)
);
CREATE INDEX mutes_muted ON swannery.mutes (muted_id);
"""

CIRCLES = """
CREATE SEQUENCE swannery.circles_id_seq;
CREATE TABLE swannery.circles (
    id bigint PRIMARY KEY DEFAULT nextval('swannery.circles_id_seq'),
    owner_id bigint NOT NULL REFERENCES swannery.members (id),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 60),
    created_at timestamptz NOT NULL DEFAULT now()
);
ALTER SEQUENCE swannery.circles_id_seq OWNED BY swannery.circles.id;
CREATE UNIQUE INDEX circles_owner ON swannery.circles (owner_id, lower(name));

CREATE TABLE swannery.circle_members (
    circle_id bigint NOT NULL REFERENCES swannery.circles (id) ON DELETE CASCADE,
    member_id bigint NOT NULL REFERENCES swannery.members (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (circle_id, member_id)
);
CREATE INDEX circle_members_member ON swannery.circle_members (member_id);
"""

CIRCLE_OF_A_POST = """
ALTER TABLE swannery.posts ADD COLUMN circle_id bigint;
ALTER TABLE swannery.posts ADD CONSTRAINT posts_circle CHECK ((audience = 'circle') = (circle_id IS NOT NULL)) NOT VALID;
ALTER TABLE swannery.posts VALIDATE CONSTRAINT posts_circle;
"""


def upgrade() -> None:
    """Create the tables; what was public stays so."""
    for part in (APPROVAL, MUTES, CIRCLES, CIRCLE_OF_A_POST):
        op.execute(part)
