"""A whole app brought to the doctor once, and everything that is to be looked at afterwards."""

from collections.abc import Iterator
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
            self.healings[illness] = self._heal(illness, name=f"patient_{len(self.healings)}")
        return self.healings[illness]

    def _heal(self, illness: Illness, *, name: str) -> Healing:
        folder = with_packages(illness.folder)
        server = self.server(illness.origin)
        target = new_target(server, name)
        for script in illness.scripts:
            target.run((folder / script).read_text(encoding="utf-8"))
        before = target.state()
        accept = ["--accept", illness.accept] if illness.accept else []
        told = call("repair", target.url, "--migrate", MIGRATE, "--cwd", folder, *accept, "--yes", "--format", "json")
        return Healing(illness=illness, server=server, name=name, target=target, before=before, told=told)


@contextmanager
def opened_clinic() -> Iterator[Clinic]:
    with ExitStack() as stack:
        yield Clinic(stack=stack)
