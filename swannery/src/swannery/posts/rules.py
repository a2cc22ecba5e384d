"""What may be published, decided without looking anything up."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec

from swannery.foundation.errors import Invalid, NotAllowed
from swannery.foundation.text import clean_line, clean_text
from swannery.foundation.words import Sentence, over_by, say
from swannery.media.models import LONGEST_ALT, MOST_IN_ALBUM, MOST_PICTURES, Attachment
from swannery.posts.detail_rules import checked, needs_text
from swannery.posts.details import Album
from swannery.posts.models import LONGEST_COMMENT, LONGEST_POST, LONGEST_WARNING, Comment, Draft, Post

CHOOSABLE = ("public", "members", "followers", "friends", "mentioned", "me")
FURTHEST = timedelta(days=366)
MOST_DRAFTS = 100
LONGEST_FOLDER = 60
MOST_FOLDERS = 100
# Ids of all that stands above a comment are stored with it, so there is an end; what is said deeper stands beside what it answers.
DEEPEST = 60


def check_draft(
    draft: Draft,
    *,
    told_at: datetime,
    communities: Collection[int],
    site_open: bool,
    circles: Collection[int] = (),
    may_be_empty: bool = False,
) -> Draft:
    """Return the draft as it will be stored; raises Invalid with a sentence for each field that cannot be taken.

    `told_at` is when it is published: now, or at the planned moment.
    """
    body = clean_text(draft.body)
    details, wrong = checked(draft.details, told_at=told_at) if draft.details is not None else (None, {})
    may_be_empty = may_be_empty or (draft.details is None and bool(draft.pictures))
    if not body and not may_be_empty and needs_text(draft.details):
        wrong["text"] = say("Write something first.")
    elif len(body) > LONGEST_POST:
        wrong["text"] = over_by(len(body) - LONGEST_POST, most=LONGEST_POST)
    audience = "community" if draft.community_id is not None else "circle" if draft.circle_id is not None else draft.audience
    if draft.community_id is not None and draft.community_id not in communities:
        wrong["audience"] = say("You are not in this community any more.")
    elif draft.circle_id is not None and (draft.circle_id not in circles or draft.community_id is not None):
        wrong["audience"] = say("You have no such circle any more.")
    elif draft.community_id is None and draft.circle_id is None and (audience not in CHOOSABLE or (audience == "public" and not site_open)):
        wrong["audience"] = say("Choose who may read this.")
    warning = clean_line(draft.warning)
    if len(warning) > LONGEST_WARNING:
        wrong["warning"] = say("%(most)s letters fit. A few words are enough.", most=LONGEST_WARNING)
    pictures = tuple(msgspec.structs.replace(one, alt=clean_line(one.alt)) for one in draft.pictures)
    wrong |= wrong_with_pictures(pictures, album=isinstance(draft.details, Album))
    if wrong:
        raise Invalid(say("This cannot be posted yet."), next_step=say("See what is said of each field."), fields=wrong)
    return msgspec.structs.replace(draft, body=body, audience=audience, warning=warning, details=details, pictures=pictures)


def wrong_with_pictures(pictures: Sequence[Attachment], *, album: bool) -> dict[str, Sentence]:
    """Return what is wrong with the pictures of a post, as far as it can be seen without looking them up."""
    most = MOST_IN_ALBUM if album else MOST_PICTURES
    long = next((number for number, one in enumerate(pictures, 1) if len(one.alt) > LONGEST_ALT), None)
    if album and not pictures:
        return {"pictures": say("An album needs at least one picture.")}
    if len(pictures) > most:
        enough = say("%(most)s pictures fit.", most=most)
        return {"pictures": enough if album else say("%(most)s pictures fit. An album takes %(more)s.", most=most, more=MOST_IN_ALBUM)}
    if len({one.key for one in pictures}) < len(pictures):
        return {"pictures": say("A picture is in there twice.")}
    if long is None:
        return {}
    return {"pictures": say("The description of picture %(number)s is too long; %(most)s letters fit.", number=long, most=LONGEST_ALT)}


def check_moment(moment: datetime, *, now: datetime) -> datetime:
    """Return when a post is to be published; raises Invalid for what is past or further away than anybody plans."""
    if moment <= now:
        raise Invalid(say("This cannot be planned yet."), fields={"publish_at": say("This moment is past. Choose a later one.")})
    if moment > now + FURTHEST:
        raise Invalid(say("This cannot be planned yet."), fields={"publish_at": say("Choose a moment within a year.")})
    return moment


def check_share(draft: Draft, *, original: Post) -> None:
    """Refuse to hand a post on to more people than may read it.

    Whoever reads a share must be one of the original's readers as well, so nothing can leak; this is said while it can still be changed.
    """
    if original.state != "shown":
        raise NotAllowed(say("A post that is not shown cannot be shared."))
    if original.audience not in {"public", "members", "community"} and not original.mine:
        raise NotAllowed(say("Its author chose who reads this; it cannot be shared."))
    if draft.audience == "me" or original.audience == "public":
        return
    wrong = None
    if original.audience == "members" and draft.audience == "public":
        wrong = say("This is for members, so only members can be shown it.")
    elif original.audience == "community" and (original.community is None or draft.community_id != original.community.id):
        wrong = say("This is for its community, so it can be shared only there.")
    elif original.audience not in {"members", "community", draft.audience}:
        wrong = say("Fewer people may read the original. Choose the same audience.")
    if wrong:
        raise Invalid(say("This cannot be shared like that."), fields={"audience": wrong})


def check_folder(name: str) -> str:
    """Return a folder's name as it will be stored; raises Invalid."""
    cleaned = clean_line(name)
    if not cleaned:
        raise Invalid(say("This folder has no name yet."), fields={"name": say("Give it a name.")})
    if len(cleaned) > LONGEST_FOLDER:
        raise Invalid(say("This name is too long."), fields={"name": say("%(most)s letters fit.", most=LONGEST_FOLDER)})
    return cleaned


def parent_of(comment: Comment) -> tuple[int, tuple[int, ...]]:
    """Return beneath what a reply to this comment stands, and everything above it, the topmost first."""
    if len(comment.ancestors) >= DEEPEST and comment.parent_id is not None:
        return comment.parent_id, comment.ancestors
    return comment.id, (*comment.ancestors, comment.id)


def check_comment(text: str) -> str:
    """Return the comment as it will be stored; raises Invalid."""
    body = clean_text(text)
    if not body:
        raise Invalid(say("This cannot be sent yet."), fields={"text": say("Write something first.")})
    if len(body) > LONGEST_COMMENT:
        raise Invalid(say("This cannot be sent yet."), fields={"text": over_by(len(body) - LONGEST_COMMENT, most=LONGEST_COMMENT)})
    return body
