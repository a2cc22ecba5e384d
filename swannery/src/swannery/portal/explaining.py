"""Words for why something is in a feed, in the reader's language."""

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from swannery.feeds.models import Counts, Feed, FeedItem, Terms, Why
from swannery.theme.moments import figure

if TYPE_CHECKING:
    from swannery.foundation.web import Page
    from swannery.posts.models import Post

NAMED = 2


class Explained(NamedTuple):
    """A sentence, and the terms behind it: label, figure, note."""

    summary: str
    lines: list[tuple[str, str, str]]


def explained(feed: Feed, page: "Page") -> "list[Post]":
    """Put words to the reason of each post; one whose place is explained says it there."""
    return [item.post if item.why else msgspec.structs.replace(item.post, reason=words_for(item, page)) for item in feed.items]


def whys_of(feed: Feed, page: "Page") -> dict[int, Explained]:
    """Return why each post of a ranked page stands where it does, by id."""
    return {item.post.id: explain(item.why, page) for item in feed.items if item.why}


def words_for(item: FeedItem, page: "Page") -> str | None:
    """Return why this is here."""
    reason = item.reason
    match reason.kind:
        case "own":
            return None
        case "friend":
            words = page.gettext("You are friends with %(name)s")
        case "followed":
            words = page.gettext("You follow %(name)s")
        case "community":
            words = page.gettext("You are in %(name)s")
        case _:
            words = page.gettext("New on this site")
    return words % {"name": reason.name} if reason.name else words


def explain(why: Why, page: "Page") -> Explained:
    """Return the sentence and the terms of a place."""
    return Explained(summary=_summary(why, page), lines=_lines(why.terms, page))


def _summary(why: Why, page: "Page") -> str:
    """Return "Because you train with Tess and 4 friends reacted"; of friends at most two are named."""
    tie = _tie(why.terms, page)
    friends = _friends(why, page)
    if tie and friends:
        return page.gettext("Because %(tie)s and %(friends)s") % {"tie": tie, "friends": friends}
    return page.gettext("Because %(tie)s") % {"tie": tie or friends or page.gettext("it is new")}


def _tie(terms: Terms, page: "Page") -> str:
    match terms.tie:
        case "trains":
            words = page.gettext("you train with %(name)s")
        case "friend":
            words = page.gettext("you are friends with %(name)s")
        case "followed":
            words = page.gettext("you follow %(name)s")
        case "community":
            words = page.gettext("you are in %(name)s")
        case "own":
            words = page.gettext("you wrote it")
        case _:
            return ""
    return words % {"name": terms.tie_name} if terms.tie_name else words


def _friends(why: Why, page: "Page") -> str:
    names = why.friend_names
    if len(names) > NAMED:
        return page.gettext("%(count)s friends reacted") % {"count": len(names)}
    if len(names) == NAMED:
        return page.gettext("%(one)s and %(other)s reacted") % {"one": names[0], "other": names[1]}
    return page.gettext("%(name)s reacted") % {"name": names[0]} if names else ""


def _lines(terms: Terms, page: "Page") -> list[tuple[str, str, str]]:
    habit = page.gettext("and you reacted to %(count)s of their posts lately") % {"count": terms.habits} if terms.habits else ""
    lines = [
        (page.gettext("Nearness"), number(terms.affinity), habit),
        (page.gettext("People"), number(terms.popularity), _people(terms.counts, page) or page.gettext("nobody yet")),
        (page.gettext("Age"), number(terms.freshness), page.gettext("%(hours)s hours old") % {"hours": figure(round(terms.age_h, 1))}),
        (page.gettext("Variety"), number(terms.diversity), page.gettext("not the first of theirs here") if terms.diversity < 1 else ""),
        (page.gettext("Score"), number(terms.score), page.gettext("all of these multiplied")),
    ]
    if terms.seen:
        lines.append((page.gettext("Seen"), "", page.gettext("you saw it before, so it stands after what is new to you")))
    return lines


def _people(counts: Counts, page: "Page") -> str:
    said = (
        (counts.reactions, page.gettext("%(count)s reacted")),
        (counts.comments, page.gettext("%(count)s commented")),
        (counts.author_replies, page.gettext("the author answered")),
        (counts.shares, page.gettext("%(count)s shared")),
        (counts.bookmarks, page.gettext("%(count)s kept it")),
        (counts.not_for_me, page.gettext("not for %(count)s")),
        (counts.upheld_reports, page.gettext("%(count)s reports upheld")),
    )
    return ", ".join(words % {"count": count} for count, words in said if count)


def number(value: float) -> str:
    """Write a factor with as many digits as tell something."""
    return figure(round(value, 2 if value >= 0.1 else 4))  # noqa: PLR2004 - where two digits would all be noughts
