"""The story in six scenes: the failing deploy, the doctor's visit, the healed database, the platform, its people, and the website."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dbdoctor import DoctorError, Server
from swannery.config import ConfigInvalid
from swannery.demo import platform_scenes, queries
from swannery.demo.errors import DemoCannot
from swannery.demo.platform_scenes import OpenDatabase
from swannery.demo.studio import (
    ACCEPT,
    DATABASE,
    MIGRATE,
    app_folder,
    environment,
    load_broken,
    project_root,
    run_in_app,
    studio_folder,
    studio_server,
)
from swannery.demo.telling import Say, Timing, scene
from swannery.demo.website import Website
from swannery.foundation.errors import SwanneryError

COUNTED = ("users", "storefront_items", "shopping_carts", "cart_items", "orientations", "contacts")
TAIL_LINES = 4
STOPPED_BY = (signal.SIGTERM, signal.SIGHUP)


def tell(*, once: bool, fresh: bool, say: Say, open_database: OpenDatabase, data: Path | None = None) -> int:
    """Tell the story; returns the exit code. Without `once` the website stays up until Ctrl-C, with it every page is looked at first."""
    try:
        with _stopped_in_order():
            return _tell(once=once, fresh=fresh, say=say, open_database=open_database, data=data)
    except KeyboardInterrupt:
        say("")
        say("Stopped before the end. Nothing is left running; start over with: make demo ARGS=--fresh")
        return 1
    except (DoctorError, SwanneryError, ConfigInvalid) as error:
        raise DemoCannot(error.message, next_step=error.next_step) from None


@contextmanager
def _stopped_in_order() -> Iterator[None]:
    """Whoever ends us, by whatever means we can notice, does what Ctrl-C does."""
    noticed = [number for number in STOPPED_BY if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, signal.default_int_handler) for number in noticed}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(*, once: bool, fresh: bool, say: Say, open_database: OpenDatabase, data: Path | None) -> int:
    root = project_root()
    app = app_folder(root)
    timing = Timing()
    folder = studio_folder(root, fresh=fresh, data=data)
    with studio_server(root, fresh=fresh, data=data) as server:
        say("")
        say("A personal-training studio: Node, Sequelize, PostgreSQL. For weeks its deploy has been blocked.")
        say(f"Its database: {server.tcp_url(database=DATABASE)}")
        timing.note("start")
        _heal_where_needed(server, app, say=say, timing=timing)
        config = platform_scenes.move_in(server, folder=folder, say=say)
        timing.note("the platform")
        platform_scenes.bring_people(config, open_database=open_database, say=say)
        timing.note("its people")
        with platform_scenes.look_around(config, folder=folder, open_database=open_database, once=once, say=say) as site:
            timing.note("the website")
            say("")
            say(timing.told())
            if not once:
                _stay(site, say=say)
    return 0


def _heal_where_needed(server: Server, app: Path, *, say: Say, timing: Timing) -> None:
    url = server.tcp_url(database=DATABASE)
    if not load_broken(server, app):
        _show_already_healed(server, app, say=say)
        timing.note("still healed")
        return
    _show_broken(app, url, say=say)
    timing.note("the failing deploy")
    before = _counts(server)
    _heal(url, app)
    timing.note("the doctor")
    _show_healed(server, app, before=before, say=say)
    timing.note("the deploy again")


def _show_broken(app: Path, url: str, *, say: Say) -> None:
    scene("1. The deploy, once more", say=say)
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
    scene("3. The deploy again", say=say)
    _expect_well(app, server.tcp_url(database=DATABASE), say=say)
    after = _counts(server)
    say("  rows before → after: " + ", ".join(f"{table} {before[table]} → {after[table]}" for table in COUNTED))
    lost = [table for table in COUNTED if after[table] < before[table]]
    if lost:
        raise DemoCannot(f"Rows are missing from {', '.join(lost)}.", next_step="This is a defect of dbdoctor; please report it.")


def _show_already_healed(server: Server, app: Path, *, say: Say) -> None:
    scene("It was healed in an earlier run (ARGS=--fresh starts over)", say=say)
    _expect_well(app, server.tcp_url(database=DATABASE), say=say)


def _expect_well(app: Path, url: str, *, say: Say) -> None:
    for command in (MIGRATE, ACCEPT):
        code, output = run_in_app(command, app=app, url=url)
        say(f"$ {command}    (exit {code})")
        say(f"  {output.strip().splitlines()[-1] if output.strip() else ''}")
        if code != 0:
            raise DemoCannot("The studio is not well yet.", next_step="Start over with: make demo ARGS=--fresh")


def _stay(site: Website, *, say: Say) -> None:
    """Keep everything up until Ctrl-C."""
    try:
        say("The doctor's letter ends with the command that takes its repair back; try it in another terminal.")
        say(f"{site.address} stays up until you press Ctrl-C.")
        site.wait()
    except KeyboardInterrupt:
        say("")
        say("Stopped. Nothing is left running; the data is kept for the next time.")
