"""Trafilatura reading given pages, as its authors measure it: `… trafilatura_pages FOLDER OUT`.

Reads every `*.html.gz` of FOLDER, writes `{name: text}` to OUT and prints `{"version": v, "ms": m}`: CPU
milliseconds a page, the second of two passes.
"""

from __future__ import annotations

import gzip
import sys
import time
from pathlib import Path

import orjson
import trafilatura  # type: ignore[import-not-found,unused-ignore]


def main() -> None:
    """Read the pages twice."""
    folder, out = map(Path, sys.argv[1:3])
    files = sorted(folder.glob("*.html.gz"))
    pages = {file.name.removesuffix(".html.gz"): gzip.decompress(file.read_bytes()) for file in files}
    texts: dict[str, str] = {}
    for _ in range(2):
        began = time.process_time()
        texts = {
            name: trafilatura.extract(page, include_comments=False) or "" for name, page in pages.items()
        }
        seconds = time.process_time() - began
    out.write_bytes(orjson.dumps(texts))
    print(orjson.dumps({"version": trafilatura.__version__, "ms": 1000 * seconds / len(pages)}).decode())


if __name__ == "__main__":
    main()
