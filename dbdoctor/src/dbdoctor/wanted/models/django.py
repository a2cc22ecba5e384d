"""Keys that Django models want, by the app's settings. Django itself acts on a delete, so the database is to do nothing."""

from pathlib import Path

from dbdoctor.errors import UsageError
from dbdoctor.model import Reference
from dbdoctor.wanted.models.app_python import MARK, ask

# Runs in the app's Python: nothing of ours can be imported there. Django 3.2 and later.
SCRIPT = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = sys.argv[1]
import django
django.setup()
from django.apps import apps
from django.db import connection

def place(name):
    parts = name.replace('"', "").split(".", 1) if '"."' in name else [name.replace('"', "")]
    return [parts[0], parts[1]] if len(parts) == 2 else [None, parts[0]]

def kind_of(field):
    try:
        return field.db_type(connection) or ""
    except Exception:
        return ""

told = []
for model in apps.get_models(include_auto_created=True):
    if model._meta.proxy or not model._meta.managed:
        continue
    for field in model._meta.local_concrete_fields:
        if not field.remote_field or not getattr(field, "db_constraint", False):
            continue
        told.append({
            "child": place(model._meta.db_table), "columns": [field.column],
            "parent": place(field.remote_field.model._meta.db_table), "parent_columns": [field.target_field.column],
            "column_type": kind_of(field),
        })
told.sort(key=lambda one: json.dumps(one, sort_keys=True))
print("\\n@MARK@" + json.dumps(told))
""".replace("@MARK@", MARK)


def references(settings: str, cwd: Path) -> tuple[Reference, ...]:
    """The keys of every managed model, those of its many-to-many tables included."""
    if not all(part.isidentifier() for part in settings.split(".")):
        message = f"{settings!r} is no name of a settings module."
        raise UsageError(message, next_step="Write it as in DJANGO_SETTINGS_MODULE: --models django:shop.settings")
    return ask(SCRIPT, settings, cwd=cwd, what=f"Django with {settings}", needs="Django")
