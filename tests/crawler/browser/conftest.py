"""Sites that need a browser, and the connector's network that the browser leaves by."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from catalog.canonical_url import WebAddress, parse_url
from crawler.fetch.network import Network
from crawler.fetch.tls import tls_context
from crawler.rules.guard import Guard
from tests.support.browser_sites import ScriptedSite, serve_scripted_site


def address(url: str) -> WebAddress:
    parsed = parse_url(url)
    assert isinstance(parsed, WebAddress)
    return parsed


def network_to(*urls: str) -> Network:
    """A network whose guard lets these sites be reached."""
    return Network(Guard.for_seeds([address(url) for url in urls]), tls_context())


@pytest.fixture(scope="module")
def running_site() -> Iterator[ScriptedSite]:
    with serve_scripted_site() as site:
        yield site


@pytest.fixture
def site(running_site: ScriptedSite) -> ScriptedSite:
    """The scripted site as it was at its start."""
    running_site.reset()
    return running_site
