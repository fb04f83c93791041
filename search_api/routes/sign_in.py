"""`/sign-in`: to the identity provider and back; `/sign-out`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final, TypeVar
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Depends, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from search_api.backend import Callers, UnavailableError
from search_api.identity.caller import Caller
from search_api.problems import PROBLEM_TYPE, unknown_caller
from search_api.routes.context import Context, ContextOf, address_of, cookie_in
from search_api.sign_in.attempt import LIFETIME, local_path
from search_api.sign_in.cookies import Cookie, delete_cookie, set_cookie
from search_api.sign_in.refusals import SignInError
from search_api.web.frame import frame_of
from search_api.web.view import FaultView

if TYPE_CHECKING:
    from search_api.sign_in.flow import Finished, SignInFlow

router = APIRouter(include_in_schema=False)

CALLBACK: Final = "/sign-in/callback"
KEY_LIFETIME: Final = timedelta(hours=12)
"""How long whoever signed in by an API key stays so."""
_NO_STORE: Final = {"cache-control": "no-store"}
_THREADS: Final = ThreadPoolExecutor(8, thread_name_prefix="sign-in")
"""Of their own: an identity provider that is slow keeps no search waiting."""

T = TypeVar("T")


class Door:
    """Signing in and out, for one request."""

    def __init__(self, request: Request, context: ContextOf) -> None:
        self.flow: Final[SignInFlow | None] = context.sign_in
        """The way to the identity provider and back, where there is one."""
        self.address: Final = address_of(request, context)
        self.https: Final = self.address.startswith("https:")
        self._request: Final = request
        self._context: Final[Context] = context

    @property
    def callers(self) -> Callers:
        """Who is known; asking it may raise `UnavailableError`."""
        return self._context.callers

    def cookie(self, cookie: Cookie) -> str | None:
        """What the browser brought along."""
        return cookie_in(self._request, self._context, cookie)

    def next_path(self, wanted: str | None) -> str:
        """Where to go on afterwards: as asked for, or to the page whose link was followed."""
        page = self._request.headers.get("referer", "")
        return local_path(page.removeprefix(self.address) if wanted is None else wanted)

    def signed_in(self, identifier: str, lifetime: timedelta, next_path: str) -> Response:
        """The answer after which the browser is signed in by that id."""
        answer = RedirectResponse(next_path, 303, _NO_STORE)
        set_cookie(answer, Cookie.SIGN_IN, identifier, lifetime, https=self.https)
        return answer

    def page(self, said: FaultView, status: int, headers: dict[str, str] | None = None) -> HTMLResponse:
        """A page that says this and nothing else."""
        frame = frame_of(self._request.cookies, Caller())
        html = self._context.renderer.page("sign_in.html", frame, fault=said)
        return HTMLResponse(html, status, _NO_STORE | (headers or {}))


DoorOf = Annotated[Door, Depends(Door)]


async def sign_in_by_key(door: Door, key: str, next_path: str) -> Response | None:
    """The answer that signs in whoever has this API key, for as long as it lives; None where it is none."""
    identifier = await _apart(partial(_opened_by_key, door, key))
    if identifier is None:
        return None
    return door.signed_in(identifier, KEY_LIFETIME, local_path(next_path))


@router.get("/sign-in")
async def sign_in(door: DoorOf, wanted: Annotated[str | None, Query(alias="next")] = None) -> Response:
    """To the identity provider; `next` is where to go on afterwards, a path on this service."""
    next_path = door.next_path(wanted)
    try:
        begun = await _apart(partial(_flow(door).begin, f"{door.address}{CALLBACK}", next_path))
    except SignInError as error:
        answer = _refused(door, error, next_path)
        delete_cookie(answer, Cookie.SIGN_IN, https=door.https)  # so that what is public can be searched
        return answer
    redirection = RedirectResponse(begun.location, 303, _NO_STORE)
    set_cookie(redirection, Cookie.ATTEMPT, begun.cookie, LIFETIME, https=door.https)
    return redirection


@router.get(CALLBACK)
async def callback(request: Request, door: DoorOf) -> Response:
    """Back from the identity provider: signed in anew, whatever the browser brought along."""
    answer: Response
    flow = _flow(door)
    try:
        attempt = door.cookie(Cookie.ATTEMPT)
        finished = await _apart(partial(flow.finish, dict(request.query_params), attempt))
        identifier = await _apart(partial(_opened, door, finished, flow.lifetime))
    except SignInError as error:
        answer = _refused(door, error, "/")
    except UnavailableError as error:
        answer = door.page(FaultView("Not ready yet", str(error), action="Try again", href="/sign-in"), 503)
    else:
        answer = door.signed_in(identifier, flow.lifetime, finished.next_path)
    delete_cookie(answer, Cookie.ATTEMPT, https=door.https)
    return answer


@router.post("/sign-out")
async def sign_out(door: DoorOf) -> Response:
    """Sign out here, and at the identity provider where it offers that."""
    answer: Response = RedirectResponse("/", 303, _NO_STORE)
    identifier = door.cookie(Cookie.SIGN_IN)
    if identifier is not None:
        token = await _apart(partial(door.callers.sign_out, identifier))
        if token is not None and door.flow is not None:
            target = await _apart(partial(door.flow.end, token, f"{door.address}/"))
            answer = answer if target is None else _signed_out(door, target)
    delete_cookie(answer, Cookie.SIGN_IN, https=door.https)
    return answer


async def sign_in_ended(request: Request, error: Exception) -> Response:
    """Whoever looks at a page signs in again and comes back to it; scripts and programs are told.

    A script of a page says by `Accept` that it wants to be told.
    """
    accepted = request.headers.get("accept", "")
    if request.method != "GET" or "text/html" not in accepted or PROBLEM_TYPE in accepted:
        return await unknown_caller(request, error)
    context = request.app.state.context
    here = local_path(f"{request.url.path}?{request.url.query}")
    answer = RedirectResponse(here if context.sign_in is None else _sign_in_path(here), 303, _NO_STORE)
    delete_cookie(answer, Cookie.SIGN_IN, https=Door(request, context).https)
    return answer


def _flow(door: Door) -> SignInFlow:
    if door.flow is None:
        raise HTTPException(404, "Nobody signs in here: `search.authentication.type` is not oidc.")
    return door.flow


def _opened(door: Door, finished: Finished, lifetime: timedelta) -> str:
    _close_former(door)
    return door.callers.sign_in(finished.person, finished.id_token, lifetime)


def _opened_by_key(door: Door, key: str) -> str | None:
    _close_former(door)
    return door.callers.sign_in_by_key(key, KEY_LIFETIME)


def _close_former(door: Door) -> None:
    former = door.cookie(Cookie.SIGN_IN)
    if former is not None:
        door.callers.sign_out(former)


def _refused(door: Door, error: SignInError, next_path: str) -> HTMLResponse:
    again = _sign_in_path(next_path)
    fault = FaultView(error.refusal.title, str(error), action="Sign in again", href=again)
    return door.page(fault, error.refusal.status)


def _signed_out(door: Door, target: str) -> HTMLResponse:
    """A page that goes on to the provider: a redirection would be a form that leads to another origin, which
    the content security policy forbids."""
    host = urlsplit(target).netloc
    said = FaultView("You are signed out", f"Signing you out of {host}, too …", action="Go on", href=target)
    return door.page(said, 200, {"refresh": f"0; url={target}"})


def _sign_in_path(next_path: str) -> str:
    return f"/sign-in?{urlencode({'next': next_path})}"


async def _apart(function: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_THREADS, function)
