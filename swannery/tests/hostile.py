"""Pictures that mean no good, and some that do, all made by code."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageDraw, PngImagePlugin


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def lake(width: int = 640, height: int = 480, mode: str = "RGB") -> Image.Image:
    """Water with a light on it: red at the upper left, so that it shows which way is up."""
    picture = Image.new("RGB", (width, height), (40, 110, 150))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width // 4, height // 4), fill=(230, 30, 30))
    draw.ellipse((width // 2, height // 4, width // 2 + height // 4, height // 2), fill=(250, 240, 200))
    return picture if mode == "RGB" else picture.convert(mode)


def jpeg(**options: Any) -> bytes:
    return saved(lake(), "JPEG", **options)


def png() -> bytes:
    return saved(lake(), "PNG")


def gif() -> bytes:
    return saved(lake(64, 64), "GIF")


def with_gps() -> bytes:
    """A photograph lying on its side, that tells where it was taken, by whom, and what is in it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SECRETCAMERA"
    exif[0x8298] = "SECRETNAME"
    exif.get_ifd(0x8825).update({1: "N", 2: (47.0, 22.0, 33.0), 3: "E", 4: (8.0, 32.0, 27.0), 29: "SECRETDAY"})
    return saved(lake(), "JPEG", exif=exif, comment=b"SECRETCOMMENT", xmp=b"<x:xmpmeta>SECRETXMP</x:xmpmeta>")


def png_with_words() -> bytes:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "SECRETTEXT")
    words.add_itxt("XML:com.adobe.xmp", "SECRETXMP", zip=True)
    return saved(lake(), "PNG", pnginfo=words)


def animated(kind: str = "GIF") -> bytes:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "lime", "blue")]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100, loop=0)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_of(width: int, height: int, *, body: bytes = b"", extra: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def png_bomb() -> bytes:
    """A few thousand bytes that say they are a hundred megapixels, and are."""
    deflate = zlib.compressobj(9)
    row = b"\x00" + bytes(30_000)
    body = b"".join(deflate.compress(row) for _ in range(10_000)) + deflate.flush()
    return png_of(10_000, 10_000, body=body)


def text_bomb() -> bytes:
    """A small picture with 300 megabytes of words."""
    deflate = zlib.compressobj(9)
    words = b"".join(deflate.compress(b"a" * 1_000_000) for _ in range(300)) + deflate.flush()
    rows = zlib.compress(b"".join(b"\x00" + bytes(3 * 64) for _ in range(64)))
    return png_of(64, 64, body=rows, extra=chunk(b"zTXt", b"Comment\x00\x00" + words))


def jpeg_that_claims(width: int, height: int) -> bytes:
    """A small picture whose header says that it is large."""
    found = jpeg()
    at = found.index(b"\xff\xc0") + 5
    return found[:at] + struct.pack(">HH", height, width) + found[at + 4 :]


def gif_that_claims(width: int, height: int) -> bytes:
    found = gif()
    return found[:6] + struct.pack("<HH", width, height) + found[10:]


def webp_that_claims(width: int, height: int) -> bytes:
    plain = saved(lake(), "WEBP")[12:]
    canvas = b"VP8X" + struct.pack("<I", 10) + bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", 4 + len(canvas) + len(plain)) + b"WEBP" + canvas + plain


# Files that are a picture and something else as well: they are taken, and leave as a picture alone.
TAILS: dict[str, bytes] = {
    "html": b"<!doctype html><script>alert('SECRET')</script>",
    "javascript": b"*/=1;alert('SECRET')//",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload=\"alert('SECRET')\"/>",
    "php": b"<?php system('SECRET'); ?>",
    "zip": b"PK\x03\x04" + bytes(22) + b"SECRET" + b"PK\x05\x06" + bytes(18),
}
# Files that are no picture, whatever they are called.
NO_PICTURES: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "words": lambda: b"What a day at the lake!",
    "html": lambda: b"<!doctype html><script>alert(1)</script>",
    "svg": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "svg with a declaration": lambda: b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
    "postscript": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9999 9999\n(%pipe%id) (w) file",
    "pdf": lambda: b"%PDF-1.7 and so on",
    "zip": lambda: b"PK\x03\x04" + bytes(40),
    "tiff": lambda: saved(lake(), "TIFF"),
    "bmp": lambda: saved(lake(), "BMP"),
    "icon": lambda: saved(lake(64, 64), "ICO"),
    "photoshop": lambda: b"8BPS\x00\x01" + bytes(60),
    "heic": lambda: b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(60),
    "sound": lambda: b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40),
    "only the beginning of a jpeg": lambda: b"\xff\xd8\xff\xe0",
    "only the beginning of a png": lambda: b"\x89PNG\r\n\x1a\n",
    "only the beginning of a gif": lambda: b"GIF89a",
    "only the beginning of a webp": lambda: b"RIFF\x24\x00\x00\x00WEBPVP8 ",
    "half a jpeg": lambda: jpeg()[: len(jpeg()) // 2],
    "half a png": lambda: png()[: len(png()) // 2],
    "half a webp": lambda: saved(lake(), "WEBP")[:800],
    "a png with a wrong sum": lambda: png()[:60] + bytes([png()[60] ^ 255]) + png()[61:],
    "gif and script in one": lambda: b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)//",
    "a point": lambda: saved(lake(1, 1), "PNG"),
    "a thread": lambda: saved(lake(16, 4000), "PNG"),
}
# Files that would take more memory than there is for them.
BOMBS: dict[str, Callable[[], bytes]] = {
    "a png of a hundred megapixels": png_bomb,
    "a png with 300 MB of words": text_bomb,
    "a jpeg that claims 65,000 pixels each way": lambda: jpeg_that_claims(65_000, 65_000),
    "a jpeg that claims a hundred megapixels": lambda: jpeg_that_claims(10_000, 10_000),
    "a gif that claims 65,000 pixels each way": lambda: gif_that_claims(65_000, 65_000),
    "a webp that claims 268 megapixels": lambda: webp_that_claims(16_384, 16_384),
}
