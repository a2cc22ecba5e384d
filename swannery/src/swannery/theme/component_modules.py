"""Components are made once for a page. Jinja would make each anew at every import "with context", a dozen times for some.

That one of them serves every importer of a page is true as long as components know only what all pages know and what they are given; a test
holds them to it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import jinja2
from jinja2.environment import TemplateModule

COMPONENTS = "components/"

_of_this_page: ContextVar[dict[str, TemplateModule] | None] = ContextVar("component_modules", default=None)


@contextmanager
def one_page() -> Iterator[None]:
    """Make components once within the block; what is drawn apart inside it, with another context, needs a block of its own."""
    token = _of_this_page.set({})
    try:
        yield
    finally:
        _of_this_page.reset(token)


class SharingTemplate(jinja2.Template):
    """A template whose module is made once for a page, if it is a component."""

    def make_module(self, vars: dict[str, Any] | None = None, shared: bool = False, locals: Any = None) -> TemplateModule:  # noqa: A002, ANN401, FBT001, FBT002 - Jinja's own signature
        """Return the module; `vars` are the page's names and those its importer exports, `locals` its importer's own."""
        made = _of_this_page.get()
        if made is None or not shared or not (self.name or "").startswith(COMPONENTS):
            return super().make_module(vars, shared, locals)
        path = str(self.filename)  # names begin anew in each room's folder
        if path not in made:
            made[path] = super().make_module(vars, shared, None)
        return made[path]
