"""One's own picture and cover on the settings page. No connection is held while a picture is received and made anew."""

from typing import Any, get_args

from litestar import Request, Response, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from swannery.accounts.actions import own_picture
from swannery.accounts.pages.words import profile_page, typed_before
from swannery.foundation.errors import Invalid, NotThere
from swannery.foundation.visits import Visit, Visits
from swannery.foundation.web import FormState
from swannery.foundation.words import say
from swannery.media import actions as media
from swannery.media.darkroom import Darkroom
from swannery.media.models import ProfilePurpose

# A little more than a picture may have, so that one somewhat too large is refused with words beside its field. A form is received whole
# before anything else is asked, its token included.
LARGEST_FORM = 16_000_000


def purpose_of(text: str) -> ProfilePurpose:
    """Return which of one's pictures is meant."""
    found: ProfilePurpose | None = next((one for one in get_args(ProfilePurpose) if one == text), None)
    if found is None:
        raise NotThere
    return found


@post("/settings/pictures/{purpose:str}", status_code=303, request_max_body_size=LARGEST_FORM)
async def change_picture(
    visits: NamedDependency[Visits], darkroom: NamedDependency[Darkroom], request: Request[Any, Any, Any], purpose: FromPath[str]
) -> Response[Any]:
    """Show another picture, or none."""
    which = purpose_of(purpose)
    async with visits.begin() as visit:
        member_id = await media.admit(visit.tx, viewer=visit.viewer)
    form = await request.form()
    if form.get("then") == "remove":
        async with visits.begin() as visit:
            await own_picture.remove_own(visit.tx, viewer=visit.viewer, purpose=which)
            return visit.page.go("/settings", notice=visit.page.gettext("Removed."))
    sent = form.get("picture")
    try:
        developed = await darkroom.develop(file_of(sent), purpose=which, member_id=member_id)
        async with visits.begin() as visit:
            kept = await media.keep(visit.tx, viewer=visit.viewer, developed=developed)
            await own_picture.show_own(visit.tx, viewer=visit.viewer, purpose=which, key=kept.key)
            return visit.page.go("/settings", notice=visit.page.gettext("Saved."))
    except Invalid as error:
        async with visits.begin() as visit:
            return await refused(visit, which, error)


def file_of(sent: object) -> UploadFile:
    """Return the file that was chosen; raises Invalid where none was."""
    if isinstance(sent, UploadFile):
        return sent
    raise Invalid(say("This cannot be saved yet."), fields={"picture": say("Choose a picture first.")})


async def refused(visit: Visit, which: ProfilePurpose, error: Invalid) -> Response[Any]:
    """Show the settings with what is wrong beside the picture's own form."""
    words = await typed_before(visit.tx, viewer=visit.viewer)
    picture = FormState(errors={which: " ".join(map(visit.page.tell, error.fields.values())) or visit.page.tell(error.message)})
    return await profile_page(visit.tx, visit.viewer, visit.page, words, picture=picture)


routes = [change_picture]
