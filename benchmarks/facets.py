"""How long facets take to be counted over 50,000 of 100,000 documents that a caller may read.

Counted as a search counts them: the total, the facets and the number of groups in one pass over the matches,
by their words and the caller's access ids. The peer has the values of all matches in memory already, a list
per field, and counts them by `collections.Counter`: what reading hits one by one could at best come to.
Made-up documents (some twenty seconds), each written to the real index.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.report import Figure, alternate, print_figure
from catalog.document import Document, DocumentKind, FieldValue
from indexer.lexical.queries import access_condition, matching_query, restricted
from indexer.lexical.query_text import parse_query_text
from indexer.lexical.reader import LexicalReader, LexicalSnapshot
from indexer.lexical.terms import analyse
from indexer.lexical.writer import LexicalWriter
from indexer.retrieval.facets import tally
from indexer.retrieval.question import Collapse, Facet
from settings.fields import BUILT_IN_FIELDS, FieldSettings, FieldType

DOCUMENTS: Final = 100_000
MATCHING: Final = 50_000
_PER_COMMIT: Final = 25_000
_ACCESS: Final = range(1, 41)
_FIRST_DAY: Final = datetime(2015, 1, 1, tzinfo=UTC)
_FIELDS: Final = {
    **BUILT_IN_FIELDS,
    "department": FieldSettings(type=FieldType.STRING, facet=True),
    "product": FieldSettings(type=FieldType.STRING, facet=True),
}
_PLAIN: Final = ("department", "product", "category", "file_type")
_KINDS: Final[dict[str, tuple[Facet, ...]]] = {
    "no facet, only the total": (),
    "years and sizes in ranges": (Facet("updated_at", 100, ranges="year"), Facet("size", ranges="auto")),
    "authors (5,000 values)": (Facet("authors"),),
    "types > departments > products": (
        Facet("file_type", 20, facets=(Facet("department", 20, facets=(Facet("product", 20),)),)),
    ),
}


def main() -> None:
    """Measure and print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        rows = list(_rows(random.Random(8)))
        _write(Path(folder), rows)
        snapshot = LexicalReader.open(Path(folder)).snapshot
    assert snapshot is not None
    measure(snapshot, rows)


def measure(snapshot: LexicalSnapshot, rows: Sequence[dict[str, FieldValue]]) -> None:
    """Each kind of facet, the one with a peer last."""
    for name, facets in _KINDS.items():
        print_figure(Figure(name, _milliseconds(partial(_tally, snapshot, facets)), "ms"))
    collapsed = _milliseconds(lambda: _tally(snapshot, (), Collapse("product", 3)))
    print_figure(Figure("groups of a collapsed search", collapsed, "ms"))
    lists = {name: [row[name] for row in rows[:MATCHING] if name in row] for name in _PLAIN}
    timed = alternate(
        lambda: _milliseconds(lambda: _tally(snapshot, tuple(map(Facet, _PLAIN)))),
        lambda: _milliseconds(lambda: [Counter(values).most_common(1000) for values in lists.values()]),
    )
    print_figure(Figure("four facets", timed.ours, "ms", "Counter over values in memory", timed.peer))


def _tally(snapshot: LexicalSnapshot, facets: tuple[Facet, ...], collapse: Collapse | None = None) -> None:
    """Half of the documents have the word; the caller holds three of four access ids and all of theirs."""
    schema = snapshot.documents_schema
    words = matching_query(schema, analyse(parse_query_text("harbour"), snapshot.languages))
    counted = tally(
        snapshot, restricted(words, [access_condition(schema, list(_ACCESS[:30]))]), facets, collapse
    )
    assert counted.total == MATCHING, counted.total


def _milliseconds(count: Callable[[], object], repeats: int = 15) -> float:
    """The median of some repeats."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        count()
        times.append(1000 * (time.perf_counter() - started))
    return sorted(times)[repeats // 2]


def _rows(chance: random.Random) -> Iterable[dict[str, FieldValue]]:
    """The fields of each document: few departments, of which some are large, and many products."""
    for number in range(DOCUMENTS):
        row: dict[str, FieldValue] = {
            "department": f"Department {min(int(chance.expovariate(0.3)), 40)}",
            "category": f"category {chance.randrange(50)}",
            "file_type": chance.choice(("html", "pdf", "docx")),
            "authors": tuple(f"Author {chance.randrange(5_000)}" for _ in range(chance.randrange(3))),
            "updated_at": _FIRST_DAY + timedelta(days=chance.randrange(4_000)),
            "size": int(chance.lognormvariate(10, 2)),
        }
        if number % 3:
            row["product"] = f"Product {chance.randrange(500)}"
        yield row


def _write(folder: Path, rows: Sequence[dict[str, FieldValue]]) -> None:
    """The first rows hold the word and may be read; each of the others lacks one of both."""
    with LexicalWriter(folder, _FIELDS) as writer:
        for number, row in enumerate(rows):
            readable = number < MATCHING or number % 2
            access = _ACCESS[number % 30] if readable else _ACCESS[30 + number % 10]
            word = "harbour" if number < MATCHING or not readable else "mountain"
            writer.replace(_document(number, f"{word} {number}", access, row), [])
            if number % _PER_COMMIT == _PER_COMMIT - 1:
                writer.commit()
                print(f"{number + 1:,} documents", file=sys.stderr, flush=True)
        writer.commit()


def _document(number: int, title: str, access_id: int, fields: dict[str, FieldValue]) -> Document:
    url = f"https://made-up.example/{number}"
    name = f"{number * 2654435761 % 2**64:016x}{number:016x}"
    return Document(
        name, "made-up", url, DocumentKind.PAGE, 1, title, "en", fields, (), access_id, _FIRST_DAY
    )  # fmt: skip


if __name__ == "__main__":
    main()
