"""Every component in all its states on one page, mounted while developing and looked through by tests."""

from types import ModuleType
from typing import Any

import jinja2
import msgspec

from swannery.theme import samples
from swannery.theme.environment import render
from swannery.theme.translations import SOURCE_LANGUAGE


class Site(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    open: bool = True


class Look(msgspec.Struct, frozen=True, kw_only=True):
    time_zone: str = ""
    theme: str = "auto"
    accent: str = "lake"


def gallery_html(environment: jinja2.Environment, *, language: str = SOURCE_LANGUAGE) -> str:
    return render(environment, "theme/gallery.html", context=sample_context(), language=language)


def sample_context(*, stranger: bool = False) -> dict[str, Any]:
    """Return what the layout relies on, and every sample under its own name in small letters."""
    layout = {
        "site": Site(name="Northside Studio"),
        "me": None if stranger else samples.ALICE,
        "csrf_token": "sample-token",
        "look": Look(),
        "active": "home",
        "inbox_count": 3,
        "notice": "Your post is out. Tess and 36 others can see it.",
        "now": samples.NOW,
    }
    return {**_values_of(samples), "tabs_sample": samples.TABS, **layout}


def _values_of(module: ModuleType) -> dict[str, Any]:
    return {name.lower(): value for name, value in vars(module).items() if name.isupper() and name != "UTC"}
