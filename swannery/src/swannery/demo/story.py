"""The story in five scenes: the failing deploy, the doctor's visit, the healed database, and how to look around."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from dbdoctor import DoctorError, Server
from swannery.demo import queries
from swannery.demo.errors import DemoCannot
from swannery.demo.studio import (
    ACCEPT,
    DATABASE,
    MIGRATE,
    app_folder,
    environment,
    load_broken,
    project_root,
    run_in_app,
    studio_server,
)

COUNTED = ("users", "storefront_items", "shopping_carts", "cart_items", "orientations", "contacts")
TAIL_LINES = 4

Say = Callable[[str], None]


def tell(*, once: bool, fresh: bool, say: Say, data: Path | None = None) -> int:
    """Tell the story; returns the exit code. Without `once` the healed database stays up until Ctrl-C."""
    try:
        return _tell(once=once, fresh=fresh, say=say, data=data)
    except DoctorError as error:
        raise DemoCannot(error.message, next_step=error.next_step) from None


def _tell(*, once: bool, fresh: bool, say: Say, data: Path | None) -> int:
    root = project_root()
    app = app_folder(root)
    started = time.monotonic()
    with studio_server(root, fresh=fresh, data=data) as server:
        url = server.tcp_url(database=DATABASE)
        broken = load_broken(server, app)
        say("")
        say("A personal-training studio: Node, Sequelize, PostgreSQL. For weeks its deploy has been blocked.")
        say(f"Its database: {url}")
        if broken:
            _show_broken(app, url, say=say)
            before = _counts(server)
            _heal(url, app)
            _show_healed(server, app, before=before, say=say)
        else:
            _show_already_healed(server, app, say=say)
        say("")
        say(f"The whole story took {time.monotonic() - started:.0f} s.")
        if not once:
            _stay(url, say=say)
    return 0


def _scene(title: str, *, say: Say) -> None:
    say("")
    say(f"── {title} " + "─" * max(0, 76 - len(title)))


def _show_broken(app: Path, url: str, *, say: Say) -> None:
    _scene("1. The deploy, once more", say=say)
    code, output = run_in_app(MIGRATE, app=app, url=url)
    say(f"$ {MIGRATE}    (exit {code})")
    for line in [line for line in output.splitlines() if line.strip()][-TAIL_LINES:]:
        say(f"  {line}")
    if code == 0:
        raise DemoCannot("The studio's database is not broken.", next_step="Start over with: make demo ARGS=--fresh")
    code, output = run_in_app(ACCEPT, app=app, url=url)
    say(f"$ {ACCEPT}    (exit {code})")
    say(f"  {output.strip().splitlines()[-1] if output.strip() else ''}")


def _heal(url: str, app: Path) -> None:
    """The doctor's own command, as anybody would call it; its letter goes straight to the terminal."""
    command = ["repair", url, "--migrate", MIGRATE, "--accept", ACCEPT, "--cwd", str(app), "--yes"]
    sys.stdout.write(f"\n── 2. The doctor {'─' * 62}\n$ dbdoctor {' '.join(_quoted(word) for word in command)}\n\n")
    sys.stdout.flush()
    program = Path(sys.executable).parent / "dbdoctor"
    done = subprocess.run([str(program), *command], env=environment(url), check=False)
    if done.returncode != 0:
        message = f"dbdoctor ended with {done.returncode}; its letter above says why."
        raise DemoCannot(message, next_step="Start over with: make demo ARGS=--fresh")


def _quoted(word: str) -> str:
    return f"'{word}'" if " " in word else word


def _counts(server: Server) -> dict[str, int]:
    return {table: queries.count_rows(server, DATABASE, table) for table in COUNTED}


def _show_healed(server: Server, app: Path, *, before: dict[str, int], say: Say) -> None:
    _scene("3. The deploy again", say=say)
    _expect_well(app, server.tcp_url(database=DATABASE), say=say)
    after = _counts(server)
    say("  rows before → after: " + ", ".join(f"{table} {before[table]} → {after[table]}" for table in COUNTED))
    lost = [table for table in COUNTED if after[table] < before[table]]
    if lost:
        raise DemoCannot(f"Rows are missing from {', '.join(lost)}.", next_step="This is a defect of dbdoctor; please report it.")


def _show_already_healed(server: Server, app: Path, *, say: Say) -> None:
    _scene("It was healed in an earlier run (ARGS=--fresh starts over)", say=say)
    _expect_well(app, server.tcp_url(database=DATABASE), say=say)


def _expect_well(app: Path, url: str, *, say: Say) -> None:
    for command in (MIGRATE, ACCEPT):
        code, output = run_in_app(command, app=app, url=url)
        say(f"$ {command}    (exit {code})")
        say(f"  {output.strip().splitlines()[-1] if output.strip() else ''}")
        if code != 0:
            raise DemoCannot("The studio is not well yet.", next_step="Start over with: make demo ARGS=--fresh")


def _stay(url: str, *, say: Say) -> None:
    """Keep the server up until Ctrl-C."""
    try:
        say("")
        say("The letter above ends with the command that takes the repair back; try it in another terminal.")
        say(f"The database stays up at {url} until you press Ctrl-C.")
        signal.pause()
    except KeyboardInterrupt:
        say("")
        say("Stopped. Nothing is left running; the data is kept for the next time.")
