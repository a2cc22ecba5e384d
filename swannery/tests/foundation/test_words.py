"""Sentences know what they were made of, so they can be said in any language; elsewhere they are the English they read as."""

import copy
import pickle

import msgspec

from swannery.foundation.errors import Conflict, Invalid, NotThere
from swannery.foundation.words import NOTHING, over_by, say, told

GERMAN = {
    "%(name)s asks %(whom)s.": "%(whom)s wird von %(name)s gefragt.", "Write something first.": "Schreib zuerst etwas.",
    "Nobody": "Niemand",
}  # fmt: skip


def german(message: str) -> str:
    return GERMAN.get(message, message)


def in_german(sentence: str) -> str:
    return told(sentence, gettext=german, ngettext=lambda one, several, count: f"{count}: {one if count == 1 else several}")


def test_a_sentence_reads_in_english_and_is_said_in_the_readers_language() -> None:
    sentence = say("%(name)s asks %(whom)s.", name="100 % Ann", whom=say("Nobody"))
    assert sentence == "100 % Ann asks Nobody."
    assert in_german(sentence) == "Niemand wird von 100 % Ann gefragt."
    assert in_german("Write something first.") == "Schreib zuerst etwas."
    assert in_german("100 % of it") == "100 % of it"


def test_one_and_several_differ() -> None:
    assert over_by(1, most=9) == "This is 1 letter too long; 9 fit."
    assert over_by(2, most=9) == "This is 2 letters too long; 9 fit."
    assert in_german(over_by(2, most=9)) == "2: This is 2 letters too long; 9 fit."


def test_nothing_to_say_is_said_as_nothing() -> None:
    assert in_german(NOTHING) == in_german("") == ""


def test_what_was_typed_is_no_place_for_values() -> None:
    assert in_german(say("%(name)s asks %(whom)s.", name="%(whom)s", whom="%d")) == "%d wird von %(whom)s gefragt."


def test_elsewhere_it_is_text_like_any_other() -> None:
    sentence = over_by(3, most=9)
    assert pickle.loads(pickle.dumps(sentence)) == copy.deepcopy(sentence) == sentence  # noqa: S301 - our own
    assert msgspec.json.encode({"text": str(sentence)}) == b'{"text":"This is 3 letters too long; 9 fit."}'


def test_errors_carry_sentences_to_where_they_are_shown() -> None:
    error = Invalid(say("No."), fields={"text": over_by(1, most=9)})
    assert error.sentences["text"].message.startswith("This is %(count)s letter")
    assert Conflict(say("No.")).next_step == NotThere().next_step == ""
