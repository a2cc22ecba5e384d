"""A deployed app whose members follow its users, what is told on it, and a look at both."""

from collections.abc import Callable
from datetime import datetime, timedelta

from host_apps import in_transaction, read, run_sql

from swannery.accounts.actions.follow_users import follow_users
from swannery.accounts.actions.gone_members import GRACE
from swannery.accounts.models import Pass
from swannery.config import Users
from swannery.foundation.database import Transaction
from swannery.foundation.events import Dispatcher, Event, MemberChanged, MemberErased, MemberJoined, MemberLeft, MemberReturned

EVENTS: tuple[type[Event], ...] = (MemberJoined, MemberChanged, MemberLeft, MemberReturned, MemberErased)


class Site:
    """A deployed app, what is told on it, and a look at its members."""

    def __init__(self, url: str, users: Users) -> None:
        self.url, self.users = url, users
        self.told: list[Event] = []
        self.dispatcher = Dispatcher()
        for event in EVENTS:
            self.dispatcher.listen(event, self._note)

    async def _note(self, _tx: Transaction, event: Event) -> None:
        self.told.append(event)

    def app(self, sql: str) -> None:
        """Do something as the app."""
        run_sql(self.url, sql)

    def follow(self, *, updated_since: datetime | None = None, grace: timedelta = GRACE, later: timedelta = timedelta()) -> Pass:
        """Look at the users once, perhaps some time later."""

        async def work(tx: Transaction) -> Pass:
            tx.now += later
            return await follow_users(tx, users=self.users, updated_since=updated_since, grace=grace)

        return in_transaction(self.url, work, dispatcher=self.dispatcher)

    def members(self, columns: str = "handle, name, role, state") -> list[tuple[object, ...]]:
        """Read our table."""
        return read(self.url, f"SELECT {columns} FROM swannery.members ORDER BY id")

    def id_of(self, handle: str) -> int:
        """Look a member up."""
        return int(read(self.url, f"SELECT id FROM swannery.members WHERE handle = '{handle}'")[0][0])

    def sign_in(self, handle: str) -> None:
        """Open a session."""
        columns = "(token_hash, member_id, password_mark, expires_at)"
        values = (
            f"SELECT decode(md5(random()::text), 'hex'), id, '', now() + interval '1 day' FROM swannery.members WHERE handle = '{handle}'"
        )
        run_sql(self.url, f"INSERT INTO swannery.sign_ins {columns} {values}")

    def signed_in(self) -> list[object]:
        """Who is signed in."""
        found = read(self.url, "SELECT m.handle FROM swannery.sign_ins s JOIN swannery.members m ON m.id = s.member_id ORDER BY 1")
        return [row[0] for row in found]


NewSite = Callable[..., Site]
