"""Who does not want to be suggested to others, and whom somebody does not want suggested."""

from alembic import op

revision = "0075"
down_revision = "0020"
branch_labels = None
depends_on = None

# A constant default writes no row.
COLUMN = "ALTER TABLE swannery.members ADD COLUMN suggested boolean NOT NULL DEFAULT true"
PARTS = (
    """
    CREATE TABLE swannery.suggestion_dismissals (
        member_id bigint NOT NULL REFERENCES swannery.members (id),
        person_id bigint NOT NULL REFERENCES swannery.members (id),
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (member_id, person_id)
    )
    """,
    "CREATE INDEX suggestion_dismissals_person ON swannery.suggestion_dismissals (person_id)",
    # Also the other side of the foreign key: erasing a member looks for the activities that name them.
    "CREATE INDEX activities_partner ON swannery.activities (partner_id, member_id) WHERE partner_id IS NOT NULL",
)


def upgrade() -> None:
    """Create the table; everybody may be suggested until they say otherwise, as everybody is in the list of people."""
    op.execute(COLUMN)
    for part in PARTS:
        op.execute(part)
