"""Django: RunSQL beside the state, which it does not change; what is pending runs after it."""

from collections.abc import Sequence

from dbdoctor.errors import UsageError
from dbdoctor.reports.migrations.cure import Cure, CurePart, MigrationFile, Migrations
from dbdoctor.reports.migrations.literals import python
from dbdoctor.reports.migrations.place import Place, number_of

_DIGITS = 4


def written(cure: Cure, place: Place) -> Migrations:
    """One migration after the other in one app. Raises UsageError where it is not known in which."""
    if not place.app:
        message = "In which Django app the migration belongs cannot be told from its folder."
        raise UsageError(message, next_step="Give the app's own folder: --out APP/migrations, or its label: --app-label APP")
    names = [name.partition(".")[2] for name in (*place.applied, *place.pending) if name.partition(".")[0] == place.app]
    newest = max((number for name in names if (number := number_of(name)) is not None), default=0)
    own = [name.partition(".")[2] for name in place.applied if name.partition(".")[0] == place.app]
    before, files = own[-1:], []
    for number, part in enumerate(cure.parts, newest + 1):
        name = f"{number:0{_DIGITS}d}_{part.name}"
        last = part is cure.parts[-1]
        files.append(
            MigrationFile(path=f"{name}.py", text=_text(part, app=place.app, before=before, pending=place.pending if last else []))
        )
        before = [name]
    return cure.made(files)


def _text(part: CurePart, *, app: str, before: Sequence[str], pending: Sequence[str]) -> str:
    head = "".join(f"# dbdoctor: {purpose}\n" for purpose in part.purposes)
    needs = ", ".join(f"({python(app)}, {python(name)})" for name in before)
    then = ", ".join(f"({python(name.partition('.')[0])}, {python(name.partition('.')[2])})" for name in pending)
    alone = "" if part.transactional else "    atomic = False\n"
    back = "" if part.down is None else f"            reverse_sql={_listed(part.down)},\n"
    return (
        f"{head}from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n{alone}"
        f"    dependencies = [{needs}]\n{f'    run_before = [{then}]' + chr(10) if then else ''}"
        f"    operations = [\n        migrations.RunSQL(\n            sql={_listed(part.up)},\n{back}        ),\n    ]\n"
    )


def _listed(statements: Sequence[str]) -> str:
    """A list, of which Django runs each text as it is."""
    indent = " " * 16
    return "[\n" + "".join(f"{indent}{python(s, indent=indent)},\n" for s in statements) + " " * 12 + "]"
