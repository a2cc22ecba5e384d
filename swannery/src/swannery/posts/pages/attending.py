"""Coming to an event: one's answer, who comes, and the event for one's calendar."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from swannery.config import Config
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Invalid, NotThere
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import Id, Page
from swannery.foundation.words import say
from swannery.posts import actions
from swannery.posts.actions.attending import CHOICES
from swannery.posts.calendar_files import calendar_of
from swannery.posts.details import Event
from swannery.posts.models import Attendance
from swannery.posts.pages.forms import spoken


def answer_of(text: str) -> Attendance | None:
    """Read one of the answers."""
    return next((one for one in CHOICES if one == text), None)


@post("/posts/{post_id:int}/attendance", status_code=303)
async def attend(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], post_id: FromPath[int]
) -> Response[Any]:
    """Say whether one comes, say otherwise, or take it back."""
    _ = viewer.member_id
    form = await page.request.form()
    text = str(form.get("answer", ""))
    answer = answer_of(text)
    if answer is None and text != "none":
        await actions.read_post(tx, viewer=viewer, post_id=Id.check(post_id))
        raise Invalid(say("Nothing is chosen yet."), next_step=say("Say whether you come."))
    found = await actions.attend(tx, viewer=viewer, post_id=Id.check(post_id), answer=answer)
    words = page.gettext("Your answer is there.") if answer else page.gettext("Your answer is taken back.")
    if page.partial:
        return page.show("posts/event_part.html", headers=spoken(words), post=found)
    return page.go(page.back(found.url), notice=words)


@get("/posts/{post_id:int}/attendance")
async def show_attendees(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    post_id: FromPath[int],
    answer: FromQuery[str] = "going",
    after: FromQuery[int] = 0,
) -> Response[Any]:
    """Who comes to an event, who may, and who cannot."""
    which = answer_of(answer) or "going"
    people, next_after = await actions.list_attendees(tx, viewer=viewer, post_id=Id.check(post_id), answer=which, after=Id.clamp(after))
    here = f"/posts/{post_id}/attendance?answer={which}"
    return page.show(
        "posts/attendees.html",
        post=await actions.read_post(tx, viewer=viewer, post_id=post_id),
        people=people,
        answer=which,
        next_url=f"{here}&after={next_after}" if next_after else None,
    )


@get("/posts/{post_id:int}/event.ics", media_type="text/calendar; charset=utf-8")
async def download_event(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    config: NamedDependency[Config],
    post_id: FromPath[int],
) -> Response[bytes]:
    """An event for one's calendar, for whoever may read it."""
    found = await actions.read_post(tx, viewer=viewer, post_id=Id.check(post_id))
    if not isinstance(found.details, Event):
        raise NotThere
    versions = await actions.read_history(tx, viewer=viewer, post_id=post_id)
    site = config.site.public_url.rstrip("/") or str(page.request.base_url).rstrip("/")
    body = calendar_of(found, details=found.details, sequence=len(versions) - 1, address=f"{site}{found.url}")
    return Response(body, media_type="text/calendar", headers={
        "content-disposition": f'attachment; filename="event-{post_id}.ics"',
    })  # fmt: skip


routes = [attend, show_attendees, download_event]
