"""Reads what a page says of itself, in a process of its own: `python -I page_reading.py CONTENT_TYPE`, the page on standard input.

Whatever a parser does with a hostile page happens here, with bounded memory and time. Of ours it imports only its limits.
"""

import json
import sys

from selectolax.lexbor import LexborHTMLParser
from w3lib.encoding import html_to_unicode

from swannery.foundation.confined import limit

LONGEST = 2000  # of anything told; whoever asked shortens it further
MOST_SECONDS = 3  # a page is read in milliseconds; one that is made to be slow is not worth more
# What is asked of the page's head, the first that says something wins: https://ogp.me, then what pages had before it.
TITLE = ("og:title", "twitter:title")
DESCRIPTION = ("og:description", "twitter:description", "description")
PICTURE = ("og:image:secure_url", "og:image:url", "og:image", "twitter:image", "twitter:image:src")
ALT = ("og:image:alt", "twitter:image:alt")


def read(page: bytes, *, content_type: str) -> dict[str, str]:
    """Return title, description, and the address and alt text of a picture; each may be empty."""
    _, text = html_to_unicode(content_type or None, page, default_encoding="utf-8")
    tree = LexborHTMLParser(text)
    said: dict[str, str] = {}
    for node in tree.css("meta"):
        name = (node.attributes.get("property") or node.attributes.get("name") or "").strip().lower()
        said.setdefault(name, (node.attributes.get("content") or "").strip()[:LONGEST])
    titles = tree.css("head > title")
    written = " ".join(titles[0].text().split())[:LONGEST] if titles else ""
    found = {name: next((said[key] for key in keys if said.get(key)), "") for name, keys in WANTED.items()}
    return {**found, "title": found["title"] or written}


WANTED = {"title": TITLE, "description": DESCRIPTION, "picture": PICTURE, "alt": ALT}


def main() -> None:
    """Read the page and say what it says."""
    limit(seconds=MOST_SECONDS)
    print(json.dumps(read(sys.stdin.buffer.read(), content_type=sys.argv[1])))  # noqa: T201 - this is how it answers


if __name__ == "__main__":
    main()
