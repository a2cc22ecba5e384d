"""The order "for you", decided purely: the formula, its terms, and what holds for any posts whatever."""

import math
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swannery.feeds.models import WEIGHTS, Counts, Facts, Trend
from swannery.feeds.rules import affinity, diversity, engagement, freshness, popularity, ranked, terms_of, trend, trending

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
few = st.integers(0, 500)
counts = st.builds(
    Counts, reactions=few, bookmarks=few, shares=few, comments=few, author_replies=st.integers(0, 1), not_for_me=few, upheld_reports=few
)


def facts(number: int = 1, **given: object) -> Facts:
    plain = Facts(post_id=number, author_id=1, published_at=NOW, tie="followed")
    return msgspec.structs.replace(plain, **given)


many = st.lists(
    st.builds(
        Facts,
        post_id=st.integers(1, 10_000),
        author_id=st.integers(1, 6),
        published_at=st.integers(-100, 400).map(lambda hours: NOW - timedelta(hours=hours)),
        tie=st.sampled_from(["trains", "friend", "followed", "community", "own", "none"]),
        habits=few,
        counts=counts,
        seen=st.booleans(),
    ),
    max_size=60,
    unique_by=lambda one: one.post_id,
)


def test_each_deed_has_its_weight() -> None:
    done = Counts(reactions=3, bookmarks=1, shares=2, comments=4, author_replies=1, not_for_me=1)
    assert engagement(done) == 3 * 1 + 1 * 2 + 2 * 3 + 4 * 4 + 1 * 6 - 8
    assert engagement(Counts(upheld_reports=1)) == -50


def test_the_score_is_the_formula_that_the_page_shows() -> None:
    one = facts(counts=Counts(reactions=5, comments=2), published_at=NOW - timedelta(hours=12), tie="friend", habits=4)
    terms = terms_of(one, now=NOW)
    assert terms.affinity == pytest.approx(WEIGHTS.friend + 4 * WEIGHTS.habit)
    assert terms.score == pytest.approx(terms.affinity * (1 + math.log(1 + 13)) * 0.5 ** (12 / 24))


@given(many)
def test_every_post_stands_in_the_order_once_and_all_terms_multiply_to_its_score(posts: list[Facts]) -> None:
    order = ranked(posts, now=NOW, page=20)
    assert sorted(one.post_id for one in order) == sorted(one.post_id for one in posts)
    for one in order:
        assert one.score == pytest.approx(one.affinity * one.popularity * one.freshness * one.diversity)
        assert one.score > 0


@given(many, st.randoms())
def test_the_order_does_not_depend_on_the_order_in_which_posts_came(posts: list[Facts], draw: object) -> None:
    mixed = list(posts)
    draw.shuffle(mixed)  # type: ignore[attr-defined] # hypothesis gives a Random
    assert [one.post_id for one in ranked(mixed, now=NOW, page=20)] == [one.post_id for one in ranked(posts, now=NOW, page=20)]


@given(many)
def test_what_was_seen_stands_after_all_that_was_not(posts: list[Facts]) -> None:
    seen = [one.seen for one in ranked(posts, now=NOW, page=20)]
    assert seen == sorted(seen)


@given(many)
def test_on_a_page_each_further_post_of_an_author_counts_half_and_a_quarter_at_least(posts: list[Facts]) -> None:
    author = {one.post_id: one.author_id for one in posts}
    order = ranked(posts, now=NOW, page=7)
    for start in range(0, len(order), 7):
        on_page: dict[int, int] = {}
        for one in order[start : start + 7]:
            who = author[one.post_id]
            assert one.diversity == {0: 1.0, 1: 0.5}.get(on_page.get(who, 0), 0.25)
            on_page[who] = on_page.get(who, 0) + 1


@given(counts, counts)
def test_more_people_never_sink_a_post_and_those_it_is_not_for_never_raise_it(some: Counts, more: Counts) -> None:
    raised = msgspec.structs.replace(some, reactions=some.reactions + more.reactions, comments=some.comments + more.comments)
    sunk = msgspec.structs.replace(some, not_for_me=some.not_for_me + more.not_for_me)
    before = popularity(engagement(some))
    assert popularity(engagement(sunk)) <= before <= popularity(engagement(raised))


@given(st.floats(-1000, 10_000), st.floats(0, 1000))
def test_older_is_never_fresher_and_the_future_is_no_fresher_than_now(age_h: float, later: float) -> None:
    assert freshness(age_h + later, half_life_h=24) <= freshness(age_h, half_life_h=24) <= 1


def test_after_its_half_life_a_post_counts_half() -> None:
    assert freshness(24, half_life_h=24) == 0.5
    assert freshness(4, half_life_h=2) == 0.25


def test_whom_one_trains_with_is_nearest_and_habits_count_only_so_often() -> None:
    ties = ["trains", "friend", "followed", "community", "none"]
    near = [affinity(facts(tie=tie)) for tie in ties]
    assert near == sorted(near, reverse=True)
    assert affinity(facts(habits=10)) == affinity(facts(habits=500))


def test_variety_ends_at_a_quarter() -> None:
    assert [diversity(earlier) for earlier in range(5)] == [1, 0.5, 0.25, 0.25, 0.25]


def test_four_people_are_no_trend_and_five_are() -> None:
    done = Counts(reactions=4)
    assert trend(done, people=4, age_h=0) == 0
    assert trend(done, people=5, age_h=0) > 0


def test_the_freshest_of_two_equals_trends_first_and_what_people_turn_from_not_at_all() -> None:
    posts = [
        Trend(post_id=1, published_at=NOW - timedelta(hours=4), people=9, counts=Counts(reactions=9)),
        Trend(post_id=2, published_at=NOW, people=9, counts=Counts(reactions=9)),
        Trend(post_id=3, published_at=NOW, people=9, counts=Counts(reactions=9, not_for_me=9)),
    ]
    assert trending(posts, now=NOW) == [2, 1]
