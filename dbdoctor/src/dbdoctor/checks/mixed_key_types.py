"""mixed_key_types: a key holds, but its two columns have different types: the narrower one will run out first."""

from collections.abc import Iterator

from dbdoctor.checks import Case, as_reference, sides
from dbdoctor.findings import Evidence, Fact, Finding
from dbdoctor.wanted.presence import bare

# A type that is only spelled otherwise, or holds all that the other holds.
_TEXT = ("character varying", "text", "character", "citext")
_WIDTHS = {"smallint": 0, "integer": 1, "bigint": 2, "numeric": 3}


def survey(case: Case) -> Iterator[Finding]:
    """Report each key between columns of different types; text of another length does not count."""
    for key in case.catalog.foreign_keys():
        parent = case.catalog.tables.get(key.parent)
        for mine, theirs in zip(key.columns, key.parent_columns, strict=False):
            column = case.catalog.tables[key.child].column(mine)
            other = parent.column(theirs) if parent else None
            if column is None or other is None or column.type == other.type or _alike(column.type, other.type):
                continue
            narrower = _WIDTHS.get(column.type, 9) < _WIDTHS.get(other.type, 9)
            facts: dict[str, Fact] = {
                "key": key.name, "child_column": mine, "child_type": column.type, "parent_column": theirs, "parent_type": other.type,
                "narrower": narrower,
            }  # fmt: skip
            yield Finding(
                cause="mixed_key_types", severity="risk" if narrower else "advice", subject=sides(as_reference(key)), facts=facts,
                evidence=(Evidence(query=f"types of {key.child}.{mine} and {key.parent}.{theirs}",
                answer=f"{column.type} and {other.type}"),),
            )  # fmt: skip


def _alike(one: str, other: str) -> bool:
    plain, second = bare(one), bare(other)
    return plain == second or (plain.startswith(_TEXT) and second.startswith(_TEXT))
