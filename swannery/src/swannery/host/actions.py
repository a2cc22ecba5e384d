"""What other features may ask of the app."""

from swannery.config import Users
from swannery.foundation.database import Transaction
from swannery.host import passwords, queries, rules
from swannery.host.models import Credentials, UserKey

__all__ = [
    "UserKey",
    "activities_relation",
    "count_users_roughly",
    "find_credentials",
    "find_user",
    "find_user_of_provider",
    "users_relation",
    "verify_password",
]

# The app's users as a relation that other features join in their own statements; it is the one place that reads the mapping.
users_relation = queries.users_relation
# The same for what its people did.
activities_relation = queries.activities_relation


async def find_credentials(tx: Transaction, *, users: Users, identifier: str) -> Credentials:
    """Return what the password of this e-mail address or handle is checked against, in any spelling of case.

    Always returns something to check: where nobody is found, or more than one person answers to it, a decoy. So whoever signs in calls
    `verify_password` in any case and then looks at `user_key`: the time taken tells nothing.
    """
    among = await queries.sample_passwords(tx, users=users)
    nobody = Credentials(user_key=None, password_hash=passwords.decoy_for(identifier, among=among))
    if not identifier or "\0" in identifier:
        identifier = "\x01"  # asks all the same; PostgreSQL's text holds no NUL
    found = await queries.find_users_by_login(tx, users=users, identifier=identifier)
    ambiguous = len(found) > 1 and (found[0].rank, found[0].active) == (found[1].rank, found[1].active)
    stored = found[0].password_hash if found and not ambiguous else None
    if stored is None or not passwords.is_usable(stored):
        return nobody
    return Credentials(user_key=found[0].user_key, password_hash=stored, active=found[0].active)


async def find_user(tx: Transaction, *, users: Users, key: str) -> Credentials | None:
    """Return the active user with this key, written as text; None where there is none."""
    typed = rules.key_of_text(key, key_type=users.key_type)
    found = await queries.find_user_by_key(tx, users=users, key=typed) if typed is not None else None
    return _credentials(found)


async def find_user_of_provider(tx: Transaction, *, users: Users, column: str, subject: str) -> Credentials | None:
    """Return the one active user in whose row this column holds the provider's id of them; None where there is none, or more than one."""
    return _credentials(await queries.find_user_by_column(tx, users=users, column=column, value=subject) if "\0" not in subject else None)


def _credentials(found: queries.Login | None) -> Credentials | None:
    if found is None or not found.active:
        return None
    return Credentials(user_key=found.user_key, password_hash=found.password_hash or "", active=True)


async def verify_password(password_hash: str, password: str) -> bool:
    """Whether the password has this hash; in a thread, takes the hash's cost whatever the answer. bcrypt counts 72 bytes of it."""
    return await passwords.check_aside(password_hash, password)


async def count_users_roughly(tx: Transaction, *, users: Users) -> int:
    """Return about how many users the app has."""
    return await queries.count_users_roughly(tx, users=users)
