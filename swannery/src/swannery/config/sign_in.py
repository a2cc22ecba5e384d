"""Whether the ways to sign in are described well: where keys stand, and that they stand there and nowhere else."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec.structs import replace

from swannery.config.lines import Place
from swannery.config.models import Config, OpenIdConnect, SignedTokens

Wrong = tuple[Place, str, str]

VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
# Keys that come over a wire anybody may listen at are nobody's; only this machine may be asked without TLS.
SAFE_URL = re.compile(r"https://[^\s/@]+(/\S*)?|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/\S*)?")
WRITE_URL = 'Write it like "https://app.example.com/.well-known/jwks.json"; http only for this machine.'


def wrong_in_sign_in(config: Config) -> Iterator[Wrong]:
    """Yield what the values alone tell: the place, what is wrong, what to do."""
    if config.signed_tokens is not None:
        yield from _wrong_in_tokens(config.signed_tokens)
    if config.openid_connect is not None:
        yield from _wrong_in_provider(config.openid_connect, public_url=config.site.public_url)


def _wrong_in_provider(provider: OpenIdConnect, *, public_url: str) -> Iterator[Wrong]:
    if not SAFE_URL.fullmatch(provider.issuer):
        yield (
            ("openid_connect", "issuer"),
            "This is no address of a provider.",
            'Write it like "https://id.example.com"; http only for this machine.',
        )
    if not public_url:
        wrong = "The provider must know where to send people back to."
        yield ("openid_connect",), wrong, 'Write public_url = "https://…" under [site].'
    if "openid" not in provider.scopes:
        yield ("openid_connect", "scopes"), "Without openid the provider does not say who comes.", 'Write scopes = ["openid"].'
    if provider.claim in {"email", "preferred_username", "name", "nickname", "phone_number"}:
        wrong = f"{provider.claim!r} may change hands, and somebody else would be let in."
        yield ("openid_connect", "claim"), wrong, 'Use a claim that never changes, like "sub".'
    if provider.secret_env and provider.secret_file:
        yield ("openid_connect",), "The secret is in more than one place.", "Keep secret_env or secret_file."
    yield from _variable(("openid_connect", "secret_env"), provider.secret_env)


def _wrong_in_tokens(tokens: SignedTokens) -> Iterator[Wrong]:
    places = [name for name in ("key_env", "key_file", "jwks_url") if getattr(tokens, name)]
    if len(places) != 1:
        said = "It does not say where the key is." if not places else f"The key is in more than one place: {', '.join(places)}."
        yield ("signed_tokens",), said, "Keep one of key_env, key_file and jwks_url."
    if tokens.jwks_url and tokens.algorithm == "HS256":
        wrong = "A secret is never fetched from an address."
        yield ("signed_tokens", "jwks_url"), wrong, "Use key_env or key_file, or RS256 or EdDSA."
    if tokens.jwks_url and not SAFE_URL.fullmatch(tokens.jwks_url):
        yield ("signed_tokens", "jwks_url"), "This is no address that keys are taken from.", WRITE_URL
    yield from _variable(("signed_tokens", "key_env"), tokens.key_env)


def _variable(place: Place, name: str) -> Iterator[Wrong]:
    """What is said holds nothing of the value: it may be the secret itself."""
    if name and not VARIABLE.fullmatch(name):
        yield (
            place,
            "This is no name of a variable.",
            f'Put the key into the environment and write the name here: {place[-1]} = "SWANNERY_KEY".',
        )


def located(config: Config, *, folder: Path) -> Config:
    """Return the configuration with its files named from the root."""
    tokens, provider = config.signed_tokens, config.openid_connect
    if tokens is not None and tokens.key_file:
        tokens = replace(tokens, key_file=str((folder / tokens.key_file).resolve()))
    if provider is not None and provider.secret_file:
        provider = replace(provider, secret_file=str((folder / provider.secret_file).resolve()))
    media = replace(config.media, folder=str((folder / config.media.folder).resolve()))
    return replace(config, signed_tokens=tokens, openid_connect=provider, media=media)


def missing_material(config: Config, *, environ: Mapping[str, str], folder: Path) -> Iterator[Wrong]:
    """Yield what the file names and the environment or the disk does not have."""
    tokens, provider = config.signed_tokens, config.openid_connect
    if tokens is not None:
        named = {"env": ("key_env", tokens.key_env), "file": ("key_file", tokens.key_file)}
        yield from _missing("signed_tokens", **named, environ=environ, folder=folder)
    if provider is not None:
        named = {"env": ("secret_env", provider.secret_env), "file": ("secret_file", provider.secret_file)}
        yield from _missing("openid_connect", **named, environ=environ, folder=folder)


def _missing(section: str, *, env: tuple[str, str], file: tuple[str, str], environ: Mapping[str, str], folder: Path) -> Iterator[Wrong]:
    if env[1] and not environ.get(env[1]):
        yield (section, env[0]), "The environment has no variable of this name.", "Set it where Swannery is started."
    if file[1] and not (folder / file[1]).is_file():
        yield (
            (section, file[0]),
            f"There is no file {file[1]!r} beside this one.",
            "Write its path, from the folder of this file or from the root.",
        )
