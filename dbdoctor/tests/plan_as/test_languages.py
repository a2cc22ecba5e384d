"""Any SQL survives being written into a file of another language: that language, or the server, reads the very same again."""

import ast
import json
import subprocess
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects.postgresql import psycopg as dialect
from tool_apps.apps import HERE, install

from dbdoctor.databases.postgresql.connection import literal, quoted, sql_text
from dbdoctor.embedded import Server
from dbdoctor.reports.migrations.literals import NotWritable, flat, javascript, python, question_marks_kept, ruby
from dbdoctor.reports.migrations.sql_text import body, safe
from dbdoctor.wanted.effects import split_statements

PIECES = [
    "'", '"', "`", "\\", "${", "$", "$1", "$$", "{", "}", "*/", "/*", "--", "-- migrate:down\n", "\n-- +goose Down\n",
    "--> statement-breakpoint", "?", "??", "\\?", "\\\\?", ":name", "::text", "%", "%s", "%(x)s", "#{x}", "\n", "\r", "\r\n", "\t", ";",
    "\u2028", "\u2029", "\x85", "🦢", "中", "\ufeff", "\u202e", "\x1b[31m", "'''", '"""', "E'\\n'", "\n\\q\n", "</script>",
    "<%= x %>", "DO $$",
]  # fmt: skip
TEXTS = st.lists(
    st.sampled_from(PIECES) | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=4), max_size=12
).map("".join)
READ_BACK = "const t = JSON.parse(require('fs').readFileSync(0, 'utf8')); process.stdout.write(JSON.stringify(t.map((s) => eval(s))))"
AS_KNEX = (
    "const c = require('knex')({client: 'pg'}).client; const t = JSON.parse(require('fs').readFileSync(0, 'utf8'));"
    "process.stdout.write(JSON.stringify(t.map((s) => c.positionBindings(eval(s)))))"
)
many = settings(max_examples=300, deadline=None)
batches = settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))


def node(program: str, texts: list[str]) -> list[str]:
    done = subprocess.run(
        ["node", "-e", program], input=json.dumps(texts), cwd=HERE, capture_output=True, text=True, check=True, timeout=60
    )
    found: list[str] = json.loads(done.stdout)
    return found


@many
@given(text=TEXTS, indent=st.sampled_from(["", "        "]))
def test_python_reads_the_same_text(text: str, indent: str) -> None:
    written = python(text, indent=indent)
    assert ast.literal_eval(written) == text
    assert "\r" not in written


@many
@given(text=TEXTS)
def test_alembic_hands_the_same_text_to_the_driver(text: str) -> None:
    compiled = str(sa.DDL(text.replace("%", "%%")).compile(dialect=dialect.dialect()))  # type: ignore[no-untyped-call]  # as SQLAlchemy has it
    assert compiled.replace("%%", "%") == text


@batches
@given(texts=st.lists(TEXTS, min_size=150, max_size=150))
def test_javascript_reads_the_same_text(texts: list[str]) -> None:
    assert node(READ_BACK, [javascript(text) for text in texts]) == texts


@batches
@given(texts=st.lists(TEXTS, min_size=150, max_size=150))
def test_knex_sends_the_same_text(texts: list[str]) -> None:
    install()
    wanted = [flat(text) if "\\?" in text else text for text in texts]
    assert node(AS_KNEX, [javascript(question_marks_kept(text)) for text in texts]) == wanted


@many
@given(text=TEXTS)
def test_ruby_would_read_the_same_text(text: str) -> None:
    written = ruby(text)
    assert read_ruby(written) == text
    assert "\r" not in written


def read_ruby(written: str) -> str:
    """By Ruby's own rules for its two kinds of quotes; no Ruby is here to ask."""
    quote, inner, found, position = written[0], written[1:-1], "", 0
    assert written[-1] == quote
    while position < len(inner):
        sign = inner[position]
        assert sign != quote
        assert quote == "'" or sign != "#"
        if sign != "\\":
            found, position = found + sign, position + 1
        elif quote == '"' and inner[position + 1] == "u":
            found, position = found + chr(int(inner[position + 2 : position + 6], 16)), position + 6
        else:
            assert inner[position + 1] in "\\'\"#"
            found, position = found + inner[position + 1], position + 2
    return found


@many
@given(name=TEXTS.filter(bool), comment=TEXTS)
def test_a_file_of_sql_holds_the_same_statements(name: str, comment: str) -> None:
    statements = [f"COMMENT ON TABLE {quoted(name)} IS {literal(comment)}", f"ALTER TABLE {quoted(name)} ADD {quoted(name)} integer"]
    kept = [statement for statement in statements if safe(statement) == statement]
    if all("E'" not in statement for statement in kept):
        assert split_statements(body(kept)) == kept
    for line in body(statements).splitlines():
        assert not line.lstrip().startswith(("-- migrate:", "-- +goose", "\\q"))
        assert "--> statement-breakpoint" not in line


@pytest.fixture(scope="module")
def connection(server: Server) -> Iterator[psycopg.Connection]:
    with psycopg.connect(server.url(), autocommit=True) as opened:
        yield opened


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=TEXTS.filter(bool))
def test_the_server_reads_the_same_from_a_statement_with_its_signs_spelled_out(text: str, connection: psycopg.Connection) -> None:
    with connection.transaction(force_rollback=True):
        connection.execute(sql_text(f"{flat(f'COMMENT ON SCHEMA public IS {literal(text)}')};"))
        row = connection.execute("SELECT obj_description('public'::regnamespace)").fetchone()
    assert row == (text,)


def test_a_statement_that_must_stay_alone_is_not_wrapped() -> None:
    with pytest.raises(NotWritable):
        safe('CREATE INDEX CONCURRENTLY "a\n-- migrate:down" ON t (a)')
