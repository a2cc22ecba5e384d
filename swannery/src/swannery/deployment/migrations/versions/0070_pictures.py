"""Pictures that members send, and those on their profiles."""

from alembic import op

revision = "0070"
down_revision = "0060"
branch_labels = None
depends_on = None

# Constant defaults write no row.
PROFILES = """
ALTER TABLE swannery.members ADD COLUMN picture text NOT NULL DEFAULT '', ADD COLUMN cover text NOT NULL DEFAULT ''
"""
PICTURES = """
CREATE SEQUENCE swannery.pictures_id_seq;
CREATE TABLE swannery.pictures (
    id bigint PRIMARY KEY DEFAULT nextval('swannery.pictures_id_seq'),
    owner_id bigint NOT NULL REFERENCES swannery.members (id),
    key text NOT NULL CHECK (key ~ '^[0-9a-f]{32}$'),
    purpose text NOT NULL CHECK (purpose IN ('face', 'cover', 'post')),
    width integer NOT NULL,
    height integer NOT NULL,
    on_profile boolean NOT NULL DEFAULT false,
    post_id bigint,
    draft_id bigint,
    created_at timestamptz NOT NULL,
    gone_at timestamptz
);
ALTER SEQUENCE swannery.pictures_id_seq OWNED BY swannery.pictures.id;
CREATE UNIQUE INDEX pictures_key ON swannery.pictures (key);
CREATE INDEX pictures_owner ON swannery.pictures (owner_id);
CREATE INDEX pictures_post ON swannery.pictures (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX pictures_draft ON swannery.pictures (draft_id) WHERE draft_id IS NOT NULL;
CREATE INDEX pictures_gone ON swannery.pictures (gone_at) WHERE gone_at IS NOT NULL;
CREATE INDEX pictures_unused ON swannery.pictures (created_at)
    WHERE post_id IS NULL AND draft_id IS NULL AND NOT on_profile AND gone_at IS NULL;
"""


def upgrade() -> None:
    """Add the columns and the table."""
    op.execute(PROFILES)
    op.execute(PICTURES)
