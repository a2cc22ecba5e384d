"""Everything that can be known without running the code: format, lint, types, import contracts, our own linters."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tools import (
    lint_benchmarks,
    lint_causes,
    lint_docs,
    lint_licences,
    lint_names,
    lint_reasons,
    lint_sizes,
    lint_sql_homes,
    lint_visibility,
)
from tools.source_files import PARTS, ROOT, Problem

OWN_LINTERS: Mapping[str, Callable[[Path], Iterator[Problem]]] = {
    "sizes": lint_sizes.problems,
    "sql homes": lint_sql_homes.problems,
    "names": lint_names.problems,
    "reasons": lint_reasons.problems,
    "causes": lint_causes.problems,
    "benchmarks": lint_benchmarks.problems,
    "docs": lint_docs.problems,
    "licences": lint_licences.problems,
    "visibility": lint_visibility.problems,
}


@dataclass(frozen=True, kw_only=True)
class Step:
    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    name: str
    complaint: str
    seconds: float


def main() -> int:
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        running = [pool.submit(run_step, step) for step in steps()] + [pool.submit(run_own_linters)]
        outcomes = [future.result() for future in running]
    for outcome in outcomes:
        print(f"{'ok  ' if not outcome.complaint else 'FAIL'} {outcome.name} ({outcome.seconds:.1f} s)")
    for outcome in outcomes:
        if outcome.complaint:
            print(f"\n--- {outcome.name}\n{outcome.complaint.rstrip()}")
    return 1 if any(outcome.complaint for outcome in outcomes) else 0


def steps() -> list[Step]:
    binaries = Path(sys.executable).parent
    return [
        *(type_step(part, folders=[f"{part}/src", f"{part}/tests"]) for part in PARTS),
        type_step("house", folders=["conftest.py", "tools", "benchmarks", "examples/studio/tests"]),
        Step(name="format", command=[str(binaries / "ruff"), "format", "--check", "--quiet", "--diff", "."]),
        Step(name="lint", command=[str(binaries / "ruff"), "check", "--quiet", "."]),
        Step(name="imports", command=[str(binaries / "lint-imports"), "--cache-dir", ".import_linter_cache"]),
    ]


def type_step(part: str, *, folders: list[str]) -> Step:
    """Check the types of one part, its tests included, in a run and a cache of its own."""
    present = [folder for folder in folders if (ROOT / folder).suffix == ".py" or any((ROOT / folder).rglob("*.py"))]
    command = [str(Path(sys.executable).parent / "mypy"), "--cache-dir", f".mypy_cache/{part}", "--no-error-summary", *present]
    return Step(name=f"types of {part}", command=command, environment={"MYPYPATH": f"{part}/tests"})


def run_step(step: Step) -> Outcome:
    started = time.monotonic()
    done = subprocess.run(step.command, cwd=ROOT, env={**os.environ, **step.environment}, capture_output=True, text=True, check=False)
    complaint = "" if done.returncode == 0 else (done.stdout + done.stderr).strip() or f"ended with {done.returncode}"
    return Outcome(name=step.name, complaint=complaint, seconds=time.monotonic() - started)


def run_own_linters() -> Outcome:
    started = time.monotonic()
    complaints = [f"[{name}] {problem.words(ROOT)}" for name, linter in OWN_LINTERS.items() for problem in linter(ROOT)]
    return Outcome(name="own linters", complaint="\n".join(complaints), seconds=time.monotonic() - started)


if __name__ == "__main__":
    sys.exit(main())
