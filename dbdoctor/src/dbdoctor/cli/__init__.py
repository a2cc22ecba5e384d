"""Arguments in, exit code out: 0 healthy or done, 1 findings that block, 2 could not do it, 64 usage."""

from dbdoctor.cli import examining, explaining, rehearsing, treating
from dbdoctor.cli.command_line import BLOCKED, FAILED, HEALTHY, USAGE, app, main, run

__all__ = ["BLOCKED", "FAILED", "HEALTHY", "USAGE", "app", "examining", "explaining", "main", "rehearsing", "run", "treating"]
