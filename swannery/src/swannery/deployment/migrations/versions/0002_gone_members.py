"""Members remember their user's key, so that one whose user is deleted and put back is the same member again.

The foreign key empties `user_id` when the app deletes a user; `user_key` keeps the key, as text, and `gone_at` says since when the user is
missing. Both are there for all members, whatever the type of the app's key.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE swannery.members ADD user_key text, ADD gone_at timestamptz",
    r"UPDATE swannery.members SET user_key = user_id\:\:text WHERE user_id IS NOT NULL",
    "CREATE UNIQUE INDEX members_user_key ON swannery.members (user_key) WHERE user_key IS NOT NULL",
    "CREATE INDEX members_gone ON swannery.members (gone_at) WHERE gone_at IS NOT NULL",
)


def upgrade() -> None:
    """Add both columns and fill the key."""
    for statement in STATEMENTS:
        op.execute(statement)
