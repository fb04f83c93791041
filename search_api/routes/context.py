"""What a route finds in its application: the service, the metrics, who is asking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from catalog.api_keys import Scope
from catalog.query_log import Asker, AskerKind
from search_api.ask.chat_model import ChatModel
from search_api.backend import Callers
from search_api.catalog_door import CatalogDoor
from search_api.current_settings import CurrentSettings
from search_api.identity.caller import Caller
from search_api.identity.identify import Credentials, Identifier, require
from search_api.identity.on_behalf import GROUPS, USER
from search_api.identity.signed_requests import SentRequest
from search_api.metrics import Metrics
from search_api.service import SearchService
from search_api.sign_in.cookies import Cookie, cookie_of
from search_api.web.assets import Asset
from search_api.web.render import Renderer

if TYPE_CHECKING:
    from search_api.sign_in.flow import SignInFlow


@dataclass(frozen=True, slots=True)
class Context:
    """The same for all requests of an application.

    `sign_in` is None where people cannot sign in; `public_url` is the origin that they see. `chat_models` are
    those that may write answers, by name, in the order of the configuration.
    """

    service: SearchService
    identifier: Identifier
    metrics: Metrics
    assets: Mapping[str, Asset]
    renderer: Renderer
    catalog: CatalogDoor | None = None
    settings: CurrentSettings | None = None
    sign_in: SignInFlow | None = None
    public_url: str | None = None
    chat_models: Mapping[str, ChatModel] = field(default_factory=dict)

    @property
    def callers(self) -> Callers:
        """Keys, sign-ins and groups: of the catalog, even before there is an index."""
        return self.service.backend.callers if self.catalog is None else self.catalog.callers


def _context(request: Request) -> Context:
    found = request.app.state.context
    assert isinstance(found, Context)
    return found


async def _caller(request: Request, context: ContextOf) -> Caller:
    """Who asks; raises what `Identifier.identify` raises."""
    credentials = credentials_of(request, context)
    if credentials.are_none:
        return Caller()
    if credentials.are_signed:
        credentials = replace(credentials, request=await _sent(request))
    # In a thread of its own kind: an identity provider that is slow to give its keys keeps no search waiting.
    return await run_in_threadpool(context.identifier.identify, context.callers, credentials)


def credentials_of(request: Request, context: Context) -> Credentials:
    """What a request says of who asks."""
    raw = request.scope["headers"]

    def values(name: str) -> list[bytes]:
        return [value for key, value in raw if key == name.lower().encode()]

    signed_in = cookie_in(request, context, Cookie.SIGN_IN)
    return Credentials(values("authorization"), values(USER), values(GROUPS), signed_in)


async def _sent(request: Request) -> SentRequest:
    """All of a request. Its body is capped, and kept for the route."""
    scope = request.scope
    body = await request.body()
    return SentRequest(scope["method"], scope["raw_path"], scope["query_string"], scope["headers"], body)


def cookie_in(request: Request, context: Context, cookie: Cookie) -> str | None:
    """One of the cookies of signing in."""
    return cookie_of(request.cookies, cookie, https=address_of(request, context).startswith("https:"))


def address_of(request: Request, context: Context) -> str:
    """The origin that the browser sees, as configured or else as the request says it."""
    return context.public_url or f"{request.scope['scheme']}://{request.headers.get('host', '')}"


ContextOf = Annotated[Context, Depends(_context)]
CallerOf = Annotated[Caller, Depends(_caller)]


def _searcher(caller: CallerOf) -> Caller:
    return require(caller, Scope.SEARCH)


def _principals(searcher: SearcherOf) -> frozenset[str]:
    return searcher.principals


def _asker(request: Request, searcher: SearcherOf) -> Asker:
    if searcher.user is not None:
        return Asker(AskerKind.USER, searcher.user)
    if searcher.key is not None:
        return Asker(AskerKind.KEY, searcher.key)
    return Asker(AskerKind.PUBLIC, request.client.host if request.client else None)


SearcherOf = Annotated[Caller, Depends(_searcher)]
"""Who asks and may search; nobody in particular searches what is public."""
PrincipalsOf = Annotated[frozenset[str], Depends(_principals)]
AskerOf = Annotated[Asker, Depends(_asker)]
"""Who asks, as the query log knows them."""
