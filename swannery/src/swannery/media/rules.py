"""What may be sent as a picture, decided by its first bytes and its figures; nothing is decoded here."""

from swannery.foundation.words import say
from swannery.media.models import FRAMES, LARGEST_FILE, Purpose, Size

ENOUGH = 32  # bytes that tell what a file is
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1")
BRAND = slice(8, 12)

NO_PICTURE = say("This is no picture that can be read. JPEG, PNG, WebP and GIF work.")
REASONS = {
    "too_large": say("This picture is larger than %(most)s MB. Send a smaller copy of it.", most=LARGEST_FILE // 1000000),
    "empty": say("This file is empty. Choose it again."),
    "heic": say("This is a HEIC picture, which browsers cannot show. Send it as a JPEG: most phones can share it so."),
    "svg": say("Drawings in SVG cannot be taken. Send a PNG or a JPEG of it."),
    "no_picture": NO_PICTURE,
    "too_many_pixels": say("This picture has more pixels than can be taken. A copy of at most 12 megapixels works."),
    "too_small": say("This picture is too small to be seen. At least 16 × 16 pixels are needed."),
    "too_narrow": say("This picture is too long and narrow. Crop it to at most 20 times as long as wide."),
    "broken": say("This file is damaged or not complete. Send it again, or another copy of it."),
}


def kind_of(head: bytes) -> str | None:
    """Return what a file is by its first bytes: the name Pillow has for it, or None for what is not taken."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if head.startswith(b"RIFF") and head[BRAND] == b"WEBP":
        return "WEBP"
    return None


def reason_against(head: bytes, *, byte_count: int) -> str | None:
    """Return why a file is not taken (a key of REASONS), None when it may be looked at more closely."""
    if not byte_count:
        return "empty"
    if byte_count > LARGEST_FILE:
        return "too_large"
    if kind_of(head) is not None:
        return None
    if head[4:8] == b"ftyp" and head[BRAND] in HEIC_BRANDS:
        return "heic"
    return "svg" if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<svg", b"<?xml")) else "no_picture"


def nearest_size(purpose: Purpose, wanted: Size) -> Size:
    """Return the size that is kept: not every picture has every size."""
    return wanted if wanted in FRAMES[purpose] else "large"
