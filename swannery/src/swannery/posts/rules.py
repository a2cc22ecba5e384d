"""What may be published, decided without looking anything up."""

from collections.abc import Collection

from swannery.foundation.errors import Invalid
from swannery.foundation.text import clean_text
from swannery.posts.models import LONGEST_COMMENT, LONGEST_POST, Draft

CHOOSABLE = ("public", "members", "followers", "friends", "me")


def check_draft(draft: Draft, *, communities: Collection[int], site_open: bool, may_be_empty: bool = False) -> Draft:
    """Return the draft as it will be stored; raises Invalid with a sentence for each field that cannot be taken."""
    body = clean_text(draft.body)
    wrong: dict[str, str] = {}
    if not body and not may_be_empty:
        wrong["text"] = "Write something first."
    elif len(body) > LONGEST_POST:
        wrong["text"] = f"This is {len(body) - LONGEST_POST} letters too long; {LONGEST_POST} fit."
    audience = "community" if draft.community_id is not None else draft.audience
    if draft.community_id is not None and draft.community_id not in communities:
        wrong["audience"] = "You are not in this community any more."
    elif draft.community_id is None and (audience not in CHOOSABLE or (audience == "public" and not site_open)):
        wrong["audience"] = "Choose who may read this."
    if wrong:
        raise Invalid("This cannot be posted yet.", next_step="See what is said of each field.", fields=wrong)
    return Draft(body=body, audience=audience, community_id=draft.community_id, client_key=draft.client_key)


def check_comment(text: str) -> str:
    """Return the comment as it will be stored; raises Invalid."""
    body = clean_text(text)
    if not body:
        raise Invalid("This cannot be sent yet.", fields={"text": "Write something first."})
    if len(body) > LONGEST_COMMENT:
        raise Invalid("This cannot be sent yet.", fields={"text": f"This is {len(body) - LONGEST_COMMENT} letters too long."})
    return body
