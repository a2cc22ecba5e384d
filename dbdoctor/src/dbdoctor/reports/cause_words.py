"""One sentence for each cause: what is wrong, from the finding's facts. A new cause gets a function in one of the files below."""

from collections.abc import Callable

from dbdoctor.findings import Finding
from dbdoctor.reports.cause_words_of_keys import KEYS
from dbdoctor.reports.cause_words_of_ledgers import LEDGERS
from dbdoctor.reports.cause_words_of_names import NAMES
from dbdoctor.reports.cause_words_of_rows import ROWS


def _unknown(finding: Finding) -> str:
    what = finding.facts.get("what")
    return f"no check recognises this{f' ({what})' if what else ''}; the evidence shows what was seen, nothing is guessed"


CAUSES: dict[str, Callable[[Finding], str]] = {**NAMES, **KEYS, **ROWS, **LEDGERS, "unknown": _unknown}
