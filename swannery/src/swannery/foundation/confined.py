"""For a process that reads hostile bytes, on its own side: its limits. Imports nothing, so that it starts quickly."""

import contextlib

MOST_MEMORY = 290_000_000
MOST_SECONDS = 20


def limit(*, seconds: int = MOST_SECONDS) -> None:
    """Bound this process's memory and time; where the system knows no such limits, the parent's time limit is left."""
    try:
        import resource  # noqa: PLC0415 - Windows has none
    except ImportError:
        return
    for what, most in ((resource.RLIMIT_DATA, MOST_MEMORY), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))
