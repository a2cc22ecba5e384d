"""The page: one file that asks nothing of anybody, whatever names are in it; a map that shows what breaks; fit for phone and desk."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from shutil import which
from typing import Any

import msgspec
import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped] # only the script it carries is used
from playwright.sync_api import Browser, sync_playwright
from reports.cases import NASTY, diagnosis, plan, run

from dbdoctor.doctor import Diagnosis
from dbdoctor.findings import Evidence, Finding, MarkStep, MigrateStep, Object, Plan, Side, SqlStep, Subject
from dbdoctor.model import Column, ForeignKey, Key, Table, TableName
from dbdoctor.reports.page import Report, html_page
from dbdoctor.reports.page.document import verdict_of
from dbdoctor.reports.page.sketch import sketch
from dbdoctor.reports.rendering import diagnosis as render
from dbdoctor.reports.rendering import plan as render_plan
from dbdoctor.reports.rendering import repair

BREAKOUTS = [
    "</style><script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "<!--",
    "</svg></text>",
    "&lt;b&gt;",
    "'\"`=/",
    "]]>",
]
VOID = {"meta", "br", "img", "input", "hr", "link"}


class Checked(HTMLParser):
    """Reads a page, and minds that every element is closed and none is of a kind that asks or runs."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.attributes: set[str] = set()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def every_page(text: str) -> list[str]:
    return [
        render(diagnosis(text), "html", shown=text),
        render_plan(plan(text), "html", shown=text),
        repair(plan(text), "html", run=run(text), shown=text, outcome="succeeds"),
        repair(plan(text), "html", run=run(text, state="failed"), shown=text),
        repair(plan(text), "html", run=None, shown=text, outcome="cannot"),
    ]


@pytest.mark.parametrize("text", [*NASTY, *BREAKOUTS, "orders", ""])
def test_nothing_in_a_name_becomes_markup_or_asks_the_network(text: str) -> None:
    for page in every_page(text):
        checked = Checked()
        checked.feed(page)
        assert (checked.wrong, checked.open) == ([], [])
        assert checked.seen & {"script", "img", "link", "iframe", "object", "form", "base", "image", "use"} == set()
        assert [name for name in checked.attributes if name.startswith("on") or name in {"style", "src", "href", "xlink:href"}] == []
        assert len(re.findall(r"<style>", page)) == 1
        assert not re.search(r"url\(|@import|https?://(?!x\b)", page.split("</style>")[0])


def test_the_style_is_the_one_its_policy_names() -> None:
    page = render(diagnosis("orders"), "html")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy[1]


def test_a_password_in_a_command_or_a_message_is_not_on_the_page() -> None:
    secret = "postgres://app:hunter2@db.example.org/shop"
    for page in every_page(f"DATABASE_URL={secret} npm run migrate password=hunter2"):
        assert "hunter2" not in page


USERS = Table(
    name=TableName("public", "users"),
    columns=(Column(name="id", type="integer"), *(Column(name=name, type="text") for name in "abcd")),
    keys=(Key(name="users_pkey", columns=("id",), primary=True),),
)  # fmt: skip
ORDERS = Table(
    name=TableName("public", "orders"),
    columns=(Column(name="id", type="bigint"), Column(name="userId", type="character varying(255)"), Column(name="payer", type="integer")),
    keys=(Key(name="orders_pkey", columns=("id",), primary=True),),
    foreign_keys=(
        ForeignKey(name="k", child=TableName("public", "orders"), columns=("payer",), parent=USERS.name, parent_columns=("id",)),
    ),
)


def broken(cause: str = "type_mismatch", column: str = "userId") -> Finding:
    return Finding(
        cause=cause,
        severity="blocking",
        subject=Subject(
            child=Side(schema="public", table="orders", columns=(column,)), parent=Side(schema="public", table="users", columns=("id",))
        ),
        facts={"child_type": "character varying(255)", "parent_type": "integer"},
    )


def test_the_map_shows_the_columns_concerned_with_their_types_and_the_keys_that_stand() -> None:
    found = sketch([broken(), broken("orphan_rows")], [USERS, ORDERS])
    orders, users = found.boxes
    assert [(row.name, row.type, row.state) for row in orders.rows] == [
        ("id", "bigint", ""), ("userId", "varchar(255)", "concerned"), ("payer", "integer", ""),
    ]  # fmt: skip
    assert [row.name for row in users.rows] == ["id", "a", "b"]
    assert (users.rows[0].key, users.more) == (True, 2)
    key, standing = found.lines
    assert [mark.number for mark in key.marks] == [1, 2]
    assert (standing.columns, standing.marks) == (("payer",), ())
    assert "orders.userId to users.id: The types do not fit, Rows without a parent." in found.words


def test_the_map_shows_what_is_missing_as_missing() -> None:
    found = sketch([broken("missing_column", "buyer")], [USERS, ORDERS])
    assert [(row.name, row.state) for row in found.boxes[0].rows][-1] == ("buyer", "missing")
    gone = sketch([broken("parent_table_missing")], [ORDERS])
    assert [(box.name, box.missing) for box in gone.boxes] == [("orders", False), ("users", True)]


def test_what_is_about_no_table_draws_nothing() -> None:
    found = sketch([Finding(cause="permission", severity="blocking", subject=Subject(object=Object(kind="role", name="app")))], [])
    assert found.boxes == ()
    page = render(Diagnosis(dialect="postgresql", database="shop", findings=()), "html")
    assert '<svg class="map' not in page
    assert "Nothing stands in the way" in page


@pytest.mark.parametrize("tables", [[], [ORDERS], [USERS, ORDERS]])
def test_a_key_to_its_own_table_and_a_circle_of_keys_are_drawn(tables: list[Table]) -> None:
    there = Side(schema="public", table="orders", columns=("userId",))
    back = msgspec.structs.replace(broken(), subject=Subject(child=Side(schema="public", table="users", columns=("id",)), parent=there))
    own = msgspec.structs.replace(broken(), subject=Subject(child=there, parent=there))
    page = html_page(Report(title="Diagnosis", database="shop", findings=(broken(), back, own), tables=tuple(tables)))
    assert page.count('class="way"') >= 6


def test_the_verdict_says_what_came_of_it() -> None:
    assert verdict_of(Report(title="", database="", findings=(broken(),)))[:2] == ("bad", "One thing stands in the way")
    assert verdict_of(Report(title="", database="", findings=(broken(), broken())))[1] == "2 things stand in the way"
    assert verdict_of(Report(title="", database="", findings=(msgspec.structs.replace(broken(), severity="risk"),)))[0] == "mind"
    assert verdict_of(Report(title="", database="", plan=plan("x")))[1] == "A repair was proven on a copy"
    assert verdict_of(Report(title="", database="", plan=plan("x"), outcome="cannot"))[1] == "No safe repair was found"
    failed = msgspec.structs.replace(run("x", state="failed"), verification=None)
    assert verdict_of(Report(title="", database="", plan=plan("x"), run=failed))[0] == "bad"
    good = msgspec.structs.replace(run("x"), verification=None)
    assert verdict_of(Report(title="", database="", plan=plan("x"), run=good))[:2] == ("good", "Repaired")


def test_the_timeline_tells_who_waits_and_keeps_together_what_belongs_together() -> None:
    facts: dict[str, Any] = {"table": "orders", "rows": 2, "locked": ["public.orders"]}
    ours = {**facts, "locked": ["dbdoctor.quarantine_orders"]}
    steps = (
        SqlStep(sql="first", code="quarantine_orphans", lock="AccessExclusiveLock", blocks="reads and writes", facts=ours),
        SqlStep(sql="second", code="quarantine_orphans", lock="ShareRowExclusiveLock", blocks="writes", rows_touched=2, facts=facts),
        MarkStep(tool="T", table="t", migration="m", sql="", undo_sql="", evidence=(Evidence(query="q", answer="a"),)),
        MigrateStep(command="npm run migrate", cwd="."),
    )
    page = render_plan(Plan(dialect="postgresql", database="shop", catalog_digest="", steps=steps), "html")
    section = page.split('<ol class="timeline">')[1].split("</ol>")[0]
    assert section.count("<li><h3>") == 3
    first, second = section.split("second")[0], section.split("second")[1]
    assert (first.count("bar waits"), first.count("bar goes")) == (0, 2)  # nobody else uses a table of ours
    assert (second.count("bar waits"), second.count("bar goes")) == (1, 1)
    assert "2 rows written" in second


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = which("chromium") or which("chromium-browser") or which("google-chrome")
    if path is None:
        pytest.skip("no Chromium was found; 'make setup' installs it where it may")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_page_fits_and_axe_finds_nothing(width: int, scheme: Any, chromium: Browser, tmp_path: Path) -> None:
    long = "a_very_long_name_without_any_blank" * 3
    odd = msgspec.structs.replace(
        broken(), subject=Subject(child=Side(schema="s", table=long, columns=(long,)), parent=broken().subject.parent)
    )
    findings = (broken(), odd, msgspec.structs.replace(broken("unindexed_foreign_key"), severity="advice", subject=Subject()))
    page_of = msgspec.structs.replace(plan("orders"), findings=findings)
    (tmp_path / "page.html").write_text(repair(page_of, "html", run=run("orders"), tables=[USERS, ORDERS]), encoding="utf-8")
    with chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True) as context:
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("request", lambda request: said.append(request.url) if not request.url.startswith("file:") else None)
        page.goto((tmp_path / "page.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.locator("svg.map:visible").count() == 1
        assert said == []
        page.add_script_tag(content=AXE_SCRIPT)
        found = page.evaluate(
            "async () => (await axe.run()).violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' ').slice(0, 300))"
        )
        assert found == []
