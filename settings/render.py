"""`connectors[].render`: when a browser runs a page, and what it does there. `content`: what is kept."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from settings.quantities import Duration
from settings.section import Section
from settings.selectors import Selector


class RenderMode(StrEnum):
    """When a page is opened in a browser."""

    NEVER = "never"
    AUTO = "auto"
    ALWAYS = "always"


class Blocked(StrEnum):
    """What a page in the browser asks for and is not given."""

    IMAGE = "image"
    FONT = "font"
    MEDIA = "media"
    TRACKER = "tracker"
    FRAME = "frame"
    STYLESHEET = "stylesheet"


class RenderSettings(Section):
    """Pages whose content exists only after JavaScript ran are opened in Chromium."""

    mode: RenderMode = RenderMode.AUTO
    """`auto`: where the HTML alone holds too little; `never`; `always`."""
    wait_for: Selector | None = Field(default=None, examples=["css:#app"])
    """An element that must exist before the page counts as ready."""
    wait: Duration = timedelta(0)
    """A fixed time to wait besides."""
    scroll: bool = False
    """Scroll down until nothing more comes."""
    click: tuple[Selector, ...] = Field(default=(), examples=[["css:.menu"]])
    """Elements to click, in this order: menus, tabs, "show more"."""
    block: tuple[Blocked, ...] = (
        Blocked.IMAGE,
        Blocked.FONT,
        Blocked.MEDIA,
        Blocked.TRACKER,
        Blocked.FRAME,
    )
    """What pages are not given: `image`, `font`, `media`, `tracker` (well-known hosts of analytics and
    advertising), `frame` (documents of other sites in frames), `stylesheet`. The list replaces the default;
    `[]` blocks none of them. Whatever would change something on a site never leaves."""


def _mode_alone(value: Any) -> Any:
    return {"mode": value} if isinstance(value, str) else value


Render = Annotated[
    RenderSettings, BeforeValidator(_mode_alone, json_schema_input_type=RenderMode | RenderSettings)
]
"""A mode alone, or a mapping."""


class ContentSettings(Section):
    """Which parts of a page are its content; without either the extractor finds out by itself."""

    include: tuple[Selector, ...] = Field(default=(), examples=[["css:main"]])
    """Only what these elements hold."""
    exclude: tuple[Selector, ...] = Field(default=(), examples=[["css:nav", "css:.cookie-banner"]])
    """Never what these elements hold."""
