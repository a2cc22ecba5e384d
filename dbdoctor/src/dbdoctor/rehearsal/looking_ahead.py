"""What else does a stopped migration want? Its obstacle is cleared away on a throw-away clone, whatever that costs there, and it runs on.

Only statements that make things are learnt this way; what it would write into rows is not, since the clone's rows are no longer true.
"""

from collections.abc import Callable, Mapping

import msgspec

from dbdoctor.checks import references_of
from dbdoctor.databases.postgresql import obstacles
from dbdoctor.databases.postgresql.catalog import read_catalog
from dbdoctor.model import Catalog, Reference
from dbdoctor.rehearsal.observation import Segment, Statement
from dbdoctor.rehearsal.problems import Problem, stopping_statement
from dbdoctor.rehearsal.scenario import Scenario
from dbdoctor.rehearsal.trial import Trial
from dbdoctor.wanted.effects import MAKES, Effect

ROUNDS = 4
EXISTS = frozenset({"42P07", "42701", "42710"})
KEY_CANNOT_BE = frozenset({"42804", "42830", "42P01", "42704", "42846"})


def look_ahead(
    *, trial: Trial, scenario: Scenario, problem: Problem, memory: Mapping[str, Segment], tell: Callable[[float], None]
) -> Segment | None:
    """The migration's segment with the statements it would make after its obstacle, or None when nothing new was seen."""
    seen = memory.get(problem.migration)
    statement = problem.statement
    if seen is None:
        return None
    cleared: list[str] = []
    extra: list[Statement] = []
    for _ in range(ROUNDS):
        if statement is None or statement.error is None:
            break
        with trial.copy.open() as connection:
            way = _cleared(statement, read_catalog(connection))
        if not way or set(way) <= set(cleared):
            break
        cleared += way
        observation = trial.run(scenario, promising=lambda _: False, only=problem.migration, clear=tuple(cleared))
        tell(observation.seconds)
        segment = observation.segment(problem.migration)
        if segment is None:
            break
        known = {s.sql for s in (*seen.statements, *extra)}
        extra += [
            s for s in segment.statements if s.sql not in known and not s.error and s.effects and all(e.kind in MAKES for e in s.effects)
        ]
        statement = None if segment.recorded else stopping_statement(segment.statements, observation.output)
        if statement and statement.error and statement.sql not in known and all(e.kind in MAKES for e in statement.effects):
            extra.append(msgspec.structs.replace(statement, error=None))
    return msgspec.structs.replace(seen, statements=(*seen.statements, *extra)) if extra else None


def _cleared(statement: Statement, catalog: Catalog) -> list[str]:
    error = statement.error
    if error is None:
        return []
    if error.sqlstate in EXISTS:
        return [sql for effect in statement.effects for sql in _without(effect)]
    if error.sqlstate in KEY_CANNOT_BE:
        keys = [sql for r in references_of(statement.effects) for sql in obstacles.with_parent(catalog, r, _child_type(r, catalog))]
        types = [sql for e in statement.effects if e.kind == "alter_type" for sql in obstacles.with_type(e.table, e.columns[0], e.type)]
        return [*keys, *types]
    if error.sqlstate == "42703":
        names = [w for w in error.message.split('"')[1:2] if w]
        return [obstacles.with_column(e.table, name) for e in statement.effects if e.table.name for name in names]
    if error.sqlstate[:2] in {"22", "23"}:
        tables = dict.fromkeys(e.table for e in statement.effects if e.table.name)
        return [obstacles.without_rows(table) for table in tables]
    return []


def _child_type(reference: Reference, catalog: Catalog) -> str:
    table = catalog.find(reference.child.name)
    column = table.column(reference.columns[0]) if table and reference.columns else None
    serials = {"serial": "integer", "bigserial": "bigint"}
    return serials.get(reference.column_type.lower(), reference.column_type) or (column.type if column else "")


def _without(effect: Effect) -> list[str]:
    if effect.kind == "create_table":
        return [obstacles.without_table(effect.table)]
    if effect.kind == "add_column":
        return [obstacles.without_column(effect.table, effect.columns[0])]
    return obstacles.without_named(effect.table, effect.name) if effect.name else []
