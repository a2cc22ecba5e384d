"""Treatment: apply a plan with a journal and a backup, verify by attack, undo, clean."""

from dbdoctor.treatment.applying import apply, runs, unfinished
from dbdoctor.treatment.cleaning import clean
from dbdoctor.treatment.preparing import forewarnings
from dbdoctor.treatment.records import Check, Cleaned, Note, Progress, Run, StepRun, Verification, ignore
from dbdoctor.treatment.undoing import undo
from dbdoctor.treatment.verifying import verify

__all__ = [
    "Check",
    "Cleaned",
    "Note",
    "Progress",
    "Run",
    "StepRun",
    "Verification",
    "apply",
    "clean",
    "forewarnings",
    "ignore",
    "runs",
    "undo",
    "unfinished",
    "verify",
]
