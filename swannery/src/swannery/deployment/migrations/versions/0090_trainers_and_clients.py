"""Who trains whom: said by one, and true once both say so."""

from alembic import op

revision = "0090"
down_revision = "0086"
branch_labels = None
depends_on = None

# `confirmed` is worked out by the server, so that no query has its own idea of it.
TRAINER_CLIENTS = """
CREATE TABLE swannery.trainer_clients (
    trainer_id bigint NOT NULL REFERENCES swannery.members (id),
    client_id bigint NOT NULL REFERENCES swannery.members (id),
    trainer_confirmed_at timestamptz,
    client_confirmed_at timestamptz,
    confirmed boolean NOT NULL GENERATED ALWAYS AS (trainer_confirmed_at IS NOT NULL AND client_confirmed_at IS NOT NULL) STORED,
    PRIMARY KEY (trainer_id, client_id),
    CHECK (trainer_id <> client_id),
    CHECK (trainer_confirmed_at IS NOT NULL OR client_confirmed_at IS NOT NULL)
);
CREATE INDEX trainer_clients_client ON swannery.trainer_clients (client_id, trainer_id);
CREATE INDEX trainer_clients_trainer_asked ON swannery.trainer_clients (trainer_id) WHERE trainer_confirmed_at IS NULL;
CREATE INDEX trainer_clients_client_asked ON swannery.trainer_clients (client_id) WHERE client_confirmed_at IS NULL;
"""


def upgrade() -> None:
    """Create the table. What the app recorded is no word of either, so it begins empty."""
    op.execute(TRAINER_CLIENTS)
