"""The pictures members have in the app, shown here until they choose one of their own."""

from alembic import op

revision = "0096"
down_revision = "0095"
branch_labels = None
depends_on = None

# `address` as it stands in the app. `own`: the member chose a picture here, or none, and the app's is not taken any more.
APP_PICTURES = """
CREATE TABLE swannery.app_pictures (
    member_id bigint PRIMARY KEY REFERENCES swannery.members (id),
    address text NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'shown', 'none', 'own')),
    asked_at timestamptz
);
CREATE INDEX app_pictures_due ON swannery.app_pictures (asked_at NULLS FIRST) WHERE state IN ('waiting', 'none');
"""


def upgrade() -> None:
    """Create the table. A worker fills it, as far as the mapping names where the app keeps pictures."""
    op.execute(APP_PICTURES)
