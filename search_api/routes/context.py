"""What a route finds in its application: the service, the metrics, who is asking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from search_api.metrics import Metrics
from search_api.query.request import PUBLIC
from search_api.service import SearchService
from search_api.web.assets import Asset
from search_api.web.render import Renderer


@dataclass(frozen=True, slots=True)
class Context:
    """The same for all requests of an application."""

    service: SearchService
    metrics: Metrics
    assets: Mapping[str, Asset]
    renderer: Renderer


def _context(request: Request) -> Context:
    found = request.app.state.context
    assert isinstance(found, Context)
    return found


def _principals() -> frozenset[str]:
    """Who asks: with `search.authentication` none, whoever it is, public documents are all there is."""
    return PUBLIC


ContextOf = Annotated[Context, Depends(_context)]
PrincipalsOf = Annotated[frozenset[str], Depends(_principals)]
