"""Somebody's request as handlers see it, and transactions for requests that take long."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple

from swannery.foundation.database import Transaction
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import Page


class Visit(NamedTuple):
    """Somebody's request in one transaction."""

    tx: Transaction
    viewer: Viewer
    page: Page


class Visits:
    """Opens a transaction for the one who asks whenever one is needed.

    For requests that do long work, such as receiving a picture: no connection is held meanwhile, and who asks is looked at anew.
    """

    def __init__(self, begin: Callable[[], AbstractAsyncContextManager[Visit]]) -> None:
        self.begin = begin
