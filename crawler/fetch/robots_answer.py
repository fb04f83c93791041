"""What asking for a robots.txt came to."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.vocabulary import Reason


@dataclass(frozen=True, slots=True)
class RobotsAnswer:
    """The answer after at most five redirects, or why there is none.

    `status` is None where no answer came; `failure` and `detail` then say why. `body` is at most 500 KiB.
    `retry_after` is what the server asked for, in seconds; `is_final` says that asking again is of no use.
    """

    status: int | None
    body: bytes = b""
    failure: Reason | None = None
    detail: str | None = None
    retry_after: float | None = None
    is_final: bool = False
