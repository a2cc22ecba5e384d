"""Names of migrations as people and tools write them: with or without folder, ending, zeros in front."""

import re

from dbdoctor.histories.shapes import Migration

_ENDING = re.compile(r"(\.(up|down|d))?\.(cjs|mjs|js|jsx|cts|mts|ts|sql|py|php|rb|exs|ex|go|xml|ya?ml|json)$", re.IGNORECASE)
_VERSION = re.compile(r"^[VvUuBb]?(\d+(?:[._]\d+)*)")


def read_names(text: str) -> tuple[Migration, ...]:
    """A file of names: one a line, and after a tab whatever is known of it. Blank lines and `#` comments are skipped."""
    found = []
    for line in text.removeprefix("\ufeff").splitlines():
        name, _, words = line.partition("\t")
        if name.strip() and not name.lstrip().startswith("#"):
            found.append(Migration(name.strip(), words.strip()))
    return tuple(found)


def bare(name: str) -> str:
    """Without folder and ending: `db/migrate/1_a.up.sql` is `1_a`."""
    return _ENDING.sub("", name.strip().replace("\\", "/").rsplit("/", 1)[-1])


def number(name: str) -> str:
    """The number a name begins with, without zeros in front: `0029_scans_repo_fk` is `29`; empty where there is none."""
    found = _VERSION.match(bare(name))
    return re.split(r"[._]", found.group(1))[0].lstrip("0") or "0" if found else ""


def as_javascript_sorts(name: str) -> bytes:
    """By UTF-16 code units, as JavaScript compares."""
    return name.encode("utf-16-be", errors="surrogatepass")
