"""yoyo: Python, because it cuts SQL files at every semicolon that looks like one."""

from collections.abc import Sequence

from dbdoctor.reports.migrations.cure import NO_WAY_BACK, Cure, CurePart, MigrationFile, Migrations
from dbdoctor.reports.migrations.literals import python
from dbdoctor.reports.migrations.place import Numbering, Place, prefixes


def written(cure: Cure, place: Place) -> Migrations:
    """One migration after the other; each names the one before it."""
    numbers = prefixes(place, len(cure.parts), Numbering(digits=4, joint=".", after_names=True))
    before, files = place.applied[-1:], []
    for number, part in zip(numbers.texts, cure.parts, strict=True):
        name = f"{number}{part.name}"
        files.append(MigrationFile(path=f"{name}.py", text=_text(part, before)))
        before = (name,)
    return cure.made(files, numbers.note)


def _text(part: CurePart, before: Sequence[str]) -> str:
    head = "".join(f"# dbdoctor: {purpose}\n" for purpose in part.purposes)
    depends = ", ".join(python(name) for name in before)
    alone = "" if part.transactional else "__transactional__ = False\n"
    undo = () if part.down is None else tuple(reversed(part.down))
    steps = "".join(
        f"    step(\n        {python(up, indent=' ' * 8)},\n        {python(undo[n], indent=' ' * 8) if undo else 'no_way_back'},\n    ),\n"
        for n, up in enumerate(part.up)
    )
    refusal = "" if undo else f"def no_way_back(connection):\n    raise RuntimeError({python(NO_WAY_BACK)})\n\n\n"
    needs = f"__depends__ = {{{depends}}}" if depends else "__depends__ = set()"
    return f"{head}from yoyo import step\n\n{needs}\n{alone}\n\n{refusal}steps = [\n{steps}]\n"
