"""What holds for every component in every state."""

from collections import Counter

import jinja2
import pytest
from theme.markup import Element, read

from swannery.theme import samples
from swannery.theme.environment import render
from swannery.theme.gallery import gallery_html, sample_context

ERROR = {"status": 404, "title": "That page is not here", "message": "It may be deleted.", "action": None}
PAGES = ("gallery", "error", "sign_in", "welcome")


def html_of(environment: jinja2.Environment, page: str) -> str:
    if page == "gallery":
        return gallery_html(environment)
    own = {"posts": samples.POSTS, "next_url": "/?after=1", "form": samples.SIGN_IN_ERRORS, "next": "/", "provider": "Studio key", **ERROR}
    return render(environment, f"theme/{page}.html", context={**sample_context(stranger=page != "error"), **own}, language="en")


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, environment: jinja2.Environment) -> Element:
    return read(html_of(environment, request.param))


def test_no_element_carries_a_style_or_a_handler(page: Element) -> None:
    assert not page.all("style")
    assert not [element for element in page.inside for name in element.attributes if name == "style" or name.startswith("on")]


def test_every_script_comes_from_a_file(page: Element) -> None:
    scripts = page.all("script")
    assert scripts
    assert all(script.attributes.get("src", "").startswith("/static/") and not script.text.strip() for script in scripts)


def test_every_post_form_carries_the_csrf_token(page: Element) -> None:
    for form in page.all("form"):
        assert form.attributes["method"] == "post"
        assert [token.attributes["value"] for token in form.named("_csrf_token")] == ["sample-token"]


def test_every_form_of_htmx_works_without_it(page: Element) -> None:
    for form in page.all("form"):
        assert form.attributes.get("hx-post", form.attributes["action"]) == form.attributes["action"]
        assert form.all("button")


def test_every_id_is_there_once(page: Element) -> None:
    counted = Counter(element.attributes["id"] for element in page.inside if "id" in element.attributes)
    assert not [name for name, count in counted.items() if count > 1]


def test_whatever_points_to_an_id_finds_it(page: Element) -> None:
    ids = {element.attributes["id"] for element in page.inside if "id" in element.attributes}
    for element in page.inside:
        for name in ("for", "aria-describedby", "aria-labelledby"):
            assert set(element.attributes.get(name, "").split()) <= ids
        if element.attributes.get("href", "").startswith("#"):
            assert element.attributes["href"][1:] in ids


def test_everything_that_can_be_pressed_has_an_accessible_name(page: Element) -> None:
    for element in page.inside:
        if element.tag in {"a", "button", "summary"} and element.attributes.get("aria-hidden") != "true":
            assert element.attributes.get("aria-label") or element.text.strip(), element.attributes


def test_every_field_has_a_label(page: Element) -> None:
    labelled = {label.attributes["for"] for label in page.all("label")}
    for element in page.inside:
        if element.tag in {"input", "select", "textarea"} and element.attributes.get("type") != "hidden":
            assert element.attributes["id"] in labelled


def test_every_picture_is_hidden_from_those_who_listen(page: Element) -> None:
    assert all(picture.attributes.get("aria-hidden") == "true" for picture in page.all("svg"))


def test_a_page_has_its_landmarks_and_one_first_heading(page: Element) -> None:
    assert len(page.all("main")) == len(page.all("footer")) == 1
    assert page.all("h1")
    assert page.all("a")[0].attributes["href"] == "#main"
    assert (
        len(
            [element for element in page.inside if element.attributes.get("role") == "status" and element.attributes.get("id") == "notices"]
        )
        == 1
    )
