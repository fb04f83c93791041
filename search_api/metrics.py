"""Every metric of the service, declared in one place, in Prometheus' conventions (base units, `_total`).

With several workers each process counts for itself: what `/metrics` shows is the worker that was asked.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS: Final = (0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 5.0)


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "sitelore_http_requests",
            "Requests answered, by route, method and status.",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self.request_seconds = Histogram(
            "sitelore_http_request_seconds",
            "Time from the arrival of a request to the end of its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.searches = Counter(
            "sitelore_searches",
            "Searches answered, by whether they found anything.",
            ("found",),
            registry=self.registry,
        )
        self.search_seconds = Histogram(
            "sitelore_search_seconds",
            "Time spent in retrieval, waiting for a thread included.",
            buckets=_SECONDS,
            registry=self.registry,
        )

    def render(self) -> bytes:
        """The text exposition format."""
        return generate_latest(self.registry)
