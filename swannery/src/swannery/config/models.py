"""The sections of `swannery.toml`. Names of tables and columns are exactly as the catalog spells them, without quotes."""

from typing import Annotated, Literal

import msgspec

# A name goes into SQL quoted, so it may hold anything but nothing.
Name = Annotated[str, msgspec.Meta(min_length=1)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
# Three of the pool are the queue's, and a page needs one at least.
Connections = Annotated[int, msgspec.Meta(ge=5, le=1000)]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=3600)]
# It goes into our own table's definition as it is, so it is one of these and nothing else.
KEY_TYPE = r"^(smallint|integer|bigint|uuid|text|citext|character( varying)?(\([0-9]{1,8}\))?)\Z"
KeyType = Annotated[str, msgspec.Meta(pattern=KEY_TYPE)]

BaseAddress = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s]+\Z", max_length=500)]


class SiteSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What people see. `open`: strangers may read public posts. `public_url` with https makes cookies secure."""

    name: Name = "Community"
    open: bool = False
    public_url: str = ""
    language: Name = "en"

    @property
    def secure(self) -> bool:
        """Whether people come over TLS."""
        return self.public_url.startswith("https://")


class DatabaseSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The app's database. `connections` is the budget of all pools of one process together; DATABASE_URL wins over `url`."""

    url: str = ""
    connections: Connections = 10
    statement_timeout_s: Seconds = 5.0
    pgbouncer: bool = False


class ServerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the website listens; PORT wins over `port`.

    `trusted_proxies`: networks of the proxies before it, whose X-Forwarded-For is believed.
    """

    host: Name = "127.0.0.1"
    port: Port = 8000
    trusted_proxies: tuple[Name, ...] = ()


class MediaSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where pictures are kept: a folder, named from the folder of this file or from the root. Back it up with the database."""

    folder: Name = "swannery-pictures"


class LinkSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the pages that posts link to are read, to show what they say of themselves; nothing else asks strangers' servers."""

    previews: bool = True


class UserRoles(msgspec.Struct, frozen=True, kw_only=True):
    """What makes somebody more than a member: values of the app's role column, or columns (`_if`) that are true."""

    admin: tuple[str, ...] = ()
    trainer: tuple[str, ...] = ()
    moderator: tuple[str, ...] = ()
    admin_if: tuple[Name, ...] = ()
    trainer_if: tuple[Name, ...] = ()
    moderator_if: tuple[Name, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that makes a role."""
        return (*self.admin_if, *self.trainer_if, *self.moderator_if)


class UserProfile(msgspec.Struct, frozen=True, kw_only=True):
    """A table beside the users that says what they are called: at most one row for each, `user` holds the user's key."""

    schema: Name = "public"
    table: Name
    user: Name
    handle: Name | None = None
    name: tuple[Name, ...] = ()
    avatar: Name | None = None
    updated: Name | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of it that is read."""
        single = (self.user, self.handle, self.avatar, self.updated)
        return tuple(dict.fromkeys([*(c for c in single if c), *self.name]))


class Users(msgspec.Struct, frozen=True, kw_only=True):
    """The app's users table. `key_type` is what the catalog calls the key's type, e.g. `character varying(36)`.

    Who may be here: `active` is true, `deleted` is empty, none of `barred` is true, `banned_until` is over, `status` is none of `shut_out`,
    and `merged`, which names the user somebody became, is empty.
    `avatar_base`: where addresses of pictures begin that name no server, e.g. `https://app.example/`.
    `erase_up_to`: when more members' users are gone at once (and more than 5 % of the members), nobody is erased until somebody looked.
    """

    schema: Name = "public"
    table: Name
    id: Name
    key_type: KeyType
    email: Name | None = None
    handle: Name | None = None
    name: tuple[Name, ...] = ()
    avatar: Name | None = None
    avatar_base: BaseAddress | None = None
    password: Name | None = None
    role: Name | None = None
    active: Name | None = None
    deleted: Name | None = None
    barred: tuple[Name, ...] = ()
    banned_until: Name | None = None
    status: Name | None = None
    shut_out: tuple[str, ...] = ()
    merged: Name | None = None
    updated: Name | None = None
    link: Literal["foreign_key", "soft"] = "foreign_key"
    erase_up_to: Annotated[int, msgspec.Meta(ge=0)] = 20
    roles: UserRoles = UserRoles()
    profile: UserProfile | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of the table that is read."""
        single = (
            self.id, self.email, self.handle, self.avatar, self.password, self.role, self.active, self.deleted, self.banned_until,
            self.status, self.merged, self.updated,
        )  # fmt: skip
        return tuple(dict.fromkeys([*(c for c in single if c), *self.name, *self.barred, *self.roles.columns]))


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """A table in which the app records what its people do; a row counts once its `status` is one of `completed`."""

    schema: Name = "public"
    table: Name
    key: Name
    member: Name
    at: Name
    partner: Name | None = None
    status: Name | None = None
    completed: tuple[Name, ...] = ("completed",)

    @property
    def source(self) -> str:
        """The name under which its rows are remembered."""
        return self.table if self.schema == "public" else f"{self.schema}.{self.table}"

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of the app that is read."""
        return tuple(dict.fromkeys(c for c in (self.key, self.member, self.at, self.partner, self.status) if c))


class SignedTokens(msgspec.Struct, frozen=True, kw_only=True):
    """One-use tokens by which the app signs its people in. The key stands in one of three places, never in the file itself.

    `key_env`: a variable of the environment; `key_file`: a file, from the folder of this one; `jwks_url`: an address.
    """

    algorithm: Literal["HS256", "RS256", "EdDSA"]
    issuer: Name
    audience: Name
    claim: Name = "sub"
    key_env: str = ""
    key_file: str = ""
    jwks_url: str = ""
    longest_s: Annotated[int, msgspec.Meta(ge=5, le=300)] = 300


class OpenIdConnect(msgspec.Struct, frozen=True, kw_only=True):
    """The identity provider the app uses. `claim` identifies a person for ever: as the user's key, or in `column` of the users.

    `secret_env`, `secret_file`: where the client's secret stands, for clients that have one.
    """

    issuer: Name
    client_id: Name
    name: Name = "OpenID Connect"
    claim: Name = "sub"
    column: str = ""
    algorithm: Literal["RS256", "EdDSA"] = "RS256"
    scopes: tuple[Name, ...] = ("openid",)
    secret_env: str = ""
    secret_file: str = ""


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """All of it."""

    users: Users
    site: SiteSettings = SiteSettings()
    database: DatabaseSettings = DatabaseSettings()
    server: ServerSettings = ServerSettings()
    media: MediaSettings = MediaSettings()
    links: LinkSettings = LinkSettings()
    activities: tuple[Activity, ...] = ()
    signed_tokens: SignedTokens | None = None
    openid_connect: OpenIdConnect | None = None
