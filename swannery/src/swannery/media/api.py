"""Sending pictures and reading them, as JSON and bytes."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.openapi import ResponseSpec
from litestar.params import Body, FromPath

from swannery.foundation.visits import Visits
from swannery.foundation.web import PROBLEMS
from swannery.media import actions
from swannery.media.darkroom import Darkroom
from swannery.media.models import FRAMES, LARGEST_FILE, Purpose, SentPurpose, Size, api_address
from swannery.media.serving import answer

ENVELOPE = 100_000  # bytes around the file


class NewPicture(msgspec.Struct):
    """A file, JPEG, PNG, WebP or GIF, of at most 12 MB; and what it is for: a post, a face (beside one's name) or a cover."""

    file: UploadFile
    purpose: SentPurpose


class PictureOut(msgspec.Struct, frozen=True):
    """A picture of one's own. Its key is what it is used by; unless it is used for something, it is thrown away after a day."""

    key: str
    purpose: Purpose
    width: int
    height: int
    urls: dict[str, str]


@post(
    "/api/v1/pictures",
    status_code=201,
    responses=PROBLEMS,
    tags=["pictures"],
    summary="Send a picture",
    request_max_body_size=LARGEST_FILE + ENVELOPE,
)
async def send_picture(
    visits: NamedDependency[Visits],
    darkroom: NamedDependency[Darkroom],
    data: Annotated[NewPicture, Body(media_type=RequestEncodingType.MULTI_PART)],
) -> PictureOut:
    """Make a picture anew, without whatever else is in its file, and keep it; returns its key."""
    async with visits.begin() as visit:
        member_id = await actions.admit(visit.tx, viewer=visit.viewer)
    developed = await darkroom.develop(data.file, purpose=data.purpose, member_id=member_id)
    async with visits.begin() as visit:
        kept = await actions.keep(visit.tx, viewer=visit.viewer, developed=developed)
    urls: dict[str, str] = {size: api_address(kept.key, size) for size in FRAMES[kept.purpose]}
    return PictureOut(key=kept.key, purpose=kept.purpose, width=kept.width, height=kept.height, urls=urls)


@get(
    "/api/v1/pictures/{key:str}/{size:str}",
    responses=PROBLEMS | {200: ResponseSpec(bytes, generate_examples=False, media_type="image/webp", description="The picture")},
    tags=["pictures"],
    summary="Read a picture",
    media_type="image/webp",
)
async def read_picture(
    visits: NamedDependency[Visits],
    darkroom: NamedDependency[Darkroom],
    request: Request[Any, Any, Any],
    key: FromPath[str],
    size: FromPath[Size],
) -> Response[bytes]:
    """Return a picture, WebP, if the viewer may see what it belongs to; a size that is not kept is the large one."""
    return await answer(visits, darkroom, key=key, size=size, request=request)


routes = [send_picture, read_picture]
