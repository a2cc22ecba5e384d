"""Following, befriending, blocking and muting, the inbox, circles, as HTML."""

from swannery.connections.pages import circles, deeds, lists

routes = [*deeds.routes, *lists.routes, *circles.routes]
