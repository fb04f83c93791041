"""Puts the application together: routes, problem documents, protection, start and stop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from fastapi import Depends, FastAPI
from starlette.middleware.gzip import GZipMiddleware

from search_api.ask.chat_model import ChatModel
from search_api.catalog_door import CatalogDoor
from search_api.current_settings import CurrentSettings
from search_api.identity.identify import Identifier
from search_api.identity.refusals import SignInEndedError
from search_api.mcp.endpoint import McpEndpoint
from search_api.metrics import Metrics
from search_api.openapi import install_openapi
from search_api.problems import install_problem_handlers
from search_api.protection import Protection
from search_api.routes import (
    ask,
    document_page,
    documents,
    feedback,
    health,
    operators,
    page,
    retrieve,
    saved_searches,
    search,
    suggest,
)
from search_api.routes import sign_in as sign_in_routes
from search_api.routes.context import Context
from search_api.routes.desk import all_pages
from search_api.routes.parameters import refuse_unknown_parameters
from search_api.saved.watch import AlertWatch
from search_api.service import SearchService
from search_api.web.assets import load_assets
from search_api.web.render import Renderer

if TYPE_CHECKING:
    from search_api.sign_in.flow import SignInFlow

_ROUTES: Final = (
    search,
    ask,
    suggest,
    retrieve,
    feedback,
    documents,
    operators,
    health,
    page,
    document_page,
    saved_searches,
    sign_in_routes,
    all_pages,
)


def create_app(
    service: SearchService,
    identifier: Identifier | None = None,
    catalog: CatalogDoor | None = None,
    settings: CurrentSettings | None = None,
    *,
    sign_in: SignInFlow | None = None,
    public_url: str | None = None,
    chat_models: Sequence[ChatModel] = (),
) -> FastAPI:
    """The application around a service, which it starts and stops with itself.

    Without an `identifier` everyone sees what is public; with `sign_in` people sign in on the page. Without
    `catalog` and `settings`, which are for operators, nothing is administered. `public_url` is the origin
    that browsers see, where it is another than a request says. `chat_models` may write answers.
    """
    identifier = identifier or Identifier(is_public_only=True)
    mcp = McpEndpoint()
    watch = AlertWatch(service, catalog, settings, identifier) if catalog and settings else None
    app = FastAPI(
        title="Sitelore",
        summary="Answers questions from what was crawled, showing each only what they may read.",
        docs_url=None,  # see routes/page.py
        redoc_url=None,
        lifespan=lambda _: _lifespan(service, mcp, watch, chat_models, catalog),
    )
    metrics, assets = Metrics(), load_assets()
    app.state.context = Context(
        service,
        identifier,
        metrics,
        assets,
        Renderer(assets, can_sign_in=sign_in is not None),
        catalog,
        settings,
        sign_in,
        public_url,
        {model.name: model for model in chat_models},
    )
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=4)
    app.add_middleware(Protection, metrics=metrics, public_url=public_url)
    install_problem_handlers(app)
    app.add_exception_handler(SignInEndedError, sign_in_routes.sign_in_ended)
    for module in _ROUTES:
        app.include_router(module.router, dependencies=[Depends(refuse_unknown_parameters)])
    app.state.mcp = mcp
    app.include_router(mcp.router)
    install_openapi(app)
    return app


@asynccontextmanager
async def _lifespan(
    service: SearchService,
    mcp: McpEndpoint,
    watch: AlertWatch | None,
    chat_models: Sequence[ChatModel],
    catalog: CatalogDoor | None,
) -> AsyncIterator[None]:
    """Starts what answers and watches, and stops it in reverse."""
    service.start()
    if watch is not None:
        watch.start()
    async with mcp.running():
        yield
    if watch is not None:
        watch.stop()
    service.stop()
    for model in chat_models:
        await model.close()
    if catalog is not None:
        catalog.close()
