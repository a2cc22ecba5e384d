"""The app's own Python, asked about its models in a process of its own: what it imports never runs in ours."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from dbdoctor.errors import UsageError
from dbdoctor.model import Action, Reference, TableName

PATIENCE_S = 120
MARK = "dbdoctor-models:"  # before our line: modules print when they are imported
ACTIONS: dict[str, Action] = {
    "CASCADE": "CASCADE", "SET NULL": "SET NULL", "SET DEFAULT": "SET DEFAULT", "RESTRICT": "RESTRICT", "NO ACTION": "NO ACTION",
}  # fmt: skip


def ask(script: str, *words: str, cwd: Path, what: str, needs: str) -> tuple[Reference, ...]:
    """Run a script that prints references as JSON after MARK; raises UsageError with the app's own last words when it cannot."""
    if not cwd.is_dir():
        message = f"The folder {cwd} does not exist."
        raise UsageError(message, next_step="Give the app's folder with --cwd.")
    python = python_of(cwd)
    paths = [str(cwd.absolute()), os.environ.get("PYTHONPATH", "")]
    try:
        done = subprocess.run(
            [str(python), "-c", script, *words],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in paths if p)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        message = f"{what} could not be asked: {error}."
        raise UsageError(message, next_step="See whether it can be imported at all: with python -c, in the app's folder.") from None
    said = done.stdout.decode("utf-8", "replace")
    line = next((one for one in reversed(said.splitlines()) if one.startswith(MARK)), "")
    if done.returncode or not line:
        last = [one for one in done.stderr.decode("utf-8", "replace").splitlines() if one.strip()][-1:] or ["it printed nothing"]
        message = f"{what} cannot be imported: {last[0].strip()} ({python})"
        raise UsageError(
            message, next_step=f"Give the app's folder with --cwd, and see that its Python has {needs} and everything it imports."
        )
    return tuple(_reference(one) for one in json.loads(line.removeprefix(MARK)))


def python_of(cwd: Path) -> Path:
    """The Python of the app's own environment where it has one, else the active one, else ours."""
    active = os.environ.get("VIRTUAL_ENV", "")
    folders = [cwd / ".venv", cwd / "venv", *([Path(active)] if active else [])]
    found = (folder / "bin" / "python" for folder in folders)
    return next((python.absolute() for python in found if python.exists()), Path(sys.executable))


def _reference(told: dict[str, Any]) -> Reference:
    return Reference(
        child=TableName(told["child"][0] or "", told["child"][1]),
        columns=tuple(told["columns"]),
        parent=TableName(told["parent"][0] or "", told["parent"][1]),
        parent_columns=tuple(told["parent_columns"]),
        constraint=told.get("constraint") or "",
        on_delete=ACTIONS.get(str(told.get("on_delete") or "").upper(), "NO ACTION"),
        on_update=ACTIONS.get(str(told.get("on_update") or "").upper(), "NO ACTION"),
        column_type=told.get("column_type") or "",
    )
