"""Posts of each kind: what they must say, what comes back to be typed again, and what becomes of it on the way."""

from contextlib import nullcontext
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from town import Town

from swannery.foundation import clock
from swannery.foundation.errors import Invalid
from swannery.posts import actions
from swannery.posts.detail_rules import clipped, words_of
from swannery.posts.details import Achievement, Album, Details, Event, Exercise, Poll, Question, Recipe, Tip, Workout
from swannery.posts.models import Draft, kind_of
from swannery.posts.pages.detail_forms import READERS, details_of, values_of
from swannery.posts.queries.posts import DETAILS

pytestmark = pytest.mark.anyio

SQUAT = Exercise(name="Squat", sets=3, reps=5, weight_kg=62.5)
PLANK = Exercise(name="Plank", seconds=90)
EIGHT = datetime(2031, 5, 1, 8, tzinfo=UTC)
WHOLE: tuple[Details, ...] = (
    Question(title="How?"),
    Tip(title="Freeze them"),
    Poll(options=["a", "b"], several=True, lasts_h=24),
    Workout(title="Legs", exercises=[SQUAT, PLANK], minutes=55),
    Achievement(title="First pull-up", achieved_on=date(2026, 11, 22)),
    Event(
        title="Open training",
        starts_at=datetime(2031, 5, 1, 18, tzinfo=UTC),
        ends_at=datetime(2031, 5, 1, 20, tzinfo=UTC),
        place="The park",
        capacity=12,
    ),
    Recipe(title="Banana bread", ingredients=["3 bananas", "flour"], steps=["Mash.", "Bake."], servings=8, minutes=70),
)

ALBUM = Album(title="Camp")  # which needs pictures: tests/posts/test_pictures.py


@pytest.mark.parametrize("details", WHOLE, ids=[kind_of(one) for one in WHOLE])
async def test_each_kind_is_kept_published_edited_and_read_as_it_was_written(town: Town, details: Details) -> None:
    draft = Draft(body="Some words.", details=details)
    kept = await town.act(actions.save_draft, "owner", draft=draft)
    assert (await town.act(actions.read_draft, "owner", draft_id=kept)).draft.details == details
    post_id = await town.act(actions.publish_post, "owner", draft=draft)
    post = await town.act(actions.read_post, "member", post_id=post_id)
    assert (post.kind, post.details) == (kind_of(details), details)
    await town.act(actions.edit_post, "owner", post_id=post_id, draft=Draft(body="Other words."), seen=None)
    changed = await town.act(actions.read_post, "member", post_id=post_id)
    assert (changed.body, changed.details) == ("Other words.", details)
    versions = await town.act(actions.read_history, "member", post_id=post_id)
    assert [one.details for one in versions] == [details, details]
    other = Tip(title="x") if not isinstance(details, Tip) else Question(title="x")
    with pytest.raises(Invalid) as refused:
        await town.act(actions.edit_post, "owner", post_id=post_id, draft=Draft(body="x", details=other), seen=changed.edited_at)
    assert list(refused.value.fields) == ["kind"]


@pytest.mark.parametrize("details", [*WHOLE, ALBUM], ids=kind_of)
async def test_what_is_typed_comes_back_as_it_was(details: Details) -> None:
    typed = values_of(details)
    assert details_of(typed["kind"], {name: value for name, value in typed.items() if name != "kind"}) == details
    assert set(READERS) == {kind_of(one) for one in (*WHOLE, ALBUM)}


@pytest.mark.parametrize(
    ("details", "field"),
    [
        (Question(title=" "), "title"),
        (Tip(title="t" * 201), "title"),
        (Event(title="Run"), "starts_at"),
        (Event(title="Run", starts_at=EIGHT, ends_at=EIGHT), "ends_at"),
        (Event(title="Run", starts_at=EIGHT, ends_at=EIGHT + timedelta(days=32)), "ends_at"),
        (Event(title="Run", starts_at=EIGHT.replace(year=9999)), "starts_at"),
        (Event(title="Run", starts_at=EIGHT, ends_at=EIGHT.replace(year=9999)), "ends_at"),
        (Event(title="Run", starts_at=EIGHT, place="p" * 201), "place"),
        (Event(title="Run", starts_at=EIGHT, capacity=0), "capacity"),
        (Workout(title="Legs", exercises=[]), "exercises"),
        (Workout(title="Legs", exercises=[Exercise(name="", sets=3)]), "exercises"),
        (Workout(title="Legs", exercises=[Exercise(name="Squat", sets=101)]), "exercises"),
        (Workout(title="Legs", exercises=[Exercise(name="Squat", weight_kg=2001)]), "exercises"),
        (Workout(title="Legs", exercises=[SQUAT] * 21), "exercises"),
        (Workout(title="Legs", exercises=[SQUAT], minutes=0), "minutes"),
        (Achievement(title="First pull-up"), "achieved_on"),
        (Achievement(title="First pull-up", achieved_on=date(2199, 1, 1)), "achieved_on"),
        (Recipe(title="Bread", ingredients=[" "], steps=["Bake."]), "ingredients"),
        (Recipe(title="Bread", ingredients=["flour"], steps=["s" * 1001]), "steps"),
        (Recipe(title="Bread", ingredients=["flour"] * 61, steps=["Bake."]), "ingredients"),
        (Recipe(title="Bread", ingredients=["flour"], steps=["Bake."], servings=0), "servings"),
    ],
)
async def test_what_is_missing_or_too_much_is_said_of_its_field(town: Town, details: Details, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        await town.act(actions.publish_post, "owner", draft=Draft(body="Words.", details=details))
    assert list(refused.value.fields) == [field]


async def test_what_is_planned_may_speak_of_the_day_it_is_told(town: Town) -> None:
    """Whoever plans the words for after the race dates them to the race; on no clock in the world has the day after it begun then."""
    told_at = datetime.combine((clock.now() + timedelta(days=9)).date(), time(9), UTC)
    for days, taken in ((0, True), (1, False), (-30, True)):
        draft = Draft(body="", details=Achievement(title="A marathon", achieved_on=(told_at + timedelta(days=days)).date()))
        with nullcontext() if taken else pytest.raises(Invalid, match="cannot be posted"):
            await town.act(actions.save_draft, "owner", draft=draft, publish_at=told_at)


async def test_every_word_of_every_kind_is_shown_to_whoever_holds_posts() -> None:
    assert words_of(WHOLE[3]).split("\n") == ["Legs", "Squat", "Plank"]
    assert set(words_of(WHOLE[-1]).split("\n")) == {"Banana bread", "3 bananas", "flour", "Mash.", "Bake."}
    assert words_of(WHOLE[2]).split("\n") == ["a", "b"]


async def test_a_workout_says_what_was_lifted_in_all() -> None:
    workout = Workout(title="Legs", exercises=[SQUAT, PLANK, Exercise(name="Deadlift", reps=1, weight_kg=100)])
    assert (workout.volume_kg, workout.sets) == (3 * 5 * 62.5 + 100, 3)


async def test_what_is_no_number_is_said_and_nothing_typed_is_lost(town: Town) -> None:
    fields: dict[str, Any] = {"text": "", "kind": "workout", "about_title": "Legs", "about_exercise_1_name": "Squat"}
    async with town.browser("owner") as browser:
        refused = await browser.post("/posts", **fields, about_exercise_1_kg="heavy")
        assert refused.status_code == 422
        assert all(words in refused.text for words in ("Legs", "Squat", "“heavy” is no weight."))
        assert (await browser.post("/posts", **fields, about_exercise_1_kg="62,5")).status_code == 303
        refused = await browser.post("/posts", kind="achievement", about_title="First", about_achieved_on="soon")
        assert "This is no date." in refused.text
    post = (await town.act(actions.latest_posts, "member", after=None)).items[0]
    assert post.details == Workout(title="Legs", exercises=[Exercise(name="Squat", weight_kg=62.5)])


NUMBERS = st.none() | st.integers(-5, 10**9)
EXERCISES = st.builds(
    Exercise, name=st.text(max_size=120), sets=NUMBERS, reps=NUMBERS, seconds=NUMBERS, weight_kg=st.none() | st.floats(-10, 1e6)
)
HALF = st.one_of(
    st.builds(Workout, title=st.text(max_size=300), exercises=st.lists(EXERCISES, max_size=25), minutes=NUMBERS),
    st.builds(
        Recipe, title=st.text(max_size=300), servings=NUMBERS, minutes=NUMBERS,
        ingredients=st.lists(st.text(max_size=250), max_size=70), steps=st.lists(st.text(max_size=1100), max_size=50),
    ),
    st.builds(Poll, options=st.lists(st.text(max_size=100), max_size=9), lasts_h=st.integers(-5, 10**9)),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(HALF)
async def test_half_a_thought_is_kept_so_that_it_can_be_read_again(details: Details) -> None:
    kept = clipped(details)
    assert DETAILS.decode(msgspec.json.encode(kept)) == kept


async def test_a_number_that_cannot_be_does_not_lock_anybody_out_of_their_drafts(town: Town) -> None:
    async with town.browser("owner") as browser:
        fields: dict[str, Any] = {
            "kind": "workout",
            "about_title": "Legs",
            "about_exercise_1_name": "Squat",
            "about_exercise_1_sets": "500",
        }
        assert (await browser.post("/posts", text="", then="keep", **fields)).status_code == 303
        assert "Legs" in (await browser.get("/drafts")).text
        assert (await browser.post("/posts", text="", **fields)).status_code == 422


async def test_an_edit_that_met_another_shows_the_others_fields_too(town: Town) -> None:
    cake = WHOLE[-1]
    post_id = await town.act(actions.publish_post, "owner", draft=Draft(body="", details=cake))
    other = msgspec.structs.replace(cake, steps=["Mash.", "Bake for an hour."])
    await town.act(actions.edit_post, "owner", post_id=post_id, draft=Draft(body="", details=other), seen=None)
    async with town.browser("owner") as browser:
        mine: dict[str, Any] = {
            "kind": "recipe",
            "about_title": "Banana bread",
            "about_ingredients": "3 bananas",
            "about_steps": "Eat raw.",
        }
        answer = await browser.post(f"/posts/{post_id}/edit", text="", seen="", **mine)
    assert answer.status_code == 409
    assert all(words in answer.text for words in ("Eat raw.", "Bake for an hour."))
