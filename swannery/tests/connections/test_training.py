"""Who trains whom: only with sessions the app recorded, only once both say so, and for nobody else to see."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import pytest
from cast import Stage, Website, stage_at
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swannery.connections import actions
from swannery.connections.actions import training
from swannery.connections.models import Relation
from swannery.connections.pages import routes
from swannery.foundation.errors import Conflict, NotSignedIn, SwanneryError, TooMany
from swannery.foundation.events import TrainingConfirmed, TrainingEnded, TrainingRequested
from swannery.foundation.viewer import Viewer

pytestmark = pytest.mark.anyio


async def trained(stage: Stage) -> tuple[int, int]:
    """Tess, whom Jonas trained."""
    tess, jonas = await stage.members("Tess", "Jonas")
    await stage.train(tess, jonas, times=3)
    return tess, jonas


async def settled(stage: Stage) -> tuple[int, int]:
    tess, jonas = await trained(stage)
    await stage.act(training.confirm_trainer, tess, person_id=jonas)
    await stage.act(training.confirm_client, jonas, person_id=tess)
    stage.told.clear()
    return tess, jonas


async def stands(stage: Stage, me: int, you: int) -> tuple[str, str]:
    relation = await stage.act(training.relation_with_sessions, me, person_id=you)
    return relation.trainer, relation.client


async def test_sessions_alone_make_nobody_a_trainer(stage: Stage) -> None:
    tess, jonas = await trained(stage)
    assert await stands(stage, tess, jonas) == ("recorded", "none")
    assert await stands(stage, jonas, tess) == ("none", "recorded")
    assert await stage.act(actions.relation, tess, person_id=jonas) == Relation()
    assert (await stage.act(training.list_training, tess, role="trainer")).items == ()


@pytest.mark.parametrize("first", ["client", "trainer"])
async def test_it_holds_once_both_say_so_whoever_begins(stage: Stage, first: str) -> None:
    tess, jonas = await trained(stage)
    words = [(tess, jonas, training.confirm_trainer), (jonas, tess, training.confirm_client)]
    (one, other, say), (_, _, answer) = words if first == "client" else words[::-1]
    for _ in range(2):
        await stage.act(say, one, person_id=other)
    assert stage.told == [TrainingRequested(asker_id=one, addressee_id=other)]
    assert set(await stands(stage, one, other)) == {"asked", "none"}
    assert set(await stands(stage, other, one)) == {"asked_by", "none"}
    for member, waiting in ((one, ()), (other, (one,))):
        async with stage.acting(member) as (_tx, viewer):
            assert viewer.friends == viewer.followees == ()
            assert (await stage.known(member)).training_asked_by == waiting
    for _ in range(2):
        await stage.act(answer, other, person_id=one)
    assert stage.told[1:] == [TrainingConfirmed(trainer_id=jonas, client_id=tess)]
    assert await stands(stage, tess, jonas) == ("confirmed", "none")
    assert await stands(stage, jonas, tess) == ("none", "confirmed")
    assert (await stage.known(other)).training_asked_by == ()


async def test_without_a_session_nobody_can_say_so(stage: Stage) -> None:
    tess, jonas = await trained(stage)
    greta = await stage.member("Greta")
    for say, me, you in (
        (training.confirm_trainer, greta, jonas),
        (training.confirm_client, greta, jonas),
        (training.confirm_client, tess, jonas),  # the sessions were the other way round
        (training.confirm_trainer, jonas, tess),
    ):
        with pytest.raises(Conflict, match="no session of you"):
            await stage.act(say, me, person_id=you)
    assert await stage.sql("SELECT FROM swannery.trainer_clients") == []


async def test_an_answer_counts_even_when_the_app_forgot_the_sessions(stage: Stage) -> None:
    tess, jonas = await trained(stage)
    await stage.act(training.confirm_trainer, tess, person_id=jonas)
    await stage.sql("DELETE FROM swannery.activities")
    await stage.act(training.confirm_client, jonas, person_id=tess)
    assert await stands(stage, tess, jonas) == ("confirmed", "none")


@pytest.mark.parametrize("who", ["tess", "jonas"])
async def test_either_may_say_no_take_it_back_or_end_it(stage: Stage, who: str) -> None:
    tess, jonas = await settled(stage)
    end, me, you = (training.remove_trainer, tess, jonas) if who == "tess" else (training.remove_client, jonas, tess)
    for _ in range(2):
        await stage.act(end, me, person_id=you)
    assert stage.told == [TrainingEnded(trainer_id=jonas, client_id=tess)]
    assert await stands(stage, tess, jonas) == ("recorded", "none")
    await stage.act(training.confirm_trainer, tess, person_id=jonas)
    await stage.act(end, me, person_id=you)
    assert await stage.sql("SELECT FROM swannery.trainer_clients") == []
    assert stage.told[1:] == [TrainingRequested(asker_id=tess, addressee_id=jonas)]


async def test_nobody_answers_for_somebody_else(stage: Stage) -> None:
    tess, jonas = await trained(stage)
    greta = await stage.member("Greta")
    await stage.train(greta, jonas)
    await stage.train(tess, greta)
    await stage.act(training.confirm_trainer, tess, person_id=jonas)
    await stage.act(training.confirm_trainer, greta, person_id=jonas)
    await stage.act(training.remove_client, greta, person_id=tess)
    await stage.act(training.remove_trainer, greta, person_id=tess)
    assert await stands(stage, tess, jonas) == ("asked", "none")


async def test_a_block_ends_it_and_an_unblock_does_not_bring_it_back(stage: Stage) -> None:
    for blocker in (0, 1):
        pair = await settled(stage)
        await stage.act(actions.block, pair[blocker], person_id=pair[1 - blocker])
        assert await stage.sql("SELECT FROM swannery.trainer_clients") == []
        await stage.act(actions.unblock, pair[blocker], person_id=pair[1 - blocker])
        assert await stands(stage, *pair) == ("recorded", "none")


async def test_who_is_deactivated_waits_for_nobody_and_who_is_erased_leaves_nothing(stage: Stage) -> None:
    tess, jonas = await trained(stage)
    await stage.act(training.confirm_trainer, tess, person_id=jonas)
    await stage.sql("UPDATE swannery.members SET state = 'inactive' WHERE id = %(id)s", id=tess)
    assert (await stage.known(jonas)).training_asked_by == ()
    assert await stage.act(training.list_waiting, jonas) == []
    assert (await stage.act(training.list_training, jonas, role="client")).items == ()
    assert await stage.act(training.list_recorded, jonas, role="client") == []
    await stage.erase(actions.erase_member, member_id=tess)
    assert await stage.sql("SELECT FROM swannery.trainer_clients") == []


@pytest.mark.parametrize("blocker", [0, 1])
async def test_a_block_hides_even_what_it_did_not_cut(stage: Stage, blocker: int) -> None:
    """As if a block had come from elsewhere: the lists look at blocks themselves."""
    pair = tess, jonas = await trained(stage)
    await stage.act(training.confirm_trainer, tess, person_id=jonas)
    await stage.sql(
        "INSERT INTO swannery.blocks (blocker_id, blocked_id) VALUES (%(one)s, %(other)s)", one=pair[blocker], other=pair[1 - blocker]
    )
    assert (await stage.act(training.list_training, tess, role="trainer")).items == ()
    assert await stage.act(training.list_waiting, jonas) == []


async def test_asking_very_many_in_a_day_is_stopped(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "ASKED_A_DAY", 1)
    tess, jonas = await trained(stage)
    greta = await stage.member("Greta")
    await stage.train(greta, jonas)
    await stage.act(training.confirm_client, jonas, person_id=tess)
    with pytest.raises(TooMany):
        await stage.act(training.confirm_client, jonas, person_id=greta)
    assert await stands(stage, greta, jonas) == ("recorded", "none")


async def test_the_lists_hold_each_person_once_with_their_sessions(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "PAGE", 2)
    jonas, *clients = await stage.members("Jonas", "A", "B", "C", "D", "E")
    for number, client in enumerate(clients, start=1):
        await stage.train(client, jonas, times=number)
    for client in clients[:3]:
        await stage.act(training.confirm_trainer, client, person_id=jonas)
    await stage.act(training.confirm_client, jonas, person_id=clients[1])
    first = await stage.act(training.list_training, jonas, role="client")
    rest = await stage.act(training.list_training, jonas, role="client", after_id=first.next_after)
    assert rest.next_after is None
    assert [(one.person.name, one.tie, one.sessions) for one in (*first.items, *rest.items)] == [
        ("A", "asked_by", 1), ("B", "confirmed", 2), ("C", "asked_by", 3),
    ]  # fmt: skip
    assert [one.training.person.name for one in await stage.act(training.list_waiting, jonas)] == ["C", "A"]
    recorded = await stage.act(training.list_recorded, jonas, role="client")
    assert {(one.person.name, one.sessions, one.role) for one in recorded} == {("D", 4, "client"), ("E", 5, "client")}
    await stage.act(actions.block, clients[4], person_id=jonas)
    assert [one.person.name for one in await stage.act(training.list_recorded, jonas, role="client")] == ["D"]
    assert await stage.act(training.list_recorded, clients[3], role="client") == []


async def test_a_stranger_has_no_such_lists(stage: Stage) -> None:
    async with stage.acting(None) as (tx, _):
        for read in (training.list_waiting(tx, viewer=Viewer()), training.list_training(tx, viewer=Viewer(), role="client")):
            with pytest.raises(NotSignedIn):
                await read


async def test_the_page_the_inbox_and_the_buttons(stage: Stage) -> None:
    tess, jonas = await trained(stage)
    website = Website(stage, routes)
    async with website.browser(tess, start="/training") as browser:
        page = await browser.get("/training")
        assert ("From your sessions" in page.text, "3 sessions" in page.text) == (True, True)
        answer = await browser.post(f"/members/{jonas}/trainer", next="/training")
        assert (answer.headers["location"], browser.cookie("swannery_notice")) == (
            "/training", "Jonas will see that you named them as your trainer.",
        )  # fmt: skip
        assert "has not confirmed yet" in (await browser.get("/training")).text
    async with website.browser(jonas, start="/inbox") as browser:
        inbox = await browser.get("/inbox")
        assert ("says you train them" in inbox.text, f"/members/{tess}/client" in inbox.text) == (True, True)
        await browser.post(f"/members/{tess}/client", next="/inbox")
        assert browser.cookie("swannery_notice") == "You train Tess, and both of you say so."
        assert "Nothing waits for you" in (await browser.get("/inbox")).text
        assert "Your clients" in (await browser.get("/training")).text
        await browser.post(f"/members/{tess}/client/remove", next="/training")
        assert browser.cookie("swannery_notice") == "Tess is not your client here. They are not told."
        again = (await browser.get("/training")).text
        assert ("Your clients" in again, f"/members/{tess}/client" in again) == (False, True)


async def test_nobody_else_sees_it(stage: Stage) -> None:
    tess, jonas = await settled(stage)
    greta = await stage.member("Greta")
    for person in (tess, jonas):
        assert await stage.act(training.relation_with_sessions, greta, person_id=person) == Relation()
    for role in ("trainer", "client"):
        assert (await stage.act(training.list_training, greta, role=role)).items == ()
        assert await stage.act(training.list_recorded, greta, role=role) == []


PEOPLE = 3
VERBS: dict[str, Callable[..., Awaitable[object]]] = {
    "my trainer": training.confirm_trainer,
    "my client": training.confirm_client,
    "not my trainer": training.remove_trainer,
    "not my client": training.remove_client,
    "block": actions.block,
    "unblock": actions.unblock,
}


class Step(NamedTuple):
    deed: str
    me: int
    you: int


# What makes a story is more likely than what ends it.
DEEDS = st.sampled_from([*VERBS, *["train", "my trainer", "my client"] * 4])
STEPS = st.lists(st.builds(Step, DEEDS, st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1)), min_size=10, max_size=40)


class Oracle:
    """What must be true: who said that the first of a pair trains the second."""

    def __init__(self) -> None:
        self.trained: set[tuple[int, int]] = set()
        self.said: set[tuple[tuple[int, int], int]] = set()
        self.blocks: set[tuple[int, int]] = set()

    def do(self, deed: str, me: int, you: int) -> str:
        if deed == "train":
            self.trained.add((me, you))
            return "done"
        if me == you:
            return "invalid"
        if (you, me) in self.blocks or ((me, you) in self.blocks and deed not in {"block", "unblock"}):
            return "not_found"
        pair = (you, me) if deed.endswith("trainer") else (me, you)
        if deed.startswith("my "):
            if pair not in self.trained and not any(known == pair for known, _ in self.said):
                return "conflict"
            self.said.add((pair, me))
        elif deed.startswith("not "):
            self.said = {(known, who) for known, who in self.said if known != pair}
        elif deed == "block":
            self.blocks.add((me, you))
            self.said = {(known, who) for known, who in self.said if set(known) != {me, you}}
        else:
            self.blocks.discard((me, you))
        return "done"

    def tie(self, pair: tuple[int, int], me: int) -> str:
        """How far it is, for one of the two, that the first trains the second."""
        said = {who for known, who in self.said if known == pair}
        if len(said) == len(pair):
            return "confirmed"
        if said:
            return "asked" if me in said else "asked_by"
        return "recorded" if pair in self.trained else "none"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
def test_every_story_ends_as_plain_python_says(stage_url: str, steps: list[Step]) -> None:
    asyncio.run(live(stage_url, steps))


async def live(url: str, steps: list[Step]) -> None:
    async with stage_at(url) as stage:
        people, oracle = await stage.members(*["Somebody"] * PEOPLE), Oracle()
        for step in steps:
            me, you = people[step.me], people[step.you]
            outcome = "done"
            try:
                if step.deed == "train":
                    await stage.train(you, me)
                else:
                    await stage.act(VERBS[step.deed], me, person_id=you)
            except SwanneryError as error:
                outcome = error.kind
            assert outcome == oracle.do(step.deed, me, you), step
        for me in people:
            for you in people:
                if me != you and not {(me, you), (you, me)} & oracle.blocks:
                    assert await stands(stage, me, you) == (oracle.tie((you, me), me), oracle.tie((me, you), me))
            waiting = {other for other in people for pair in ((me, other), (other, me)) if oracle.tie(pair, me) == "asked_by"}
            assert set((await stage.known(me)).training_asked_by) == waiting
