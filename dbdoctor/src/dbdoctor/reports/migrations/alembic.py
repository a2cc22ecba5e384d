"""Alembic: revisions that follow the one the database stands at; what allows no transaction stands in an autocommit block."""

import hashlib
from collections.abc import Sequence

from dbdoctor.reports.migrations.cure import NO_WAY_BACK, Cure, CurePart, MigrationFile, Migrations
from dbdoctor.reports.migrations.literals import python
from dbdoctor.reports.migrations.place import Place
from dbdoctor.wanted.effects import split_statements

_REVISION_LETTERS = 12


def written(cure: Cure, place: Place) -> Migrations:
    """One revision after the other; the app's own pending ones have to be told to follow the last."""
    files, before = [], place.heads or place.applied[-1:]
    for part in cure.parts:
        revision = hashlib.sha256(f"{before}{part.up}{place.now}".encode()).hexdigest()[:_REVISION_LETTERS]
        files.append(MigrationFile(path=f"{revision}_{part.name}.py", text=_text(part, revision=revision, before=before, place=place)))
        before = (revision,)
    follows = (
        f'In {place.pending[0]}, which is not applied yet, write down_revision = "{before[0]}": it comes after the cure.'
        if place.pending
        else ""
    )
    return cure.made(files, follows)


def _text(part: CurePart, *, revision: str, before: Sequence[str], place: Place) -> str:
    down = python(before[0]) if len(before) == 1 else "None" if not before else repr(tuple(before))
    head = "".join(f"# dbdoctor: {purpose}\n" for purpose in part.purposes)
    back = f"    raise NotImplementedError({python(NO_WAY_BACK)})\n" if part.down is None else _body(part.down, part)
    return (
        f'"""{part.name.replace("_", " ")}\n\nRevision ID: {revision}\nRevises: {", ".join(before)}\n'
        f'Create Date: {place.now:%Y-%m-%d %H:%M:%S}\n"""\n\n{head}'
        f"import sqlalchemy as sa\nfrom alembic import op\n\n"
        f"revision = {python(revision)}\ndown_revision = {down}\nbranch_labels = None\ndepends_on = None\n\n\n"
        f"def upgrade() -> None:\n{_body(part.up, part)}\n\ndef downgrade() -> None:\n{back}"
    )


def _body(statements: Sequence[str], part: CurePart) -> str:
    """As DDL, where only the per cent sign has a meaning, and one by one, since some drivers take no more at a time."""
    indent = "    " if part.transactional else "        "
    single = [one for statement in statements for one in split_statements(statement)]
    lines = "".join(f"{indent}op.execute(sa.DDL({python(one.replace('%', '%%'), indent=indent)}))\n" for one in single)
    return lines if part.transactional else f"    with op.get_context().autocommit_block():\n{lines}"
