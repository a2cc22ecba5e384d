"""A picture as an answer: the same for both doors."""

from typing import Any, get_args

from litestar import Request, Response

from swannery.foundation.errors import NotThere
from swannery.foundation.visits import Visits
from swannery.media import actions
from swannery.media.darkroom import Darkroom
from swannery.media.models import Size
from swannery.media.rules import nearest_size

# Whoever lost access may see for this long what their own browser still has; the address of a picture never shows another one.
HEADERS = {
    "cache-control": "private, max-age=60",
    "vary": "Cookie, Authorization",
    "content-security-policy": "default-src 'none'; sandbox",
    "content-disposition": 'inline; filename="picture.webp"',
    "x-content-type-options": "nosniff",
}


async def answer(visits: Visits, darkroom: Darkroom, *, key: str, size: str, request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the picture's bytes if the viewer may see it now, or only that what they have is still it.

    A page has dozens of pictures: no connection is held while a disk is waited for.
    """
    wanted: Size | None = next((one for one in get_args(Size) if one == size), None)
    if wanted is None:
        raise NotThere
    async with visits.begin() as visit:
        picture = await actions.find_visible(visit.tx, viewer=visit.viewer, key=key)
    kept = nearest_size(picture.purpose, wanted)
    tag = f'"{picture.key}-{kept}"'
    headers = {**HEADERS, "etag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers, media_type="image/webp")
    return Response(await darkroom.read(picture.key, kept), headers=headers, media_type="image/webp")
