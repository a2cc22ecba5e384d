"""Where pictures are made anew, a few at a time, and kept. No database here: a picture counts once its row is written."""

import asyncio
import contextlib
import io
import json
import secrets
import tempfile
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec
import obstore
import structlog
from obstore.store import LocalStore

from swannery.foundation.confining import run_confined
from swannery.foundation.errors import Invalid, NotThere, TooMany, Unavailable
from swannery.foundation.words import say
from swannery.media import reencoding
from swannery.media.models import FRAMES, Purpose, Size
from swannery.media.rules import ENOUGH, REASONS, kind_of, reason_against

log = structlog.get_logger("swannery.media")

AT_ONCE = 2
LONGEST_S = 30.0
LONGEST_WAIT_S = 60.0
CHUNK = 256 * 1024


class Sent(Protocol):
    """A file that somebody sends, read from its beginning."""

    async def read(self, size: int = -1) -> bytes:
        """Return the next bytes, none at the end."""


class InMemory:
    """Bytes that are here already."""

    def __init__(self, held: bytes) -> None:
        self._held = io.BytesIO(held)

    async def read(self, size: int = -1) -> bytes:
        """Return the next bytes, none at the end."""
        return self._held.read(size)


class Developed(NamedTuple):
    """A picture that was made anew and stored; nobody can see it before it has a row."""

    key: str
    purpose: Purpose
    width: int
    height: int


class Figures(msgspec.Struct, frozen=True):
    """What the other process answers."""

    width: int = 0
    height: int = 0
    refused: str = ""


class Darkroom:
    """One per process. `folder` is made when the first picture is kept."""

    def __init__(self, *, folder: Path) -> None:
        self._folder = folder
        self._kept: LocalStore | None = None
        self._turns: asyncio.Semaphore | None = None
        self._waiting: set[int] = set()

    @property
    def _store(self) -> LocalStore:
        if self._kept is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._kept = LocalStore(self._folder)
        return self._kept

    async def develop(self, sent: Sent, *, purpose: Purpose, member_id: int) -> Developed:
        """Make a picture anew and store it in its sizes; raises Invalid with what is wrong with it and what would work.

        One at a time for each member, so that nobody's many slow ones keep everybody else's waiting: raises TooMany.
        """
        if member_id in self._waiting:
            raise TooMany(say("A picture of yours is still on its way."), retry_after_s=5, next_step=say("Send this one when it is there."))
        self._waiting.add(member_id)
        try:
            return await self._develop(sent, purpose=purpose)
        finally:
            self._waiting.discard(member_id)

    async def develop_bytes(self, sent: bytes, *, purpose: Purpose) -> Developed:
        """Make a picture anew of bytes that nobody sent: it waits its turn as all do. Raises Invalid, Unavailable."""
        return await self._develop(InMemory(sent), purpose=purpose)

    async def _develop(self, sent: Sent, *, purpose: Purpose) -> Developed:
        if self._turns is None:
            self._turns = asyncio.Semaphore(AT_ONCE)
        try:
            await asyncio.wait_for(self._turns.acquire(), LONGEST_WAIT_S)
        except TimeoutError:
            raise Unavailable(say("Many pictures are on their way just now."), next_step=say("Try again in a minute.")) from None
        try:
            with tempfile.TemporaryDirectory(prefix="swannery-") as name:
                folder = Path(name)
                kind = await self._receive(sent, to=folder / "source")
                figures = await _reencode(folder, kind=kind, purpose=purpose)
                key = secrets.token_hex(16)
                for size in FRAMES[purpose]:
                    await obstore.put_async(self._store, _path(key, size), folder / f"{size}.webp")
        finally:
            self._turns.release()
        return Developed(key=key, purpose=purpose, width=figures.width, height=figures.height)

    async def _receive(self, sent: Sent, *, to: Path) -> str:
        """Write what is sent to a file, no more of it than may be; returns what kind of picture it says it is."""
        head, count, reason = b"", 0, None
        with to.open("wb") as file:
            while chunk := await sent.read(CHUNK):
                head, count = head or chunk[:ENOUGH], count + len(chunk)
                reason = reason_against(head, byte_count=count)
                if reason is not None:
                    break
                await asyncio.to_thread(file.write, chunk)
        reason = reason or reason_against(head, byte_count=count)
        kind = kind_of(head)
        if reason is not None or kind is None:
            raise refusal(reason or "no_picture")
        return kind

    async def read(self, key: str, size: Size) -> bytes:
        """Return a picture's bytes, WebP; raises NotThere when it is not kept in this size."""
        try:
            found = await obstore.get_async(self._store, _path(key, size))
            return bytes(await found.bytes_async())
        except FileNotFoundError:
            raise NotThere from None

    async def throw_away(self, key: str, purpose: Purpose) -> None:
        """Delete a picture's files; again changes nothing."""
        for size in FRAMES[purpose]:
            await self.throw_file_away(_path(key, size))

    async def files(self) -> AsyncIterator[Mapping[str, datetime]]:
        """Yield what is stored, a few hundred at a time: the path, and when it was written."""
        async for some in obstore.list(self._store, chunk_size=500):
            yield {one["path"]: one["last_modified"] for one in some}

    async def throw_file_away(self, path: str) -> None:
        """Delete one file; one that somebody else deleted meanwhile is gone as well."""
        with contextlib.suppress(FileNotFoundError):
            await obstore.delete_async(self._store, path)


def refusal(reason: str) -> Invalid:
    """Return what is said of a picture that is not taken."""
    return Invalid(say("This picture cannot be taken."), next_step=REASONS[reason], fields={"picture": REASONS[reason]})


def _path(key: str, size: Size) -> str:
    """Pictures lie in 256 folders: a million files in one make listings slow."""
    return f"{key[:2]}/{key}-{size}.webp"


async def _reencode(folder: Path, *, kind: str, purpose: Purpose) -> Figures:
    """Have the other process do it, killed when it takes too long; raises Invalid with the reason."""
    order = json.dumps({"kind": kind, "frames": FRAMES[purpose]})
    said = await run_confined(reencoding.__file__, str(folder), order, folder=folder, longest_s=LONGEST_S)
    try:
        figures = msgspec.json.decode(said, type=Figures)
    except msgspec.DecodeError:
        log.warning("picture not made", kind=kind)
        raise refusal("broken") from None
    if figures.refused:
        raise refusal(figures.refused if figures.refused in REASONS else "broken")
    return figures
