"""No dependency is under the GPL or AGPL: neither in uv.lock nor in the studio's package-lock.json.

The LGPL is allowed: such a library (psycopg) is used as it is.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from tools.source_files import Problem

COPYLEFT = re.compile(r"(?<![A-Za-z])A?GPL|(?<!Lesser )General Public License|(?<!Lesser )GNU Affero", re.IGNORECASE)
# Not installed here (in the lock for other systems only), or declared in no metadata; their licences were read by hand.
READ_BY_HAND = {"axe-playwright-python": "MIT", "colorama": "BSD-3-Clause", "httpx2-jsfetch": "BSD-3-Clause", "tzdata": "Apache-2.0"}
WORKSPACE = frozenset({"dbdoctor", "swannery", "swannery-workspace"})


def problems(root: Path) -> Iterator[Problem]:
    lock = root / "uv.lock"
    for name, licence in python_licences(lock).items():
        if is_copyleft(licence):
            yield Problem(path=lock, line=1, text=f"{name} is licensed {licence or '(unknown)'}")
    for packages in sorted(root.glob("examples/*/package-lock.json")):
        for name, licence in node_licences(packages).items():
            if is_copyleft(licence):
                yield Problem(path=packages, line=1, text=f"{name} is licensed {licence or '(unknown)'}")


def is_copyleft(licence: str) -> bool:
    """Whether no choice of the licence is free of the GPL; an unknown licence counts as one that is not."""
    choices = re.split(r"\s+OR\s+", licence.strip("() "))
    return not licence or all(COPYLEFT.search(choice) for choice in choices)


def python_licences(lock: Path) -> dict[str, str]:
    names = [package["name"] for package in tomllib.loads(lock.read_text(encoding="utf-8"))["package"]]
    return {name: licence_of(name) for name in names if name not in WORKSPACE}


def licence_of(name: str) -> str:
    """The licence an installed package declares: the SPDX expression, else the classifiers, else the free text's first line."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return READ_BY_HAND.get(name, "")
    classifiers = [line.rpartition(" :: ")[2] for line in about.get_all("Classifier") or [] if line.startswith("License ::")]
    free_text = (about.get_all("License") or [""])[0].partition("\n")[0]
    declared = ((about.get_all("License-Expression") or [""])[0], "; ".join(classifiers), free_text)
    return next((text for text in declared if text), READ_BY_HAND.get(name, ""))


def node_licences(lock: Path) -> dict[str, str]:
    packages = json.loads(lock.read_text(encoding="utf-8")).get("packages", {})
    return {name: str(about.get("license", "")) for name, about in packages.items() if name}
