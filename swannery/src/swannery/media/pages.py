"""Pictures for a browser."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from swannery.foundation.visits import Visits
from swannery.media.darkroom import Darkroom
from swannery.media.serving import answer


@get("/pictures/{key:str}/{size:str}", media_type="image/webp")
async def show_picture(
    visits: NamedDependency[Visits],
    darkroom: NamedDependency[Darkroom],
    request: Request[Any, Any, Any],
    key: FromPath[str],
    size: FromPath[str],
) -> Response[bytes]:
    """A picture, for whoever may see what it belongs to."""
    return await answer(visits, darkroom, key=key, size=size, request=request)


routes = [show_picture]
