"""A Config as the text of a `swannery.toml`: what people would write, secrets left out."""

import json
from collections.abc import Iterator

import msgspec

from swannery.config.models import Config

HEAD = """\
# How Swannery sees this app; written by `swannery deploy`, yours to edit. It is read once, at start.
# The database's address is not kept here: set DATABASE_URL.
"""


def render_config(config: Config) -> str:
    """Return the file's text; the address of the database, which may hold a password, is never part of it."""
    parts = [HEAD]
    parts += ["[site]", *_lines(config.site), ""]
    parts += ["[database]", *(line for line in _lines(config.database) if not line.startswith("url = ")), ""]
    parts += ["[server]", *_lines(config.server), ""]
    parts += ["[media]", *_lines(config.media), ""]
    parts += ["[links]", *_lines(config.links), ""]
    parts += ["[users]", *_lines(config.users), "", "[users.roles]", *_lines(config.users.roles), ""]
    if config.users.profile is not None:
        parts += ["[users.profile]", *_lines(config.users.profile), ""]
    if config.signed_tokens is not None:
        parts += ["[signed_tokens]", *_lines(config.signed_tokens), ""]
    if config.openid_connect is not None:
        parts += ["[openid_connect]", *_lines(config.openid_connect), ""]
    for activity in config.activities:
        parts += ["[[activities]]", *_lines(activity), ""]
    return "\n".join(parts)


def _lines(section: msgspec.Struct) -> Iterator[str]:
    for field in msgspec.structs.fields(section):
        value = getattr(section, field.name)
        if value is None or value == "" or isinstance(value, msgspec.Struct):
            continue
        if value == () and field.default == ():
            continue  # nobody needs to read that nothing is listed
        yield f"{field.name} = {_toml(value)}"


def _toml(value: object) -> str:
    """Return a value as TOML; JSON's strings are TOML's too, except that TOML wants DEL escaped."""
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)
