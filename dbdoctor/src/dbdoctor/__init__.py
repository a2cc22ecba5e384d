"""dbdoctor: finds why a foreign key cannot be created or migrations are stuck, proves it, repairs it, loses nothing.

import dbdoctor

plan = dbdoctor.rehearse(url=url, command=dbdoctor.CommandSettings(migrate="npx sequelize-cli db:migrate", cwd=folder))
run = dbdoctor.apply(url=url, plan=plan)
"""

from dbdoctor.doctor import Diagnosis, Inspection, Wanted, diagnose, inspect
from dbdoctor.embedded import Binaries, DataFolderUnreachable, Server, find_binaries, start_server
from dbdoctor.errors import DoctorError
from dbdoctor.findings import Attempt, Evidence, Finding, MarkStep, MigrateStep, Plan, Remedy, SqlStep
from dbdoctor.rehearsal.rehearse import rehearse
from dbdoctor.rehearsal.search import Limits
from dbdoctor.rehearsal.trial import CommandSettings
from dbdoctor.reports.words import finding_sentence as describe
from dbdoctor.treatment import Run, Verification, apply, clean, runs, undo, verify

__all__ = [
    "Attempt",
    "Binaries",
    "CommandSettings",
    "DataFolderUnreachable",
    "Diagnosis",
    "DoctorError",
    "Evidence",
    "Finding",
    "Inspection",
    "Limits",
    "MarkStep",
    "MigrateStep",
    "Plan",
    "Remedy",
    "Run",
    "Server",
    "SqlStep",
    "Verification",
    "Wanted",
    "apply",
    "clean",
    "describe",
    "diagnose",
    "find_binaries",
    "inspect",
    "rehearse",
    "runs",
    "start_server",
    "undo",
    "verify",
]
