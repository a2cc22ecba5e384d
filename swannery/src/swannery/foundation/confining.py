"""Having a process of its own read what may be hostile: without our variables, our files or our connections, for a bounded time."""

import asyncio
import os
import sys
from pathlib import Path

KEPT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH")


async def run_confined(script: str, *arguments: str, sent: bytes = b"", folder: Path | None = None, longest_s: float) -> bytes:
    """Run a script of ours, `sent` on its standard input; returns what it said, nothing when it failed or had to be killed."""
    command: list[str] = [sys.executable, "-I", script, *arguments]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        cwd=folder, env={name: os.environ[name] for name in KEPT if name in os.environ},
    )  # fmt: skip
    try:
        said, _ = await asyncio.wait_for(process.communicate(sent), longest_s)
    except TimeoutError:
        return b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return said if process.returncode == 0 else b""
