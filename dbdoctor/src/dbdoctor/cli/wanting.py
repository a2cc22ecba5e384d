"""What is wanted, from the options that say it."""

from pathlib import Path

from dbdoctor import doctor
from dbdoctor.databases.postgresql.catalog import read_catalog
from dbdoctor.databases.postgresql.connection import connect
from dbdoctor.histories import Migration
from dbdoctor.histories.names import read_names
from dbdoctor.model import Reference
from dbdoctor.wanted.models import read_models
from dbdoctor.wanted.models.sql_file import read_text

NAMES_FORM = "Give a file with one migration a line: its name, and after a tab what is known of it."


def wanted_of(*, sql: str, error: str, want: list[str] | None, models: str, migration_names: str, cwd: Path) -> doctor.Wanted:
    """Everything that was asked for; raises UsageError for what cannot be read."""
    return doctor.Wanted(
        sql=doctor.read_sql(sql) if sql else "",
        error=error,
        wishes=tuple(want or ()),
        references=read_models(models, cwd=cwd) if models else (),
        migrations=migrations_of(migration_names),
    )


def migrations_of(source: str) -> tuple[Migration, ...]:
    """The app's migrations as a file names them; none without a file. Raises UsageError when it cannot be read."""
    return read_names(read_text(Path(source), next_step=NAMES_FORM)) if source else ()


def missing_keys(url: str, *, models: str, cwd: Path) -> tuple[Reference, ...]:
    """The keys that models want and the database lacks, of tables that are there: the others come with their own migration."""
    wanted = read_models(models, cwd=cwd)
    with connect(url) as connection:
        catalog = read_catalog(connection)
    return tuple(
        reference
        for reference in wanted
        if (table := catalog.find(reference.child.name, reference.child.schema or None))
        and not any(key.columns == reference.columns and key.parent.name == reference.parent.name for key in table.foreign_keys)
    )
