"""How a page for operators refuses: in words, where the routes under `/v1` send problem documents."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import HTMLResponse, RedirectResponse, Response

from search_api.admin.administration import ConflictError, UnknownThingError
from search_api.backend import UnavailableError
from search_api.identity.caller import Caller
from search_api.identity.refusals import ForbiddenError, SignInEndedError, UnknownCallerError
from search_api.query.faults import InvalidQuestionError
from search_api.query.plain_faults import plain_message
from search_api.service import OverloadedError
from search_api.web.frame import frame_of
from search_api.web.view import FaultView

SIGN_IN: Final = "/admin/sign-in"
NO_STORE: Final = {"cache-control": "no-store"}

SECTIONS: Final = (
    ("/admin", "Connectors"),
    ("/admin/runs", "Runs"),
    ("/admin/urls", "URLs"),
    ("/admin/plan", "Plan"),
    ("/admin/try", "Mappings"),
    ("/admin/access", "Access"),
    ("/admin/tuning", "Tuning"),
    ("/admin/analytics", "Analytics"),
)
"""The pages, in the order in which they are linked."""

_STATUSES: Final[Mapping[type[Exception], HTTPStatus]] = {
    ForbiddenError: HTTPStatus.FORBIDDEN,
    UnknownThingError: HTTPStatus.NOT_FOUND,
    ConflictError: HTTPStatus.CONFLICT,
    RequestValidationError: HTTPStatus.UNPROCESSABLE_ENTITY,
    InvalidQuestionError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    OverloadedError: HTTPStatus.SERVICE_UNAVAILABLE,
}
_TITLES: Final = {
    HTTPStatus.NOT_FOUND: "There is no such thing",
    HTTPStatus.CONFLICT: "That cannot be done now",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not ready yet",
}
_NOT_FOR_THIS_CALLER: Final = FaultView(
    "This is for operators",
    "Whoever administers is named under `search.admins`, or signs in by an API key with the scope admin.",
    action="Sign in by a key",
    href=SIGN_IN,
)


class PageRoute(APIRoute):
    """Answers what a page raises with a page; whoever is not known is asked to sign in."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's own handler, its refusals told."""
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handle(request)
            except SignInEndedError:
                raise  # it leads to signing in again, on every page alike
            except UnknownCallerError:
                return _to_sign_in(request)
            except tuple(_STATUSES) as error:
                return _refused(request, error)

        return told


def _to_sign_in(request: Request) -> Response:
    """To the identity provider where people sign in there, else to where a key is asked for."""
    query = f"?{request.url.query}" if request.url.query else ""
    here = f"{request.url.path}{query}" if request.method == "GET" else "/admin"
    way = SIGN_IN if request.app.state.context.sign_in is None else "/sign-in"
    return RedirectResponse(f"{way}?{urlencode({'next': here})}", 303, NO_STORE)


def _refused(request: Request, error: Exception) -> Response:
    status = next(status for kind, status in _STATUSES.items() if isinstance(error, kind))
    frame = frame_of(request.cookies, getattr(request.state, "caller", Caller()))
    template = "admin/fault.html" if frame.administers else "sign_in.html"
    html = request.app.state.context.renderer.page(
        template, frame, fault=_fault(error, status), sections=SECTIONS, section=request.url.path
    )
    return HTMLResponse(html, status, NO_STORE)


def _fault(error: Exception, status: HTTPStatus) -> FaultView:
    match error:
        case ForbiddenError():
            return _NOT_FOR_THIS_CALLER
        case RequestValidationError():
            return _to_correct(f"{fault['loc'][-1]}: {plain_message(fault)}" for fault in error.errors())
        case InvalidQuestionError():
            return _to_correct(f"{fault.field}: {fault.message}" for fault in error.faults)
        case _:
            return FaultView(_TITLES[status], str(error), action="To the connectors", href="/admin")


def _to_correct(lines: Iterable[str]) -> FaultView:
    return FaultView(
        "Please correct", "What was asked is not right.", tuple(lines), "To the connectors", "/admin"
    )
