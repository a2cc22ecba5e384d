"""Every exception to a rule carries its reason: ignored rules in pyproject.toml, `noqa` and `type: ignore` in the code."""

import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from tools.source_files import Problem, files

IGNORED_RULE = re.compile(r'^\s*"[A-Z]+[0-9]*",?\s*(?P<rest>.*)$')
EXCEPTION = re.compile(r"#\s*(?:noqa|type:\s*ignore|nosec|pragma:\s*no cover)(?P<rest>.*)$")
REASONED = re.compile(r"^(?::\s*[A-Z0-9, ]+|\[[a-z-, ]+\])\s*(?:-|#|—)\s*\S.{4,}")


def problems(root: Path) -> Iterator[Problem]:
    yield from rules_without_reason(root / "pyproject.toml")
    for path in files(root, "*.py"):
        yield from exceptions_without_reason(path)


def rules_without_reason(path: Path) -> Iterator[Problem]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        found = IGNORED_RULE.match(line)
        if found and len(found["rest"].lstrip("# ")) < len("why"):
            yield Problem(path=path, line=number, text=f"an ignored rule without its reason: {line.strip()}")


def exceptions_without_reason(path: Path) -> Iterator[Problem]:
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            found = EXCEPTION.match(token.string) if token.type == tokenize.COMMENT else None
            if found and not REASONED.match(found["rest"]):
                yield Problem(path=path, line=token.start[0], text=f"name the rule and the reason: {token.string}")
