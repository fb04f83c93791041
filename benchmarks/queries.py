"""How soon a single question is embedded, and how many of 32 people who ask at once are served in a second.

The bundled model embeds short questions on one thread each, through the batching that a search service uses;
the peer of the throughput is the same model asked one question after the other.
"""

from __future__ import annotations

import argparse
import os
import statistics
import threading
import time
from itertools import count
from typing import Final

import torch

from benchmarks.report import Figure, alternate, print_figure
from indexer.embedding.local import LocalEmbedder
from indexer.embedding.query_batching import QueryBatcher

QUESTIONS: Final = (
    "How many days of vacation do I have?",
    "How do I build an index without blocking writes?",
    "reset my password",
    "what does max_connections limit",
    "who approves expense reports above five hundred euros",
    "parking behind the building",
    "how to configure replication slots",
    "Which form do I need for travel reimbursement?",
)
CLIENTS: Final = 32


def main() -> None:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.queries", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each run")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    embedder = LocalEmbedder(device="cpu", threads=1)
    single(embedder)
    asked = alternate(
        lambda: throughput(embedder, CLIENTS, arguments.seconds),
        lambda: throughput(embedder, 1, arguments.seconds),
        rounds=arguments.rounds,
    )
    print_figure(Figure(f"{CLIENTS} clients", asked.ours, "questions/s", "one by one", asked.peer))


def single(embedder: LocalEmbedder, rounds: int = 50) -> None:
    """Time and processor time of one question."""
    threads = torch.get_num_threads()
    batcher = QueryBatcher(embedder.embed_queries)
    waited, worked = [], []
    for number in range(rounds * len(QUESTIONS)):
        started, begun = time.perf_counter(), time.thread_time()
        batcher.embed_query(QUESTIONS[number % len(QUESTIONS)])
        waited.append(1000 * (time.perf_counter() - started))
        worked.append(1000 * (time.thread_time() - begun))
    name = f"one question, {threads} thread"
    print_figure(Figure(f"{name}, p50", statistics.median(waited), "ms"))
    print_figure(Figure(f"{name}, p95", statistics.quantiles(waited, n=20)[-1], "ms"))
    print_figure(Figure(f"{name}, processor p50", statistics.median(worked), "ms"))


def throughput(embedder: LocalEmbedder, clients: int, seconds: float) -> float:
    """Questions per second that `clients` get, each of whom asks again as soon as it is answered."""
    batcher = QueryBatcher(embedder.embed_queries, lanes=min(4, os.cpu_count() or 1))
    answered = count()
    end = time.perf_counter() + seconds

    def ask(offset: int) -> None:
        for number in count(offset):
            if time.perf_counter() >= end:
                return
            batcher.embed_query(QUESTIONS[number % len(QUESTIONS)])
            next(answered)

    started = time.perf_counter()
    people = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    for each in people:
        each.start()
    for each in people:
        each.join()
    return next(answered) / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
