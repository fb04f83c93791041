"""Asks an index without pause until a file is there: `python -m tests.support.asking CONFIG N FILE`.

Question i of N must always find document `steady<i>`, by both halves. Prints a line once the first round is
answered, and at the end how many questions were asked and what went wrong.
"""

from __future__ import annotations

import json
import sys
from itertools import count
from pathlib import Path

from catalog.errors import CatalogError
from indexer.lexical.errors import LexicalIndexError
from indexer.retrieval.following import FollowingRetriever
from indexer.retrieval.opening import open_retriever
from indexer.retrieval.question import Question
from indexer.vectors.backend import VectorIndexError
from settings.load import load_settings
from tests.indexer.pipeline.support import open_from


def main() -> None:
    """Ask until told to stop."""
    settings, questions = load_settings(Path(sys.argv[1])), int(sys.argv[2])
    stop = Path(sys.argv[3])
    catalog = open_from(settings)
    retriever = open_retriever(catalog, settings)
    faults: list[str] = []
    asked = 0
    for asked in count(1):
        if stop.exists():
            break
        faults += _fault(retriever, asked % questions)
        if asked == questions:
            print("asking", flush=True)
    print(json.dumps({"asked": asked, "faults": faults[:20]}))


def _fault(retriever: FollowingRetriever, number: int) -> list[str]:
    try:
        retriever.refresh()
        found = retriever.search(Question(f"steadfast{number}"))
    except (CatalogError, LexicalIndexError, VectorIndexError, OSError) as error:
        return [repr(error)]
    first = next(iter(found.hits), None)
    if found.notices or first is None or not first.url.endswith(f"/steady{number}"):
        return [f"steadfast{number}: {first and first.url}, {found.notices}"]
    if first.passages[0].dense is None or first.passages[0].lexical is None:
        return [f"steadfast{number}: found by one half only"]
    return []


if __name__ == "__main__":
    main()
