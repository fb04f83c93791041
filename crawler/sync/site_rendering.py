"""From settings to the rendering of a connector's pages: its browser session, its rules, what was learned."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.rendering import RenderingRecord
from crawler.rendering.auto.decisions import Decisions
from crawler.rendering.auto.knowledge import Knowledge
from crawler.rendering.browser_session import SessionForContexts, SignedIn
from crawler.rendering.pool import PagePool
from crawler.rendering.rendered import RenderOptions
from crawler.rendering.renderer import Renderer, why_unavailable
from crawler.rendering.resources import SiteResources
from crawler.sync.page_rendering import Manners, PageRendering
from crawler.sync.site_access import SiteAccess, UnusableSettingError
from settings.connector import ConnectorSettings
from settings.render import RenderMode, RenderSettings


def open_rendering(
    connector: ConnectorSettings, access: SiteAccess, pool: PagePool, learned: Iterable[RenderingRecord]
) -> PageRendering | None:
    """Make ready to open pages of a connector in the browser of `pool`; None where it wants none.

    Raises `UnusableSettingError` where all its pages are to be rendered and there is no browser.
    """
    mode = connector.render.mode
    if mode is RenderMode.NEVER:
        return None
    missing = why_unavailable()
    if missing and mode is RenderMode.ALWAYS:
        raise UnusableSettingError(f"connector {connector.name}: `render: always`, but {missing}")
    decisions = Decisions(Knowledge(learned, can_render=not missing))
    manners = Manners()
    renderer = None if missing else _renderer(connector, access, pool, manners)
    return PageRendering(mode, decisions, renderer, manners, missing or "")


def _renderer(connector: ConnectorSettings, access: SiteAccess, pool: PagePool, manners: Manners) -> Renderer:
    signed_in = SignedIn.by(access.schemes, access.leads_to_login)
    loader = SiteResources(
        access.fetcher,
        block=connector.render.block,
        turn=manners.turn,
        may_fetch=manners.may_fetch,
        signed_in=signed_in,
    )
    return Renderer(
        pool,
        loader,
        _options(connector.render),
        prepare=SessionForContexts(signed_in),
        max_bytes=connector.scope.max_file_size,
    )


def _options(render: RenderSettings) -> RenderOptions:
    return RenderOptions(render.wait_for, render.wait, render.scroll, tuple(render.click))
