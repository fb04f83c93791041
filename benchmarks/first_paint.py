"""How soon the search page shows something, and what it weighs.

`python -m benchmarks.first_paint [--visits N]`.

Chromium opens the page with ten results of a made-up company over loopback: each visit with an empty cache of
its own, then again with a full one; beside it a word of plain text (`/healthz`), which is what the browser
and the machine need at least. First contentful paint counts from the start of the navigation (W3C *Paint
Timing*), and holds the request, the search, the answer, the style sheets and the layout.
"""

from __future__ import annotations

import argparse
import statistics
import zlib
from typing import Final

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from benchmarks.report import Figure, print_figure
from search_api.web.assets import load_assets
from tests.search_api.company import company
from tests.search_api.page.visiting import ARGUMENTS, SHELL
from tests.search_api.serving import serving

VISITS: Final = 40
_PATH: Final = "/?q=parental+leave"
_PAINT: Final = """() => new Promise((resolve) => new PerformanceObserver((list) =>
    resolve(list.getEntriesByName("first-contentful-paint")[0].startTime)
).observe({ type: "paint", buffered: true }))"""
_PAGE: Final = ("base.", "search.", "search/")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.first_paint", description=__doc__)
    parser.add_argument("--visits", type=int, default=VISITS)
    visits = parser.parse_args().visits
    made_up = company()
    with serving(made_up.backend) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=SHELL, args=ARGUMENTS)
        paints(browser, address, 3)  # the first visits warm the templates and the browser up
        empty, full, word = paints(browser, address, visits)
    for suffix in (".css", ".js"):
        print(f"{suffix}: {packed(suffix):,} bytes packed")
    for name, values in (("an empty cache", empty), ("a full cache", full), ("plain text", word)):
        decile = statistics.quantiles(values, n=10)[-1]
        print(f"with {name}: median {statistics.median(values):.0f} ms, 9 of 10 within {decile:.0f} ms")
    peer = statistics.median(word)
    print_figure(Figure("first paint, empty cache", statistics.median(empty), "ms", "plain text", peer))
    return 0


def paints(browser: Browser, address: str, visits: int) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds until something was seen: with an empty cache, with a full one, of plain text."""
    empty, full, word = [], [], []
    for _ in range(visits):
        context = browser.new_context(base_url=address)
        empty.append(_paint(context, _PATH))
        full.append(_paint(context, _PATH))
        word.append(_paint(context, "/healthz"))
        context.close()
    return empty, full, word


def packed(suffix: str) -> int:
    """How many bytes the page's files of this kind are, as they are sent."""
    return sum(
        len(zlib.compress(asset.content, 4))
        for name, asset in load_assets().items()
        if name.startswith(_PAGE) and name.endswith(suffix)
    )


def _paint(context: BrowserContext, path: str) -> float:
    page = context.new_page()
    page.goto(path)
    found = float(page.evaluate(_PAINT))
    page.close()
    return found


if __name__ == "__main__":
    raise SystemExit(main())
