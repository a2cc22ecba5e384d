"""Pictures made by code: the same seed always gives the same picture, in both themes.

No gradient has an id and no colour stands in the SVG: shapes carry classes (`tone-7`, `ink`), the style sheet colours
them. So a picture may stand on a page any number of times, follows the theme, and never needs a `style` attribute.
"""

import hashlib
import math
from collections.abc import Sequence
from functools import lru_cache

from markupsafe import Markup

TONES = 24
DEGREES = 360
COVER_WIDTH, COVER_HEIGHT = 640, 160
BAR_WIDTH, BAR_GAP, BARS_HEIGHT = 8, 4, 40
SMALLEST_BAR = 3.0
INITIALS = 2

# One line, drawn without lifting the pen: beak, head, neck, breast, keel, tail, wing.
SWAN_LINE = (
    "M4 13.8C7 14.4 8.8 12.6 10 10.6C11.9 7.4 16.6 7.2 18.2 10.6C19.8 14.2 16.4 17.6 13.8 21C11.4 24.2 9.4 27.6 10.4 31.8"
    "C11.6 37 17.4 39.4 24.6 39.4C35 39.4 43 32.6 44.4 17.6C40.8 22.4 37.6 22.2 33 21.6C26.4 20.8 19.6 23.6 18.6 28.6"
    "C17.8 33 23.4 35 28.6 33.4C32.4 32.2 35.4 29.8 37.4 26.6"
)

EMPTY_SCENES = {
    "feed": "M8 74C30 66 44 66 62 72S98 80 152 68M20 90C48 84 70 84 92 88S128 92 144 88",
    "people": "M10 84C36 78 56 78 80 82S128 86 150 80",
    "inbox": "M6 80C32 72 54 74 78 80S126 86 154 76M30 94C56 90 84 90 118 94",
    "activities": "M8 86C24 86 30 52 44 52S60 86 74 86S90 38 106 38S120 86 152 86",
    "error": "M8 80C22 70 30 90 44 80S66 70 80 80S102 90 116 80S138 70 152 80",
}


def _numbers(seed: str) -> bytes:
    return hashlib.blake2b(seed.encode(), digest_size=32).digest()


def tone_of(seed: str, *, hue: int | None = None) -> str:
    """Name the class of a colour: that of a hue in degrees, or one the seed decides."""
    step = _numbers(seed)[0] % TONES if hue is None else round(hue % DEGREES / (DEGREES / TONES)) % TONES
    return f"tone-{step}"


def initials_of(name: str) -> str:
    """Take the first letters of the first and the last word; a name without letters gives none."""
    words = [word for word in name.split() if word[0].isalnum()]
    chosen = [words[0], words[-1]] if len(words) >= INITIALS else words
    return "".join(word[0] for word in chosen).upper()


def avatar_svg(seed: str, *, initials: str, size: int) -> Markup:
    """Draw a person's picture: ripples that start at a point of their own, and the initials above them."""
    drawn = _numbers(seed)
    x, y = 4 + drawn[1] % 33, 28 + drawn[2] % 12
    ripples = Markup().join(
        Markup('<circle class="ripple" cx="{}" cy="{}" r="{}"/>').format(x, y, radius) for radius in range(7 + drawn[3] % 4, 48, 8)
    )
    return Markup(
        '<svg class="avatar {}" width="{}" height="{}" viewBox="0 0 40 40" aria-hidden="true">'
        '<rect class="ground" width="40" height="40"/>{}'
        '<text class="initials" x="20" y="20.5" text-anchor="middle" dominant-baseline="central">{}</text></svg>'
    ).format(tone_of(seed), size, size, ripples, initials)


@lru_cache(maxsize=512)
def cover_svg(seed: str, hue: int | None = None) -> Markup:
    """Draw a wide picture of a place: water in layers, and the line somebody took across it."""
    drawn = _numbers(seed)
    layers = Markup().join(
        Markup('<path class="layer layer-{}" d="{}"/>').format(number, _layer(drawn, number=number)) for number in range(5)
    )
    return Markup(
        '<svg class="cover {}" viewBox="0 0 {} {}" preserveAspectRatio="xMidYMid slice" aria-hidden="true">'
        '<rect class="ground" width="{}" height="{}"/><circle class="light" cx="{}" cy="{}" r="{}"/>{}<path class="route" d="{}"/></svg>'
    ).format(
        tone_of(seed, hue=hue), COVER_WIDTH, COVER_HEIGHT, COVER_WIDTH, COVER_HEIGHT, 90 + drawn[4] * 460 // 255, 34 + drawn[5] % 24,
        18 + drawn[6] % 14, layers, _curve(_route(drawn)),
    )  # fmt: skip


def _layer(drawn: bytes, *, number: int) -> str:
    """One sheet of water from its surface down to the lower edge."""
    level = 58 + number * 22
    swell, phase, length = 5 + drawn[8 + number] % 9, drawn[14 + number] / 255 * math.tau, 0.9 + drawn[20 + number] % 100 / 90
    points = [(float(x), level + swell * math.sin(phase + length * math.tau * x / COVER_WIDTH)) for x in range(0, COVER_WIDTH + 1, 40)]
    return f"{_curve(points)}V{COVER_HEIGHT}H0Z"


def _route(drawn: bytes) -> list[tuple[float, float]]:
    steps = 7
    left = 60 + drawn[26] % 80
    width = COVER_WIDTH - left - 60 - drawn[27] % 80
    return [
        (left + width * step / (steps - 1), 118 - drawn[24 + step] % 52 * math.sin(math.pi * (step + 0.5) / steps)) for step in range(steps)
    ]


def _curve(points: Sequence[tuple[float, float]]) -> str:
    """Run smoothly through the points (a Catmull-Rom spline written as Bézier curves)."""
    path = [f"M{points[0][0]:.0f} {points[0][1]:.1f}"]
    padded = [points[0], *points, points[-1]]
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        first = (start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6)
        second = (end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6)
        path.append(f"C{first[0]:.0f} {first[1]:.1f} {second[0]:.0f} {second[1]:.1f} {end[0]:.0f} {end[1]:.1f}")
    return "".join(path)


def bars_svg(values: Sequence[float]) -> Markup:
    """Draw figures as small bars, oldest first, the last one marked; the figures themselves stand beside it as text."""
    if not values:
        return Markup()
    highest = max(*values, 1e-9) if len(values) > 1 else max(values[0], 1e-9)
    heights = [max(SMALLEST_BAR, BARS_HEIGHT * max(value, 0) / highest) for value in values]
    bars = Markup().join(
        Markup('<rect class="bar" x="{}" y="{:.1f}" width="{}" height="{:.1f}" rx="2"/>').format(
            number * (BAR_WIDTH + BAR_GAP), BARS_HEIGHT - height, BAR_WIDTH, height
        )
        for number, height in enumerate(heights)
    )
    width = len(values) * (BAR_WIDTH + BAR_GAP) - BAR_GAP
    return Markup('<svg class="bars" width="{}" height="{}" viewBox="0 0 {} {}" aria-hidden="true">{}</svg>').format(
        width, BARS_HEIGHT, width, BARS_HEIGHT, bars
    )


def swan_svg(size: int = 32) -> Markup:
    """Draw the swan, one continuous line."""
    return Markup('<svg class="swan" width="{}" height="{}" viewBox="0 0 48 48" aria-hidden="true"><path d="{}"/></svg>').format(
        size, size, SWAN_LINE
    )


def empty_svg(scene: str) -> Markup:
    """Draw the small picture of an empty place: feed, people, inbox, activities or error."""
    return Markup(
        '<svg class="scene" width="160" height="104" viewBox="0 0 160 104" aria-hidden="true"><path class="water" d="{}"/>'
        '<g transform="translate(56 22) scale(1.15)"><path class="swan-line" d="{}"/></g></svg>'
    ).format(EMPTY_SCENES[scene], SWAN_LINE)
