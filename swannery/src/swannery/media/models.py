"""Pictures as they are kept: nothing of the file that was sent is left in them but what can be seen."""

import re
from typing import Annotated, Literal, NamedTuple, get_args

import msgspec

# A preview is made by us, of what a page that a post links to names as its picture.
Purpose = Literal["face", "cover", "post", "preview"]
SentPurpose = Literal["face", "cover", "post"]
ProfilePurpose = Literal["face", "cover"]
Size = Literal["small", "medium", "large"]
SIZES: tuple[Size, ...] = get_args(Size)

LARGEST_FILE = 12_000_000
KEY = re.compile(r"[0-9a-f]{32}\Z")
MOST_PICTURES = 10
MOST_IN_ALBUM = 30
LONGEST_ALT = 1000


class Frame(NamedTuple):
    """How large one size of a picture is at most; a cropped one has exactly this shape."""

    width: int
    height: int
    cropped: bool = False


FRAMES: dict[Purpose, dict[Size, Frame]] = {
    "face": {"small": Frame(96, 96, cropped=True), "large": Frame(400, 400, cropped=True)},
    "cover": {"small": Frame(640, 208, cropped=True), "large": Frame(1280, 416, cropped=True)},
    "preview": {"small": Frame(128, 128, cropped=True), "large": Frame(320, 320, cropped=True)},
    "post": {"small": Frame(480, 480), "medium": Frame(1080, 1080), "large": Frame(2048, 2048)},
}


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that is kept. `key` stands in its address; `post_id`, `draft_id`, `on_profile` say what it belongs to, if to anything."""

    id: int
    key: str
    owner_id: int
    purpose: Purpose
    width: int
    height: int
    post_id: int | None = None
    draft_id: int | None = None
    on_profile: bool = False


class Attachment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A picture that somebody wants in a post, and what is to be said of it to those who cannot see it."""

    key: Annotated[str, msgspec.Meta(min_length=32, max_length=32, pattern="^[0-9a-f]*$")]
    alt: Annotated[str, msgspec.Meta(max_length=LONGEST_ALT)] = ""


class PostPicture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture as it stands in a post or a draft; `width` and `height` are those of its large size, in pixels."""

    key: str
    alt: str
    width: int
    height: int


def is_key(text: str) -> bool:
    """Whether this may be a picture's key: anything else is no file's name either."""
    return KEY.match(text) is not None


def address(key: str, size: Size) -> str:
    """Return where a browser finds a picture in one size."""
    return f"/pictures/{key}/{size}"


def api_address(key: str, size: Size) -> str:
    """Return where a program finds it."""
    return f"/api/v1{address(key, size)}"
