"""The demo's walk through the site notices what is wrong, and a website that does not come up is told."""

from pathlib import Path
from unittest.mock import Mock

import pytest

from swannery.demo.errors import DemoCannot
from swannery.demo.tour import PERSONAL, Walk
from swannery.demo.visitor import Answer
from swannery.demo.website import Website, website

RIGHT = Answer(200, {"cache-control": PERSONAL}, "Hello there")
WRONG = {
    "ended with 500, not 200": RIGHT._replace(status=500),
    "may be kept: public": RIGHT._replace(headers={"cache-control": "public"}),
    "may be kept: None": RIGHT._replace(headers={}),
    "shows a traceback": RIGHT._replace(text="Hello there, Traceback (most recent call last)"),
    "does not hold 'there'": RIGHT._replace(text="Hello"),
}


@pytest.fixture
def journey(tmp_path: Path) -> Walk:
    return Walk(Website(process=Mock(), port=1, log=tmp_path / "log"))


def test_what_is_right_is_counted_and_handed_on(journey: Walk) -> None:
    assert journey.expect(RIGHT, where="Home", holds=("Hello", "there")) is RIGHT
    assert journey.looked_at == 1


@pytest.mark.parametrize("words", WRONG)
def test_what_is_wrong_ends_the_story(journey: Walk, words: str) -> None:
    with pytest.raises(DemoCannot, match=f"^Home {words}.$") as told:
        journey.expect(WRONG[words], where="Home", holds=("Hello", "there"))
    assert "defect of swannery" in told.value.next_step


def test_a_site_that_does_not_answer_ends_the_story(journey: Walk) -> None:
    with pytest.raises(DemoCannot, match="The website does not answer"), journey.visitor() as visitor:
        visitor.get("/")


def test_a_website_that_does_not_come_up_is_told_with_its_own_words(tmp_path: Path) -> None:
    place = website(url="postgresql:///x", config=tmp_path / "none.toml", log=tmp_path / "log")
    with pytest.raises(DemoCannot, match=r"none\.toml: the file: cannot be read"), place:
        pytest.fail("it came up")
