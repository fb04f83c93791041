"""An incremental sync beside a full one: a site of 10,000 pages with a sitemap, of which 1 % changed.

The site answers from memory on loopback, with ETags, and counts what it is asked. It is synced in full, one
page in a hundred changes and its `lastmod` with it, and the same catalog is synced again: incrementally, then
in full, for what that costs. `python -m benchmarks.incremental [--pages N]`.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.report import Figure, print_figure
from benchmarks.resync import sync
from tests.support.changing_site import Answer, ChangingSite, page, serve_site

PAGES: Final = 10_000
CHANGED_SHARE: Final = 0.01
LINKED: Final = 200
MOST_REQUESTS: Final = 0.15
FEWEST_FOUND: Final = 0.95

CONFIGURATION: Final = """\
version: 1
connectors:
  - name: site
    seeds: ['{url}']
    politeness: {{requests_per_minute: unlimited, concurrency: 32}}
    render: never
"""


def _page(number: int, pages: int, said: str) -> Answer:
    children = range(number * LINKED + 1, min((number + 1) * LINKED + 1, pages))
    text = f"What page {number} says of the harbour and its ships stands here {said}. " * 10
    return page(f"Page {number}", *(f"/{child}" for child in children), text=text)


def _sitemap(site: ChangingSite, pages: int, changed: Mapping[int, str]) -> Answer:
    entries = "".join(
        f"<url><loc>{site.url(f'/{number}')}</loc>"
        f"<lastmod>{changed.get(number, '2026-01-01T00:00:00Z')}</lastmod></url>"
        for number in range(pages)
    )
    body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
    return Answer(body.encode(), 200, "application/xml", etag=False)


def _synced(config: Path, site: ChangingSite, mode: str) -> tuple[Mapping[str, Any], int]:
    site.log = []
    run = sync(config, "--no-index", "--mode", mode).run
    print(
        f"{mode}: {len(site.log):,} requests, {run['changed']} changed, {run['seconds']} s", file=sys.stderr
    )
    return run, len(site.log)


def measure(pages: int) -> tuple[float, float]:
    """The requests of the incremental sync by those of the full one, and the share of changes it found."""
    chosen = random.Random(5).sample(range(1, pages), max(1, int(pages * CHANGED_SHARE)))
    with tempfile.TemporaryDirectory() as folder, serve_site() as site:
        config = Path(folder, "connectors.yaml")
        config.write_text(CONFIGURATION.format(url=site.url("/0")))
        site.pages.update({f"/{number}": _page(number, pages, "as it was") for number in range(pages)})
        site.pages["/sitemap.xml"] = _sitemap(site, pages, {})
        first, _ = _synced(config, site, "full")
        assert first["added"] == pages, first
        for number in chosen:
            site.pages[f"/{number}"] = _page(number, pages, "changed meanwhile")
        site.pages["/sitemap.xml"] = _sitemap(site, pages, dict.fromkeys(chosen, "2026-11-25T12:00:00Z"))
        few, asked = _synced(config, site, "incremental")
        whole, asked_in_full = _synced(config, site, "full")
        assert few["state"] == whole["state"] == "succeeded", (few, whole)
        assert few["changed"] + whole["changed"] == len(chosen), "a full sync finds what was left"
    return asked / asked_in_full, few["changed"] / len(chosen)


def main() -> int:
    """Measure and print the figures; 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=PAGES)
    requests, found = measure(parser.parse_args().pages)
    print_figure(Figure("incremental, 1 % changed: changes found", found * 100, "%"))
    print_figure(Figure("incremental, 1 % changed: requests", requests * 100, "% of a full sync's"))
    return int(requests > MOST_REQUESTS or found < FEWEST_FOUND)


if __name__ == "__main__":
    sys.exit(main())
