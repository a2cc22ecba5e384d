"""Cards are drawn once for all who are shown the very same; nobody is given another's."""

from datetime import timedelta
from typing import Any

import jinja2
import msgspec
import pytest
from markupsafe import Markup

from swannery.theme import samples
from swannery.theme.card_shelf import CardShelf, age_step
from swannery.theme.environment import render
from swannery.theme.gallery import sample_context

LIST = '{% from "theme/components/posts.html" import post_list with context %}{{ post_list(posts) }}'


@pytest.fixture
def shelf(environment: jinja2.Environment) -> CardShelf:
    made = CardShelf(environment)
    environment.globals["drawn_card"] = made.card
    return made


def drawn(environment: jinja2.Environment, post: Any, **context: Any) -> str:
    return environment.from_string(LIST).render({**sample_context(), "language": "en", **context, "posts": [post]})


def test_the_same_card_is_drawn_once_and_each_reader_gets_their_own_token(environment: jinja2.Environment, shelf: CardShelf) -> None:
    post = samples.POSTS[0]
    mine, yours = (drawn(environment, post, csrf_token=token) for token in ("<mine>", "yours"))
    assert shelf.drawn == 1
    assert 'value="&lt;mine&gt;"' in mine
    assert "yours" not in mine
    assert mine.replace("&lt;mine&gt;", "yours") == yours


@pytest.mark.parametrize("change", [{"html": Markup("other")}, {"reaction_count": 77}, {"reason": "Because"}, {"mine": False}])
def test_whatever_differs_between_two_readers_makes_two_cards(
    environment: jinja2.Environment, shelf: CardShelf, change: dict[str, Any]
) -> None:
    post = samples.POSTS[0]
    drawn(environment, post)
    drawn(environment, msgspec.structs.replace(post, **change))
    assert shelf.drawn == 2


def test_a_stranger_gets_another_card_than_a_member(environment: jinja2.Environment, shelf: CardShelf) -> None:
    member, stranger = drawn(environment, samples.POSTS[0]), drawn(environment, samples.POSTS[0], me=None)
    assert shelf.drawn == 2
    assert "/sign-in" in stranger
    assert "/sign-in" not in member


def test_the_language_is_part_of_it(environment: jinja2.Environment, shelf: CardShelf) -> None:
    context = {**sample_context(), "posts": samples.POSTS}
    for language in ("en", "de"):
        render(environment, "theme/gallery.html", context=context, language=language)
    assert shelf.drawn % 2 == 0
    assert shelf.drawn >= 2


def test_a_card_cannot_ask_who_its_reader_is(environment: jinja2.Environment) -> None:
    """Its template knows that somebody is signed in and nothing more of them: a name asked for is an error, not somebody else's."""
    shelf = CardShelf(environment)
    source = environment.overlay(loader=jinja2.DictLoader({"theme/post_card.html": "{{ me.name }}"}), cache_size=0)
    shelf._environment = source
    environment.globals["drawn_card"] = shelf.card
    with pytest.raises(jinja2.UndefinedError):
        drawn(environment, samples.POSTS[0])


def test_an_age_is_told_anew_when_its_words_change() -> None:
    now = samples.NOW
    ages = [
        timedelta(seconds=30),
        timedelta(minutes=1),
        timedelta(minutes=59),
        timedelta(hours=1),
        timedelta(hours=23),
        timedelta(hours=25),
    ]
    assert len({age_step(now - age, now) for age in ages}) == len(ages)
    assert age_step(now - timedelta(minutes=5, seconds=3), now) == age_step(now - timedelta(minutes=5, seconds=50), now)
    assert age_step(now - timedelta(days=3), now) != age_step(now - timedelta(days=3), now + timedelta(days=1))


def test_no_more_is_kept_than_there_is_room_for(environment: jinja2.Environment) -> None:
    shelf = CardShelf(environment, room=20_000)
    environment.globals["drawn_card"] = shelf.card
    for number in range(30):
        drawn(environment, msgspec.structs.replace(samples.POSTS[0], reaction_count=number))
    assert shelf.drawn == 30
    assert shelf._used <= 20_000
    assert shelf._cards


def test_a_card_holds_nothing_of_the_page_it_was_drawn_for(
    environment: jinja2.Environment, shelf: CardShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page has a form of its own first, so its components know its token already."""
    text = '{% from "theme/components/forms.html" import csrf with context %}{{ csrf() }}' + LIST
    loader = jinja2.ChoiceLoader([jinja2.DictLoader({"page.html": text}), environment.loader or jinja2.DictLoader({})])
    monkeypatch.setattr(environment, "loader", loader)
    mine, yours = (
        render(environment, "page.html", context={**sample_context(), "csrf_token": token, "posts": [samples.POSTS[0]]}, language="en")
        for token in ("its-first-reader", "another")
    )
    assert shelf.drawn == 1
    assert "its-first-reader" not in yours
    assert mine.replace("its-first-reader", "another") == yours
