"""Pictures for a browser."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from swannery.foundation.database import Transaction
from swannery.foundation.viewer import Viewer
from swannery.media.darkroom import Darkroom
from swannery.media.serving import answer


@get("/pictures/{key:str}/{size:str}", media_type="image/webp")
async def show_picture(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    darkroom: NamedDependency[Darkroom],
    request: Request[Any, Any, Any],
    key: FromPath[str],
    size: FromPath[str],
) -> Response[bytes]:
    """A picture, for whoever may see what it belongs to."""
    return await answer(tx, viewer, darkroom, key=key, size=size, request=request)


routes = [show_picture]
