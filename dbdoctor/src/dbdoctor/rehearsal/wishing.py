"""Keys that somebody wishes for: they are ours to make, in two steps that keep nobody waiting."""

from collections.abc import Iterator, Sequence

from dbdoctor.checks import resolve
from dbdoctor.databases.postgresql import ddl, gradual
from dbdoctor.findings import SqlStep
from dbdoctor.model import Catalog, ForeignKey, Reference, Table
from dbdoctor.wanted.effects import Effect, effects_of


def wished(references: Sequence[Reference], catalog: Catalog) -> Iterator[str]:
    """The statement for each key that is not there: made anew, or validated where it was left NOT VALID."""
    for reference in references:
        full, child, parent = resolve(reference, catalog)
        there = next((k for k in child.foreign_keys if _is_it(k, full)), None) if child and parent else None
        if there is None:
            name = _name(full, child)
            yield ddl.add_constraint(full.child, name, ddl.key_definition(full)) if child and parent else ddl.add_foreign_key(reference)
        elif not there.validated:
            yield ddl.validate_constraint(there.child, there.name)


def key_steps(script: Sequence[str], catalog: Catalog) -> Iterator[SqlStep]:
    """The steps that make (or validate) the keys of a script that `wished` began and remedies may have corrected."""
    for statement in script:
        for effect in effects_of(statement):
            yield from _steps(effect, statement, catalog)


def _steps(effect: Effect, statement: str, catalog: Catalog) -> Iterator[SqlStep]:
    full, child, _ = resolve(effect.reference, catalog) if effect.reference else (None, None, None)
    if effect.kind == "validate":
        yield SqlStep(code="validate_key", sql=statement, facts={"key": effect.name, "table": str(effect.table)})
    elif full is not None and child is not None:
        made = gradual.steps_for_key_in_two(full, effect.name or _name(full, child), child=child, major=catalog.major)
        yield from made[:1] if full.not_valid else made


def _is_it(key: ForeignKey, wanted: Reference) -> bool:
    return key.columns == wanted.columns and key.parent == wanted.parent and key.parent_columns == wanted.parent_columns


def _name(reference: Reference, child: Table | None) -> str:
    """As the server would call it, or with a number where that name is taken."""
    taken = {c.name for c in child.constraints} if child else set()
    names = (ddl.fitting(f"{reference.child.name}_{'_'.join(reference.columns)}", ending=f"_fkey{n or ''}") for n in range(100))
    return next(name for name in names if name not in taken)
