"""Makes a picture anew, in a process of its own that holds nothing worth taking: `python -I reencoding.py FOLDER ORDER`.

Whatever a decoder does with a hostile file happens here, with bounded memory and time. What leaves is drawn from pixels alone: no
metadata, no tail, no second frame. Of ours it imports only its own limits, so that it starts quickly.
"""

import contextlib
import io
import json
import sys
import warnings
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageFile, ImageOps

from swannery.foundation.confined import limit

# JPEG is decoded at the scale that is needed; the others in full, with four bytes a pixel and copies of them.
MOST_PIXELS = {"JPEG": 50_000_000, "PNG": 24_000_000, "WEBP": 12_500_000, "GIF": 24_000_000}
ALWAYS_FIT = 12_500_000  # of whatever kind
SMALLEST_SIDE = 16
NARROWEST = 20
QUALITY = 80
ORIENTATION = 0x0112
FACES_ARE_HIGH = (0.5, 0.35)  # where a crop is centred
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class Refused(Exception):
    """The picture is not taken; the reason's key."""


def reencode(folder: Path, *, kind: str, frames: dict[str, list[int]]) -> dict[str, int]:
    """Write `source` of the folder in each size, as SIZE.webp; returns width and height of the upright original."""
    with Image.open(folder / "source", formats=[kind]) as opened:
        check(opened, kind=kind)
        width, height = opened.size
        orientation = opened.getexif().get(ORIENTATION, 1)
        try:
            pixels = plain_pixels(opened, largest=max(max(frame[:2]) for frame in frames.values()))
        except OSError:  # a decoder that finds no memory says so in many ways
            raise Refused("too_many_pixels" if width * height > ALWAYS_FIT else "broken") from None
    if orientation in TURNS:
        pixels = pixels.transpose(TURNS[orientation])
        width, height = (height, width) if orientation > 4 else (width, height)  # noqa: PLR2004 - those from 5 on lie on their side
    for size, (most_wide, most_high, cropped) in sorted(frames.items(), key=lambda item: -item[1][0]):
        if cropped:
            fitted = ImageOps.fit(pixels, (most_wide, most_high), centering=FACES_ARE_HIGH)
        else:
            pixels.thumbnail((most_wide, most_high), Image.Resampling.LANCZOS, reducing_gap=None)
            fitted = pixels
        clean(fitted).save(folder / f"{size}.webp", "WEBP", quality=QUALITY, method=4)
    return {"width": width, "height": height}


def check(opened: ImageFile.ImageFile, *, kind: str) -> None:
    """Look at the figures before anything is decoded."""
    width, height = opened.size
    if width * height > MOST_PIXELS[kind]:
        raise Refused("too_many_pixels")
    if min(width, height) < SMALLEST_SIDE:
        raise Refused("too_small")
    if max(width, height) > NARROWEST * min(width, height):
        raise Refused("too_narrow")


def plain_pixels(opened: ImageFile.ImageFile, *, largest: int) -> Image.Image:
    """Return the first frame in red, green, blue (and alpha) as every screen shows them, not many times larger than needed."""
    profile = opened.info.get("icc_profile")
    opened.draft("RGB", (largest, largest))
    opened.load()
    pixels = plain_mode(opened)
    factor = min(side // (2 * largest) for side in pixels.size)
    if factor > 1:
        pixels = pixels.reduce(factor)
    if profile and pixels.mode == "RGB":
        # A profile that cannot be read says nothing of the colours; they are taken as they are.
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            ImageCms.profileToProfile(pixels, own, ImageCms.createProfile("sRGB"), inPlace=True)
    return pixels


def plain_mode(opened: Image.Image) -> Image.Image:
    """Return the pixels as RGB, or as RGBA where some may be seen through."""
    if opened.mode.startswith("I"):  # sixteen bits of grey
        return opened.point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
    if opened.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in opened.info:
        return opened.convert("RGBA")
    return opened.convert("RGB")


def clean(pixels: Image.Image) -> Image.Image:
    """Return the pixels with nothing beside them: what was read along goes no further."""
    bare = Image.new(pixels.mode, pixels.size)
    bare.paste(pixels)
    return bare


def main() -> None:
    """Do what was ordered and say what came of it."""
    folder, order = Path(sys.argv[1]), json.loads(sys.argv[2])
    warnings.simplefilter("ignore")  # what is merely odd in a file is no news
    limit()
    answer: dict[str, Any]
    try:
        answer = reencode(folder, kind=order["kind"], frames=order["frames"])
    except Refused as refused:
        answer = {"refused": str(refused)}
    except (MemoryError, Image.DecompressionBombError):
        answer = {"refused": "too_many_pixels"}
    except Exception:  # noqa: BLE001 - a hostile file may make a decoder raise anything
        answer = {"refused": "broken"}
    print(json.dumps(answer))  # noqa: T201 - this is how it answers


if __name__ == "__main__":
    main()
