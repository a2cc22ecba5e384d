"""One attempt: a fresh clone, the scenario's steps and marks, the app's own command, and a close look at what is left."""

import os
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from dbdoctor.databases.postgresql import administration, obstacles, rows, sessions
from dbdoctor.databases.postgresql.catalog import read_catalog
from dbdoctor.databases.postgresql.connection import Connection, SqlError, hide_passwords
from dbdoctor.databases.postgresql.server_log import Executed, read_log
from dbdoctor.databases.postgresql.steps import error_of, run_step
from dbdoctor.errors import DoctorError
from dbdoctor.findings import SqlStep
from dbdoctor.histories import History, LedgerState, Mark, own_tables
from dbdoctor.model import ServerError
from dbdoctor.rehearsal.copies import Copy
from dbdoctor.rehearsal.losses import losses
from dbdoctor.rehearsal.observation import Observation, Statement, StepFailure, segments_of, statements_of
from dbdoctor.rehearsal.sandbox import CommandResult
from dbdoctor.rehearsal.scenario import Place, Scenario

STUCK_AFTER_S = 2.0
SILENT_AFTER_S = 45.0
LOG_PATIENCE_S = 10.0
REHEARSAL_PASSWORD = "rehearsal"  # noqa: S105 - the copy asks for no password; some drivers want to have one
SHORTEST_SECRET = 4  # a shorter password would be found in everything


class CommandSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The app's commands: where, with which variables, how long."""

    migrate: str
    cwd: Path
    accept: str = ""
    env_names: tuple[str, ...] = ()
    time_limit_s: float = 300.0


class LogSilent(DoctorError):
    """The copy's server does not write its log, so nothing can be learnt from it."""

    kind = "failed"


class Trial:
    """Runs scenarios on the copy, one after another."""

    def __init__(self, *, copy: Copy, history: History | None, known: list[str], settings: CommandSettings) -> None:
        self.copy = copy
        self.history = history
        self.known = known
        self.settings = settings
        self._log_offset = 0
        self._waits: list[sessions.Wait] = []
        self._log_size, self._log_grew_at_s = 0, 0.0
        self.runs = 0

    def run(
        self, scenario: Scenario, *, promising: Callable[[Observation], bool], only: str = "", clear: tuple[str, ...] = ()
    ) -> Observation:
        """One attempt; where it looks `promising` the command is run again and must find nothing to do, and `--accept` is asked.

        With `only` every migration after that one is marked first, and `clear` is run on the clone: to look ahead, never as a cure.
        """
        self.runs += 1
        started = time.monotonic()
        self.copy.fresh()
        try:
            steps = self._run_steps(scenario, "before")
            marks = self._write_marks(scenario)
        except _StepFailed as failed:
            return Observation(step_failure=failed.failure, seconds=time.monotonic() - started)
        done = self._recorded()
        self._clear(done, only, clear)
        self._skip_log()  # our own steps and marks are none of the app's doing
        result = self._migrate()
        seen = self._read_statements()
        observation = self._look(result, seen, steps=steps, done=done)
        observation = msgspec.structs.replace(observation, marks=marks)
        if result.exit_code == 0:
            observation = self._afterwards(observation, scenario, promising=promising)
        return msgspec.structs.replace(observation, seconds=time.monotonic() - started)

    def ledger(self, connection: Connection) -> LedgerState | None:
        """What the clone's ledger says; None where there is none."""
        if self.history is None:
            return None
        try:
            return self.history.state(connection)
        except SqlError:  # the command may have dropped or rebuilt it
            return LedgerState(tool=self.history.tool, table=self.history.ledger)

    def _recorded(self) -> set[str]:
        """Which of the app's migrations the clone's ledger holds."""
        with self.copy.open() as connection:
            state = self.ledger(connection)
        return {name for name in self.known if self.history and state and self.history.records(name, state)}

    def _write_marks(self, scenario: Scenario) -> tuple[tuple[str, Mark], ...]:
        """Mark in the tool's own order, each on the ledger that those before it left."""
        written: list[tuple[str, Mark]] = []
        wanted = [d.mark for d in scenario.marks]
        in_order = sorted(wanted, key=lambda name: self.known.index(name) if name in self.known else len(self.known))
        with self.copy.open(as_app=True) as connection:
            for name in in_order if self.history else ():
                mark = self._mark(connection, name)
                self._step(connection, SqlStep(sql=mark.sql))
                written.append((name, mark))
        return tuple(written)

    def _mark(self, connection: Connection, name: str) -> Mark:
        state = self.ledger(connection)
        mark = self.history.mark(name, state=state, folder=self.settings.cwd) if self.history and state else None
        if mark is None:
            why = self.history.why_not(name, state=state, folder=self.settings.cwd) if self.history and state else "no_ledger"
            raise _StepFailed(StepFailure(step=f"mark {name}", error=ServerError(sqlstate="", message=why), unmarked=name))
        return mark

    def _clear(self, done: set[str], only: str, clear: tuple[str, ...]) -> None:
        if not only or self.history is None:
            return
        later = [name for name in self.known[self.known.index(only) + 1 :] if name not in done] if only in self.known else []
        with self.copy.open() as connection:
            for name in later:
                state = self.ledger(connection)
                mark = self.history.mark(name, state=state, folder=self.settings.cwd) if state else None
                obstacles.clear(connection, [mark.sql] if mark else [])
            obstacles.clear(connection, list(clear))

    def _run_steps(self, scenario: Scenario, place: Place) -> tuple[SqlStep, ...]:
        if not scenario.steps(place):
            return ()
        with self.copy.open(as_app=True) as connection:
            return tuple(self._step(connection, step) for step in scenario.steps(place))

    def _step(self, connection: Connection, step: SqlStep) -> SqlStep:
        try:
            return run_step(connection, step)
        except SqlError as error:
            raise _StepFailed(StepFailure(step=step.sql, error=error_of(error))) from None

    def _migrate(self) -> CommandResult:
        self._waits, self._log_size, self._log_grew_at_s = [], 0, 0.0
        return self.copy.sandbox.run(
            self.settings.migrate,
            cwd=self.settings.cwd,
            env=self._environment(),
            time_limit_s=self.settings.time_limit_s,
            on_tick=self._stuck,
        )

    def _stuck(self, seconds: float) -> bool:
        """Whether the command cannot end by itself any more.

        Either a session waits for a lock whose holder is idle in its transaction, so that only the same command could free it, and it
        waits; or nothing at all has reached the server for long and no statement is running: the command waits for nothing.
        """
        if seconds < STUCK_AFTER_S:
            return False
        database = self.copy.target.database
        found = [w for w in sessions.stuck(sessions.waits(self.copy.office, database)) if w.seconds >= STUCK_AFTER_S]
        self._waits = found
        size = self.copy.sandbox.log_path.stat().st_size
        if size != self._log_size or sessions.busy(self.copy.office, database):
            self._log_size, self._log_grew_at_s = size, seconds
        return bool(found) or seconds - min(self._log_grew_at_s, seconds) >= SILENT_AFTER_S

    def _look(self, result: CommandResult, seen: list[Statement], *, steps: tuple[SqlStep, ...], done: set[str]) -> Observation:
        sessions.end_sessions(self.copy.office, self.copy.target.database)
        pending = [name for name in self.known if name not in done]
        if self.history is not None:
            segments, outside = segments_of(seen, history=self.history, pending=pending)
        else:
            segments, outside = [], seen
        with self.copy.open_base() as base, self.copy.open() as after:
            catalog = read_catalog(after)
            own = own_tables(self.history, read_catalog(base).tables) if self.history else []
            gone = losses(base, after, aside=own)
            state = self.ledger(after)
        return Observation(
            exit_code=result.exit_code,
            ended_by=result.ended_by,
            output=self._shown(result.output),
            segments=tuple(segments),
            outside=tuple(outside),
            waits=tuple(self._waits),
            applied=state.applied if state else (),
            catalog=catalog,
            losses=tuple(gone),
            steps=steps,
        )

    def _afterwards(self, observation: Observation, scenario: Scenario, *, promising: Callable[[Observation], bool]) -> Observation:
        """Steps that come after the migrate command, then the second run and the app's own question."""
        try:
            after = self._run_steps(scenario, "after")
        except _StepFailed as failed:
            return msgspec.structs.replace(observation, step_failure=failed.failure)
        with self.copy.open() as connection:
            catalog = read_catalog(connection)
        observation = msgspec.structs.replace(observation, steps=(*observation.steps, *after), catalog=catalog)
        if not promising(observation):
            return observation
        observation = msgspec.structs.replace(observation, second_run_changed=self._second_run())
        return self._accept(observation) if self.settings.accept else observation

    def _second_run(self) -> str:
        before, schema_before = self._contents()
        result = self._migrate()
        after, schema_after = self._contents()
        if result.exit_code != 0:
            return f"the second run ended with {result.exit_code}"
        changed = sorted(str(name) for name in before.keys() | after.keys() if before.get(name) != after.get(name))
        if changed:
            return f"the second run changed {', '.join(changed)}"
        return "the second run changed the schema" if schema_before != schema_after else ""

    def _contents(self) -> tuple[dict[str, rows.Fingerprint], object]:
        with self.copy.open() as connection:
            found = {str(name): value for name, value in rows.fingerprints(connection).items()}
            tables = read_catalog(connection).tables
        return found, {name: (t.columns, t.constraints, t.indexes) for name, t in tables.items()}

    def _accept(self, observation: Observation) -> Observation:
        self._skip_log()
        result = self.copy.sandbox.run(
            self.settings.accept, cwd=self.settings.cwd, env=self._environment(), time_limit_s=self.settings.time_limit_s
        )
        failed = tuple(s for s in self._read_statements() if s.error)
        return msgspec.structs.replace(
            observation, accepted=result.exit_code == 0, accept_output=self._shown(result.output), accept_errors=failed
        )

    def _environment(self) -> Mapping[str, str]:
        inside = self.copy.sandbox.inside_url(database=self.copy.target.database, user=self.copy.target.user)
        return command_environment(inside=inside, copy=self.copy, names=self.settings.env_names)

    def _shown(self, text: str) -> str:
        return hide_passwords(text, secrets=self.copy.target.secrets)

    def _skip_log(self) -> None:
        _, self._log_offset = self._read_log()

    def _read_statements(self) -> list[Statement]:
        executed, self._log_offset = self._read_log()
        return statements_of(executed)

    def _read_log(self) -> tuple[list[Executed], int]:
        """Wait until the collector has written a mark of ours, so that everything before it is there."""
        mark = f"dbdoctor-{uuid.uuid4().hex}"
        administration.mark_log(self.copy.office, mark)
        deadline = time.monotonic() + LOG_PATIENCE_S
        path = self.copy.sandbox.log_path
        while time.monotonic() < deadline:
            if path.exists() and mark.encode() in path.read_bytes()[self._log_offset :]:
                return read_log(path, database=self.copy.target.database, offset=self._log_offset)
            time.sleep(0.02)
        message = "The copy's server does not write its log."
        raise LogSilent(message, next_step="Check the free space of the temporary folder.")


class _StepFailed(Exception):
    """A step of the scenario met an error; carries it to the end of the attempt."""

    def __init__(self, failure: StepFailure) -> None:
        super().__init__(failure.step)
        self.failure = failure


def command_environment(*, inside: str, copy: Copy, names: tuple[str, ...]) -> dict[str, str]:
    """The caller's variables with every trace of the target's credentials taken out and the copy's address put in."""
    target = copy.target
    kept: dict[str, str] = {}
    for name, value in os.environ.items():
        if name.startswith("PG"):
            continue
        clean = value.replace(target.url, inside)
        for secret in target.secrets:
            if len(secret) >= SHORTEST_SECRET or value == secret:
                clean = clean.replace(secret, REHEARSAL_PASSWORD)
        kept[name] = clean
    kept |= {
        "DATABASE_URL": inside,
        "PGHOST": "127.0.0.1",
        "PGPORT": str(copy.sandbox.port),
        "PGDATABASE": target.database,
        "PGUSER": target.user,
        "PGPASSWORD": REHEARSAL_PASSWORD,
        "PGSSLMODE": "disable",
        "CI": os.environ.get("CI", "true"),  # so that no tool asks a question
        **dict.fromkeys(names, inside),
    }
    return kept
