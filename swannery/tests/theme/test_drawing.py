import pytest
from hypothesis import given
from hypothesis import strategies as st
from theme.markup import read

from swannery.theme.drawing import EMPTY_SCENES, avatar_svg, bars_svg, cover_svg, empty_svg, initials_of, swan_svg, tone_of


def test_the_same_seed_gives_the_same_picture_and_another_seed_another() -> None:
    assert avatar_svg("7", initials="AM", size=40) == avatar_svg("7", initials="AM", size=40)
    assert len({cover_svg(f"place {number}") for number in range(50)}) == 50


@given(st.text(), st.text(max_size=4))
def test_a_picture_never_lets_foreign_text_out(seed: str, initials: str) -> None:
    tags = {element.tag for element in read(avatar_svg(seed, initials=initials, size=40)).inside}
    assert tags == {"svg", "rect", "circle", "text"}


def test_no_picture_has_an_id_or_a_colour_of_its_own() -> None:
    pictures = [avatar_svg("7", initials="AM", size=40), cover_svg("a"), bars_svg([1, 2]), swan_svg(), *map(empty_svg, EMPTY_SCENES)]
    for picture in pictures:
        assert not [name for element in read(picture).inside for name in element.attributes if name in {"id", "fill", "stroke", "style"}]


@pytest.mark.parametrize(("hue", "tone"), [(0, "tone-0"), (215, "tone-14"), (359, "tone-0"), (-15, "tone-23"), (720, "tone-0")])
def test_a_hue_becomes_the_nearest_tone(hue: int, tone: str) -> None:
    assert tone_of("whatever", hue=hue) == tone


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Alice Moreau", "AM"),
        ("Tess", "T"),
        ("maria von der heide", "MH"),
        ("", ""),
        ("¡¿ !", ""),
        ("Zoë (she) Ångström", "ZÅ"),
        ("ßharp", "SS"),
    ],
)
def test_initials_are_those_of_the_first_and_the_last_word(name: str, initials: str) -> None:
    assert initials_of(name) == initials


@given(st.lists(st.floats(min_value=-1e6, max_value=1e6)))
def test_bars_stay_inside_their_frame_and_there_is_one_for_each_figure(values: list[float]) -> None:
    bars = read(bars_svg(values)).all("rect")
    assert len(bars) == len(values)
    assert all(0 <= float(bar.attributes["y"]) <= 40 and 0 < float(bar.attributes["height"]) <= 40 for bar in bars)
