"""Tokens that signed somebody in are remembered until they would have ended: each opens the door once."""

from alembic import op

revision = "0040"
down_revision = "0011"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE swannery.used_tokens (
        mark bytea PRIMARY KEY,
        expires_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX used_tokens_expiry ON swannery.used_tokens (expires_at)",
)


def upgrade() -> None:
    """Add the table."""
    for statement in STATEMENTS:
        op.execute(statement)
