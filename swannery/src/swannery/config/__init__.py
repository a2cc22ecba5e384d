"""What `swannery.toml` says, as one frozen struct; read and validated once, at start."""

from swannery.config.models import (
    Activity,
    Config,
    DatabaseSettings,
    LinkSettings,
    MediaSettings,
    OpenIdConnect,
    ServerSettings,
    SignedTokens,
    SiteSettings,
    UserProfile,
    UserRoles,
    Users,
)
from swannery.config.reading import ConfigInvalid, Problem, parse_config, read_config
from swannery.config.writing import render_config

__all__ = [
    "Activity",
    "Config",
    "ConfigInvalid",
    "DatabaseSettings",
    "LinkSettings",
    "MediaSettings",
    "OpenIdConnect",
    "Problem",
    "ServerSettings",
    "SignedTokens",
    "SiteSettings",
    "UserProfile",
    "UserRoles",
    "Users",
    "parse_config",
    "read_config",
    "render_config",
]
