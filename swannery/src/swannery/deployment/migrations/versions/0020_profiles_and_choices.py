"""What members say of themselves (pronouns, links), what they let others do, and how they want to be shown things."""

from alembic import op

revision = "0020"
down_revision = "0041"
branch_labels = None
depends_on = None

WHO = "('members', 'followed', 'friends', 'nobody')"
# Constant defaults write no row; each check is found to hold without being told of any.
COLUMNS = f"""
ALTER TABLE swannery.members
    ADD COLUMN pronouns text NOT NULL DEFAULT '' CHECK (char_length(pronouns) <= 40),
    ADD COLUMN links text[] NOT NULL DEFAULT '{{}}' CHECK (cardinality(links) <= 5),
    ADD COLUMN message_from text NOT NULL DEFAULT 'members' CHECK (message_from IN {WHO}),
    ADD COLUMN mention_from text NOT NULL DEFAULT 'members' CHECK (mention_from IN {WHO}),
    ADD COLUMN tag_from text NOT NULL DEFAULT 'followed' CHECK (tag_from IN {WHO}),
    ADD COLUMN activity_to text NOT NULL DEFAULT 'friends' CHECK (activity_to IN {WHO}),
    ADD COLUMN language text NOT NULL DEFAULT '' CHECK (char_length(language) <= 20),
    ADD COLUMN time_zone text NOT NULL DEFAULT '' CHECK (char_length(time_zone) <= 60),
    ADD COLUMN theme text NOT NULL DEFAULT 'auto' CHECK (theme IN ('auto', 'light', 'dark', 'contrast')),
    ADD COLUMN accent text NOT NULL DEFAULT 'lake' CHECK (accent IN ('lake', 'moss', 'amber', 'coral', 'plum', 'violet'));
"""


def upgrade() -> None:
    """Add the columns; nobody's profile or posts are shown to more people than before."""
    op.execute(COLUMNS)
