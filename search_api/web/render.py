"""Renders the pages: Jinja2 with everything escaped, undefined names an error."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined

from search_api.web.assets import Asset
from search_api.web.frame import Frame


class Renderer:
    """The templates, each compiled at its first use."""

    def __init__(self, assets: Mapping[str, Asset], *, can_sign_in: bool = False) -> None:
        self._environment = Environment(
            autoescape=True,
            undefined=StrictUndefined,
            loader=FunctionLoader(_template),
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals["asset"] = lambda name: assets[name].href
        self._environment.globals["can_sign_in"] = can_sign_in

    def page(self, template: str, frame: Frame, **values: object) -> str:
        """A whole page: `template` extends `base.html`."""
        return self.part(template, frame=frame, **values)

    def part(self, template: str, **values: object) -> str:
        """A part of a page, to be put into it by a script."""
        return self._environment.get_template(template).render(values)


def _template(name: str) -> str:
    return files("search_api.web").joinpath("templates", *name.split("/")).read_text(encoding="utf-8")
