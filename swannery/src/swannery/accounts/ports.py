"""What members need from outside; app.py fills it."""

from typing import NamedTuple

from swannery.foundation.outbound import Outbound
from swannery.media.darkroom import Darkroom


class AppPictureMeans(NamedTuple):
    """What taking over the app's pictures takes; `base` is where addresses begin that name no server."""

    outbound: Outbound
    darkroom: Darkroom
    base: str = ""


class Ports:
    """Filled once, before the first request. Without `app_pictures` none are taken over."""

    def __init__(self) -> None:
        self.app_pictures: AppPictureMeans | None = None


ports = Ports()
