"""Whoever was sent to an identity provider is remembered for some minutes: what comes back must belong to what was asked."""

from alembic import op

revision = "0041"
down_revision = "0030"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE swannery.provider_attempts (
        mark bytea PRIMARY KEY,
        nonce text NOT NULL,
        verifier text NOT NULL,
        next_path text NOT NULL,
        expires_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX provider_attempts_expiry ON swannery.provider_attempts (expires_at)",
)


def upgrade() -> None:
    """Add the table."""
    for statement in STATEMENTS:
        op.execute(statement)
