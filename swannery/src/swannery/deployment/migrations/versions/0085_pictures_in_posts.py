"""Pictures that posts show: which, in which order, and what is said of each for those who cannot see it."""

from alembic import op

revision = "0085"
down_revision = "0066"
branch_labels = None
depends_on = None

# Without a default no row is written. The bytes' own rows say whose they are; here is what a list needs to show them.
COLUMNS = """
ALTER TABLE swannery.posts ADD COLUMN pictures jsonb;
ALTER TABLE swannery.post_versions ADD COLUMN pictures jsonb;
ALTER TABLE swannery.drafts ADD COLUMN pictures jsonb
"""


def upgrade() -> None:
    """Add the columns."""
    op.execute(COLUMNS)
