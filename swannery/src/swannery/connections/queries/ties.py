"""How rows of `trainer_clients` are read: one place decides what waits and what is settled."""

from swannery.connections.models import TrainingRole

OTHER: dict[TrainingRole, TrainingRole] = {"trainer": "client", "client": "trainer"}


def tie_sql(mine: TrainingRole) -> str:
    """Return SQL for how a row of `trainer_clients t` stands, seen by the one who is this in it."""
    return f"CASE WHEN t.confirmed THEN 'confirmed' WHEN t.{mine}_confirmed_at IS NULL THEN 'asked_by' ELSE 'asked' END"


def ties_sql(mine: TrainingRole) -> str:
    """Return SQL for how the member `me` stands to those of `ids` who are the other one: an object by their ids, or null."""
    other = OTHER[mine]
    return (
        f"(SELECT jsonb_object_agg(t.{other}_id, {tie_sql(mine)}) FROM swannery.trainer_clients t"
        f" WHERE t.{mine}_id = %(me)s AND t.{other}_id = ANY(%(ids)s))"
    )
