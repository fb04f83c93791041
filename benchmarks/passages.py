"""100,000 distinct real passages and their embeddings, made once and kept outside the repository.

They come from Debian's linux-doc, openjdk-17-doc and rust-doc (a third each), read by our extractor and cut
by our chunker; the bundled model embeds them in shards of 2,000. Made by `nice -n 19 python -m
benchmarks.passages`; a killed run continues where it stopped. `SITELORE_BENCH_CACHE` moves the folder.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import orjson
from numpy.typing import NDArray
from tokenizers import Tokenizer

from benchmarks.embed import document
from catalog.document import Document
from extract.page import Page
from extract.read import read
from extract.rules import ExtractionRules, compile_rules
from indexer.chunking import Chunking, chunk_documents
from settings.configuration import Settings

PACKAGES: Final = {
    "linux-doc": Path("/usr/share/doc/linux-doc-6.1/html"),
    "openjdk-17-doc": Path("/usr/share/doc/openjdk-17-jre-headless/api"),
    "rust-doc": Path("/usr/share/doc/rust-doc/html"),
}
COUNT: Final = 100_000
SHARD: Final = 2_000
SEED: Final = 6
_PAGES_AT_ONCE: Final = 64


def cache_folder() -> Path:
    """Where passages and indexes made from them are kept between runs."""
    return Path(os.environ.get("SITELORE_BENCH_CACHE", "/tmp/sitelore-passages"))


def main() -> None:
    """Make what is missing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.passages", description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    make_passages(cache_folder(), parser.parse_args().threads)


def make_passages(folder: Path, threads: int = 2) -> None:
    """Fill `folder` with shards of texts, then with their vectors, unless they are there."""
    folder.mkdir(parents=True, exist_ok=True)
    if all(_vectors_file(folder, number).exists() for number in range(COUNT // SHARD)):
        return
    from indexer.embedding.local import LocalEmbedder

    embedder = LocalEmbedder(device="cpu", threads=threads)
    if not _texts_file(folder, COUNT // SHARD - 1).exists():
        _write_texts(folder, _sampled(embedder.tokenizer))
    for number in range(COUNT // SHARD):
        file = _vectors_file(folder, number)
        if file.exists():
            continue
        started = time.perf_counter()
        vectors = embedder.embed_passages(orjson.loads(_texts_file(folder, number).read_bytes()))
        _replace(file, vectors.astype("<f2").tobytes())
        rate = SHARD / (time.perf_counter() - started)
        print(f"shard {number + 1} of {COUNT // SHARD}: {rate:.0f} passages/s", file=sys.stderr, flush=True)


def read_vectors(folder: Path, dimension: int = 384) -> NDArray[np.float16]:
    """The vectors of all shards embedded so far: shape (n, dimension), of length 1."""
    files = sorted(folder.glob("vectors-*.f2"))
    shards = [np.fromfile(file, dtype="<f2").reshape(-1, dimension) for file in files]
    return np.concatenate(shards) if shards else np.empty((0, dimension), dtype=np.float16)


def read_texts(folder: Path) -> Iterator[str]:
    """What the model read, in the order of `read_vectors`."""
    for file in sorted(folder.glob("vectors-*.f2")):
        yield from orjson.loads(_texts_file(folder, int(file.stem.partition("-")[2])).read_bytes())


def _write_texts(folder: Path, texts: Sequence[str]) -> None:
    for number in range(COUNT // SHARD):
        shard = texts[number * SHARD : (number + 1) * SHARD]
        _replace(_texts_file(folder, number), orjson.dumps(shard))


def _sampled(tokenizer: Tokenizer) -> list[str]:
    """A third from each package, shuffled, so that any number of shards is a fair sample."""
    settings = Settings.model_validate(
        {"version": 1, "connectors": [{"name": "manual", "seeds": ["https://manual.example/"]}]}
    )
    rules = compile_rules(settings.connector("manual"), settings.fields)
    seen: set[str] = set()
    texts: list[str] = []
    for number, (package, root) in enumerate(PACKAGES.items(), start=1):
        wanted = COUNT * number // len(PACKAGES)
        for text in _texts_below(root, rules, tokenizer, seen):
            texts.append(text)
            if len(texts) == wanted:
                break
        else:
            raise SystemExit(f"{root} holds too few passages: apt-get install {package}")
        print(f"{package}: {len(texts)} passages", file=sys.stderr, flush=True)
    random.Random(SEED).shuffle(texts)
    return texts


def _texts_below(root: Path, rules: ExtractionRules, tokenizer: Tokenizer, seen: set[str]) -> Iterator[str]:
    """What is embedded of each passage whose own text was not `seen` before."""
    files = sorted(root.rglob("*.html"))
    random.Random(SEED).shuffle(files)
    for start in range(0, len(files), _PAGES_AT_ONCE):
        pages = (_page(file, root, rules) for file in files[start : start + _PAGES_AT_ONCE])
        documents = [page for page in pages if page is not None]
        for chunks in chunk_documents(documents, tokenizer, Chunking()):
            for chunk in chunks:
                if chunk.text not in seen:
                    seen.add(chunk.text)
                    yield chunk.embedded_text


def _page(file: Path, root: Path, rules: ExtractionRules) -> Document | None:
    url = f"https://manual.example/{root.parent.name}/{file.relative_to(root)}"
    page = read(file.read_bytes(), url=url, headers={"content-type": "text/html"}, rules=rules)
    return document(url, page.title, page.blocks) if isinstance(page, Page) else None


def _texts_file(folder: Path, number: int) -> Path:
    return folder / f"texts-{number:03}.json"


def _vectors_file(folder: Path, number: int) -> Path:
    return folder / f"vectors-{number:03}.f2"


def _replace(file: Path, content: bytes) -> None:
    temporary = file.with_suffix(".tmp")
    temporary.write_bytes(content)
    temporary.replace(file)


if __name__ == "__main__":
    main()
