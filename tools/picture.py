"""Draws a terminal picture for the README: the repair of the studio, as it really ran.

Run: .venv/bin/python -m tools.picture   (about a minute; writes docs/pictures/dbdoctor-repair.svg)
"""

import io
import os
import pty
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.style import Style
from rich.text import Text

from dbdoctor import find_binaries, start_server

ROOT = Path(__file__).resolve().parents[1]
COLUMNS = 110
EVIDENCE_INDENT = 6
DEEPEST_INDENT = 7  # statements, locks and evidence stand further in; the picture leaves them out


def main() -> int:
    """Heal a fresh studio with the real command in a real terminal, and draw what it wrote."""
    app = ROOT / "examples" / "studio"
    with start_server(binaries=find_binaries(), port=0) as server, tempfile.TemporaryDirectory() as state:
        psql = [str(find_binaries().folder / "psql"), "--quiet", "--no-psqlrc", "--dbname", server.url(database="postgres")]
        subprocess.run([*psql, "--command", "CREATE DATABASE studio"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(
            [*psql[:-1], server.url(database="studio"), "--file", str(app / "broken.sql")], check=True, stdout=subprocess.DEVNULL
        )
        url = server.tcp_url(database="studio")
        command = ["repair", url, "--migrate", "npx sequelize-cli db:migrate", "--accept", "node check.cjs", "--cwd", str(app), "--yes"]
        written = in_terminal([str(Path(sys.executable).parent / "dbdoctor"), *command], {"XDG_STATE_HOME": state})
    draw(written.replace(str(ROOT) + "/", "").replace(state, "~/.local/state"), ROOT / "docs" / "pictures" / "dbdoctor-repair.svg")
    return 0


def in_terminal(command: list[str], variables: dict[str, str]) -> str:
    """What a program writes when its output is a terminal, colours included."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, **variables, "COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    output = io.BytesIO()
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL, env=environment) as process:
        os.close(theirs)
        while chunk := read(ours):
            output.write(chunk)
    if process.returncode != 0:
        raise SystemExit(output.getvalue().decode(errors="replace"))
    return output.getvalue().decode(errors="replace").replace("\r\n", "\n")


def read(terminal: int) -> bytes:
    """The next bytes, nothing when the other side is closed."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def draw(written: str, path: Path) -> None:
    """The letter's parts that tell the story, as SVG; evidence and locks are left out to fit a page."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(
        Text("$ dbdoctor repair $DATABASE_URL --migrate 'npx sequelize-cli db:migrate' --accept 'node check.cjs' --cwd app", style="bold")
    )
    for line in written.split("\n"):
        text = Text.from_ansi(line.rstrip())
        indent = len(text.plain) - len(text.plain.lstrip())
        if indent <= DEEPEST_INDENT and not text.plain.lstrip().startswith(("?", "→", "remedy:")) and indent != EVIDENCE_INDENT:
            console.print(_held_apart(text))
    path.parent.mkdir(exist_ok=True)
    drawn = console.export_svg(title="dbdoctor")
    # No web fonts: the reader's own monospaced font will do.
    drawn = re.sub(r"@font-face \{.*?\}", "", drawn, flags=re.DOTALL).replace("Fira Code", "ui-monospace, Menlo, Consolas")
    path.write_text(re.sub(r"<!--.*?-->", "", drawn, flags=re.DOTALL))


def _held_apart(text: Text) -> Text:
    """Runs of spaces in segments of their own: some viewers drop spaces at a segment's edge."""
    for number, run in enumerate(re.finditer(r"\s+|\S+", text.plain)):
        text.stylize(Style(meta={"run": number}), run.start(), run.end())
    return text


if __name__ == "__main__":
    sys.exit(main())
