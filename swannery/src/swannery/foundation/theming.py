"""The theme, bound to the languages it speaks and to the templates of every feature."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from swannery.theme.environment import make_environment, render
from swannery.theme.static_files import StaticFile, theme_static_files
from swannery.theme.translations import negotiate, own_name, shipped_catalogues, speaking


class Theme:
    """Made once per process."""

    def __init__(self, *, template_folders: Mapping[str, Path], site_name: str, default_language: str = "en", debug: bool = False) -> None:
        self.static = theme_static_files(site_name=site_name)
        self._default = default_language
        self._environment = make_environment(template_folders=template_folders, static=self.static, debug=debug)

    @cached_property
    def languages(self) -> Mapping[str, str]:
        """What is spoken here: code, and the name it gives itself."""
        return {code: own_name(code) for code in shipped_catalogues().languages}

    def render(self, name: str, context: Mapping[str, Any], *, language: str) -> str:
        """Return the rendered template."""
        return render(self._environment, name, context=context, language=language)

    def gettext(self, message: str, *, language: str) -> str:
        """Return one message in a language."""
        with speaking(language):
            return shipped_catalogues().gettext(message)

    def ngettext(self, forms: tuple[str, str, int], *, language: str) -> str:
        """Return one message about so many in a language: what it is for one, for several, and the number."""
        with speaking(language):
            return shipped_catalogues().ngettext(*forms)

    def negotiate(self, accept_language: str) -> str:
        """Return the language to answer in."""
        return negotiate(accept_language) if accept_language else self._default

    def file(self, path: str) -> StaticFile | None:
        """Return a static file by the path after /static/."""
        return self.static.find(path)
