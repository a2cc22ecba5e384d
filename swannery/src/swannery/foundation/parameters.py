"""What many routes take."""

from typing import Annotated
from uuid import UUID

from litestar.params import HeaderParameter, PathParameter, QueryParameter

from swannery.foundation.paging import LONGEST_CURSOR
from swannery.foundation.web import Id

IdempotencyKey = Annotated[
    UUID | None,
    HeaderParameter(
        name="idempotency-key", required=False, description="The same key again, within a day, does nothing again and returns the same."
    ),
]
PathId = Annotated[int, PathParameter(ge=1, le=Id.LARGEST)]
AfterId = Annotated[int, QueryParameter(ge=0, le=Id.LARGEST)]
AfterCursor = Annotated[str | None, QueryParameter(max_length=LONGEST_CURSOR)]
