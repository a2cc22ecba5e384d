"""Words in the reader's language: gettext catalogues, read from .po files and compiled in memory.

The language of a page is a context variable that `speaking` sets. Every task and thread has its own value, so one
environment with its compiled templates serves all languages at once, and no request can hear another one's.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LOCALE_FOLDER = Path(__file__).parent / "locale"
SOURCE_LANGUAGE = "en"
# A header is written by anybody; nobody reads this many languages.
MAX_HEADER_LENGTH = 400

# Dates are written day first ("12 Mar"): English alone would be the American order.
DATE_LOCALES: Mapping[str, str] = {"en": "en_GB"}

_spoken: ContextVar[str] = ContextVar("spoken_language", default=SOURCE_LANGUAGE)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Give all words inside the block in `language`."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def own_name(language: str) -> str:
    """Return what a language calls itself: Deutsch."""
    name = Locale.parse(language, sep="-").get_display_name() or language
    return name[:1].upper() + name[1:]


@lru_cache(maxsize=64)
def direction(language: str) -> str:
    """Return how a language is read: ltr or rtl."""
    return Locale.parse(language, sep="-").text_direction


def spoken_language() -> str:
    return _spoken.get()


def date_locale() -> str:
    """Return the Babel locale that dates and numbers are written in now."""
    language = spoken_language()
    return DATE_LOCALES.get(language, language.replace("-", "_"))


class Catalogues:
    """The words of all languages; a language without a catalogue is answered in the source's own words."""

    def __init__(self, by_language: Mapping[str, NullTranslations]) -> None:
        self._by_language = {SOURCE_LANGUAGE: NullTranslations(), **by_language}

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self._by_language)

    def gettext(self, message: str) -> str:
        return _message(self._now(), message)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        return str(self._now().ngettext(singular, plural, count))

    def pgettext(self, context: str, message: str) -> str:
        return str(self._now().pgettext(context, message))

    def _now(self) -> NullTranslations:
        return self._by_language.get(spoken_language(), self._by_language[SOURCE_LANGUAGE])


@lru_cache(maxsize=8192)
def _message(words: NullTranslations, message: str) -> str:
    return str(words.gettext(message))


def load_catalogues(folder: Path = LOCALE_FOLDER) -> Catalogues:
    """Read every `<language>/messages.po` below `folder`; adding a language is adding its file."""
    return Catalogues({path.parent.name: _compiled(path) for path in sorted(folder.glob("*/messages.po"))})


def _compiled(path: Path) -> Translations:
    with path.open("rb") as source:
        catalogue = read_po(source, locale=path.parent.name.replace("-", "_"))
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


@lru_cache(maxsize=1)
def shipped_catalogues() -> Catalogues:
    """Return the catalogues that come with this package."""
    return load_catalogues()


def negotiate(accept_language: str, *, languages: tuple[str, ...] | None = None) -> str:
    """Choose among `languages` (default: those shipped) what an Accept-Language header likes best, else the source's."""
    offered = shipped_catalogues().languages if languages is None else languages
    for wanted in _by_preference(accept_language[:MAX_HEADER_LENGTH]):
        for language in offered:
            if language.lower() in {wanted, wanted.partition("-")[0]}:
                return language
    return SOURCE_LANGUAGE


def _by_preference(header: str) -> list[str]:
    weighted = [_weighted(part) for part in header.split(",")]
    return [language for weight, language in sorted(weighted, key=lambda pair: -pair[0]) if weight > 0 and language]


def _weighted(part: str) -> tuple[float, str]:
    language, _, parameter = part.partition(";")
    text = parameter.strip().removeprefix("q=")
    try:
        weight = float(text) if text else 1.0
    except ValueError:
        weight = 0.0
    return weight, language.strip().lower()
