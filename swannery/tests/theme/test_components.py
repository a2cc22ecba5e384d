"""What a component shows, to whom, in which state."""

from typing import Any

import jinja2
import msgspec
import pytest
from theme.markup import Element, read

from swannery.theme import samples
from swannery.theme.environment import render
from swannery.theme.gallery import sample_context
from swannery.theme.shapes import Form, Person, Post, Relation
from swannery.theme.static_files import StaticFiles

IMPORTS = """
{% from "theme/components/comments.html" import comment_added, comment_section with context %}
{% from "theme/components/communities.html" import membership_button with context %}
{% from "theme/components/composer.html" import composer with context %}
{% from "theme/components/people.html" import person_card, relation_buttons with context %}
{% from "theme/components/posts.html" import post_card, reaction_button with context %}
"""

NOOR = samples.RELATIONS[0][1]


def piece(environment: jinja2.Environment, call: str, *, stranger: bool = False, **context: Any) -> Element:
    html = environment.from_string(f"{IMPORTS}{{{{ {call} }}}}").render({**sample_context(stranger=stranger), **context})
    return read(html)


def actions_of(element: Element) -> list[str]:
    return [form.attributes["action"].removeprefix(f"/members/{NOOR.id}/") for form in element.all("form")]


@pytest.mark.parametrize(
    ("relation", "actions"),
    [
        (Relation(), ["follow", "friend-request", "mute", "block"]),
        (Relation(following=True), ["unfollow", "friend-request", "mute", "block"]),
        (Relation(follow_requested=True), ["unfollow", "friend-request", "mute", "block"]),
        (Relation(friends=True), ["follow", "unfriend", "mute", "block"]),
        (Relation(follows_me=True), ["follow", "friend-request", "follower/remove", "mute", "block"]),
        (Relation(muting=True), ["follow", "friend-request", "unmute", "block"]),
        (Relation(request_sent=True), ["follow", "friend-request/withdraw", "mute", "block"]),
        (Relation(request_received=True), ["friend-request/accept", "friend-request/decline", "follow", "mute", "block"]),
        (Relation(wants_to_follow=True), ["follower/approve", "follower/decline", "follow", "friend-request", "mute", "block"]),
        (Relation(blocking=True), ["unblock"]),
        (Relation(is_me=True), []),
    ],
)
def test_a_relation_offers_exactly_what_can_be_done(environment: jinja2.Environment, relation: Relation, actions: list[str]) -> None:
    assert actions_of(piece(environment, "relation_buttons(noor, relation)", noor=NOOR, relation=relation)) == actions


def test_a_stranger_is_offered_to_sign_in_and_nothing_else(environment: jinja2.Environment) -> None:
    for call in ("relation_buttons(noor, relation)", "reaction_button(posts[0])", "membership_button(communities[0])"):
        shown = piece(environment, call, stranger=True, noor=NOOR, relation=Relation())
        assert not shown.all("form")
        assert [link.attributes["href"] for link in shown.all("a")] == ["/sign-in"]


@pytest.mark.parametrize(
    ("reaction", "sends", "pressed", "says"),
    [(None, "1", "false", "Like"), ("like", "0", "true", "Like"), ("strong", "0", "true", "Strong")],
)
def test_a_reaction_is_a_toggle_that_says_how_many(
    environment: jinja2.Environment, reaction: str | None, sends: str, pressed: str, says: str
) -> None:
    post = msgspec.structs.replace(samples.POSTS[1], reaction=reaction)
    shown = piece(environment, "reaction_button(post)", post=post)
    assert shown.named("on")[0].attributes["value"] == sends
    assert shown.all("button")[0].attributes["aria-pressed"] == pressed
    assert shown.all("button")[0].attributes["aria-label"] == f"{says}, 9,999 reactions"
    assert shown.all("div")[0].attributes["id"] == "reaction-102"


def test_six_reactions_are_offered_and_ones_own_is_marked(environment: jinja2.Environment) -> None:
    shown = piece(environment, "reaction_button(post)", post=samples.POSTS[0])
    choices = [button for button in shown.all("button") if button.attributes.get("name") == "kind"]
    assert [button.attributes["value"] for button in choices] == ["like", "strong", "fire", "cheer", "laugh", "hug"]
    assert [button.attributes["value"] for button in choices if button.attributes["aria-pressed"] == "true"] == ["strong"]
    assert all(button.text.strip() for button in choices)


def test_a_quote_whose_original_is_not_for_the_reader_says_so_and_shows_nothing_of_it(environment: jinja2.Environment) -> None:
    shown = piece(environment, "post_card(post)", post=samples.QUOTES[-1])
    assert "gone, or not for you" in shown.text
    assert "Bob" in piece(environment, "post_card(post)", post=samples.QUOTES[0]).text


def test_a_held_post_says_so_and_cannot_be_liked(environment: jinja2.Environment) -> None:
    shown = piece(environment, "post_card(post)", post=samples.POSTS[4])
    assert "Waiting for a moderator. Only you see it." in shown.text
    assert [form.attributes["action"] for form in shown.all("form")] == ["/posts/105/pin", "/posts/105/delete"]


def test_only_my_own_post_can_be_deleted(environment: jinja2.Environment) -> None:
    assert not [
        form for form in piece(environment, "post_card(post)", post=samples.POSTS[1]).all("form") if "delete" in form.attributes["action"]
    ]


@pytest.mark.parametrize("audience", ["public", "members", "followers", "friends", "community", "me"])
def test_a_post_always_says_who_sees_it(environment: jinja2.Environment, audience: str) -> None:
    shown = piece(environment, "post_card(post)", post=msgspec.structs.replace(samples.POSTS[0], audience=audience))
    assert "Seen " in shown.text


def test_what_people_write_is_escaped(environment: jinja2.Environment) -> None:
    evil = "<script>alert(1)</script>\" onclick='x'"
    person = Person(id=7, name=evil, handle=evil, url="/@x")
    post: Post = msgspec.structs.replace(samples.POSTS[0], author=person, reason=evil)
    shown = piece(
        environment,
        'post_card(post) ~ person_card(person, relation) ~ composer(form, "k")',
        post=post,
        person=person,
        relation=Relation(),
        form=Form(values={"text": evil}, errors={"text": evil}),
    )
    assert not shown.all("script")
    assert not [element for element in shown.inside if "onclick" in element.attributes]


def test_a_refused_post_keeps_every_word_and_explains_at_the_field(environment: jinja2.Environment) -> None:
    shown = piece(environment, 'composer(faulty_form, "k", communities=communities)')
    area = shown.all("textarea")[0]
    assert area.text.strip() == "Too much of a good thing"
    assert area.attributes["aria-invalid"] == "true"
    assert area.attributes["aria-describedby"].strip() == "composer-text-error"
    assert [option.attributes["value"] for option in shown.all("option") if "selected" in option.attributes] == ["community:early-birds"]
    assert shown.named("client_key")[0].attributes["value"] == "k"


def test_an_added_comment_brings_itself_the_new_count_and_an_empty_form(environment: jinja2.Environment) -> None:
    shown = piece(environment, 'comment_added(posts[0], branches[0], empty_form, "new-key")')
    moved = [element.attributes["hx-swap-oob"] for element in shown.inside if "hx-swap-oob" in element.attributes]
    assert moved == ["beforeend:#comments-101", "true"]
    assert shown.named("client_key")[0].attributes["value"] == "new-key"
    assert not shown.all("textarea")[0].text.strip()


def test_comments_are_closed_where_the_reader_may_not_answer(environment: jinja2.Environment) -> None:
    shown = piece(environment, 'comment_section(posts[2], [], empty_form, "k")')
    assert "Comments are closed here." in shown.text
    assert not shown.all("form")


def test_a_forgotten_name_is_an_error_and_not_an_empty_place(environment: jinja2.Environment) -> None:
    with pytest.raises(jinja2.UndefinedError, match="nobody"):
        piece(environment, "person_card(nobody)")


def test_the_layout_shows_a_stranger_no_way_to_post(environment: jinja2.Environment) -> None:
    own = {"posts": (), "next_url": None}
    page = read(render(environment, "theme/welcome.html", context={**sample_context(stranger=True), **own}, language="en"))
    links = {link.attributes["href"] for link in page.all("a")}
    assert "/sign-in" in links
    assert not links & {"/compose", "/inbox", "/settings"}


def test_the_csrf_header_survives_any_token(environment: jinja2.Environment) -> None:
    token = "a'b\"c<d>&e"
    own = {"posts": (), "next_url": None, "csrf_token": token}
    page = read(render(environment, "theme/welcome.html", context={**sample_context(), **own}, language="en"))
    assert msgspec.json.decode(page.all("body")[0].attributes["hx-headers"]) == {"X-CSRFToken": token}


def test_htmx_is_told_to_stay_within_the_policy(environment: jinja2.Environment, static: StaticFiles) -> None:
    own = {"posts": (), "next_url": None}
    page = read(render(environment, "theme/welcome.html", context={**sample_context(), **own}, language="en"))
    told = msgspec.json.decode(next(meta for meta in page.named("htmx-config")).attributes["content"])
    assert told["allowEval"] is told["includeIndicatorStyles"] is told["historyEnabled"] is False
    assert told["selfRequestsOnly"] is True
    assert {"code": "422", "swap": True} in told["responseHandling"]
    assert page.all("script")[0].attributes["src"] == static.url("theme.js")


@pytest.mark.parametrize(("status", "links"), [(409, []), (401, ["/sign-in"])])
def test_a_refusal_of_a_part_is_one_calm_line(environment: jinja2.Environment, status: int, links: list[str]) -> None:
    context = {**sample_context(), "status": status, "title": "Already decided.", "message": "Reload to see it.", "action": None}
    shown = read(render(environment, "theme/partial_error.html", context=context, language="en"))
    assert shown.text.strip().startswith("Already decided. Reload to see it.")
    assert [link.attributes["href"] for link in shown.all("a")] == links
