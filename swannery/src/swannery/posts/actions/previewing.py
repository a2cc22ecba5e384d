"""Showing what a link leads to. The page is read in the background, by a job that holds no connection meanwhile."""

import msgspec
import structlog

from swannery.foundation.confining import run_confined
from swannery.foundation.database import Database, Transaction
from swannery.foundation.errors import SwanneryError
from swannery.foundation.outbound import NotFetched
from swannery.foundation.viewer import Viewer
from swannery.media import actions as media
from swannery.media.darkroom import Developed
from swannery.media.models import PostPicture
from swannery.posts import page_reading
from swannery.posts.actions.reading import own_post
from swannery.posts.models import Draft
from swannery.posts.ports import PreviewMeans, ports
from swannery.posts.previews import PageFacts, Preview, alt_of, link_of, picture_address, told
from swannery.posts.queries import previews as queries

log = structlog.get_logger("swannery.posts")

PAGES = ("text/html", "application/xhtml+xml")
PICTURES = ("image/jpeg", "image/png", "image/webp", "image/gif")
LARGEST_PAGE = 512 * 1024  # what a page says of itself stands at its beginning
LARGEST_PICTURE = 6_000_000
READING_S = 10.0


def wanted_preview(draft: Draft, *, links: tuple[str, ...]) -> Preview | None:
    """Return what a post with these links begins with: a page that is still to be read, or nothing."""
    if ports.previews is None:
        return None
    attached = bool(draft.pictures) or draft.original_id is not None
    link = link_of(links, audience=draft.audience, attached=attached, own_host=ports.previews.own_host)
    return Preview(url=link) if link else None


async def change_preview(tx: Transaction, *, viewer: Viewer, post_id: int, draft: Draft, links: tuple[str, ...]) -> None:
    """Show what the changed post links to now. As long as the link is the same, so is what is shown of it, or that nothing is."""
    before = await queries.own_preview(tx, post_id=post_id, author_id=viewer.member_id)
    after = wanted_preview(draft, links=links)
    if (before and before.url) != (after and after.url):
        await media.discard_preview(tx, post_id=post_id)
        await queries.put_preview(tx, post_id=post_id, author_id=viewer.member_id, preview=after)


async def remove_preview(tx: Transaction, *, viewer: Viewer, post_id: int) -> None:
    """Show nothing of the page that one's own post links to; the link stays."""
    await own_post(tx, viewer=viewer, post_id=post_id, deed="edit_post")
    before = await queries.own_preview(tx, post_id=post_id, author_id=viewer.member_id)
    if before is not None:
        await media.discard_preview(tx, post_id=post_id)
        off = Preview(url=before.url, state="off")
        await queries.put_preview(tx, post_id=post_id, author_id=viewer.member_id, preview=off)


async def is_waiting(tx: Transaction, *, post_id: int) -> bool:
    """Whether a post that others can read has a link whose page is still to be read."""
    return await queries.waiting(tx, post_id=post_id) is not None


async def make_preview(database: Database, *, post_id: int) -> None:
    """Read the page that a post links to and keep what it says of itself. Done twice, the second time finds nothing to do."""
    async with database.transaction() as tx:
        waiting = await queries.waiting(tx, post_id=post_id)
    if waiting is None:
        return
    preview, developed = Preview(url=waiting.url, state="none"), None
    if ports.previews is not None:
        preview, developed = await _look(ports.previews, url=waiting.url)
    async with database.transaction() as tx:
        if await queries.settle(tx, post_id=post_id, preview=preview) and developed is not None:
            await media.keep_preview(tx, owner_id=waiting.author_id, post_id=post_id, developed=developed)


async def _look(means: PreviewMeans, *, url: str) -> tuple[Preview, Developed | None]:
    """Return what is to be shown of a page, and its picture where one could be made of what it names."""
    try:
        page = await means.outbound.fetch(url, kinds=PAGES, most=LARGEST_PAGE, whole=False)
    except NotFetched:
        return Preview(url=url, state="none"), None
    said = await run_confined(page_reading.__file__, page.content_type[:200], sent=page.body, longest_s=READING_S)
    try:
        facts = msgspec.json.decode(said, type=PageFacts)
    except msgspec.DecodeError:
        log.warning("page not read")
        return Preview(url=url, state="none"), None
    address = picture_address(facts, page_url=page.url)
    developed = await _developed(means, address) if address and facts.title else None
    picture = PostPicture(key=developed.key, alt=alt_of(facts), width=developed.width, height=developed.height) if developed else None
    return told(url, facts, picture=picture), developed


async def _developed(means: PreviewMeans, address: str) -> Developed | None:
    try:
        found = await means.outbound.fetch(address, kinds=PICTURES, most=LARGEST_PICTURE, whole=True)
        return await means.darkroom.develop_bytes(found.body, purpose="preview")
    except (NotFetched, SwanneryError):
        return None  # a page without its picture is still worth showing
