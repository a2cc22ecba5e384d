"""`swannery serve` as the one who runs it meets it: it starts, says where, is asked how it is, stops in order, and refuses plainly."""

import json
import re
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest
from served import HOST, Served, free_port, served
from town import APP, PASSWORD, PEOPLE, TOKEN
from typer.testing import CliRunner

from dbdoctor import Server, find_binaries, start_server
from swannery.cli import app
from swannery.config import Config
from swannery.deployment import DeployRequest, deploy


@pytest.fixture
def place(town_url: str, built_town: tuple[str, Config], tmp_path: Path) -> Iterator[Served]:
    with served(url=town_url, config=built_town[1], folder=tmp_path) as place:
        yield place


def until(condition: Callable[[], bool], *, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_it_says_where_it_is_and_finishes_what_was_begun_when_it_is_told_to_stop(place: Served) -> None:
    assert place.start() == f"Townhall is at {place.address}"
    token = place.sign_in("member")
    headers = {"authorization": f"Bearer {token}"}
    post = httpx.post(f"{place.address}/api/v1/posts", json={"text": "hello"}, headers=headers).json()["id"]
    with psycopg.connect(place.url) as app_side, ThreadPoolExecutor() as pool:
        app_side.execute("SELECT 1 FROM swannery.posts WHERE id = %s FOR UPDATE", (post,))
        slow = pool.submit(httpx.put, f"{place.address}/api/v1/posts/{post}/reaction", headers=headers, timeout=20)
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        until(lambda: bool(asked(place.url, waiting)))
        assert place.process is not None
        place.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert place.process.poll() is None
        app_side.rollback()
        answer = slow.result()
    assert answer.status_code == 200
    counts = [{"kind": "like", "count": 1}]
    assert answer.json() == {"post_id": post, "count": 1, "reactions": counts, "reacted": True, "kind": "like"}
    assert place.wait() == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{place.address}/healthz")


def asked(url: str, question: str) -> int:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return int(row[0])


def test_the_log_names_nobody_and_repeats_nothing_and_it_ends_with_the_one_who_started_it(place: Served) -> None:
    place.start("--with-parent")
    words = ["quokka", "wombat", "numbat"]
    with httpx.Client(base_url=place.address, timeout=20) as browser:
        do_everything(browser, words)
    assert place.process is not None
    assert place.process.stdin is not None
    place.process.stdin.close()
    assert place.wait() == 0
    lines = [json.loads(line) for line in place.log.read_text(encoding="utf-8").splitlines()]
    assert {line["event"] for line in lines} == {"request"}
    assert {line["status"] for line in lines} >= {200, 201, 303, 401, 404, 422}
    told = " ".join(str(value) for line in lines for key, value in line.items() if key != "event").lower()
    personal = [*words, *(f"@{name}" for name in PEOPLE), "app.example", "mx ", PASSWORD, "$2b$"]
    assert [word for word in personal if word in told] == []


def do_everything(browser: httpx.Client, words: list[str]) -> None:
    """Sign in, wrongly first, and do one of each thing."""

    def send(path: str, **fields: str) -> httpx.Response:
        found = TOKEN.search(browser.get("/sign-in" if path == "/sign-in" else "/compose").text)
        assert found
        return browser.post(path, data={"_csrf_token": found[1], **fields})

    send("/sign-in", identifier="owner@app.example", password="wrong")
    send("/sign-in", identifier="owner", password=PASSWORD)
    send("/posts", text=words[0], audience="public")
    send("/posts", text="", audience="public")
    post = re.findall(r'id="post-(\d+)"', browser.get("/").text)[0]
    send(f"/posts/{post}/comments", text=words[1])
    send(f"/posts/{post}/reaction", on="1")
    send("/members/2/follow")
    send("/members/3/friend-request")
    send("/communities", name=words[2])
    for path in (
        "/@member",
        "/@nobody_of_that_name",
        "/people?q=friend",
        f"/communities/{words[2]}",
        "/settings",
        "/activities",
        "/nowhere",
    ):
        browser.get(path)
    browser.post("/api/v1/session", json={"identifier": "owner@app.example", "password": PASSWORD})
    browser.post("/api/v1/posts", json={"text": words[0]})
    browser.post("/api/v1/session", json={"identifier": words[0], "unknown": words[1]})
    send("/sign-out")


def test_it_is_not_ready_while_the_database_is_away_and_works_on_when_it_is_back(own_town: tuple[Callable[[], Server], Served]) -> None:
    start, place = own_town
    server = start()
    place.start()
    assert health(place) == (200, 200)
    token = place.sign_in("member")
    server.stop()
    until(lambda: health(place) == (200, 503))
    assert "the database does not answer" in httpx.get(f"{place.address}/readyz", timeout=20).text
    assert httpx.get(f"{place.address}/discover", timeout=20).status_code == 503
    server = start()
    until(lambda: health(place) == (200, 200))
    headers = {"authorization": f"Bearer {token}"}
    assert httpx.post(f"{place.address}/api/v1/posts", json={"text": "back"}, headers=headers, timeout=20).status_code == 201
    until(lambda: asked(place.url, "SELECT count(*) FROM swannery.procrastinate_jobs") == 0)
    assert place.end(signal.SIGTERM) == 0
    server.stop()


@pytest.fixture
def own_town(tmp_path: Path) -> Iterator[tuple[Callable[[], Server], Served]]:
    """A town on a server of its own, which may be stopped and started again."""
    folder = Path(tempfile.mkdtemp(prefix="swannery-serve-test-", dir="/var/tmp"))  # the server's user must get in
    folder.chmod(0o755)
    port = free_port()

    def start() -> Server:
        return start_server(binaries=find_binaries(), data=folder / "postgresql", port=port)

    with start() as server:
        url = server.tcp_url(database="postgres")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(APP.encode())
        config = deploy(DeployRequest(url=url, config_path=tmp_path / "swannery.toml", yes=True)).config
    with served(url=url, config=config, folder=tmp_path) as place:
        yield start, place
    shutil.rmtree(folder, ignore_errors=True)


def health(place: Served) -> tuple[int, int]:
    return (httpx.get(f"{place.address}/healthz", timeout=20).status_code, httpx.get(f"{place.address}/readyz", timeout=20).status_code)


def test_a_taken_port_is_said_plainly(place: Served) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, place.port))
        taken.listen()
        result = called("serve", "--config", str(place.config_path), "--port", str(place.port), url=place.url)
    words = f"swannery: Port {place.port} of 127.0.0.1 cannot be had: Address already in use."
    assert result == (2, f"{words}\n  → Stop what listens there, or choose another with PORT=….\n")


def called(*words: str, url: str | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words), env={"DATABASE_URL": url, "PORT": None})
    assert result.stdout == ""
    return result.exit_code, result.stderr


def test_a_missing_file_is_said_with_what_makes_it(tmp_path: Path) -> None:
    code, said = called("serve", "--config", str(tmp_path / "swannery.toml"), url="postgresql:///x")
    assert code == 2
    assert "swannery.toml: the file: cannot be read (No such file or directory). Make it with: swannery deploy URL" in said


def test_a_wrong_file_is_said_with_its_lines(place: Served) -> None:
    text = place.config_path.read_text(encoding="utf-8").replace("port = 8000", 'port = "many"').replace("[site]", "[site]\ncolour = 3")
    place.config_path.write_text(text, encoding="utf-8")
    line_of = {line: number for number, line in enumerate(text.splitlines(), start=1)}
    code, said = called("serve", "--config", str(place.config_path), url=place.url)
    assert code == 2
    assert f"swannery.toml:{line_of['colour = 3']}: site.colour: No such key." in said
    wrong = 'port = "many"'
    assert f"swannery.toml:{line_of[wrong]}: server.port:" in said


def test_no_address_of_a_database_is_said(place: Served) -> None:
    code, said = called("serve", "--config", str(place.config_path))
    assert code == 2
    assert "names no database. Set DATABASE_URL" in said


def test_a_database_that_is_away_or_not_deployed_is_said_plainly(place: Served, empty_database_url: str) -> None:
    code, said = called("serve", "--config", str(place.config_path), url="postgresql://nobody@127.0.0.1:1/nothing")
    assert code == 2
    assert said.startswith("swannery: The database does not answer.")
    code, said = called("serve", "--config", str(place.config_path), "--port", str(place.port), url=empty_database_url)
    assert code == 2
    assert said == "swannery: Nothing is deployed in this database.\n  → Run: swannery deploy URL\n"
