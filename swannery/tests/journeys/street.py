"""A busy street for the pictures: long names, long words, many likes, what is held, and sessions of two months."""

import shutil
from datetime import date, timedelta
from uuid import uuid4

from hostile import lake, saved
from outside import Answer, world
from town import Town, open_town

from swannery.activities import actions as activities
from swannery.communities import actions as communities
from swannery.communities.models import Foundation
from swannery.config import Config
from swannery.connections import actions as connections
from swannery.connections.actions import training
from swannery.feeds import actions as feeds
from swannery.posts import actions as posts
from swannery.posts.details import Achievement, Details, Exercise, Poll, Question, Recipe, Tip, Workout
from swannery.posts.models import Draft
from swannery.posts.ports import PreviewMeans, ports

NAMES = {
    "owner": "Alice Moreau",
    "trainer": "Tess Okafor",
    "friend": "Maximiliane-Theodora von Hohenstein-Wallersdorf zu Unterberg",
    "member": "Bob Lindqvist",
    "follower": "Ines Duarte",
    "neighbour": "Jonas Weber",
    "asker": "Noor Haddad",
    "blocker": "Sam Whitaker",
    "blocked": "Priya Nair",
    "gone": "Theo Brandt",
}
LONGEST = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"
STORY = """\
Somebody asked how I came back after the injury, so here is the long version.

The first month was walking. Nothing else. I counted lamp posts. In the second month I was allowed to cycle with no resistance, and I \
sulked about it, loudly, to everybody who would listen. Sorry about that.

In the third month we started with an empty bar. It felt silly until it did not. Tess wrote down every single repetition, and looking \
back at that page now is the best argument for patience I have ever seen.

What helped:

- sleeping
- telling people
- never comparing a Tuesday with a Saturday

See you on Thursday. I will bring the bananas. 🍌"""
WRITTEN = (
    ("member", "members", "Cold, clear, nobody about. Who is in for Sunday? 6.4 km, easy, coffee after ☕"),
    (
        "friend",
        "public",
        "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihungsurkunde https://example.org/" + "long/" * 14,
    ),
    ("trainer", "members", STORY),
    ("follower", "public", "First **pull-up** of my life. Chin over the bar, I have witnesses."),
    ("owner", "me", "Note to myself: the left knee likes it slow."),
    ("owner", "friends", "First time at **60 kg** and it moved. Tess said “slower down, faster up” and suddenly it made sense. 💪"),
)
PAGE = """<title>Page</title><meta property=og:title content="Why a studio by the canal swims in November, and what its people say
about it when they are warm again"><meta property=og:image content=/lake.jpg><meta property=og:image:alt content="A lake at dawn">
<meta name=description content="Forty people, six degrees, one thermos flask. We went along on a Thursday morning, put a toe in, and
talked to Tess Okafor about patience, bananas and the art of getting out in time.">"""
MORE_SESSIONS = """
INSERT INTO sessions (user_id, trainer_id, status, session_date)
    SELECT u.id, (SELECT id FROM users WHERE username = 'trainer'), 'completed', now() - make_interval(days => 4 + n * n / 3, hours => n)
    FROM users u, generate_series(1, 11) AS n WHERE username = 'owner'
"""

# A long list of one's own, to go down and come back to.
NOTES = """
INSERT INTO swannery.posts (author_id, audience, body, body_html, published_at)
    SELECT %(who)s, 'me', 'Note ' || n, '<p>Note ' || n || '</p>', now() - make_interval(days => n) FROM generate_series(1, 50) AS n
"""


async def fill(url: str, config: Config) -> tuple[dict[str, str], dict[str, str]]:
    """Fill a copy of the town; returns everybody's tokens and handles."""
    async with open_town(url, config) as town:
        await rename(town)
        await connect(town)
        await gather(town)
        await talk(town, config)
        await train(town)
        await ask(town)
        await link(town)
        shutil.copytree(town.pictures, config.media.folder)  # a town's own are gone with it
        people = await signed_in(town)
        await town.sql("UPDATE swannery.sign_ins SET device = CASE WHEN id %% 2 = 0 THEN 'Firefox on Android' ELSE 'Safari on macOS' END")
        return people


async def link(town: Town) -> None:
    """Posts that link to pages: one with a picture and long words, one with a title alone, one that is still being read."""
    async with world() as outside:
        outside.site.answers["/lake"] = Answer(PAGE.encode())
        outside.site.answers["/lake.jpg"] = Answer(saved(lake(640, 480), "JPEG"), kind="image/jpeg")
        outside.site.answers["/times"] = Answer(b"<title>Opening times</title>")
        ports.previews = PreviewMeans(outbound=outside.outbound(), darkroom=town.parts.darkroom)
        try:
            for who, words, path in (("follower", "They wrote about us", "/lake"), ("trainer", "New times from March", "/times")):
                await posts.make_preview(
                    town.parts.database, post_id=await publish(town, who, f"{words}: {outside.address(path)}", audience="members")
                )
        finally:
            ports.previews = None


async def leave_quiet(url: str, config: Config) -> tuple[dict[str, str], dict[str, str]]:
    """Leave the town as it is, where nobody has said a word."""
    async with open_town(url, config) as town:
        return await signed_in(town)


async def signed_in(town: Town) -> tuple[dict[str, str], dict[str, str]]:
    # Whoever the first device belongs to, there is another one to sign out of.
    for who in ("owner", "trainer"):
        await town._token(who)
        town.forget_sign_ins(who)
    return {who: await town._token(who) for who in NAMES}, town.handles


async def rename(town: Town) -> None:
    for who, name in NAMES.items():
        await town.sql("UPDATE public.users SET full_name = %(name)s, updated_at = now() WHERE username = %(who)s", name=name, who=who)
        await town.sql("UPDATE swannery.members SET name = %(name)s WHERE id = %(id)s", name=name, id=town.ids[who])
    await town.sql(
        "UPDATE swannery.members SET bio = %(bio)s WHERE id = ANY(%(ids)s)",
        bio="I count, you lift. Mondays to Fridays at the studio by the canal, at weekends wherever the water is cold.",
        ids=[town.ids["trainer"], town.ids["owner"]],
    )


async def connect(town: Town) -> None:
    for other in ("member", "follower", "friend"):
        await town.act(connections.follow, "owner", person_id=town.ids[other])
        await town.act(connections.follow, other, person_id=town.ids["owner"])
    await town.act(connections.send_friend_request, "friend", person_id=town.ids["owner"])
    await town.act(connections.accept_friend_request, "owner", person_id=town.ids["friend"])
    for asker, asked in (("asker", "owner"), ("neighbour", "owner"), ("owner", "blocker")):
        await town.act(connections.send_friend_request, asker, person_id=town.ids[asked])


async def gather(town: Town) -> None:
    purpose = "Six o’clock, rain or shine. We keep each other honest."
    early = await town.act(communities.found_community, "owner", wanted=Foundation(name="Early birds", purpose=purpose))
    for who in ("friend", "member", "follower", "neighbour"):
        await town.act(communities.join_community, who, slug=early.slug)
    for founder, name in (("trainer", LONGEST), ("friend", "Open water"), ("member", "Back on your feet")):
        await town.act(
            communities.found_community, founder, wanted=Foundation(name=name, purpose="Lakes, rivers, cold showers, and whoever asks.")
        )
    words = "Who opens tomorrow? I have the key, but no alarm clock that deserves the name."
    draft = Draft(body=words, audience="community", community_id=early.id, client_key=uuid4())
    await town.act(posts.publish_post, "friend", draft=draft)


async def train(town: Town) -> None:
    """The trainer has a client, asked another, and is asked by one with a long name."""
    await town.act(training.confirm_trainer, "member", person_id=town.ids["trainer"])
    for client in ("member", "follower"):
        await town.act(training.confirm_client, "trainer", person_id=town.ids[client])
    await town.act(training.confirm_trainer, "friend", person_id=town.ids["trainer"])


async def talk(town: Town, config: Config) -> None:
    await town.sql(MORE_SESSIONS)
    async with town.parts.database.transaction() as tx:
        await activities.import_activities(tx, tables=config.activities, since=tx.now - activities.BEGINNING)
    for who, audience, words in WRITTEN:
        await publish(town, who, words, audience=audience)
    held = await publish(town, "owner", "Buy my magic powder!", audience="members")
    await town.sql("UPDATE swannery.posts SET state = 'held' WHERE id = %(id)s", id=held)
    mine = (await town.act(activities.list_activities, "owner"))[0]
    words = "Forty-five minutes, no phone, one coffee. That is a good Tuesday."
    draft = Draft(body=words, audience="members", client_key=uuid4())
    shared = await town.act(posts.share_activity, "owner", activity_id=mine.id, draft=draft)
    for who, comment in (("member", "Strong! 💪"), ("friend", LONGEST), ("owner", "Thank you both. Thursday again?")):
        await town.act(posts.add_comment, who, post_id=shared, text=comment)
        await town.act(posts.react, who, post_id=shared, on=True)
    await converse(town, post_id=shared)
    await town.sql("UPDATE swannery.posts SET reaction_count = 9999 WHERE body LIKE 'First **pull-up**%%'")
    await town.sql(
        "UPDATE swannery.posts SET published_at = published_at - make_interval(hours => (%(last)s - id)::integer * 7)", last=shared
    )
    await hand_on(town, post_id=shared)
    await town.sql(NOTES, who=town.ids["blocked"])
    async with town.parts.database.transaction() as tx:
        for (post_id,) in await tx.sql("SELECT id FROM swannery.posts"):
            await feeds.fan_out(tx, post_id=post_id, published_at=tx.now.timestamp())


async def converse(town: Town, *, post_id: int) -> None:
    """A conversation that goes deep, with somebody gone in its midst, and one comment with more replies than are shown."""
    first = (await town.act(posts.add_comment, "neighbour", post_id=post_id, text="Which coffee, though?")).id
    deep = first
    for who, words in (
        ("owner", "Filter. Always filter."), ("follower", "I would have said espresso."), ("member", LONGEST),
        ("owner", "Espresso is for leg day."), ("neighbour", "Noted."),
    ):  # fmt: skip
        deep = (await town.act(posts.add_comment, who, post_id=post_id, text=words, parent_id=deep)).id
    gone = (await town.act(posts.add_comment, "asker", post_id=post_id, text="Tea!", parent_id=first)).id
    await town.act(posts.add_comment, "friend", post_id=post_id, text="Brave of you.", parent_id=gone)
    await town.act(posts.delete_comment, "asker", post_id=post_id, comment_id=gone)
    for words in ("And cake?", "Asking for a friend.", "Two friends."):
        await town.act(posts.add_comment, "neighbour", post_id=post_id, text=words, parent_id=first)


async def hand_on(town: Town, *, post_id: int) -> None:
    """React in different ways, share, quote and keep."""
    for who, kind in (("member", "strong"), ("follower", "fire"), ("neighbour", "strong"), ("asker", "hug")):
        await town.act(posts.react, who, post_id=post_id, on=True, kind=kind)
    words = "This is what I mean by showing up. #consistency #Dienstagsgruppe"
    for who, text in (("member", words), ("trainer", "")):
        await town.act(posts.share_post, who, post_id=post_id, draft=Draft(body=text, audience="members"))
    folder = await town.act(posts.make_folder, "owner", name="Read again")
    await town.act(posts.make_folder, "owner", name="Recipes for Sundays when nobody wants to cook")
    await leave_open(town, post_id=post_id)
    latest = (await town.act(posts.latest_posts, "owner", after=None)).items
    for number, post in enumerate(latest[:4]):
        await town.act(posts.save_post, "owner", post_id=post.id, folder_id=folder.id if number == 1 else None)


async def leave_open(town: Town, *, post_id: int) -> None:
    """Edit and pin a post, delete another, and keep drafts: one planned, one that could not be published."""
    words = "Forty-five minutes, no phone, **two** coffees. That is a good Tuesday."
    await town.act(posts.edit_post, "owner", post_id=post_id, draft=Draft(body=words), seen=None)
    await town.act(posts.pin_post, "owner", post_id=post_id, on=True)
    blister = Draft(body="It looks worse than it is, @mx_owner.", warning="A blister, quite close up")
    await town.act(posts.publish_post, "member", draft=blister)
    gone = await town.act(posts.publish_post, "owner", draft=Draft(body="Said in haste."))
    await town.act(posts.delete_post, "owner", post_id=gone)
    async with town.parts.database.transaction() as tx:
        morning = tx.now + timedelta(hours=14)
    await town.act(posts.save_draft, "owner", draft=Draft(body="Good morning! Who is in?", audience="friends"), publish_at=morning)
    kept = await town.act(posts.save_draft, "owner", draft=Draft(body="Tickets for Sunday are here.", audience="members"))
    await town.sql("UPDATE swannery.drafts SET problem = 'You are not in this community any more.' WHERE id = %(id)s", id=kept)


OF_KINDS: tuple[tuple[str, Details], ...] = (
    ("In slices, on paper, one layer. They blend in seconds. #kinds", Tip(title="Freeze bananas before they turn brown")),
    (
        "My calves are tight after the first kilometre, every time. #kinds",
        Question(title="How do you warm up for a 10 k when it is five degrees and raining?"),
    ),
    ("Which evening shall be the long one? #kinds", Poll(options=["Tuesday, before work", LONGEST, "Sunday, with coffee"], several=True)),
    (
        "Slow down, fast up. #kinds",
        Workout(
            title="Lower body, slow",
            minutes=55,
            exercises=[
                Exercise(name="Squat", sets=5, reps=5, weight_kg=62.5),
                Exercise(name=LONGEST, sets=3, reps=12, weight_kg=20),
                Exercise(name="Plank", sets=3, seconds=90),
            ],
        ),
    ),
    ("Three years after the knee. #kinds", Achievement(title="First pull-up, chin over the bar", achieved_on=date(2026, 11, 20))),
    (
        "Not too sweet. #kinds",
        Recipe(
            title="Banana bread for Sundays",
            servings=8,
            minutes=70,
            ingredients=["3 ripe bananas", "250 g flour", "2 eggs"],
            steps=["Mash the bananas.", "Stir in the rest, not for long.", "Bake for 50 minutes at 175 °C."],
        ),
    ),
    ("Rings or bars? #kinds", Poll(options=["Rings", "Bars"])),
)


async def ask(town: Town) -> None:
    """A post of each kind, some of them answered: by somebody whom the others do not follow, so lists keep their order."""
    for words, details in OF_KINDS:
        draft = Draft(body=words, audience="public", details=details, client_key=uuid4())
        post_id = await town.act(posts.publish_post, "trainer", draft=draft)
        if isinstance(details, Poll) and details.several:
            for who, choices in (("owner", [1, 3]), ("member", [1]), ("follower", [3])):
                await town.act(posts.vote, who, post_id=post_id, choices=choices)


async def publish(town: Town, who: str, words: str, *, audience: str) -> int:
    draft = Draft(body=words, audience=audience, client_key=uuid4())
    return int(await town.act(posts.publish_post, who, draft=draft))
