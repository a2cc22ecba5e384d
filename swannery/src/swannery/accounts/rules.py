"""How members are called. What the app holds is untrusted: it may hide, overwrite or turn around what stands beside it."""

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit, urlunsplit

from swannery.foundation.words import Sentence, say

SHORTEST_HANDLE, LONGEST_HANDLE = 2, 30
LONGEST_NAME = 100
FALLBACK = "member"
FORMER_NAME = "Former member"
LARGEST_SHARE = 0.05
LONGEST_BIO = 500
LONGEST_PRONOUNS = 40
MOST_LINKS, LONGEST_LINK = 5, 200
HOST = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]\Z")
# What stands in an address as it is; everything else must be written as %XX.
ADDRESS_LETTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*\Z")

HANDLE = re.compile(rf"^[a-z0-9_]{{{SHORTEST_HANDLE},{LONGEST_HANDLE}}}\Z")
ADDRESS = re.compile(r"\S@\S")

# What would be taken for a page of ours, or for somebody in charge.
RESERVED = frozenset(
    [
        "about",
        "admin",
        "administrator",
        "all",
        "analytics",
        "anonymous",
        "api",
        "app",
        "assets",
        "auth",
        "bookmarks",
        "challenges",
        "channel",
        "communities",
        "community",
        "compose",
        "contact",
        "embed",
        "embeds",
        "everyone",
        "export",
        "favicon",
        "feed",
        "feeds",
        "followers",
        "following",
        "friends",
        "healthz",
        "help",
        "here",
        "home",
        "import",
        "info",
        "jobs",
        "legal",
        "login",
        "logout",
        "mail",
        "me",
        "media",
        "members",
        "messages",
        "metrics",
        "mod",
        "moderation",
        "moderator",
        "moderators",
        "new",
        "news",
        "nobody",
        "notifications",
        "null",
        "official",
        "owner",
        "people",
        "post",
        "posts",
        "privacy",
        "profile",
        "readyz",
        "register",
        "root",
        "rules",
        "search",
        "security",
        "service",
        "settings",
        "sign_in",
        "sign_out",
        "sign_up",
        "signin",
        "signout",
        "signup",
        "site",
        "staff",
        "static",
        "status",
        "support",
        "swannery",
        "sys",
        "system",
        "tag",
        "tags",
        "team",
        "terms",
        "trending",
        "undefined",
        "user",
        "users",
        "webhooks",
        "webmaster",
        "www",
        "you",
    ]
)

# Letters that Unicode does not take apart.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "ħ": "h", "ŋ": "ng"})
# Joiners (U+200C, U+200D) stay: Persian and families of emoji need them.
_JOINERS = {"\u200c", "\u200d"}


def links_of(written: Iterable[str]) -> tuple[tuple[str, ...], Sentence | None]:
    """Return the addresses as they are stored, each once, and a sentence where one cannot be taken: https and a name, nothing hidden."""
    links: list[str] = []
    for text in written:
        wanted = text.strip()
        if not wanted:
            continue
        url = _link_of(wanted)
        if not url:
            return (), say("%(text)s is no address we can link to. Write it like https://example.org/you.", text=wanted[:60])
        if url not in links:
            links.append(url)
    if len(links) > MOST_LINKS:
        return (), say("These are %(over)s too many; %(most)s fit.", over=len(links) - MOST_LINKS, most=MOST_LINKS)
    return tuple(links), None


def _link_of(text: str) -> str:
    """Return an address in full, or nothing. Names are kept in letters everybody can tell apart (xn--…)."""
    whole = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(whole)
        host = (parts.hostname or "").encode("idna").decode("ascii").lower()
        port = parts.port
    except ValueError:
        return ""
    fits = parts.scheme.lower() == "https" and "@" not in parts.netloc and port in {None, 443} and HOST.match(host)
    url = urlunsplit(("https", host, parts.path or "/", parts.query, parts.fragment))
    return url if fits and len(url) <= LONGEST_LINK and ADDRESS_LETTERS.match(url) else ""


def are_too_many_to_erase(*, due: int, active: int, allowed: int) -> bool:
    """Whether so many deletions at once look like a mistake: more than the allowed number, and more than 5 % of the active members."""
    return due > max(allowed, active * LARGEST_SHARE)


def clean_name(text: str) -> str:
    """Return a name as it may be shown: no control characters, no overrides of direction, single spaces, 100 at most; maybe empty.

    An e-mail address is no name: it was never meant to be public.
    """
    kept = "".join(c for c in text if c in _JOINERS or c.isspace() or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    name = " ".join(kept.split())[:LONGEST_NAME].strip()
    return "" if ADDRESS.search(name) or not name.strip("".join(_JOINERS)) else name


def fold(text: str) -> str:
    """Return the text in a–z, 0–9 and single underscores, as far as it can be written so."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")


def handle_problem(handle: str) -> str:
    """Return why this cannot be a handle, or nothing."""
    if not HANDLE.match(handle):
        return f"A handle has {SHORTEST_HANDLE} to {LONGEST_HANDLE} small letters, figures and underscores."
    if handle in RESERVED or handle.startswith("former_"):
        return "This handle is reserved."
    return ""


def handle_stem(*, handle: str, name: str) -> str:
    """Return what a new member's handle is made of: the app's handle, else the name, else `member`; never an e-mail address."""
    # An app's own underscores are kept as they are: coach__jo is not coach_jo.
    as_it_is = handle.casefold()
    from_handle = as_it_is if HANDLE.match(as_it_is) else fold(handle)
    from_name = fold(name)[:LONGEST_HANDLE].rstrip("_")
    for source, stem in ((handle, from_handle), (name, from_name)):
        if not ADDRESS.search(source) and not handle_problem(stem):
            return stem
    return FALLBACK


def numbered(stem: str, number: int) -> str:
    """Return the stem itself for 1, with its number from 2 on, still short enough."""
    if number == 1:
        return stem
    tail = f"_{number}" if stem[-1].isdigit() else str(number)
    return stem[: LONGEST_HANDLE - len(tail)] + tail


class Numbering:
    """Which number to try next for each stem. Steps double while handles turn out to be taken, so that few questions are asked."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        self._step: dict[str, int] = {}

    def next_handle(self, stem: str) -> str:
        """Return a handle that was not offered before."""
        number = self._last.get(stem, 0) + self._step.get(stem, 1)
        self._last[stem] = number
        return numbered(stem, number)

    def was_taken(self, stem: str) -> None:
        """Take larger steps."""
        self._step[stem] = self._step.get(stem, 1) * 2

    def was_free(self, stem: str) -> None:
        """Go on one by one."""
        self._step[stem] = 1


LONGEST_PICTURE_ADDRESS = 2048


def app_picture_url(address: str, *, base: str) -> str | None:
    """Return where to ask for a picture of the app's: the address as it is, or as one of `base`; None for no address."""
    try:
        url = urljoin(base, address.strip())
        parts = urlsplit(url)
        fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and len(url) <= LONGEST_PICTURE_ADDRESS
    except ValueError:
        return None
    return url if fits else None
