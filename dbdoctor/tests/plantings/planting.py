"""Plant a fault, have it found, cured and taken back, and look whether anything is lost."""

import random
import zlib
from pathlib import Path

import psycopg
from corpus.broken import Broken, brought_in, contents, run
from plantings.faults import FAULTS, Planted
from plantings.healthy import Healthy, healthy

import dbdoctor
from dbdoctor.databases.postgresql.connection import quoted, sql_text
from dbdoctor.databases.postgresql.dump import schema_text
from dbdoctor.embedded import Server, find_binaries
from dbdoctor.rehearsal.statement import rehearse_statement

TRIES = 200


def planted(fault: str, number: int) -> tuple[Healthy, Planted]:
    """The `number`-th schema that the fault fits, always the same one."""
    for attempt in range(TRIES):
        chance = random.Random(zlib.crc32(f"{fault}/{number}/{attempt}".encode()))  # noqa: S311 -- no secret: the same schema each time
        made = healthy(chance)
        found = FAULTS[fault](made, chance)
        if found is not None:
            return made, found
    message = f"{fault} fits none of {TRIES} schemas"
    raise AssertionError(message)


def healed(server: Server, fault: str, number: int, folder: Path) -> None:
    """Right cause first, cured by the plan, nothing lost, and taken back to the last byte."""
    made, fault_planted = planted(fault, number)
    tools = find_binaries(major=18, origin="wheel").folder
    setup = ";\n".join([*made.statements, *fault_planted.plant])
    case = Broken(name=fault, causes=frozenset(fault_planted.causes), setup=setup, failing=fault_planted.failing)
    with brought_in(server, case) as url:
        schema, kept = schema_text(tools, url), contents(url)
        found = rehearse_statement(url=url, sql=_on_path(made, fault_planted.failing))
        causes = [f.cause for f in found.plan.findings]
        assert causes[:1], f"nothing found for {fault_planted.failing}\n{setup}"
        assert causes[0] in fault_planted.causes, f"{causes} for {fault_planted.failing}\n{setup}"
        assert found.outcome != "cannot", f"not cured: {found.plan.findings[0]}\n{setup}"
        applied = dbdoctor.apply(url=url, plan=found.plan, state_folder=folder)
        assert applied.verification is not None
        assert applied.verification.ok, [c for c in applied.verification.checks if c.state == "failed"]
        _nothing_lost(url, kept)
        dbdoctor.undo(url=url, run_id=applied.id)
        assert schema_text(tools, url) == schema
        assert contents(url) == kept
        again = dbdoctor.apply(url=url, plan=found.plan, state_folder=folder)
        assert again.state == "applied"
        if found.outcome == "succeeds":
            run(url, _on_path(made, fault_planted.failing))


def _on_path(made: Healthy, failing: str) -> str:
    return f"{made.statements[1]}; {failing}"


def _nothing_lost(url: str, kept: dict[str, list[str]]) -> None:
    now = contents(url)
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'dbdoctor' AND tablename LIKE 'quarantine%'"
        ).fetchall()
        aside = sum(connection.execute(sql_text(f"SELECT count(*) FROM dbdoctor.{quoted(name)}")).fetchall()[0][0] for (name,) in names)
    assert sum(map(len, now.values())) + aside >= sum(map(len, kept.values()))


def examined_in_health(server: Server, number: int) -> list[str]:
    """The blocking findings on a healthy schema: there may be none."""
    made = healthy(random.Random(number))  # noqa: S311 -- no secret: the same schema each time
    case = Broken(name="healthy", causes=frozenset(), setup=";\n".join(made.statements), failing="")
    with brought_in(server, case) as url:
        return [f"{f.cause}: {f.subject}" for f in dbdoctor.diagnose(url=url).findings if f.severity == "blocking"]
