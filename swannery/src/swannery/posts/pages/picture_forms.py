"""Pictures of a post while it is written: for each a field of the form, named by its key, that says what it shows. They keep its order."""

from collections.abc import Iterable, Mapping

from litestar.datastructures import FormMultiDict, UploadFile

from swannery.foundation.errors import Invalid
from swannery.foundation.words import say
from swannery.media.models import MOST_IN_ALBUM, Attachment, PostPicture, is_key

PREFIX = "alt_"
FILES = "files"
NO_NAME = "[object File]"  # how a script's form says that there is a field for files


def attachments_of(typed: Mapping[str, str]) -> tuple[Attachment, ...]:
    """Return the pictures a form has, in its order."""
    return tuple(Attachment(key=name.removeprefix(PREFIX), alt=alt) for name, alt in typed.items() if is_picture(name))


def is_picture(name: str) -> bool:
    """Whether a field is that of a picture."""
    return name.startswith(PREFIX) and is_key(name.removeprefix(PREFIX))


def picture_values(shown: Iterable[PostPicture]) -> dict[str, str]:
    """Return the fields of these pictures."""
    return {PREFIX + one.key: one.alt for one in shown}


def refuse_unsent(form: FormMultiDict) -> None:
    """Refuse a form that names files whose bytes are not in it: pictures that were chosen and not sent before the post was."""
    if any(isinstance(one, str) and one not in {"", NO_NAME} for one in form.getall(FILES, [])):
        raise Invalid(
            say("This cannot be posted yet."),
            fields={"pictures": say("Your pictures are not here yet. Choose them again and press “Add the chosen pictures” first.")},
        )


def sent_files(form: FormMultiDict) -> list[UploadFile]:
    """Return the files of a form."""
    return [one for one in form.getall(FILES, []) if isinstance(one, UploadFile) and one.filename][:MOST_IN_ALBUM]


def rearranged(typed: Mapping[str, str], *, then: str) -> dict[str, str]:
    """Return the fields as they are after a button was pressed: `drop:` or `earlier:` and a picture's key."""
    deed, _, key = then.partition(":")
    pictures = [name for name in typed if is_picture(name)]
    name = PREFIX + key
    if name in pictures and deed == "drop":
        pictures.remove(name)
    elif name in pictures[1:] and deed == "earlier":
        place = pictures.index(name)
        pictures[place - 1 : place + 1] = [name, pictures[place - 1]]
    return {other: value for other, value in typed.items() if not is_picture(other)} | {one: typed[one] for one in pictures}
