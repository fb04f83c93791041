"""Pages per second with `render: always`, beside Crawlee's PlaywrightCrawler: a manual, a site of scripts.

`python -m benchmarks.render [--peer crawlee] [--site manual docsify] [--pages 300] [--rounds 3]`. The sites
are the PostgreSQL manual, and npm's docsify over the Markdown of npm, fastify and eslint-plugin-jest.

Ours is the whole `crawler sync --no-index`: HTTP, rules, extraction, catalog, and the browser's start.
Crawlee is given the addresses, opens each and takes HTML and links, its browser's start left out. Both: the
same Chromium, as many pages at once, no images, fonts and media, and a page counts as ready once it is
loaded, its network quiet and its DOM unchanged for the same time.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

import orjson

from benchmarks.report import Figure, alternate, print_figure
from crawler.browser.executable import find_chromium
from crawler.rendering.page_scripts.reading import Stillness
from tests.support.docs_site import Application, package_documentation, serve_manual
from tests.support.npm_packages import NpmUnavailableError
from tests.support.static_site import serve_folder

MANUAL: Final = Path("/usr/share/doc/postgresql-doc-15/html")
CONCURRENCY: Final = 4
CHROMIUM: Final = ("chromium-headless-shell", "chrome-headless-shell", "chromium")
CONFIGURATION: Final = """
version: 1
connectors:
  - name: rendered
    seeds: ['{seed}']
    render: always
    scope: {{max_depth: {depth}}}
    politeness: {{requests_per_minute: unlimited, concurrency: {concurrency}}}
"""


@dataclass(frozen=True, slots=True)
class Site:
    """A site to be rendered as a whole: from `seed` on, `depth` links deep, these are its pages."""

    name: str
    seed: str
    depth: int
    pages: Sequence[str]


@contextmanager
def manual_site(pages: int) -> Iterator[Site]:
    """The PostgreSQL manual: a list of `pages` of its pages, evenly spread, which is a page itself."""
    names = sorted(file.name for file in MANUAL.glob("*.html"))
    chosen = names[:: max(1, len(names) // pages)][:pages]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "manual").symlink_to(MANUAL)
        links = "\n".join(f'<li><a href="manual/{name}">{name}</a></li>' for name in chosen)
        text = f"<!doctype html><title>Manual</title><h1>Pages of the manual</h1><ul>{links}</ul>"
        (Path(folder) / "list.html").write_text(text, encoding="utf-8")
        with serve_folder(Path(folder)) as served:
            seed = f"{served.url}/list.html"
            yield Site("manual", seed, 1, [seed, *(f"{served.url}/manual/{name}" for name in chosen)])


@contextmanager
def docsify_site(pages: int) -> Iterator[Site]:
    """All 204 pages of docsify, or the first `pages` of them. Raises `NpmUnavailableError`."""
    whole = package_documentation()
    manual = whole if pages >= len(whole.pages) else whole.first(pages)
    with (
        tempfile.TemporaryDirectory() as folder,
        serve_manual(Path(folder), manual, Application.DOCSIFY) as served,
    ):
        addresses = list(manual.addresses(served, Application.DOCSIFY).values())
        yield Site("docsify", f"{served.url}/", 10, addresses)


SITES: Final = {"manual": manual_site, "docsify": docsify_site}


def sitelore_rate(site: Site) -> float:
    """Pages per second of one `crawler sync --no-index` into an empty catalog."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "connectors.yaml")
        text = CONFIGURATION.format(seed=site.seed, depth=site.depth, concurrency=CONCURRENCY)
        config.write_text(text, encoding="utf-8")
        command = ["-m", "crawler", "sync", "--no-index", "--json", "--config", str(config)]
        done = subprocess.run([sys.executable, *command], capture_output=True, check=True)
    (run,) = orjson.loads(done.stdout)["runs"]
    read = run["added"] + run["duplicates"]
    said = f"sitelore: {run['added']} documents of {len(site.pages)} pages in {run['seconds']:.1f} s"
    print(said, file=sys.stderr)
    if read < len(site.pages):
        raise SystemExit(f"{said}: the others are {run['refused']} refused, {run['failed']} failed")
    return float(len(site.pages) / run["seconds"])


def crawlee_rate(site: Site) -> float:
    """Pages per second of PlaywrightCrawler, given the addresses."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder, "addresses")
        listed.write_text("\n".join(site.pages), encoding="utf-8")
        command = [
            *(sys.executable, "-m", "benchmarks.peers.crawlee_pages", "--list", str(listed)),
            *("--concurrency", str(CONCURRENCY), "--still", str(Stillness().quiet_ms)),
            *("--chromium", str(find_chromium(names=CHROMIUM))),
        ]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    found = orjson.loads(done.stdout.splitlines()[-1])
    said = (
        f"crawlee: {found['pages']} of {len(site.pages)} pages in {found['seconds']:.1f} s, "
        f"{found['characters'] // found['pages']:,} characters, {found['links'] // found['pages']} links each"
    )
    print(said, file=sys.stderr)
    if found["pages"] != len(site.pages):
        raise SystemExit(f"{said}: {found['failed']} failed")
    return float(found["pages"] / found["seconds"])


def measure(site: Site, peer: Callable[[Site], float] | None, rounds: int) -> Figure:
    """Our pages per second on a site, beside the peer's where there is one."""
    if peer is None:
        rates = sorted(sitelore_rate(site) for _ in range(rounds))
        return Figure(f"render {site.name}", rates[len(rates) // 2], "pages/s")
    compared = alternate(lambda: sitelore_rate(site), lambda: peer(site), rounds=rounds)
    name = f"crawlee {version('crawlee')}"
    return Figure(f"render {site.name}", compared.ours, "pages/s", name, compared.peer)


def main() -> int:
    """Measure and print a figure for each site; 1 where npm's registry is needed and cannot be reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", choices=["crawlee"])
    parser.add_argument("--site", choices=SITES, nargs="*", default=list(SITES))
    parser.add_argument("--pages", type=int, default=300, help="at most so many of a site")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    try:
        for name in options.site:
            with SITES[name](options.pages) as site:
                print_figure(measure(site, crawlee_rate if options.peer else None, options.rounds))
    except NpmUnavailableError as error:
        print(f"The site of scripts cannot be built: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
