"""Names, addresses and permissions of communities, without a database."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swannery.communities.models import Foundation
from swannery.communities.permissions import ALLOWED, INSIDE, may, standing_of
from swannery.communities.rules import check_foundation, choose_slug, is_slug, slug_candidates, slug_of
from swannery.foundation.errors import Invalid

ADDRESS = re.compile(r"[a-z0-9-]{2,60}")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Early birds", "early-birds"),
        ("Früh auf, Straße!", "fruh-auf-strasse"),
        ("Çeşme Koşu Kulübü", "cesme-kosu-kulubu"),
        ("Łódź Ærø", "lodz-aero"),
        ("Tess's group", "tesss-group"),
        ("－ＦＵＬＬ　ｗｉｄｔｈ－", "full-width"),  # noqa: RUF001 - such letters are what is tested
        ("走る会", "community"),
        ("🏊🏊", "community"),
        ("x!", "community-x"),
        ("New", "new"),
        ("a" * 80, "a" * 60),
        ("a" * 59 + " b", "a" * 59),
    ],
)
def test_a_name_becomes_an_address_that_can_be_read_aloud(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@given(name=st.text(min_size=1, max_size=80), number=st.integers(1, 2000))
def test_every_name_has_addresses_that_the_database_takes(name: str, number: int) -> None:
    for slug in slug_candidates(name, first=number, last=number + 1):
        assert ADDRESS.fullmatch(slug)
        assert is_slug(slug)


def test_the_first_free_address_is_chosen_and_pages_of_ours_are_never_free() -> None:
    assert choose_slug(slug_candidates("Run", first=1, last=3), taken={"run", "run-2"}) == "run-3"
    assert choose_slug(slug_candidates("New", first=1, last=3), taken=set()) == "new-2"
    assert choose_slug(["run"], taken={"run"}) is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Early \t birds\n", "Early birds"),
        ("Early\x00 bi\x07rds", "Early birds"),
        ("jpg.\u202egnp", "jpg.gnp"),
        ("Cafe\u0301", "Café"),
        ("ab", "ab"),
        ("x" * 80, "x" * 80),
    ],
)
def test_a_name_is_cleaned_before_it_is_kept(typed: str, kept: str) -> None:
    assert check_foundation(Foundation(name=typed, purpose=typed)) == Foundation(name=kept, purpose=kept)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Give it a name."),
        (" \n\x00\u202e", "Give it a name."),
        ("\u3164\u2800\u200d\u200b", "Give it a name."),
        ("x", "A name has at least 2 letters."),
        ("x\u200b\u200d", "A name has at least 2 letters."),
        ("x" * 81, "That name has 81 letters; 80 or fewer work."),
    ],
)
def test_a_name_that_cannot_be_taken_is_told_at_its_field(name: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_foundation(Foundation(name=name))
    assert refused.value.fields == {"name": sentence}


def test_every_field_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        check_foundation(Foundation(name="", purpose="y" * 501))
    assert set(refused.value.fields) == {"name", "purpose"}
    assert check_foundation(Foundation(name="ok", purpose=" " * 40 + "y" * 500)).purpose == "y" * 500


def test_only_insiders_read_posts_write_and_see_who_is_in_it() -> None:
    for deed in ("read_posts", "post", "list_members", "leave"):
        assert ALLOWED[deed] == INSIDE
    assert may("join", "guest")
    assert may("read", "guest")
    assert not any(may(deed, "outsider") for deed in ALLOWED)
    assert not any(may("join", role) for role in INSIDE)


def test_whoever_is_not_in_an_open_one_is_a_guest_and_elsewhere_nobody() -> None:
    assert standing_of(None, access="open") == "guest"
    assert standing_of(None, access="request") == standing_of(None, access="invitation") == "outsider"
    assert standing_of("owner", access="invitation") == "owner"
