"""Believable people and posts, for the gallery and for tests of how things look: the longest, the emptiest, the busiest."""

from datetime import UTC, datetime, timedelta

from markupsafe import Markup

from swannery.theme.shapes import (
    Activity,
    Answers,
    Branch,
    Card,
    Choice,
    Comment,
    Community,
    Form,
    Person,
    Place,
    PollDetails,
    Post,
    Preview,
    ReactionCount,
    Relation,
    Tab,
    TitleDetails,
)

NOW = datetime(2026, 11, 22, 16, 25, tzinfo=UTC)

ALICE = Person(id=1, name="Alice Moreau", handle="alice", url="/@alice")
TESS = Person(id=2, name="Tess Okafor", handle="tess", url="/@tess", role="trainer")
BOB = Person(id=3, name="Bob Lindqvist", handle="bob", url="/@bob")
MOD = Person(id=4, name="Mika Salonen", handle="mika", url="/@mika", role="moderator")
LONG = Person(
    id=5, name="Maximiliane-Theodora von Hohenstein-Wallersdorf zu Unterberg", handle="maximiliane_theodora_vh", url="/@mt", role="admin"
)

EARLY_BIRDS = Community(
    name="Early birds",
    slug="early-birds",
    purpose="Six o’clock, rain or shine. We keep each other honest.",
    member_count=48,
    url="/communities/early-birds",
    role="member",
    hue=55,
)
LONG_PLACE = Community(
    name="Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz",
    slug="long",
    member_count=9999,
    url="/communities/long",
    hue=330,
    purpose="A name like this has to fit as well, and so does a purpose that goes on a little longer than it should, because people "
    "like to explain themselves, and somebody always does it in three sentences. Here is the third one.",
)
OPEN_WATER = Community(
    name="Open water",
    slug="open-water",
    purpose="Lakes, rivers, cold showers.",
    member_count=1,
    url="/communities/open-water",
    role="owner",
    hue=205,
)
COMMUNITIES = (EARLY_BIRDS, OPEN_WATER, LONG_PLACE)

STRENGTH = Card(
    title="Strength, lower body",
    partner=TESS,
    happened_at=NOW - timedelta(hours=3),
    bars=(42, 45, 45, 50, 47, 52, 55, 60),
    facts=(("Duration", "55 min"), ("Squat", "60 kg × 5"), ("Sessions this month", "9")),
)
RUN = Card(title="Intervals by the canal", happened_at=NOW - timedelta(days=2), facts=(("Distance", "6.4 km"), ("Pace", "5:12 /km")))

WORDS = Markup("<p>First time at <strong>60 kg</strong> and it moved. Tess said “slower down, faster up” and suddenly it made sense.</p>")
LONG_WORDS = Markup().join(
    Markup("<p>{}</p>").format(text)
    for text in (
        "Somebody asked how I came back after the injury, so here is the long version.",
        (
            "The first month was walking. Nothing else. I counted lamp posts. In the second month I was allowed to cycle with no "
            "resistance, and I sulked about it, loudly, to everybody who would listen. Sorry about that."
        ),
        (
            "In the third month we started with an empty bar. It felt silly until it did not. Tess wrote down every single "
            "repetition, and looking back at that page now is the best argument for patience I have ever seen."
        ),
        (
            "What helped: sleeping, telling people, and never comparing a Tuesday with a Saturday. "
            "What did not: reading about other people’s knees."
        ),
        "See you on Thursday. I will bring the bananas.",
    )
)

POSTS = (
    Post(
        id=101,
        url="/posts/101",
        author=ALICE,
        published_at=NOW - timedelta(minutes=3),
        html=WORDS,
        audience="friends",
        card=STRENGTH,
        reaction_count=12,
        comment_count=3,
        reactions=(ReactionCount(kind="like", count=7), ReactionCount(kind="strong", count=4), ReactionCount(kind="fire", count=1)),
        reaction="strong",
        saved=True,
        mine=True,
    ),
    Post(
        id=102,
        url="/posts/102",
        author=BOB,
        published_at=NOW - timedelta(hours=2),
        html=LONG_WORDS,
        audience="community",
        reaction_count=9999,
        reactions=(ReactionCount(kind="like", count=9999),),
        comment_count=128,
        share_count=3141,
        community=Place(name="Early birds", url="/communities/early-birds"),
        reason="Because you are in Early birds",
        edited_at=NOW - timedelta(hours=1),
    ),
    Post(
        id=103,
        url="/posts/103",
        author=LONG,
        published_at=NOW - timedelta(days=2),
        audience="public",
        may_comment=False,
        html=Markup(
            "<p>Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihungsurkunde, https://example.org/a/very/long/address/"
            "that/never/ends/and/has/no/place/to/break/at/all</p>"
        ),
        preview=Preview(
            url="https://example.org/a/very/long/address",
            host="a-host-with-a-name-of-its-own.and-another.and-one-more.example.org",
            title="Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihungsurkunde, and why so few are left",
            description="A description goes on for as long as it may, which is two lines here and two hundred and forty letters in all, "
            "and what does not fit is left out, as here, where it would otherwise have gone on.",
        ),
    ),
    Post(
        id=104,
        url="/posts/104",
        author=TESS,
        published_at=NOW - timedelta(days=5),
        audience="followers",
        card=RUN,
        reaction_count=1,
        reactions=(ReactionCount(kind="hug", count=1),),
        comment_count=1,
        html=Markup("<p>Cold, clear, nobody about. Who is in for Sunday?</p><ul><li>6.4 km, easy</li><li>coffee after</li></ul>"),
        reason="Because you follow Tess Okafor",
    ),
    Post(
        id=105,
        url="/posts/105",
        author=ALICE,
        published_at=NOW - timedelta(days=40),
        html=Markup("<p>Buy my magic powder!</p>"),
        state="held",
        mine=True,
    ),
    Post(
        id=106,
        url="/posts/106",
        author=ALICE,
        published_at=NOW - timedelta(days=400),
        html=Markup("<p>Something unkind.</p>"),
        state="removed",
        audience="me",
        mine=True,
    ),
)

QUOTES = (
    Post(
        id=107,
        url="/posts/107",
        author=BOB,
        published_at=NOW - timedelta(minutes=9),
        html=Markup('<p>This. Every word. <a href="/tags/patience">#patience</a></p>'),
        points_on=True,
        original=POSTS[1],
    ),
    Post(id=108, url="/posts/108", author=TESS, published_at=NOW, html=Markup(""), kind="share", points_on=True, original=POSTS[0]),
    Post(
        id=110,
        url="/posts/110",
        author=ALICE,
        published_at=NOW,
        html=Markup("<p>It looks worse than it is.</p>"),
        warning="A picture of a blister, quite close",
        audience="mentioned",
        mine=True,
        pinned=True,
    ),
    Post(id=109, url="/posts/109", author=TESS, published_at=NOW, html=Markup("<p>Look at that.</p>"), points_on=True),
)

DAYS = PollDetails(options=("Tuesday at six, before work", "Thursday", LONG_PLACE.name, "Sunday, with coffee"), several=True)
KINDS = (
    Post(
        id=111,
        url="/posts/111",
        author=BOB,
        published_at=NOW - timedelta(hours=1),
        html=Markup("<p>When shall we run?</p>"),
        kind="poll",
        details=DAYS,
        answers=Answers(people=37, counts=None, closes_at=NOW + timedelta(days=2)),
    ),
    Post(
        id=112,
        url="/posts/112",
        author=ALICE,
        published_at=NOW - timedelta(hours=1),
        html=Markup("<p>When shall we run?</p>"),
        kind="poll",
        details=DAYS,
        answers=Answers(people=37, counts=(21, 8, 0, 16), mine=(1, 4), closes_at=NOW + timedelta(days=2)),
    ),
    Post(
        id=113,
        url="/posts/113",
        author=TESS,
        published_at=NOW - timedelta(days=9),
        html=Markup("<p>Rings or bars?</p>"),
        kind="poll",
        details=PollDetails(options=("Rings", "Bars")),
        answers=Answers(people=1, counts=(1, 0), closes_at=NOW - timedelta(days=2), closed=True),
    ),
    Post(
        id=114,
        url="/posts/114",
        author=LONG,
        published_at=NOW - timedelta(days=1),
        html=Markup("<p>My calves are tight after the first kilometre, every time.</p>"),
        kind="question",
        details=TitleDetails(title="How do you warm up for a 10 k when it is five degrees and raining?"),
    ),
    Post(
        id=115,
        url="/posts/115",
        author=TESS,
        published_at=NOW - timedelta(days=1),
        html=Markup("<p>In slices, on paper, one layer. They blend in seconds and nobody tastes the brown bit.</p>"),
        kind="tip",
        details=TitleDetails(title="Freeze bananas before they turn brown"),
    ),
)

COMMENTS = (
    Comment(
        id=201, post_id=101, author=TESS, created_at=NOW - timedelta(minutes=2), html=Markup("<p>You did the work. I only counted.</p>")
    ),
    Comment(id=202, post_id=101, author=LONG, created_at=NOW - timedelta(minutes=2), html=Markup("<p>Strong! 💪</p>")),
    Comment(id=203, post_id=101, author=ALICE, created_at=NOW, html=Markup("<p>Thank you both. Thursday again?</p>"), mine=True),
    Comment(id=204, post_id=101, author=ALICE, created_at=NOW, html=Markup("<p>And a link nobody asked for.</p>"), mine=True, state="held"),
)

BRANCHES = (
    Branch(
        id=201,
        url="/posts/101/comments/201",
        comment=COMMENTS[0],
        replies=(
            Branch(id=203, url="/posts/101/comments/203", comment=COMMENTS[2], depth=1, more=True),
            Branch(
                id=205,
                url="/posts/101/comments/205",
                depth=1,
                replies=(Branch(id=202, url="/posts/101/comments/202", comment=COMMENTS[1], depth=2),),
            ),
        ),
    ),
    Branch(id=204, url="/posts/101/comments/204", comment=COMMENTS[3]),
)
COMMENT_ORDERS = tuple((order, f"/posts/101?order={order}#comments") for order in ("best", "newest", "oldest"))

# A person of its own for each, since the parts of a relation are named after the person.
RELATIONS = (
    ("a stranger to me", Person(id=11, name="Noor Haddad", handle="noor", url="/@noor"), Relation()),
    ("follows me", Person(id=12, name="Sam Whitaker", handle="sam", url="/@sam"), Relation(follows_me=True)),
    ("I follow", Person(id=13, name="Ines Duarte", handle="ines", url="/@ines"), Relation(following=True)),
    ("friends", Person(id=14, name="Jonas Weber", handle="jonas", url="/@jonas"), Relation(friends=True, following=True)),
    ("I asked", Person(id=15, name="Priya Nair", handle="priya", url="/@priya"), Relation(request_sent=True)),
    ("asked me", Person(id=16, name="Theo Brandt", handle="theo", url="/@theo"), Relation(request_received=True)),
    ("waits for my approval", Person(id=18, name="Ada Lindqvist", handle="ada", url="/@ada"), Relation(wants_to_follow=True)),
    ("approves followers, I wait", Person(id=19, name="Marek Wolski", handle="marek", url="/@marek"), Relation(follow_requested=True)),
    ("muted", Person(id=20, name="Yara Costa", handle="yara", url="/@yara"), Relation(following=True, muting=True)),
    ("trains me", Person(id=23, name="Nora Quist", handle="nora", url="/@nora", role="trainer"), Relation(trainer="confirmed")),
    ("blocked", Person(id=17, name="Kim Larsen", handle="kim", url="/@kim"), Relation(blocking=True)),
    ("myself", ALICE, Relation(is_me=True)),
)
# The same once more with ids of their own: a page shows each relation once.
FULL_RELATIONS = tuple(
    (label, Person(id=person.id + 40, name=person.name, handle=person.handle, url=person.url), relation)
    for label, person, relation in RELATIONS
)
TRAINING = tuple(
    (Person(id=110 + number, name=name, handle=f"training{number}", url=f"/@training{number}"), relation)
    for number, (name, relation) in enumerate(
        (
            ("Jonas Weber", Relation(trainer="recorded")),
            (LONG.name, Relation(trainer="asked_by")),
            ("Theo Brandt", Relation(client="asked")),
            ("Ines Duarte", Relation(trainer="confirmed", client="confirmed")),
        )
    )
)
TESS_AGAIN = Person(id=92, name=TESS.name, handle=TESS.handle, url=TESS.url, role=TESS.role)
HEADER_COMMUNITY = Community(
    name="Cold plunge", slug="cold-plunge", purpose="Short, sharp, together.", member_count=212, url="/communities/cold-plunge", hue=170
)
REQUESTS = (
    (Person(id=21, name="Yara Costa", handle="yara", url="/@yara"), NOW - timedelta(hours=5)),
    (Person(id=22, name=LONG.name, handle="mt2", url="/@mt2"), NOW - timedelta(days=3)),
)
SUGGESTIONS = (
    (Person(id=31, name="Ruth Adler", handle="ruth", url="/@ruth"), "3 mutual friends"),
    (Person(id=32, name="Emil Novak", handle="emil", url="/@emil"), "also trains with Tess"),
)

ACTIVITIES = (Activity(id=301, card=STRENGTH), Activity(id=302, card=RUN, post_url="/posts/104"))
ACTIVITY_REFUSED = Activity(id=303, card=RUN)
EMPTY_FORM = Form()
FAULTY_FORM = Form(
    values={
        "text": "Too much of a good thing",
        "identifier": "alice",
        "name": "Early birds",
        "purpose": "",
        "audience": "community:early-birds",
    },
    errors={"text": "That is 5,012 characters; 5,000 or fewer work.", "audience": "You are no longer in Early birds."},
)
POLL_FORM = Form(
    values={"kind": "poll", "text": "When shall we run?", "about_option_1": "Tuesday"}, errors={"options": "Give at least two choices."}
)
SIGN_IN_ERRORS = Form(
    values={"identifier": "alice"},
    errors={"form": "E-mail and password do not belong together. Check both, or set a new password in the app."},
)
TABS = (
    Tab(label="Latest", url="/", current=True),
    Tab(label="For you", url="/?order=ranked"),
    Tab(label="Communities", url="/?order=communities"),
)
CHOICES = (Choice(value="members", label="Members"), Choice(value="everyone", label="Everyone"))
FIGURES = (("posts", "128"), ("followers", "1,204"), ("friends", "37"))
