"""What the demo asks of its own server: through psql while there is no platform, later in the platform's own transactions."""

import subprocess
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from dbdoctor import Server, find_binaries
from swannery.demo.errors import DemoCannot
from swannery.foundation.database import AnyRow, Transaction

MADE_UP = "@people.example"


def database_exists(server: Server, name: str) -> bool:
    """Whether the server holds a database of that name."""
    return bool(_psql(server, "postgres", "--command", f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))


def create_database(server: Server, name: str) -> None:
    """Make an empty database."""
    _psql(server, "postgres", "--command", f'CREATE DATABASE "{name}"')


def run_script(server: Server, database: str, script: Path) -> None:
    """Run a file of SQL, stopping at the first error."""
    _psql(server, database, "--file", str(script))


def count_rows(server: Server, database: str, table: str) -> int:
    """How many rows a table holds."""
    return int(_psql(server, database, "--command", f'SELECT count(*) FROM "{table}"'))


def dump_app_schema(server: Server, database: str) -> list[str]:
    """Return the lines of pg_dump for all that is the app's, so neither ours nor the doctor's journal; random tokens are left out."""
    settings = ("--schema-only", "--exclude-schema=swannery", "--exclude-schema=dbdoctor", "--dbname", server.url(database=database))
    lines = _run("pg_dump", *settings).splitlines()
    return [line for line in lines if not line.startswith(("\\restrict", "\\unrestrict"))]


def _psql(server: Server, database: str, *arguments: str) -> str:
    settings = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--dbname", server.url(database=database))
    return _run("psql", *settings, *arguments)


def _run(program: str, *arguments: str) -> str:
    done = subprocess.run([str(find_binaries().folder / program), *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DemoCannot(f"{program} failed: {done.stderr.strip()[-500:]}", next_step="Start over with: make demo ARGS=--fresh")
    return done.stdout.strip()


async def count_made_up(tx: Transaction) -> int:
    """How many of the app's users the demo made up."""
    found = await tx.sql("SELECT count(*) FROM public.users WHERE email LIKE %(end)s", {"end": f"%{MADE_UP}"})
    return int(found[0][0])


async def insert_clients(tx: Transaction, *, clients: Sequence[tuple[str, str, str]]) -> None:
    """Add clients (handle, first name, last name) to the app, as its receptionist would. Their password is the others'."""
    handles, firsts, lasts = zip(*clients, strict=True)
    await tx.sql(
        'INSERT INTO public.users ("firstName", "lastName", email, username, password, role, "createdAt", "updatedAt")'
        " SELECT new.first, new.last, new.handle || %(end)s, new.handle, known.password, 'client',"
        " %(now)s - make_interval(days => 60 + new.number::int * 9), %(now)s"
        " FROM unnest(%(handles)s::text[], %(firsts)s::text[], %(lasts)s::text[]) WITH ORDINALITY AS new (handle, first, last, number)"
        " CROSS JOIN (SELECT password FROM public.users WHERE username = 'tess') AS known",
        {"end": MADE_UP, "now": tx.now, "handles": list(handles), "firsts": list(firsts), "lasts": list(lasts)},
    )


async def insert_completed_sessions(tx: Transaction, *, sessions: Iterable[tuple[str, str, datetime]]) -> None:
    """Add completed sessions (client, trainer, when) to the app's calendar."""
    clients, trainers, moments = zip(*sessions, strict=True)
    await tx.sql(
        'INSERT INTO public.sessions ("userId", "trainerId", "sessionDate", status, "createdAt", "updatedAt")'
        " SELECT client.id, trainer.id, new.at, 'completed', new.at - interval '4 days', new.at + interval '1 hour'"
        " FROM unnest(%(clients)s::text[], %(trainers)s::text[], %(ats)s::timestamptz[]) AS new (client, trainer, at)"
        " JOIN public.users client ON client.username = new.client JOIN public.users trainer ON trainer.username = new.trainer"
        " ORDER BY new.at",
        {"clients": list(clients), "trainers": list(trainers), "ats": list(moments)},
    )


async def read_members(tx: Transaction) -> Sequence[AnyRow]:
    """Return id, handle, name and role of everybody."""
    return await tx.sql("SELECT id, handle, name, role FROM swannery.members WHERE state = 'active' ORDER BY id")


async def find_latest_post(tx: Transaction, *, audience: str, author: str = "") -> tuple[int, str, str] | None:
    """Return id, author's name and author's handle of the latest shown post of that audience, by that author where one is given."""
    # sees all: the demo looks for what its walk shall find; what it is shown comes from the website
    found = await tx.sql(
        "SELECT p.id, m.name, m.handle FROM swannery.posts p JOIN swannery.members m ON m.id = p.author_id"
        " WHERE p.audience = %(audience)s AND m.state = 'active' AND p.state = 'shown' AND p.deleted_at IS NULL"
        " AND %(author)s IN ('', m.handle) ORDER BY p.published_at DESC, p.id DESC LIMIT 1",
        {"author": author, "audience": audience},
    )
    return (int(found[0][0]), str(found[0][1]), str(found[0][2])) if found else None


async def find_friends(tx: Transaction, *, handle: str) -> set[str]:
    """Return the handles of somebody's friends."""
    found = await tx.sql(
        "SELECT f.handle FROM swannery.members m JOIN swannery.friendships s ON s.member_id = m.id"
        " JOIN swannery.members f ON f.id = s.friend_id WHERE m.handle = %(handle)s",
        {"handle": handle},
    )
    return {str(row[0]) for row in found}


async def find_waiting(tx: Transaction, *, handle: str) -> tuple[str, ...]:
    """Return the names of those who wait for somebody's answer."""
    found = await tx.sql(
        "SELECT s.name FROM swannery.members m JOIN swannery.friend_requests r ON r.addressee_id = m.id"
        " JOIN swannery.members s ON s.id = r.sender_id WHERE m.handle = %(handle)s AND s.state = 'active'"
        " ORDER BY r.created_at DESC LIMIT 5",
        {"handle": handle},
    )
    return tuple(str(row[0]) for row in found)


async def set_back_posts(tx: Transaction, *, times: Sequence[tuple[int, datetime]]) -> None:
    """Have posts be as old as the story wants; likes follow them within half an hour."""
    ids, moments = zip(*times, strict=True)
    await tx.sql(
        "UPDATE swannery.posts p SET published_at = t.at FROM unnest(%(ids)s::bigint[], %(ats)s::timestamptz[]) AS t (id, at)"
        " WHERE p.id = t.id",
        {"ids": list(ids), "ats": list(moments)},
    )
    # sees all: nobody reads here; likes get the times of their posts
    await tx.sql(
        "UPDATE swannery.reactions r SET created_at = least(p.published_at + make_interval(mins => (r.member_id %% 30)::int), %(now)s)"
        " FROM swannery.posts p WHERE p.id = r.post_id",
        {"now": tx.now},
    )


async def set_back_comments(tx: Transaction, *, times: Sequence[tuple[int, int, datetime]]) -> None:
    """Have comments (post, comment, when) be as old as the story wants."""
    posts, ids, moments = zip(*times, strict=True)
    await tx.sql(
        "UPDATE swannery.comments c SET created_at = t.at"
        " FROM unnest(%(posts)s::bigint[], %(ids)s::bigint[], %(ats)s::timestamptz[]) AS t (post, id, at)"
        " WHERE c.post_id = t.post AND c.id = t.id",
        {"posts": list(posts), "ids": list(ids), "ats": list(moments)},
    )


async def set_back_requests(tx: Transaction, *, times: Sequence[tuple[int, int, datetime]]) -> None:
    """Have friend requests (sender, addressee, when) be as old as the story wants."""
    senders, addressees, moments = zip(*times, strict=True)
    await tx.sql(
        "UPDATE swannery.friend_requests r SET created_at = t.at"
        " FROM unnest(%(senders)s::bigint[], %(addressees)s::bigint[], %(ats)s::timestamptz[]) AS t (sender, addressee, at)"
        " WHERE r.sender_id = t.sender AND r.addressee_id = t.addressee",
        {"senders": list(senders), "addressees": list(addressees), "ats": list(moments)},
    )


async def set_back_beginnings(tx: Transaction, *, ago: timedelta) -> None:
    """Have everybody be here since then, and have been seen within the last day."""
    values = {"began": tx.now - ago, "now": tx.now}
    await tx.sql(
        "UPDATE swannery.members SET joined_at = %(began)s, last_seen_at = %(now)s - make_interval(mins => (id * 47 %% 1440)::int)", values
    )
    for place, column in (("follows", "created_at"), ("friendships", "created_at"), ("community_members", "joined_at")):
        await tx.sql(f"UPDATE swannery.{place} SET {column} = %(began)s", values)
    await tx.sql("UPDATE swannery.communities SET created_at = %(began)s + make_interval(hours => id::int)", values)
    await tx.sql("UPDATE swannery.activities SET noticed_at = happened_at + interval '1 hour'", values)
