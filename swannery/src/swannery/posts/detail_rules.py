"""What each kind of post must and may say, decided without looking anything up; each sentence belongs to a field."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from swannery.foundation.errors import Invalid
from swannery.foundation.text import clean_line
from swannery.posts.details import LONGEST_OPTION, LONGEST_POLL_H, LONGEST_TITLE, MOST_OPTIONS, Details, Poll, Question, Tip, choices_of
from swannery.posts.models import Answers

FEWEST_OPTIONS = 2
# Of these kinds the post's own text is the heart; of the others it is welcome, not needed.
NEEDS_TEXT = (Poll, Tip)
TITLES: Mapping[type[Details], str] = {Question: "Ask your question in one line.", Tip: "Give the tip a headline."}


def needs_text(details: Details | None) -> bool:
    """Whether a post with these details says too little without a text of its own."""
    return details is None or isinstance(details, NEEDS_TEXT)


def checked(details: Details) -> tuple[Details, dict[str, str]]:
    """Return the details as they will be stored, and a sentence for each field that cannot be taken."""
    return _checked_poll(details) if isinstance(details, Poll) else _titled(details)


def _titled(details: Question | Tip) -> tuple[Details, dict[str, str]]:
    title = clean_line(details.title)
    wrong = {}
    if not title:
        wrong["title"] = TITLES[type(details)]
    elif len(title) > LONGEST_TITLE:
        wrong["title"] = too_long(title, most=LONGEST_TITLE)
    return msgspec.structs.replace(details, title=title), wrong


def _checked_poll(poll: Poll) -> tuple[Poll, dict[str, str]]:
    options = [option for option in map(clean_line, poll.options) if option]
    wrong = {}
    if len(options) < FEWEST_OPTIONS:
        wrong["options"] = "Give at least two choices."
    elif len(options) > MOST_OPTIONS:
        wrong["options"] = f"{MOST_OPTIONS} choices are as many as there can be."
    elif len({option.casefold() for option in options}) < len(options):
        wrong["options"] = "Two of these choices are the same."
    elif any(len(option) > LONGEST_OPTION for option in options):
        wrong["options"] = f"A choice is too long; {LONGEST_OPTION} letters fit."
    if not 1 <= poll.lasts_h <= LONGEST_POLL_H:
        wrong["lasts_h"] = f"A poll can stay open for an hour to {LONGEST_POLL_H // 24} days."
    return msgspec.structs.replace(poll, options=options), wrong


def clipped(details: Details) -> Details:
    """Return half a thought as it may be kept: nothing is missing, nothing is too long."""
    if isinstance(details, Poll):
        options = [clean_line(option)[:LONGEST_OPTION] for option in details.options[:MOST_OPTIONS]]
        return msgspec.structs.replace(details, options=options, lasts_h=min(max(details.lasts_h, 1), LONGEST_POLL_H))
    return msgspec.structs.replace(details, title=clean_line(details.title)[:LONGEST_TITLE])


def words_of(details: Details | None) -> str:
    """Return all that people wrote into the details: what must be held is found here too."""
    if details is None:
        return ""
    return "\n".join(details.options) if isinstance(details, Poll) else details.title


def may_choose_several(details: Details | None) -> bool:
    """Whether one may choose more than one of them."""
    return isinstance(details, Poll) and details.several


def check_choices(details: Details, choices: Sequence[int]) -> list[int]:
    """Return the choices in their order, each once; raises Invalid for what cannot be chosen."""
    chosen = sorted(set(choices))
    if any(not 1 <= choice <= choices_of(details) for choice in chosen):
        raise Invalid("This cannot be counted.", fields={"choices": "There is no such choice."})
    if len(chosen) > 1 and not may_choose_several(details):
        raise Invalid("This cannot be counted.", fields={"choices": "Only one of these can be chosen."})
    return chosen


def told(answers: Answers | None, details: Details | None, *, published_at: datetime, mine: bool, now: datetime) -> Answers | None:
    """Return what of the answers a reader is told now: how a poll stands shows who voted, its author, and at the end everybody."""
    if answers is None:
        return None
    end = closes_at(details, published_at=published_at)
    closed = end is not None and end <= now
    shown = closed or mine or bool(answers.mine) or end is None
    return msgspec.structs.replace(answers, counts=answers.counts if shown else None, closes_at=end, closed=closed)


def closes_at(details: Details | None, *, published_at: datetime) -> datetime | None:
    """Return from when on nobody can answer any more, None for what asks for no answers."""
    return published_at + timedelta(hours=details.lasts_h) if isinstance(details, Poll) else None


def what_may_not_change(before: Details, after: Details, *, answered: bool, closed: bool) -> dict[str, str]:
    """Return a sentence for each field that people answered to: what they said must not come to mean something else."""
    if not answered or not isinstance(before, Poll) or not isinstance(after, Poll):
        return {}
    wrong = {}
    if after.options != before.options:
        wrong["options"] = "People have voted already, so the choices stay as they are."
    if after.several != before.several:
        wrong["several"] = "People have voted already, so this stays as it is."
    if closed and after.lasts_h != before.lasts_h:
        wrong["lasts_h"] = "The poll is over and its result was shown."
    return wrong


def asks_anew(before: Details | None, after: Details | None) -> bool:
    """Whether the choices are other ones, so that no answer may be there."""
    if not isinstance(before, Poll) or not isinstance(after, Poll):
        return False
    return (before.options, before.several) != (after.options, after.several)


def too_long(text: str, *, most: int) -> str:
    """Return the sentence for a text that is too long."""
    return f"This is {len(text) - most} letters too long; {most} fit."
