"""Sites whose routes only scripts know: `crawler sync` with `render: auto` finds every page of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.rendering.renderer import why_unavailable
from tests.support.docs_site import Application, company_manual, serve_manual
from tests.support.npm_packages import NpmUnavailableError, npm_package
from tests.support.routed_site import RoutedSite, Way, serve_routed_site
from tests.support.syncing import Kept, configure, kept, sync

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(why_unavailable() is not None, reason="chromium-headless-shell is not installed"),
]


def crawled(folder: Path, seed: str) -> Kept:
    """What the catalog holds after a sync of everything below a seed."""
    config = configure(folder, {"name": "routed", "seeds": [seed], "render": "auto"})
    assert sync(config).run["state"] == "succeeded"
    return kept(config)


@pytest.mark.parametrize("application", list(Application), ids=lambda each: each.name.lower())
def test_every_markdown_file_behind_a_hash_route_is_a_document(
    application: Application, tmp_path: Path
) -> None:
    if application is Application.DOCSIFY:
        try:
            npm_package("docsify", "5.0.0")
        except NpmUnavailableError as error:
            pytest.skip(str(error))
    manual = company_manual()
    with serve_manual(tmp_path / "site", manual, application) as site:
        found = crawled(tmp_path, f"{site.url}/")
        addresses = manual.addresses(site, application)
    assert set(found.documents) == set(addresses.values())
    assert len(found.documents) == 59
    if application is not Application.DOCSIFY:  # which calls pages after their files
        titles = {url: document.title for url, document in found.documents.items()}
        assert titles == {addresses[name]: title for name, title in manual.titles().items()}


@pytest.fixture(scope="module")
def routed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RoutedSite, Kept]]:
    """The application that routes by pushState, crawled once."""
    with serve_routed_site() as site:
        yield site, crawled(tmp_path_factory.mktemp("routed"), f"{site.address}/")


@pytest.mark.parametrize("way", list(Way))
def test_every_route_is_found(routed: tuple[RoutedSite, Kept], way: Way) -> None:
    site, found = routed
    routes = {site.address + path for path, page in site.pages.items() if page.way is way}
    assert routes - set(found.documents) == set()


def test_nothing_but_the_routes_becomes_a_document(routed: tuple[RoutedSite, Kept]) -> None:
    site, found = routed
    assert len(site.pages) == 40
    assert set(found.documents) == {site.address + path for path in site.pages}


def test_each_document_says_what_its_own_route_shows(routed: tuple[RoutedSite, Kept]) -> None:
    site, found = routed
    titles = {url.removeprefix(site.address): document.title for url, document in found.documents.items()}
    assert titles == {path: page.title for path, page in site.pages.items()}


def test_looking_for_routes_changes_nothing_on_the_site(routed: tuple[RoutedSite, Kept]) -> None:
    site, _ = routed
    assert site.changing_requests() == []
