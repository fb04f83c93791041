"""When a failed fetch is tried again, and after how long."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from catalog.vocabulary import Reason

MAX_RETRY_AFTER_SECONDS = 3_600.0
FIRST_DELAY_SECONDS = 2.0
MAX_DELAY_SECONDS = 300.0
MAX_ATTEMPTS = 4

RETRYABLE = frozenset(
    {
        Reason.RATE_LIMITED,
        Reason.SERVER_ERROR,
        Reason.TIMEOUT,
        Reason.CONNECTION_FAILED,
        Reason.DNS_FAILED,
        Reason.PROTOCOL_ERROR,
        Reason.PROXY_FAILED,
    }
)
"""Faults that may pass by themselves. A TLS fault does not, nor a proxy's refusal: those wait for a
certificate or a setting."""


def should_retry(reason: Reason, attempts: int) -> bool:
    """Whether a URL that failed `attempts` times, last for `reason`, is tried again in this run."""
    return reason in RETRYABLE and attempts < MAX_ATTEMPTS


def retry_delay(attempts: int, retry_after: float | None = None, jitter: float | None = None) -> float:
    """Seconds to wait after the `attempts`-th failure (from 1).

    What the server asked for, if it did, up to an hour. Else exponential back-off with half of it random
    ("equal jitter": https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), so that
    pages that failed together are not retried together. `jitter` from 0 to 1 replaces the random number.
    """
    if retry_after is not None:
        return min(max(retry_after, 0.0), MAX_RETRY_AFTER_SECONDS)
    doublings = min(max(attempts, 1) - 1, 16)
    ceiling = min(FIRST_DELAY_SECONDS * (1 << doublings), MAX_DELAY_SECONDS)
    return ceiling * (0.5 + 0.5 * (random.random() if jitter is None else jitter))


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """The header `Retry-After` (RFC 9110 section 10.2.3): seconds or an HTTP date.

    At most an hour; a date that has passed is 0; None where the header is absent or makes no sense.
    """
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        # More digits than this are beyond the cap anyway, and int() of thousands of them is slow.
        return min(float(value[:12]), MAX_RETRY_AFTER_SECONDS)
    date = _http_date(value)
    if date is None:
        return None
    return min(max((date - now).total_seconds(), 0.0), MAX_RETRY_AFTER_SECONDS)


def answered_at(date: str | None, otherwise: datetime) -> datetime:
    """When an answer was made by its server's own clock, the header `Date` (RFC 9110 section 6.6.1).

    Dates in its other headers are by that clock, which may differ from ours, and ours may jump;
    `otherwise` where it says none.
    """
    return (None if date is None else _http_date(date)) or otherwise


def _http_date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date
