"""The deployment in words, for a terminal: plain lines that read the same when they are piped."""

import textwrap
from collections.abc import Iterator

from swannery.deployment.catalog import visible
from swannery.deployment.deploying import DeployResult, Survey

WIDEST = 22
WIDTH = 110


def tell_survey(survey: Survey) -> Iterator[str]:
    """What was found and why."""
    yield "What I found"
    rows = [(found.what, found.value, found.reason) for found in survey.found]
    first = max(len(what) for what, _, _ in rows)
    second = min(max(len(value) for _, value, _ in rows), WIDEST)
    for what, value, reason in rows:
        head = f"  {what:<{first}}  {visible(value):<{second}}  "
        # The reason goes on below itself: a terminal would break it at the margin.
        yield from textwrap.wrap(visible(reason), WIDTH, initial_indent=head, subsequent_indent=" " * len(head)) or [head.rstrip()]
    for note in survey.notes:
        yield f"  note: {visible(note)}"


def tell_result(result: DeployResult) -> Iterator[str]:
    """What was done."""
    yield "What I did"
    if not result.changed:
        yield "  nothing: all of it was there already"
    if result.migrations:
        yield f"  schema swannery: {', '.join(result.migrations)}"
    if result.members.total:
        counts = {name: getattr(result.members, name) for name in result.members.__struct_fields__}
        yield "  members: " + ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count)
    if result.file_written:
        yield f"  {result.config_path}: written; it is yours to edit"
    elif result.changed:
        yield f"  {result.config_path}: was there; used as it stands"
    yield "  Nothing of the app was altered."
