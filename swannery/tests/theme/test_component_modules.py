"""A page's components are made once; so they may know only what every page knows, and what they are given."""

import re
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from jinja2 import meta

import swannery
from swannery.foundation.web import Page
from swannery.theme.component_modules import COMPONENTS, SharingTemplate, one_page
from swannery.theme.environment import TEMPLATES, make_environment
from swannery.theme.static_files import theme_static_files

# What every page is given: by Page._common, by show, and the language by render.
OF_EVERY_PAGE = {
    "site", "me", "viewer", "csrf_token", "now", "look", "language", "inbox_count", "notice", "active", "path", "status",
}  # fmt: skip
OF_SOME = {"circles"}  # given to the whole page as well, where it is one with a composer
SET = re.compile(r"{%-?\s*set\s+([\w, ]+?)\s*(?:=|%})")


@pytest.fixture(scope="module")
def environment() -> jinja2.Environment:
    return make_environment(template_folders={}, static=theme_static_files(site_name="Town"))


def components() -> Iterator[Path]:
    yield from sorted((TEMPLATES / "components").glob("*.html"))


def test_components_know_only_what_every_page_knows(environment: jinja2.Environment) -> None:
    for path in components():
        text = path.read_text(encoding="utf-8")
        # Jinja's own search takes what is set in one branch for unknown in the next.
        own = {name.strip() for found in SET.finditer(text) for name in found[1].split(",")}
        unknown = meta.find_undeclared_variables(environment.parse(text)) - OF_EVERY_PAGE - OF_SOME - own - set(environment.globals)
        assert not unknown, path.name


def test_no_page_gives_such_a_name_another_meaning() -> None:
    for path in Path(swannery.__file__).parent.rglob("templates/**/*.html"):
        names = {name.strip() for found in SET.finditer(path.read_text(encoding="utf-8")) for name in found[1].split(",")}
        assert not names & (OF_EVERY_PAGE | OF_SOME), path


def test_what_every_page_is_given_is_what_is_written_here() -> None:
    source = Path(Page.__init__.__code__.co_filename).read_text(encoding="utf-8")
    common = source[source.index("def _common") :]
    given = set(re.findall(r'^            "(\w+)":', common[: common.index("\n\n\n")], re.MULTILINE))
    assert given | {"status"} == OF_EVERY_PAGE


def made(environment: jinja2.Environment, text: str) -> str:
    return environment.from_string(text).render(me=None, csrf_token="x", now=None)


def test_a_component_is_made_once_for_a_page_and_anew_for_the_next(
    environment: jinja2.Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str] = []
    plain = jinja2.Template.make_module

    def counted(self: jinja2.Template, *given: object) -> object:
        names.append(str(self.name))
        return plain(self, *given)  # type: ignore[arg-type] # passed on as it came

    monkeypatch.setattr(jinja2.Template, "make_module", counted)
    twice = f'{{% from "theme/{COMPONENTS}forms.html" import csrf with context %}}' * 2
    with one_page():
        made(environment, twice)
    assert names == [f"{COMPONENTS}forms.html"]
    with one_page():
        made(environment, twice)
    made(environment, twice)
    assert len(names) == 1 + 1 + 2
    assert isinstance(environment.get_template(f"theme/{COMPONENTS}forms.html"), SharingTemplate)


def test_what_is_drawn_apart_has_components_of_its_own(environment: jinja2.Environment) -> None:
    text = f'{{% from "theme/{COMPONENTS}forms.html" import csrf with context %}}{{{{ csrf() }}}}'
    with one_page():
        first = environment.from_string(text).render(csrf_token="mine")
        with one_page():
            assert "theirs" in environment.from_string(text).render(csrf_token="theirs")
        assert environment.from_string(text).render(csrf_token="mine") == first
