"""What the web port answers. GET and HEAD change nothing: link scanners follow every link in a mail."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from babel import negotiate_locale
from jinja2 import Environment, PackageLoader, StrictUndefined
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from bridge.metrics import CONTENT_TYPE, get_waiting_seconds, render_metrics
from config.addresses import Addresses, Kind, parse_address
from config.forum import Settings
from config.i18n import get_catalogue
from store.figures import Figures

LONGEST_WAIT = 900.0
"""Seconds that mail may wait to be handled before the forum counts as unwell."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the pages ask of the running forum; `press` spools a request to an address of ours, False where it could not."""

    settings: Settings
    now: Callable[[], datetime]
    read_figures: Callable[[], Figures]
    list_ended: Callable[[], list[str]]
    """The names of roles that should run and do not."""
    press: Callable[[str], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class _Button:
    """A page with one button: its template, and the kind of address that is written to when it is pressed."""

    template: str
    kind: Kind
    write: Callable[[Addresses, str], str]


_LEAVE = _Button("unsubscribe.html", "unsubscribe", lambda addresses, token: addresses.unsubscribe(token))
_SEPARATE = _Button("separate.html", "separate", lambda addresses, token: addresses.token("separate", token))


def make_app(asked: Asked) -> Starlette:
    """The application of the web port."""
    pages = _Pages(asked)
    return Starlette(
        routes=[
            Route("/healthz", pages.health),
            Route("/metrics", pages.metrics),
            *pages.show_button("/u/{token}", _LEAVE),
            *pages.show_button("/l/{token}", _SEPARATE),
        ]
    )


class _Pages:
    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._templates = Environment(
            loader=PackageLoader("bridge.web"), autoescape=True, undefined=StrictUndefined
        )

    async def health(self, _request: Request) -> Response:
        """200 where mail comes in, is handled and goes out; else 503 and, in a word each, what does not."""
        unwell = list(self._asked.list_ended())
        try:
            figures = await run_in_threadpool(self._asked.read_figures)
        except SQLAlchemyError:
            unwell.append("database")
        else:
            if get_waiting_seconds(figures, self._asked.now()) > LONGEST_WAIT:
                unwell.append("waiting")
        return PlainTextResponse(
            "".join(f"{name}\n" for name in unwell) or "ok\n", 503 if unwell else 200, headers=HEADERS
        )

    async def metrics(self, _request: Request) -> Response:
        """The figures, for Prometheus."""
        try:
            figures = await run_in_threadpool(self._asked.read_figures)
        except SQLAlchemyError:
            return PlainTextResponse("the database is away\n", 503, headers=HEADERS)
        return Response(render_metrics(figures, self._asked.now()), media_type=CONTENT_TYPE, headers=HEADERS)

    def show_button(self, path: str, button: _Button) -> tuple[Route, Route]:
        """The page of a button, and what happens when it is pressed."""

        async def ask(request: Request) -> Response:
            known = self._find_address(request, button) is not None
            return self._page(request, button, "ask" if known else "unknown", 200 if known else 404)

        async def press(request: Request) -> Response:
            # Or the one click of a mail program (RFC 8058 §3.2); the body says nothing that the link does not.
            address = self._find_address(request, button)
            if address is None:
                return self._page(request, button, "unknown", 404)
            if not await self._asked.press(address):
                return self._page(request, button, "later", 503)
            return self._page(request, button, "done", 200)

        return Route(path, ask, methods=["GET"]), Route(path, press, methods=["POST"])

    def _find_address(self, request: Request, button: _Button) -> str | None:
        """The address that a token stands in; whether it is one that we gave is for the handler to say."""
        settings = self._asked.settings
        address = button.write(Addresses(settings), request.path_params["token"].lower())
        parsed = parse_address(settings, address)
        return address if parsed is not None and parsed.kind == button.kind else None

    def _page(self, request: Request, button: _Button, what: str, status: int) -> Response:
        settings = self._asked.settings
        wanted = [
            part.partition(";")[0].strip().replace("-", "_")
            for part in request.headers.get("Accept-Language", "")[:200].split(",")
        ]
        found = negotiate_locale([*wanted, *(word.partition("_")[0] for word in wanted)], settings.languages)
        language = found or settings.forum.default_language
        catalogue = get_catalogue(language)
        text = self._templates.get_template(button.template).render(
            language=language,
            direction=catalogue.locale.text_direction,
            gettext=catalogue.gettext,
            what=what,
            forum_title=settings.text(settings.forum.title, language),
        )
        return HTMLResponse(text, status, headers=HEADERS | {"Content-Language": language})
