"""Suggestions as JSON."""

from typing import Annotated

import msgspec
from litestar import delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from swannery.accounts.schemas import PersonOut, person_out
from swannery.discovery import actions
from swannery.discovery.models import ClueKind
from swannery.foundation.database import Transaction
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import PROBLEMS, Id


class ClueOut(msgspec.Struct, frozen=True):
    """One reason; `names` are at most two communities, trainers or hashtags. Friends in common are counted, not named."""

    kind: ClueKind
    count: int
    names: list[str]


class SuggestionOut(msgspec.Struct, frozen=True):
    """Somebody this member may know, with the reasons, the weightiest first; score = Σ weight × ln(1 + count)."""

    person: PersonOut
    reasons: list[ClueOut]
    score: float


class SuggestionsOut(msgspec.Struct, frozen=True):
    """The likeliest first."""

    items: list[SuggestionOut]


@get("/api/v1/suggestions", responses=PROBLEMS, tags=["people"], summary="People this member may know")
async def read_suggestions(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    limit: Annotated[int, QueryParameter(ge=1, le=actions.MOST)] = 20,
) -> SuggestionsOut:
    """Return whom this member may know, and why."""
    _ = viewer.member_id
    found = await actions.suggest(tx, viewer=viewer, limit=limit)
    return SuggestionsOut(
        items=[
            SuggestionOut(
                person=person_out(one.person),
                reasons=[ClueOut(kind=clue.kind, count=clue.count, names=list(clue.names)) for clue in one.clues],
                score=one.score,
            )
            for one in found
        ]
    )


@put(
    "/api/v1/suggestions/{person_id:int}/dismissal", status_code=204, responses=PROBLEMS, tags=["people"], summary="Do not suggest a person"
)
async def dismiss(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], person_id: FromPath[int]) -> None:
    """Have somebody suggested no longer."""
    await actions.dismiss(tx, viewer=viewer, person_id=Id.check(person_id), on=True)


@delete(
    "/api/v1/suggestions/{person_id:int}/dismissal", status_code=204, responses=PROBLEMS, tags=["people"], summary="Suggest a person again"
)
async def restore(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], person_id: FromPath[int]) -> None:
    """Have somebody suggested again."""
    await actions.dismiss(tx, viewer=viewer, person_id=Id.check(person_id), on=False)


routes = [read_suggestions, dismiss, restore]
