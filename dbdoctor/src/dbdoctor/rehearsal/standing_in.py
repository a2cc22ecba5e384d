"""A corrected script as steps of a plan: each in a transaction of its own, with the settings that were in force where it stood."""

from collections.abc import Iterator, Sequence

from dbdoctor.databases.postgresql import scripts
from dbdoctor.findings import SqlStep
from dbdoctor.wanted.effects import TRANSACTION_WORDS, effects_of
from dbdoctor.wanted.reversal import undo_of
from dbdoctor.wanted.spoken import setting_in


def as_steps(script: Sequence[str]) -> Iterator[SqlStep]:
    """The statements that change something; SET and RESET become part of those after them, so that no session is left changed."""
    settings: dict[str, str] = {}
    for statement in script:
        setting = setting_in(statement)
        if setting is not None:
            name, value = setting
            settings.pop(name, None)
            if value:
                settings[name] = value
        elif effects_of(statement)[0].kind not in TRANSACTION_WORDS:
            yield _step(statement, settings)


def _step(statement: str, settings: dict[str, str]) -> SqlStep:
    alone = "concurrently" in statement.lower()
    undo = undo_of(effects_of(statement))
    return SqlStep(
        code="corrected_statement",
        sql=statement if alone else scripts.under(settings, statement),
        undo_sql=scripts.under(settings, undo) if undo else "",
        transactional=not alone,
    )
