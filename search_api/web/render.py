"""Renders the page: Jinja2 with everything escaped, undefined names an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined

from search_api.web.addresses import PageAddress
from search_api.web.assets import Asset
from search_api.web.view import Choice, ResultsView


@dataclass(frozen=True, slots=True)
class FaultView:
    """What went wrong, in words for whoever searches."""

    title: str
    detail: str
    lines: tuple[str, ...] = ()
    command: str | None = None
    action: str = "Start again"
    href: str = "/"


@dataclass(frozen=True, slots=True)
class PageContent:
    """What stands below the search box: a fault, or results, or neither: the home page with `sources`."""

    address: PageAddress
    view: ResultsView | None = None
    fault: FaultView | None = None
    sources: Sequence[Choice] = ()


class Renderer:
    """The templates, compiled once."""

    def __init__(self, assets: Mapping[str, Asset]) -> None:
        environment = Environment(
            autoescape=True,
            undefined=StrictUndefined,
            loader=FunctionLoader(_template),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals["asset"] = lambda name: assets[name].href
        self._page: Final = environment.get_template("page.html")
        self._docs: Final = environment.get_template("docs.html")
        self._region: Final = environment.get_template("region.html")

    def page(self, content: PageContent) -> str:
        """The whole page."""
        return self._page.render(_variables(content))

    def docs(self, document: Mapping[str, Any]) -> str:
        """The OpenAPI document for people."""
        return self._docs.render(document=document)

    def region(self, content: PageContent) -> str:
        """What stands below the search box."""
        return self._region.render(_variables(content))


def _template(name: str) -> str:
    return files("search_api.web").joinpath(name).read_text(encoding="utf-8")


def _variables(content: PageContent) -> dict[str, object]:
    return {
        "address": content.address,
        "view": content.view,
        "fault": content.fault,
        "sources": content.sources,
    }
