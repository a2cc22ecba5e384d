"""A member as JSON: every field is named here, so nothing else gets out. Other features answer with it too."""

import msgspec

from swannery.accounts.models import Person
from swannery.foundation.viewer import Role
from swannery.media.models import api_address


class PersonOut(msgspec.Struct, frozen=True):
    """A member as others see them."""

    id: int
    name: str
    handle: str
    role: Role
    picture: str | None = None


def person_out(person: Person) -> PersonOut:
    """Return what may be told of a person."""
    picture = api_address(person.picture, "large") if person.picture else None
    return PersonOut(id=person.id, name=person.name, handle=person.handle, role=person.role, picture=picture)
