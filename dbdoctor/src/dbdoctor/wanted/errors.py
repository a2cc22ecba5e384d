"""What an error text says: which of PostgreSQL's errors it is, with the tool's noise around it taken away."""

import re

from dbdoctor.model import ServerError

# Longest first where one holds another; the texts of PostgreSQL 12 to 18.
_MESSAGES: tuple[tuple[str, str], ...] = (
    ("42804", r'foreign key constraint "[^"]+" cannot be implemented'),
    ("42804", r'column "[^"]+" cannot be cast automatically to type [\w ]+'),
    ("42804", r'default for column "[^"]+" cannot be cast automatically to type [\w ]+'),
    ("42804", r'column "[^"]+" is of type [\w ]+ but expression is of type [\w ]+'),
    ("42846", r"cannot cast type [\w ]+ to [\w ]+"),
    ("42830", r'there is no unique constraint matching given keys for referenced table "[^"]+"'),
    ("42830", r"number of referencing and referenced columns for foreign key disagree"),
    ("42704", r'there is no primary key for referenced table "[^"]+"'),
    ("42704", r'type "[^"]+" does not exist'),
    ("42704", r'constraint "[^"]+" of relation "[^"]+" does not exist'),
    ("42704", r'index "[^"]+" does not exist'),
    ("23503", r'(?:insert or update|update or delete) on table "[^"]+" violates foreign key constraint "[^"]+"(?: on table "[^"]+")?'),
    ("23505", r'could not create unique index "[^"]+"'),
    ("23505", r'duplicate key value violates unique constraint "[^"]+"'),
    ("23502", r'null value in column "[^"]+"(?: of relation "[^"]+")? violates not-null constraint'),
    ("23502", r'column "[^"]+"(?: of relation "[^"]+")? contains null values'),
    ("23514", r'check constraint "[^"]+"(?: of relation "[^"]+")? is violated by some row'),
    ("22P02", r'invalid input syntax for type [\w ]+: "[^"]*"'),
    ("42703", r'column "[^"]+" referenced in foreign key constraint does not exist'),
    ("42703", r'column (?:"[^"]+"|[\w."]+)(?: of relation "[^"]+")? does not exist'),
    ("42701", r'column "[^"]+" of relation "[^"]+" already exists'),
    ("42710", r'constraint "[^"]+" for relation "[^"]+" already exists'),
    ("42710", r'type "[^"]+" already exists'),
    ("42P07", r'relation "[^"]+" already exists'),
    ("42P01", r'relation "[^"]+" does not exist'),
    ("42P01", r'table "[^"]+" does not exist'),
    ("42809", r'referenced relation "[^"]+" is not a table'),
    ("3F000", r'schema "[^"]+" does not exist'),
    ("25P02", r"current transaction is aborted, commands ignored until end of transaction block"),
    ("2BP01", r"cannot drop [^\n]+? because other objects depend on it"),
    ("0A000", r"cannot alter type of a column used by a view or rule"),
    ("40P01", r"deadlock detected"),
    ("55P03", r'could not obtain lock on (?:row in )?relation "[^"]+"'),
    ("55P03", r"canceling statement due to lock timeout"),
    ("42501", r"permission denied for (?:table|schema|relation) \S+"),
    ("42501", r"must be owner of (?:table|relation) \S+"),
)
_DETAIL = re.compile(r"(?:DETAIL:\s*|detail: ['\"]?)?(Key (?:columns?|\().*?(?:\.(?=\s|$|['\"])|$))", re.MULTILINE)


def read_error(text: str) -> ServerError | None:
    """The first real error in a text (an echo, 25P02, counts only when there is no other); None when none is known."""
    found = [(match.start(), state, match.group(0)) for state, pattern in _MESSAGES for match in re.finditer(pattern, text)]
    if not found:
        return None
    real = [f for f in found if f[1] != "25P02"] or found
    _, state, message = min(real, key=lambda f: (f[0], -len(f[2])))
    detail = _DETAIL.search(text)
    return ServerError(sqlstate=state, message=message, detail=detail.group(1).strip() if detail else "")
