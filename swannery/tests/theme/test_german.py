"""German is whole: every word the website says has one, with the same places for names and numbers."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import swannery
from swannery.theme.translations import LOCALE_FOLDER, negotiate, shipped_catalogues, speaking

SOURCE = Path(swannery.__file__).parent
KEYWORDS = {"gettext": None, "_": None, "ngettext": (1, 2), "say": None, "say_count": (1, 2)}
METHODS = [("demo/**.py", "ignore"), ("deployment/**.py", "ignore"), ("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"extensions": "jinja2.ext.i18n", "trimmed": "true", "newstyle_gettext": "true"}}
PLACES = re.compile(r"%\((\w+)\)s")

Message = str | tuple[str, ...]


def said() -> Iterator[Message]:
    """What the templates and pages say."""
    for _, _, message, _, _ in extract_from_dir(SOURCE, METHODS, OPTIONS, keywords=KEYWORDS):
        yield message


@pytest.fixture(scope="module")
def german() -> dict[Message, Message]:
    with (LOCALE_FOLDER / "de" / "messages.po").open("rb") as source:
        return {frozen(message.id): frozen(message.string) for message in read_po(source, locale="de") if message.id}


def frozen(message: str | Sequence[str] | None) -> Message:
    return message if isinstance(message, str) else tuple(message or ())


def all_of(message: Message) -> tuple[str, ...]:
    return message if isinstance(message, tuple) else (message,)


def test_every_word_has_its_german(german: dict[Message, Message]) -> None:
    messages = set(said())
    assert len(messages) > 300
    assert sorted(map(str, messages - set(german))) == []
    assert [message for message, words in german.items() if not all(all_of(words))] == []


def test_names_and_numbers_have_their_place_in_both(german: dict[Message, Message]) -> None:
    for message, words in german.items():
        for theirs, ours in zip(all_of(message), all_of(words), strict=True):
            assert sorted(PLACES.findall(ours)) == sorted(PLACES.findall(theirs)), message


def test_who_reads_german_is_spoken_to_in_german() -> None:
    assert negotiate("de-AT,de;q=0.9,en;q=0.5") == "de"
    with speaking("de"):
        assert shipped_catalogues().gettext("Settings") == "Einstellungen"
        assert shipped_catalogues().ngettext("%(count)s member", "%(count)s members", 2) == "%(count)s Mitglieder"
