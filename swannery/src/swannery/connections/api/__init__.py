"""People and how one stands to them, as JSON: the same deeds and lists as on the pages."""

from swannery.connections.api import circles, deeds, lists

routes = [*deeds.routes, *lists.routes, *circles.routes]
