"""A whole app brought to the doctor once, and everything that is to be looked at afterwards."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

import msgspec
from reports.contract import MarkStep, RunReport, UndoReport
from story.apps import MIGRATE, MUSIC_SCHOOL, STUDIO, migrate, with_packages
from story.calls import Told, call
from story.targets import State, Target, new_target

from dbdoctor.embedded import Server, find_binaries, start_server

Binaries = Literal["wheel", "system"]


@dataclass(frozen=True, kw_only=True)
class Illness:
    """An app's folder, the scripts that make its database as it was on the day, and where it lives."""

    folder: Path
    scripts: tuple[str, ...] = ("broken.sql",)
    origin: Binaries = "wheel"
    accept: str = ""


STUDIO_18 = Illness(folder=STUDIO)
STUDIO_15 = Illness(folder=STUDIO, origin="system", accept="node check.cjs")
MUSIC_18 = Illness(folder=MUSIC_SCHOOL, accept="node check.cjs")
HARDER_18 = Illness(folder=MUSIC_SCHOOL, scripts=("broken.sql", "harder.sql"))


@dataclass(kw_only=True)
class Healing:
    """What `dbdoctor repair` was given, what it said, and what it left."""

    illness: Illness
    server: Server
    name: str
    target: Target
    before: State
    told: Told

    @cached_property
    def report(self) -> RunReport:
        assert self.told.exit_code == 0, self.told.err
        return msgspec.json.decode(self.told.out, type=RunReport)

    @property
    def marks(self) -> dict[str, MarkStep]:
        return {step.migration: step for step in self.report.plan.steps if isinstance(step, MarkStep)}

    @property
    def reasons(self) -> dict[str, str]:
        return {migration: step.reason for migration, step in self.marks.items()}

    def migrate(self) -> Told:
        return migrate(self.illness.folder, self.target)

    @cached_property
    def undone(self) -> tuple[Target, UndoReport]:
        """The healed database once more, with the run taken back."""
        twin = new_target(self.server, f"{self.name}_taken_back", template=self.name)
        told = call("undo", twin.url, self.report.run, "--yes", "--format", "json")
        assert told.exit_code == 0, told.said
        return twin, msgspec.json.decode(told.out, type=UndoReport)

    def plan_file(self, folder: Path) -> Path:
        """The plan that was carried out, as `dbdoctor plan` would have written it."""
        file = folder / "plan.json"
        file.write_text(str(self.target.value("SELECT plan::text FROM dbdoctor.runs")))
        return file


@dataclass(kw_only=True)
class Clinic:
    """Heals each illness once, on the first ask; ends its servers at the end."""

    stack: ExitStack
    servers: dict[Binaries, Server] = field(default_factory=dict)
    healings: dict[Illness, Healing] = field(default_factory=dict)

    def server(self, origin: Binaries) -> Server:
        if origin not in self.servers:
            binaries = find_binaries(major=18, origin="wheel") if origin == "wheel" else find_binaries(origin="system")
            self.servers[origin] = self.stack.enter_context(start_server(binaries=binaries, port=0))
        return self.servers[origin]

    def healing(self, illness: Illness) -> Healing:
        if illness not in self.healings:
            self.heal(illness)
        return self.healings[illness]

    def heal(self, *illnesses: Illness) -> None:
        """Two at a time: a repair waits for its app's command most of the time."""
        rooms = [(illness, f"patient_{number}") for number, illness in enumerate(illnesses, start=len(self.healings))]
        admitted = [self._admit(illness, name=name) for illness, name in rooms]
        with ThreadPoolExecutor(max_workers=2) as pool:
            told = list(pool.map(_repair, illnesses, admitted))
        for (illness, name), (target, before), words in zip(rooms, admitted, told, strict=True):
            server = self.server(illness.origin)
            self.healings[illness] = Healing(illness=illness, server=server, name=name, target=target, before=before, told=words)

    def _admit(self, illness: Illness, *, name: str) -> tuple[Target, State]:
        target = new_target(self.server(illness.origin), name)
        for script in illness.scripts:
            target.run((with_packages(illness.folder) / script).read_text(encoding="utf-8"))
        return target, target.state()


def _repair(illness: Illness, admitted: tuple[Target, State]) -> Told:
    accept = ["--accept", illness.accept] if illness.accept else []
    url = admitted[0].url
    return call("repair", url, "--migrate", MIGRATE, "--cwd", illness.folder, *accept, "--yes", "--format", "json")


@contextmanager
def opened_clinic() -> Iterator[Clinic]:
    with ExitStack() as stack:
        yield Clinic(stack=stack)
