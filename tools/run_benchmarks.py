"""Runs every benchmark in turn, or those named; each prints its question, then its numbers."""

import ast
import subprocess
import sys
from pathlib import Path

from tools.source_files import ROOT, parse


def main(names: list[str]) -> int:
    chosen = [path for path in sorted((ROOT / "benchmarks").glob("*.py")) if not names or path.stem in names]
    if not chosen:
        print("no benchmark found" + (f" of the name {', '.join(names)}" if names else " in benchmarks/"))
        return 1 if names else 0
    return max(run(path) for path in chosen)


def run(path: Path) -> int:
    question = (ast.get_docstring(parse(path)) or path.stem).partition("\n")[0]
    print(f"\n== {path.name}: {question}", flush=True)
    return subprocess.run([sys.executable, str(path)], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
