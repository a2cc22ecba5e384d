"""Sentences that somebody will read, in a language that is known only where they are shown."""

from collections.abc import Callable

Gettext = Callable[[str], str]
Ngettext = Callable[[str, str, int], str]


class Sentence(str):
    """A sentence in English that still knows what it was made of, so that it can be said in the reader's language."""

    __slots__ = ("message", "number", "plural", "values")

    message: str
    plural: str
    number: int | None  # of what it is about, where that decides its form
    values: dict[str, object]

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """Anywhere else it is the English it reads as."""
        return str, (str(self),)


def say(message: str, **values: object) -> Sentence:
    """Return a sentence; `%(name)s` in it stands for a value. The message itself is what translators see: a literal, always."""
    return _made((message, ""), None, values)


def say_count(singular: str, plural: str, count: int, **values: object) -> Sentence:
    """Return a sentence about so many; `%(count)s` in it is their number."""
    return _made((singular, plural), count, {"count": count, **values})


def over_by(letters: int, *, most: int) -> Sentence:
    """Return what is said of every text that is too long."""
    return say_count(
        "This is %(count)s letter too long; %(most)s fit.", "This is %(count)s letters too long; %(most)s fit.", letters, most=most
    )


def _made(forms: tuple[str, str], number: int | None, values: dict[str, object]) -> Sentence:
    sentence = Sentence(forms[0 if number in {None, 1} else 1] % _plain(values))
    (sentence.message, sentence.plural), sentence.number, sentence.values = forms, number, values
    return sentence


def _plain(values: dict[str, object]) -> dict[str, object]:
    return {name: str(value) for name, value in values.items()}


def told(sentence: str, *, gettext: Gettext, ngettext: Ngettext) -> str:
    """Return a sentence in the reader's language; what was read back from somewhere is looked up as it is."""
    if not isinstance(sentence, Sentence):
        return gettext(sentence) if sentence else ""
    values = {
        name: told(value, gettext=gettext, ngettext=ngettext) if isinstance(value, Sentence) else str(value)
        for name, value in sentence.values.items()
    }
    if not sentence.message:
        return ""  # gettext keeps what it says of itself there
    known = sentence.number
    words = gettext(sentence.message) if known is None else ngettext(sentence.message, sentence.plural, known)
    return words % values


NOTHING = _made(("", ""), None, {})
