"""Words in the reader's language, and times in words."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import jinja2
import pytest
from babel.messages.extract import extract_from_dir

import swannery
from swannery.theme import translations
from swannery.theme.environment import make_environment, render
from swannery.theme.moments import ago, exact_time, figure
from swannery.theme.static_files import StaticFiles
from swannery.theme.translations import Catalogues, direction, load_catalogues, negotiate, speaking

NOW = datetime(2026, 11, 22, 16, 25, tzinfo=UTC)
GERMAN = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Hello %(name)s"
msgstr "Hallo %(name)s"

msgid "%(num)s like"
msgid_plural "%(num)s likes"
msgstr[0] "%(num)s Herz"
msgstr[1] "%(num)s Herzen"

msgid "%(count)s min"
msgstr "vor %(count)s Min."

msgid "Not done yet"
msgstr ""
"""
PAGE = (
    '{{ _("Hello %(name)s", name=name) }}, {{ ngettext("%(num)s like", "%(num)s likes", 2) }}, '
    '{{ when | ago(now) }}, {{ _("Not done yet") }}'
)
IN_ENGLISH = "Hello &lt;Bo&gt;, 2 likes, 3 min, Not done yet"
IN_GERMAN = "Hallo &lt;Bo&gt;, 2 Herzen, vor 3 Min., Not done yet"
CONTEXT = {"name": "<Bo>", "when": NOW - timedelta(minutes=3), "now": NOW}


@pytest.fixture
def catalogues(tmp_path: Path) -> Catalogues:
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "messages.po").write_text(GERMAN, encoding="utf-8")
    return load_catalogues(tmp_path)


@pytest.fixture
def bilingual(tmp_path: Path, static: StaticFiles, catalogues: Catalogues) -> jinja2.Environment:
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "page.html").write_text(PAGE, encoding="utf-8")
    return make_environment(template_folders={"feature": folder}, static=static, catalogues=catalogues)


def test_a_language_is_added_by_its_po_file_alone(bilingual: jinja2.Environment, catalogues: Catalogues) -> None:
    assert catalogues.languages == ("en", "de")
    assert render(bilingual, "feature/page.html", context=CONTEXT, language="en") == IN_ENGLISH
    assert render(bilingual, "feature/page.html", context=CONTEXT, language="de") == IN_GERMAN
    assert render(bilingual, "feature/page.html", context=CONTEXT, language="fr") == IN_ENGLISH


def test_many_requests_at_once_do_not_hear_each_other(bilingual: jinja2.Environment) -> None:
    async def request(language: str) -> str:
        with speaking(language):
            await asyncio.sleep(0)
            return render(bilingual, "feature/page.html", context=CONTEXT, language=language)

    async def everybody() -> list[str]:
        return await asyncio.gather(*(request(language) for language in ("de", "en") * 50))

    assert asyncio.run(everybody()) == [IN_GERMAN, IN_ENGLISH] * 50
    with ThreadPoolExecutor(8) as pool:
        pages = pool.map(lambda language: render(bilingual, "feature/page.html", context=CONTEXT, language=language), ("de", "en") * 50)
        assert list(pages) == [IN_GERMAN, IN_ENGLISH] * 50


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,de;q=0.9", "en"),
        ("fr, de;q=0.4, en;q=0.6", "en"),
        ("fr", "en"),
        ("", "en"),
        ("de;q=0, en", "en"),
        ("de;q=nonsense", "en"),
        (";;;,,,q=", "en"),
        ("*", "en"),
        ("x" * 100_000, "en"),
    ],
)
def test_the_header_decides_among_what_is_there(header: str, language: str) -> None:
    assert negotiate(header, languages=("en", "de")) == language


def test_english_is_always_shipped() -> None:
    assert negotiate("en") == "en"


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=-30), "now"),
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=3), "3 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(days=2), "Fri"),
        (timedelta(days=7), "15 Nov"),
        (timedelta(days=400), "18 Oct 2025"),
    ],
)
def test_a_time_is_said_as_shortly_as_it_is_clear(before: timedelta, words: str) -> None:
    assert ago(NOW - before, NOW, catalogues=load_catalogues()) == words


def test_the_day_is_that_of_the_readers_clock() -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert ago(late, NOW, catalogues=load_catalogues()) == "Fri"
    assert ago(late, NOW.astimezone(timezone(timedelta(hours=2))), catalogues=load_catalogues()) == "Sat"


def test_the_exact_time_and_figures_follow_the_language() -> None:
    assert exact_time(NOW) == "22 November 2026, 16:25 UTC"
    assert figure(9999) == "9,999"
    with speaking("de"):
        assert exact_time(NOW) == "22. November 2026, 16:25 UTC"
        assert figure(9999) == "9.999"


def test_the_words_of_templates_and_code_can_be_collected() -> None:
    theme = Path(translations.__file__).parent
    methods = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
    found = {
        message
        for _, _, messages, _, _ in extract_from_dir(
            theme, method_map=methods, options_map={"**/templates/**.html": {"newstyle_gettext": "true", "trimmed": "true"}}
        )
        for message in (messages if isinstance(messages, tuple) else (messages,))
    }
    assert {"Home", "%(count)s min", "%(count)s reaction", "Sign in just as you do in the %(name)s app."} <= found


def test_a_page_says_how_it_is_read() -> None:
    assert [direction(language) for language in ("en", "de", "ar", "he", "fa-IR")] == ["ltr", "ltr", "rtl", "rtl", "rtl"]


def test_no_style_knows_left_from_right() -> None:
    """What is said of a side is said as start and end, so that pages can be read from right to left."""
    side = re.compile(r"(?:margin|padding|border|inset)-(?:left|right)|(?<![-\w])(?:left|right|float)\s*:|text-align:\s*(?:left|right)")
    four = re.compile(r"(?<![-\w])(?:margin|padding|inset): ([^ ();]+) ([^ ();]+) ([^ ();]+) ([^ ();]+);")
    for path in sorted((Path(swannery.__file__).parent / "theme" / "static" / "css").glob("*.css")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert not side.search(line), f"{path.name}:{number}"
            assert all(found[2] == found[4] for found in four.finditer(line)), f"{path.name}:{number}"
