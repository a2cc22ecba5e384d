"""Home, discover, profiles, people, communities: pages made of what several features know."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import uuid4

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from swannery.accounts.actions import people
from swannery.accounts.models import Person
from swannery.communities import actions as communities
from swannery.communities.models import Community
from swannery.connections import actions as connections
from swannery.connections.actions.permitting import as_shown
from swannery.connections.actions.training import relation_with_sessions
from swannery.feeds import actions as feeds
from swannery.feeds.models import Feed
from swannery.foundation.database import Transaction
from swannery.foundation.errors import NotThere
from swannery.foundation.paging import Cursor, PageOf, decode, encode
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import FormState, Id, Page
from swannery.portal.explaining import explained, whys_of
from swannery.posts import actions as posts

if TYPE_CHECKING:
    from swannery.posts.models import Post

SIDE = 4
MEMBERS = 12


@get("/")
async def show_home(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], after: FromQuery[str | None] = None
) -> Response[Any]:
    """A member's home; the front door for everybody else."""
    if not viewer.signed_in:
        feed = await feeds.read_everyone(tx, viewer=viewer, after=decode(after))
        return page.show(
            "theme/welcome.html", posts=[item.post for item in feed.items], next_url=next_url("/", feed.next_cursor), active="home"
        )
    feed = await feeds.read_feed(tx, viewer=viewer, order=viewer.feed_order, after=after)
    return page.show(
        "portal/home.html",
        posts=explained(feed, page),
        whys=whys_of(feed, page),
        order=viewer.feed_order,
        ranked=feed.order == "for_you",
        too_few=feed.too_few,
        first_url=next_url("/", feed.first_cursor),
        newest=newest_of(feed),
        next_url=next_url("/", feed.next_cursor),
        everyone=feed.everyone,
        first=after is None,
        communities=await communities.list_own(tx, viewer=viewer),
        form=FormState(),
        client_key=uuid4(),
        active="home",
    )


def newest_of(feed: Feed) -> str | None:
    """Return the place of the newest post on a page: what is new is newer than that."""
    places = [Cursor(item.post.published_at, item.post.id) for item in feed.items]
    return encode(max(places)) if places else None


def next_url(path: str, cursor: str | None) -> str | None:
    """Return where the next page is."""
    return f"{path}?after={cursor}" if cursor else None


@get("/discover")
async def show_discover(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], after: FromQuery[str | None] = None
) -> Response[Any]:
    """What everybody here wrote, as far as the viewer may read it, and where to gather."""
    feed = await feeds.read_everyone(tx, viewer=viewer, after=decode(after))
    places = await communities.list_others(tx, viewer=viewer) if viewer.signed_in else None
    return page.show(
        "portal/discover.html",
        posts=[item.post for item in feed.items],
        next_url=next_url("/discover", feed.next_cursor),
        places=list(places.items[:SIDE]) if places else [],
        active="discover",
    )


@get("/{at_handle:str}")
async def show_profile(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    at_handle: FromPath[str],
    after: FromQuery[str | None] = None,
) -> Response[Any]:
    """A member's page, /@handle; Litestar knows no parameter that begins in the middle."""
    if not at_handle.startswith("@"):
        raise NotThere
    profile = await people.read_profile(tx, handle=at_handle[1:], viewer=viewer)
    person = profile.person
    found = await posts.posts_of_author(tx, viewer=viewer, author_id=person.id, after=decode(after))
    relation = await relation_with_sessions(tx, viewer=viewer, person_id=person.id)
    counts = await connections.count_connections(tx, viewer=viewer, person_id=person.id)
    return page.show(
        "portal/profile.html",
        person=person,
        about=profile.bio,
        profile=as_shown(profile, viewer=viewer, relation=relation),
        relation=relation,
        figures=[
            (page.gettext("Followers"), counts.followers),
            (page.gettext("Following"), counts.followees),
            (page.gettext("Friends"), counts.friends),
        ],
        pinned=await posts.pinned_posts(tx, viewer=viewer, author_id=person.id) if after is None else [],
        posts=found.items,
        next_url=next_url(f"{person.url}", found.next_cursor),
        active="me" if person.id == viewer.id else "",
    )


@get("/people")
async def show_people(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    q: FromQuery[str] = "",
    after: FromQuery[int] = 0,
) -> Response[Any]:
    """Everybody here, to find and to follow."""
    found = await people.list_people(tx, viewer=viewer, beginning=q, after_id=Id.clamp(after))
    relations = await connections.relations(tx, viewer=viewer, ids=[person.id for person in found])
    more = f"/people?{urlencode({'q': q, 'after': found[-1].id})}" if len(found) == people.PAGE else None
    return page.show("portal/people.html", people=found, relations=relations, q=q, next_url=more, active="people")


@get("/communities/{slug:str}")
async def show_community(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    slug: FromPath[str],
    after: FromQuery[str | None] = None,
) -> Response[Any]:
    """A community; what is written in it is for its members."""
    community = await communities.read_community(tx, viewer=viewer, slug=slug)
    inside = community.id in viewer.communities
    empty: PageOf[Post] = PageOf(items=[])
    found = await posts.posts_in_community(tx, viewer=viewer, community_id=community.id, after=decode(after)) if inside else empty
    return page.show(
        "portal/community.html",
        community=community,
        inside=inside,
        members=await first_members(tx, viewer, community) if inside else [],
        posts=found.items,
        next_url=next_url(community.url, found.next_cursor),
        form=FormState(values={"audience": f"community:{community.slug}"}),
        communities=await communities.list_own(tx, viewer=viewer),
        client_key=uuid4(),
        active="communities",
    )


async def first_members(tx: Transaction, viewer: Viewer, community: Community) -> list[Person]:
    """Return those who look after a community, then those who have been in it longest."""
    staff = await communities.list_staff(tx, viewer=viewer, community=community)
    plain = await communities.list_members(tx, viewer=viewer, community=community)
    return [membership.person for membership in [*staff, *plain.items]][:MEMBERS]


@get("/keyboard")
async def show_keyboard(page: NamedDependency[Page]) -> Response[Any]:
    """What keys do here; without the frame around it for the dialog that `?` opens."""
    return page.show("portal/keyboard_part.html" if page.partial else "portal/keyboard.html")


routes = [show_keyboard, show_home, show_discover, show_profile, show_people, show_community]
