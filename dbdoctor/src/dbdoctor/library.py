"""The functions of `import dbdoctor`: those of the rooms below, with the driver's errors turned into the doctor's own."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from dbdoctor import doctor, treatment
from dbdoctor.databases.postgresql.connection import SqlError, hide_passwords
from dbdoctor.doctor import Diagnosis
from dbdoctor.errors import DoctorError, UsageError
from dbdoctor.findings import Plan
from dbdoctor.rehearsal.rehearse import rehearse as rehearse_command
from dbdoctor.rehearsal.statement import rehearse_statement as rehearse_one_statement
from dbdoctor.reports import rendering
from dbdoctor.reports.rendering import Format

P = ParamSpec("P")
T = TypeVar("T")
ANSWERED = "Nothing was changed. The words are the server's own."


class NotAllowed(DoctorError):
    """The server does not let this user do what was needed."""

    kind = "permission"


class ConnectionLost(DoctorError):
    """The server went away while it was asked."""

    kind = "connection"


class ServerRefused(DoctorError):
    """The server answered with an error of its own."""

    kind = "failed"


def plainly(function: Callable[P, T]) -> Callable[P, T]:
    """The same function; a caller meets only DoctorError, never the driver's errors."""

    @wraps(function)
    def told(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except SqlError as error:
            raise refusal_of(error) from error

    return told


def refusal_of(error: SqlError) -> DoctorError:
    """The doctor's error for one of the driver's."""
    state = str(getattr(error, "sqlstate", "") or "")
    words = f"The server says: {hide_passwords(str(error)).strip()}"
    if state in {"42501", "28000", "28P01"}:
        return NotAllowed(words, next_step="Give the address of a user who may read this database's catalog and tables.")
    if not state or state[:2] in {"08", "57"}:
        return ConnectionLost(words, next_step="See whether the server is still there, and try again.")
    return ServerRefused(words, next_step=ANSWERED)


inspect = plainly(doctor.inspect)
diagnose = plainly(doctor.diagnose)
tables_of = plainly(doctor.tables_of)
rehearse = plainly(rehearse_command)
rehearse_statement = plainly(rehearse_one_statement)
apply = plainly(treatment.apply)
verify = plainly(treatment.verify)
undo = plainly(treatment.undo)
clean = plainly(treatment.clean)
runs = plainly(treatment.runs)


def render(found: Diagnosis | Plan, form: Format = "json", *, shown: str = "", url: str = "") -> str:
    """A diagnosis or a plan as one document: json, html, and of a diagnosis also sarif or junit.

    `shown` is the name of the database on an HTML page; with `url` its tables are read once more, for the map. Raises UsageError for a form
    that it cannot have.
    """
    formats = rendering.DIAGNOSIS_FORMATS if isinstance(found, Diagnosis) else rendering.PLAN_FORMATS
    if form not in formats:
        raise UsageError(f"There is no {form} of this.", next_step=f"Choose one of {', '.join(formats)}.")
    tables = tables_of(url=url, findings=found.findings) if url and form == "html" else ()
    if isinstance(found, Diagnosis):
        return rendering.diagnosis(found, form, shown=shown, tables=tables)
    return rendering.plan(found, form, shown=shown, tables=tables)
