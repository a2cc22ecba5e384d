"""Takes the README's pictures of the site: the demo's own community in a real Chromium.

Run: .venv/bin/python -m tools.site_pictures   (about two minutes: the whole story is told anew; writes docs/pictures/site-*.webp)
"""

import base64
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

from playwright.sync_api import Browser, StorageState, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
LARGEST_BYTES = 150_000
QUALITY = 84
READY = re.compile(r"(http://\S+) stays up until")
PASSWORD = re.compile(r"password of everybody is (\S+)")


class Picture(NamedTuple):
    """What is to be seen, on which screen."""

    name: str
    path: str
    width: int
    height: int
    scheme: Literal["light", "dark"]
    scale: float


WANTED = (
    Picture("site-home-phone", "/", 390, 844, "light", 2),
    Picture("site-home-desktop", "/", 1280, 844, "dark", 1.5),
)


def main(arguments: Sequence[str] = tuple(sys.argv[1:])) -> int:
    """Tell the story with a fresh database (or with the one in the folder that is named) and take the pictures when the site is up."""
    with sync_playwright() as playwright, demo(list(arguments)) as (address, password):
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        signed_in = sign_in(browser, address=address, password=password)
        for wanted in WANTED:
            taken = take(browser, wanted, address=address, signed_in=signed_in)
            path = PICTURES / f"{wanted.name}.webp"
            path.write_bytes(taken)
            print(f"{path.relative_to(ROOT)}: {len(taken) // 1000} kB")
            if len(taken) > LARGEST_BYTES:
                raise SystemExit(f"{path.name} is larger than {LARGEST_BYTES // 1000} kB")
        browser.close()
    return 0


@contextmanager
def demo(arguments: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Run the demo until the pictures are taken; yields its address and password."""
    folder = Path(tempfile.mkdtemp(prefix="swannery-pictures-", dir="/var/tmp"))
    folder.chmod(0o755)
    data = arguments[0] if arguments else str(folder / "postgresql")
    command = [str(Path(sys.executable).parent / "swannery"), "demo", "--data", data]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        told = ""
        for line in process.stdout or ():
            told += line
            if READY.search(line):
                break
        address, password = READY.search(told), PASSWORD.search(told)
        if not (address and password):
            raise SystemExit(told)
        yield address[1], password[1]
        process.send_signal(signal.SIGINT)
    shutil.rmtree(folder, ignore_errors=True)


def chromium() -> str | None:
    """The system's Chromium; None for the one Playwright brought."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def sign_in(browser: Browser, *, address: str, password: str) -> StorageState:
    """Sign Tess in through the form."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.fill("[name=identifier]", "tess")
    page.fill("[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{address}/")
    state = context.storage_state()
    context.close()
    return state


def take(browser: Browser, wanted: Picture, *, address: str, signed_in: StorageState) -> bytes:
    """Return the picture as WebP; Playwright itself writes PNG and JPEG only, the browser all three."""
    context = browser.new_context(
        viewport={"width": wanted.width, "height": wanted.height},
        device_scale_factor=wanted.scale,
        color_scheme=wanted.scheme,
        reduced_motion="reduce",
        storage_state=signed_in,
    )
    page = context.new_page()
    page.goto(f"{address}{wanted.path}")
    page.wait_for_load_state("networkidle")
    answer = context.new_cdp_session(page).send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    context.close()
    return base64.b64decode(answer["data"])


if __name__ == "__main__":
    sys.exit(main())
