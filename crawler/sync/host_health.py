"""Hosts that stopped answering: after enough failures in a row the rest of their URLs is not asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from catalog.vocabulary import ALLOWED, Decision, Reason, refused

FAILURES_IN_A_ROW: Final = 12
"""So many failed attempts without one answer between them, and a host is left alone for this sync."""

_HOST_FAULTS: Final = frozenset(
    {
        Reason.CONNECTION_FAILED,
        Reason.DNS_FAILED,
        Reason.TLS_FAILED,
        Reason.TIMEOUT,
    }
)


@dataclass(frozen=True, slots=True)
class _Streak:
    length: int
    reason: Reason
    detail: str


class HostHealth:
    """Counts, per host, failures in a row that are the host's and not a page's."""

    def __init__(self) -> None:
        self._streaks: dict[str, _Streak] = {}

    def answered(self, host: str) -> None:
        """The host gave an answer, whichever."""
        self._streaks.pop(host, None)

    def failed(self, host: str, reason: Reason, detail: str) -> None:
        """A request came to nothing. A proxy's failure says nothing of the host."""
        if reason is Reason.PROXY_FAILED:
            return
        if reason not in _HOST_FAULTS:
            self.answered(host)
            return
        before = self._streaks.get(host)
        self._streaks[host] = _Streak(1 if before is None else before.length + 1, reason, detail)

    def decide(self, host: str) -> Decision:
        """Whether to ask the host for anything more."""
        streak = self._streaks.get(host)
        if streak is None or streak.length < FAILURES_IN_A_ROW:
            return ALLOWED
        return refused(streak.reason, f"left alone after {streak.length} failures in a row: {streak.detail}")
