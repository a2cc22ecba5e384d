"""The statement that takes back what a statement makes."""

from collections.abc import Sequence

from dbdoctor.databases.postgresql import ddl
from dbdoctor.wanted.effects import Effect


def undo_of(effects: Sequence[Effect]) -> str:
    """The statements that take back what these effects make; '' when one of them cannot be taken back so."""
    back: list[str] = []
    for effect in reversed(effects):
        if effect.kind == "create_table":
            back.append(ddl.drop_table(effect.table))
        elif effect.kind == "add_column":
            back.append(ddl.drop_column(effect.table, effect.columns[0]))
        elif effect.kind == "create_type":
            back.append(ddl.drop_type(effect.table))
        elif effect.kind in {"add_foreign_key", "add_key", "add_check"} and effect.name:
            back.append(ddl.drop_constraint(effect.table, effect.name))
        elif effect.kind == "create_index" and effect.name and effect.table.schema:
            back.append(ddl.drop_index(effect.table, effect.name))
        else:
            return ""
    return "; ".join(back)
