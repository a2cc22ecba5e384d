"""Somebody's browser, as far as the demo needs one: keeps cookies, sends forms with their token, follows nothing by itself."""

import http.client
import json
import re
from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Any, NamedTuple
from urllib.parse import urlencode

TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')
TIMEOUT_S = 10.0


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def location(self) -> str:
        """Where it sends the browser on."""
        return self.headers.get("location", "")


class Visitor:
    """One person at one website."""

    def __init__(self, *, host: str, port: int) -> None:
        self._connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
        self._cookies: dict[str, str] = {}
        self._token = ""

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def get(self, path: str, *, bearer: str = "") -> Answer:
        """Open a page."""
        return self._ask("GET", path, headers=_bearer(bearer))

    def send(self, path: str, **fields: str) -> Answer:
        """Send a form, with the token of the page opened last."""
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, headers=headers, body=urlencode({"_csrf_token": self._token, **fields}))

    def call(self, method: str, path: str, *, bearer: str = "", **fields: Any) -> Answer:  # noqa: ANN401 - whatever JSON holds
        """Call the API."""
        headers = {"content-type": "application/json", **_bearer(bearer)}
        return self._ask(method, path, headers=headers, body=json.dumps(fields) if fields else "")

    def _ask(self, method: str, path: str, *, headers: Mapping[str, str], body: str = "") -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        self._connection.request(method, path, body=body.encode() or None, headers={**headers, **({"cookie": cookies} if cookies else {})})
        answer = self._connection.getresponse()
        text = answer.read().decode(errors="replace")
        for line in answer.headers.get_all("set-cookie", []):
            self._keep(line)
        found = TOKEN.search(text)
        self._token = found[1] if found else self._token
        return Answer(answer.status, {name.lower(): value for name, value in answer.headers.items()}, text)

    def _keep(self, line: str) -> None:
        for name, morsel in SimpleCookie(line).items():
            if morsel.value and morsel["max-age"] != "0":
                self._cookies[name] = morsel.value
            else:
                self._cookies.pop(name, None)


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"} if token else {}
