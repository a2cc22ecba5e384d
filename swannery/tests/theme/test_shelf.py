"""Parts of pages are drawn once for all who are shown the very same; nobody is given another's."""

from datetime import timedelta
from typing import Any

import jinja2
import msgspec
import pytest
from markupsafe import Markup

from swannery.theme import samples
from swannery.theme.environment import render
from swannery.theme.gallery import Look, Site, sample_context
from swannery.theme.shapes import Form
from swannery.theme.shelf import CLIENT_KEY, TOKEN, Shelf, age_step, with_token


class Circle(msgspec.Struct, frozen=True):
    id: int
    name: str


LIST = '{% from "theme/components/post_lists.html" import post_list with context %}{{ post_list(posts) }}'


@pytest.fixture
def shelf(environment: jinja2.Environment) -> Shelf:
    made = Shelf(environment)
    environment.globals.update({"drawn_card": made.card, "drawn_composer": made.composer, "drawn_part": made.part})
    return made


def drawn(environment: jinja2.Environment, post: Any, **context: Any) -> str:
    given = {**sample_context(), "language": "en", **context, "posts": [post]}
    return with_token(environment.from_string(LIST).render(given), given["csrf_token"])


def test_the_same_card_is_drawn_once_and_each_reader_gets_their_own_token(environment: jinja2.Environment, shelf: Shelf) -> None:
    post = samples.POSTS[0]
    mine, yours = (drawn(environment, post, csrf_token=token) for token in ("<mine>", "yours"))
    assert shelf.drawn == 1
    assert 'value="&lt;mine&gt;"' in mine
    assert "yours" not in mine
    assert mine.replace("&lt;mine&gt;", "yours") == yours


@pytest.mark.parametrize("change", [{"html": Markup("other")}, {"reaction_count": 77}, {"reason": "Because"}, {"mine": False}])
def test_whatever_differs_between_two_readers_makes_two_cards(
    environment: jinja2.Environment, shelf: Shelf, change: dict[str, Any]
) -> None:
    post = samples.POSTS[0]
    drawn(environment, post)
    drawn(environment, msgspec.structs.replace(post, **change))
    assert shelf.drawn == 2


def test_a_stranger_gets_another_card_than_a_member(environment: jinja2.Environment, shelf: Shelf) -> None:
    member, stranger = drawn(environment, samples.POSTS[0]), drawn(environment, samples.POSTS[0], me=None)
    assert shelf.drawn == 2
    assert "/sign-in" in stranger
    assert "/sign-in" not in member


def test_the_language_is_part_of_it(environment: jinja2.Environment, shelf: Shelf) -> None:
    context = {**sample_context(), "posts": samples.POSTS}
    for language in ("en", "de"):
        render(environment, "theme/gallery.html", context=context, language=language)
    assert shelf.drawn % 2 == 0
    assert shelf.drawn >= 2


def test_a_card_cannot_ask_who_its_reader_is(environment: jinja2.Environment) -> None:
    """Its template knows that somebody is signed in and nothing more of them: a name asked for is an error, not somebody else's."""
    shelf = Shelf(environment)
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
    shelf = Shelf(environment, room=20_000)
    environment.globals["drawn_card"] = shelf.card
    for number in range(30):
        drawn(environment, msgspec.structs.replace(samples.POSTS[0], reaction_count=number))
    assert shelf.drawn == 30
    assert shelf._used <= 20_000
    assert shelf._parts


def test_a_card_holds_nothing_of_the_page_it_was_drawn_for(
    environment: jinja2.Environment, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
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


COMPOSER = "{{ drawn_composer(form, client_key, communities=communities) }}"


def composer(environment: jinja2.Environment, **context: Any) -> str:
    given = {**sample_context(), "language": "en", "form": Form(), "client_key": "key-1", "communities": samples.COMMUNITIES, **context}
    return with_token(environment.from_string(COMPOSER).render(given), given["csrf_token"])


def test_a_composer_is_drawn_once_for_its_member_and_has_its_own_keys_each_time(environment: jinja2.Environment, shelf: Shelf) -> None:
    first = composer(environment, client_key="key-1", csrf_token="one")
    again = composer(environment, client_key='"><key-2', csrf_token="two")
    assert shelf.drawn == 1
    assert 'value="key-1"' in first
    assert 'value="&#34;&gt;&lt;key-2"' in again
    assert first.replace("key-1", "&#34;&gt;&lt;key-2").replace('"one"', '"two"') == again


@pytest.mark.parametrize(
    "change",
    [
        {"me": msgspec.structs.replace(samples.ALICE, name="Somebody Else")},
        {"me": msgspec.structs.replace(samples.ALICE, picture="f" * 32)},
        {"communities": samples.COMMUNITIES[:1]},
        {"circles": [Circle(id=1, name="Family")]},
        {"form": Form(values={"text": "what I typed"})},
        {"form": Form(errors={"text": "Too long."})},
        {"look": Look(time_zone="Asia/Tokyo")},
        {"site": Site(name="Northside Studio", open=False)},
    ],
    ids=["name", "picture", "communities", "circles", "typed", "errors", "time zone", "open site"],
)
def test_whatever_a_composer_shows_makes_another(environment: jinja2.Environment, shelf: Shelf, change: dict[str, Any]) -> None:
    plain, other = composer(environment), composer(environment, **change)
    assert shelf.drawn == 2
    assert plain != other


def test_the_way_to_everywhere_is_drawn_for_its_page_and_what_waits(shelf: Shelf) -> None:
    def navigation(**given: Any) -> str:
        return str(shelf.part("theme/navigation.html", **{"handle": "tess", "active": "home", "inbox_count": 0, **given}))

    usual = navigation()
    assert navigation() == usual
    assert shelf.drawn == 1
    assert len({usual, navigation(active="inbox"), navigation(inbox_count=3), navigation(handle="amir"), navigation(handle="")}) == 5


def test_no_text_can_ask_for_the_form_token(environment: jinja2.Environment) -> None:
    """What stands where the token goes is drawn by lot for each process, and is nothing that could be read from a page."""
    page = render(environment, "theme/gallery.html", context={**sample_context(), "posts": samples.POSTS}, language="en")
    assert TOKEN not in page
    assert CLIENT_KEY not in page
    assert len(TOKEN) >= 24
