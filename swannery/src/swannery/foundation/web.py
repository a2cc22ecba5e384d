"""Where HTTP meets the features: pages and problems out, headers on everything, one line in the log per request."""

import re
import time
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from http import HTTPStatus
from types import UnionType
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import msgspec
import structlog
from litestar import Litestar, MediaType, Request, Response
from litestar.enums import HttpMethod, ScopeType
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    PermissionDeniedException,
    ValidationException,
)
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.openapi import ResponseSpec
from litestar.types import ASGIApp, HTTPScope, LifeSpanScope, Message, Receive, Scope, Send
from litestar.utils.scope.state import ScopeState
from prometheus_client import Counter, Histogram
from psycopg import DataError

from swannery.foundation import clock
from swannery.foundation.database import statements_sent
from swannery.foundation.errors import (
    Broken,
    Kind,
    NoSuchMethod,
    NotSignedIn,
    NotThere,
    StaleForm,
    SwanneryError,
    TooLarge,
    TooMany,
)
from swannery.foundation.metrics import REQUESTS, SECONDS, STATEMENTS
from swannery.foundation.theming import Theme
from swannery.foundation.viewer import Viewer
from swannery.foundation.words import say, told

log = structlog.get_logger("swannery.web")

API = "/api/"
PROBLEM_JSON = "application/problem+json"
NOTICE = "swannery_notice"  # one sentence for the next page; whoever changes it talks to themselves
STATUS: Mapping[Kind, int] = {
    "invalid": 422,
    "unauthenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "method": 405,
    "too_large": 413,
    "conflict": 409,
    "too_many": 429,
    "unavailable": 503,
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "cache-control": "private, no-store",
    "vary": "Cookie, HX-Request, Accept-Language",
}


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """What every page says of the place it belongs to."""

    name: str
    open: bool
    language: str
    secure: bool

    @property
    def cookie_prefix(self) -> str:
        """`__Host-` ties a cookie to exactly this host over TLS; browsers take it over TLS only."""
        return "__Host-" if self.secure else ""


class Page:
    """Renders templates for one request: adds what every page needs."""

    def __init__(self, *, request: Request[Any, Any, Any], viewer: Viewer, theme: Theme, site: Site) -> None:
        self.request = request
        self.viewer = viewer
        self._theme = theme
        self._site = site

    @property
    def partial(self) -> bool:
        """Whether htmx asks for a part of a page (its history asks for whole ones)."""
        headers = self.request.headers
        return headers.get("hx-request") == "true" and headers.get("hx-history-restore-request") != "true"

    def show(self, template: str, /, *, status: int = 200, headers: Mapping[str, str] | None = None, **context: Any) -> Response[str]:  # noqa: ANN401 - as the template needs
        """Return the rendered page."""
        said = {name: self._in_words(value) if isinstance(value, FormState) else value for name, value in context.items()}
        body = self._theme.render(template, {**self._common(), "status": status, **said}, language=self.language)
        answer = Response(body, media_type=MediaType.HTML, status_code=status, headers=dict(headers or {}))
        if NOTICE in self.request.cookies and not self.partial:
            answer.delete_cookie(NOTICE, path="/")
        return answer

    @cached_property
    def language(self) -> str:
        """What the member chose, else what the browser asks for, as far as we speak it."""
        chosen = self.viewer.look.language
        return chosen if chosen in self._theme.languages else self._theme.negotiate(self.request.headers.get("accept-language", ""))

    @property
    def languages(self) -> Mapping[str, str]:
        """What is spoken here: code, and the name it gives itself."""
        return self._theme.languages

    def gettext(self, message: str) -> str:
        """Return words in the reader's language."""
        return self._theme.gettext(message, language=self.language)

    def tell(self, sentence: str) -> str:
        """Return a sentence of ours in the reader's language."""
        theme, language = self._theme, self.language
        return told(sentence, gettext=self.gettext, ngettext=lambda *forms: theme.ngettext(forms, language=language))

    def _in_words(self, form: "FormState") -> "FormState":
        errors = {name: self.tell(sentence) for name, sentence in form.errors.items()}
        return msgspec.structs.replace(form, errors=errors) if errors else form

    def came_from(self, path: str) -> bool:
        """Whether htmx sent this from the page at that path."""
        return urlsplit(self.request.headers.get("hx-current-url", "")).path == path

    def back(self, otherwise: str) -> str:
        """Return the page of this site that the request came from."""
        referer = urlsplit(self.request.headers.get("referer", ""))
        return local_path(referer.path, otherwise=otherwise) if referer.netloc == self.request.url.netloc else otherwise

    def go(self, path: str, *, notice: str = "") -> Response[None]:
        """Send the browser on after a form was taken, with a word for the next page: 303, or htmx's own header."""
        answer: Response[None] = Response(None, status_code=303, headers={"location": path})
        if self.partial:
            answer = Response(None, status_code=204, headers={"hx-redirect": path})
        if notice:
            answer.set_cookie(NOTICE, quote(notice), max_age=30, httponly=True, samesite="lax", secure=self._site.secure)
        return answer

    def _common(self) -> dict[str, Any]:
        viewer = self.viewer
        return {
            "site": self._site,
            "me": person_of(viewer),
            "viewer": viewer,
            "csrf_token": csrf_token(self.request),
            "now": clock.by(self.viewer.look.time_zone),
            "look": self.viewer.look,
            "language": self.language,
            "inbox_count": len(viewer.asked_by) + len(viewer.follow_asked_by) + len(viewer.training_asked_by),
            "notice": unquote(self.request.cookies.get(NOTICE, ""))[:200] or None,
            "active": "",
            "path": self.request.url.path,
        }


class FormState(msgspec.Struct, frozen=True, kw_only=True):
    """What was typed, and a sentence for each field that cannot be taken."""

    values: dict[str, str] = {}
    errors: Mapping[str, str] = {}


class Id:
    """Ids in addresses are written by anybody; PostgreSQL's end at 2^63."""

    LARGEST = 2**63 - 1

    @classmethod
    def check(cls, value: int) -> int:
        """Return an id that may exist; raises NotThere for one that cannot."""
        if not 0 < value <= cls.LARGEST:
            raise NotThere
        return value

    @classmethod
    def clamp(cls, value: int) -> int:
        """Return the nearest number that may stand in a query."""
        return max(0, min(value, cls.LARGEST))


# One slash, then printable ASCII without backslash: browsers read "/\\host" and "//host" as another site, and drop tabs before they look.
LOCAL_PATH = re.compile(r"/(?!/)[!-\[\]-~]*")
LONGEST_PATH = 500


def local_path(text: str | None, *, otherwise: str) -> str:
    """Return the text if following it stays on this site, else the other path."""
    stays = text and len(text) <= LONGEST_PATH and LOCAL_PATH.fullmatch(text) and "//" not in text
    return text if text and stays else otherwise


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """The viewer as a person on the page."""

    id: int
    name: str
    handle: str
    role: str
    url: str
    picture: str


def person_of(viewer: Viewer) -> Me | None:
    """Return the viewer as the templates want a person, None for a stranger."""
    if viewer.id is None:
        return None
    return Me(id=viewer.id, name=viewer.name, handle=viewer.handle, role=viewer.role, url=f"/@{viewer.handle}", picture=viewer.picture)


def csrf_token(request: Request[Any, Any, Any]) -> str:
    """Return the token that forms of this answer must carry."""
    token = ScopeState.from_scope(request.scope).csrf_token
    return token if isinstance(token, str) else ""


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error of the API, RFC 9457."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: dict[str, str] = {}


# Every operation may be refused in these ways; the words are always a problem's.
PROBLEMS = {
    status: ResponseSpec(Problem, generate_examples=False, media_type=PROBLEM_JSON, description=HTTPStatus(status).phrase)
    for status in (400, 401, 403, 404, 409, 413, 422, 429, 503)
}


def problem_response(problem: Problem, *, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """Return it as application/problem+json."""
    return Response(msgspec.json.encode(problem), status_code=problem.status, media_type=PROBLEM_JSON, headers=dict(headers or {}))


def refuse(error: SwanneryError, *, request: Request[Any, Any, Any], theme: Theme, site: Site) -> Response[Any]:
    """Turn an error of ours into what the one who asked can read: a page, a word on the page, or problem+json."""
    status = STATUS[error.kind]
    headers = {"retry-after": str(error.retry_after_s)} if isinstance(error, TooMany) else {}
    if request.url.path.startswith(API):
        kind = error.kind.replace("_", "-")
        detail = f"{error.message} {error.next_step}".strip()
        title, plain = HTTPStatus(status).phrase, {name: str(sentence) for name, sentence in error.fields.items()}
        return problem_response(Problem(type=f"/problems/{kind}", title=title, status=status, detail=detail, errors=plain), headers=headers)
    page = Page(request=request, viewer=request.state.get("viewer") or Viewer(), theme=theme, site=site)
    if isinstance(error, NotSignedIn) and not page.partial:
        back = request.url.path if request.method == "GET" else "/"
        return page.go(f"/sign-in?next={quote(back, safe='')}")
    context = {"title": page.tell(error.message), "message": page.tell(error.next_step), "action": None}
    if page.partial:
        return page.show(
            "theme/partial_error.html", status=status, headers={**headers, "hx-retarget": "#notices", "hx-reswap": "innerHTML"}, **context
        )
    return page.show("theme/error.html", status=status, headers=headers, **context)


def translate(error: Exception) -> SwanneryError:
    """Put an error of Litestar's, or one nobody expected, into words of ours. Unexpected ones are logged by kind, never shown."""
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]  # Litestar wraps what is raised while a transaction ends
    if isinstance(error, SwanneryError):
        return error
    known = next((make for kinds, make in TRANSLATED if isinstance(error, kinds)), None)
    if known is not None:
        return known(error)
    log.error("unexpected", error=type(error).__name__, where=where(error))
    return Broken(say("Something went wrong on our side."), next_step=say("Nothing was saved. Try again in a moment."))


def where(error: BaseException) -> str:
    """Return file and line of the innermost frame: enough to find it, nothing of what people wrote."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""


def invalid(error: ValidationException) -> SwanneryError:
    """Name the fields a request got wrong."""
    extra = error.extra if isinstance(error.extra, list) else []
    fields = {str(item.get("key", "")): str(item.get("message", "")) for item in extra if isinstance(item, dict)}
    return SwanneryError(say("Some of this cannot be taken."), next_step=say("See what is said of each field."), fields=fields)


def refused_by_litestar(error: HTTPException) -> SwanneryError:
    """Put a refusal of Litestar's own into words."""
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Broken(say("Something went wrong on our side."), next_step=say("Nothing was saved. Try again in a moment."))
    return SwanneryError(HTTPStatus(error.status_code).description or "The request cannot be read.", next_step=say("Check what was sent."))


# The first that fits counts, so the particular stands before the general.
TRANSLATED: tuple[tuple[type[Exception] | UnionType, Callable[[Any], SwanneryError]], ...] = (
    (ValidationException, invalid),
    (
        PermissionDeniedException,
        lambda _: StaleForm(say("This page was open for too long."), next_step=say("Go back, reload it, and send it again.")),
    ),
    (
        RequestEntityTooLarge,
        lambda _: TooLarge(say("This is too much at once."), next_step=say("Go back and send less. A picture may have up to 12 MB.")),
    ),
    (MethodNotAllowedException, lambda _: NoSuchMethod(say("This cannot be done here."))),
    (NotFoundException, lambda _: NotThere()),
    (HTTPException, refused_by_litestar),
    (
        UnicodeDecodeError | DataError,
        lambda _: SwanneryError(say("This cannot be read."), next_step=say("Send UTF-8 without NUL characters.")),
    ),
)


@lru_cache(maxsize=4096)
def counters(method: str, route: str, status: str) -> tuple[Counter, Histogram, Histogram]:
    """Return the metrics of such a request: finding them by their labels takes longer than counting."""
    requests = REQUESTS.labels(method=method, route=route, status=status)
    return requests, SECONDS.labels(route=route), STATEMENTS.labels(route=route)


class Edge:
    """Around the whole application: headers on every answer, a line in the log, figures for the metrics, HEAD for every GET."""

    def __init__(self, *, secure: bool) -> None:
        headers = HEADERS | ({"strict-transport-security": "max-age=31536000"} if secure else {})
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def pass_on(self, app: ASGIApp, scope: HTTPScope, receive: Receive, send: Send) -> None:  # noqa: PLR0917 - as ASGI hands them over
        """Pass the request on and look at what comes back."""
        started = time.perf_counter()
        sent: list[str] = []
        statements_sent.set(sent)
        method = scope["method"]
        if method == HttpMethod.HEAD:
            scope = {**scope, "method": HttpMethod.GET}
        status = 0

        async def look(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"] = list(message.get("headers", ()))
                there = {name for name, _ in headers}
                headers += [pair for pair in self._headers if pair[0] not in there]
            elif method == HttpMethod.HEAD and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        try:
            await app(scope, receive, look)
        finally:
            seconds = time.perf_counter() - started
            # The route's pattern, not its path: paths hold ids and handles of people.
            route = scope.get("path_template") or "(none)"
            requests, durations, statements = counters(str(method), route, str(status))
            requests.inc()
            durations.observe(seconds)
            statements.observe(len(sent))
            log.info("request", method=str(method), route=route, status=status, ms=round(seconds * 1000, 1), statements=len(sent))


class Platform(Litestar):
    """The application with its edge: also what Litestar answers by itself (unknown addresses, refused forms) passes through it."""

    edge: Edge | None = None

    async def __call__(self, scope: Scope | LifeSpanScope, receive: Any, send: Any) -> None:  # noqa: ANN401 - as ASGI hands them over
        """Answer one request, or live through start and stop."""
        if self.edge is not None and scope["type"] == ScopeType.HTTP:
            await self.edge.pass_on(super().__call__, scope, receive, send)  # type: ignore[arg-type] # Litestar takes lifespans as well
        else:
            await super().__call__(scope, receive, send)
