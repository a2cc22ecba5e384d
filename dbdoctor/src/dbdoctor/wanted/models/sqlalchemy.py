"""Keys that SQLAlchemy models want: a MetaData, a declarative base, or whatever has `.metadata`."""

from pathlib import Path

from dbdoctor.model import Reference
from dbdoctor.wanted.models.app_python import MARK, ask

# Runs in the app's Python: nothing of ours can be imported there. SQLAlchemy 1.4 to 2.1.
SCRIPT = """
import importlib, json, sys
found = importlib.import_module(sys.argv[1])
for name in sys.argv[2].split("."):
    found = getattr(found, name)
metadata = getattr(found, "metadata", found)
if not hasattr(metadata, "tables"):
    sys.exit("%s:%s is no MetaData and has none, it is a %s" % (sys.argv[1], sys.argv[2], type(found).__name__))
from sqlalchemy.dialects import postgresql
told = []
for table in metadata.tables.values():
    for key in table.foreign_key_constraints:
        ends = [element.target_fullname.rsplit(".", 2) for element in key.elements]
        column = next(iter(key.columns))
        try:
            kind = column.type.compile(dialect=postgresql.dialect())
        except Exception:
            kind = ""
        told.append({
            "child": [table.schema, table.name], "columns": [c.name for c in key.columns],
            "parent": [ends[0][0] if len(ends[0]) == 3 else None, ends[0][-2]], "parent_columns": [end[-1] for end in ends],
            "constraint": str(key.name) if isinstance(key.name, str) else "", "on_delete": key.ondelete, "on_update": key.onupdate,
            "column_type": "" if kind == "NULL" else kind,
        })
told.sort(key=lambda one: json.dumps(one, sort_keys=True))
print("\\n@MARK@" + json.dumps(told))
""".replace("@MARK@", MARK)


def references(module: str, attribute: str, cwd: Path) -> tuple[Reference, ...]:
    """The keys of every table of the metadata, in the order of their tables' names."""
    return ask(SCRIPT, module, attribute, cwd=cwd, what=f"{module}:{attribute}", needs="SQLAlchemy")
