"""How long it takes to propose another spelling, and the rest of what someone types, at 100,000 documents.

Made-up documents of 200,000 made-up words, each with a title and fifty words under a heading (or, with
`--passages 10`, ten short passages, a million in all), whose frequencies fall as those of a language do, in a
real catalog and index; the caller holds three of four access ids. Questions are two words of a title with an
edit in one of them; what is typed are the beginnings of titles, cut after two to twelve letters. Both are
asked by the routes' own functions. The 95th percentiles are printed, spelling last.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import insert

from benchmarks.report import Figure, print_figure
from catalog.access import intern
from catalog.connectors import connector_id
from catalog.content import pack_blocks
from catalog.database import Catalog, open_catalog
from catalog.document import Block, BlockKind, Document, DocumentKind, document_id
from catalog.tables import chunks, documents
from indexer.lexical.reader import LexicalReader
from indexer.lexical.writer import LexicalWriter
from indexer.retrieval.readable_words import ReadableWords
from search_api.suggest.blocked import BlockList
from search_api.suggest.completing import completions
from search_api.suggest.popular import PopularQueries
from search_api.suggest.spelling import corrected
from settings.fields import BUILT_IN_FIELDS
from tests.catalog.rows import NOON

DOCUMENTS: Final = 100_000
QUESTIONS: Final = 300
_VOCABULARY: Final = 300_000
_WORDS: Final = 50
_FEWEST: Final = 10
_TITLE: Final = 4
_PER_COMMIT: Final = 10_000
_ACCESS: Final = 40
_LIMIT: Final = 10
_CONSONANTS: Final = (*"bcdfghlmnprstv", "br", "st", "tr", "pl", "ch")
_VOWELS: Final = (*"aeiou", "ai", "ou")
_PAIRS: Final = [first + second for first in _CONSONANTS for second in _VOWELS]


@dataclass(frozen=True, slots=True)
class _Passage:
    """What the index reads of a chunk."""

    text: str
    heading_path: tuple[str, ...]
    start: int = 0
    end: int = 0


def main() -> None:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.suggest", description=__doc__)
    parser.add_argument("--passages", type=int, default=1, help="passages per document")
    passages = parser.parse_args().passages
    chance = random.Random(8)
    with tempfile.TemporaryDirectory() as name, ExitStack() as opened:
        folder = Path(name)
        catalog = open_catalog(f"sqlite:///{folder / 'catalog.db'}", folder)
        opened.callback(catalog.close)
        access, titles = _write(catalog, folder / "lexical", chance, passages)
        snapshot = LexicalReader.open(folder / "lexical").snapshot
        assert snapshot is not None
        connection = opened.enter_context(catalog.read())
        words = ReadableWords(snapshot, frozenset(access[: _ACCESS * 3 // 4]), connection)
        measure(words, [chance.choice(titles) for _ in range(QUESTIONS)], chance)


def measure(words: ReadableWords, titles: Sequence[str], chance: random.Random) -> None:
    """Both figures."""
    typed = [title[: chance.randint(2, 12)] for title in titles]
    proposing = partial(
        completions, words=words, popular=PopularQueries(), blocked=BlockList([]), limit=_LIMIT
    )
    print_figure(Figure("suggestions, p95", _p95(proposing, typed), "ms"))
    asked = [_misspelled(title, chance) for title in titles]
    found = sum(corrected(each, words) is not None for each in asked)
    print(f"{found} of {len(asked)} misspelled questions are corrected", file=sys.stderr, flush=True)
    print_figure(Figure("spelling, p95", _p95(lambda each: corrected(each, words), asked), "ms"))


def _p95(ask: Callable[[str], object], questions: Sequence[str]) -> float:
    times = []
    for question in questions:
        started = time.perf_counter()
        ask(question)
        times.append(1000 * (time.perf_counter() - started))
    return sorted(times)[len(times) * 95 // 100]


def _misspelled(title: str, chance: random.Random) -> str:
    """Two words of a title, one of them with a letter left out, exchanged or swapped."""
    first, second, *_ = sorted(title.lower().split(), key=len, reverse=True)
    place = chance.randrange(1, len(first) - 1)
    left, letter, right = first[:place], first[place], first[place + 1 :]
    wrong = chance.choice([left + right, left + "x" + right, left + right[0] + letter + right[1:]])
    return f"{wrong} {second}"


def _write(
    catalog: Catalog, folder: Path, chance: random.Random, per_document: int
) -> tuple[list[int], list[str]]:
    """The documents in catalog and index; the access ids, and the titles."""
    vocabulary = list(dict.fromkeys(_word(chance) for _ in range(_VOCABULARY)))
    weights = list(itertools.accumulate(1 / (rank + 10) for rank in range(len(vocabulary))))
    draw = partial(chance.choices, vocabulary, cum_weights=weights)
    titles: list[str] = []
    with catalog.write() as connection:
        access = [intern(connection, [f"group:{number}"], []) for number in range(_ACCESS)]
        connector = connector_id(connection, "made-up")
    with LexicalWriter(folder, dict(BUILT_IN_FIELDS)) as writer:
        for start in range(0, DOCUMENTS, _PER_COMMIT):
            rows, parts = [], []
            for number in range(start, start + _PER_COMMIT):
                title = " ".join(draw(k=_TITLE)).capitalize()
                titles.append(title)
                rows.append(_row(number, title, connector, access[number % _ACCESS]))
                texts = [draw(k=max(_FEWEST, _WORDS // per_document)) for _ in range(per_document)]
                made = [
                    (number * per_document + place, _Passage(" ".join(words), (title, words[0].capitalize())))
                    for place, words in enumerate(texts, 1)
                ]
                parts += [_chunk(rows[-1], place, *each) for place, each in enumerate(made)]
                writer.replace(_document(rows[-1]), made)
            with catalog.write() as connection:
                connection.execute(insert(documents), rows)
                connection.execute(insert(chunks), parts)
            writer.commit()
            print(f"{len(titles):,} documents", file=sys.stderr, flush=True)
    return access, titles


def _word(chance: random.Random) -> str:
    return "".join(chance.choice(_PAIRS) for _ in range(chance.randint(2, 4)))


def _row(number: int, title: str, connector: int, access_id: int) -> dict[str, object]:
    url = f"https://made-up.example/{number}"
    return {
        "id": document_id("made-up", url), "connector_id": connector, "url_id": number + 1, "url": url,
        "kind": "page", "version": 1, "title": title, "language": "en", "fields": {}, "content": _CONTENT,
        "content_hash": bytes(16), "access_id": access_id, "created_at": NOON, "changed_at": NOON,
        "fetched_at": NOON, "run_id": 1, "pending": False,
    }  # fmt: skip


_CONTENT: Final = pack_blocks([Block(BlockKind.PARAGRAPH, "made up")])


def _document(row: dict[str, object]) -> Document:
    return Document(
        str(row["id"]), "made-up", str(row["url"]), DocumentKind.PAGE, 1, str(row["title"]), "en", {}, (),
        int(str(row["access_id"])), NOON,
    )  # fmt: skip


def _chunk(row: dict[str, object], place: int, chunk_id: int, passage: _Passage) -> dict[str, object]:
    return {
        "id": chunk_id, "document_id": row["id"], "version": 1, "ordinal": place, "text": passage.text,
        "heading_path": list(passage.heading_path), "start": 0, "end": len(passage.text),
        "embedding_key": bytes(16),
    }  # fmt: skip


if __name__ == "__main__":
    main()
