"""Words on their way into the database: rendered, with the people they mention, and held where a rule says so."""

from swannery.accounts.actions.people import people_by_handle
from swannery.communities import actions as communities
from swannery.connections import actions as connections
from swannery.connections.actions.circles import members_of_circle
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Invalid
from swannery.foundation.viewer import Viewer
from swannery.foundation.words import say
from swannery.posts.actions.authoring import as_member
from swannery.posts.detail_rules import words_of
from swannery.posts.models import Draft, Post, State
from swannery.posts.ports import ports
from swannery.posts.queries.posts import Words, is_visible
from swannery.posts.rendering import render


async def word(tx: Transaction, *, viewer: Viewer, draft: Draft) -> Words:
    """Render a text. A handle becomes a link, and its person a mentioned one, if they may read the post and let the author name them."""
    author = viewer.member_id
    plain = render(draft.body)
    state: State = "held" if await ports.must_be_held(tx, author, _all_words(draft)) else "shown"
    people = await _mentioned(tx, viewer=viewer, draft=draft, handles=plain.handles) if plain.handles else {}
    if draft.audience == "mentioned" and not set(people.values()) - {author}:
        raise Invalid(say("This cannot be posted yet."), fields={"audience": say("Name somebody with @ first, or choose other readers.")})
    html = render(draft.body, people=people).html if people else plain.html
    return Words(html=html, tags=plain.tags, mentioned=tuple(people.values()), state=state, links=plain.links)


def _all_words(draft: Draft) -> str:
    """Return all that somebody wrote into a post, for whoever decides whether it must wait."""
    alts = [one.alt for one in draft.pictures]
    return "\n".join(part for part in (draft.warning, words_of(draft.details), draft.body, *alts) if part)


async def word_comment(tx: Transaction, *, viewer: Viewer, post: Post, body: str) -> Words:
    """Render a comment. Whom it names must be able to read the post it stands under, whoever wrote that."""
    plain = render(body)
    state: State = "held" if await ports.must_be_held(tx, viewer.member_id, body) else "shown"
    people: dict[str, int] = {}
    if plain.handles:
        found = {person.handle: person.id for person in await people_by_handle(tx, handles=plain.handles, viewer=viewer)}
        willing = await ports.may_mention(tx, viewer.member_id, set(found.values())) | {viewer.member_id}
        asked = {handle: id_ for handle, id_ in found.items() if id_ in willing}
        people = {handle: id_ for handle, id_ in asked.items() if await _reads(tx, member_id=id_, post=post)}
    html = render(body, people=people).html if people else plain.html
    return Words(html=html, tags=(), mentioned=tuple(people.values()), state=state)


async def _reads(tx: Transaction, *, member_id: int, post: Post) -> bool:
    """Whether a member may read a post: the one condition is asked as they would ask it."""
    return await is_visible(tx, post_id=post.id, viewer=await as_member(tx, member_id=member_id))


async def _mentioned(tx: Transaction, *, viewer: Viewer, draft: Draft, handles: tuple[str, ...]) -> dict[str, int]:
    """Return whom a text mentions, by handle: people who are there, whom the author may know of, and who may read it."""
    author = viewer.member_id
    found = {person.handle: person.id for person in await people_by_handle(tx, handles=handles, viewer=viewer)}
    willing = await ports.may_mention(tx, author, set(found.values())) | {author}
    readers = await _readers(tx, viewer=viewer, draft=draft, ids=set(found.values()))
    return {handle: found[handle] for handle in handles if handle in found and found[handle] in willing & readers}


async def _readers(tx: Transaction, *, viewer: Viewer, draft: Draft, ids: set[int]) -> set[int]:
    """Return those of these people who are in the post's audience."""
    me = {viewer.member_id} & ids
    match draft.audience:
        case "public" | "members" | "mentioned":
            return ids
        case "friends":
            return me | (ids & set(viewer.friends))
        case "followers":
            relations = await connections.relations(tx, viewer=viewer, ids=ids)
            return me | {id_ for id_ in ids if relations[id_].follows_me}
        case "community" if draft.community_id is not None:
            roles = {id_: await communities.role_of(tx, community_id=draft.community_id, member_id=id_) for id_ in ids}
            return {id_ for id_, role in roles.items() if role is not None}
        case "circle" if draft.circle_id is not None:
            return me | {person.id for person in await members_of_circle(tx, viewer=viewer, circle_id=draft.circle_id)} & ids
        case _:
            return me
