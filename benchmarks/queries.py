"""How soon a single question is embedded, and how many of 32 people who ask at once are served in a second.

The bundled model embeds short questions on one thread each, through the batching that a search service uses,
but none of them is remembered. One question is timed beside sentence-transformers on as many threads; the
peer of 32 people's throughput is one who asks one question after the other.
"""

from __future__ import annotations

import argparse
import os
import statistics
import threading
import time
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Final

from benchmarks.report import Figure, alternate, print_figure
from indexer.embedding.bundled import bundled_model
from indexer.embedding.local import LocalEmbedder
from indexer.embedding.query_batching import QueryBatcher

QUESTIONS: Final = tuple(
    form.format(subject)
    for subject in (
        "parental leave",
        "replication slots",
        "travel reimbursement",
        "the parking garage",
        "max_connections",
        "a forgotten password",
        "an index without blocking writes",
        "expense reports above five hundred euros",
    )
    for form in (
        "{}",
        "where do I find {}",
        "Who is responsible for {}?",
        "how to set up {} for a new colleague",
        "What changed about {} last year, and why?",
    )
)
"""Five to eighteen tokens each, eleven on the mean; none comes twice within a batch."""
CLIENTS: Final = 32


def main() -> None:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.queries", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each run")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    embedder = LocalEmbedder(device="cpu", threads=1)
    single(embedder)
    for clock, unit in (
        (time.process_time, "questions/processor second"),
        (time.perf_counter, "questions/s"),
    ):
        asked = alternate(
            partial(throughput, embedder, CLIENTS, arguments.seconds, clock),
            partial(throughput, embedder, 1, arguments.seconds, clock),
            rounds=arguments.rounds,
        )
        print_figure(Figure(f"{CLIENTS} clients", asked.ours, unit, "one by one", asked.peer))


def single(embedder: LocalEmbedder, rounds: int = 10) -> None:
    """Time and processor time of one question, beside sentence-transformers in float32."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(bundled_model()), device="cpu")
    batcher = QueryBatcher(embedder.embed_queries, remembered=0)
    asked: tuple[Callable[[str], object], ...] = (
        batcher.embed_query,
        partial(model.encode, show_progress_bar=False),
    )
    times: tuple[list[tuple[float, float]], ...] = ([], [])
    for question in QUESTIONS * rounds:
        for embed, found in zip(asked, times, strict=True):
            started, begun = time.perf_counter(), time.thread_time()
            embed(question)
            found.append((1000 * (time.perf_counter() - started), 1000 * (time.thread_time() - begun)))
    ours, peer = (
        [statistics.median(each) for each in zip(*found[len(QUESTIONS) :], strict=True)] for found in times
    )
    for name, value, peer_value in zip(("p50", "processor p50"), ours, peer, strict=True):
        print_figure(Figure(f"one question, {name}", value, "ms", "SentenceTransformer.encode", peer_value))
    waited = [each for each, _ in times[0][len(QUESTIONS) :]]
    print_figure(Figure("one question, p95", statistics.quantiles(waited, n=20)[-1], "ms"))


def throughput(embedder: LocalEmbedder, clients: int, seconds: float, clock: Callable[[], float]) -> float:
    """Questions that `clients` get answered in a second of the clock, each of whom asks again at once."""
    batcher = QueryBatcher(embedder.embed_queries, lanes=min(4, os.cpu_count() or 1), remembered=0)
    answered = count()
    end = time.perf_counter() + seconds

    def ask(person: int) -> None:
        for number in count(person):
            if time.perf_counter() >= end:
                return
            # Each person's questions are their own, or they would be embedded once for all who ask the same.
            batcher.embed_query(f"{QUESTIONS[number % len(QUESTIONS)]} {person}")
            next(answered)

    started = clock()
    people = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    for each in people:
        each.start()
    for each in people:
        each.join()
    return next(answered) / (clock() - started)


if __name__ == "__main__":
    main()
