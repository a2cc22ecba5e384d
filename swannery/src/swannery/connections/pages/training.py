"""Who trains the viewer, and whom they train: theirs alone to see."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from swannery.connections.actions import training
from swannery.foundation.database import Transaction
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import Id, Page


@get("/training")
async def show_training(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    trainers: FromQuery[int] = 0,
    clients: FromQuery[int] = 0,
) -> Response[Any]:
    """Trainers, clients, and with whom the app recorded sessions; the first two have a place each where their next page begins."""
    mine = await training.list_training(tx, viewer=viewer, role="trainer", after_id=Id.clamp(trainers))
    theirs = await training.list_training(tx, viewer=viewer, role="client", after_id=Id.clamp(clients))
    recorded = [
        *await training.list_recorded(tx, viewer=viewer, role="trainer"),
        *await training.list_recorded(tx, viewer=viewer, role="client"),
    ]
    sections = [
        ("trainers", page.gettext("Your trainers"), mine.items, f"/training?trainers={mine.next_after}" if mine.next_after else None),
        ("clients", page.gettext("Your clients"), theirs.items, f"/training?clients={theirs.next_after}" if theirs.next_after else None),
    ]
    empty = not (mine.items or theirs.items or recorded)
    return page.show("connections/training.html", sections=sections, recorded=recorded, empty=empty, active="activities")


routes = [show_training]
