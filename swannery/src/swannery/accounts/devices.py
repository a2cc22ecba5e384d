"""What a browser says of itself, in words a person knows their device by."""

SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Mac OS": "Mac", "Linux": "Linux"}
BROWSERS = {"Edg/": "Edge", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}


def device_of(agent: str) -> str:
    """Return words a person knows their device by."""
    system = next((name for mark, name in SYSTEMS.items() if mark in agent), "")
    browser = next((name for mark, name in BROWSERS.items() if mark in agent), "")
    return ", ".join(part for part in (browser, system) if part)
