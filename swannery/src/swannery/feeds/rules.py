"""Why a post is in a feed and where it stands there, decided from what is known alone: no database, no clock."""

import math
from collections.abc import Collection, Iterable
from datetime import datetime

from swannery.feeds.models import WEIGHTS, Counts, Facts, Reason, Terms, Trend, Weights
from swannery.foundation.viewer import Viewer
from swannery.posts.models import Post

HOUR_S = 3600


def reason_for(post: Post, viewer: Viewer) -> Reason:
    """Return the nearest reason: one's own, a community, a friend, somebody followed, else that everybody may read it."""
    if post.author.id == viewer.id:
        return Reason(kind="own")
    if post.community is not None and post.community.id in viewer.communities:
        return Reason(kind="community", name=post.community.name)
    if post.author.id in viewer.friends:
        return Reason(kind="friend", name=post.author.name)
    if post.author.id in viewer.followees:
        return Reason(kind="followed", name=post.author.name)
    return Reason(kind="everyone")


def engagement(counts: Counts, *, weights: Weights = WEIGHTS) -> float:
    """Return the people behind a post, each deed with its weight.

    The weights follow the order of those that Twitter's heavy ranker had on 5 April 2023 (reply > share > like, an author's answer above
    all, "not for me" and reports far below zero), smaller, as a community's numbers are. Distinct people, as Discourse counts likes "from a
    variety of people": one person counts once however often they comment.
    """
    return (
        counts.reactions * weights.reaction
        + counts.bookmarks * weights.bookmark
        + counts.shares * weights.share
        + counts.comments * weights.comment
        + counts.author_replies * weights.author_reply
        + counts.not_for_me * weights.not_for_me
        + counts.upheld_reports * weights.upheld_report
    )


def popularity(engaged: float) -> float:
    """Return 1 + ln(1 + engagement); below zero its mirror, 1 / (1 + ln(1 - engagement)), so that it sinks and a score stays above zero."""
    return 1 + math.log1p(engaged) if engaged >= 0 else 1 / (1 + math.log1p(-engaged))


def freshness(age_h: float, *, half_life_h: float) -> float:
    """Return 0.5^(age / half-life). A post from the future (a clock that is wrong) is as fresh as one of now, no fresher."""
    return float(0.5 ** (max(age_h, 0.0) / half_life_h))


def affinity(facts: Facts, *, weights: Weights = WEIGHTS) -> float:
    """Return how near the author is: the tie, and how often one lately had something to say to them."""
    tie: float = getattr(weights, facts.tie)
    return tie + weights.habit * min(facts.habits, weights.habits)


def diversity(earlier: int, *, weights: Weights = WEIGHTS) -> float:
    """Return what is left of a score after so many earlier posts of the author on the page: half each, a quarter at least.

    As the author diversity of twitter/the-algorithm does it (decay 0.5, floor 0.25).
    """
    return float(max(weights.diversity**earlier, weights.diversity_floor))


def terms_of(facts: Facts, *, now: datetime, weights: Weights = WEIGHTS) -> Terms:
    """Return the factors of a score, without a place yet: score = affinity × (1 + ln(1 + engagement)) × 0.5^(age_h / 24) × diversity."""
    age_h = (now - facts.published_at).total_seconds() / HOUR_S
    near, engaged = affinity(facts, weights=weights), engagement(facts.counts, weights=weights)
    fresh = freshness(age_h, half_life_h=weights.half_life_h)
    known = popularity(engaged)
    return Terms(
        post_id=facts.post_id, score=near * known * fresh, affinity=near, engagement=engaged, popularity=known, age_h=max(age_h, 0.0),
        freshness=fresh, diversity=1.0, tie=facts.tie, tie_name=facts.tie_name, habits=facts.habits, counts=facts.counts,
        friends=facts.friends, seen=facts.seen,
    )  # fmt: skip


def ranked(candidates: Iterable[Facts], *, now: datetime, page: int, weights: Weights = WEIGHTS) -> list[Terms]:
    """Put posts in order: what was not seen before what was; in each part the best score next, given whose posts stand on its page already.

    Ties go to the newer post, so the order is one and the same for the same facts. Each post stands in it exactly once.
    """
    facts = list(candidates)
    author = {one.post_id: one.author_id for one in facts}
    waiting = [terms_of(one, now=now, weights=weights) for one in facts]
    done: list[Terms] = []
    on_page: dict[int, int] = {}
    while waiting:
        if len(done) % page == 0:
            on_page = {}
        pool = [one for one in waiting if not one.seen] or waiting
        best = max(pool, key=lambda one: (one.score * diversity(on_page.get(author[one.post_id], 0), weights=weights), one.post_id))
        waiting.remove(best)
        left = diversity(on_page.get(author[best.post_id], 0), weights=weights)
        on_page[author[best.post_id]] = on_page.get(author[best.post_id], 0) + 1
        done.append(placed(best, left))
    return done


def placed(terms: Terms, left: float) -> Terms:
    """Return the terms with the diversity of the place it was given."""
    return Terms(
        post_id=terms.post_id, score=terms.score * left, affinity=terms.affinity, engagement=terms.engagement, popularity=terms.popularity,
        age_h=terms.age_h, freshness=terms.freshness, diversity=left, tie=terms.tie, tie_name=terms.tie_name, habits=terms.habits,
        counts=terms.counts, friends=terms.friends, seen=terms.seen,
    )  # fmt: skip


def trend(counts: Counts, *, people: int, age_h: float, weights: Weights = WEIGHTS) -> float:
    """Return how much a post trends: its engagement, halved every two hours; 0 with fewer than five people.

    After mastodon/mastodon `app/models/trends/statuses.rb`: at least five, half-life of two hours.
    """
    if people < weights.trending_people:
        return 0.0
    return max(0.0, engagement(counts, weights=weights)) * freshness(age_h, half_life_h=weights.trending_half_life_h)


def trending(posts: Iterable[Trend], *, now: datetime, weights: Weights = WEIGHTS) -> list[int]:
    """Return the ids of those that trend, the strongest first."""
    strength = {
        one.post_id: trend(one.counts, people=one.people, age_h=(now - one.published_at).total_seconds() / HOUR_S, weights=weights)
        for one in posts
    }
    return sorted((post_id for post_id, force in strength.items() if force > 0), key=lambda post_id: (-strength[post_id], -post_id))


def may_know(friends: Iterable[int], *, viewer: Viewer, here: Collection[int]) -> tuple[int, ...]:
    """Return those of the friends who reacted that may be named now: still friends, not hidden, still here."""
    return tuple(one for one in friends if one in viewer.friends and one not in viewer.blocked and one in here)
