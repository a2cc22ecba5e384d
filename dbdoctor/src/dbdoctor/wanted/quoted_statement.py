"""The statement that a log or a migration tool prints beside an error."""

import re

_STATEMENT = re.compile(
    r"(?is)(?:STATEMENT:|\[SQL:|Failing query:|QUERY:|(?<![a-z])sql:)\s*(?P<quote>['\"`]?)(?P<sql>.+?)(?P=quote)(?:\]|\n\s*\n|$|,\n)"
)


def statement_in(text: str) -> str:
    """That statement; '' when there is none."""
    found = _STATEMENT.search(text)
    return found["sql"].strip() if found else ""
