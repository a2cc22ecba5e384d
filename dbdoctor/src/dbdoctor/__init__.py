"""dbdoctor: finds why a foreign key cannot be created or migrations are stuck, proves it, repairs it, loses nothing.

import dbdoctor

plan = dbdoctor.rehearse(url=url, command=dbdoctor.CommandSettings(migrate="npx sequelize-cli db:migrate", cwd=folder))
run = dbdoctor.apply(url=url, plan=plan)

Every function raises DoctorError (its `kind` says what sort) and nothing of the driver. Each name is imported when it is first used:
importing dbdoctor alone takes no time, which matters to pytest, whose plugins are all imported at every start.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dbdoctor.doctor import Diagnosis, Inspection, LedgerState, Wanted
    from dbdoctor.embedded import Binaries, DataFolderUnreachable, Server, find_binaries, start_server
    from dbdoctor.errors import DoctorError, UsageError
    from dbdoctor.findings import (
        Attempt,
        Evidence,
        Finding,
        Ledger,
        MarkStep,
        MigrateStep,
        Object,
        Plan,
        Remedy,
        Side,
        SqlStep,
        Subject,
    )
    from dbdoctor.library import (
        apply,
        clean,
        diagnose,
        inspect,
        rehearse,
        rehearse_statement,
        render,
        runs,
        undo,
        verify,
    )
    from dbdoctor.model import Reference, TableName
    from dbdoctor.rehearsal.search import Limits
    from dbdoctor.rehearsal.statement import StatementPlan
    from dbdoctor.rehearsal.trial import CommandSettings
    from dbdoctor.reports.words import finding_sentence as describe
    from dbdoctor.treatment import Run, Verification
    from dbdoctor.wanted.meanings import Explanation, explain
    from dbdoctor.wanted.models import read_models
    from dbdoctor.wanted.wishes import read_wish

_HOMES = {
    "dbdoctor.doctor": ("Diagnosis", "Inspection", "LedgerState", "Wanted"),
    "dbdoctor.embedded": ("Binaries", "DataFolderUnreachable", "Server", "find_binaries", "start_server"),
    "dbdoctor.errors": ("DoctorError", "UsageError"),
    "dbdoctor.findings": (
        "Attempt", "Evidence", "Finding", "Ledger", "MarkStep", "MigrateStep", "Object", "Plan", "Remedy", "Side", "SqlStep", "Subject",
    ),
    "dbdoctor.library": (
        "apply", "clean", "diagnose", "inspect", "rehearse", "rehearse_statement", "render", "runs", "undo", "verify",
    ),
    "dbdoctor.model": ("Reference", "TableName"),
    "dbdoctor.rehearsal.search": ("Limits",),
    "dbdoctor.rehearsal.statement": ("StatementPlan",),
    "dbdoctor.rehearsal.trial": ("CommandSettings",),
    "dbdoctor.treatment": ("Run", "Verification"),
    "dbdoctor.wanted.meanings": ("Explanation", "explain"),
    "dbdoctor.wanted.models": ("read_models",),
    "dbdoctor.wanted.wishes": ("read_wish",),
}  # fmt: skip
_PLACES = {name: (home, name) for home, names in _HOMES.items() for name in names}
_PLACES["describe"] = ("dbdoctor.reports.words", "finding_sentence")


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever stands under that name
    place = _PLACES.get(name)
    if place is None:
        message = f"module 'dbdoctor' has no attribute {name!r}"
        raise AttributeError(message)
    found = getattr(import_module(place[0]), place[1])
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)


__all__ = [
    "Attempt",
    "Binaries",
    "CommandSettings",
    "DataFolderUnreachable",
    "Diagnosis",
    "DoctorError",
    "Evidence",
    "Explanation",
    "Finding",
    "Inspection",
    "Ledger",
    "LedgerState",
    "Limits",
    "MarkStep",
    "MigrateStep",
    "Object",
    "Plan",
    "Reference",
    "Remedy",
    "Run",
    "Server",
    "Side",
    "SqlStep",
    "StatementPlan",
    "Subject",
    "TableName",
    "UsageError",
    "Verification",
    "Wanted",
    "apply",
    "clean",
    "describe",
    "diagnose",
    "explain",
    "find_binaries",
    "inspect",
    "read_models",
    "read_wish",
    "rehearse",
    "rehearse_statement",
    "render",
    "runs",
    "start_server",
    "undo",
    "verify",
]
