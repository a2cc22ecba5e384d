"""One's own settings, a page for each kind: what is typed into one is never lost by another."""

from typing import Annotated, Any, get_args

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from swannery.accounts.actions import own_profile, own_settings
from swannery.accounts.actions.sign_in import end_sign_in, list_sign_ins, sign_out_elsewhere
from swannery.accounts.models import Permits, WhoMay
from swannery.accounts.pages import pictures
from swannery.accounts.pages.words import profile_page, typed_before
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Invalid
from swannery.foundation.viewer import Accent, Colours, Look, Viewer
from swannery.foundation.web import FormState, Id, Page

LONGEST_TYPED = 4000


class Option(msgspec.Struct, frozen=True):
    """One of several that may be chosen."""

    value: str
    label: str


class ProfileForm(msgspec.Struct):
    """What a member may say of themselves; one link a line."""

    bio: str = ""
    pronouns: str = ""
    links: str = ""


class PrivacyForm(msgspec.Struct):
    """Whether followers need approval, and who may do what."""

    private: str = ""
    suggested: str = ""
    message: str = ""
    mention: str = ""
    tag: str = ""
    activity: str = ""


class LookForm(msgspec.Struct):
    """How pages are to be; what the form does not hold stays as it was."""

    language: str | None = None
    time_zone: str | None = None
    theme: str | None = None
    accent: str | None = None


@get("/settings")
async def show_profile(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page]) -> Response[Any]:
    """What one says of oneself."""
    return await profile_page(tx, viewer, page, await typed_before(tx, viewer=viewer))


@post("/settings/profile", status_code=303)
async def change_profile(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    data: Annotated[ProfileForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Change what one says of oneself."""
    links = tuple(line for line in data.links[:LONGEST_TYPED].splitlines() if line.strip())
    try:
        await own_profile.change_own(tx, viewer=viewer, words=own_profile.Words(bio=data.bio, pronouns=data.pronouns, links=links))
    except Invalid as error:
        return await profile_page(tx, viewer, page, FormState(values=msgspec.to_builtins(data), errors=error.fields))
    return page.go("/settings", notice=page.gettext("Saved."))


@get("/settings/privacy")
async def show_privacy(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page]) -> Response[Any]:
    """Who may follow, mention, and see what."""
    permits = await own_settings.read_permits(tx, viewer=viewer)
    openness = await own_profile.read_openness(tx, viewer=viewer)
    ticks = {name: "1" if on else "" for name, on in msgspec.to_builtins(openness).items()}
    return privacy_page(page, FormState(values={**msgspec.to_builtins(permits), **ticks}))


def privacy_page(page: Page, form: FormState) -> Response[Any]:
    """Return the page with what is chosen."""
    words = {
        "members": page.gettext("Everybody here"),
        "followed": page.gettext("People I follow, and friends"),
        "friends": page.gettext("My friends"),
        "nobody": page.gettext("Nobody"),
    }
    options = [Option(value, words[value]) for value in get_args(WhoMay)]
    return page.show(
        "accounts/privacy.html", status=422 if form.errors else 200, form=form, options=options, tab="privacy", active="settings"
    )


@post("/settings/privacy", status_code=303)
async def change_privacy(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    data: Annotated[PrivacyForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Decide who may do what. A choice that the form did not hold stays as it was."""
    before = await own_settings.read_permits(tx, viewer=viewer)
    wanted = {name: getattr(data, name) or getattr(before, name) for name in Permits.__struct_fields__}
    try:
        permits = msgspec.convert(wanted, Permits)
    except msgspec.ValidationError:
        error = page.gettext("Choose one of the list.")
        fields = {name: error for name, value in wanted.items() if value not in get_args(WhoMay)}
        ticks = {"private": data.private, "suggested": data.suggested}
        return privacy_page(page, FormState(values={**msgspec.to_builtins(before), **ticks}, errors=fields))
    await own_settings.change_permits(tx, viewer=viewer, permits=permits)
    await own_profile.change_openness(tx, viewer=viewer, private=bool(data.private), suggested=bool(data.suggested))
    return page.go("/settings/privacy", notice=page.gettext("Saved."))


@get("/settings/appearance")
async def show_appearance(viewer: NamedDependency[Viewer], page: NamedDependency[Page]) -> Response[Any]:
    """Language, time and colours."""
    _ = viewer.member_id
    return appearance_page(page, FormState(values=msgspec.to_builtins(viewer.look)))


def appearance_page(page: Page, form: FormState) -> Response[Any]:
    """Return the page with what is chosen."""
    themes = {
        "auto": page.gettext("As my device"), "light": page.gettext("Light"), "dark": page.gettext("Dark"),
        "contrast": page.gettext("High contrast"),
    }  # fmt: skip
    accents = {
        "lake": page.gettext("Lake"), "moss": page.gettext("Moss"), "amber": page.gettext("Amber"), "coral": page.gettext("Coral"),
        "plum": page.gettext("Plum"), "violet": page.gettext("Violet"),
    }  # fmt: skip
    languages = [Option("", page.gettext("As my browser")), *(Option(code, name) for code, name in page.languages.items())]
    chosen = form.values.get("time_zone", "")
    # One that is not in the list any more (or never was: then it is said beside it) stays the one that is chosen.
    known = own_settings.time_zones() if chosen in {"", *own_settings.time_zones()} else (chosen, *own_settings.time_zones())
    places = [Option("", page.gettext("UTC, the time of the world")), *(Option(name, name.replace("_", " ")) for name in known)]
    return page.show(
        "accounts/appearance.html",
        status=422 if form.errors else 200,
        form=form,
        themes=[Option(value, themes[value]) for value in get_args(Colours)],
        accents=[Option(value, accents[value]) for value in get_args(Accent)],
        languages=languages,
        places=places,
        tab="appearance",
        active="settings",
    )


@post("/settings/appearance", status_code=303)
async def change_appearance(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    data: Annotated[LookForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Decide how pages are to be; the next one is."""
    typed = {name: value for name, value in msgspec.to_builtins(data).items() if value is not None}
    before = msgspec.to_builtins(viewer.look)
    values, changed = before | typed, {name for name, value in typed.items() if value != before[name]}
    try:
        look = msgspec.convert(values, Look)
        await own_settings.change_look(tx, viewer=viewer, look=look, languages=page.languages, named=changed)
    except msgspec.ValidationError:
        return appearance_page(page, FormState(values=values, errors={"form": page.gettext("Choose one of the list.")}))
    except Invalid as error:
        return appearance_page(page, FormState(values=values, errors=error.fields))
    return page.go("/settings/appearance", notice=page.gettext("Saved."))


@get("/settings/sessions")
async def show_sessions(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page]) -> Response[Any]:
    """Where one is signed in."""
    found = await list_sign_ins(tx, viewer=viewer)
    return page.show("accounts/sessions.html", sign_ins=found, tab="sessions", active="settings")


@post("/settings/sign-ins/{sign_in_id:int}/end", status_code=303)
async def end_one(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], sign_in_id: FromPath[int]
) -> Response[Any]:
    """Sign out on one other device."""
    await end_sign_in(tx, viewer=viewer, sign_in_id=Id.check(sign_in_id))
    return page.go("/settings/sessions", notice=page.gettext("Signed out there."))


@post("/settings/sign-ins/end-others", status_code=303)
async def end_others(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page]) -> Response[Any]:
    """Sign out on every other device."""
    await sign_out_elsewhere(tx, viewer=viewer)
    return page.go("/settings/sessions", notice=page.gettext("Signed out everywhere else."))


routes = [
    show_profile, change_profile, show_privacy, change_privacy, show_appearance, change_appearance, show_sessions, end_one, end_others,
    *pictures.routes,
]  # fmt: skip
