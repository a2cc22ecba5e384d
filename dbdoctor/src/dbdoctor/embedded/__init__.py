"""A PostgreSQL of our own: found, started, watched, and gone with the process that started it."""

from dbdoctor.embedded.binaries import Binaries, BinariesMissing, find_binaries
from dbdoctor.embedded.preparation import DataFolderInUse, DataFolderRefused, DataFolderUnreachable
from dbdoctor.embedded.server import Server, ServerFailed, start_server

__all__ = [
    "Binaries",
    "BinariesMissing",
    "DataFolderInUse",
    "DataFolderRefused",
    "DataFolderUnreachable",
    "Server",
    "ServerFailed",
    "find_binaries",
    "start_server",
]
