"""The one Jinja environment: always escaping, strict about missing names, speaking the reader's language."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import jinja2
from lucide.jinja import lucide
from markupsafe import Markup

from swannery.theme.component_modules import SharingTemplate, one_page
from swannery.theme.drawing import avatar_svg, bars_svg, cover_svg, empty_svg, initials_of, swan_svg
from swannery.theme.moments import ago, day, end_time, exact_time, figure
from swannery.theme.shelf import Shelf, with_token
from swannery.theme.static_files import StaticFiles
from swannery.theme.translations import Catalogues, direction, shipped_catalogues, speaking, spoken_language

TEMPLATES = Path(__file__).parent / "templates" / "theme"
ICON_SIZE = 20
# What points along the line points the other way where lines run from right to left.
TURNED = frozenset(
    {
        "arrow-left",
        "arrow-right",
        "chevron-left",
        "chevron-right",
        "corner-left-up",
        "log-out",
        "log-in",
        "reply",
        "send",
        "send-horizontal",
    }
)
ICON_LOOK = {"class": "icon", "stroke-width": "1.75", "aria-hidden": "true"}


class Pictured(Protocol):
    """Whoever has a picture."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def picture(self) -> str: ...


def make_environment(
    *, template_folders: Mapping[str, Path], static: StaticFiles, debug: bool = False, catalogues: Catalogues | None = None
) -> jinja2.Environment:
    """Build the environment; a feature's templates are found as `<prefix>/…`, the theme's own as `theme/…`."""
    words = catalogues or shipped_catalogues()
    folders = {"theme": TEMPLATES, **template_folders}
    environment = jinja2.Environment(
        loader=jinja2.PrefixLoader({prefix: jinja2.FileSystemLoader(folder) for prefix, folder in folders.items()}),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=debug,
        cache_size=-1,
        extensions=["jinja2.ext.i18n"],
    )
    environment.template_class = SharingTemplate
    environment.policies["ext.i18n.trimmed"] = True
    _install_words(environment, words)
    environment.globals.update(_globals(static))
    environment.filters.update(_filters(words))
    shelf = Shelf(environment)
    environment.globals.update({"drawn_card": shelf.card, "drawn_composer": shelf.composer, "drawn_part": shelf.part})
    return environment


def render(environment: jinja2.Environment, name: str, *, context: Mapping[str, Any], language: str) -> str:
    """Render a template with all its words in `language`; safe for many requests at once."""
    with speaking(language), one_page():
        html = environment.get_template(name).render({**context, "language": language})
    return with_token(html, context.get("csrf_token", ""))


def _install_words(environment: jinja2.Environment, words: Catalogues) -> None:
    # The extension adds this method to the environment; its types do not know it.
    install: Callable[..., None] = environment.install_gettext_callables  # type: ignore[attr-defined] # added by jinja2.ext.i18n
    install(words.gettext, words.ngettext, newstyle=True, pgettext=words.pgettext)

    # A page asks for a hundred words without a figure or a name in them: those are escaped and looked up once, not each time.
    @lru_cache(maxsize=8192)
    def settled(_language: str, message: str) -> Markup:
        return Markup(words.gettext(message)) % {}  # noqa: S704 - words of ours, as the extension itself takes them

    def gettext(message: str, /, **variables: object) -> Markup:
        if variables:
            return Markup(words.gettext(message)) % variables  # noqa: S704 - same; what is put in is escaped
        return settled(spoken_language(), message)

    environment.filters["direction"] = direction
    environment.filters["said"] = words.gettext  # a sentence that was kept as it read
    environment.globals.update({"gettext": gettext, "_": gettext})


def _globals(static: StaticFiles) -> dict[str, Any]:
    return {
        "avatar": avatar,
        "drawn_avatar": drawn_avatar,
        "bars": bars_svg,
        "cover": cover_svg,
        "drawing": empty_svg,
        "icon": icon,
        "static_url": static.url,
        "swan": swan_svg,
    }


def _filters(words: Catalogues) -> dict[str, Callable[..., str]]:
    def ago_filter(value: datetime, now: datetime) -> str:
        return ago(value, now, catalogues=words)

    @jinja2.pass_context
    def exact_time_filter(context: jinja2.runtime.Context, value: datetime) -> str:
        """By the reader's clock, which the page's `now` shows."""
        now = context.get("now")
        return exact_time(value.astimezone(now.tzinfo) if isinstance(now, datetime) else value)

    @jinja2.pass_context
    def end_time_filter(context: jinja2.runtime.Context, value: datetime, start: datetime) -> str:
        """By the reader's clock as well."""
        now = context.get("now")
        return end_time(value.astimezone(now.tzinfo) if isinstance(now, datetime) else value, start)

    return {"ago": ago_filter, "end_time": end_time_filter, "day": day, "exact_time": exact_time_filter, "figure": figure}


@lru_cache(maxsize=512)
def icon(name: str, size: int = ICON_SIZE) -> Markup:
    """Draw an icon of the lucide set; it is decoration, so whatever it stands for needs words beside it."""
    look = {**ICON_LOOK, "class": "icon turns"} if name in TURNED else ICON_LOOK
    return Markup(lucide(name, size=size, **look))  # noqa: S704 - drawn by the package, no foreign text in it


@lru_cache(maxsize=4096)
def _avatar_of(seed: str, name: str, size: int) -> Markup:
    return avatar_svg(seed, initials=initials_of(name), size=size)


SMALL_FACE = 48  # pixels of the page; with two of the screen's to each, the small picture is enough


def avatar(person: Pictured, size: int = 40, *, eager: bool = False) -> Markup:
    """Show a person's picture, or draw their initials; it is decoration, the name always stands beside it."""
    if not person.picture:
        return _avatar_of(str(person.id), person.name, size)
    kept = "small" if size <= SMALL_FACE else "large"
    return Markup('<img class="avatar" src="/pictures/{}/{}" width="{}" height="{}" alt="" loading="{}" decoding="async">').format(
        person.picture, kept, size, size, "eager" if eager else "lazy"
    )


def drawn_avatar(person: Pictured, size: int = 40) -> Markup:
    """Draw the initials of somebody whose picture the reader does not get to see."""
    return _avatar_of(str(person.id), person.name, size)
