"""The files a page needs beside its HTML, held in memory and addressed by what is in them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
URL_PREFIX = "/static/"
HASH_LENGTH = 12

# The order is the cascade: what comes later may refine what comes earlier.
STYLE_SHEETS = ("tokens", "base", "layout", "controls", "people", "posts", "kinds", "pictures", "places", "feeds")

CSS = "text/css; charset=utf-8"
JAVASCRIPT = "text/javascript; charset=utf-8"
SVG = "image/svg+xml"
MANIFEST = "application/manifest+json"


@dataclass(frozen=True, kw_only=True)
class StaticFile:
    body: bytes
    content_type: str


class StaticFiles:
    """Files by name; a URL carries the hash of its content, so it may be cached for ever."""

    def __init__(self, files: Mapping[str, StaticFile]) -> None:
        self._files = dict(files)
        self._hashes = {name: hashlib.sha256(file.body).hexdigest()[:HASH_LENGTH] for name, file in files.items()}

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._files)

    def url(self, name: str) -> str:
        """Return the path a page links to; a name that is not held is a mistake of ours and raises `KeyError`."""
        return f"{URL_PREFIX}{self._hashes[name]}/{name}"

    def find(self, path: str) -> StaticFile | None:
        """Return the file at `path` (what follows `/static/`), or None when the name or the hash is another."""
        content_hash, _, name = path.partition("/")
        return self._files[name] if self._hashes.get(name) == content_hash else None


def theme_static_files(*, site_name: str = "Swannery") -> StaticFiles:
    """Load what the theme's own pages link to; `site_name` is what a phone shows under the installed icon."""
    files = {
        "site.css": StaticFile(body=_style_sheet(), content_type=CSS),
        "site.js": StaticFile(body=(FOLDER / "js" / "site.js").read_bytes(), content_type=JAVASCRIPT),
        "pictures.js": StaticFile(body=(FOLDER / "js" / "pictures.js").read_bytes(), content_type=JAVASCRIPT),
        "keys.js": StaticFile(body=(FOLDER / "js" / "keys.js").read_bytes(), content_type=JAVASCRIPT),
        "feed.js": StaticFile(body=(FOLDER / "js" / "feed.js").read_bytes(), content_type=JAVASCRIPT),
        "theme.js": StaticFile(body=(FOLDER / "js" / "theme.js").read_bytes(), content_type=JAVASCRIPT),
        "htmx.min.js": StaticFile(body=_htmx(), content_type=JAVASCRIPT),
        "swan.svg": StaticFile(body=(FOLDER / "swan.svg").read_bytes(), content_type=SVG),
    }
    icon_url = StaticFiles(files).url("swan.svg")
    files["site.webmanifest"] = StaticFile(body=_manifest(site_name=site_name, icon_url=icon_url), content_type=MANIFEST)
    return StaticFiles(files)


def _style_sheet() -> bytes:
    return b"\n".join((FOLDER / "css" / f"{name}.css").read_bytes() for name in STYLE_SHEETS)


def _htmx() -> bytes:
    """Read htmx from its package, which holds data only."""
    return resources.files("js_lib_htmx").joinpath("static", "htmx", "htmx.min.js").read_bytes()


def _manifest(*, site_name: str, icon_url: str) -> bytes:
    return json.dumps(
        {
            "name": site_name,
            "short_name": site_name,
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#f7fafb",
            "theme_color": "#f7fafb",
            "icons": [{"src": icon_url, "sizes": "any", "type": SVG, "purpose": "any"}],
        },
        ensure_ascii=False,
    ).encode()
