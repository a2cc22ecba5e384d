"""What the forms send, and what several pages need of them."""

import json
from datetime import datetime
from uuid import UUID

import msgspec

from swannery.foundation import idempotency
from swannery.foundation.errors import Invalid
from swannery.foundation.web import FormState
from swannery.foundation.words import say
from swannery.posts.models import Draft, SavedDraft
from swannery.posts.pages.detail_forms import Typed, details_of
from swannery.posts.pages.local_times import clock_of, field_of, meant
from swannery.posts.pages.picture_forms import attachments_of

NOTHING: Typed = {}
IN_COMMUNITY = "community:"
FOR_CIRCLE = "circle:"
LONGEST_NUMBER = 18


class PostForm(msgspec.Struct):
    """The composer. `audience` is one of the audiences, or `community:` and a community's slug, or `circle:` and a circle's id."""

    text: str = ""
    audience: str = "members"
    warning: str = ""
    client_key: UUID | None = None
    then: str = "publish"  # or `keep`, or `kind:` and a kind: what was pressed
    kind: str = ""
    draft: int = 0
    publish_at: str = ""
    utc_offset: int = 0  # minutes that the browser's clock will be ahead then; without a script it is taken for UTC, and the form says so


def spoken(words: str) -> dict[str, str]:
    """Return the header that has the page say something to those who listen rather than look."""
    return {"hx-trigger": json.dumps({"announce": words})}


def draft_of(data: PostForm, *, places: dict[str, int], typed: Typed = NOTHING) -> Draft:
    """Read the composer: its one choice of who may read it (a community one is not in counts as none), and the fields of its kind."""
    key = idempotency.of_words(data.client_key, data.text, data.audience, data.kind, *typed.values(), *typed)
    draft = Draft(
        body=data.text,
        audience=data.audience,
        warning=data.warning,
        details=details_of(data.kind, typed),
        pictures=attachments_of(typed),
        client_key=key,
    )
    if data.audience.startswith(IN_COMMUNITY):
        slug = data.audience.removeprefix(IN_COMMUNITY)
        return msgspec.structs.replace(draft, audience="community", community_id=places.get(slug, 0))
    if data.audience.startswith(FOR_CIRCLE):
        number = data.audience.removeprefix(FOR_CIRCLE)[:LONGEST_NUMBER]
        circle_id = int(number) if number.isascii() and number.isdigit() else 0
        return msgspec.structs.replace(draft, audience="circle", circle_id=circle_id)
    return draft


def place_of(saved: SavedDraft) -> str:
    """Return the composer's one choice for a draft."""
    if saved.community:
        return f"{IN_COMMUNITY}{saved.community}"
    return f"{FOR_CIRCLE}{saved.draft.circle_id}" if saved.draft.circle_id else saved.draft.audience


def moment_of(data: PostForm, *, time_zone: str) -> datetime | None:
    """Return when it is to be published, None for now; raises Invalid for what is no moment.

    A time is meant by the clock the member chose to see times by; who chose none, by their browser's.
    """
    if not data.publish_at.strip():
        return None
    try:
        return meant(data.publish_at, by=clock_of(time_zone, utc_offset=data.utc_offset))
    except (ValueError, OverflowError):
        raise Invalid(say("This cannot be planned yet."), fields={"publish_at": say("This is no date and time.")}) from None


def typed_moment(at: datetime, *, time_zone: str) -> dict[str, str]:
    """Return a planned time as the composer's field holds it; for the browser's clock also the `moment` itself, put right by a script."""
    field, moment = field_of(at, time_zone=time_zone)
    return {"publish_at": field} | ({"moment": moment} if moment else {})


def state_of(data: PostForm, *, errors: dict[str, str], typed: Typed = NOTHING) -> FormState:
    """Return what was typed, to be shown again with what is wrong with it."""
    values = {
        "text": data.text,
        "audience": data.audience,
        "warning": data.warning,
        "publish_at": data.publish_at,
        "draft": str(data.draft),
    }
    return FormState(values={**values, "kind": data.kind, **typed}, errors=errors)
