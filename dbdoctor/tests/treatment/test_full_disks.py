"""No room: for the backup, while it is written, for the server's own files. Nothing is half-done, and with room it goes on."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from treatment.workshop import ORDERS, Workshop, convert, unlikely_name

from dbdoctor.databases.postgresql import backup
from dbdoctor.databases.postgresql.dump import DumpFailed
from dbdoctor.embedded import Server
from dbdoctor.findings import SqlStep
from dbdoctor.treatment import apply, runs, undo
from dbdoctor.treatment.patience import StepFailed
from dbdoctor.treatment.preparing import NoRoomForBackup

ROOT = 0
pytestmark = pytest.mark.skipif(os.geteuid() != ROOT, reason="only root may mount a small disk")


@contextmanager
def small_disk(kilobytes: int) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k,mode=0755", "tmpfs", folder], check=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def no_trace(workshop: Workshop, disk: Path) -> bool:
    return not workshop.ask("SELECT FROM pg_namespace WHERE nspname = 'dbdoctor'") and not list(disk.glob("*/*"))


def fill(disk: Path) -> None:
    filling = b"x" * (shutil.disk_usage(disk).free + 1)
    with pytest.raises(OSError, match="No space left"):
        (disk / "filling").write_bytes(filling)


def test_a_backup_that_may_not_fit_is_not_begun(one_workshop: Workshop) -> None:
    plan = one_workshop.plan(convert())
    with small_disk(64) as disk:
        with pytest.raises(NoRoomForBackup, match=r"may take up to [\d,]+ bytes, and at .* there are 65,536\."):
            apply(url=one_workshop.url, plan=plan, state_folder=disk)
        assert no_trace(one_workshop, disk)


def test_a_backup_takes_no_more_room_than_was_asked_for_even_where_nothing_can_be_pressed(one_workshop: Workshop) -> None:
    one_workshop.run(
        "CREATE TABLE noise (id serial, bytes bytea)",
        "INSERT INTO noise (bytes)"
        " SELECT decode(string_agg(md5(random()::text), ''), 'hex') FROM generate_series(1, 50000) n GROUP BY n % 50",
    )
    with psycopg.connect(one_workshop.url) as connection:
        asked = backup.rows_size(connection)
    run = apply(url=one_workshop.url, plan=one_workshop.plan(convert()), state_folder=one_workshop.state)
    assert 0.3 * asked < run.backup_bytes <= asked


def test_a_disk_that_fills_up_while_the_backup_is_written_is_told_and_nothing_stays(
    one_workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_workshop.run("INSERT INTO sessions (user_id) SELECT 1 FROM generate_series(1, 100000)")
    plan, before = one_workshop.plan(convert()), one_workshop.everything()
    monkeypatch.setattr(backup, "rows_size", lambda _connection: 0)
    with small_disk(128) as disk:
        with pytest.raises(DumpFailed, match="No space left on device"):
            apply(url=one_workshop.url, plan=plan, state_folder=disk)
        assert no_trace(one_workshop, disk)
    assert one_workshop.everything() == before
    assert apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state).state == "applied"


def test_a_disk_that_takes_not_a_single_file_is_told(one_workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "rows_size", lambda _connection: 0)
    with small_disk(64) as disk:
        fill(disk)
        with pytest.raises(NoRoomForBackup, match="No space left"):
            apply(url=one_workshop.url, plan=one_workshop.plan(convert()), state_folder=disk)
        assert no_trace(one_workshop, disk)


def test_a_server_without_room_takes_the_step_back_and_goes_on_when_there_is_some(one_workshop: Workshop, server: Server) -> None:
    name = unlikely_name()
    with small_disk(2048) as disk:
        shutil.chown(disk, user=server.data.stat().st_uid)
        one_workshop.run(f"CREATE TABLESPACE {name} LOCATION '{disk}'")
        one_workshop.run("INSERT INTO sessions (user_id) SELECT 1 FROM generate_series(1, 20000)")
        one_workshop.run(f"ALTER TABLE sessions SET TABLESPACE {name}")
        before = one_workshop.everything()
        rewrite = SqlStep(sql="ALTER TABLE sessions ALTER COLUMN user_id TYPE bigint")
        plan = one_workshop.plan(convert(), rewrite)
        (disk / "ballast").write_bytes(b"x" * 700_000)
        with pytest.raises(StepFailed, match=r"Step 2 of 2 failed and was taken back: 53100.*No space left"):
            apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state)
        run = runs(url=one_workshop.url)[-1]
        assert [step.state for step in run.steps] == ["done", "failed"]
        fill(disk)  # not even the way back has room now
        found = one_workshop.everything()
        with pytest.raises(DumpFailed, match="taken back"):
            undo(url=one_workshop.url, run_id=run.id)
        assert one_workshop.everything() == found
        (disk / "filling").unlink()
        subprocess.run(["mount", "-o", "remount,size=20480k", str(disk)], check=True)
        assert apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state).state == "applied"
        undo(url=one_workshop.url, run_id=run.id)
        assert one_workshop.everything() == before
        one_workshop.run("ALTER TABLE sessions SET TABLESPACE pg_default", f"DROP TABLESPACE {name}")
        assert one_workshop.ask(f"SELECT count(*) FROM {ORDERS}") == [(60,)]
