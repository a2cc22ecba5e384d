"""What a post shows of the page it links to."""

from alembic import op

revision = "0086"
down_revision = "0085"
branch_labels = None
depends_on = None

# Without a default no row is written. The check is put back unproven, so that the rows are read without a lock that stops writing.
COLUMNS = """
ALTER TABLE swannery.posts ADD COLUMN preview jsonb;
ALTER TABLE swannery.pictures DROP CONSTRAINT pictures_purpose_check,
    ADD CONSTRAINT pictures_purpose_check CHECK (purpose IN ('face', 'cover', 'post', 'preview')) NOT VALID;
ALTER TABLE swannery.pictures VALIDATE CONSTRAINT pictures_purpose_check
"""


def upgrade() -> None:
    """Add the column, and let pictures be of pages."""
    op.execute(COLUMNS)
