"""What the forms send, and what several pages need of them."""

import json
from uuid import UUID

import msgspec

from swannery.foundation import idempotency
from swannery.posts.models import Draft

IN_COMMUNITY = "community:"
FOR_CIRCLE = "circle:"
LONGEST_NUMBER = 18


class PostForm(msgspec.Struct):
    """The composer. `audience` is one of the audiences, or `community:` and a community's slug, or `circle:` and a circle's id."""

    text: str = ""
    audience: str = "members"
    client_key: UUID | None = None


def spoken(words: str) -> dict[str, str]:
    """Return the header that has the page say something to those who listen rather than look."""
    return {"hx-trigger": json.dumps({"announce": words})}


def draft_of(data: PostForm, *, places: dict[str, int]) -> Draft:
    """Read the composer's one choice of who may read it; a community one is not in counts as none."""
    key = idempotency.of_words(data.client_key, data.text, data.audience)
    if data.audience.startswith(IN_COMMUNITY):
        slug = data.audience.removeprefix(IN_COMMUNITY)
        return Draft(body=data.text, audience="community", community_id=places.get(slug, 0), client_key=key)
    if data.audience.startswith(FOR_CIRCLE):
        number = data.audience.removeprefix(FOR_CIRCLE)[:LONGEST_NUMBER]
        circle_id = int(number) if number.isascii() and number.isdigit() else 0
        return Draft(body=data.text, audience="circle", circle_id=circle_id, client_key=key)
    return Draft(body=data.text, audience=data.audience, client_key=key)
