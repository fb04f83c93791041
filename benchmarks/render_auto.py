"""What `render: auto` saves on 900 static and 100 scripted pages, beside `render: always`; are all right?

`python -m benchmarks.render_auto [--rounds 3] [--scale 1.0]`. Both are whole runs of `crawler sync
--no-index` into an empty catalog: nothing is known of the site beforehand. A page is right when its document
holds the sentence that this page alone has.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.mixed_site import MixedPage, MixedSite
from benchmarks.report import Figure, alternate, print_figure
from tests.support.static_site import serve_folder
from tests.support.syncing import configure, document_texts, sync

CONCURRENCY: Final = 4


def rate(mode: str, url: str, pages: Sequence[MixedPage], wrong: dict[str, set[str]]) -> float:
    """Pages per second of one sync; what is wrong is noted by mode."""
    with tempfile.TemporaryDirectory() as folder:
        politeness = {"requests_per_minute": "unlimited", "concurrency": CONCURRENCY}
        connector = {"name": "mixed", "seeds": [f"{url}/"], "render": mode, "politeness": politeness}
        config = configure(Path(folder), connector)
        run = sync(config).run
        missing = wrong_pages(document_texts(config), url, pages)
    wrong.setdefault(mode, set()).update(missing)
    rendered = sum(page.is_scripted for page in pages)
    said = f"{mode}: {len(pages) - len(missing)} of {len(pages)} right ({rendered} scripted)"
    print(f"{said} in {run['seconds']:.1f} s; wrong: {sorted(missing)[:5]}", file=sys.stderr)
    return float(len(pages) / run["seconds"])


def wrong_pages(texts: Mapping[str, str], url: str, pages: Sequence[MixedPage]) -> set[str]:
    """The paths of pages whose document is missing or lacks the page's own sentence."""
    return {page.path for page in pages if page.sentence not in texts.get(url + page.path, "")}


def main() -> None:
    """Measure both modes in turn and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="0.1: a tenth of the pages")
    parser.add_argument(
        "--mode", choices=["never", "auto", "always"], help="one run in this mode, no figures"
    )
    options = parser.parse_args()
    wrong: dict[str, set[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        pages = MixedSite(Path(folder), options.scale).write()
        with serve_folder(Path(folder)) as site:
            if options.mode is not None:
                rate(options.mode, site.url, pages, wrong)
                return
            compared = alternate(
                lambda: rate("auto", site.url, pages, wrong),
                lambda: rate("always", site.url, pages, wrong),
                rounds=options.rounds,
            )
    print_figure(Figure("render auto, pages that are right", len(pages) - len(wrong["auto"]), "pages"))
    print_figure(Figure("render auto", compared.ours, "pages/s", "render: always", compared.peer))


if __name__ == "__main__":
    main()
