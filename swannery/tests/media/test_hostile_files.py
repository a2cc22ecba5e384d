"""Whatever is sent as a picture: what leaves is a picture and nothing else, or a sentence that says what would work."""

import asyncio
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile import BOMBS, NO_PICTURES, TAILS, animated, gif, jpeg, lake, png, png_with_words, saved, with_gps
from PIL import Image

from swannery.foundation.errors import Invalid, TooMany
from swannery.media.darkroom import Darkroom, Developed
from swannery.media.models import FRAMES, LARGEST_FILE, Purpose

pytestmark = pytest.mark.anyio


class File:
    """A file as it arrives, in small pieces."""

    def __init__(self, content: bytes) -> None:
        self._rest = io.BytesIO(content)
        self.taken = 0

    async def read(self, size: int = -1) -> bytes:
        piece = self._rest.read(min(size, 65_536) if size > 0 else 65_536)
        self.taken += len(piece)
        return piece


@pytest.fixture
def darkroom(tmp_path: Path) -> Darkroom:
    return Darkroom(folder=tmp_path / "kept")


async def develop(darkroom: Darkroom, content: bytes, purpose: Purpose = "post") -> Developed:
    return await darkroom.develop(File(content), purpose=purpose, member_id=1)


async def shown(darkroom: Darkroom, developed: Developed) -> Image.Image:
    with Image.open(io.BytesIO(await darkroom.read(developed.key, "large"))) as picture:
        picture.load()
        return picture


def colour(picture: Image.Image, x: int, y: int) -> tuple[int, int, int]:
    red, green, blue = picture.convert("RGB").crop((x, y, x + 1, y + 1)).tobytes()
    return red, green, blue


async def everything(darkroom: Darkroom, developed: Developed) -> bytes:
    return b"".join([await darkroom.read(developed.key, size) for size in FRAMES[developed.purpose]])


async def refused(darkroom: Darkroom, content: bytes) -> str:
    with pytest.raises(Invalid) as caught:
        await develop(darkroom, content)
    assert [files async for files in darkroom.files()] == []
    return caught.value.next_step


@pytest.mark.parametrize(("kind", "purpose"), [("JPEG", "face"), ("JPEG", "post"), ("PNG", "cover"), ("WEBP", "post"), ("GIF", "post")])
async def test_every_kind_leaves_as_webp_in_every_size(darkroom: Darkroom, kind: str, purpose: Purpose) -> None:
    developed = await develop(darkroom, saved(lake(1600, 1200), kind), purpose)
    assert (developed.width, developed.height) == (1600, 1200)
    for size, frame in FRAMES[purpose].items():
        with Image.open(io.BytesIO(await darkroom.read(developed.key, size))) as made:
            assert made.format == "WEBP"
            expected = (frame.width, frame.height) if frame.cropped else (min(frame.width, 1600), min(frame.height, 1600) * 3 // 4)
            assert made.size == expected


async def test_no_word_of_the_file_leaves_with_the_picture(darkroom: Darkroom) -> None:
    for content in (with_gps(), png_with_words()):
        assert b"SECRET" in content or b"zTXt" in content or b"iTXt" in content
        made = await everything(darkroom, await develop(darkroom, content))
        for trace in (b"SECRET", b"Exif", b"EXIF", b"XMP ", b"ICCP", b"xmpmeta"):
            assert trace not in made


async def test_a_photograph_taken_sideways_stands_upright(darkroom: Darkroom) -> None:
    developed = await develop(darkroom, with_gps())
    assert (developed.width, developed.height) == (480, 640)
    picture = await shown(darkroom, developed)
    red, green, _ = colour(picture, 470, 10)
    assert red > 200
    assert green < 90


@pytest.mark.parametrize("turn", [1, 2, 3, 5, 8])
async def test_every_way_a_camera_is_held_is_known(darkroom: Darkroom, turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    developed = await develop(darkroom, jpeg(exif=exif))
    assert (developed.width, developed.height) == ((640, 480) if turn < 5 else (480, 640))
    assert (await shown(darkroom, developed)).size == (developed.width, developed.height)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
async def test_what_moves_is_shown_as_its_first_frame(darkroom: Darkroom, kind: str) -> None:
    picture = await shown(darkroom, await develop(darkroom, animated(kind)))
    assert getattr(picture, "n_frames", 1) == 1
    red, green, blue = colour(picture, 32, 32)
    assert red > 200
    assert max(green, blue) < 60


@pytest.mark.parametrize(("head", "tail"), [(jpeg, "html"), (jpeg, "zip"), (png, "svg"), (gif, "javascript"), (gif, "php")])
async def test_what_is_a_picture_and_something_else_leaves_as_a_picture(darkroom: Darkroom, head: Callable[[], bytes], tail: str) -> None:
    made = await everything(darkroom, await develop(darkroom, head() + TAILS[tail]))
    assert made.startswith(b"RIFF")
    for trace in (b"SECRET", b"<script", b"<?php", b"<svg", b"PK\x03\x04"):
        assert trace not in made


@pytest.mark.parametrize("what", NO_PICTURES)
async def test_what_is_no_picture_is_refused_with_words(darkroom: Darkroom, what: str) -> None:
    assert (await refused(darkroom, NO_PICTURES[what]())).endswith((".", "work."))


@pytest.mark.parametrize("what", BOMBS)
async def test_bombs_do_not_go_off(darkroom: Darkroom, what: str) -> None:
    content = BOMBS[what]()
    assert len(content) < LARGEST_FILE
    assert await refused(darkroom, content)


async def test_more_than_may_be_is_not_even_received(darkroom: Darkroom) -> None:
    file = File(jpeg() + bytes(3 * LARGEST_FILE))
    with pytest.raises(Invalid, match="cannot be taken") as caught:
        await darkroom.develop(file, purpose="post", member_id=1)
    assert "larger than 12 MB" in caught.value.next_step
    assert file.taken < LARGEST_FILE + 200_000


async def test_nobody_keeps_others_waiting_with_many_at_once(darkroom: Darkroom) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    class Slow(File):
        async def read(self, size: int = -1) -> bytes:
            begun.set()
            await go_on.wait()
            return await super().read(size)

    first = asyncio.create_task(darkroom.develop(Slow(jpeg()), purpose="face", member_id=1))
    await begun.wait()
    with pytest.raises(TooMany):
        await darkroom.develop(File(jpeg()), purpose="face", member_id=1)
    await darkroom.develop(File(jpeg()), purpose="face", member_id=2)
    go_on.set()
    await first
    await darkroom.develop(File(jpeg()), purpose="face", member_id=1)


async def test_colours_of_a_wide_profile_are_those_that_were_seen(darkroom: Darkroom) -> None:
    """Without its profile a picture of another space would look pale; what cannot be read of one is left aside."""
    assert await develop(darkroom, jpeg(icc_profile=b"no profile at all" * 20))


async def test_grey_and_see_through_pictures_keep_their_look(darkroom: Darkroom) -> None:
    clear = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    assert (await shown(darkroom, await develop(darkroom, saved(clear, "PNG")))).convert("RGBA").tobytes()[3] == 0
    deep = Image.new("I;16", (64, 64), 32_768)
    assert 120 < colour(await shown(darkroom, await develop(darkroom, saved(deep, "PNG"))), 5, 5)[0] < 136
