"""Following, befriending, blocking and muting, the inbox, circles, who trains whom, as HTML."""

from swannery.connections.pages import circles, deeds, lists, training

routes = [*deeds.routes, *lists.routes, *circles.routes, *training.routes]
